from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from small_suite import OPENAPI, write_json

from pytest_szxc.catalogue.openapi import envelope_of, load_openapi, names, read_openapi, server_of
from pytest_szxc.errors import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path


def test_operations_of_a_document() -> None:
    listed, created, read = read_openapi(OPENAPI)
    assert (listed.id, listed.method, listed.path) == ("list_things", "GET", "/things")
    assert listed.query == {"page": "{page}", "size": "{size}", "since": "{since}", "kind": "all"}
    assert listed.extension["items"] == "list"
    assert listed.parameters == {"page", "size", "since"}
    assert created.parameters is None
    assert read.parameters == {"code"}
    assert envelope_of(OPENAPI)["payload"] == "data"


def test_references_bodies_and_answers_are_followed() -> None:
    document = {
        "paths": {
            "/x": {
                "post": {
                    "parameters": [{"$ref": "#/components/parameters/q~1r"}],
                    "requestBody": {"$ref": "#/components/requestBodies/b"},
                    "responses": {"400": {}, 200: {"$ref": "#/components/responses/ok"}},
                    "x-szxc": {"query": {"q": 1}},
                }
            }
        },
        "components": {
            "parameters": {"q/r": {"name": "q", "in": "query", "schema": {"const": "a"}, "required": True}},
            "requestBodies": {"b": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/s"}}}}},
            "responses": {"ok": {"content": {"application/problem+json": {"schema": {"properties": {"data": {}}}}}}},
            "schemas": {"s": {"properties": {"impacts": {}}}, "loop": {"$ref": "#/components/schemas/loop"}},
        },
        "servers": [{"url": "/"}, {"url": "https://x.example/api"}],
    }
    (one,) = read_openapi(document)
    assert one.id == "POST /x"
    assert one.query == {"q": "1"}
    assert one.body_names == {"impacts"}
    assert one.parameters == {"impacts"}
    assert list(one.answer) == ["data"]
    assert server_of(document) == "https://x.example/api"


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (["application/xml"], "application/xml"),
        (["text/xml", "application/xml"], "text/xml"),
        (["application/xml", "application/json"], ""),
        (["multipart/form-data"], ""),
        ([], ""),
    ],
)
def test_a_body_that_is_no_json(kinds: list[str], wanted: str) -> None:
    body = {"content": {kind: {"schema": {}} for kind in kinds}}
    (one,) = read_openapi({"paths": {"/x": {"post": {"requestBody": body}}}})
    assert one.body_type == wanted


def test_what_is_not_as_it_should_be_is_passed_over() -> None:
    loop = {"$ref": "#/components/x"}
    document = {
        "paths": {
            "x": {"get": {}},
            "/y": 1,
            "/z": {"get": [], "put": {"parameters": 3, "responses": [], "requestBody": loop}},
        },
        "components": {"x": loop},
        "servers": {},
    }
    assert [one.id for one in read_openapi(document)] == ["PUT /z"]
    assert server_of(document) == ""
    assert read_openapi({}) == ()


def test_names_of_templates() -> None:
    assert names({"a": ["{b}", 1, "x{c}y{d}"], "e": None}) == {"b", "c", "d"}


@pytest.mark.parametrize(
    ("content", "code"), [({"swagger": "2.0"}, "openapi.version"), ({}, "openapi.version"), ([], "document.wrong-type")]
)
def test_other_documents_are_refused(tmp_path: Path, content: object, code: str) -> None:
    write_json(tmp_path / "o.json", content)
    with pytest.raises(CatalogueError) as caught:
        load_openapi(tmp_path / "o.json")
    assert caught.value.code == code
    assert caught.value.text("zh")


def test_json_loads(tmp_path: Path) -> None:
    write_json(tmp_path / "o.json", OPENAPI)
    assert load_openapi(tmp_path / "o.json") == OPENAPI


def test_yaml_is_read_with_its_extra(tmp_path: Path) -> None:
    path = tmp_path / "o.yml"
    path.write_text("openapi: 3.1.0\npaths:\n  /a:\n    get: {operationId: ask, summary: 问}\n", encoding="utf-8")
    assert load_openapi(path) == {"openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "ask", "summary": "问"}}}}
    for text, code in (
        ("[", "openapi.yaml-syntax"),
        ("[1]", "document.wrong-type"),
        ("a: 1\na: 2", "openapi.yaml-syntax"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CatalogueError) as caught:
            load_openapi(path)
        assert caught.value.code == code


def test_yaml_without_its_extra_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o.yaml").write_text("openapi: 3.1.0", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(CatalogueError) as caught:
        load_openapi(tmp_path / "o.yaml")
    assert caught.value.code == "openapi.yaml-missing"
    assert "pytest-szxc[yaml]" in caught.value.hint("en")
