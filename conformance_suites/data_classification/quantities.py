"""Counts and shares, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from pytest_szxc import Record

LARGEST = 10**24
"""No count of records or bytes is larger; arithmetic on larger ones is refused."""


def count(record: Record, path: str) -> Decimal | None:
    """A member that counts something: a number from 0 to ``LARGEST``."""
    number = record.number(path)
    return number if number is not None and number.is_finite() and 0 <= number <= LARGEST else None


def at_least(part: int, whole: int, percent: int) -> bool:
    """Whether a part is at least so many per cent of the whole."""
    return part * 100 >= whole * percent


def share(part: int, whole: int) -> str:
    """A share as a finding shows it: per cent and the two counts."""
    return f"{100 * part / whole:.2f} % ({part}/{whole})"
