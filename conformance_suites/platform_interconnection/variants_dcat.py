"""Legal variants of the DCAT export: other forms of JSON-LD, and other ways to say the same in DCAT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_dcat import CONTEXT, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_dcat import Export

Row = dict[str, Any]
VARIANTS = demo.Variants()
PREFIXES = ("dcat", "dct", "foaf", "xsd")
ADDRESSES = ("dataset", "service", "distribution", "accessURL", "endpointURL", "servesDataset", "publisher")
TERMS = {
    "dct:title": "title",
    "dct:description": "description",
    "dct:identifier": "identifier",
    "dct:issued": "releaseDate",
    "dct:publisher": "publisher",
    "foaf:name": "name",
    "dcat:dataset": "dataset",
    "dcat:service": "service",
    "dcat:distribution": "datasetDistribution",
    "dcat:accessURL": "accessUrl",
    "dcat:endpointURL": "endpointUrl",
    "dcat:servesDataset": "servesDataset",
    "dcat:Catalog": "Catalogue",
    "dcat:Dataset": "Dataset",
    "dcat:Distribution": "Distribution",
    "dcat:DataService": "DataService",
    "foaf:Agent": "Agent",
}
"""The reference's names, and bare terms for them, of a platform that writes no prefixes."""


def _export(platform: Platform) -> Export:
    found: Export = part(platform, TOPIC)
    return found


def _whole(platform: Platform, change: Callable[[Row], Row | list[Row]]) -> None:
    export = _export(platform)
    right = export.document
    export.document = lambda base: change(right(base))  # type: ignore[method-assign,return-value,assignment]


def _each(platform: Platform, change: Callable[[Row, Row], Row]) -> None:
    export = _export(platform)
    right = export.dataset
    export.dataset = lambda base, entry: change(entry, right(base, entry))  # type: ignore[method-assign]


def _expanded(value: Any, name: str = "") -> Any:  # noqa: ANN401 -- a JSON value
    """A part of the document in expanded form: full IRIs, each value in a list and in an object of its own."""
    if isinstance(value, list):
        return [item for one in value for item in _expanded(one, name)]
    if not isinstance(value, dict):
        typed = {"@type": f"{CONTEXT['xsd']}date"} if name == "dct:issued" else {}
        return [{"@id": value} if name.rpartition(":")[2] in ADDRESSES else {"@value": value, **typed}]
    if "@value" in value:
        return [value]
    return [{_full(key): _member(key, item) for key, item in value.items()}]


def _member(name: str, value: Any) -> Any:  # noqa: ANN401 -- a JSON value
    if name == "@type":
        return [_full(value)]
    return value if name == "@id" else _expanded(value, name)


def _full(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return f"{CONTEXT[prefix]}{rest}" if prefix in PREFIXES else name


def _renamed(document: Row, names: dict[str, str]) -> list[Row]:
    """The resources of a document with other names for properties and classes."""
    text = json.dumps(document["@graph"], ensure_ascii=False)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    rows: list[Row] = json.loads(text)
    return rows


@VARIANTS.add("dcat-expanded", "DCAT 为展开形式的 JSON-LD", "the DCAT export is expanded JSON-LD")
def _as_expanded(platform: Platform) -> None:
    _whole(platform, lambda document: _expanded(document["@graph"]))


@VARIANTS.add("dcat-nested", "DCAT 嵌套书写，用别的前缀", "the DCAT export is nested, with other prefixes")
def _as_nested(platform: Platform) -> None:
    def nested(document: Row) -> Row:
        catalogue, *others = _renamed(document, {name: name.replace("dct:", "terms:") for name in TERMS})
        of = {row["@id"]: row for row in others}
        context = {name: how for name, how in CONTEXT.items() if not name.startswith("dct")}
        terms = {"terms": CONTEXT["dct"], "terms:publisher": {"@type": "@id"}, "terms:issued": {"@type": "xsd:date"}}
        lists = {name: [of[one] for one in catalogue[name]] for name in ("dcat:dataset", "dcat:service")}
        return {"@context": [context, terms], **catalogue, **lists}

    _whole(platform, nested)


@VARIANTS.add("dcat-bare-terms", "DCAT 用不带前缀的术语", "terms without prefixes, defined in the context")
def _with_bare_terms(platform: Platform) -> None:
    linked = {f"dcat:{name}" for name in ADDRESSES} | {"dct:publisher"}
    terms = {term: {"@id": name} | ({"@type": "@id"} if name in linked else {}) for name, term in TERMS.items()}
    prefixes = {name: CONTEXT[name] for name in PREFIXES}
    _whole(platform, lambda document: {"@context": [prefixes, terms], "@graph": _renamed(document, TERMS)})


@VARIANTS.add("dcat-named-graph", "DCAT 放在命名图里，数据集无语种", "a named graph, and titles without a language")
def _as_named_graph(platform: Platform) -> None:
    _each(platform, lambda entry, row: row | {"dct:title": entry["title"]})
    _whole(platform, lambda document: document | {"@id": "urn:x-szxc:catalogue"})


@VARIANTS.add("dcat-two-languages", "DCAT 双语标题，标识为 URN", "titles in two languages, identifiers are URNs")
def _in_two_languages(platform: Platform) -> None:
    def bilingual(entry: Row, row: Row) -> Row:
        english = {"@value": "a data set", "@language": "en"}
        code = f"urn:x-szxc:resource:{entry['resourceCode']}"
        return row | {"dct:title": [english, row["dct:title"]], "dct:identifier": code}

    _each(platform, bilingual)


@VARIANTS.add("dcat-series", "DCAT 用数据集系列，分发在成员上", "series whose members have the distributions")
def _as_series(platform: Platform) -> None:
    def serial(document: Row) -> Row:
        rows: list[Row] = []
        for row in document["@graph"]:
            rows += _series(row) if row["@type"] == "dcat:Dataset" else [row]
        return document | {"@graph": rows}

    _whole(platform, serial)


def _series(row: Row) -> list[Row]:
    """A data set as a series with one member that has its distribution."""
    shared = {name: row[name] for name in ("dct:title", "dct:description")}
    member = {"@id": f"{row['@id']}/2026", "@type": "dcat:Dataset", **shared}
    member |= {"dcat:inSeries": {"@id": row["@id"]}, "dcat:distribution": row["dcat:distribution"]}
    series = {name: value for name, value in row.items() if name != "dcat:distribution"}
    return [series | {"@type": "dcat:DatasetSeries"}, member]


@VARIANTS.add("dcat-access-service", "DCAT 由分发指向服务", "distributions name their services, services name nothing")
def _with_access_services(platform: Platform) -> None:
    def turned(document: Row) -> Row:
        rows = document["@graph"]
        serving = {row["dcat:servesDataset"]: row["@id"] for row in rows if "dcat:servesDataset" in row}
        for row in rows:
            row.pop("dcat:servesDataset", None)
            if row["@id"] in serving:
                row["dcat:distribution"]["dcat:accessService"] = serving[row["@id"]]
        return document

    _whole(platform, turned)
