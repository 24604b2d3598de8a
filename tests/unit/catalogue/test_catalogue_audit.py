from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_suite import OPENAPI, REQUIREMENTS, SCHEMA, SUITE, write_json, write_small

from pytest_szxc.catalogue.audit import audit
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.schemas import SchemaStore, own_store

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.catalogue.problem import AuditProblem

CHECKS = {"SM-001", "SM-002", "SM-003"}
MUTANTS = {"no-list", "not-fused", "unreadable"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    return tmp_path


def problems(root: Path, checks: set[str] = CHECKS, mutants: set[str] = MUTANTS) -> list[AuditProblem]:
    suites = load_suites((root / "conformance_suites" / "small",))
    store = SchemaStore({"small": root / "schemas" / "small"})
    found = audit(suites, {"small": checks}, {"small": mutants}, store, root / "messages")
    for problem in found:
        assert problem.text("zh")
        assert problem.text("en")
    return found


def codes(found: list[AuditProblem]) -> list[tuple[str, str]]:
    return [(problem.row, problem.code) for problem in found]


def test_a_sound_suite_has_no_problem(root: Path) -> None:
    write_small(root)
    assert problems(root) == []


def test_every_requirement_has_a_check_and_every_check_a_mutant(root: Path) -> None:
    write_small(
        root, requirements=REQUIREMENTS.replace('mutants = ["no-list"]', "").replace('"not-fused"', '"unfused"')
    )
    found = problems(root, {"SM-001", "SM-003", "SM-004", "SM-009"})
    assert codes(found) == [
        ("SM-001", "audit.no-mutant"),
        ("SM-002", "audit.no-check"),
        ("SM-002", "audit.unknown-mutant"),
        ("SM-004", "audit.check-of-attested"),
        ("no-list", "audit.unowned-mutant"),
        ("not-fused", "audit.unowned-mutant"),
        ("SM-009", "audit.unknown-check"),
    ]
    assert found[2].params["nearest"] == "not-fused"
    assert found[0].file.endswith("requirements.toml")


def test_every_schema_has_examples_that_do_as_they_say(root: Path) -> None:
    vectors = write_small(root) / "vectors" / "thing"
    write_json(vectors / "valid" / "two.json", {"code": "1", "x": 1})
    write_json(vectors / "invalid" / "other.json", {"finding": "/x required", "value": {}})
    write_json(vectors / "invalid" / "form.json", {"value": {}})
    (vectors / "valid" / "three.json").write_text("{", encoding="utf-8")
    assert codes(problems(root)) == [
        ("", "audit.example-form"),
        ("/code", "audit.valid-refused"),
        ("/x", "audit.valid-refused"),
        ("", "audit.example-form"),
        ("", "audit.invalid-accepted"),
    ]


def test_a_schema_without_examples(root: Path) -> None:
    write_small(root)
    write_json(root / "schemas" / "small" / "bare.schema.json", SCHEMA | {"$id": "urn:szxc:small:bare"})
    assert [(one.code, one.params["kind"]) for one in problems(root)] == [
        ("audit.no-example", "valid"),
        ("audit.no-example", "invalid"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"$id": "urn:szxc:small:other"}, "schema.id"),
        ({"properties": {"code": {"pattern": "\\d"}}}, "dialect.class-escape"),
        ({"properties": {"code": {"pattern": "^([0-9]+)+$"}}}, "dialect.overlap"),
        ({"properties": {"code": {"type": "string", "format": "date"}}}, "dialect.format-pattern"),
        ({"properties": SCHEMA["properties"] | {"child": {"$ref": "#"}}}, "dialect.recursion"),
        ({"type": "text"}, "audit.schema-broken"),
        ({"properties": {"code": {"$ref": "urn:szxc:small:no"}}}, "schema.unresolved"),
    ],
)
def test_broken_schemas(root: Path, change: dict[str, object], code: str) -> None:
    write_small(root)
    write_json(root / "schemas" / "small" / "thing.schema.json", SCHEMA | change)
    assert [problem.code for problem in problems(root)] == [code]


def test_the_default_binding_names_the_suites_operations(root: Path) -> None:
    folder = write_small(root, suite=SUITE.replace('"urn:szxc:small:thing"\nkey', '"urn:szxc:small:thin"\nkey'))
    paths = {
        "/x": {"get": {"operationId": "other", "x-szxc": {"itms": "list"}}},
        "/things": OPENAPI["paths"]["/things"],
    }
    write_json(folder / "openapi.json", OPENAPI | {"paths": paths, "components": [{"$ref": "urn:szxc:small:gone"}]})
    assert codes(problems(root)) == [
        ("operations.list_things", "audit.unknown-schema"),
        ("read_thing", "audit.operation-unbound"),
        ("other", "audit.operation-extra"),
        ("other", "audit.binding"),
        ("urn:szxc:small:gone", "audit.unknown-schema"),
    ]
    write_json(folder / "openapi.json", {})
    assert ("", "openapi.version") in codes(problems(root))


def test_tables_hold_codes_as_texts(root: Path) -> None:
    tables = write_small(root) / "tables"
    tables.mkdir()
    (tables / "a.csv").write_text("code,name\n0371,x\n1\n", encoding="utf-8")
    (tables / "b.csv").write_text("code,code\n", encoding="utf-8")
    (tables / "c.toml").write_text("codes = ['01', 2]\n[[row]]\nclause = 6.10\nregionCode = '99'\n", encoding="utf-8")
    (tables / "d.json").write_text('{"rows": [{"agri_code": 7}]}', encoding="utf-8")
    (tables / "e.toml").write_text("x =", encoding="utf-8")
    (tables / "notes.md").write_text("x", encoding="utf-8")
    assert codes(problems(root)) == [
        ("3", "audit.table-width"),
        ("1", "audit.table"),
        ("/codes", "audit.table-code"),
        ("/row/0/clause", "audit.table-code"),
        ("/rows/0/agri_code", "audit.table-code"),
        ("", "audit.table"),
    ]


def test_texts_fit_a_gbk_console(root: Path) -> None:
    write_small(root, requirements=REQUIREMENTS.replace("见证明", "见证明 ✓"))
    assert codes(problems(root)) == [("SM-004", "audit.not-gbk")]


def test_messages_stand_in_both_languages(root: Path) -> None:
    write_small(root)
    messages = root / "messages"
    (messages / "a.toml").write_text(
        '["a.one"]\nzh = "一 {x}"\nen = "one {x}"\n'
        '["a.two"]\nzh = "二 {x}"\nen = "two {y}"\n'
        '["a.three"]\nzh = "三"\nen = "three"\nhint_en = "do"\n'
        '["a.four"]\nzh = "四 ✗"\nen = "four"\n',
        encoding="utf-8",
    )
    (messages / "b.toml").write_text('["a.one"]\nzh = "一"\nen = "one"\n', encoding="utf-8")
    (messages / "c.toml").write_text("x", encoding="utf-8")
    assert codes(problems(root)) == [
        ("a.two", "audit.message-parameters"),
        ("a.three", "audit.message-language"),
        ("a.four", "audit.not-gbk"),
        ("a.one", "audit.message-twice"),
        ("", "audit.table"),
    ]


def test_our_own_formats_have_sound_examples() -> None:
    assert audit({}, {}, {}, own_store()) == []
