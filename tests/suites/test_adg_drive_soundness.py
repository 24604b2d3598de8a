"""The made-up logs as the engine reads them: sound ones have no problem in any format, faults are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from adg_drives import DAY, ORIGIN, sessions
from adg_judging import part

from pytest_szxc import SzxcError, trajectory
from pytest_szxc.target.tabular.table import read_table

faults = part("drive_faults")
texts = part("log_faults")
writer = part("drive_writer")
FIELD = sessions.session("s01-field")
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
LEGAL = ("log.one-pass",)
"""What is no fault of a log of one stop, or of one outage."""


def problems(session: Any, kind: str = "csv") -> set[str]:
    """What the engine says against a log, by code, without what it says against single cells."""
    table = read_table(session.log_file(DAY, kind), kind, schema="urn:szxc:autodrive_grading:log-row")
    log = trajectory.Log.of(table, trajectory.Lever(**session.record(DAY)["antenna"]), ORIGIN)
    return {one.code for one in trajectory.problems(log, NOW, ORIGIN)}


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("name", [one.session_id for one in sessions.sessions() if one.drive])
def test_sound(name: str, kind: str) -> None:
    assert problems(sessions.session(name), kind) <= set(LEGAL)


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("outage", (40.0, 55.0), "log.gap"),
        ("clock_shifted", (30 * 86_400.0,), "log.future"),
        ("clock_back", (50.0, 30.0), "log.clock-back"),
        ("clock_stopped", (50.0, 60.0), "log.duplicate-time"),
        ("duplicated", (50.0, 51.0), "log.duplicate-time"),
        ("unsorted", (50.0, 51.0), "log.unsorted"),
        ("gcj02", (), "log.gcj02"),
        ("swapped_axes", (), "log.swapped"),
        ("in_centimetres", (), "log.units"),
        ("in_kmh", (), "log.units"),
        ("passes_kept", ("P2",), "log.one-pass"),
    ],
)
def test_fault_of_the_log_is_named(name: str, args: tuple[Any, ...], code: str) -> None:
    assert code in problems(replace(FIELD, drive=getattr(faults, name)(FIELD.drive, *args)))


@pytest.mark.parametrize("name", ["beside", "drifting", "flattered"])
def test_bad_driving_is_no_fault_of_the_log(name: str) -> None:
    args = {"beside": (0.06,), "drifting": (0.002,), "flattered": ()}[name]
    assert problems(replace(FIELD, drive=getattr(faults, name)(FIELD.drive, *args))) == set()


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_local_times_are_named_in_each_format(kind: str) -> None:
    assert problems(replace(FIELD, on_columns=texts.local_time), kind) == {"log.no-offset"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("emptied", "table.empty"),
        ("header_only", "table.no-rows"),
        ("headless", "table.no-known-column"),
        ("column_twice", "table.duplicate-header"),
    ],
)
def test_fault_of_the_file_is_named(name: str, code: str) -> None:
    with pytest.raises(SzxcError) as told:
        problems(replace(FIELD, on_bytes=getattr(texts, name)))
    assert told.value.code == code


def test_gbk_is_named() -> None:
    with pytest.raises(SzxcError) as told:
        problems(replace(FIELD, on_columns=writer.renamed, on_bytes=texts.in_gbk))
    assert told.value.code == "table.encoding-gbk"


@pytest.mark.parametrize("name", ["truncated", "short_row"])
def test_a_row_that_is_cut_is_named(name: str) -> None:
    code = {"truncated": "log.cut-off", "short_row": "log.cells"}[name]
    assert problems(replace(FIELD, on_bytes=getattr(texts, name))) == {code}


@pytest.mark.parametrize("name", ["with_mark", "with_semicolons", "with_crlf"])
def test_legal_ways_to_write_csv_are_no_fault(name: str) -> None:
    assert problems(replace(FIELD, on_bytes=getattr(texts, name))) == set()
