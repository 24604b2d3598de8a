"""Judges Datasette, as it is, with good data and with twelve planted faults, and compares the verdicts with those owed.

    python run.py [--out FOLDER]

Datasette is looked for in this interpreter, then in the one that SZXC_DATASETTE_PYTHON names, then in .venv-datasette.
Exit code 0: good data pass every must and should of the claimed classes, and faulty data fail exactly the planted ones.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from build import build
from faults import FAULTS, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STATEMENT = HERE / "szxc.toml"
START_SECONDS = 30
EXIT_GOOD, EXIT_FAULTY = 0, 1
Verdicts = dict[str, dict[str, Any]]


def datasette_python() -> str:
    """The interpreter that has Datasette.

    Raises:
        SystemExit: there is none.
    """
    if importlib.util.find_spec("datasette"):
        return sys.executable
    named = os.environ.get("SZXC_DATASETTE_PYTHON")
    own = [ROOT / ".venv-datasette" / place for place in ("bin/python", "Scripts/python.exe")]
    found = named or next((str(path) for path in own if path.exists()), None)
    if found is None:
        raise SystemExit(
            "没有找到 Datasette / Datasette not found:\n"
            "  python -m venv .venv-datasette\n"
            "  .venv-datasette/bin/pip install -r examples/datasette/requirements.txt"
        )
    return found


@contextmanager
def served(database: Path, python: str) -> Iterator[str]:
    """Datasette over one file on a free loopback port, until it answers and as long as it is needed; gives its URL."""
    port = free_port()
    command = [
        python,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(database),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (database.parent / "datasette.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            await_answer(f"{url}/-/versions.json", server)
            yield url
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers.

    Raises:
        SystemExit: it ended, or did not answer in time.
    """
    until = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until and server.poll() is None:
            try:
                if client.get(url).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    message = f"Datasette 没有应答 / does not answer: {url}"
    raise SystemExit(message)


def judge(database: Path, python: str) -> tuple[int, dict[str, Any]]:
    """Serve a file, run the main job on it, and give pytest's exit code and the report."""
    out = database.parent / "results"
    with served(database, python) as url:
        options = [f"--szxc-target={url}", f"--szxc-config={STATEMENT}", f"--szxc-out={out}", "--szxc-seed=datasette"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        done = subprocess.run(
            command, cwd=database.parent, check=False, capture_output=True, text=True, encoding="utf-8"
        )
    (database.parent / "pytest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    report = out / "report.json"
    if not report.exists():
        message = f"{done.stdout}{done.stderr}\n没有报告 / no report; pytest: {done.returncode}"
        raise SystemExit(message)
    return done.returncode, json.loads(report.read_text(encoding="utf-8"))


def claimed(report: dict[str, Any]) -> Verdicts:
    """The verdicts of the claimed classes, by requirement."""
    claims = tomllib.loads(STATEMENT.read_text(encoding="utf-8"))["claims"]["data_classification"]["classes"]
    return {row["requirement"]: row for row in report["verdicts"] if row["class"] in claims}


def deviations(good: Verdicts, faulty: Verdicts) -> list[str]:
    """Where the two runs are not what they must be: every must and should passes; then exactly the planted fail."""
    planted = {fault.requirement for fault in FAULTS}
    found = [f"{name}: no such requirement in the claimed classes" for name in sorted(planted - good.keys())]
    found += [f"{name}: judged in one run only" for name in sorted(good.keys() ^ faulty.keys())]
    for name, row in good.items():
        if row["level"] != "may" and row["status"] != "pass":
            found.append(f"{name}: {row['status']} on good data")
        owed = "fail" if name in planted else row["status"]
        if name in faulty and faulty[name]["status"] != owed:
            found.append(f"{name}: {faulty[name]['status']} on faulty data, {owed} expected")
    return found


def table(good: Verdicts, faulty: Verdicts) -> Iterator[str]:
    """The verdicts of both runs side by side, and what was planted."""
    planted = {fault.requirement: fault for fault in FAULTS}
    yield f"{'':8}{'level':8}{'good':22}{'faulty':22}planted"
    for name, row in good.items():
        cells = [f"{one['status']} ({one['observed']}, {one['found']})" for one in (row, faulty.get(name, row))]
        fault = planted.get(name)
        yield f"{name:8}{row['level']:8}{cells[0]:22}{cells[1]:22}{f'{fault.zh} / {fault.en}' if fault else '-'}"


def verdicts_of(folder: Path, python: str, now: datetime) -> tuple[int, Verdicts]:
    """Make the catalogue that the folder is named after, judge it, and give pytest's exit code and the verdicts."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "catalogue.db"
    build(database, now)
    if folder.name == "faulty":
        plant(database)
    started = time.monotonic()
    code, report = judge(database, python)
    sent, seconds = report["run"]["requests"]["sent"], time.monotonic() - started
    print(f"{folder.name}: pytest {code}, {sent} requests, {seconds:.1f} s")
    return code, claimed(report)


def compare(folder: Path) -> int:
    """Judge good and faulty data below ``folder`` and print the table; 0 if all is as planted."""
    python, now = datasette_python(), datetime.now(UTC)
    good_code, good = verdicts_of(folder / "good", python, now)
    faulty_code, faulty = verdicts_of(folder / "faulty", python, now)
    print("\n".join(["", "(observations, findings)", *table(good, faulty), ""]))
    wrong = deviations(good, faulty)
    if (good_code, faulty_code) != (EXIT_GOOD, EXIT_FAULTY):
        wrong.append(f"exit codes {good_code} and {faulty_code}, expected {EXIT_GOOD} and {EXIT_FAULTY}")
    if not wrong:
        print(f"√ good: all pass; faulty: exactly the {len(FAULTS)} planted fail")
        return 0
    for name in ("good", "faulty"):
        print(f"--- {name}\n{(folder / name / 'pytest.log').read_text(encoding='utf-8')}")
    print("\n".join(f"× {line}" for line in wrong))
    return 1


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="keep catalogues, logs and reports in this folder")
    out = parser.parse_args().out
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a console that lacks a character
    if out:
        return compare(out.resolve())
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
