"""Load and collection of 10,000 synthetic requirements, compiled as a wheel ships them: milliseconds for each."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from figures import pytest_command, tell, timed
from synthetic import SUITE, write_statement, write_suite

COUNT, ROUNDS, GOAL = 10_000, 5, 0.1


def seconds(folder: Path, count: int) -> float:
    """Median wall-clock seconds of ``pytest --co`` over a suite of this size."""
    environment = write_suite(folder, count)
    write_statement(folder / "szxc.toml", "http://127.0.0.1:9", good=True)
    command = pytest_command("--co", "-qq", "--szxc-config=szxc.toml", f"--szxc-suite={SUITE}")
    return statistics.median(timed(command, folder, environment) for _ in range(ROUNDS))


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        one, many = seconds(Path(small), 1), seconds(Path(large), COUNT)
    each = (many - one) * 1000 / (COUNT - 1)
    tell(
        "catalogue_load",
        {"requirements": COUNT, "ms_each": each, "goal": GOAL, "holds": each <= GOAL, "seconds": many, "of_one": one},
        f"{COUNT} requirements: {each:.3f} ms each to load and collect (goal {GOAL} ms)",
    )


if __name__ == "__main__":
    main()
