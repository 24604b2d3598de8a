"""Channels, units and thing models: scales of kinds, named mistakes, malformed models, platforms that show little."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, SUITE, judged, part, platform
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.model import Location, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import Answer, ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
ALL = ("AIF-025", "AIF-026", "AIF-027", "AIF-028")
declared, tables = part("declared_channels"), part("tables")
mutants = part("mutants_thing_model").MUTANTS
KINDS = tables.kinds()


def record(value: Row) -> Record:
    return Record(value, Location(exchange="x"), NOW)


# --- scales -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "unit", "low", "high"),
    [
        ("airPressure", "kPa", "30", "110"),
        ("airTemperature", "K", "213.15", "353.15"),
        ("airTemperature", "℃", "-60", "80"),
        ("airHumidity", "%", "0", "100"),
        ("soilMoistureVwc", "m3/m3", "0", "1"),
        ("soilEc", "uS/cm", "0", "23000"),
        ("pestCount", "个", "0", "100000"),
        ("par", "μmol/(m²·s)", "0", "5000"),
    ],
)
def test_the_hard_range_in_another_unit(kind: str, unit: str, low: str, high: str) -> None:
    found = declared.scale(KINDS[kind], unit, None)
    assert (found.low, found.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("airHumidity", "Cel"),
        ("airHumidity", "%vol"),
        ("co2", "mg/m3"),
        ("co2", "no such unit"),
        ("co2", ""),
        ("pestCount", "%"),
        ("noise", "dBm"),
        ("illuminance", "umol/(m2.s)"),
    ],
)
def test_units_that_are_not_good_for_a_kind(kind: str, unit: str) -> None:
    assert declared.scale(KINDS[kind], unit, None) is None
    assert declared.wanted(KINDS[kind])


def test_a_gas_by_mass_has_a_temperature() -> None:
    found = declared.scale(KINDS["nh3"], "mg/m3", Decimal(25))
    assert round(found.high, 1) == Decimal("69.6")
    assert found.mistake([Decimal(90)], found.low, found.high) == "ppm taken for mg/m3"
    channel = record({"kind": "nh3", "unit": "mg/m3", "referenceTemperature": 0})
    assert round(declared.scale_of(channel).high, 1) == Decimal("76.0")


@pytest.mark.parametrize("value", [{}, {"kind": "co2"}, {"kind": 7, "unit": "ppm"}, {"kind": "x-a", "unit": "ppm"}])
def test_channels_of_which_nothing_is_known(value: Row) -> None:
    assert declared.scale_of(record(value)) is None


@given(st.sampled_from(sorted(KINDS)))
def test_each_kind_is_good_in_its_own_unit(code: str) -> None:
    found = declared.scale(KINDS[code], KINDS[code].unit, None)
    assert (found.low, found.high) == (KINDS[code].low, KINDS[code].high)
    assert found.mistake([found.low, found.high], found.low, found.high) is None


# --- findings name the mistake ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutant", "said"),
    [
        ("humidity-as-a-fraction", "0..1 taken for %RH"),
        ("vwc-as-a-fraction", "0..1 taken for %"),
        ("pressure-in-pascal", "Pa taken for hPa"),
        ("temperature-in-kelvin", "K taken for Cel"),
        ("soil-ec-in-microsiemens", "uS/cm taken for mS/cm"),
        ("range-in-pascal", "Pa taken for hPa"),
        ("range-of-a-fraction", "0..1 taken for %RH"),
        ("unit-unknown", "share: unknown unit"),
        ("gas-volume-without-temperature", "mg/m3 without referenceTemperature"),
    ],
)
def test_the_mistake_of_a_unit_is_named(mutant: str, said: str) -> None:
    verdict = judged("AIF-027", mutants[mutant].apply)
    assert verdict.status is Status.FAIL
    assert all(said in finding.observed for finding in verdict.findings)


def test_a_swapped_range_is_called_so() -> None:
    verdict = judged("AIF-025", mutants["channel-range-swapped"].apply)
    assert [finding.observed for finding in verdict.findings] == ["100, 0 (swapped)"]


def test_a_kind_in_another_spelling_is_recognised() -> None:
    verdict = judged("AIF-026", mutants["kind-in-snake-case"].apply)
    assert {finding.observed for finding in verdict.findings} == {"soil_ph (soilPh?)"}


# --- platforms that show odd things -----------------------------------------------------------------------------------


def listing(change: Callable[[Row], Row]) -> Callable[[Platform], None]:
    """Every listed device is changed."""

    def apply(made: Platform) -> None:
        made.alter(
            "list_devices",
            lambda answer: answer.with_payload(
                answer.payload | {"list": [change(dict(row)) for row in answer.payload["list"]]}
            ),
        )

    return apply


@pytest.mark.parametrize("requirement", ALL)
def test_without_devices_nothing_is_judged(requirement: str) -> None:
    empty = {"page": 1, "pageSize": 200, "total": 0, "list": []}
    verdict = judged(requirement, lambda made: made.alter("list_devices", lambda _: Answer(empty)))
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", ["AIF-025", "AIF-026", "AIF-027"])
@pytest.mark.parametrize("channels", [None, "channels", [1, None, "x"]])
def test_devices_without_channels_are_not_judged(requirement: str, channels: Any) -> None:
    verdict = judged(requirement, listing(lambda row: row | {"channels": channels}))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("value", [None, "100", True, {}, 1e300])
def test_odd_ends_of_ranges(value: Any) -> None:
    def change(row: Row) -> Row:
        return row | {"channels": [one | {"rangeMax": value} for one in row["channels"]]}

    verdict = judged("AIF-025", listing(change))
    assert verdict.status is (Status.PASS if value == 1e300 else Status.FAIL)
    assert judged("AIF-027", listing(change)).status in (Status.PASS, Status.FAIL)


def test_without_observations_units_are_judged_by_what_is_declared() -> None:
    verdict = judged("AIF-027", lambda made: made.refuse("list_observations", ApiError(503, 50301, "not now")))
    assert verdict.status is Status.PASS
    assert verdict.observed > 30


@pytest.mark.parametrize(("status", "wanted"), [(422, Status.PASS), (404, Status.PASS), (500, Status.FAIL)])
def test_how_an_unknown_kind_is_refused(status: int, wanted: Status) -> None:
    def apply(made: Platform) -> None:
        right = made.answering.status
        made.answering.status = lambda error: status if "szxcNoSuchKind" in error.message else right(error)

    assert judged("AIF-026", apply).status is wanted


def test_a_platform_that_registers_nothing_is_judged_by_its_kinds() -> None:
    verdict = judged("AIF-026", lambda made: made.refuse("register_device", ApiError(403, 40301, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


# --- malformed models -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"properties": None, "events": [], "services": []},
        {"properties": "ph", "events": {}, "services": 1},
        {"properties": [None, 7, "ph", {"id": 7}], "events": [], "services": []},
        {"properties": [{"id": "ph", "min": "a", "max": []}], "events": [None], "services": [{"feedback": 3}]},
        {"properties": [{"id": "x" * 100_000}], "events": [], "services": []},
        {"modelId": ["soil-1"], "properties": [], "events": [], "services": []},
    ],
)
def test_a_malformed_model_is_a_finding(model: Row) -> None:
    verdict = judged("AIF-028", lambda made: made.alter("read_model", lambda answer: answer.with_payload(model)))
    assert verdict.status is Status.WARN
    assert all(len(finding.observed) < 400 for finding in verdict.findings)


@pytest.mark.parametrize("model", [[], "model", 7])
def test_a_model_that_is_no_object_says_so(model: Any) -> None:
    verdict = judged("AIF-028", lambda made: made.alter("read_model", lambda answer: answer.with_payload(model)))
    assert verdict.status in (Status.WARN, Status.INCONCLUSIVE)
    assert verdict.cause or verdict.findings


def test_where_there_are_no_models_at_all_the_operation_is_absent() -> None:
    verdict = judged("AIF-028", lambda made: made.refuse("read_model", ApiError(404, 40401, "unknown")))
    assert verdict.cause is not None
    assert verdict.cause.code == "http.absent"


def test_kinds_are_declared() -> None:
    with platform() as made:
        kinds = made.parts[SUITE.id].capability["kinds"]
    assert kinds == sorted(set(kinds))
    assert {kind for kind in kinds if kind not in KINDS} == {"x-opening"}
