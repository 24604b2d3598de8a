from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_szxc.catalogue.documents import CAP, Document, check, nearest, read_json, read_toml
from pytest_szxc.errors import CatalogueError, SzxcError

if TYPE_CHECKING:
    from pathlib import Path

STATEMENT = "urn:szxc:szxc:statement"


def fault_of(folder: Path, text: str, urn: str = STATEMENT, hidden: frozenset[str] = frozenset()) -> SzxcError:
    path = folder / "szxc.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        check(read_toml(path), urn, hidden)
    return caught.value


def test_an_unknown_key_is_told_with_line_and_nearest(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, '[system]\nname = "x"\nversion = "1"\n[target]\nbase_ulr = "http://x"\n')
    assert fault.code == "document.unknown-key"
    assert fault.params["line"] == 5
    assert fault.params["row"] == "target"
    assert fault.params["key"] == "base_ulr"
    assert fault.params["nearest"] == "base_url"
    assert fault.text("en").endswith("szxc.toml:5 target base_ulr: no such key")
    assert fault.hint("zh") == "此处可用：base_url"


def test_an_unknown_key_like_none_gets_all_that_are_known(tmp_path: Path) -> None:
    assert fault_of(tmp_path, "[system]\nname='x'\nversion='1'\nzzz = 1\n").params["nearest"] == "name | version"


def test_a_missing_key_points_at_its_table(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, '\n\n[system]\nname = "x"\n')
    assert (fault.code, fault.params["key"], fault.params["line"]) == ("document.missing-key", "version", 3)


@pytest.mark.parametrize(
    ("text", "code", "line", "expected"),
    [
        ("[target]\ntime_profile = 'bejing'\n", "document.wrong-value", 2, "beijing"),
        ("[target.limits]\nrate = '5'\n", "document.wrong-type", 2, "number"),
        ("[target.limits]\nrate = nan\n", "document.wrong-type", 2, "number"),
        ("[target.regions]\nfile = 'x'\ndate = 2026-01-01\n", "document.wrong-type", 3, '"2026-01-01"'),
        ("[target.limits]\nconnections = 0\n", "document.wrong-value", 2, ">= 1"),
        ("[claims.x]\nclasses = ['a', 'a']\n", "document.wrong-value", 2, "unique items"),
    ],
)
def test_wrong_types_and_values(tmp_path: Path, text: str, code: str, line: int, expected: str) -> None:
    fault = fault_of(tmp_path, text)
    assert (fault.code, fault.params["line"], fault.params["expected"]) == (code, line, expected)


def test_the_first_fault_of_the_file_is_told(tmp_path: Path) -> None:
    assert fault_of(tmp_path, "[target]\nzzz = 1\n[system]\nname = 1\n").params["line"] == 2


def test_a_row_is_named_by_index_and_id(tmp_path: Path) -> None:
    path = tmp_path / "requirements.toml"
    document = Document(path, {"requirements": [{}, {"id": "DC-002", "x": 1}]}, "", CatalogueError)
    fault = document.fault("document.missing-key", ("requirements", 1, "x"))
    assert (fault.params["row"], fault.params["key"]) == ("requirements[1] (DC-002)", "x")
    assert fault.params["place"] == f"{path} requirements[1] (DC-002) x"


def test_values_below_hidden_keys_are_not_quoted(tmp_path: Path) -> None:
    text = "[accounts.primary]\nscheme = 'bearer'\ntoken = ['hunter2']\n"
    assert "hunter2" in fault_of(tmp_path, text).text("en")
    assert "hunter2" not in fault_of(tmp_path, text, hidden=frozenset({"accounts"})).text("en")


def raised(path: Path, content: bytes) -> SzxcError:
    path.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        (read_json if path.suffix == ".json" else read_toml)(path)
    assert caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value


def test_a_gbk_file_says_where_and_what_to_do(tmp_path: Path) -> None:
    fault = raised(tmp_path / "szxc.toml", b'[system]\nname = "' + "数据".encode("gbk") + b'"\n')
    assert (fault.code, fault.params["offset"], fault.params["line"]) == ("document.encoding", 17, 2)
    assert fault.params["guess"] == "GBK"
    assert "UTF-8" in fault.hint("zh")


def test_a_utf_16_file_is_recognised(tmp_path: Path) -> None:
    assert raised(tmp_path / "szxc.toml", "名 = 1".encode("utf-16")).params["guess"] == "UTF-16"


def test_bytes_of_no_encoding_are_told_so(tmp_path: Path) -> None:
    assert raised(tmp_path / "szxc.toml", b"\xff\xff\xff\x00").params["guess"] == "?"


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "szxc.toml"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_toml(path).value == {"x": 1}


@pytest.mark.parametrize(
    "content", [b"x = \n", b"x = 1\nx = 2\n", b"x = " + b"[" * 5000, b"x = " + b"1" * 5000, b"x = 1\0"]
)
def test_bad_toml_ends_with_a_message(tmp_path: Path, content: bytes) -> None:
    assert raised(tmp_path / "szxc.toml", content).code == "document.toml-syntax"


def test_bad_toml_says_the_line(tmp_path: Path) -> None:
    assert raised(tmp_path / "szxc.toml", b"a = 1\nb = \n").params["line"] == "2"


@pytest.mark.parametrize("content", [b'{"a": }', b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"])
def test_bad_json_ends_with_a_message(tmp_path: Path, content: bytes) -> None:
    assert raised(tmp_path / "x.json", content).code == "document.json-syntax"


def test_json_that_is_no_object_is_refused(tmp_path: Path) -> None:
    assert raised(tmp_path / "x.json", b"[]").code == "document.wrong-type"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    assert raised(tmp_path / "szxc.toml", b"#" * (CAP + 1)).code == "document.too-large"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "no.toml", "document.not-found"), (tmp_path, "document.unreadable")):
        with pytest.raises(CatalogueError) as caught:
            read_toml(path)
        assert caught.value.code == code


def test_nearest() -> None:
    assert nearest("list_entry", ["list_entries", "read_data"]) == "list_entries"
    assert nearest("x", ["list", "read"]) == "list | read"
    assert nearest("x", []) == "-"
