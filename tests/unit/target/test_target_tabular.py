import contextlib
import csv
import io
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import Location
from pytest_szxc.target.statement import BoundOperation
from pytest_szxc.target.tabular.engine import engine, quoted
from pytest_szxc.target.tabular.table import codes_of, kind_of, names_of, read_table

SCHEMA = "urn:szxc:autodrive_grading:log-row"
HEAD = b"t,lat,lon,h\n"
ROW = b"2026-04-01T08:00:00.100+08:00,31.12345678,117.2,3.5\n"


def read(body, kind="csv", **more):
    return read_table(body, kind, schema=SCHEMA, origin=Location("E0001", file=f"log.{kind}"), **more)


def faults(table):
    return {(fault.column, fault.kind): (fault.count, fault.rows) for fault in table.faults}


def refused(body, kind="csv", **more):
    with pytest.raises(TransportFault) as caught:
        read(body, kind, **more)
    assert caught.value.exchange == "E0001"
    assert f"log.{kind}" in caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value


def test_a_log_becomes_typed_columns():
    table = read(b"t,lat,fix,mode,engaged,pass_id\n2026-04-01T08:00:00.100+08:00,31.12,4,auto,TRUE,P1\n")
    assert table.rows == 1
    assert table.column("t").tolist() == [1_775_001_600_100_000]
    assert table.column("lat").tolist() == [31.12]
    assert table.column("fix").dtype == np.float64
    assert table.column("engaged").tolist() == [True]
    assert table.column("mode").tolist() == ["auto"]
    assert table.faults == ()
    assert table.at(0, "lat") == Location("E0001", pointer="/lat", file="log.csv", row=2)
    with pytest.raises(ValueError, match="read-only"):
        table.column("lat")[0] = 0


def test_a_missing_column_is_named_with_those_that_are_there():
    table = read(HEAD + ROW, names={"roll_deg": "横滚"})
    assert not table.has("roll_deg")
    with pytest.raises(Unjudgeable) as caught:
        table.column("roll_deg")
    assert "横滚" in caught.value.text("zh")
    assert "t, lat, lon, h" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "table.empty"),
        (b"\xef\xbb\xbf \r\n", "table.empty"),
        (HEAD, "table.no-rows"),
        (HEAD + b"\n,,,\n", "table.no-rows"),
        (b"a,b\n1,2\n", "table.no-known-column"),
        (b"t|lat|lon\n1|2|3\n", "table.no-known-column"),
        (b"t,lat,lat\n", "table.duplicate-header"),
        ("t,lat,事件\n".encode("gbk") + ROW, "table.encoding-gbk"),
        (HEAD + b"\xff\xff\n", "table.encoding"),
        ((HEAD + ROW).decode().encode("utf-16"), "table.encoding"),
        (b",".join(b"c%d" % number for number in range(1001)) + b"\n", "table.too-many-columns"),
        (b"x" * 2_000_000, "table.line-too-long"),
        (HEAD + b"1" * 5_000_000, "table.line-too-long"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(body, code):
    assert refused(body).code == code


def test_the_row_of_a_foreign_byte_is_told_across_pieces():
    fault = refused(HEAD + ROW * 100_000 + "事件".encode("gbk") + b"\n")
    assert (fault.code, fault.params["row"]) == ("table.encoding-gbk", 100_002)


def test_a_kind_that_nobody_reads():
    assert refused(b"x", "xlsx").code == "table.kind"


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + HEAD + ROW,
        (HEAD + ROW).replace(b"\n", b"\r\n"),
        (HEAD + ROW).replace(b"\n", b"\r"),
        (HEAD + ROW).strip(),
        (HEAD + ROW).replace(b",", b";"),
        (HEAD + ROW).replace(b",", b"\t"),
        b" t , lat,lon ,h\n" + ROW.replace(b",", b" , "),
        b'"t","lat","lon","h"\n"' + ROW.strip().replace(b",", b'","') + b'"\n',
    ],
)
def test_ways_to_write_the_same_csv(body):
    table = read(body)
    assert [table.column(name)[0] for name in ("lat", "lon", "h")] == [31.12345678, 117.2, 3.5]
    assert table.row_numbers.tolist() == [2]


def test_columns_under_other_names_and_codes():
    body = "时刻;纬度;经度;接合;状态\n2026-04-01 08:00:00;31.5;117;1;7\n2026-04-01 08:00:01;31.5;117;0;RTK\n".encode()
    bound = BoundOperation(
        "session-log",
        "GET",
        "/log",
        fields={"t": "时刻", "lat": '"纬度"', "lon": '"经度"', "engaged": '"接合"', "fix": '"状态"'},
        values={"engaged": {"1": True, "0": False}, "fix": {"RTK": 4}},
    )
    table = read(body, names=names_of(bound), codes=codes_of(bound), time_profile="beijing")
    assert table.column("engaged").tolist() == [True, False]
    assert table.column("fix").tolist() == [7, 4]
    assert table.column("t").tolist() == [1_775_001_600_000_000, 1_775_001_601_000_000]
    assert table.faults == ()


def test_without_a_binding_nothing_is_renamed():
    assert (names_of(None), codes_of(None)) == ({}, {})


def test_bad_cells_cost_nothing_but_themselves():
    table = read(HEAD + b"xx,-,nan,inf\n2026-04-01 08:00:00,1_0,,1e999\n2026-04-01T08:00:00Z,95,0x1F,\n" + ROW)
    assert faults(table) == {
        ("t", "not-a-time"): (1, (2,)),
        ("t", "no-offset"): (1, (3,)),
        ("lat", "not-a-number"): (2, (2, 3)),
        ("lat", "out-of-range"): (1, (4,)),
        ("lon", "nan"): (1, (2,)),
        ("lon", "blank"): (1, (3,)),
        ("lon", "not-a-number"): (1, (4,)),
        ("h", "nan"): (2, (2, 3)),
    }
    assert np.isnan(table.column("h")).tolist() == [True, True, True, False]
    assert table.column("lon")[3] == 117.2


def test_decimal_commas_whole_numbers_truths_and_codes():
    table = read(b"lat;fix;engaged;mode\n31,5;4.5;yes;AUTO\n31.5;4;;auto\n")
    assert faults(table) == {
        ("lat", "decimal-comma"): (1, (2,)),
        ("fix", "fraction"): (1, (2,)),
        ("engaged", "not-a-boolean"): (1, (2,)),
        ("engaged", "blank"): (1, (3,)),
        ("mode", "unknown-code"): (1, (2,)),
    }


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"1,2\n", "cells"),
        (b"1,2,3,4,5\n", "cells"),
        (ROW.replace(b"117.2", b"11\r7.2"), "cells"),
        (ROW.replace(b"117.2", b'"117.2'), "quote"),
        (ROW.replace(b"117.2", b'11"7.2'), "quote"),
        (ROW.replace(b"117.2", b'"117"."2"'), "quote"),
    ],
)
def test_a_bad_row_is_named_and_no_row_vanishes(bad, kind):
    table = read(HEAD + ROW + bad + b"\n" + ROW * 3)
    assert faults(table) == {("", kind): (1, (3,))}
    assert table.row_numbers.tolist() == [2, 3, 5, 6, 7]
    assert np.isnan(table.column("lat")).tolist() == [False, True, False, False, False]


def test_a_last_line_that_was_cut_off():
    table = read(HEAD + ROW * 3 + ROW[:40])
    assert faults(table) == {("", "cut-off"): (1, (5,))}


def test_rows_are_counted_over_quoted_line_ends():
    table = read(b'lat,event\n1,"two\nlines"\n\n2,"say ""so"""\r\n3,"a\r\nb,c"\n')
    assert table.row_numbers.tolist() == [2, 5, 6]
    assert table.column("event").tolist() == ["two\nlines", 'say "so"', "a\r\nb,c"]


def test_decimals_as_they_are_written():
    table = read(b"lat,lon,h,fix,xte_m\n31.1234560000,117.5,1.5e-7,4,-\n1, 2.25 ,2,5,\n")
    found = [table.decimals(name) for name in ("lat", "lon", "h", "fix", "xte_m")]
    assert found == [10, 2, 8, 0, None]
    assert table.decimals("lat") == 10


def test_kinds_by_name_and_content_type():
    assert [kind_of(name) for name in ("a.CSV", "x.log.jsonl", "text/csv; charset=utf-8", "s.parquet")] == [
        "csv",
        "ndjson",
        "csv",
        "parquet",
    ]
    assert kind_of("application/vnd.apache.parquet") == "parquet"
    assert kind_of("a.xlsx") is None


def test_a_quote_that_swallows_lines_up_to_an_empty_cell():
    table = read(HEAD + ROW + b'"31.1,117.2,3.0,1\n' + ROW + ROW.replace(b"3.5", b'""') + ROW)
    assert faults(table) == {("", "quote"): (1, (3,))}
    assert table.column("lon")[[0, 2, 3, 4]].tolist() == [117.2] * 4


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text('ab"\n,;', max_size=6), min_size=1, max_size=12), st.integers(40, 60))
def test_quoted_cells_across_pieces(texts, size):
    body = b"event,h\n" + b"".join(b'"%s",1\n' % text.replace('"', '""').encode() for text in texts)
    whole = read(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pytest_szxc.target.tabular.pieces.PIECE", size)
        table = read(body)
    assert table.column("event").tolist() == whole.column("event").tolist() == texts
    assert table.row_numbers.tolist() == whole.row_numbers.tolist()
    assert table.faults == ()


def test_many_pieces_are_one_table(monkeypatch):
    monkeypatch.setattr("pytest_szxc.target.tabular.pieces.PIECE", 100_000)
    rows = [f"{number / 100},P{number % 7}\n" for number in range(40_000)]
    table = read(("lat,pass_id\n" + "".join(rows)).encode())
    assert table.row_numbers.tolist() == list(range(2, 40_002))
    assert table.column("pass_id")[-1] == f"P{39_999 % 7}"
    assert faults(table)["lat", "out-of-range"][0] == 40_000 - 9_001


def test_threads_read_side_by_side():
    bodies = [b"lat\n" + b"%d\n" % number * 2_000 for number in range(4)]
    found = {}

    def one(number):
        found[number] = {float(read(bodies[number]).column("lat").sum()) for _ in range(5)}

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {number * 2_000.0} for number in range(4)}


def test_the_engine_reads_nothing_else_and_sets_nothing(tmp_path):
    foreign = tmp_path / "foreign.csv"
    foreign.write_bytes(HEAD + ROW)
    for query in (
        f"FROM read_csv({quoted(str(foreign))})",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "SET memory_limit = '64GB'",
        "LOAD httpfs",
        f"COPY (SELECT 1) TO {quoted(str(tmp_path / 'out.csv'))}",
    ):
        with pytest.raises(TransportFault):
            engine().columns(query)
    assert list(tmp_path.iterdir()) == [foreign]


def test_without_room_for_files_it_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("pytest_szxc.target.tabular.engine._KEPT", threading.local())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(Unjudgeable) as caught:
        read(HEAD + ROW)
    assert caught.value.code == "table.disk"


def test_files_are_gone_after_reading_and_folders_after_the_thread():
    read(HEAD + ROW)
    assert list(engine().folder.iterdir()) == []
    folders = []
    thread = threading.Thread(target=lambda: folders.append(engine().folder))
    thread.start()
    thread.join()
    assert not folders[0].exists()


def test_before_a_fork_the_engine_is_closed():
    before = engine()
    command = "import sys; sys.exit(0)"
    subprocess.run([sys.executable, "-c", command], check=True, preexec_fn=lambda: None)
    assert engine() is not before
    assert not before.folder.exists()
    assert read(HEAD + ROW).rows == 1


def test_a_fork_makes_an_engine_of_its_own(monkeypatch):
    before = engine()
    monkeypatch.setattr(before, "pid", -1)
    assert engine() is not before
    assert before.folder.is_dir()


@pytest.mark.parametrize("package", ["numpy", "duckdb"])
def test_without_the_extra_it_is_said(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr("pytest_szxc.target.tabular.engine._KEPT", threading.local())
    with pytest.raises(Unjudgeable) as caught:
        read(HEAD + ROW)
    assert (caught.value.code, caught.value.params["package"]) == ("extra.missing", package)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.lists(
    st.tuples(st.floats(-90, 90), st.floats(allow_nan=False, allow_infinity=False), CELLS, CELLS),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.sampled_from([0, 1]))
def test_what_csv_writes_comes_back(rows, delimiter, ends, quoting):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=quoting)
    writer.writerow(["lat", "h", "event", "pass_id"])
    numbers = []
    if not quoting:  # Python's writer leaves a lone carriage return unquoted, which is no CSV
        rows = [(*row[:2], *(cell.replace("\r", "") for cell in row[2:])) for row in rows]
    for row in rows:
        numbers.append(1 + text.getvalue().count("\n"))
        writer.writerow(row)
    table = read(text.getvalue().encode())
    assert table.column("lat").tolist() == [row[0] for row in rows]
    assert table.column("h").tolist() == [row[1] for row in rows]
    assert table.column("event").tolist() == [row[2] for row in rows]
    assert table.column("pass_id").tolist() == [row[3] for row in rows]
    assert table.row_numbers.tolist() == numbers
    assert table.faults == ()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["csv", "ndjson", "parquet"]))
def test_junk_is_refused_or_read_but_never_breaks(body, kind):
    head = {"csv": HEAD, "ndjson": b'{"lat":1}\n', "parquet": b"PAR1"}[kind]
    tail = b"PAR1" if kind == "parquet" else b""
    with contextlib.suppress(TransportFault):
        table = read(head + body + tail, kind)
        assert len(table.row_numbers) == table.rows == len(table.column("lat"))
