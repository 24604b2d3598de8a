"""Judges a folder of evidence, sound and with nine changes, and compares the verdicts with those owed.

    python run.py [--out FOLDER] [CASE ...]

The folder is what ``hand_over.py`` writes. Each case changes a copy of it, as things go wrong in practice: a file that
was altered after the manifest was written, a log saved as GBK, positions as JT/T 808 has them … Exit code 0: every case
ends as it should.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cases import CASES, Case
from hand_over import hand_over, list_files

HERE = Path(__file__).resolve().parent
ROWS = "{:<22} {:>4}  {}"


def judged(folder: Path, out: Path, statement: Path | None) -> tuple[int, dict[str, Any]]:
    """The exit code of a run on a folder, and its report."""
    config = ("--szxc-config", str(statement)) if statement else ()
    options = (f"--szxc-target={folder}", f"--szxc-out={out}", "--szxc-lang=en", *config)
    command = [sys.executable, "-m", "pytest", "-q", *options, "-p", "no:cacheprovider"]
    code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=folder.parent).returncode
    report = out / "report.json"  # there is none of a run that could not begin
    return code, json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {"verdicts": []}


def differences(case: Case, code: int, report: dict[str, Any]) -> list[str]:
    """Where a case did not end as it should."""
    rows = {row["requirement"]: row for row in report["verdicts"]}
    found = [] if code == case.exit_code else [f"exit {code} != {case.exit_code}"]
    for requirement, owed in case.verdicts.items():
        row = rows.get(requirement, {"status": "not-run"})
        told = (row["status"], row["cause"]["code"]) if row.get("cause") else (row["status"],)
        if told[: len(owed)] != owed:
            found.append(f"{requirement} {' '.join(told)} != {' '.join(owed)}")
    passing = {"pass", "not-applicable"}
    others = (name for name, row in rows.items() if name not in case.verdicts and row["status"] not in passing)
    if case.alone:
        found += [f"{name} {rows[name]['status']}" for name in others]
    return found


def tried(case: Case, sound: Path, out: Path) -> bool:
    """Judge one case, say how it ended, and whether that is as it should be."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "evidence"
        shutil.copytree(sound, folder)
        case.change(folder)
        if case.listed:
            list_files(folder)
        code, report = judged(folder, out / case.name, HERE / case.statement if case.statement else None)
    wrong = differences(case, code, report)
    told = ", ".join(f"{name} {' '.join(owed)}" for name, owed in case.verdicts.items()) or "all pass"
    print(ROWS.format(case.name, code, f"× {'; '.join(wrong)}" if wrong else f"√ {told}"))
    return not wrong


def main() -> None:
    """Write the sound folder once, then judge each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", choices=[[], *CASES], help="only these")
    parser.add_argument("--out", type=Path, help="keep the runs' results here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sound, out = Path(place) / "sound", (given.out or Path(place) / "out").resolve()
        hand_over(sound)
        chosen = [CASES[name] for name in given.cases] or list(CASES.values())
        print(ROWS.format("case", "exit", "verdicts"))
        good = [tried(case, sound, out) for case in chosen]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
