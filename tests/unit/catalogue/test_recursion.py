from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_suite import write_json

from pytest_szxc.catalogue.dialect import DRAFT
from pytest_szxc.catalogue.recursion import ways_back
from pytest_szxc.catalogue.schemas import SchemaStore, store

if TYPE_CHECKING:
    from pathlib import Path

X, Y = "urn:szxc:small:x", "urn:szxc:small:y"


def found(folder: Path, **schemas: dict[str, object]) -> list[tuple[str, str]]:
    for name, schema in schemas.items():
        write_json(folder / f"{name}.schema.json", {"$schema": DRAFT, "$id": f"urn:szxc:small:{name}", **schema})
    return list(ways_back(X, SchemaStore({"small": folder})))


@pytest.mark.parametrize(
    ("schema", "problems"),
    [
        ({"items": {"$ref": "#"}}, [("/items", "#")]),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}}, [("/$defs/a/not", "#/$defs/a")]),
        (
            {"properties": {"p": {"items": {"$ref": "#/properties/p"}}}},
            [("/properties/p/items", "#/properties/p")],
        ),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, []),
        ({"items": {"$ref": "#/$defs/a"}, "contains": {"$ref": "#/$defs/a"}, "$defs": {"a": True}}, []),
    ],
)
def test_references_that_lead_back(tmp_path: Path, schema: dict[str, object], problems: list[tuple[str, str]]) -> None:
    assert found(tmp_path, x=schema) == problems


def test_a_way_back_through_another_document(tmp_path: Path) -> None:
    assert found(tmp_path, x={"items": {"$ref": Y}}, y={"items": {"$ref": X}}) == [("/items", X)]


def test_no_shipped_schema_refers_to_itself() -> None:
    assert [one for urn in store().files for one in ways_back(urn, store())] == []
