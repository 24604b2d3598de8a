from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_suite import OPENAPI, write_json, write_small

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import StatementError
from pytest_szxc.target.matching import match_operations
from pytest_szxc.target.starter import starter_statement
from pytest_szxc.target.statement import Paging, Statement
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.toml_text import inline, key

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json, Suite

VENDOR = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://v.example/api"}],
    "paths": {
        "/v2/thing": {
            "get": {
                "operationId": "ListThings",
                "parameters": [
                    {"name": "pageNum", "in": "query"},
                    {"name": "size", "in": "query"},
                    {"name": "since", "in": "query"},
                    {"name": "colour", "in": "query"},
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "properties": {
                                        "result": {"properties": {"records": {}, "total": {}}},
                                    }
                                }
                            }
                        }
                    }
                },
            }
        },
        "/api/things/{thing-id}": {"get": {"operationId": "q7"}},
        "/unrelated?x": {"post": {"operationId": "createThing"}},
    },
}


@pytest.fixture
def suites(tmp_path: Path) -> dict[str, Suite]:
    return load_suites((write_small(tmp_path / "tree"),))


def written(
    folder: Path, source: str | dict[str, Json], suites: dict[str, Suite], lang: str = "en"
) -> tuple[str, Statement]:
    text = starter_statement(source, suites, lang)
    path = folder / "szxc.toml"
    path.write_text(text, encoding="utf-8")
    return text, load_statement(path, suites)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_a_url(tmp_path: Path, suites: dict[str, Suite], lang: str) -> None:
    text, found = written(tmp_path, "https://x.example/api/", suites, lang)
    assert (found.base_url, found.declared, len(found.operations)) == ("https://x.example/api", False, 3)
    assert ('#   "things",  # ' + ("事物" if lang == "zh" else "things")) in text
    text.encode("gbk")


def test_what_is_commented_out_is_right_when_uncommented(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text, _ = written(tmp_path, "https://x.example", suites)
    marked = (
        "# [accounts",
        "# scheme = ",
        "# token = ",
        "# [claims",
        "# classes",
        '#   "',
        "# ]",
        "# [target.limits",
        "# rate",
    )
    bare = "\n".join(line.removeprefix("# ") if line.startswith(marked) else line for line in text.splitlines())
    (tmp_path / "szxc.toml").write_text(bare, encoding="utf-8")
    found = load_statement(tmp_path / "szxc.toml", suites)
    assert found.claims["small"].classes == ("things", "changes")
    assert found.accounts["primary"].secret.env == "SZXC_TOKEN"


def test_from_a_vendors_document(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text, found = written(tmp_path, VENDOR, suites)
    assert found.base_url == "https://v.example/api"
    assert set(found.operations) == {("small", "list_things"), ("small", "read_thing")}
    listed = found.operations["small", "list_things"]
    assert (listed.path, listed.items, listed.total) == ("/v2/thing", "records", "total")
    assert listed.paging == Paging(style="page", page="pageNum", size="size", limit=100)
    assert listed.query == {"since": "{since}"}
    assert listed.envelope.payload == "result"
    assert found.operations["small", "read_thing"].path == "/api/things/{code}"
    assert "# [binding.small.operations.create_thing]" in text
    assert found.claims["small"].classes == ("things", "changes")


def test_from_the_default_binding_itself(tmp_path: Path, suites: dict[str, Suite]) -> None:
    write_json(tmp_path / "o.json", OPENAPI)
    _, found = written(tmp_path, str(tmp_path / "o.json"), suites)
    assert found.base_url == "https://platform.example"
    assert found.operations["small", "list_things"].paging.limit == 50
    assert found.operations["small", "list_things"].envelope.payload == "data"


def test_a_body_that_is_no_json_is_said_to_be_none(tmp_path: Path, suites: dict[str, Suite]) -> None:
    call = {"operationId": "create_thing", "requestBody": {"content": {"application/xml": {"schema": {}}}}}
    text, found = written(tmp_path, {"openapi": "3.1.0", "paths": {"/things": {"post": call}}}, suites)
    assert 'body_type = "application/xml"' in text
    assert found.operations["small", "create_thing"].body_type == "application/xml"


def test_from_a_document_with_nothing_of_ours(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text, found = written(tmp_path, {"openapi": "3.1.0", "paths": {"/zzz": {"delete": {}}}}, suites)
    assert (found.operations, found.declared) == ({}, False)
    assert text.count("# [binding.small.operations.") == 3


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["offset", "limit"], {"style": "offset", "offset": "offset", "size": "limit", "limit": 100}),
        (["cursor"], {"style": "cursor", "cursor": "cursor", "next": "next", "limit": 100}),
        ([], {"style": "none"}),
    ],
)
def test_paging_is_guessed_by_name(
    tmp_path: Path, suites: dict[str, Suite], names: list[str], expected: dict[str, Json]
) -> None:
    query = [{"name": name, "in": "query"} for name in names]
    paths = {"/things": {"get": {"operationId": "list_things", "parameters": query}}}
    _, found = written(tmp_path, {"openapi": "3.1.0", "paths": paths}, suites)
    assert found.operations["small", "list_things"].paging == Paging(**expected)


def test_each_operation_is_used_once_and_must_fit(suites: dict[str, Suite]) -> None:
    paths = {"/things/{a}/{b}": {"get": {"operationId": "readThing"}}, "/thing": {"get": {}}}
    matched = match_operations({"paths": paths}, suites["small"])
    assert {name: one.path for name, one in matched.items()} == {"list_things": "/thing"}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("ftp://x", "statement.base-url"),
        ("https://u:p@x", "statement.secret-url"),
        ("notes.txt", "openapi.source"),
        ("no.json", "document.not-found"),
    ],
)
def test_other_sources_are_refused(suites: dict[str, Suite], source: str, code: str) -> None:
    with pytest.raises(StatementError) as caught:
        starter_statement(source, suites, "zh")
    assert caught.value.code == code
    assert "u:p" not in caught.value.text("zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_shipped_suites_own_document_binds_and_claims_all_of_it(tmp_path: Path, lang: str) -> None:
    suite = load_suites()["data_classification"]
    text, found = written(tmp_path, str(suite.folder / "openapi.json"), {suite.id: suite}, lang)
    assert {name for _, name in found.operations} == set(suite.operations)
    assert set(found.claims[suite.id].classes) == {item.id for item in suite.classes}
    assert "# resourceClass, title, resourceCode" in text
    text.encode("gbk")


def test_toml_text() -> None:
    assert (
        inline({"a b": [1, True, None, 'x"\x7f'], "c": {}, "d": None}) == '{ "a b" = [1, true, "x\\"\\u007F"], c = {} }'
    )
    assert key("数据") == '"数据"'
