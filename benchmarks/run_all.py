"""Every benchmark in turn; with ``--out`` the figures go to a dated file. Ends with 1 if a goal is missed.

``--only`` measures some again; their figures take the place of those that the day's file has of them.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = (
    "startup",
    "catalogue_load",
    "one_requirement",
    "all_failing",
    "whole_suite",
    "latency",
    "side_by_side",
    "hostile_kit",
    "page_in_a_browser",
    "trajectory_agreement",
    "trajectory_speed",
    "log_reading",
    "long_log",
)
LONG = ("engines_agree", "fault_injection", "killed_writes", "large_ingest", "large_resource")
"""Proofs that take minutes each."""


def figures_of(name: str) -> dict[str, Any]:
    """Run one benchmark; its figures."""
    done = subprocess.run([sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, check=True, encoding="utf-8")
    figures, sentence = done.stdout.strip().splitlines()[-2:]
    print(sentence, flush=True)
    found: dict[str, Any] = json.loads(figures)
    return found


def main() -> int:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for a dated file with the figures")
    parser.add_argument("--long", action="store_true", help="the proofs that take minutes too")
    parser.add_argument("--only", nargs="+", choices=(*NAMES, *LONG), help="these alone")
    given = parser.parse_args()
    measured = [figures_of(name) for name in given.only or (*NAMES, *(LONG if given.long else ()))]
    if given.out:
        print(f"written: {written(given.out, measured)}")
    return 0 if all(figures["holds"] for figures in measured) else 1


def written(folder: Path, measured: list[dict[str, Any]]) -> Path:
    """The day's file, with these figures in it."""
    now = datetime.now(UTC)
    path = folder / f"figures-{now:%Y-%m-%d}.json"
    stamp = {"measured": now.isoformat(timespec="seconds")}
    known = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else []
    figures = {row["benchmark"]: row for row in [*known, *({**row, **stamp} for row in measured)]}
    machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    ordered = [figures[name] for name in (*NAMES, *LONG) if name in figures]
    document = {**stamp, **machine, "figures": ordered}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
