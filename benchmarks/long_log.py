"""A ten-hour log at 10 Hz (360,000 rows, 19 columns) in a folder of evidence, judged by the requirements on guidance.

Writing and each format are processes of their own, for the peak. Of the judging, the processor's seconds are told: of
the first requirement, which reads the file, and of the others.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import tell

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.statement_file import default_statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import IN_PROCESS_URL
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_szxc.model import Suite

SUITE, LONG = "autodrive_grading", "long"
GOAL_S, GOAL_MIB = 4.0, 500
ROWS, PASSES, TURN, HZ, LENGTH_M, SPACING_M = 360_000, 100, 84, 10, 840.0, 3.0
ASKED = ("ADG-031", "ADG-032", "ADG-034", "ADG-036", "ADG-040", "ADG-041", "ADG-042")
KINDS = ("csv", "parquet")


def made(suite: Suite) -> Any:  # noqa: ANN401 -- a session of the suite's synthetic machine
    """Ten hours of rows to and fro, with turns between them and one loss of corrections."""
    plan, errors, held = (
        import_part(suite.id, suite.folder, name) for name in ("drive_plan", "drive_errors", "reference_sessions")
    )
    lines, legs, planted = {}, [], []
    samples = _shares(ROWS - (PASSES - 1) * TURN)
    for number, count in enumerate(samples):
        ends = ((SPACING_M * number, 0.0), (SPACING_M * number, LENGTH_M))
        way = ends if number % 2 == 0 else ends[::-1]
        told = errors.noise(count, f"long/{number}", 0.002, 0.014)
        lines[f"L{number}"] = way
        facts = {"line_id": f"L{number}", "pass_id": f"P{number}", "implement_state": "working"}
        facts |= {"fix": [5 if number == 1 and 1000 <= row < 1200 else 4 for row in range(count)]}  # noqa: PLR2004 -- 20 s
        legs.append(plan.Leg(way, count, (1.0,), told, 2.4, facts))
        planted += told
        if number + 1 < PASSES:
            following = (SPACING_M * (number + 1), way[1][1])
            legs.append(plan.Leg(plan.turn(way[1], following, forward=number % 2 == 0), TURN))
    figures = errors.figures(planted)
    return held.Session(
        LONG,
        held.COMBO,
        ("track", "row_spacing", "on_line", "endurance"),
        (6, 0),
        plan.drive(legs, "long", 1 / HZ),
        planted=held._tracked(figures),  # noqa: SLF001 -- as the field session plants them
        lines=lines,
    )


def _shares(rows: int) -> list[int]:
    """Samples of each pass, all about as many."""
    return [rows // PASSES + (number < rows % PASSES) for number in range(PASSES)]


def write(folder: Path) -> None:
    """A folder of evidence for each format."""
    suite = load_suites()[SUITE]
    told = made(suite)
    declared = import_part(suite.id, suite.folder, "reference_declaration").declared()
    day = import_part(suite.id, suite.folder, "reference_sessions").field_day(datetime.now(UTC))
    feature = next(row for row in declared if row["feature_id"] == told.feature_id)
    for kind in KINDS:
        files = {
            "list_declarations.json": json.dumps([{**feature, "evidence": told.evidence(day)}]).encode(),
            "list_sessions.json": json.dumps([told.record(day) | {"log": kind}]).encode(),
            f"session_log/{LONG}.{kind}": told.log_file(day, kind),
        }
        _put(folder / kind, files)


def _put(folder: Path, files: dict[str, bytes]) -> None:
    """The files and their manifest."""
    listed = []
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        row = {"path": name, "operation": Path(name).parts[0].removesuffix(".json")}
        params = {"params": {"session": LONG}} if "/" in name else {}
        listed.append({**row, **params, "sha256": hashlib.sha256(body).hexdigest()})
    manifest = {"format": "szxc-evidence-folder/1", "suite": SUITE, "files": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def judged(folder: Path) -> None:
    """Judge one folder and tell the figures."""
    suite = load_suites()[SUITE]
    checks = load_checks(suite)
    setting = Setting({SUITE: suite}, ExchangeStore(None), RealClock(), datetime.now(UTC), "long")
    sut = open_target(str(folder), default_statement(IN_PROCESS_URL, {SUITE: suite}), setting)
    seconds, found = {}, {}
    rows = {row.id: row for row in suite.requirements}
    for name in ASKED:
        start = time.process_time()
        view = sut.for_requirement(name)
        verdict = judge(rows[name], checks[name], view, view, Context(owners={}))
        seconds[name], found[name] = time.process_time() - start, verdict.status.value
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    whole = sum(seconds.values())
    print(json.dumps({"s": whole, "first_s": seconds[ASKED[0]], "mib": peak, "seconds": seconds, "found": found}))


def alone(words: Sequence[str]) -> str:
    """What a process of its own tells; this one stays small, for a new process inherits the peak of who starts it."""
    command = [sys.executable, __file__, *words]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        alone(["write", folder])
        found = {kind: json.loads(alone(["judge", str(Path(folder) / kind)])) for kind in KINDS}
    passed = all(set(one["found"].values()) == {"pass"} for one in found.values())
    quick = max(found["csv"]["s"], found["parquet"]["s"]) <= GOAL_S
    holds = passed and quick and max(one["mib"] for one in found.values()) <= GOAL_MIB
    said = ", ".join(
        f"{kind} {one['s']:.2f} s ({one['first_s']:.2f} s with reading) and {one['mib']:.0f} MiB"
        for kind, one in found.items()
    )
    flat = {f"{kind}_{name}": one[name] for kind, one in found.items() for name in ("s", "first_s", "mib")}
    tell(
        "long_log",
        {**flat, "goal_s": GOAL_S, "goal_mib": GOAL_MIB, "passed": passed, "holds": holds, "rows": ROWS},
        f"{ROWS:,} rows judged by {len(ASKED)} requirements: {said} (goal {GOAL_S} s, {GOAL_MIB} MiB)",
    )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        judged(Path(sys.argv[2]))
