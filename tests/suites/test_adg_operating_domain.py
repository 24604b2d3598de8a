"""Operating domains: members, numbers, zones and exclusions, and what no check may hold against a legal machine."""

from __future__ import annotations

import json
from decimal import Decimal
from math import cos, pi, sin
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import HERE, NOW, judged, part
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_szxc.model import Location, Status
from pytest_szxc.record import Record
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Answer, Platform

Row = dict[str, Any]
Place = tuple[float, float]
reference, domain, zones = part("reference_declaration"), part("operating_domain"), part("zones")
COMBO, SUPERVISED = reference.COMBO, reference.SUPERVISED
MEMBERS = {one.path: one for one in domain.members(part("tables").rows("operating_domain"))}
ROWS = [row.id for row in HERE.suite.requirements if row.conformance_class in ("declaration", "operating-domain")]


def domain_of(feature: str, change: Callable[[Row], object]) -> Callable[[Platform], None]:
    return lambda made: reference.changed(made, feature, lambda row: change(row["odd"]))


def found(requirement: str, change: Callable[[Platform], None]) -> list[tuple[str, str, str]]:
    verdict = judged(requirement, change)
    assert verdict.status is not Status.TESTER_ERROR, verdict.cause
    return [(one.at.pointer, one.expected, one.observed) for one in verdict.findings]


# --- members and numbers ----------------------------------------------------------------------------------------------


def declaration(**members: Any) -> Record:
    told = {"claimed_grade": 3, "odd_limit": "limited", "operator_location": "in_cab", "odd": {}}
    return Record({**told, **members}, Location(), NOW)


def test_what_is_needed_depends_on_grade_limit_and_place() -> None:
    def needed(**members: Any) -> set[str]:
        return {path for path, one in MEMBERS.items() if one.needed(declaration(**members))}

    assert needed(claimed_grade=0) == needed(claimed_grade="3") == needed(claimed_grade=None) == set()
    assert set(MEMBERS) - needed() == {"comm.latency_ms_max", "comm.loss_s_max"}
    assert needed(operator_location="remote") == set(MEMBERS)
    assert needed() - needed(claimed_grade=1) == {"zone", "exclusions"}
    assert needed(claimed_grade=5, odd_limit="unlimited") == {"operations", "implements"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("operations", [], False),
        ("operations", ["seeding"], True),
        ("implements", [], True),
        ("persons_allowed", False, True),
        ("headland_width_m", 0, True),
        ("rain", " ", False),
        ("zone", {}, False),
        ("slope_deg_max", None, False),
        ("slope_deg_max", "8°", True),
    ],
)
def test_what_is_said(path: str, value: Any, *, said: bool) -> None:
    assert MEMBERS[path].is_said(declaration(odd={path: value})) is said


@given(st.decimals(allow_nan=True, allow_infinity=True))
@example(Decimal("16.7"))
@example(Decimal("-0.1"))
def test_a_number_is_wrong_beyond_its_bounds_only(value: Decimal) -> None:
    for one in MEMBERS.values():
        inside = value.is_finite() and one.least <= value <= one.most
        assert bool(one.wrong(value)) is not inside


def test_kilometres_an_hour_are_named_where_they_are_likely() -> None:
    speed = MEMBERS["speed_mps.max"]
    assert speed.wrong(Decimal(90)) == "90 (km/h?)"
    assert speed.wrong(Decimal(900)) == "900"
    assert speed.wrong(Decimal(30)) == ""
    assert MEMBERS["slope_deg_max"].wrong(Decimal(95)) == "95"


def test_a_member_of_nearly_the_same_name_is_pointed_out() -> None:
    def kilometres(odd: Row) -> None:
        odd["speed_kmh"] = {"min": 1, "max": 12}
        del odd["speed_mps"]

    (low, high) = found("ADG-012", domain_of(COMBO, kilometres))
    assert low == ("/odd/speed_mps/min", "number (m/s)", "speed_kmh?")
    assert high[0] == "/odd/speed_mps/max"


def test_a_statement_may_narrow_the_bounds() -> None:
    narrow = [
        {**row, "most": "10"} if row["id"] == "speed_mps.max" else row
        for row in part("tables").rows("operating_domain")
    ]
    (speed,) = (one for one in domain.members(narrow) if one.path == "speed_mps.max")
    assert speed.wrong(Decimal(30)) == "30 (km/h?)"


# --- zones ------------------------------------------------------------------------------------------------------------


def zoned(change: Callable[[Row], object]) -> Callable[[Platform], None]:
    def with_zone(odd: Row) -> None:
        odd.update(zone=reference.field_zone(), exclusions=reference.field_exclusions())
        change(odd)

    return domain_of(COMBO, with_zone)


def ring_of(odd: Row) -> list[Any]:
    ring: list[Any] = odd["zone"]["coordinates"][0]
    return ring


def crossing(odd: Row) -> None:
    ring = ring_of(odd)
    ring[2], ring[3] = ring[3], ring[2]


def swapped(odd: Row) -> None:
    odd["zone"]["coordinates"] = [[place[::-1] for place in ring_of(odd)]]


@pytest.mark.parametrize(
    ("change", "pointer", "seen"),
    [
        (crossing, "/odd/zone/coordinates/0", "Self-intersection[126.28"),
        (swapped, "/odd/zone/coordinates/0", "(latitude first?)"),
        (lambda odd: ring_of(odd).pop(), "/odd/zone/coordinates/0", "Not closed"),
        (
            lambda odd: odd["zone"].update(coordinates=[[[126.1, 45.1]] * 3]),
            "/odd/zone/coordinates/0",
            "Too few points",
        ),
        (lambda odd: odd["zone"].update(coordinates=[]), "/odd/zone/coordinates", "0 items"),
        (
            lambda odd: odd["zone"].update(coordinates=[ring_of(odd)[:2]] * 1 + ["x"]),
            "/odd/zone/coordinates",
            "2 items",
        ),
        (lambda odd: odd["zone"].update(coordinates=ring_of(odd)), "/odd/zone/coordinates", "7 items"),
        (lambda odd: ring_of(odd)[1].append("high"), "/odd/zone/coordinates", "1 items"),
        (lambda odd: odd["zone"].update(type="polygon"), "/odd/zone/type", "polygon"),
        (lambda odd: odd["zone"].update(crs="BD09"), "/odd/zone/crs", "BD09"),
        (lambda odd: odd["zone"].update(crs={"type": "name"}), "/odd/zone/crs", "null"),
    ],
)
def test_what_is_wrong_with_a_zone_is_named(change: Callable[[Row], object], pointer: str, seen: str) -> None:
    ((at, _, observed),) = found("ADG-014", zoned(change))
    assert at == pointer
    assert seen in observed


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("CGCS2000", True),
        ("wgs 84", True),
        ("EPSG:4490", True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("GCJ-02", False),
        ("BD09", False),
        ("EPSG:3857", False),
        ("Beijing 1954", False),
        ("", False),
    ],
)
def test_reference_systems(name: str, *, known: bool) -> None:
    assert zones.is_known(name) is known


def test_a_shifted_zone_is_seen_by_the_lines_that_were_driven() -> None:
    mutants = part("mutants_declaration_domain").MUTANTS
    assert found("ADG-014", mutants["declaration-zone-shifted-unsaid"].apply)[0][2] == "GCJ-02?"


def test_a_zone_elsewhere_is_no_shifted_one() -> None:
    def moved(odd: Row) -> None:
        odd["zone"]["coordinates"] = [[[lon + 0.2, lat - 0.1] for lon, lat in ring_of(odd)]]

    assert found("ADG-014", domain_of(SUPERVISED, moved)) == []


def test_without_sessions_a_zone_is_judged_all_the_same() -> None:
    def refused(made: Platform) -> None:
        made.refuse("list_sessions", part("reference").demo.ApiError(404, 40401, "not here"))

    assert judged("ADG-014", refused).status is Status.PASS


def star(random: Random, corners: int, centre: Place, size: float) -> list[list[float]]:
    """A ring round a centre whose corners lie at any distance: never crossing itself."""
    angles = sorted(2 * pi * (number + random.random() * 0.8) / corners for number in range(corners))
    places = [(size * (0.4 + random.random() * 0.6), angle) for angle in angles]
    ring = [[centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)] for reach, angle in places]
    return [*ring, ring[0]]


@given(
    st.randoms(use_true_random=False), st.integers(5, 12), st.floats(73, 135), st.floats(18, 53), st.floats(1e-4, 0.05)
)
def test_any_field_of_china_is_a_zone_and_none_is_with_latitudes_first(
    random: Random, corners: int, lon: float, lat: float, size: float
) -> None:
    ring = star(random, corners, (lon, lat), size)
    polygon = {"type": "Polygon", "crs": "WGS84", "coordinates": [ring]}
    area, faults = zones.area_of(Record(polygon, Location(), NOW))
    assert not faults
    assert area.outline == [tuple(place) for place in ring]
    swapped_ring = {**polygon, "coordinates": [[place[::-1] for place in ring]]}
    assert zones.area_of(Record(swapped_ring, Location(), NOW))[0] is None


@given(st.randoms(use_true_random=False), st.floats(0, 2 * pi), st.floats(0, 0.9), st.floats(0.002, 0.2))
def test_exclusions_are_found_in_the_zone_and_missed_outside(
    random: Random, way: float, part_: float, far: float
) -> None:
    zone = star(random, 9, (126.2, 45.1), 0.002)
    checks = part("test_autodrive_grading_operating_domain")

    def held(reach: float) -> list[Any]:
        centre = (126.2 + reach * cos(way), 45.1 + reach * sin(way))
        exclusion = Record({"type": "Polygon", "coordinates": [star(random, 6, centre, 0.00005)]}, Location(), NOW)
        area = zones.area_of(Record({"type": "Polygon", "coordinates": [zone]}, Location(), NOW))[0]
        return list(checks._exclusion(exclusion, area))

    assert [type(one).__name__ for one in held(0.0006 * part_)] == ["Held"]
    assert [type(one).__name__ for one in held(0.002 + 0.0001 + far)] == ["Finding"]


# --- junk -------------------------------------------------------------------------------------------------------------

JUNK: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1e9,
        1e-9,
        "",
        "区",
        "\x00",
        "NaN",
        [],
        [[]],
        [{}],
        {},
        ["x", 1],
        [[[]]],
        {"type": "Polygon"},
    ),
    *("9999-12-31T23:59:59Z", [[0, 0], [0, 0]], [[[0, 0]] * 5], 10**12),
]
OPERATIONS = ("list_declarations", "read_grade", "list_sessions")


def spoiled(value: Any, random: Random, share: float) -> Any:
    if isinstance(value, dict):
        return {name: _spoiled(member, random, share) for name, member in value.items()}
    return [_spoiled(item, random, share) for item in value] if isinstance(value, list) else value


def _spoiled(value: Any, random: Random, share: float) -> Any:
    return random.choice(JUNK) if random.random() < share else spoiled(value, random, share)


def verdicts(change: Callable[[Platform], None]) -> dict[str, Verdict]:
    judged_on = {}
    with HERE.asked(change) as sut:
        for row in HERE.suite.requirements:
            if row.id in ROWS:
                view = sut.for_requirement(row.id)
                with view.tidied():
                    judged_on[row.id] = judge(row, HERE.checks[row.id], view, view, Context(owners={}))
    return judged_on


@pytest.mark.parametrize(("seed", "share"), [(seed, share) for seed in range(5) for share in (0.004, 0.05)])
def test_no_check_raises_on_junk(seed: int, share: float) -> None:
    random = Random(f"{seed}/{share}")  # noqa: S311 -- the same junk each time

    def junk(answer: Answer) -> Answer:
        payload = json.loads(json.dumps(answer.payload))
        if isinstance(payload, dict) and isinstance(payload.get("list"), list):
            payload["list"] = [row | spoiled(row, random, share) for row in payload["list"]]
            return answer.with_payload(payload)
        return answer.with_payload(spoiled(payload, random, share))

    def change(made: Platform) -> None:
        for operation in OPERATIONS:
            made.alter(operation, junk)

    for verdict in verdicts(change).values():
        assert verdict.status is not Status.TESTER_ERROR, (verdict.requirement, verdict.cause)


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_zones_are_drawn_with_exclusions_and_lines() -> None:
    shown = judged("ADG-014").exhibits
    assert [one.kind for one in shown] == ["map", "map"]
    first = shown[0].data
    assert [ring["role"] for ring in first["rings"]] == ["zone", "exclusion", "exclusion"]
    assert first["tracks"]
    assert not first["marks"]
    assert max(abs(number) for track in first["tracks"] for place in track["points"] for number in place) < 200


def test_a_crossing_is_marked() -> None:
    shown = judged("ADG-014", zoned(crossing)).exhibits
    (mark,) = shown[0].data["marks"]
    assert max(map(abs, mark["at"])) < 100


def test_what_lies_far_away_is_not_drawn() -> None:
    def far(odd: Row) -> None:
        odd["exclusions"] = [{"coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}, {"coordinates": 7}]

    shown = judged("ADG-014", zoned(far)).exhibits
    assert [ring["role"] for ring in shown[0].data["rings"]] == ["zone"]


@pytest.mark.parametrize(
    ("system", "known"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/4490", True),
        ("urn:ogc:def:crs:EPSG:9.8:4326", True),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", True),
        ("OGC:CRS84", True),
        ("cgcs 2000", True),
        ("WGS-84", True),
        ("EPSG:4214", False),
        ("EPSG:32650", False),
        ("GCJ-02", False),
        ("not WGS84", False),
        ("", False),
    ],
)
def test_a_reference_system_may_be_named_in_many_ways(system: str, known: bool) -> None:
    assert zones.is_known(system) is known


@pytest.mark.parametrize("reach_deg", [0.9, 40.0, 170.0])
def test_a_zone_is_a_field_and_no_province(reach_deg: float) -> None:
    def widened(odd: Row) -> None:
        ring = [[lon, lat] for lon, lat in ((-1, 0), (0, -0.1), (1, 0), (0, 0.1), (-1, 0))]
        odd["zone"]["coordinates"] = [[[reach_deg * lon, 45 + reach_deg * lat] for lon, lat in ring]]

    seen = found("ADG-014", domain_of(SUPERVISED, widened))
    assert [one[1] for one in seen] == ["within 50 km of its middle"]
