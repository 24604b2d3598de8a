"""The suite's tables have what the facts have, and agree with schemas, statement rows and default binding."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from dc_rules import SUITE
from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV31SpecValidator

from pytest_szxc.catalogue.schemas import store

TABLES = sorted((SUITE.folder / "tables").glob("*.csv"))
SIZES = {
    "decision_table": 24,
    "levels": 6,
    "impact_objects": 6,
    "harms": 4,
    "factors": 8,
    "pi_classes": 13,
    "sensitive_pi": 8,
    "change_reasons": 15,
    "important_factors": 7,
    "quality_indicators": 20,
    "data_types": 11,
    "sharing_types": 3,
}
MARKS = {"V", "V-t", "V-3p", "V2", "R", "R?", "P", "U"}


def rows(name: str) -> list[dict[str, str]]:
    with (SUITE.folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(name: str) -> list[str]:
    return [row["code"] for row in rows(name)]


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_size(name: str, size: int) -> None:
    assert len(rows(name)) == size


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_row_says_where_it_comes_from(path: Any) -> None:
    for row in rows(path.stem):
        assert row["source"]
        assert row["mark"] in MARKS


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_codes_are_unique(path: Any) -> None:
    keyed = [(row.get("facet"), row["code"]) for row in rows(path.stem) if "code" in row and "grade" not in row]
    assert len(keyed) == len(set(keyed))


def test_decision_table_is_whole() -> None:
    cells = {(row["object"], row["harm"]): row["grade"] for row in rows("decision_table")}
    assert cells.keys() == {(o, h) for o in codes("impact_objects") for h in codes("harms")}
    assert set(cells.values()) <= set(codes("levels"))
    rank = {row["code"]: int(row["rank"]) for row in rows("levels")}
    for impact_object in codes("impact_objects"):
        ranks = [rank[cells[impact_object, harm]] for harm in codes("harms")]
        assert ranks == sorted(ranks)


def test_classes_hang_on_their_parents() -> None:
    known = set(codes("agri_classes"))
    for row in rows("agri_classes"):
        assert row["parent"] == row["code"].rpartition(".")[0]
        assert not row["parent"] or row["parent"] in known


def test_mapping_names_known_schemes_and_grades() -> None:
    assert {row["scheme"] for row in rows("scheme_mapping")} <= set(codes("schemes"))
    assert {row["grade"] for row in rows("scheme_mapping")} == set(codes("levels"))


def test_directions() -> None:
    assert {row["direction"] for row in rows("change_reasons")} == {"up", "down", "any"}


class Offline(OpenAPIV31SpecValidator):
    """The OpenAPI validator with our schemas for ``urn:`` references."""

    resolver_handlers = {"urn": lambda uri: store().document(uri.partition("#")[0])}  # noqa: RUF012 -- the base's shape


def test_default_binding_is_openapi() -> None:
    document = json.loads((SUITE.folder / "openapi.json").read_text(encoding="utf-8"))
    assert document["openapi"] == "3.1.0"
    assert list(Offline(SchemaPath.from_dict(document, handlers=Offline.resolver_handlers)).iter_errors()) == []


def test_default_binding_knows_the_impacts() -> None:
    document = json.loads((SUITE.folder / "openapi.json").read_text(encoding="utf-8"))
    post = document["paths"]["/grading/evaluate"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    members = schema["properties"]["impacts"]["items"]["properties"]
    assert members["object"]["enum"] == codes("impact_objects")
    assert members["harm"]["enum"] == codes("harms")


def test_sources_and_statements_come_from_the_rows() -> None:
    assert [row.id for row in SUITE.requirements] == [f"DC-{number:03d}" for number in range(1, 63)]
    assert not any("conforms to" in text for row in SUITE.requirements for text in (row.statement.en, row.judged.en))
    assert "modelled on" in SUITE.label.en
