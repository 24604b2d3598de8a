"""The DCAT export: valid by SHACL, judged by an independent processor, and judged rightly in all its forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ic_judging import judged, part, platform
from pyshacl import validate
from rdflib import Graph

from pytest_szxc.model import Status

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
ID = "IC-055"
SHAPES = Path(__file__).with_name("dcat_shapes.ttl")
mutants, variants = part("mutants_dcat").MUTANTS, part("variants_dcat").VARIANTS


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(SHAPES)


def exported(change: Any = lambda _: None) -> Any:
    with platform() as made:
        change(made)
        return part("reference").part(made, "dcat").document("https://node.invalid")


def broken_rules(document: Any, shapes: Graph) -> str:
    data = Graph().parse(data=json.dumps(document), format="json-ld")
    assert len(data) > 30
    conforms, _, text = validate(data, shacl_graph=shapes, advanced=False, inference="none")
    return "" if conforms else text


def test_the_export_is_valid_dcat(shapes: Graph) -> None:
    assert broken_rules(exported(), shapes) == ""


@pytest.mark.parametrize("name", ["dcat-expanded", "dcat-nested", "dcat-two-languages"])
def test_legal_variants_are_valid_dcat(name: str, shapes: Graph) -> None:
    assert broken_rules(exported(variants[name].apply), shapes) == ""


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dcat-without-access-url", "dcat:accessURL"),
        ("dcat-address-as-text", "dcat:accessURL"),
        ("dcat-without-description", "dct:description"),
        ("dcat-service-without-endpoint", "dcat:endpointURL"),
    ],
)
def test_broken_exports_are_refused_by_the_shapes(name: str, path: str, shapes: Graph) -> None:
    text = broken_rules(exported(mutants[name].apply), shapes)
    assert f"Result Path: {path}" in text


def test_the_reference_passes() -> None:
    verdict = judged(ID)
    assert (verdict.status, verdict.found) == (Status.PASS, 0)
    assert verdict.observed > 20


@pytest.mark.parametrize("name", mutants)
def test_each_mutant_is_found(name: str) -> None:
    assert judged(ID, mutants[name].apply).status is Status.FAIL


@pytest.mark.parametrize("name", variants)
def test_each_variant_passes(name: str) -> None:
    assert judged(ID, variants[name].apply, variants[name].statement).status is Status.PASS


def test_an_unknown_context_is_not_fetched_and_nothing_is_judged() -> None:
    def foreign(made: Any) -> None:
        desk = part("reference").part(made, "dcat")
        right = desk.document
        desk.document = lambda base: right(base) | {"@context": "https://contexts.example/dcat.jsonld"}

    verdict = judged(ID, foreign)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause is not None
    assert verdict.cause.code == "linked.context"


def test_an_empty_catalogue_shows_nothing() -> None:
    def empty(made: Any) -> None:
        for entry in made.store.all("catalogue"):
            made.store.remove("catalogue", entry["resourceCode"])

    assert judged(ID, empty).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("identifier", "code", "means"),
    [
        ("310999001/000001", "310999001/000001", True),
        ("urn:x:310999001/000001", "310999001/000001", True),
        ("https://x.invalid/catalogue/310999001%2F000001", "310999001/000001", True),
        ("1310999001/000001", "310999001/000001", False),
        ("310999001/000001x", "310999001/000001", False),
        ("", "310999001/000001", False),
    ],
)
def test_which_identifier_means_an_entry(identifier: str, code: str, means: bool) -> None:
    assert part("test_platform_interconnection_dcat")._names(identifier, code) is means
