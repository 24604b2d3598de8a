"""All behaviours, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_szxc.hostile import (
    codings,
    doors,
    framing,
    handshakes,
    outputs,
    payloads,
    redirecting,
    sizes,
    statuses,
    timing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.hostile.behaviour import Behaviour

_FAMILIES = (timing, sizes, codings, framing, redirecting, payloads, statuses, outputs, handshakes, doors)
BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {behaviour.name: behaviour for family in _FAMILIES for behaviour in family.BEHAVIOURS}
)
FAMILIES = tuple(family.FAMILY for family in _FAMILIES)
"""Names of the families, in the order of the table."""


def showing(code: str) -> tuple[Behaviour, ...]:
    """The behaviours that show a fault code."""
    return tuple(behaviour for behaviour in BEHAVIOURS.values() if code in behaviour.codes)
