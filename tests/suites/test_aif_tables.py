"""The suite's tables: what the facts count, legal transitions one by one, ranges and units that make sense."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest
from aif_judging import SUITE, part

from pytest_szxc import units

tables = part("tables")
NAMES = sorted(path.stem for path in (SUITE.folder / "tables").glob("*.csv"))
SIZES = {
    "sensor_kinds": 60,
    "command_states": 9,
    "command_transitions": 24,
    "quality_flags": 10,
    "actuators": 17,
    "hj212_codes": 17,
    "soil_layers": 8,
    "device_categories": 6,
    "device_statuses": 5,
    "alarm_levels": 4,
    "alarm_states": 3,
    "coordinate_systems": 3,
    "payload_kinds": 5,
    "interfaces": 12,
}
UNCODED = {"sensor_kinds", "command_transitions", "hj212_codes", "soil_layers"}
MARKS = ("source", "mark")
FINAL = {"COMPLETED", "REJECTED", "CANCELED", "FAILED"}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_size(name: str, size: int) -> None:
    assert len(tables.rows(name)) == size


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_what_it_rests_on(name: str) -> None:
    for row in tables.rows(name):
        assert row["source"].strip()
        assert row["mark"] in {"V", "P"}
        assert all(value == value.strip() for value in row.values())


@pytest.mark.parametrize("name", NAMES)
def test_no_row_stands_twice(name: str) -> None:
    told = [{column: value for column, value in row.items() if column not in MARKS} for row in tables.rows(name)]
    keys = [tuple(row.values()) for row in told]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "name", sorted(SIZES.keys() - {"sensor_kinds", "command_transitions", "hj212_codes", "soil_layers"})
)
def test_codes_are_unique(name: str) -> None:
    assert len(set(tables.codes(name))) == len(tables.rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_printable_on_a_chinese_console(name: str) -> None:
    (SUITE.folder / "tables" / f"{name}.csv").read_text(encoding="utf-8").encode("gbk")


# --- kinds ------------------------------------------------------------------------------------------------------------


def test_kinds() -> None:
    kinds = tables.kinds()
    assert len(kinds) == 60
    assert all(kind.low < kind.high for kind in kinds.values())
    assert [code for code, kind in kinds.items() if kind.whole] == ["pestCount"]
    assert {kinds[code].zh for code in ("nutrientPh", "soilHeatFlux", "tds")} == {
        "肥液pH",
        "土壤热通量",
        "溶解性总固体",
    }
    assert len({kind.zh for kind in kinds.values()}) == 60
    assert not any(code.startswith(tables.EXTENSION) for code in kinds)


def test_units_of_kinds_are_known_by_their_codes() -> None:
    for kind in tables.kinds().values():
        assert units.code_of(kind.unit) == kind.unit


def test_least_values_lie_in_their_ranges() -> None:
    for code, value in tables.least().items():
        kind = tables.kinds()[code]
        assert kind.low < value < kind.high


def test_upload_types_stand_for_kinds() -> None:
    assert {row["kind"] for row in tables.rows("tianjin_types")} <= set(tables.kinds())


# --- commands ---------------------------------------------------------------------------------------------------------


def test_legal_transitions_one_by_one() -> None:
    states = tables.codes("command_states")
    legal = {pair for pair in product(states, repeat=2) if tables.is_legal(*pair)}
    assert len(states) ** 2 == 81
    assert len(legal) == 24
    assert legal == {(row["from"], row["to"]) for row in tables.rows("command_transitions")}


def test_final_states_stay() -> None:
    assert tables.marked("command_states", "final") == FINAL
    assert {state for state, after in tables.followers().items() if not after} == FINAL
    for state in set(tables.codes("command_states")) - FINAL:
        assert tables.followers()[state] & {"CANCELED", "FAILED"} == {"CANCELED", "FAILED"}


def test_every_state_can_be_reached() -> None:
    found, edge = {"PENDING"}, {"PENDING"}
    while edge:
        edge = {after for one in edge for after in tables.followers()[one]} - found
        found |= edge
    assert found == set(tables.codes("command_states"))
    assert tables.marked("command_states", "initial") == {"PENDING"}


@pytest.mark.parametrize("pair", [("PENDING", "PENDING"), ("", "PENDING"), ("PENDING", ""), ("pending", "ACCEPTED")])
def test_what_is_no_transition(pair: tuple[str, str]) -> None:
    assert not tables.is_legal(*pair)


def test_states_with_times_and_at_once() -> None:
    assert tables.marked("command_states", "execution_time") == {"SCHEDULED", "COMPLETED"}
    assert tables.marked("command_states", "synchronous") == {"COMPLETED", "REJECTED", "FAILED"}


@pytest.mark.parametrize(
    ("field", "code", "state"),
    [
        ("QnRtn", "1", "ACCEPTED"),
        ("QnRtn", "9", "REJECTED"),
        ("QnRtn", "100", "REJECTED"),
        ("ExeRtn", "1", "COMPLETED"),
        ("ExeRtn", "3", "REJECTED"),
        ("ExeRtn", "4", "FAILED"),
        ("ExeRtn", "100", "COMPLETED"),
        ("ExeRtn", "7", None),
        ("CN", "1", None),
    ],
)
def test_codes_of_hj_212(field: str, code: str, state: str | None) -> None:
    assert tables.state_of(field, code) == state
    assert {row["state"] for row in tables.rows("hj212_codes")} <= set(tables.codes("command_states"))


# --- flags, actuators, layers -----------------------------------------------------------------------------------------


def test_flags() -> None:
    assert tables.codes("quality_flags") == tuple("NFMSDCTBLI")
    assert tables.marked("quality_flags", "statistics") == {"N", "S"}
    assert tables.marked("quality_flags", "no_value") == {"D", "B", "F", "M"}
    assert tables.marked("quality_flags", "beyond_range") == {"T", "L"}


def test_actuators_and_their_actions() -> None:
    pairs = tables.rows("actuator_actions")
    assert {row["actuator"] for row in pairs} == set(tables.codes("actuators"))
    told = {row["action"] for row in tables.rows("action_parameters")}
    assert told | {"stop", "syncTime", "reboot", "upgrade"} == {row["action"] for row in pairs}
    assert tables.actions("rollerBlind") == ("setOpening", "stop")
    assert tables.actions("aerator") == ("setOnOff",)
    assert tables.actions("no such actuator") == ()


def test_exactly_one_amount_of_irrigation() -> None:
    found = [row["parameter"] for row in tables.parameters("irrigate") if row["exactly_one"] == "amount"]
    assert found == ["durationS", "volumeM3"]
    assert tables.parameters("stop") == ()


def test_soil_layers_lie_below_each_other() -> None:
    layers = [(int(row["top_cm"]), int(row["bottom_cm"])) for row in tables.rows("soil_layers")]
    assert all(top < bottom for top, bottom in layers)
    assert all(above[1] <= below[0] for above, below in pairwise(layers))
    assert (60, 70) not in layers


def test_alarm_levels_are_ranked() -> None:
    ranks: list[Any] = [int(row["rank"]) for row in tables.rows("alarm_levels")]
    assert ranks == sorted(set(ranks))
