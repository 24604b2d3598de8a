"""One requirement (request, schema, hash, record) against a bare pytest + httpx test that asks the same server."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from figures import pytest_command, tell, timed
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


def rounds(folder: Path, environment: dict[str, str]) -> dict[str, list[float]]:
    """Seconds of both sides, taking turns."""
    commands = {
        "bare": pytest_command("-p", "no:szxc", "test_bare.py"),
        "ours": pytest_command("--szxc-config=szxc.toml", f"--szxc-suite={SUITE}"),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(timed(command, folder, environment))
    return taken


def main() -> None:
    """Measure and tell."""
    with serving() as base_url, tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        one = rounds(Path(small), write_both(Path(small), base_url, 1))
        many = rounds(Path(large), write_both(Path(large), base_url, COUNT))
    each = {name: (statistics.median(many[name]) - statistics.median(one[name])) * 1000 / (COUNT - 1) for name in many}
    whole = statistics.median(many["ours"]) / statistics.median(many["bare"])
    ours, bare = each["ours"], each["bare"]
    ratio = ours / bare
    tell(
        "one_requirement",
        {"ratio": ratio, "goal": GOAL, "holds": ratio <= GOAL, "ours_ms": ours, "bare_ms": bare, "whole_run": whole},
        f"{ours:.2f} ms against {bare:.2f} ms bare: {ratio:.2f} (goal {GOAL}); whole runs {whole:.2f}",
    )


if __name__ == "__main__":
    main()
