"""Load and collection of 10,000 synthetic requirements, compiled as a wheel ships them: milliseconds for each."""

from __future__ import annotations

import tempfile
from pathlib import Path

from figures import pytest_command, tell, timed
from synthetic import SUITE, write_statement, write_suite

COUNT, ROUNDS, GOAL = 10_000, 5, 0.1


def measure(small: Path, large: Path) -> tuple[float, float]:
    """Best wall-clock seconds of ``pytest --co`` over one requirement and over all, taking turns."""
    sizes = {small: 1, large: COUNT}
    environments = {folder: write_suite(folder, size) for folder, size in sizes.items()}
    command = pytest_command("--co", "-qq", "--szxc-config=szxc.toml", f"--szxc-suite={SUITE}")
    seconds: dict[Path, list[float]] = {folder: [] for folder in sizes}
    for folder in sizes:
        write_statement(folder / "szxc.toml", "http://127.0.0.1:9", good=True)
    for _ in range(ROUNDS):
        for folder, environment in environments.items():
            seconds[folder].append(timed(command, folder, environment))
    return min(seconds[small]), min(seconds[large])


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        one, many = measure(Path(small), Path(large))
    each = (many - one) * 1000 / (COUNT - 1)
    tell(
        "catalogue_load",
        {"requirements": COUNT, "ms_each": each, "goal": GOAL, "holds": each <= GOAL, "seconds": many, "of_one": one},
        f"{COUNT} requirements: {each:.3f} ms each to load and collect (goal {GOAL} ms)",
    )


if __name__ == "__main__":
    main()
