from __future__ import annotations

import pytest

from pytest_szxc.catalogue.dialect import DRAFT, compiled, dialect_problems, subschemas
from pytest_szxc.errors import CatalogueError


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
    ("bad", "pointer", "what"),
    [
        ({"pattern": "^\\d$"}, "", "class escape"),
        ({"properties": {"a": {"pattern": "\\w"}}}, "/properties/a", "class escape"),
        ({"pattern": "^(?=a)"}, "", "look-around, named group or flag"),
        ({"pattern": "(?<!a)b"}, "", "look-around, named group or flag"),
        ({"pattern": "(a)\\1"}, "", "back-reference"),
        ({"pattern": "a\\Z"}, "", "anchor or escape outside ECMA-262"),
        ({"pattern": "a++"}, "", "possessive quantifier"),
        ({"pattern": "["}, "", "pattern that does not compile"),
        ({"patternProperties": {"\\d": {}}}, "", "class escape"),
        ({"items": {"multipleOf": 0.01}}, "/items", "multipleOf with a decimal"),
        ({"allOf": [{"$ref": "https://x.example/s"}]}, "/allOf/0", "reference outside the package"),
        ({"$defs": {"a/b": {"$ref": "file:///x"}}}, "/$defs/a~1b", "reference outside the package"),
    ],
)
def test_banned_constructs_are_found(bad: dict[str, object], pointer: str, what: str) -> None:
    assert [(one.pointer, one.what) for one in dialect_problems(schema(**bad))] == [(pointer, what)]


def test_what_is_allowed_or_only_data_is_not_reported() -> None:
    good = schema(
        pattern="^(?:a|\\\\d|[0-9]{2}\\.)$",
        multipleOf=5,
        enum=[{"pattern": "\\d"}],
        examples=[{"$ref": "http://x"}],
        properties={"pattern": {"const": {"multipleOf": 0.5}}, "$ref": {"$ref": "#/$defs/a"}},
        **{"$ref": "urn:szxc:common:date"},
    )
    assert dialect_problems(good) == []


def test_another_draft_is_reported() -> None:
    assert [one.pointer for one in dialect_problems({"$schema": "http://json-schema.org/draft-07/schema#"})] == [
        "/$schema"
    ]


def test_subschemas_of_no_object() -> None:
    assert list(subschemas(True)) == []
