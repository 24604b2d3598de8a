"""The engine at everything the hostile server does, as two processes: codes, seconds over the deadline, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from figures import QUIET, CommandError, tell

DEADLINE, SLACK, MEMORY, WHOLE_KIT, GOAL = 1.0, 0.5, 96.0, 60.0, 60
SERVER = [sys.executable, "-c", "from pytest_szxc.cli import main; main()", "serve-bad", "--port=0", "--json"]
CLIENT = [sys.executable, "-m", "pytest_szxc.hostile.trial", str(DEADLINE)]


def run_kit() -> dict[str, Any]:
    """What the client found: ``trials``, ``seconds``, ``extra_mib``."""
    with subprocess.Popen(SERVER, env=QUIET, stdout=subprocess.PIPE, text=True) as server:
        try:
            rows = json.loads(server.stdout.readline())["behaviours"] if server.stdout else []
            urls = json.dumps({row["name"]: row["url"] for row in rows})
            done = subprocess.run(CLIENT, env=QUIET, input=urls, capture_output=True, text=True, check=False)
        finally:
            server.terminate()
    if done.returncode:
        raise CommandError(CLIENT, done.returncode, done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Run it and tell."""
    found = run_kit()
    trials = found["trials"]
    wrong = [f"{trial['name']}: {trial['got']}" for trial in trials if trial["got"] not in trial["expected"]]
    over = max(trial["seconds"] for trial in trials) - DEADLINE
    unclassified = sum(trial["got"] == "transport.other" for trial in trials)
    figures = {
        "behaviours": len(trials),
        "all_expected": not wrong,
        "unclassified": unclassified,
        "worst_seconds_over_deadline": over,
        "extra_mib": found["extra_mib"],
        "total_seconds": found["seconds"],
    }
    holds = [len(trials) >= GOAL, not wrong, over <= SLACK, found["extra_mib"] <= MEMORY, found["seconds"] <= WHOLE_KIT]
    tell(
        "hostile_kit",
        {**figures, "goal": GOAL, "holds": all(holds), "wrong": wrong},
        f"{len(trials)} behaviours, {len(wrong)} with another code; at most {over:.2f} s over the deadline, "
        f"{found['extra_mib']:.0f} MiB, {found['seconds']:.1f} s in all",
    )


if __name__ == "__main__":
    main()
