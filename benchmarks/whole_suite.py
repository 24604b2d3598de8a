"""The whole suite against the demo platform: seconds, requests sent and saved; two runs with one seed ask the same.

Seconds and counts are those of ``--szxc-target=demo``. That the requests are the same is seen on one platform that
both runs ask in turn: their requests must be equal byte for byte, but for the run's own name and its instant of
judging, which stand in the entry that a run creates.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import pytest_command, tell, timed

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.demo import demo_statement, secrets_of, statement_toml, withdraw
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

SEED = "benchmark"
Asked = list[tuple[str, ...]]


def run(folder: Path, option: str, tokens: dict[str, str]) -> tuple[float, dict[str, Any], Asked]:
    """Seconds, the report, and the requests in their order."""
    command = pytest_command(option, "--szxc-allow-write", f"--szxc-seed={SEED}", f"--szxc-out={folder}")
    seconds = timed(command, folder, tokens)
    report, record = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("report.json", "run.json"))
    return seconds, report, asked(folder / "exchanges.sqlite", record)


def asked(file: Path, record: dict[str, Any]) -> Asked:
    """The requests of a run: method, URL, account, body."""
    with closing(sqlite3.connect(file)) as store:
        rows = store.execute("SELECT method, url, account, body FROM exchange ORDER BY sequence").fetchall()
    return [
        (method, url, account, body.decode().replace(record["run"], "RUN").replace(record["now"], "NOW"))
        for method, url, account, body in rows
    ]


@contextmanager
def platform_and_statement(statement: Path) -> Iterator[dict[str, str]]:
    """A served demo platform and the statement of it; the environment that holds its tokens."""
    platform = build_platform(load_references(load_suites().values()))
    with closing(platform), serve(platform) as url, stated(platform, url, statement) as tokens:
        yield tokens


@contextmanager
def stated(platform: Platform, url: str, file: Path) -> Iterator[dict[str, str]]:
    """The statement of a served demo platform in a file, and the environment that holds its secrets."""
    declared = demo_statement(platform, url)
    try:
        file.write_text(statement_toml(declared), encoding="utf-8")
        yield secrets_of(declared)
    finally:
        withdraw(declared)


def same_requests(folder: Path) -> bool:
    """Whether two runs with one seed ask one platform the same."""
    statement = folder / "szxc.toml"
    with platform_and_statement(statement) as tokens:
        first, second = (run(made(folder / name), f"--szxc-config={statement}", tokens)[2] for name in ("one", "two"))
    return sorted(first) == sorted(second)  # at more than one connection, who comes first is chance


def made(folder: Path) -> Path:
    """The folder, which is there from now on."""
    folder.mkdir()
    return folder


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = [run(made(folder / number), "--szxc-target=demo", {}) for number in ("a", "b", "c")]
        same = same_requests(folder)
    seconds, report = min(took for took, _, _ in runs), runs[0][1]
    counts, owed = report["run"]["requests"], len(report["verdicts"])
    tell(
        "whole_suite",
        {"seconds": seconds, "requirements": owed, **counts, "same_requests": same, "holds": same},
        f"{owed} requirements in {seconds:.1f} s, {counts['sent']} requests sent, {counts['saved']} saved by sharing; "
        f"two runs with one seed ask the same: {same}",
    )


if __name__ == "__main__":
    main()
