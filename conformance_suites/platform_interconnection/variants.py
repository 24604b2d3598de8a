"""The suite's legal variants, topic by topic."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from pytest_szxc import reference as demo

VARIANTS = demo.Variants()
for path in sorted(Path(__file__).parent.glob("variants_*.py")):
    for name, one in import_module(f".{path.stem}", __package__).VARIANTS.items():
        VARIANTS.add(name, one.title.zh, one.title.en, one.statement)(one.apply)
