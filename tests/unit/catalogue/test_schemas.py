from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_suite import SCHEMA, write_json

from pytest_szxc.catalogue import schemas
from pytest_szxc.catalogue.dialect import DRAFT
from pytest_szxc.catalogue.engines import Reference
from pytest_szxc.catalogue.schemas import SchemaError, SchemaJudge, SchemaStore
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json

URN = "urn:szxc:small:x"
TENTH = Decimal("0.1000000000000000000001")


def judge_of(folder: Path, **schema: object) -> SchemaJudge:
    write_json(folder / "x.schema.json", {"$schema": DRAFT, "$id": URN, **schema})
    return SchemaStore({"small": folder}).judge(URN)


def found(judge: SchemaJudge, value: Json) -> list[tuple[str, str, str, str]]:
    return [(one.pointer, one.keyword, one.expected, one.observed) for one in judge.errors(value)]


@pytest.fixture(params=["quick", "pure"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SZXC_ENGINE", str(request.param))
    return str(request.param)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, Decimal("1.5"), ("", "type", "integer", show(Decimal("1.5")))),
        ({"type": ["string", "null"]}, True, ("", "type", "string|null", "true")),
        ({"type": "number"}, False, ("", "type", "number", "false")),
        ({"required": ["a/b"]}, {}, ("/a~1b", "required", "present", "absent")),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"b~": 1},
            ("/b~0", "additionalProperties", "absent", "1"),
        ),
        ({"additionalProperties": {"type": "null"}}, {"b": 1}, ("/b", "type", "null", "1")),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, ("/b", "dependentRequired", "present", "absent")),
        ({"pattern": "^a$"}, "a\n", ("", "pattern", "^a$", "a\\n")),
        ({"patternProperties": {"^a$": {"type": "null"}}}, {"a": 1}, ("/a", "type", "null", "1")),
        ({"enum": ["a", 1]}, "b", ("", "enum", "a | 1", "b")),
        ({"const": {"a": 1}}, 1, ("", "const", '{"a": 1}', "1")),
        ({"maximum": 0.1}, TENTH, ("", "maximum", "<= 0.1", show(TENTH))),
        ({"minimum": 2}, 1, ("", "minimum", ">= 2", "1")),
        ({"exclusiveMinimum": 1}, 1, ("", "exclusiveMinimum", "> 1", "1")),
        ({"exclusiveMaximum": 1}, 1, ("", "exclusiveMaximum", "< 1", "1")),
        ({"minLength": 3}, "数", ("", "minLength", "length >= 3", "数")),
        ({"maxLength": 1}, "ab", ("", "maxLength", "length <= 1", "ab")),
        ({"minItems": 2}, [1], ("", "minItems", ">= 2 items", "1 items")),
        ({"maxItems": 0}, [1], ("", "maxItems", "<= 0 items", "1 items")),
        ({"minProperties": 1}, {}, ("", "minProperties", ">= 1 members", "0 members")),
        ({"uniqueItems": True}, [1, 1], ("", "uniqueItems", "unique items", "[1, 1]")),
        ({"contains": {"const": 1}}, [2], ("", "contains", "contains 1", "[2]")),
        ({"not": {"type": "string"}}, "a", ("", "not", "not string", "a")),
        ({"anyOf": [{"type": "null"}, {"minimum": 3}]}, 1, ("", "anyOf", "null | {minimum}", "1")),
        ({"oneOf": [{"$ref": "#/$defs/a"}, True], "$defs": {"a": {}}}, 1, ("", "oneOf", "one of a | true", "1")),
        ({"properties": {"a": False}}, {"a": 1}, ("/a", "false", "absent", "1")),
        ({"prefixItems": [{}], "items": False}, [1, 2], ("", "items", "no further items", "[1, 2]")),
        ({"items": {"items": {"const": 1}}}, [[1], [1, 2]], ("/1/1", "const", "1", "2")),
        ({"if": {"type": "object"}, "then": {"required": ["a"]}}, {}, ("/a", "required", "present", "absent")),
    ],
)
@pytest.mark.usefixtures("engine")
def test_errors_in_our_own_words(
    tmp_path: Path, schema: dict[str, object], value: Json, expected: tuple[str, str, str, str]
) -> None:
    judge = judge_of(tmp_path, **schema)
    assert found(judge, value) == [expected]
    assert not judge.holds(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, Decimal("1.0")),
        ({"type": "integer"}, 10**400),
        ({"enum": [1]}, Decimal("1.00")),
        ({"maximum": 0.1}, Decimal("0.1")),
        ({"format": "date-time"}, "not a time"),
        ({"pattern": "^[\\u4e00-\\u9fa5]$"}, "数"),
        (True, {"a": 1}),
    ],
)
@pytest.mark.usefixtures("engine")
def test_values_that_hold(tmp_path: Path, schema: Json, value: Json) -> None:
    judge = judge_of(tmp_path, **(schema if isinstance(schema, dict) else {}))
    assert found(judge, value) == []
    assert judge.holds(value)


@pytest.mark.usefixtures("engine")
def test_errors_are_sorted_by_place_capped_and_told_once(tmp_path: Path) -> None:
    judge = judge_of(tmp_path, allOf=[{"items": {"type": "null"}}, {"items": {"type": "null", "minimum": 99}}])
    errors = list(judge.errors(list(range(12))))
    assert len(errors) == 20
    assert [one.pointer for one in errors] == [f"/{index}" for index in range(10) for _ in range(2)]
    assert errors[0] == SchemaError("/0", "minimum", ">= 99", "0")


@pytest.mark.usefixtures("engine")
def test_a_value_too_deep_is_one_error(tmp_path: Path) -> None:
    judge = judge_of(tmp_path, items={"items": True})
    deep: Json = []
    for _ in range(100_000):
        deep = [deep]
    assert [one.keyword for one in judge.errors(deep)] == ["depth"]
    assert not judge.holds(deep)


@pytest.mark.usefixtures("engine")
def test_a_value_of_too_many_nodes_is_one_error(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    assert judge.holds([0] * 199_999)
    assert [(one.keyword, one.expected) for one in judge.errors([0] * 200_000)] == [("nodes", "<= 200000")]
    assert not judge.holds([0] * 200_000)


def test_a_schema_that_leads_back_to_itself_judges_nothing(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        judge_of(tmp_path, allOf=[{"if": {"type": "array"}, "then": {"items": {"$ref": "#"}}}], type="array")
    assert caught.value.code == "dialect.recursion"
    assert "/allOf/0/then/items" in caught.value.text("zh")


@pytest.mark.usefixtures("engine")
def test_of_very_many_errors_only_the_first_are_made(tmp_path: Path) -> None:
    judge = judge_of(tmp_path, items={"anyOf": [{"type": "null"}, {"items": {"type": "null"}, "type": "array"}]})
    errors = list(judge.errors([[0] * 100 for _ in range(1500)]))
    assert [one.pointer for one in errors] == [f"/{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("step", "value", "holds"),
    [
        (7, "1e30", False),
        (5, "1e30", True),
        (7, "7e-400", False),
        (7, "1e999999", False),
        (8, "1e999999", True),
        (3, "0e-9", True),
        (5, "10.0", True),
        (5, "10.5", False),
        (5, "-15", True),
        (0.01, "19.99", True),
        (0.01, "0.075", False),
        (0.25, "1.75", True),
    ],
)
def test_multiples_are_exact(tmp_path: Path, step: float, value: str, *, holds: bool) -> None:
    number = Decimal(value)
    judge = SchemaJudge(judge_of(tmp_path, multipleOf=step)._reference, None)
    assert judge.holds(number) is holds
    assert Reference({"multipleOf": step}).is_valid(number) is holds


@pytest.mark.usefixtures("engine")
def test_what_the_quick_engine_cannot_take_is_judged_by_the_other(tmp_path: Path) -> None:
    judge = judge_of(tmp_path, type="string", maxLength=1)
    assert judge.holds("\ud800")
    assert [one.keyword for one in judge.errors("\ud800\ud800")] == ["maxLength"]


def test_the_environment_leaves_the_quick_engine_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SZXC_ENGINE", raising=False)
    assert judge_of(tmp_path).quick
    monkeypatch.setenv("SZXC_ENGINE", "pure")
    assert not judge_of(tmp_path).quick


@pytest.mark.parametrize("ref", ["https://x.example/s.json", "urn:szxc:small:no", "file:///etc/passwd", "#/$defs/no"])
def test_nothing_is_ever_fetched(tmp_path: Path, ref: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        judge_of(tmp_path, properties={"a": {"$ref": ref}})
    assert caught.value.code == "schema.unresolved"
    assert ref in caught.value.text("en")


def test_an_unknown_schema_is_an_error() -> None:
    for ask in (schemas.validator, schemas.date_time_paths, schemas.store().document):
        with pytest.raises(CatalogueError) as caught:
            ask("urn:szxc:small:no")
        assert caught.value.code == "schema.unresolved"


@pytest.mark.parametrize(
    ("content", "code"), [("{", "schema.not-json"), ('{"$id": "urn:szxc:small:y"}', "schema.id"), ("[]", "schema.id")]
)
def test_a_schema_stands_in_its_place(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "x.schema.json").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        SchemaStore({"small": tmp_path}).judge(URN)
    assert caught.value.code == code


def test_references_to_other_schemas_keep_our_meaning(tmp_path: Path) -> None:
    # "$schema" in the other document once made jsonschema fall back to its own validator, and so to Python's "$".
    write_json(
        tmp_path / "y.schema.json", {"$schema": DRAFT, "$id": "urn:szxc:small:y", "$defs": {"d": {"pattern": "^a$"}}}
    )
    judge = judge_of(tmp_path, items={"$ref": "urn:szxc:small:y#/$defs/d"})
    assert [one.pointer for one in judge.errors(["a", "a\n"])] == ["/1"]


def test_a_part_of_a_schema_judges_too(tmp_path: Path) -> None:
    judge_of(tmp_path, **{"$defs": {"d": {"type": "null"}}})
    assert not SchemaStore({"small": tmp_path}).judge(URN + "#/$defs/d").holds(1)


def test_date_time_paths(tmp_path: Path) -> None:
    write_json(tmp_path / "thing.schema.json", SCHEMA)
    store = SchemaStore({"small": tmp_path})
    assert store.date_time_paths("urn:szxc:small:thing") == ("at", "steps[].at")
    loop = {
        "properties": {"at": {"format": "date-time"}, "child": {"$ref": "#"}},
        "$defs": {"unused": {"format": "date-time"}},
    }
    write_json(
        tmp_path / "x.schema.json",
        {"$schema": DRAFT, "$id": URN, "anyOf": [loop], "then": {"items": {"format": "date-time"}}},
    )
    assert SchemaStore({"small": tmp_path}).date_time_paths(URN) == ("[]", "at", "child.at", "child[]")


def test_the_packaged_registry_holds_our_own_formats() -> None:
    assert "urn:szxc:szxc:statement" in schemas.registry()
    assert schemas.validator("urn:szxc:szxc:statement").holds({})
    assert schemas.date_time_paths("urn:szxc:szxc:statement") == ()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.decimals(-3, 3, places=1)
    | st.sampled_from(["a", "a\n", "１", "12", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c1"]), inner, max_size=3),
    max_leaves=8,
)
LEVELS = 4
LEAF = {"type": ["integer", "string", "boolean"], "enum": [0, 1, 2, "a", "12", False], "pattern": "^([0-9]+|a)$"}


def level(number: int) -> dict[str, Json]:
    """The definitions of one level; below the last one stand leaves only."""
    below = {"$ref": f"#/$defs/node{number - 1}" if number else "#/$defs/leaf"}
    row = {
        "type": "array",
        "uniqueItems": True,
        "maxItems": 2,
        "items": below,
        "not": {"contains": {"multipleOf": 3, "exclusiveMinimum": 0}},
        "oneOf": [{"contains": {"const": 2}}, {"minItems": 1}],
    }
    tree = {
        "type": "object",
        "properties": {"a": below},
        "patternProperties": {"^c[0-9]$": below},
        "dependentRequired": {"c1": ["a"]},
        "additionalProperties": False,
    }
    return {f"node{number}": {"anyOf": [{"$ref": "#/$defs/leaf"}, tree, row]}}


EVERYTHING = {
    "$defs": {"leaf": LEAF | {"maximum": 1.5}} | {k: v for number in range(LEVELS) for k, v in level(number).items()},
    "$ref": f"#/$defs/node{LEVELS - 1}",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[SchemaJudge, SchemaJudge]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SZXC_ENGINE", raising=False)
        quick = judge_of(tmp_path_factory.mktemp("quick"), **EVERYTHING)
        patch.setenv("SZXC_ENGINE", "pure")
        return quick, judge_of(tmp_path_factory.mktemp("pure"), **EVERYTHING)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(VALUES)
def test_both_engines_find_the_same(both: tuple[SchemaJudge, SchemaJudge], value: Json) -> None:
    quick, pure = both
    assert list(quick.errors(value)) == list(pure.errors(value))
    assert quick.holds(value) == pure.holds(value) == (not list(pure.errors(value)))


def test_published_schemas_are_json_that_any_tool_reads() -> None:
    for path in schemas.own_store().files.values():
        assert json.loads(path.read_text(encoding="utf-8"))["$id"].startswith("urn:szxc:szxc:")
