"""Ingest of 10,000 observations in batches of the declared size, with planted bad rows: seconds, requests, memory.

The demo farm runs in a process of its own; rows, results and what is stored are judged by the suite's own functions
through the engine. A second farm loses a few rows without a word: each is found, with its index.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from figures import tell
from large_ingest_server import EACH_LOST, SUITE, serving

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.model import Finding
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.model import Suite
    from pytest_szxc.target.sut import Reply, Sut

REQUIREMENT = "AIF-037"
ROWS, BAD, SEED = 10_000, 100, "large-ingest"
MOST_SECONDS, MOST_MIB = 60, 300
VARIABLE = "SZXC_LARGE_INGEST"
STATEMENT = """[target]
base_url = "{url}"
[target.limits]
rate = 0.0
[accounts.primary]
scheme = "bearer"
token = {{ env = "{variable}" }}
[claims.{suite}]
classes = ["ingest"]
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """One farm: seconds, requests, batches, bad rows planted and reported at their places, findings in words."""

    seconds: float
    requests: int
    batches: int
    planted: int
    reported: int
    findings: tuple[str, ...]


def judged(*, faulty: bool) -> Judged:
    """Post, read back and judge everything on one farm."""
    with tempfile.TemporaryDirectory() as folder, serving(faulty=faulty) as (url, token):
        os.environ[VARIABLE] = token
        path = Path(folder) / "szxc.toml"
        path.write_text(STATEMENT.format(url=url, variable=VARIABLE, suite=SUITE), encoding="utf-8")
        statement, store, clock = load_statement(path, suites()), ExchangeStore(None), RealClock()
        with closing(HttpTransport(url, statement.limits, statement.accounts, clock=clock)) as transport:
            view = LiveSut(
                suites=suites(),
                statement=statement,
                transport=transport,
                store=store,
                clock=clock,
                now=datetime.now(UTC),
                seed=SEED,
                permissions=frozenset({"write"}),
                prefix="szxc-large-",
            ).for_requirement(REQUIREMENT)
            begun = time.perf_counter()
            with view.tidied():
                batches = list(posted(view))
                findings = [one for one in observed(batches) if isinstance(one, Finding)]
            seconds = time.perf_counter() - begun
    reported = sum(rejected(batch, reply) for batch, reply in batches)
    told = tuple(f"{one.expected} | {one.observed}" for one in findings)
    planted = sum(len(batch.bad) for batch, _ in batches)
    return Judged(seconds, len(tuple(store.chronological())), len(batches), planted, reported, told)


@cache
def suites() -> dict[str, Suite]:
    """The catalogue."""
    return load_suites()


def part(name: str) -> Any:  # noqa: ANN401 -- a suite's module
    """A module of the suite."""
    return import_part(SUITE, suites()[SUITE].folder, name)


def posted(view: Sut) -> Iterator[tuple[Any, Reply]]:
    """The batches with what was answered to each; bad rows of every kind stand at seeded places."""
    batches, random = part("batches"), Random(SEED)  # noqa: S311 -- places of bad rows
    device, size = part("bench").bench(view, "large"), part("ingest_policies").batch_size(view, ROWS)
    kinds = tuple(batches.FAULTS)
    bad = {place: kinds[number % len(kinds)] for number, place in enumerate(sorted(random.sample(range(ROWS), BAD)))}
    for first in range(0, ROWS, size):
        here = {place - first: why for place, why in bad.items() if first <= place < first + size}
        count = min(size, ROWS - first)
        batch = batches.planted(device, count, here, newest=60 + batches.APART * first)
        yield batch, batch.post()


def observed(posted_batches: list[tuple[Any, Reply]]) -> Iterator[Observation]:
    """Whether each row has its result, each good row is stored, and no bad one."""
    batches = part("batches")
    records = part("ingesting").own(posted_batches[0][0].device)
    for batch, reply in posted_batches:
        yield from batches.answered(batch, reply)
        yield from batches.kept(batch, reply, records)
        yield from batches.spared(batch, reply, records)


def rejected(batch: Any, reply: Reply) -> int:  # noqa: ANN401 -- a class of the suite
    """How many planted bad rows are told as rejected, at their own index."""
    told = part("ingesting").results(reply)
    return sum(told[index].get("index") == index and told[index].text("status") == "rejected" for index in batch.bad)


def main() -> None:
    """Measure and tell."""
    good = judged(faulty=False)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    faulty = judged(faulty=True)
    lost = sum(one.endswith("dropped silently") for one in faulty.findings)
    wanted = (ROWS - BAD) // EACH_LOST
    found = lost == wanted == len(faulty.findings)
    whole = good.reported == good.planted == BAD and not good.findings
    tell(
        "large_ingest",
        {
            "observations": ROWS,
            "batches": good.batches,
            "requests": good.requests,
            "seconds": good.seconds,
            "mib": mib,
            "planted": good.planted,
            "reported": good.reported,
            "findings": len(good.findings),
            "lost": wanted,
            "lost_found": lost,
            "holds": whole and found and good.seconds < MOST_SECONDS and mib < MOST_MIB,
        },
        f"{ROWS} observations in {good.batches} batches: {good.requests} requests, {good.seconds:.1f} s, "
        f"{mib:.0f} MiB; {good.reported} of {good.planted} bad rows reported with their index, "
        f"{len(good.findings)} findings; {lost} of {wanted} rows lost silently found on a faulty farm",
    )


if __name__ == "__main__":
    main()
