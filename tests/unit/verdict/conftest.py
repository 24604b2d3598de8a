"""Small requirements and SUT views to judge with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from pytest_szxc.checks.rules import SutCheck
from pytest_szxc.model import Basis, Level, Requirement, Text

TEXT = Text("要求", "requirement")
ROW = Requirement(
    id="XX-001",
    suite="xx",
    conformance_class="core",
    level=Level.MUST,
    statement=TEXT,
    source="P",
    basis=Basis.PROFILE,
    judged=TEXT,
    hint=TEXT,
)


@dataclass
class View:
    """What ``judge`` wants to know of the SUT's use."""

    exchanges: tuple[str, ...] = ("x1",)
    empty: tuple[str, ...] = ()
    tries: int = 1


@pytest.fixture
def row():
    return lambda **changes: replace(ROW, **changes)


@pytest.fixture
def view():
    return View


@pytest.fixture
def check():
    return lambda function: SutCheck("XX-001", "test_x", function)
