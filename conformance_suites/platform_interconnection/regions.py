"""Region codes as places in a tree: 6, 9 or 12 digits for county, township and village, zeros for what is left open."""

from __future__ import annotations

LEVELS = (2, 4, 6, 9, 12)
"""Digits that name a province, a city, a county, a township, a village."""
COUNTY = 6


def stem(code: str) -> str:
    """What the codes of all places within a region begin with: its code as far as it names something.

    The levels count, not the zeros: township ``999999010000`` is ``999999010``, and not ``99999901``.
    """
    return next((code[:digits] for digits in LEVELS if not code[digits:].strip("0")), code)


def is_within(code: str, region: str) -> bool:
    """Whether a place is a region or lies in it."""
    return stem(code).startswith(stem(region))
