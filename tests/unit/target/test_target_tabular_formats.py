import json
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Location
from pytest_szxc.target.tabular import batches
from pytest_szxc.target.tabular import parquet as parquet_reading
from pytest_szxc.target.tabular.table import read_table

SCHEMA = "urn:szxc:autodrive_grading:log-row"
LINE = b'{"t":"2026-04-01T08:00:00Z","lat":31.1200,"lon":117.2,"engaged":true,"pass_id":"P1"}\n'


def read(body, kind="ndjson", **more):
    return read_table(body, kind, schema=SCHEMA, origin=Location("E0001", file=f"log.{kind}"), **more)


def faults(table):
    return {(fault.column, fault.kind): (fault.count, fault.rows) for fault in table.faults}


def parquet(query):
    """The bytes of a Parquet file that holds what a query gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{path}'")
        return path.read_bytes()


def refused(body, kind):
    with pytest.raises(TransportFault) as caught:
        read(body, kind)
    assert f"log.{kind}" in caught.value.text("zh")
    return caught.value


def test_ndjson_becomes_the_same_columns():
    table = read(b"\xef\xbb\xbf\n" + LINE + b" \r\n" + LINE.strip())
    assert table.row_numbers.tolist() == [2, 4]
    assert table.column("lat").tolist() == [31.12, 31.12]
    assert table.column("engaged").tolist() == [True, True]
    assert table.column("pass_id").tolist() == ["P1", "P1"]
    assert table.decimals("lat") == 4
    assert table.decimals("pass_id") is None
    assert table.faults == ()


def test_lines_that_hold_no_object_are_named():
    table = read(LINE + b'xx\n[1]\n5\n{"t":"a"}{"t":"b"}\n{"lat":1,"event":"\\ud800"}\n' + LINE + LINE[:30])
    assert faults(table) == {("", "not-an-object"): (5, (2, 3, 4, 5, 6)), ("", "cut-off"): (1, (8,))}
    assert table.rows == 8


def test_an_object_without_the_columns_is_blank_and_no_more():
    table = read(LINE + b'{}\n{"lat":null,"note":1}\n')
    assert faults(table) == {(name, "blank"): (2, (2, 3)) for name in ("t", "lat", "lon")} | {
        ("engaged", "blank"): (2, (2, 3))
    }


def test_values_of_other_types_are_named():
    table = read(LINE + b'{"t":{"a":1},"lat":[1],"lon":true,"engaged":"maybe"}\n{"t":5,"lat":NaN,"lon":1e999}\n')
    assert faults(table) == {
        ("t", "not-a-time"): (2, (2, 3)),
        ("lat", "not-a-number"): (1, (2,)),
        ("lat", "nan"): (1, (3,)),
        ("lon", "not-a-number"): (1, (2,)),
        ("lon", "nan"): (1, (3,)),
        ("engaged", "not-a-boolean"): (1, (2,)),
        ("engaged", "blank"): (1, (3,)),
    }


def test_deep_nesting_is_named_and_soon():
    table = read(LINE + b"[" * 500_000 + b"\n" + b'{"lat":' + b"[" * 50_000 + b"]" * 50_000 + b"}\n")
    assert faults(table)["", "not-an-object"] == (1, (2,))
    assert faults(table)["lat", "not-a-number"] == (1, (3,))


def test_members_under_chinese_names_escaped_or_not_and_seen_late():
    body = b'{"\\u7eac\\u5ea6":31.50}\n' + b"{}\n" * 200 + '{"经度":117.25}\n'.encode()
    table = read(body, names={"lat": "纬度", "lon": "经度"})
    assert table.column("lat")[0] == 31.5
    assert table.column("lon")[201] == 117.25
    assert (table.decimals("lat"), table.decimals("lon")) == (2, 2)


def test_too_many_members():
    members = b",".join(b'"k%d":1' % number for number in range(1_001))
    assert refused(b"{" + members + b"}", "ndjson").code == "table.too-many-columns"


def test_a_json_array_is_not_ndjson():
    assert faults(read(b"[\n" + LINE.strip() + b",\n" + LINE + b"]"))["", "not-an-object"] == (2, (1, 2))


def test_parquet_keeps_its_own_types():
    table = read(
        parquet(
            "SELECT TIMESTAMPTZ '2026-04-01 08:00:00.1+08' t, 31.5::FLOAT lat, 117.25::DECIMAL(9, 4) lon, "
            "4::UTINYINT fix, true engaged, 'auto'::ENUM('auto', 'manual') AS mode, 7 pass_id, NULL::VARCHAR AS event"
        ),
        "parquet",
    )
    assert table.column("t").tolist() == [1_775_001_600_100_000]
    found = {name: table.column(name).tolist() for name in ("lat", "lon", "fix", "engaged", "mode", "pass_id", "event")}
    assert found == {
        "lat": [31.5],
        "lon": [117.25],
        "fix": [4],
        "engaged": [True],
        "mode": ["auto"],
        "pass_id": ["7"],
        "event": [""],
    }
    assert table.faults == ()
    assert table.decimals("lat") is None
    assert table.row_numbers.tolist() == [1]


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS"])
def test_native_times_without_zone(kind):
    body = parquet(f"SELECT {kind} '2026-04-01 08:00:00' t, 1.0 lat")
    table = read(body, "parquet")
    assert table.column("t").tolist() == [1_775_001_600_000_000]
    assert faults(table) == {("t", "no-offset"): (1, (1,))}
    assert faults(read(body, "parquet", time_profile="beijing")) == {}


def test_times_of_parquet_in_texts_and_in_milliseconds():
    written = read(parquet("SELECT '2026-04-01T08:00:00+08:00' t"), "parquet")
    counted = read(parquet("SELECT 1775001600000 t"), "parquet", time_profile="epoch-ms")
    assert written.column("t").tolist() == counted.column("t").tolist() == [1_775_001_600_000_000]


def test_odd_values_of_parquet_are_named():
    body = parquet(
        "SELECT * FROM (VALUES (NULL::TIMESTAMPTZ, 'nan'::DOUBLE, '1,5', [1], 'x'), "
        "(TIMESTAMPTZ '2026-04-01 00:00:00Z', 95.0, NULL, NULL, 'true')) v(t, lat, lon, h, engaged)"
    )
    table = read(body, "parquet")
    assert faults(table) == {
        ("t", "blank"): (1, (1,)),
        ("lat", "nan"): (1, (1,)),
        ("lat", "out-of-range"): (1, (2,)),
        ("lon", "decimal-comma"): (1, (1,)),
        ("lon", "blank"): (1, (2,)),
        ("h", "not-a-number"): (1, (1,)),
        ("engaged", "not-a-boolean"): (1, (1,)),
    }


def test_names_that_differ_only_in_case_are_two_columns():
    body = parquet('SELECT 1.0 "LAX", 2.0 lat, 3.0 "经 度"').replace(b"LAX", b"LAT")
    table = read(body, "parquet", names={"lon": "经 度"})
    assert (table.column("lat").tolist(), table.column("lon").tolist()) == ([2.0], [3.0])


def test_two_columns_of_one_name_are_refused():
    assert (
        refused(parquet("SELECT 1.0 lax, 2.0 lat").replace(b"lax", b"lat"), "parquet").code == "table.duplicate-header"
    )


def test_codes_of_parquet():
    body = parquet("SELECT 1 engaged, 2 AS mode")
    table = read(body, "parquet", codes={"engaged": {"1": "true"}, "mode": {"2": "auto"}})
    assert (table.column("engaged").tolist(), table.column("mode").tolist()) == ([True], ["auto"])


def test_damaged_parquet_is_refused_by_name():
    body = parquet("SELECT range * 0.001 lat FROM range(50000)")
    assert read(body, "parquet").rows == 50_000
    assert "PAR1" in refused(body[:-100], "parquet").text("en")
    assert "PAR1" in refused(b"lat\n1\n", "parquet").text("en")
    for broken in (
        body[:100] + bytes(2_000) + body[2_100:],
        body[:-8] + b"\xff\xff\xff\x7fPAR1",
        body[:-60] + b"\xff" * 52 + body[-8:],
        b"PAR1" + body[-8:],
    ):
        assert refused(broken, "parquet").code == "table.unreadable"


def test_what_unpacks_into_too_much_is_refused(monkeypatch):
    bomb = parquet("SELECT 1.0 lat FROM range(6000000)")
    assert len(bomb) < 100_000
    assert refused(bomb, "parquet").code == "table.too-many-rows"
    monkeypatch.setattr(parquet_reading, "MOST_BYTES", 1_000)
    assert refused(parquet("SELECT random() lat FROM range(1000)"), "parquet").code == "table.too-large"


def test_an_empty_parquet_and_one_of_other_columns():
    assert refused(parquet("SELECT 1.0 lat WHERE false"), "parquet").code == "table.no-rows"
    assert refused(parquet("SELECT 1 a, {'lat': 2} b"), "parquet").code == "table.no-known-column"
    assert refused(b"", "parquet").code == "table.empty"


def test_too_many_columns_of_parquet():
    columns = ", ".join(f"{number} c{number}" for number in range(batches.MOST_COLUMNS + 1))
    assert refused(parquet(f"SELECT {columns}"), "parquet").code == "table.too-many-columns"


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
OBJECTS = st.fixed_dictionaries({"h": NUMBERS, "event": TEXTS, "engaged": st.booleans()})


@settings(max_examples=60, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=6), st.booleans())
@example([{"h": -0.0, "event": '"', "engaged": False}], True)
def test_what_json_writes_comes_back(objects, escaped):
    body = "".join(json.dumps(one, ensure_ascii=escaped) + "\n" for one in objects).encode()
    table = read(body)
    assert same(table.column("h"), [one["h"] for one in objects])
    assert table.column("event").tolist() == [one["event"] for one in objects]
    assert table.column("engaged").tolist() == [one["engaged"] for one in objects]
    assert table.row_numbers.tolist() == list(range(1, len(objects) + 1))
    assert table.faults == ()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=6))
def test_what_parquet_writes_comes_back(rows):
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "made.parquet"
        connection.execute("CREATE TABLE log (h DOUBLE, event VARCHAR)")
        connection.executemany("INSERT INTO log VALUES (?, ?)", rows)
        connection.execute(f"COPY log TO '{path}' (FORMAT parquet)")
        table = read(path.read_bytes(), "parquet")
    assert same(table.column("h"), [row[0] for row in rows])
    assert table.column("event").tolist() == [row[1] for row in rows]
    assert table.faults == ()


def same(found, expected):
    return np.array_equal(found, np.array(expected, dtype=np.float64), equal_nan=True)
