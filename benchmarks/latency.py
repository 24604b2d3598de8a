"""The whole suite against a slow demo: wall time against the sum of all answer times and the longest chain of requests.

The demo runs in a process of its own and holds each answer back. Commands are those of a user, at 8 connections and
at 1. The *sum* is that of the answer times of the run at 1 connection; the *chain* is computed from what each check had
seen before it asked (``critical_path``), in a run of its own, and takes nothing from the schedule of the measured ones.
*Asking* lasts from the first request to the last answer in the recording; the whole command also starts Python, judges
what is left and writes the reports.

The demo is one Python process: what it is asked at once, it answers more slowly. So the chain is told twice, with the
answer times of a run at 1 connection, and (*as answered*) with those that the measured run itself met.
The *floor* is the least that any schedule could take at 8 connections; where there are more requests than the
connections can carry within the chain, it lies above the chain.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from critical_path import chain_of, watch
from demo_server import serving
from figures import pytest_command, tell, timed

from pytest_szxc.opening import open_run
from pytest_szxc.settings import read_settings

if TYPE_CHECKING:
    from critical_path import Trace

    from pytest_szxc.model import Exchange

LATENCIES = (0, 50, 200)
CONNECTIONS, GOAL, SECONDS_AT_50 = 8, 1.5, 60.0
SEED = "benchmark"


@dataclass(frozen=True, slots=True)
class Timing:
    """One command: its seconds, those from the first request to the last answer, and answer times by exchange."""

    whole: float
    asking: float
    answered: dict[str, float]

    @property
    def summed(self) -> float:
        """All answer times."""
        return sum(self.answered.values())


def run(folder: Path, statement: Path, tokens: dict[str, str], connections: int) -> Timing:
    """One run as a user starts it."""
    options = [f"--szxc-config={statement}", "--szxc-allow-write", f"--szxc-seed={SEED}", f"--szxc-out={folder}"]
    whole = timed(pytest_command(*options, f"--szxc-connections={connections}"), folder.parent, tokens)
    with closing(sqlite3.connect(folder / "exchanges.sqlite")) as store:
        rows = store.execute("SELECT key, started, elapsed FROM exchange").fetchall()
    begun = [datetime.fromisoformat(started).timestamp() for _, started, _ in rows]
    ended = [begin + elapsed for begin, (_, _, elapsed) in zip(begun, rows, strict=True)]
    return Timing(whole, max(ended) - min(begun), {key: elapsed for key, _, elapsed in rows})


def watched(folder: Path, statement: Path, tokens: dict[str, str]) -> tuple[list[Trace], list[Exchange]]:
    """What each check did and what was sent, in a run in this process at one connection."""
    os.environ.update(tokens)
    given = {"config": statement, "allow_write": True, "seed": SEED, "out": folder, "connections": 1}
    opened = open_run(read_settings(given, {}))
    try:
        return watch(opened)
    finally:
        opened.close()


def measure(folder: Path, milliseconds: int, rounds: int) -> dict[str, float]:
    """All figures at one latency."""
    folder.mkdir()
    statement = folder / "szxc.toml"
    with serving(statement, milliseconds / 1000) as tokens:
        seen = watched(folder / "chain", statement, tokens)
        one = run(folder / "one", statement, tokens, 1)
        many = [run(folder / f"many-{number}", statement, tokens, CONNECTIONS) for number in range(rounds)]
    longest = chain_of(*seen)
    asking = statistics.median(timing.asking for timing in many)
    whole = statistics.median(timing.whole for timing in many)
    as_answered = statistics.median(chain_of(*seen, timing.answered).seconds for timing in many)
    return {
        "whole": whole,
        "asking": asking,
        "requests": len(many[0].answered),
        "seats": seats(one, seen[1][0].id, longest.writing),
        "sum": one.summed,
        "chain": longest.seconds,
        "chain_as_answered": as_answered,
        "chain_links": longest.links,
        "chain_writing": longest.writing,
        "chain_with_judging": longest.working,
        "whole_at_1": one.whole,
        "asking_at_1": one.asking,
        "whole_to_sum": whole / one.summed,
        "whole_to_chain": whole / longest.seconds,
        "asking_to_sum": asking / one.summed,
        "asking_to_chain": asking / longest.seconds,
        "asking_to_chain_as_answered": asking / as_answered,
        "asking_to_chain_with_judging": asking / longest.working,
    }


def seats(one: Timing, first: str, writing: float) -> float:
    """The least time in which the connections can carry all requests.

    The first, which shows that there is anything to ask, then all that only read, shared out evenly, then those that
    write, which come one after another.
    """
    alone = one.answered[first]
    return alone + (one.summed - alone - writing) / CONNECTIONS + writing


def added(slow: dict[str, float], quick: dict[str, float]) -> dict[str, float]:
    """What the latency alone added to the whole command, against what it added to the chain."""
    more = slow["whole"] - quick["whole"]
    return {"added": more, "added_to_chain_added": more / (slow["chain"] - quick["chain"])}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        found = {latency: measure(Path(name) / f"{latency}", latency, rounds) for latency in LATENCIES}
    for latency in LATENCIES[1:]:
        found[latency] |= added(found[latency], found[0]) | floored(found[latency], found[0])
    holds = all(found[latency]["asking_to_floor"] <= GOAL for latency in LATENCIES[1:])
    told = "; ".join(_sentence(latency, found[latency]) for latency in LATENCIES[1:])
    figures = {f"{name}_{latency}ms": value for latency in LATENCIES for name, value in found[latency].items()}
    tell(
        "latency",
        {"goal": GOAL, "connections": CONNECTIONS, "holds": holds and found[50]["whole"] <= SECONDS_AT_50, **figures},
        f"{told} (goal: asking / floor {GOAL})",
    )


def floored(slow: dict[str, float], quick: dict[str, float]) -> dict[str, float]:
    """The least time that any schedule takes.

    That is the chain, what the connections can carry, or what the demo, which is one process, takes to answer all when
    nothing holds it back.
    """
    floor = max(slow["chain"], slow["seats"], quick["sum"])
    return {"floor": floor, "asking_to_floor": slow["asking"] / floor}


def _sentence(latency: int, figures: dict[str, float]) -> str:
    return (
        f"{latency} ms: whole {figures['whole']:.1f} s, asking {figures['asking']:.2f} s, sum {figures['sum']:.1f} s, "
        f"chain {figures['chain']:.2f} s, least with {CONNECTIONS} connections {figures['floor']:.2f} s; asking / sum "
        f"{figures['asking_to_sum']:.2f}, asking / chain {figures['asking_to_chain']:.2f}, "
        f"asking / floor {figures['asking_to_floor']:.2f}, whole / sum {figures['whole_to_sum']:.2f}"
    )


if __name__ == "__main__":
    main()
