"""Paging and incremental exchange judged on a resource of 100,000 records: requests, seconds, memory; a fault is found.

The demo platform runs in a process of its own; the judging process is a user's command with the default budget of
requests. A second platform has one record twice, across the border of two pages somewhere in the middle.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import QUIET, CommandError, pytest_command, tell
from large_resource_server import RECORDS, SUITE, serving

from pytest_szxc.catalogue.load import load_suites

CLASSES = ("query", "incremental")
MOST_REQUESTS, MOST_MIB = 2_500, 300
SEQUENCE = "IC-028"
"""The requirement that must report the fault."""
EXIT_FAILED = 1
STATEMENT = """[target]
base_url = "{url}"
[target.limits]
rate = 0.0
[accounts.primary]
scheme = "bearer"
token = {{ env = "DEMO_PRIMARY" }}
[claims.{suite}]
classes = {claims}
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """One run: its seconds, the peak memory of its process, its requests, and the status of each requirement."""

    seconds: float
    mib: float
    requests: int
    statuses: dict[str, str]


def judged(folder: Path, *, faulty: bool) -> Judged:
    """Judge a platform as a user does.

    Raises:
        CommandError: the command did not end as it must.
    """
    folder.mkdir()
    with serving(faulty=faulty) as (url, token):
        claims = json.dumps([row.id for row in load_suites()[SUITE].classes])
        text = STATEMENT.format(url=url, suite=SUITE, claims=claims)
        (folder / "szxc.toml").write_text(text, encoding="utf-8")
        chosen = f"--szxc-class={','.join(CLASSES)}"
        command = pytest_command("--szxc-config=szxc.toml", chosen, "--szxc-seed=benchmark", "--szxc-out=out")
        seconds, mib, code = measured(command, folder, {"DEMO_PRIMARY": token})
    if code != (EXIT_FAILED if faulty else 0):
        raise CommandError(command, code, (folder / "output.txt").read_text(encoding="utf-8")[-3000:])
    report: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    statuses = {row["requirement"]: row["status"] for row in report["verdicts"] if row["class"] in CLASSES}
    return Judged(seconds, mib, report["run"]["requests"]["sent"], statuses)


def measured(command: list[str], folder: Path, extra: dict[str, str]) -> tuple[float, float, int]:
    """Seconds, peak resident MiB and exit code of a command's own process."""
    begun = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env={**QUIET, **extra}, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begun, used.ru_maxrss / 1024, process.returncode


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as name:
        good, faulty = (judged(Path(name) / word, faulty=word == "faulty") for word in ("good", "faulty"))
    passing = set(good.statuses.values()) == {"pass"}
    found = [name for name, status in faulty.statuses.items() if status in ("fail", "warn")]
    bounded = all(run.requests <= MOST_REQUESTS and run.mib < MOST_MIB for run in (good, faulty))
    tell(
        "large_resource",
        {
            "records": RECORDS,
            "requests": good.requests,
            "seconds": good.seconds,
            "mib": good.mib,
            "pass": passing,
            "faulty_requests": faulty.requests,
            "faulty_mib": faulty.mib,
            "reported_by": found,
            "holds": passing and bounded and SEQUENCE in found,
        },
        f"{RECORDS} records: {good.requests} requests, {good.seconds:.1f} s, {good.mib:.0f} MiB (goal {MOST_MIB}), "
        f"all pass: {passing}; one record twice: reported by {', '.join(found) or 'nobody'}",
    )


if __name__ == "__main__":
    main()
