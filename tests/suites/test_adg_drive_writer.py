"""Logs as files: what is written is what was driven, in three formats; faults of texts and bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from adg_drives import DAY, read, sessions
from adg_judging import part
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

drive = part("drive")
writer = part("drive_writer")
parquet_writer = part("parquet_writer")
faults = part("log_faults")
FIELD = sessions.session("s01-field")
START = FIELD.start(DAY)
COLUMNS = writer.columns_of(FIELD.drive, START)
CSV = writer.csv(COLUMNS)


def table(body: bytes, folder: Path, what: str = "*") -> list[tuple[object, ...]]:
    path = folder / "log.parquet"
    path.write_bytes(body)
    with duckdb.connect() as database:
        return database.execute(f"select {what} from read_parquet(?)", [str(path)]).fetchall()  # noqa: S608 -- our own words


def test_csv_has_the_columns_of_the_facts_and_nine_decimals() -> None:
    head, first, *_ = CSV.decode().splitlines()
    assert head == ",".join(drive.COLUMNS)
    assert first.startswith("2026-05-22T08:00:00.000+08:00,45.13674")
    assert len(first.split(",")[1].partition(".")[2]) == 9
    assert CSV.count(b"\n") == len(FIELD.drive) + 1


def test_positions_survive_to_a_tenth_of_a_millimetre() -> None:
    log = read(FIELD)
    assert np.abs(log.numbers("lat") - FIELD.drive["lat"]).max() <= 5.1e-10
    assert np.abs(log.t_s - FIELD.drive["t_s"]).max() < 1e-9


def test_ndjson_says_the_same_and_leaves_out_what_is_missing() -> None:
    rows = [json.loads(line) for line in writer.ndjson(COLUMNS).splitlines()]
    assert len(rows) == len(FIELD.drive)
    assert "xte_m" not in rows[0]
    assert [row["lat"] for row in rows] == [float(text) for text in COLUMNS["lat"]]
    assert {type(row["engaged"]) for row in rows} == {bool}
    assert list(rows[100]) == [name for name in drive.COLUMNS if name != "event"]


def test_parquet_is_read_by_somebody_else(tmp_path: Path) -> None:
    rows = table(writer.parquet(COLUMNS), tmp_path, "* replace (epoch_us(t) as t)")
    assert len(rows) == len(FIELD.drive)
    names = drive.COLUMNS
    for index in (0, 300, len(rows) - 1):
        row = dict(zip(names, rows[index], strict=True))
        assert row["t"] == round((START.timestamp() + FIELD.drive["t_s"][index]) * 1e6)
        assert row["lat"] == float(COLUMNS["lat"][index])
        assert row["engaged"] is bool(FIELD.drive["engaged"][index])
        assert row["pass_id"] == (FIELD.drive["pass_id"][index] or None)
        assert row["fix"] == 4


def test_parquet_of_local_times_has_no_instants(tmp_path: Path) -> None:
    local = table(writer.parquet(faults.local_time(COLUMNS)), tmp_path, "typeof(t), t::varchar")
    assert local[0] == ("TIMESTAMP", "2026-05-22 08:00:00")
    assert table(writer.parquet(COLUMNS), tmp_path, "typeof(t)")[0] == ("TIMESTAMP WITH TIME ZONE",)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans(), st.text("ab字", max_size=3)), min_size=1, max_size=40))
def test_parquet_of_anything(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, bool, str]]) -> None:
    columns = {
        "lat": [repr(number) if known else "" for number, known, _ in rows],
        "engaged": ["true" if known else "false" for _, known, _ in rows],
        "event": [text for *_, text in rows],
    }
    found = table(parquet_writer.parquet(columns), tmp_path_factory.mktemp("any"))
    assert found == [(number if known else None, known, text or None) for number, known, text in rows]


def test_a_log_is_written_once() -> None:
    assert FIELD.log_file(DAY) is FIELD.log_file(DAY)
    assert FIELD.log_file(DAY, "ndjson") != FIELD.log_file(DAY, "csv")
    with pytest.raises(KeyError):
        FIELD.log_file(DAY, "xlsx")


def test_other_names() -> None:
    made = writer.renamed(COLUMNS)
    assert list(made)[:3] == ["采样时间", "纬度", "经度"]
    assert list(writer.renamed(COLUMNS, {"t": "time"}))[:2] == ["time", "lat"]
    assert "纬度".encode() in writer.ndjson(made).splitlines()[0]


def test_texts_of_times() -> None:
    assert faults.local_time(COLUMNS)["t"][0] == "2026-05-22T08:00:00.000"
    assert faults.in_utc_letter(COLUMNS)["t"][0] == "2026-05-22T08:00:00.000Z"


def test_texts_of_cells() -> None:
    assert {len(text.partition(".")[2]) for text in faults.fewer_decimals(COLUMNS, 6)["lat"]} == {6}
    assert [row for row, text in enumerate(faults.put(COLUMNS, "h", "NaN", (3, 5))["h"]) if text == "NaN"] == [3, 5]
    assert set(faults.coded(COLUMNS, "mode", {"auto": "自动"})["mode"]) == {"manual", "standby", "自动"}
    assert "h" not in faults.without(COLUMNS, "h")
    assert list(faults.reordered(COLUMNS)) == list(reversed(drive.COLUMNS))
    assert COLUMNS["h"][3] != "NaN"  # nothing is changed in place


def test_bytes() -> None:
    lines = CSV.split(b"\n")
    assert CSV.startswith(faults.truncated(CSV))
    assert not faults.truncated(CSV, 0.4).endswith(b"\n")
    assert faults.emptied(CSV) == b""
    assert faults.header_only(CSV) == lines[0] + b"\n"
    assert faults.headless(CSV) == b"\n".join(lines[1:])
    assert faults.header_twice(CSV).count(lines[0]) == 2
    assert faults.column_twice(CSV).startswith(b"t,t,lon")
    assert faults.short_row(CSV).split(b"\n")[6].count(b",") == lines[6].count(b",") - 2
    assert faults.in_gbk(writer.csv(writer.renamed(COLUMNS))).decode("gbk").startswith("采样时间,纬度")
    assert faults.with_mark(CSV)[3:] == CSV
    assert b"," not in faults.with_semicolons(CSV)
    assert faults.with_crlf(CSV).count(b"\r\n") == CSV.count(b"\n")


def test_a_session_with_faults_in_its_file() -> None:
    local = replace(FIELD, on_columns=faults.local_time)
    assert b"+08:00" not in local.log_file(DAY)
    assert len(replace(local, on_bytes=faults.truncated).log_file(DAY)) < len(local.log_file(DAY))
    assert b"+08:00" in FIELD.log_file(DAY)
