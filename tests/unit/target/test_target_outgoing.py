from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.record import instant
from pytest_szxc.target.canonical import TIME_PROFILES, shape_of
from pytest_szxc.target.outgoing import WRITERS, coded, coded_body, written
from pytest_szxc.target.statement import BoundOperation

MOMENT = "2026-10-14T12:04:26+08:00"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("rfc3339", MOMENT),
        ("beijing", "2026-10-14 12:04:26"),
        ("offset-space", "2026-10-14 12:04:26+08:00"),
        ("compact", "20261014120426"),
        ("epoch-ms", 1791950666000),
    ],
)
def test_a_time_goes_out_in_the_declared_profile(profile: str, expected: object) -> None:
    assert written(MOMENT, profile) == expected


def test_another_offset_goes_out_in_beijing_time() -> None:
    assert written("2026-10-14T04:04:26.5Z", "beijing") == "2026-10-14 12:04:26.500000"


def test_times_inside_a_body_go_out_too_and_the_rest_stays() -> None:
    body = {"at": MOMENT, "list": [MOMENT, 1, None], "day": "2026-10-14", "words": f"since {MOMENT}"}
    sent = written(body, "compact")
    assert sent == {**body, "at": "20261014120426", "list": ["20261014120426", 1, None]}
    assert body["at"] == MOMENT


@pytest.mark.parametrize("text", ["2026-13-14T12:04:26+08:00", "9999-12-31T23:59:59Z", "2026-10-14T12:04:26"])
def test_what_cannot_be_written_stays(text: str) -> None:
    assert written(text, "beijing") == text


@pytest.mark.parametrize("profile", sorted(TIME_PROFILES))
@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)), st.integers(-12, 14))  # noqa: DTZ001 -- the offset is added
def test_what_goes_out_comes_back_as_the_same_instant(profile: str, at: datetime, hours: int) -> None:
    text = f"{at.isoformat(timespec='seconds')}{hours:+03d}:00"
    read = TIME_PROFILES[profile] or (lambda value: value)
    assert instant(read(written(text, profile))) == instant(text)


def test_every_profile_that_is_read_can_be_written() -> None:
    assert WRITERS.keys() == TIME_PROFILES.keys()


TABLES = {
    "kind": {"T": "airTemperature", "H": "airHumidity"},
    "on": {"1": True, "0": False},
    "same": {"a": "x", "b": "x"},
}


def test_a_code_goes_out_as_it_comes_in() -> None:
    asked = {"kind": "airTemperature", "on": True, "other": "airTemperature"}
    assert coded(asked, TABLES) == {"kind": "T", "on": "1", "other": "airTemperature"}


def test_a_value_without_a_code_of_its_own_goes_out_as_it_is() -> None:
    asked = {"kind": "co2", "on": 1, "same": "x"}
    assert coded(asked, TABLES) == asked


def test_each_code_of_a_list_goes_out() -> None:
    tables = {"kind": TABLES["kind"], "kinds[]": TABLES["kind"]}
    asked = ["airTemperature", "co2"]
    assert coded({"kind": asked, "kinds": asked}, tables) == {"kind": ["T", "co2"], "kinds": ["T", "co2"]}


def test_codes_inside_a_body_go_out_at_their_places_only() -> None:
    body = {"kind": "airTemperature", "name": "airTemperature", "channels": [{"kind": "airHumidity"}, 1], "on": False}
    sent = coded_body(body, {**TABLES, "channels[].kind": TABLES["kind"], "at.nowhere": TABLES["kind"]})
    assert sent == {"kind": "T", "name": "airTemperature", "channels": [{"kind": "H"}, 1], "on": "0"}
    assert body["kind"] == "airTemperature"


@pytest.mark.parametrize("body", [None, "kind", 1, ["airTemperature"], {"kind": {"deep": "airTemperature"}}])
def test_a_body_without_codes_goes_out_as_it_is(body: Any) -> None:
    assert coded_body(body, TABLES) == body


@given(st.sampled_from(["airTemperature", "airHumidity", "co2", "x-own", ""]))
def test_what_goes_out_as_a_code_comes_back_as_the_value(kind: str) -> None:
    bound = BoundOperation("list_entries", "GET", "/", values={"kind": TABLES["kind"]})
    assert shape_of(bound, None, "rfc3339").canonical(dict(coded({"kind": kind}, bound.values))) == {"kind": kind}
