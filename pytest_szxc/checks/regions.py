"""Region codes as places in a tree: 6, 9 or 12 digits for county, township and village, zeros for what is left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

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


def is_listed(code: str, regions: Collection[str]) -> bool:
    """Whether a list of regions knows a place, as far down as the list goes there.

    A place within a listed region is known, unless the list goes on below that region and does not have it. A place of
    which only places within it are listed is known too.

    Args:
        code: 6, 9 or 12 digits.
        regions: the list's codes.
    """
    place, known = stem(code), {stem(region) for region in regions}
    if any(region.startswith(place) for region in known):
        return True
    above = max((region for region in known if len(region) >= COUNTY and place.startswith(region)), key=len, default="")
    return bool(above) and not any(region.startswith(above) and region != above for region in known)
