from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from pytest_szxc.catalogue import dialect
from pytest_szxc.catalogue.dialect import DRAFT, compiled, subschemas
from pytest_szxc.catalogue.schema_lint import dialect_problems
from pytest_szxc.catalogue.schemas import store
from pytest_szxc.errors import CatalogueError
from pytest_szxc.messages import render, table


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("^[0-9]+$", "12", True),
        ("^[0-9]+$", "12\n", False),
        ("^\\d+$", "１２", False),
        ("^[\\d]+$", "１２", False),
        ("^\\w$", "数", False),
        ("^\\W$", "数", True),
        ("^a.b$", "a\rb", False),
        ("^a.b$", "a\u2028b", False),
        ("^a[.$]b$", "a$b", True),
        ("^a\\$$", "a$", True),
        ("^\\s$", "\ufeff", True),
        ("^\\s$", "\x1c", False),
        ("^[[&|~]+$", "[&|~", True),
        ("^(a|b)$", "b", True),
        ("^[\u4e00-\u9fa5]+$", "数字", True),
    ],
)
def test_patterns_mean_what_ecma_262_says(pattern: str, text: str, *, holds: bool) -> None:
    assert bool(compiled(pattern).search(text)) is holds


def test_a_pattern_that_is_none_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(CatalogueError) as caught:
        compiled("(")
    assert caught.value.code == "schema.pattern"
    assert "(" in caught.value.text("zh")


def schema(**members: object) -> dict[str, object]:
    return {"$schema": DRAFT, **members}


@pytest.mark.parametrize(
    ("bad", "pointer", "code"),
    [
        ({"pattern": "^\\d$"}, "", "class-escape"),
        ({"properties": {"a": {"pattern": "\\w"}}}, "/properties/a", "class-escape"),
        ({"patternProperties": {"\\d": {}}}, "", "class-escape"),
        ({"items": {"multipleOf": Decimal("0.01")}}, "/items", "multiple-of"),
        ({"allOf": [{"$ref": "https://x.example/s"}]}, "/allOf/0", "reference"),
        ({"$defs": {"a/b": {"$ref": "file:///x"}}}, "/$defs/a~1b", "reference"),
        ({"$dynamicRef": "#a"}, "", "keyword"),
        ({"properties": {"a": {"$schema": DRAFT}}}, "/properties/a", "keyword"),
        ({"definitions": {"a": {"$ref": "http://x"}}}, "", "keyword"),
        ({"not": {"format": "uri"}}, "/not", "format-pattern"),
        ({"format": "date", "pattern": "^a$"}, "", "format-pattern"),
        ({"format": ["date"]}, "", "format"),
    ],
)
def test_banned_constructs_are_found(bad: dict[str, object], pointer: str, code: str) -> None:
    assert [(one.pointer, one.code) for one in dialect_problems(schema(**bad))] == [(pointer, f"dialect.{code}")]


def test_what_is_allowed_or_only_data_is_not_reported() -> None:
    good = schema(
        pattern="^(?:a|\\\\d|[0-9]{2}\\.)$",
        multipleOf=5,
        enum=[{"pattern": "\\d"}],
        examples=[{"$ref": "http://x"}],
        properties={"pattern": {"const": {"multipleOf": 0.5}}, "$ref": {"$ref": "#/$defs/a"}, "minimun": True},
        **{"$ref": "urn:szxc:common:date", "$id": "urn:szxc:small:x"},
    )
    assert dialect_problems(good) == []


def test_another_draft_is_reported() -> None:
    assert [one.pointer for one in dialect_problems({"$schema": "http://json-schema.org/draft-07/schema#"})] == [
        "/$schema"
    ]


@pytest.mark.parametrize("path", store().files.values(), ids=lambda path: path.name)
def test_every_shipped_schema_is_in_the_dialect(path: Path) -> None:
    assert dialect_problems(json.loads(path.read_bytes(), parse_float=Decimal)) == []


def test_every_ban_has_its_message() -> None:
    used = {
        code
        for path in Path(dialect.__file__).parent.glob("*.py")
        for code in re.findall(r'"(dialect\.[a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert used == {code for code in table() if code.startswith("dialect.")}
    for code in used:
        assert "\\d" in render(code, "zh", {"pointer": "/", "text": "\\d"})


def test_subschemas_of_no_object() -> None:
    assert list(subschemas(True)) == []
