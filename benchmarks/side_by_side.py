"""Requests a second on one server of ten operations: ours, Schemathesis, a bare httpx client; and ours on a slow line.

All are counted at the server, from the first request to the last answer (*asking*) and over the whole command. They
take turns in each round. Ours asks at one connection on bare loopback, and at 1, 10 and 50 where each answer takes
20 ms longer, which the server waits for without holding anything up. The bare client sends the requests of our own
recording again. Two of our runs with one seed must send the same: in the same order at one connection, the same list in
canonical order at ten.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import QUIET, CommandError, paired_ratio, pytest_command, tell
from startup import environment
from ten_operation_server import looked, serving
from ten_operation_suite import REQUESTS, SUITE, write_statement, write_suite
from whole_suite import Asked, asked

if TYPE_CHECKING:
    from collections.abc import Sequence

LATENCY = 0.02
WIDTHS = (1, 10, 50)
GOALS = {"schemathesis": 4.0, "bare": 0.7, "at_10": 8.0, "at_50": 20.0}
SEED = "benchmark"
PACKAGES = ("schemathesis==4.32.*", "fastapi==0.165.*", "uvicorn[standard]==0.54.*")
SERIAL, PLAIN, THEIRS = "ours", "bare", "schemathesis"


@dataclass(frozen=True, slots=True)
class Pass:
    """One command as the server saw it: requests, requests a second while asking, and over the whole command."""

    requests: int
    asking: float
    whole: float


class Bench:
    """Runs commands against one server and keeps what the server counted.

    Args:
        folder: an empty one, for suite, statement and results.
        base_url: the server's.
        python: of the environment that has Schemathesis.
    """

    def __init__(self, folder: Path, base_url: str, python: Path) -> None:
        self._folder = folder
        self._base_url = base_url
        self._python = python
        self._suite = write_suite(folder)
        self._count = 0
        self.passes: dict[str, list[Pass]] = {}
        self.sent: dict[str, list[Asked]] = {}
        write_statement(folder / "szxc.toml", base_url)

    def ours(self, name: str, width: int, latency: float = 0.0) -> None:
        """One run of ours as a user starts it."""
        self._count += 1
        out = self._folder / f"out-{self._count}"
        self._pass(name, pytest_command(*self._options(out, width)), latency)
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        self.sent.setdefault(name, []).append(asked(out / "exchanges.sqlite", record))

    def profile(self, width: int, latency: float) -> None:
        """Print where the time of one run of ours goes."""
        looked(self._base_url, latency)
        options = ["-q", "-p", "no:cacheprovider", *self._options(self._folder / "profiled", width)]
        script = Path(__file__).with_name("engine_profile.py")
        command = [sys.executable, str(script), str(REQUESTS), *options]
        subprocess.run(command, cwd=self._folder, env={**QUIET, **self._suite}, check=True)

    @staticmethod
    def _options(out: Path, width: int) -> list[str]:
        where = ["--szxc-config=szxc.toml", f"--szxc-suite={SUITE}", f"--szxc-out={out}"]
        return [*where, f"--szxc-seed={SEED}", "--szxc-rate=0", f"--szxc-connections={width}"]

    def bare(self) -> None:
        """The requests of our last run on bare loopback, by one bare client."""
        listed = self._folder / "requests.json"
        rows = [(method, url, body) for method, url, _, body in self.sent[SERIAL][-1]]
        listed.write_text(json.dumps(rows), encoding="utf-8")
        self._pass(PLAIN, [sys.executable, str(Path(__file__).with_name("bare_client.py")), str(listed)])

    def schemathesis(self) -> None:
        """One run of Schemathesis with all that it does by default; findings of its own are no error of the run."""
        command = self._python.with_name("schemathesis")
        self._pass(THEIRS, [str(command), "run", f"{self._base_url}/openapi.json", "--seed", "1"], good=(0, 1))

    def _pass(self, name: str, command: Sequence[str], latency: float = 0.0, good: tuple[int, ...] = (0,)) -> None:
        looked(self._base_url, latency)
        with tempfile.TemporaryDirectory() as fresh:  # Schemathesis keeps examples where it runs
            here = self._folder if name != THEIRS else Path(fresh)
            start = time.perf_counter()
            done = subprocess.run(
                command, cwd=here, env={**QUIET, **self._suite}, capture_output=True, check=False, encoding="utf-8"
            )
            seconds = time.perf_counter() - start
        if done.returncode not in good:
            raise CommandError(command, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
        counted = looked(self._base_url)
        self.passes.setdefault(name, []).append(Pass(counted.requests, counted.rate, counted.requests / seconds))

    def rates(self, name: str, kind: str = "asking") -> list[float]:
        """Requests a second of each round."""
        return [getattr(one, kind) for one in self.passes[name]]

    def ratio(self, name: str, other: str, kind: str = "asking") -> float:
        """How many times faster one was than the other, by the pairs of the rounds."""
        return paired_ratio(self.rates(name, kind), self.rates(other, kind))


def measure(bench: Bench, rounds: int) -> None:
    """All commands in turn, round by round."""
    for _ in range(rounds):
        bench.ours(SERIAL, 1)
        bench.bare()
        bench.schemathesis()
        for width in WIDTHS:
            bench.ours(f"at_{width}", width, LATENCY)


def same(runs: list[Asked], *, ordered: bool) -> bool:
    """Whether all runs sent the same."""
    return all((run if ordered else sorted(run)) == (runs[0] if ordered else sorted(runs[0])) for run in runs)


def figures_of(bench: Bench) -> dict[str, Any]:
    """Ratios and rates."""
    compared = {
        "schemathesis": bench.ratio(SERIAL, THEIRS),
        "bare": bench.ratio(SERIAL, PLAIN),
        "at_10": bench.ratio("at_10", "at_1"),
        "at_50": bench.ratio("at_50", "at_1"),
    }
    repeated = same(bench.sent[SERIAL], ordered=True) and same(bench.sent["at_10"], ordered=False)
    schemathesis_whole = bench.ratio(SERIAL, THEIRS, "whole")
    reached = {name: compared[name] >= goal for name, goal in GOALS.items()}
    reached["schemathesis"] &= schemathesis_whole >= GOALS["schemathesis"]
    return {
        "holds": all(reached.values()) and repeated,
        "same_requests": repeated,
        **{f"{name}_ratio": value for name, value in compared.items()},
        **{f"{name}_goal": goal for name, goal in GOALS.items()},
        "schemathesis_ratio_whole": schemathesis_whole,
        "bare_ratio_whole": bench.ratio(SERIAL, PLAIN, "whole"),
        **{f"{name}_per_second": statistics.median(bench.rates(name)) for name in bench.passes},
        **{f"{name}_per_second_whole": statistics.median(bench.rates(name, "whole")) for name in bench.passes},
        "requests": bench.passes[SERIAL][0].requests,
        "schemathesis_requests": [one.requests for one in bench.passes[THEIRS]],
    }


def sentence(found: dict[str, Any]) -> str:
    """The figures for people."""
    return (
        "ours {ours_per_second:.0f} requests/s ({ours_per_second_whole:.0f} over the whole command), bare httpx "
        "{bare_per_second:.0f}, Schemathesis {schemathesis_per_second:.0f} ({schemathesis_per_second_whole:.0f}); "
        "ours / Schemathesis {schemathesis_ratio:.1f} asking, {schemathesis_ratio_whole:.1f} whole (goal 4), "
        "ours / bare {bare_ratio:.2f} (goal 0.7); with 20 ms {at_1_per_second:.0f}, {at_10_per_second:.0f}, "
        "{at_50_per_second:.0f} at 1, 10, 50 connections: × {at_10_ratio:.1f} and × {at_50_ratio:.1f} (goals 8, 20); "
        "two runs with one seed ask the same: {same_requests}"
    ).format(**found)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="instead, say where the time of our runs goes")
    given = parser.parse_args()
    python = environment("schemathesis", *PACKAGES)
    with serving(python) as base_url, tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), base_url, python)
        if given.profile:
            bench.profile(1, 0.0)
            bench.profile(WIDTHS[-1], LATENCY)
            return
        measure(bench, given.rounds)
    found = figures_of(bench)
    tell("side_by_side", found, sentence(found))


if __name__ == "__main__":
    main()
