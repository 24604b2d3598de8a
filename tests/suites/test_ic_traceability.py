"""Traceability and machinery: chains against a slow twin, rules on made-up records, junk, and what the checks send."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import codes
from pytest_szxc.catalogue.locate import suites_folder
from pytest_szxc.checks.rules import ATTRIBUTE, RecordCheck, SetCheck
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.model import Finding, Location
from pytest_szxc.record import Record

if TYPE_CHECKING:
    from types import ModuleType

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SUITE = "platform_interconnection"
NODES = st.sampled_from("ABCDEF")
SOURCES = st.dictionaries(NODES, st.sets(NODES, max_size=3), max_size=6)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "recordId",
    "regionCode",
    "stage",
    "subject",
    "source",
    "dest",
    "inBatch",
    "outBatch",
    "product",
    "extension",
)
POINT = ("terminalId", "lat", "lon", "time", "status", "width", "depth")


def module(name: str) -> ModuleType:
    return import_part(SUITE, suites_folder() / SUITE, name)


@cache
def rules() -> dict[str, Any]:
    found = [module(f"test_{SUITE}_{name}") for name in ("traceability", "traceability_machinery")]
    checks = [getattr(value, ATTRIBUTE) for one in found for value in vars(one).values() if hasattr(value, ATTRIBUTE)]
    return {check.requirement: check for check in checks}


def judged(id_: str, *values: dict[str, Any]) -> list[Any]:
    records = [Record(value, Location("x", pointer=f"/{index}"), NOW) for index, value in enumerate(values)]
    check = rules()[id_]
    if isinstance(check, RecordCheck):
        return [observed for record in records for observed in check.function(record)]
    if isinstance(check, SetCheck):
        return list(check.function(records))
    return list(check.function(Listed(records)))


@dataclass(frozen=True)
class Listed:
    """A platform that lists some records, and calls itself ``node-here``."""

    rows: list[Record]

    def records(self, _: str) -> list[Record]:
        return self.rows

    def ask(self, _: str) -> Any:
        return SimpleNamespace(record=Record({"nodeId": "node-here"}, Location("c"), NOW))


def broken(id_: str, *values: dict[str, Any]) -> list[str]:
    return [f"{one.at.pointer} {one.observed}" for one in judged(id_, *values) if isinstance(one, Finding)]


def record(**changes: Any) -> dict[str, Any]:
    path = suites_folder() / SUITE / "vectors" / "trace-record" / "valid" / "full.json"
    return {**json.loads(path.read_text(encoding="utf-8")), **copy.deepcopy(changes)}


def step(stage: str, came: object, out: str, **more: Any) -> dict[str, Any]:
    source = {"source": {"prevBatch": came}, "inBatch": f"{out}-in"} if came else {"source": {}, "inBatch": "seed"}
    return record(stage=stage, outBatch=out, **{**source, **more})


# --- chains -----------------------------------------------------------------------------------------------------------


def leads_back(sources: dict[str, set[str]], batch: str) -> bool:
    """Whether walking back from a batch comes to it again; tries every way."""
    seen: set[str] = set()
    ahead = list(sources.get(batch, ()))
    while ahead:
        one = ahead.pop()
        if one == batch:
            return True
        if one not in seen:
            seen.add(one)
            ahead += sources.get(one, ())
    return False


@given(SOURCES)
def test_rounds_are_found_as_by_walking_every_way(sources: dict[str, set[str]]) -> None:
    before = copy.deepcopy(sources)
    found = module("traceability_chain").in_cycles(sources)
    known = {batch: came & sources.keys() for batch, came in sources.items()}
    rounds = {batch for batch in known if leads_back(known, batch)}
    assert rounds <= found <= sources.keys()
    assert bool(rounds) is bool(found)
    for batch in found - rounds:  # what lies between two rounds: one behind it, one ahead
        assert any(leads_back(known, other) for other in _reached(known, batch))
        assert any(batch in _reached(known, other) for other in rounds)
    assert sources == before


def _reached(sources: dict[str, set[str]], batch: str) -> set[str]:
    seen: set[str] = set()
    ahead = [batch]
    while ahead:
        for one in sources.get(ahead.pop(), ()):
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return seen


def test_a_chain_of_thousands_takes_no_recursion() -> None:
    chain = {str(number): {str(number + 1)} for number in range(20_000)}
    assert module("traceability_chain").in_cycles(chain) == set()
    chain["19999"] = {"0"}
    assert len(module("traceability_chain").in_cycles(chain)) == 20_000


@pytest.mark.parametrize(
    ("chain", "found"),
    [
        ([step("production", None, "A"), step("purchase", "A", "B")], []),
        ([step("production", None, "A"), step("storage", "A", "A"), step("transport", "A", "A")], []),
        ([step("production", None, "A"), step("purchase", "A", "B"), step("purchase", "A", "C")], []),
        ([step("storage", "A", "A"), step("transport", "A", "A")], ["/0/source/prevBatch A", "/1/source/prevBatch A"]),
        ([step("purchase", "A", "B")], ["/0/source/prevBatch A"]),
        ([step("purchase", "A", "B", source={"prevBatch": "A", "platform": "elsewhere"})], []),
        ([step("purchase", "A", "B", source={"prevBatch": "A", "platform": "node-here"})], ["/0/source/prevBatch A"]),
        ([step("purchase", "B", "A"), step("storage", "A", "B")], ["/0/outBatch A", "/1/outBatch B"]),
        ([step("purchase", ["A", "X"], "B"), step("production", None, "A")], ["/0/source/prevBatch X"]),
        ([step("purchase", None, "B", inBatch="A"), step("production", None, "A")], []),
        ([step("processing", None, "B", inBatch=None), step("production", None, "A")], ["/0/inBatch absent"]),
        ([record(stage="production", outBatch="A", source=None, inBatch=None)], []),
    ],
)
def test_batches_lead_back(chain: list[dict[str, Any]], found: list[str]) -> None:
    assert broken("IC-059", *chain) == found


# --- rules on records -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, 0),
        ({"stage": "production", "source": None}, 0),
        ({"stage": "生产", "source": {}}, 0),
        ({"source": {"prevSubject": "某社"}}, 0),
        ({"source": {}}, 1),
        ({"source": {"prevBatch": " "}, "outBatch": None}, 0),
        ({"dest": None}, 1),
        ({"dest": {"nextSubject": ""}}, 1),
        ({"dest": None, "outBatch": None}, 0),
    ],
)
def test_source_and_destination(changes: dict[str, Any], found: int) -> None:
    assert len(broken("IC-058", record(**changes))) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"extension": None}, []),
        ({"extension": {}}, []),
        ({"extension": {"outBatch": "X-2", "note": 1}}, []),
        ({"extension": {"outBatch": "other"}}, ["/0/extension/outBatch other"]),
        ({"extension": "text"}, ["/0/extension text"]),
        ({"brand": "x"}, ["/0/brand [brand]"]),
        ({"product": {"name": "x", "brand": "y"}}, ["/0/product/brand [product.brand]"]),
        ({"own": {"anything": 1}}, []),
    ],
)
def test_extensions(changes: dict[str, Any], found: list[str]) -> None:
    said = [text.replace('"', "").replace("'", "") for text in broken("IC-061", record(**changes))]
    assert said == found


def point(**changes: Any) -> dict[str, Any]:
    made = {"terminalId": "T", "lat": 40, "lon": 116, "time": "2026-05-01T08:00:00+08:00", "status": "working"}
    return {name: value for name, value in {**made, "width": 2, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ([point()], 0),
        ([point(width=None, depth=0)], 0),
        ([point(width=None)], 1),
        ([point(width=None, status="transport"), point()], 0),
        ([point(width=None, status="0"), point(status="1")], 0),
        ([point(width=None, status="0"), point(width=None, status="1")], 1),
        ([point(lat=3, lon=136), point(lat=54, lon=73)], 0),
        ([point(lat=116, lon=40)], 3),  # the latitude breaks the schema too
        ([point(lat=Decimal("2.9")), point(lon=Decimal("136.1"))], 2),
        ([point(time="2026-05-01 08:00:00")], 1),
        ([point(status="")], 1),
        ([], 0),
    ],
)
def test_track_points(points: list[dict[str, Any]], found: int) -> None:
    assert len(broken("IC-063", *points)) == found


# --- junk, and what is sent -------------------------------------------------------------------------------------------


@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS), JUNK), max_size=4))
def test_rules_on_junk_records_do_not_raise(values: list[dict[str, Any]]) -> None:
    for id_ in ("IC-058", "IC-059", "IC-061"):
        judged(id_, *values)


@given(st.lists(st.dictionaries(st.sampled_from(POINT), JUNK), max_size=4))
def test_rules_on_junk_points_do_not_raise(values: list[dict[str, Any]]) -> None:
    judged("IC-063", *values)


class Named:
    """What a specimen asks of a run."""

    prefix = "szxc-test-"
    now = NOW


def test_what_is_sent_is_right_but_for_one_character() -> None:
    specimen = module("traceability_specimen")
    for make, member, is_right in (
        (specimen.company_record, "uscc", codes.is_uscc),
        (specimen.citizen_record, "idNo", codes.is_citizen_number),
    ):
        good, bad = make(Named()), make(Named(), wrong=True)
        right, wrong = good["subject"][member], bad["subject"][member]
        assert (is_right(right), is_right(wrong)) == (True, False)
        assert (right[:-1], len(right)) == (wrong[:-1], len(wrong))
        assert right[2:8] == "999999" or right.startswith("999999")
        assert good["recordId"] != bad["recordId"]
        for body in (good, bad):
            assert str(body["recordId"]).startswith(Named.prefix)
            assert broken("IC-058", body) == broken("IC-061", body) == broken("IC-059", body) == []


def test_terminals_are_told_apart_by_their_machines() -> None:
    first, second = (module("traceability_specimen").terminal_body(Named(), name) for name in "ab")
    assert first["terminalId"] == second["terminalId"]
    assert first["machineId"] != second["machineId"]
