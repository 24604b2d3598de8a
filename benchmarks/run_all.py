"""Every benchmark in turn; with ``--out`` the figures go to a dated file. Ends with 1 if a goal is missed."""

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
)
LONG = ("engines_agree", "fault_injection")
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
    given = parser.parse_args()
    out = given.out
    now = datetime.now(UTC)
    measured = [figures_of(name) for name in (*NAMES, *(LONG if given.long else ()))]
    if out:
        machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
        document = {"measured": now.isoformat(timespec="seconds"), **machine, "figures": measured}
        path = out / f"figures-{now:%Y-%m-%d}.json"
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 0 if all(figures["holds"] for figures in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
