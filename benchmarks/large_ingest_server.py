"""The demo farm in a process of its own; one that loses rows of batches without a word, if asked for."""

from __future__ import annotations

import argparse
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from own_process import served, tell_and_wait

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
SUITE = "agri_system_interfaces"
EACH_LOST = 997
"""A faulty farm stores every row but each of this number; no run knows it."""


def spoil(platform: Platform) -> None:
    """Let rows be told as accepted and not be stored."""
    inlet: Any = platform.parts[SUITE].parts["ingest"]
    right = inlet.store
    taken = 0

    def store(row: Row) -> bool:
        nonlocal taken
        taken += 1
        return True if taken % EACH_LOST == 0 else right(row)

    inlet.store = store


@contextmanager
def serving(*, faulty: bool) -> Iterator[tuple[str, str]]:
    """A served farm: its URL and the token of its primary account."""
    with served(__file__, *(["--faulty"] if faulty else [])) as told:
        yield told["url"], told["token"]


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faulty", action="store_true")
    given = parser.parse_args()
    suite = load_suites()[SUITE]
    with closing(build_platform({SUITE: load_reference(suite)})) as platform:
        if given.faulty:
            spoil(platform)
        with serve(platform) as url:
            token = platform.accounts.by_name["primary"].token
            tell_and_wait({"url": url, "token": token})


if __name__ == "__main__":
    main()
