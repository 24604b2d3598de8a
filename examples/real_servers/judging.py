"""Judges a server that nobody here wrote: with a good configuration, and with planted ones, against what is owed.

What is wrong in the server itself is expected too, by requirement and number of findings, with a sentence that says
why: nothing of it is waved through, and if the server mends it, the example says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 30, 5
SIDE_BY_SIDE = 2
"""Configurations that are judged at the same time."""
Verdicts = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A configuration with one fault.

    Attributes:
        requirement: which one must find it.
        zh: what is wrong, in Chinese.
        en: what is wrong, in English.
        settings: what the server's ``prepare`` is told.
    """

    name: str
    requirement: str
    zh: str
    en: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is wrong in the server itself: how many findings, and why."""

    findings: int
    why: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server and how it is judged.

    Attributes:
        name: what its folder and environment are called.
        module: what its environment must have.
        conformance_class: which verdicts are looked at.
        prepare: folder, interpreter, port and settings → what is run, with the environment variables it needs.
        ready: a path that answers once the server is up.
        known: what is wrong in the server itself, by requirement.
        planted: configurations with a fault.
    """

    name: str
    module: str
    conformance_class: str
    prepare: Callable[[Path, str, int, Mapping[str, Any]], tuple[list[str], dict[str, str]]]
    ready: str
    known: Mapping[str, Known]
    planted: tuple[Planted, ...]

    @property
    def folder(self) -> Path:
        """Where its example lies."""
        return ROOT / "examples" / self.name

    def python(self) -> str:
        """The interpreter that has the server: this one, the one that a variable names, or that of its environment.

        Raises:
            SystemExit: there is none.
        """
        if importlib.util.find_spec(self.module):
            return sys.executable
        named = os.environ.get(f"SZXC_{self.name.upper()}_PYTHON")
        own = [ROOT / f".venv-{self.name}" / place for place in ("bin/python", "Scripts/python.exe")]
        found = named or next((str(path) for path in own if path.exists()), None)
        if found is None:
            message = (
                f"没有找到 {self.name} / {self.name} not found:\n"
                f"  python -m venv .venv-{self.name}\n"
                f"  .venv-{self.name}/bin/pip install -r examples/{self.name}/requirements.txt"
            )
            raise SystemExit(message)
        return found


@contextmanager
def served(server: Server, folder: Path, python: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """The server on a free loopback port, until it answers and as long as it is needed; gives its URL."""
    port = _free_port()
    command, variables = server.prepare(folder, python, port, settings)
    with (folder / "server.log").open("wb") as log:
        running = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **variables},
            start_new_session=True,
        )
        try:
            url = f"http://{HOST}:{port}"
            _await(url + server.ready, running, folder / "server.log")
            yield url
        finally:
            _end(running)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers.

    Raises:
        SystemExit: it ended, or did not answer in time.
    """
    until = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until and running.poll() is None:
            try:
                if client.get(url).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    message = f"{url} 没有应答 / does not answer\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    raise SystemExit(message)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the server and every process that it started: they are a group of their own."""
    for kill in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if hasattr(os, "killpg"):
            try:
                os.killpg(running.pid, kill)
            except ProcessLookupError:
                return
        else:
            running.terminate()
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def verdicts_of(server: Server, folder: Path, python: str, settings: Mapping[str, Any]) -> Verdicts:
    """Serve a configuration, run the main job on it, and give the verdicts of the class."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with served(server, folder, python, settings) as url:
        statement = server.folder / "szxc.toml"
        options = [f"--szxc-target={url}", f"--szxc-config={statement}", "--szxc-out=results", "--szxc-seed=example"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, encoding="utf-8")
    (folder / "pytest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    path = folder / "results" / "report.json"
    if not path.exists():
        message = f"{done.stdout}{done.stderr}\n没有报告 / no report; pytest: {done.returncode}"
        raise SystemExit(message)
    report = json.loads(path.read_text(encoding="utf-8"))
    print(f"{folder.name}: {report['run']['requests']['sent']} requests, {time.monotonic() - started:.1f} s")
    return {row["requirement"]: row for row in report["verdicts"] if row["class"] == server.conformance_class}


def deviations(server: Server, good: Verdicts, faulty: Mapping[str, Verdicts]) -> list[str]:
    """Where the runs are not what they must be: good but for what is known, and each fault found by its requirement."""
    found = []
    for name, row in good.items():
        known = server.known.get(name)
        owed = known.findings if known else 0
        if row["found"] != owed or row["status"] not in ("warn", "fail", "pass", "not-applicable"):
            found.append(f"good: {name} {row['status']}, {row['found']} findings; {owed} expected")
    for one in server.planted:
        for name, row in faulty[one.name].items():
            more = row["found"] - good[name]["found"]
            if name == one.requirement and (more <= 0 or row["status"] not in ("warn", "fail")):
                found.append(f"{one.name}: {name} {row['status']}, not found")
            elif name != one.requirement and (more or row["status"] != good[name]["status"]):
                found.append(
                    f"{one.name}: {name} {row['status']}, {row['found']} findings, as without the fault expected"
                )
    return found


def table(server: Server, good: Verdicts, faulty: Mapping[str, Verdicts]) -> Iterator[str]:
    """The verdicts of all runs side by side, and what is known or was planted."""
    yield f"{'':8}{'level':8}{'good':24}" + "".join(f"{name:24}" for name in faulty)
    for name, row in good.items():
        rows = (row, *(verdicts[name] for verdicts in faulty.values()))
        cells = (f"{one['status']} ({one['observed']}, {one['found']})" for one in rows)
        yield f"{name:8}{row['level']:8}" + "".join(f"{cell:24}" for cell in cells)
    yield ""
    yield from (f"{name} in {server.name}: {known.why}" for name, known in server.known.items())
    yield from (f"{one.requirement} by {one.name}: {one.zh} / {one.en}" for one in server.planted)


def compare(server: Server, folder: Path) -> int:
    """Judge all configurations below ``folder`` and print the table; 0 if all is as owed."""
    python = server.python()
    settings = {"good": {}, **{one.name: one.settings for one in server.planted}}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        jobs = {name: pool.submit(verdicts_of, server, folder / name, python, own) for name, own in settings.items()}
        faulty = {name: job.result() for name, job in jobs.items()}
    good = faulty.pop("good")
    print("\n".join(["", "(observations, findings)", *table(server, good, faulty), ""]))
    wrong = deviations(server, good, faulty)
    if not wrong:
        print(f"√ {server.name}: as known; each of {len(faulty)} planted faults is found by its requirement alone")
        return 0
    for name in ("good", *faulty):
        print(f"--- {name}\n{(folder / name / 'pytest.log').read_text(encoding='utf-8')}")
    print("\n".join(f"× {line}" for line in wrong))
    return 1


def main(server: Server, description: str) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="keep configurations, logs and reports in this folder")
    out = parser.parse_args().out
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a console that lacks a character
    if out:
        return compare(server, out.resolve())
    with tempfile.TemporaryDirectory() as folder:
        return compare(server, Path(folder))
