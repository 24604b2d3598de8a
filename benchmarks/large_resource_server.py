"""The demo platform in a process of its own, one of its resources with 100,000 records; with a fault if asked for.

The fault is one record twice: the last of a page of the largest size comes again as the first of the next.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from own_process import served, tell_and_wait

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.reference import build_platform, pages
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Answer, Call, Handler, Platform

SUITE = "platform_interconnection"
RECORDS = 100_000
EACH_DELETED = 9
LIMIT = 200
BORDER = 317 * LIMIT
"""The place of the record that comes twice; no run knows it."""


def platform_of(records: int, database: Path) -> Platform:
    """A demo platform whose first resource has so many records, after as many changes as go with them."""
    suite = load_suites()[SUITE]
    reference = load_reference(suite)
    data = import_part(SUITE, suite.folder, "reference_data")
    first, *others = data.resources()
    made = (replace(first, count=records + records // (EACH_DELETED - 1)), *others)
    data.resources = lambda: made
    platform = build_platform({SUITE: reference}, database=database)
    with closing(sqlite3.connect(database)) as base:  # as a platform of this size would have them
        for table, member in (("records", "kind"), ("records", "regionCode"), ("changes", "watermark")):
            base.execute(
                f"CREATE INDEX {table}_{member} ON \"{table}:{first.code}\" (json_extract(body, '$.{member}'))"
            )
    platform.pager = pages.PageNumbers(limit=LIMIT)
    node = platform.parts[SUITE]
    node.parts["exchange"].limit = node.capability["limits"]["pageSize"] = LIMIT
    return platform


def spoil(platform: Platform) -> None:
    """Let one record come twice, across the border of two pages."""
    exchange: Any = platform.parts[SUITE].parts["exchange"]

    def repeated(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            right = handler(call)
            rows, payload = right.payload["list"], right.payload
            if rows and (payload["page"] - 1) * payload["pageSize"] == BORDER:
                rows[0] = platform.store.page(exchange.resource(call).records, BORDER - 1, 1)[0]
            return right

        return answer

    platform.rewire("list_records", repeated)


@contextmanager
def serving(*, faulty: bool) -> Iterator[tuple[str, str]]:
    """A served platform: its URL and the token of its primary account."""
    with served(__file__, *(["--faulty"] if faulty else [])) as told:
        yield told["url"], told["token"]


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faulty", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, closing(platform_of(RECORDS, Path(folder) / "demo.db")) as platform:
        if given.faulty:
            spoil(platform)
        with serve(platform) as url:
            token = platform.accounts.by_name["primary"].token
            tell_and_wait({"url": url, "token": token})


if __name__ == "__main__":
    main()
