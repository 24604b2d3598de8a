"""The suite's mutants, topic by topic."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from pytest_szxc import reference as demo

MUTANTS = demo.Mutants()
for path in sorted(Path(__file__).parent.glob("mutants_*.py")):
    for name, one in import_module(f".{path.stem}", __package__).MUTANTS.items():
        MUTANTS.add(name, one.title.zh, one.title.en)(one.apply)
