"""A short run of the comparison of both engines; the long one runs with the benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "engines_agree.py"


def test_both_engines_agree_on_generated_values() -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--instances=1000"], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    figures = json.loads(done.stdout.splitlines()[0])
    assert (done.returncode, figures["differences"], figures["holds"]) == (0, 0, True), done.stderr
    for family in figures["families"]:
        assert family["instances"] >= 1000
        assert family["built valid"] >= 0.9 * family["instances"] / 2
        assert family["mutated invalid"] >= 0.4 * family["instances"] / 2
        assert family["not taken"] == 0
