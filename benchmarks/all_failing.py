"""All requirements failing against all passing, every reason printed: with a request each, and on one stream."""

from __future__ import annotations

import tempfile
from pathlib import Path

from figures import paired_ratio, pytest_command, tell, timed
from loopback_server import serving
from synthetic import SUITE, write_statement, write_suite

COUNT, ROUNDS, GOAL = 1_000, 5, 2.5
COMMAND = pytest_command("--szxc-config=szxc.toml", f"--szxc-suite={SUITE}")


def ratio(folder: Path, base_url: str, *, sharing: bool) -> float:
    """Seconds of the failing run over those of the passing one, taking turns."""
    environment = write_suite(folder, COUNT, sharing=sharing)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for good in (True, False):
            write_statement(folder / "szxc.toml", base_url, good=good)
            seconds[good].append(timed(COMMAND, folder, environment, expected=0 if good else 1))
    return paired_ratio(seconds[False], seconds[True])


def main() -> None:
    """Measure and tell."""
    with serving() as base_url, tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        asking = ratio(Path(first), base_url, sharing=False)
        sharing = ratio(Path(second), base_url, sharing=True)
    holds = max(asking, sharing) <= GOAL
    tell(
        "all_failing",
        {"asking": asking, "sharing": sharing, "goal": GOAL, "holds": holds, "requirements": COUNT},
        f"all failing / all passing: {asking:.2f} with a request each, {sharing:.2f} on one stream (goal {GOAL})",
    )


if __name__ == "__main__":
    main()
