"""One requirement (request, schema, hash, record) against a bare pytest + httpx test that asks the same server."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from figures import paired_ratio, pytest_command, tell, timed
from loopback_server import serving
from synthetic import SUITE, write_statement, write_suite

COUNT, ROUNDS, GOAL = 1_000, 5, 1.5
BARE = """
import httpx
import pytest

client = httpx.Client(base_url="{base_url}")


@pytest.mark.parametrize("number", range(1, {count} + 1))
def test_item(number):
    answer = client.get(f"/good/{{number}}")
    assert answer.status_code == 200
    assert answer.json()["level"] == "general"
"""


def write_both(folder: Path, base_url: str, count: int) -> dict[str, str]:
    """The bare test file, the suite and its statement, of one size."""
    write_statement(folder / "szxc.toml", base_url, good=True)
    (folder / "test_bare.py").write_text(BARE.format(base_url=base_url, count=count), encoding="utf-8")
    return write_suite(folder, count)


def measure(small: Path, large: Path, base_url: str) -> dict[tuple[str, int], list[float]]:
    """Seconds by side and size, all four taking turns in each round."""
    commands = {
        "bare": pytest_command("-p", "no:szxc", "test_bare.py"),
        "ours": pytest_command("--szxc-config=szxc.toml", f"--szxc-suite={SUITE}"),
    }
    environments = {(folder, size): write_both(folder, base_url, size) for folder, size in ((small, 1), (large, COUNT))}
    seconds: dict[tuple[str, int], list[float]] = {(side, size): [] for side in commands for size in (1, COUNT)}
    for _ in range(ROUNDS):
        for (folder, size), environment in environments.items():
            for side, command in commands.items():
                seconds[side, size].append(timed(command, folder, environment))
    return seconds


def milliseconds(seconds: dict[tuple[str, int], list[float]], side: str) -> list[float]:
    """What one requirement more costs, in each round."""
    pairs = zip(seconds[side, 1], seconds[side, COUNT], strict=True)
    return [(many - one) * 1000 / (COUNT - 1) for one, many in pairs]


def main() -> None:
    """Measure and tell."""
    with serving() as base_url, tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        seconds = measure(Path(small), Path(large), base_url)
    each = {side: milliseconds(seconds, side) for side in ("ours", "bare")}
    ours, bare = (statistics.median(each[side]) for side in ("ours", "bare"))
    ratio = paired_ratio(each["ours"], each["bare"])
    whole = paired_ratio(seconds["ours", COUNT], seconds["bare", COUNT])
    tell(
        "one_requirement",
        {"ratio": ratio, "goal": GOAL, "holds": ratio <= GOAL, "ours_ms": ours, "bare_ms": bare, "whole_run": whole},
        f"{ours:.2f} ms against {bare:.2f} ms bare: {ratio:.2f} (goal {GOAL}); whole runs {whole:.2f}",
    )


if __name__ == "__main__":
    main()
