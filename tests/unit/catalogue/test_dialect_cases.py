"""Where engines differ, what our dialect decides: row by row, with both engines as we set them up."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_suite import write_json

from pytest_szxc.catalogue.dialect import DRAFT, compiled
from pytest_szxc.catalogue.engines import quick_engine
from pytest_szxc.catalogue.formats import formats
from pytest_szxc.catalogue.schema_lint import dialect_problems
from pytest_szxc.catalogue.schemas import SchemaJudge, SchemaStore
from pytest_szxc.errors import CatalogueError

URN = "urn:szxc:small:x"
HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "dialect_cases.toml").read_text(encoding="utf-8"))["case"]
TRUTH = tomllib.loads((HERE / "format_truth.toml").read_text(encoding="utf-8"))
Json = Any


def format_schema(name: str) -> dict[str, Json]:
    return {"format": name, "pattern": formats()[name].pattern}


def schema_of(case: dict[str, Json]) -> dict[str, Json]:
    own = format_schema(case["format"]) if "format" in case else json.loads(case["schema"])
    return {"$schema": DRAFT, "$id": URN, **own}


def verdicts(folder: Path, schema: dict[str, Json], values: list[Json]) -> list[tuple[bool | None, bool]]:
    """What the quick engine and the reference say of each value."""
    write_json(folder / "x.schema.json", schema)
    store = SchemaStore({"small": folder})
    quick = quick_engine(URN, {URN: store.documents[URN]})
    assert quick is not None
    reference = SchemaJudge(store.judge(URN)._reference, None)
    return [(quick(value), reference.holds(value)) for value in values]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_both_engines_say_what_the_dialect_decides_or_the_lint_refuses(case: dict[str, Json], tmp_path: Path) -> None:
    schema = schema_of(case)
    banned = [case["banned"]] if "banned" in case else []
    assert [one.code for one in dialect_problems(json.loads(json.dumps(schema), parse_float=Decimal))] == banned
    if "verdict" in case:
        value = json.loads(case["value"], parse_float=Decimal)
        assert verdicts(tmp_path, schema, [value]) == [(case["verdict"], case["verdict"])]
    else:
        assert banned


def test_all_13_known_differences_are_decided() -> None:
    assert len(CASES) >= 23
    assert {case["edge"] for case in CASES if "edge" in case} == set(range(1, 14))


@pytest.mark.parametrize("name", formats())
def test_the_formats_take_and_refuse_what_the_truth_table_says(name: str, tmp_path: Path) -> None:
    good, bad = TRUTH[name]["good"], TRUTH[name]["bad"]
    found = verdicts(tmp_path, {"$schema": DRAFT, "$id": URN, **format_schema(name)}, [*good, *bad])
    expected = [(True, True)] * len(good) + [(False, False)] * len(bad)
    wrong = [text for text, got, want in zip([*good, *bad], found, expected, strict=True) if got != want]
    assert wrong == []


def test_the_truth_table_is_large_and_whole() -> None:
    rows = [(name, text) for name, kinds in TRUTH.items() for texts in kinds.values() for text in texts]
    assert len(rows) == len(set(rows)) >= 150
    assert set(TRUTH) == set(formats())


def test_formats_are_within_the_dialect_and_shipped_schemas_use_their_patterns() -> None:
    for name, row in formats().items():
        assert dialect_problems({"$schema": DRAFT, **format_schema(name)}) == []
        assert row.source
        assert row.rule


def test_python_alone_would_take_other_texts() -> None:
    # The same patterns, as Python reads them: what our translation is for.
    with pytest.raises(CatalogueError):
        compiled("\\p{Script=Han}")
    assert compiled("^[0-9]$").search("1\n") is None
