"""What every benchmark needs: timed commands, interleaved pairs, and the two lines that tell the figures."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

UNWANTED = ("SZXC_", "PYTEST_", "COVERAGE_", "PYTHONDONTWRITEBYTECODE")
QUIET = {name: value for name, value in os.environ.items() if not name.startswith(UNWANTED)}

NO_EXTRA: Mapping[str, str] = MappingProxyType({})


class CommandError(Exception):
    """A measured command did not end as it must; its figures would mean nothing."""


def timed(command: Sequence[str], folder: Path, extra: Mapping[str, str] = NO_EXTRA, expected: int = 0) -> float:
    """Wall-clock seconds of one command; ``extra`` adds to the environment, ``expected`` is the exit code."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**QUIET, **extra}, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    seconds = time.perf_counter() - start
    if done.returncode != expected:
        raise CommandError(command, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return seconds


def interleaved(commands: Mapping[str, Sequence[str]], folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of each command in each round, the commands taking turns after one unmeasured round."""
    for command in commands.values():
        timed(command, folder)
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(timed(command, folder))
    return seconds


def paired_ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """The median of the ratios of the pairs; noise that hits both of a pair cancels."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def tell(name: str, figures: Mapping[str, object], sentence: str) -> None:
    """One JSON line for machines, one line for people."""
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps({"benchmark": name, **rounded}, ensure_ascii=False))
    print(f"{name}: {sentence}")


def pytest_command(*options: str, python: str | Path = sys.executable) -> list[str]:
    """Pytest as a user starts it, without its cache."""
    return [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
