"""JSON-LD in all its forms says the same; no context is ever fetched."""

from __future__ import annotations

import json
import warnings

import pytest

from pytest_szxc.checks import linked
from pytest_szxc.errors import Unjudgeable

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
PREFIXES = {"dcat": DCAT, "dct": DCT, "dcat:accessURL": {"@type": "@id"}}
OFFER = {"@type": "dcat:Distribution", "dcat:accessURL": "https://x.invalid/1"}
DATASET = {"@id": "https://x.invalid/d", "@type": "dcat:Dataset", "dct:title": "农田", "dcat:distribution": OFFER}
FORMS = {
    "compact": {"@context": PREFIXES, **DATASET},
    "graph": {"@context": PREFIXES, "@graph": [DATASET]},
    "named graph": {"@context": PREFIXES, "@id": "urn:x:g", "@graph": [DATASET]},
    "two contexts": {"@context": [{"dcat": DCAT}, {"dct": DCT, "dcat:accessURL": {"@type": "@id"}}], **DATASET},
    "language": {"@context": PREFIXES, **DATASET, "dct:title": {"@value": "农田", "@language": "zh"}},
    "flat": {
        "@context": PREFIXES,
        "@graph": [{**DATASET, "dcat:distribution": {"@id": "_:o"}}, {"@id": "_:o", **OFFER}],
    },
    "expanded": [
        {
            "@id": "https://x.invalid/d",
            "@type": [f"{DCAT}Dataset"],
            f"{DCT}title": [{"@value": "农田"}],
            f"{DCAT}distribution": [{f"{DCAT}accessURL": [{"@id": "https://x.invalid/1"}]}],
        }
    ],
    "relative": {"@context": PREFIXES, **DATASET, "@id": "/d"},
}


def parsed(document: object, base: str = "https://x.invalid/") -> linked.Graph:
    return linked.parse_jsonld(json.dumps(document).encode(), base)


def code_of(document: object) -> str:
    with pytest.raises(Unjudgeable) as caught:
        parsed(document)
    return caught.value.code


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_say_the_same(form: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (dataset,) = parsed(FORMS[form]).of_type(f"{DCAT}Dataset")
    assert dataset.iri == "https://x.invalid/d"
    assert dataset.types == (f"{DCAT}Dataset",)
    assert dataset.texts(f"{DCT}title") == ("农田",)
    (offer,) = dataset.linked(f"{DCAT}distribution")
    assert offer.iri.startswith("_:")
    assert offer.iris(f"{DCAT}accessURL") == ("https://x.invalid/1",)
    assert dataset.iris(f"{DCT}title") == dataset.texts(f"{DCAT}distribution") == ()


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://schema.example.invalid/context"},
        {"@context": "contexts/own.jsonld"},
        {"@context": "file:///etc/passwd"},
        {"@context": [PREFIXES, "https://x.invalid/c"]},
        {"@context": {"@import": "https://x.invalid/c"}},
        {"@context": {"a": {"@id": "urn:a", "@context": "https://x.invalid/c"}}},
        {"@graph": [{"@context": "https://x.invalid/c"}]},
    ],
)
def test_a_context_at_an_address_is_not_fetched(document: object) -> None:
    assert code_of(document) == "linked.context"


def deep(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = {"urn:x:p": value}
    return value


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (deep(60), "linked.size"),
        ({"@graph": [{"@context": PREFIXES}] * 300}, "linked.size"),
        ({"@context": 5}, "linked.unreadable"),
        ({"@context": {"a": "b:c", "b": "a:d"}, "a": 1}, "linked.unreadable"),
        ("text", "linked.unreadable"),
        ([0] * 100_001, "json.nodes"),
    ],
)
def test_what_cannot_be_read(document: object, code: str) -> None:
    assert code_of(document) == code


def test_what_stays_in_bounds_is_read() -> None:
    assert len(parsed({"@context": PREFIXES, "@graph": [deep(40)]})) == 40


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(Unjudgeable, match="json"):
        linked.parse_jsonld(b"<rdf/>")


def test_what_has_no_name_is_named_alike_each_time() -> None:
    unnamed = [{"@type": "dcat:Dataset", "dct:title": title} for title in "abc"]
    document = {"@context": PREFIXES, "@graph": [*unnamed, {"@id": "_:own", "@type": "dcat:Dataset"}]}
    seen = [
        [(one.iri, one.texts(f"{DCT}title")) for one in parsed(document).of_type(f"{DCAT}Dataset")] for _ in range(2)
    ]
    assert seen[0] == seen[1]
    assert seen[0] == [
        ("_:own", ()),
        ("_:unnamed-1", ("a",)),
        ("_:unnamed-2", ("b",)),
        ("_:unnamed-3", ("c",)),
    ]
