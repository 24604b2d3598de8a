from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from conftest import NOW, operation

from pytest_szxc.errors import SzxcError, TransportFault, Unjudgeable
from pytest_szxc.model import Exchange, Location, Request, Response
from pytest_szxc.target import csv_cells, file_reading
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.csv_cells import coerced, member_types, nested
from pytest_szxc.target.file_reading import rows
from pytest_szxc.target.files import FileSource, data_files, recorded_files
from pytest_szxc.target.statement import Account, BoundOperation, Limits, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.streams import Call, Stream

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Suite

TYPES = {
    "count": frozenset({"integer"}),
    "area": frozenset({"number"}),
    "open": frozenset({"boolean"}),
    "title": frozenset({"string"}),
    "either": frozenset({"string", "integer"}),
    "sharing.type": frozenset({"string"}),
}


def source(place: Path, suite: Suite, store: ExchangeStore | None = None, **statement: object) -> FileSource:
    made = Statement(**statement)  # type: ignore[arg-type]
    store = store or ExchangeStore()
    return FileSource(data_files(place), made, store, clock=VirtualClock(NOW), now=NOW, suites={"tiny": suite})


def stream(place: Path, suite: Suite, name: str = "list_things", **statement: object) -> Stream:
    call = Call(suite, suite.operations[name], {}, Account("primary"))
    return source(place, suite, **statement).stream(call)


def read(name: str, body: bytes, types: dict[str, frozenset[str]] | None = None) -> list[tuple[int, dict[str, object]]]:
    return list(rows(Exchange("x1", "list", Request("FILE", name), Response(200, (), body)), types or {}))


def test_three_formats_give_one_stream(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.json").write_text('[{"code":"1"},{"code":"2"}]', encoding="utf-8")
    (tmp_path / "b.ndjson").write_text('{"code":"3"}\n\n{"code":"4"}\n', encoding="utf-8")
    (tmp_path / "c.csv").write_text("code,sharing.type\n5,1\n,\n6,\n", encoding="utf-8-sig")
    (tmp_path / "notes.txt").write_text("not data", encoding="utf-8")
    found = stream(tmp_path, suite)
    assert [record.value for record in found] == [
        *({"code": str(number)} for number in range(1, 5)),
        {"code": "5", "sharing": {"type": "1"}},
        {"code": "6"},
    ]
    assert [(record.origin.file, record.origin.row) for record in found] == [
        ("a.json", 1),
        ("a.json", 2),
        ("b.ndjson", 1),
        ("b.ndjson", 3),
        ("c.csv", 2),
        ("c.csv", 4),
    ]
    assert found.items[0].at("a.b") == Location(found.exchanges[0], "1", "/a/b", "a.json", 1)
    assert found.items[0].observed_at == NOW


def test_items_may_stand_in_an_object_and_numbers_stay_exact() -> None:
    assert read("a.json", b'{"items":[{"a":1.10,"b":99999999999999999999}]}') == [
        (1, {"a": Decimal("1.10"), "b": 99999999999999999999})
    ]


def test_cells_become_what_the_schema_wants() -> None:
    text = 'count,area,open,title,either,sharing.type,list,other,text\n7,1.50,TRUE,[1],8,2,"[{""a"":1}]",9,"{oops"\n'
    [(_, row)] = read("a.csv", text.encode(), TYPES)
    assert coerced(row, TYPES) == {
        "count": 7,
        "area": Decimal("1.50"),
        "open": True,
        "title": "[1]",
        "either": "8",
        "sharing": {"type": "2"},
        "list": [{"a": 1}],
        "other": "9",
        "text": "{oops",
    }


def test_cells_that_hold_something_else_stay_for_the_schema_to_judge() -> None:
    [(_, row)] = read("a.csv", "count,open\nmany,是\n".encode(), TYPES)
    assert coerced(row, TYPES) == {"count": "many", "open": "是"}


def test_a_header_below_a_text_is_passed_over() -> None:
    assert nested(["a", "a.b", "c"], ["1", "2", "3"], {}) == {"a": "1", "c": "3"}


def test_schema_types_are_read_by_dotted_member() -> None:
    types = member_types("urn:szxc:data_classification:entry")
    assert "integer" in types["subLevel"]
    assert types["resourceCode"] == frozenset({"string"})
    assert any("." in path for path in types)
    assert member_types(None) == {}


def test_quoted_cells_may_hold_line_breaks(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.csv").write_text('code,title\n1,"x\ny"\n2,z\n', encoding="utf-8")
    assert [record.get("title") for record in stream(tmp_path, suite)] == ["x\ny", "z"]


BAD = {
    ("a.csv", "code,名\n1,村\n".encode("gbk")): "file.encoding-gbk",
    ("a.json", '[{"名":"村"}]'.encode("gbk")): "file.encoding-gbk",
    ("a.ndjson", b'{"a":"\xff"}'): "file.encoding",
    ("a.csv", "code\n1\n".encode("utf-16")): "file.encoding",
    ("a.csv", b""): "file.empty",
    ("a.csv", b"\xef\xbb\xbf\r\n"): "file.empty",
    ("a.json", b" "): "file.empty",
    ("a.csv", b"a,b,a\n1,2,3\n"): "file.duplicate-header",
    ("a.csv", b"a,b\n1,2\n1\n"): "file.bad-row",
    ("a.csv", b'a,b\n1,"x"y\n'): "file.bad-row",
    ("a.csv", b'a,b\n1,"open\n'): "file.bad-row",
    ("a.csv", b"a\n" + b"x" * 200_000): "file.bad-row",
    ("a.ndjson", b'{"a":1}\n{"a":1,"a":2}\n'): "file.bad-row",
    ("a.jsonl", b'{"a":1}\n[1]\n'): "file.bad-row",
    ("a.ndjson", b'\xef\xbb\xbf{"a":1}\n'): "file.bad-row",
    ("a.json", b'{"a":1}\n{"a":2}'): "file.not-json",
    ("a.json", b'[{"a":1,"a":2}]'): "file.not-json",
    ("a.json", b'{"rows":[]}'): "file.shape",
    ("a.json", b"[1]"): "file.bad-row",
}


@pytest.mark.parametrize(
    ("given", "code"), BAD.items(), ids=[f"{index}-{code}" for index, code in enumerate(BAD.values())]
)
def test_bad_files_are_told_apart(given: tuple[str, bytes], code: str) -> None:
    name, body = given
    with pytest.raises(TransportFault) as caught:
        read(name, body)
    assert (caught.value.code, caught.value.exchange, caught.value.params["file"]) == (code, "x1", name)
    for lang in ("zh", "en"):
        assert name in caught.value.text(lang)
        assert caught.value.hint(lang)


def test_a_bad_row_is_numbered_as_an_editor_does() -> None:
    with pytest.raises(TransportFault) as caught:
        read("a.csv", b"a,b\n1,2\n1\n")
    assert caught.value.params["row"] == 3
    with pytest.raises(TransportFault) as caught:
        read("a.ndjson", b'{"a":1}\n\n{"a":1,"a":2}\n')
    assert caught.value.text("en") == "row 3 of a.ndjson cannot be read: json.duplicate-key key=a"


def test_a_header_alone_is_an_empty_catalogue(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.csv").write_text("code\n", encoding="utf-8")
    found = stream(tmp_path / "a.csv", suite)
    assert (len(found), len(found.exchanges)) == (0, 1)


def test_the_binding_names_columns_and_codes(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.csv").write_text("编码,level,when\n1,A,2026-01-02 03:04:05\n", encoding="utf-8")
    bound = BoundOperation(
        "list_things", "GET", "/", fields={"code": '"编码"', "at": "when"}, values={"level": {"A": "core"}}
    )
    [record] = stream(tmp_path, suite, operations={("tiny", "list_things"): bound})
    assert record.value == {"code": "1", "level": "core", "at": "2026-01-02 03:04:05", "编码": "1"}


def test_a_file_answers_only_what_a_file_can(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    call = Call(suite, suite.operations["judge"], {}, Account("primary"))
    for ask in (source(tmp_path, suite).stream, source(tmp_path, suite).reply):
        with pytest.raises(Unjudgeable, match=r"target\.file-cannot"):
            ask(call)


def test_with_several_file_operations_names_decide(tmp_path: Path, suite: Suite) -> None:
    suite.operations["list_more"] = operation("list_more", file=True)
    (tmp_path / "list_things.json").write_text('[{"code":"1"}]', encoding="utf-8")
    assert len(stream(tmp_path, suite)) == 1
    with pytest.raises(Unjudgeable, match=r"target\.file-absent"):
        stream(tmp_path, suite, "list_more")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    with pytest.raises(Unjudgeable) as caught:
        stream(tmp_path, suite, "list_more")
    assert caught.value.code == "target.file-unnamed"
    assert "list_more.csv" in caught.value.hint("zh")


def test_files_are_recorded_and_judged_again_without_them(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.json").write_text('[{"code":"1"}]', encoding="utf-8")
    store = ExchangeStore()
    call = Call(suite, suite.operations["list_things"], {}, Account("primary"))
    first = source(tmp_path, suite, store).stream(call)
    [recorded] = store.all()
    assert (recorded.request.method, recorded.request.url) == ("FILE", "a.json")
    assert json.loads(recorded.response.body) == [{"code": "1"}] if recorded.response else False
    (tmp_path / "a.json").unlink()
    again = FileSource(
        recorded_files(store), Statement(), store, clock=VirtualClock(NOW), now=NOW, suites={"tiny": suite}
    )
    assert [(row.value, row.origin) for row in again.stream(call)] == [(row.value, row.origin) for row in first]
    assert store.counters().sent == 0


def test_a_file_that_vanished_or_grew_is_a_fault(tmp_path: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("[]", encoding="utf-8")
    call = Call(suite, suite.operations["list_things"], {}, Account("primary"))
    vanished, grown = source(path, suite), source(path, suite)
    monkeypatch.setattr(file_reading, "FILE_BYTES", 1)
    with pytest.raises(TransportFault, match=r"file\.too-large"):
        grown.stream(call)
    path.unlink()
    with pytest.raises(TransportFault, match=r"file\.unreadable"):
        vanished.probe(call)


def test_too_many_rows(tmp_path: Path, suite: Suite) -> None:
    (tmp_path / "a.json").write_text('[{"a":1},{"a":2}]', encoding="utf-8")
    with pytest.raises(Unjudgeable, match=r"paging\.too-many"):
        stream(tmp_path, suite, limits=Limits(records=1))


@pytest.mark.parametrize(
    ("place", "code"), [("absent", "target.not-found"), ("a.xls", "target.file-kind"), (".", "target.folder-empty")]
)
def test_wrong_places_are_explained(place: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text("x", encoding="utf-8")
    with pytest.raises(SzxcError) as caught:
        data_files(tmp_path / place)
    assert caught.value.code == code
    assert caught.value.hint("zh")


def test_types_of_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    assert csv_cells._types({"const": True}) == frozenset({"boolean"})
    assert csv_cells._types({"enum": [1, "a", None]}) == frozenset({"integer", "string"})
    assert csv_cells._types({"type": ["number", "null"]}) == frozenset({"number", "null"})
    monkeypatch.undo()
