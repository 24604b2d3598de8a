"""The whole suite against the demo platform: seconds, requests sent and saved; two runs with one seed ask the same.

Each run starts a demo of its own, on a free port and with data that end at the present. So requests are compared
without the address and the run's own name, and with each instant as its distance from the instant of judging.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from figures import pytest_command, tell, timed

SEED = "benchmark"
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")
Asked = list[tuple[str, ...]]


def run(folder: Path) -> tuple[float, dict[str, Any], Asked]:
    """Seconds, the report, and the requests in their order."""
    command = pytest_command("--szxc-target=demo", "--szxc-allow-write", f"--szxc-seed={SEED}", "--szxc-out=results")
    seconds = timed(command, folder)
    texts = ((folder / "results" / name).read_text(encoding="utf-8") for name in ("report.json", "run.json"))
    report, record = (json.loads(text) for text in texts)
    return seconds, report, asked(folder / "results" / "exchanges.sqlite", record)


def asked(file: Path, record: dict[str, Any]) -> Asked:
    """The requests of a run: method, path with query, account, body."""

    def neutral(text: str) -> str:
        return relative(text, datetime.fromisoformat(record["now"])).replace(record["run"], "RUN")

    with closing(sqlite3.connect(file)) as store:
        rows = store.execute("SELECT method, url, account, body FROM exchange ORDER BY sequence").fetchall()
    return [(method, neutral(path(url)), account, neutral(body.decode())) for method, url, account, body in rows]


def path(url: str) -> str:
    """A URL without its address."""
    parts = urlsplit(url)
    return unquote(f"{parts.path}?{parts.query}")


def relative(text: str, now: datetime) -> str:
    """The text with each instant as seconds from ``now``."""
    return INSTANT.sub(lambda found: f"now{(datetime.fromisoformat(found[0]) - now).total_seconds():+.0f}s", text)


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        seconds, report, requests = run(Path(first))
        again, _, requests_again = run(Path(second))
    counts, same = report["run"]["requests"], requests == requests_again
    figures = {
        "seconds": min(seconds, again),
        "requirements": len(report["verdicts"]),
        "sent": counts["sent"],
        "saved": counts["saved"],
        "same_requests": same,
        "holds": same,
    }
    tell(
        "whole_suite",
        figures,
        f"{figures['requirements']} requirements in {figures['seconds']:.1f} s, {counts['sent']} requests sent, "
        f"{counts['saved']} saved by sharing; two runs with one seed ask the same: {same}",
    )


if __name__ == "__main__":
    main()
