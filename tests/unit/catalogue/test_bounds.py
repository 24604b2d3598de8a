from __future__ import annotations

from typing import Any

import pytest

from pytest_szxc.catalogue.bounds import DEPTH, NODES, TOO_DEEP, TOO_MANY, beyond_bounds


def nested(depth: int) -> Any:
    value: Any = []
    for level in range(depth - 1):
        value = {"a": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, None),
        ("x" * 1_000_000, None),
        ({}, None),
        (nested(DEPTH), None),
        (nested(DEPTH + 1), TOO_DEEP),
        (nested(100_000), TOO_DEEP),
        ([0] * (NODES - 1), None),
        ([0] * NODES, TOO_MANY),
        ({str(number): [] for number in range(NODES)}, TOO_MANY),
        ([[0] * 1000 for _ in range(200)], TOO_MANY),
        ([[0] * 999 for _ in range(199)], None),
    ],
    ids=range(11),
)
def test_depth_and_nodes(value: Any, found: object) -> None:
    assert beyond_bounds(value) == found
