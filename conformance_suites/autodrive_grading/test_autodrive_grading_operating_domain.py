"""Operating domains: whether they say everything, in the right units, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement, trajectory

from .declarations import in_force
from .operating_domain import ODD, members
from .zone_pictures import pictured
from .zones import along, area_of, is_known, metres, origin_of, position_of, system_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .operating_domain import Member
    from .zones import Area, Fault, Ring

ZONE, EXCLUSIONS = "odd.zone", "odd.exclusions"
SYSTEMS = "CGCS2000 | WGS84"
METRES_PER_SECOND = ("m/s", "mps", "m.s-1", "m·s-1", "ms-1")
WITHOUT_SESSIONS = ("binding.", "http.", "envelope.", "json.", "folder.", "file.", "paging.", "body.")
"""What the codes begin with that say: there are no sessions to compare a zone with."""
SHOWN = 3
"""Zones that are drawn, at most."""
EDGE_M = 20.0
"""How far outside of its zone the end of a line may lie."""
TOUCH_M = 1.0
"""How close an exclusion has to come to its zone to touch it: boundaries are drawn by hand."""


# --- what is said -----------------------------------------------------------------------------------------------------


@requirement("ADG-012")
def test_domain_is_complete(sut: Sut) -> Iterator[Observation]:
    """From grade 1 on, a declaration says every member of its operating domain that the table asks for."""
    table = tuple(members(sut.profile("operating_domain")))
    for row in in_force(sut):
        for member in table:
            if member.needed(row):
                found = row.get(f"{ODD}.{member.path}")
                observed = _instead(row, member) if found is None else found
                at, expected = row.at(f"{ODD}.{member.path}"), f"{member.kind} ({member.unit or '-'})"
                yield expect(member.is_said(row), at, expected=expected, observed=observed)


def _instead(row: Record, member: Member) -> object:
    """A member of nearly the same name, as where the unit is another (``speed_kmh``); ``None`` without one."""
    parent, _, name = f"{ODD}.{member.path}".rpartition(".")
    said = row.get(parent)
    if said is None and parent != ODD:
        parent, _, name = parent.rpartition(".")
        said = row.get(parent)
    if not isinstance(said, dict):
        return None
    stem = name.split("_")[0]
    return next((f"{other}?" for other in said if isinstance(other, str) and other.split("_")[0] == stem), None)


# --- numbers ----------------------------------------------------------------------------------------------------------


@requirement("ADG-013")
def test_ranges_are_ordered_and_in_their_units(sut: Sut) -> Iterator[Observation]:
    """Each number lies within what any machine can have in the fixed unit, no unit says otherwise, min is below max."""
    table = tuple(members(sut.profile("operating_domain")))
    for row in in_force(sut):
        for member in table:
            if member.kind == "number":
                yield from _number(row, member)
        yield from _unit(row)
        low, high = row.number("odd.speed_mps.min"), row.number("odd.speed_mps.max")
        if low is not None and high is not None and low.is_finite() and high.is_finite():
            right = low <= high and high > 0
            yield expect(right, row.at("odd.speed_mps"), expected="min ≤ max, max > 0", observed=f"{low} … {high}")


def _number(row: Record, member: Member) -> Iterator[Observation]:
    path = f"{ODD}.{member.path}"
    value = row.number(path)
    if value is not None:
        wrong = member.wrong(value)
        yield expect(not wrong, row.at(path), expected=member.range, observed=wrong)


def _unit(row: Record) -> Iterator[Observation]:
    """Where a range of speed says its unit, it is the fixed one."""
    for name in ("unit", "units"):
        unit = row.text(f"odd.speed_mps.{name}")
        if unit is not None:
            right = unit.strip().lower().replace(" ", "") in METRES_PER_SECOND
            yield expect(right, row.at(f"odd.speed_mps.{name}"), expected="m/s", observed=unit)


# --- zones ------------------------------------------------------------------------------------------------------------


@requirement("ADG-014")
def test_zone_is_a_valid_polygon(sut: Sut) -> Iterator[Observation]:
    """A zone is one closed polygon that crosses nothing, longitude first, in CGCS2000 or WGS 84."""
    zoned = [(row, zone) for row in in_force(sut) if (zone := row.child(ZONE)) is not None]
    for number, (row, zone) in enumerate(zoned):
        area, faults = area_of(zone)
        yield from map(_faulty, faults)
        system = system_of(zone)
        right = system is not None and is_known(system)
        yield expect(right, zone.at("crs"), expected=SYSTEMS, observed=system)
        lines = _driven(sut, row.text("feature_id"))
        if area is not None:
            moved = _is_moved(area, [place for points in lines.values() for place in points])
            yield expect(not moved, zone.at("coordinates"), expected=SYSTEMS, observed="GCJ-02?")
        if number < SHOWN:
            yield from pictured(row, faults, lines)


def _faulty(fault: Fault) -> Observation:
    return expect(False, fault.at, expected=fault.expected, observed=fault.observed)  # noqa: FBT003 -- it is none


def _is_moved(area: Area, points: Ring) -> bool:
    """Whether a zone holds all points where GCJ-02 would put them, and none where they are.

    Lines may begin at the edge of a field, or a few metres outside of it.
    """
    if not points:
        return False
    lat, lon = trajectory.shifted([lat for _, lat in points], [lon for lon, _ in points])
    origin = origin_of(area.outline)
    zone = metres(area.outline, origin)
    away = trajectory.outside_m(metres(points, origin), 0.0, zone)
    if not (away > 0).all():
        return False
    moved = metres(list(zip(lon, lat, strict=True)), origin)
    return not (trajectory.outside_m(moved, 0.0, zone) > EDGE_M).any() and bool((away > EDGE_M).all())


def _driven(sut: Sut, feature: str | None) -> dict[str, Ring]:
    """The lines of a feature's sessions by name; none where sessions cannot be read."""
    try:
        sessions = [one for one in sut.records("list_sessions") if one.text("feature_id") == feature]
    except SzxcError as reason:
        if not reason.code.startswith(WITHOUT_SESSIONS):
            raise
        return {}
    told = ((line.text("line_id") or "?", line.get("points")) for one in sessions for line in one.children("lines"))
    lines = ((name, list(map(position_of, points))) for name, points in told if isinstance(points, list))
    return {name: [place for place in places if place] for name, places in lines if any(places)}


# --- exclusions -------------------------------------------------------------------------------------------------------


@requirement("ADG-015")
def test_exclusions_lie_in_the_zone(sut: Sut) -> Iterator[Observation]:
    """Each exclusion is a valid polygon within the zone or touching it, and none takes all of it."""
    for row in in_force(sut):
        declared = row.child(ZONE)
        zone = area_of(declared)[0] if declared is not None else None
        if zone is not None:
            for exclusion in row.children(EXCLUSIONS):
                yield from _exclusion(exclusion, zone)


def _exclusion(exclusion: Record, zone: Area) -> Iterator[Observation]:
    area, faults = area_of(exclusion)
    yield from map(_faulty, faults)
    if area is None:
        return
    system = system_of(exclusion)
    if system is not None:
        yield expect(is_known(system), exclusion.at("crs"), expected=SYSTEMS, observed=system)
    origin = origin_of(zone.outline)
    outline, ring = metres(zone.outline, origin), metres(area.outline, origin)
    whole = trajectory.within(outline, ring)
    away = 0.0 if whole else float(trajectory.outside_m(along(ring), 0.0, outline).min())
    seen = "all of the zone" if whole else f"{away:.0f} m away"
    expected = "in the zone, or touching it"
    yield expect(not whole and away <= TOUCH_M, exclusion.at("coordinates"), expected=expected, observed=seen)
