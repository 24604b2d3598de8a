"""Judges pycsw, as it is, over good data and with two planted misconfigurations, and compares with what is owed.

    python run.py [--out FOLDER]

pycsw is looked for in this interpreter, then in the one that SZXC_PYCSW_PYTHON names, then in .venv-pycsw.
Exit code 0: over good data everything passes but what is known to be wrong in pycsw itself; a misconfiguration fails
the requirement that it breaks.
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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from build import build
from misconfigurations import MISCONFIGURATIONS, TABLE, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STATEMENT = HERE / "szxc.toml"
CLASS = "query"
START_SECONDS = 60
SERVE = (
    "import sys; from wsgiref.simple_server import make_server; from pycsw.wsgi import application; "
    "make_server('127.0.0.1', int(sys.argv[1]), application).serve_forever()"
)
"""What pycsw's own ``wsgi.py`` does, which listens on every interface."""
MAXRECORDS = "50"
KNOWN = {"IC-029": "maxrecords=-1 gives all records: pycsw hands the number on as SQL LIMIT"}
"""What is wrong in pycsw 2.6.2 itself, and reported."""
EXIT_FAULTY = 1
Verdicts = dict[str, dict[str, Any]]


def pycsw_python() -> str:
    """The interpreter that has pycsw.

    Raises:
        SystemExit: there is none.
    """
    if importlib.util.find_spec("pycsw"):
        return sys.executable
    named = os.environ.get("SZXC_PYCSW_PYTHON")
    own = [ROOT / ".venv-pycsw" / place for place in ("bin/python", "Scripts/python.exe")]
    found = named or next((str(path) for path in own if path.exists()), None)
    if found is None:
        raise SystemExit(
            "没有找到 pycsw / pycsw not found:\n"
            "  python -m venv .venv-pycsw\n"
            "  .venv-pycsw/bin/pip install -r examples/pycsw/requirements.txt"
        )
    return found


def prepared(folder: Path, python: str, port: int, settings: dict[str, str]) -> Path:
    """The configuration, with an empty database beside it."""
    values = {"FOLDER": folder.as_posix(), "URL": f"http://127.0.0.1:{port}/", "MAXRECORDS": MAXRECORDS, "TABLE": TABLE}
    first, final = (HERE / "pycsw.cfg").read_text(encoding="utf-8"), folder / "pycsw.cfg"
    written(final, first, values)
    script = next(path for path in Path(python).parent.glob("pycsw-admin*") if path.is_file())
    command = [python, str(script), "-c", "setup_db", "-f", str(final)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    (folder / "setup.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    written(final, first, {**values, **settings})
    return final


def written(path: Path, text: str, values: dict[str, str]) -> None:
    """Write a text with its ``@NAMES@`` filled in."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    path.write_text(text, encoding="utf-8")


@contextmanager
def served(configuration: Path, python: str, port: int) -> Iterator[str]:
    """The service on a loopback port, until it answers and as long as it is needed; gives its URL."""
    environment = {**os.environ, "PYCSW_CONFIG": str(configuration), "PYTHONUTF8": "1"}
    with (configuration.parent / "pycsw.log").open("wb") as log:
        command = [python, "-W", "ignore", "-c", SERVE, str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            await_answer(f"{url}/?service=CSW&version=2.0.2&request=GetCapabilities", server)
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
    message = f"pycsw 没有应答 / does not answer: {url}"
    raise SystemExit(message)


def verdicts_of(folder: Path, python: str, settings: dict[str, str], prepare: Callable[[Path], None]) -> Verdicts:
    """Fill a catalogue, serve it, run the main job on it, and give the verdicts of the claimed class."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    (folder / "catalogue.db").unlink(missing_ok=True)
    configuration = prepared(folder, python, port, settings)
    build(folder / "catalogue.db")
    prepare(folder / "catalogue.db")
    started = time.monotonic()
    with served(configuration, python, port) as url:
        options = [f"--szxc-target={url}", f"--szxc-config={STATEMENT}", "--szxc-out=results", "--szxc-seed=pycsw"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, encoding="utf-8")
    (folder / "pytest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != EXIT_FAULTY:
        message = f"{done.stdout}{done.stderr}\npytest: {done.returncode}"
        raise SystemExit(message)
    report = json.loads((folder / "results" / "report.json").read_text(encoding="utf-8"))
    print(f"{folder.name}: {report['run']['requests']['sent']} requests, {time.monotonic() - started:.1f} s")
    return {row["requirement"]: row for row in report["verdicts"] if row["class"] == CLASS}


def deviations(good: Verdicts, faulty: dict[str, Verdicts]) -> list[str]:
    """Where the runs are not what they must be."""
    owed = {name: "fail" if name in KNOWN else "pass" for name in good}
    found = [f"{name}: {row['status']} on good data" for name, row in good.items() if row["status"] != owed[name]]
    for planted in MISCONFIGURATIONS:
        rows = faulty[planted.name]
        wanted = {**owed, planted.requirement: "fail"}
        found += [
            f"{name}: {row['status']} with {planted.name}"
            for name, row in rows.items()
            if row["status"] != wanted[name]
        ]
    return found


def table(good: Verdicts, faulty: dict[str, Verdicts]) -> Iterator[str]:
    """The verdicts of all runs side by side, and what is known or was planted."""
    planted = {one.requirement: f"{one.zh} / {one.en}" for one in MISCONFIGURATIONS}
    yield f"{'':8}{'level':8}{'good':20}{''.join(f'{name:20}' for name in faulty)}why"
    for name, row in good.items():
        cells = [
            f"{one['status']} ({one['observed']}, {one['found']})"
            for one in (row, *(of[name] for of in faulty.values()))
        ]
        why = KNOWN.get(name) or planted.get(name, "-")
        yield f"{name:8}{row['level']:8}{''.join(f'{cell:20}' for cell in cells)}{why}"


def compare(folder: Path) -> int:
    """Judge all of them below ``folder`` and print the table; 0 if all is as owed."""
    python = pycsw_python()
    good = verdicts_of(folder / "good", python, {}, nothing)
    faulty = {one.name: verdicts_of(folder / one.name, python, one.settings, one.prepare) for one in MISCONFIGURATIONS}
    print("\n".join(["", "(observations, findings)", *table(good, faulty), ""]))
    wrong = deviations(good, faulty)
    if not wrong:
        print(f"√ good: all pass but {', '.join(KNOWN)}; each of {len(faulty)} misconfigurations fails its requirement")
        return 0
    for name in ("good", *faulty):
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
