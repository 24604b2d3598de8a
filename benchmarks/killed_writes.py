"""Runs that write, killed at random moments; ``szxc cleanup`` after each: what is left on the platform.

The demo platform runs in a process of its own, on a database file, and holds each request back before and after it is
handled, so that kills also fall between sending and answering. A run that is not killed shows how many lines its ledger
gets; each killed run is killed (SIGKILL) as soon as its ledger has a number of lines drawn from these, and a little
later. Then ``szxc cleanup`` runs, and the platform's tables are compared with what they held before: nothing with the
prefix of any run may be there, and every table but the logs must hold the same rows. A clean-up may end with a doubt:
a request under way when its run died, which nothing could name, because the check had left its name out on purpose.

A run without leave to write is counted at the platform: it must call no operation that writes.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from figures import QUIET, pytest_command, tell
from own_process import served, tell_and_wait
from whole_suite import stated

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.model import Effect
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.server import serve
from pytest_szxc.target.ledger import LEDGER, read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference import Answer, Call, Handler, Platform

KILLS, SEED = 50, "kills"
SIZE = 40
HELD, LATER = 0.004, 0.012
"""Seconds for which a request is held back twice, and the most that a kill comes after the line it waited for."""
PREFIX = "szxc-"
LOGS = ("audit", "calls", "call_log", "agri:audit")
"""Tables that tell what happened; what happened stays there."""
PATIENCE = 120.0
Tables = dict[str, list[tuple[str, str]]]


@dataclass(slots=True)
class Tally:
    """What the kills gave."""

    kills: int = 0
    killed_in_time: int = 0
    open_debts: int = 0
    in_flight: int = 0
    torn: int = 0
    cleaned: int = 0
    doubtful: int = 0
    left: list[str] = field(default_factory=list)


def held_back(app: WSGIApplication) -> WSGIApplication:
    """Middleware that waits before and after the work."""

    def waiting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(HELD)
        answer = app(environ, start_response)
        time.sleep(HELD)
        return answer

    return waiting


def counting(platform: Platform, count: Path) -> None:
    """Let every operation with an effect leave a byte in a file."""

    def counted(handler: Handler, call: Call) -> Answer:
        with count.open("ab") as file:
            file.write(b"w")
        return handler(call)

    for suite in load_suites().values():
        for name, row in suite.operations.items():
            if row.effect is not Effect.READ and name in platform.routes:
                platform.rewire(name, lambda handler: partial(counted, handler))


def serve_for_ever(folder: Path) -> None:
    """Serve the platform until standard input ends."""
    platform = build_platform(load_references(load_suites().values()), size=SIZE, database=folder / "platform.sqlite")
    counting(platform, folder / "writes")
    platform.wrap(held_back)
    with closing(platform), serve(platform) as url, stated(platform, url, folder / "szxc.toml") as tokens:
        tell_and_wait(tokens)


def tables(folder: Path) -> Tables:
    """What the platform holds, but for its logs; in no order, for what comes and goes changes that."""
    with closing(sqlite3.connect(folder / "platform.sqlite", timeout=30)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(database.execute(f'SELECT key, body FROM "{name}"').fetchall())  # noqa: S608 -- its own names
            for name in names
            if name not in LOGS
        }


def differences(before: Tables, after: Tables) -> list[str]:
    """The tables that hold other rows, and every row that bears a run's prefix."""
    odd = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    marked = [f"{name}: {key}" for name, rows in after.items() for key, body in rows if PREFIX in key + body]
    return sorted(odd) + marked


def writers() -> str:
    """The requirements whose checks write, as an expression for ``-k``."""
    found = [
        row.id
        for suite in load_suites().values()
        for row in suite.requirements
        if row.attested is None and any(suite.operations[name].effect is not Effect.READ for name in row.operations)
    ]
    return " or ".join(found)


def started(folder: Path, out: Path, tokens: dict[str, str], *options: str) -> subprocess.Popen[bytes]:
    """A run, under way."""
    config = f"--szxc-config={folder / 'szxc.toml'}"
    command = pytest_command(config, f"--szxc-out={out}", *options)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, env={**QUIET, **tokens}, start_new_session=True, **quiet)  # type: ignore[call-overload, no-any-return]


def lines_of(ledger: Path) -> int:
    """How many lines a ledger has."""
    return ledger.read_bytes().count(b"\n") if ledger.exists() else 0


def kill_at(process: subprocess.Popen[bytes], ledger: Path, lines: int, later: float) -> bool:
    """Kill a run once its ledger has so many lines, and a little later; whether it was still running."""
    end = time.monotonic() + PATIENCE
    while lines_of(ledger) < lines and process.poll() is None and time.monotonic() < end:
        time.sleep(0.0005)
    time.sleep(later)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def cleaned(folder: Path, out: Path, tokens: dict[str, str]) -> int:
    """The exit code of ``szxc cleanup``."""
    command = [sys.executable, "-c", "from pytest_szxc.cli import main; main()", "--lang", "en", "cleanup", str(out)]
    done = subprocess.run(command, cwd=folder, env={**QUIET, **tokens}, capture_output=True, check=False)
    return done.returncode


@dataclass(frozen=True, slots=True)
class Scene:
    """A served platform: its folder, the environment with its tokens, which checks write, what it held at first."""

    folder: Path
    tokens: dict[str, str]
    writers: str
    before: Tables

    def odd(self) -> list[str]:
        """What is otherwise now."""
        return differences(self.before, tables(self.folder))

    def kill_one(self, number: int, lines: int, tally: Tally) -> None:
        """One run that is killed, one clean-up, one look at the platform."""
        random = Random(f"{SEED} {number}")  # noqa: S311 -- to be repeatable
        out = self.folder / f"run-{number}"
        options = ("--szxc-allow-write", f"--szxc-seed={number}", "-k", self.writers)
        run = started(self.folder, out, self.tokens, *options)
        tally.kills += 1
        tally.killed_in_time += kill_at(run, out / LEDGER, random.randint(1, lines), random.uniform(0, LATER))
        found = read_ledger(out / LEDGER)
        tally.open_debts += len(found.debts)
        tally.torn += found.torn
        time.sleep(2 * HELD)  # what was under way when the run died arrives
        tally.in_flight += bool(self.odd())
        ended = cleaned(self.folder, out, self.tokens)
        rest = read_ledger(out / LEDGER).debts
        tally.cleaned += (ended, any(debt.named for debt in rest)) in ((0, False), (1, False))
        tally.doubtful += bool(rest)
        tally.left += [f"run {number}: {what}" for what in self.odd()]


def ledger_lines(folder: Path, tokens: dict[str, str], chosen: str) -> int:
    """How many lines a run's ledger gets that nobody kills; it must leave nothing.

    Raises:
        LookupError: it writes nothing, so that there is nothing to prove.
    """
    out = folder / "whole"
    started(folder, out, tokens, "--szxc-allow-write", "-k", chosen).wait(PATIENCE)
    lines = lines_of(out / LEDGER)
    if not lines:
        raise LookupError(out)
    return lines


def writes_when_reading(folder: Path, tokens: dict[str, str], *options: str) -> tuple[int, bool]:
    """How many operations with an effect a run without leave to write calls, and whether it has a ledger."""
    count = folder / "writes"
    before = count.stat().st_size if count.exists() else 0
    out = folder / "reading"
    started(folder, out, tokens, *options).wait(PATIENCE * 5)
    after = count.stat().st_size if count.exists() else 0
    return after - before, (out / LEDGER).exists()


def prove(folder: Path, kills: int, chosen: str = "") -> tuple[Tally, dict[str, object]]:
    """Kill, clean up, compare; then read. With ``chosen`` (an expression for ``-k``) only these checks run."""
    tally = Tally()
    with ExitStack() as stack:
        tokens = stack.enter_context(served(__file__, "--serve", str(folder)))
        scene = Scene(folder, tokens, chosen or writers(), tables(folder))
        lines = ledger_lines(folder, tokens, scene.writers)
        whole = scene.odd()
        for number in range(kills):
            scene.kill_one(number, lines, tally)
        reading, ledger = writes_when_reading(folder, tokens, *(("-k", chosen) if chosen else ()))
    figures: dict[str, object] = {
        "holds": not (tally.left or whole or reading or ledger) and tally.cleaned == tally.kills == kills,
        "kills": tally.kills,
        "killed_while_running": tally.killed_in_time,
        "ledger_lines_of_a_whole_run": lines,
        "left_by_a_whole_run": whole,
        "kills_that_left_something": tally.in_flight,
        "open_debts": tally.open_debts,
        "torn_lines": tally.torn,
        "clean_ups_that_ended_well": tally.cleaned,
        "clean_ups_with_a_doubt": tally.doubtful,
        "left_after_cleanup": tally.left[:10],
        "writes_of_a_reading_run": reading,
        "ledger_of_a_reading_run": ledger,
    }
    return tally, figures


def main() -> None:
    """Prove and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", type=Path, help="serve the platform from this folder (what the proof starts)")
    parser.add_argument("--kills", type=int, default=KILLS)
    given = parser.parse_args()
    if given.serve:
        serve_for_ever(given.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        tally, figures = prove(Path(folder), given.kills)
    tell(
        "killed_writes",
        figures,
        f"{tally.kills} runs killed ({tally.killed_in_time} while writing), {tally.in_flight} left something, "
        f"{len(tally.left)} left after szxc cleanup; a reading run called {figures['writes_of_a_reading_run']} writes",
    )


if __name__ == "__main__":
    main()
