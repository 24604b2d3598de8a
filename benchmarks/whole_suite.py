"""The whole suite against the demo platform: seconds, requests sent and saved; two runs with one seed ask the same."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from figures import pytest_command, tell, timed

SEED = "benchmark"


def run(folder: Path) -> tuple[float, dict[str, Any], list[Any]]:
    """Seconds, the report's account of the requests, and the requests in their order."""
    command = pytest_command("--szxc-target=demo", "--szxc-allow-write", f"--szxc-seed={SEED}", "--szxc-out=results")
    seconds = timed(command, folder)
    report = json.loads((folder / "results" / "report.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(folder / "results" / "exchanges.sqlite")) as store:
        rows = store.execute("SELECT method, url, account, body FROM exchange ORDER BY sequence").fetchall()
    return seconds, report, rows


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        seconds, report, asked = run(Path(first))
        again, _, asked_again = run(Path(second))
    requests, same = report["run"]["requests"], asked == asked_again
    tell(
        "whole_suite",
        {
            "seconds": min(seconds, again),
            "requirements": len(report["verdicts"]),
            "sent": requests["sent"],
            "saved": requests["saved"],
            "same_requests": same,
            "holds": same,
        },
        f"{len(report['verdicts'])} requirements in {min(seconds, again):.1f} s, {requests['sent']} requests sent, "
        f"{requests['saved']} saved by sharing; two runs with one seed ask the same: {same}",
    )


if __name__ == "__main__":
    main()
