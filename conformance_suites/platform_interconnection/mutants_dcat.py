"""Mutants of the DCAT export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_dcat import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_dcat import Export

Row = dict[str, Any]
MUTANTS = demo.Mutants()
LAST_ENTRY = "310999003/000001"
"""An entry that has a service; not the first one, so that whoever looks at the first only does not see it."""
STALE_ENTRY = "310999002/000001"


def _export(platform: Platform) -> Export:
    found: Export = part(platform, TOPIC)
    return found


def _datasets(platform: Platform, change: Callable[[Row, Row], Row], code: str = LAST_ENTRY) -> None:
    """Let the data set of one entry pass through ``change(entry, dataset)``."""
    export = _export(platform)
    right = export.dataset

    def dataset(base: str, entry: Row) -> Row:
        made = right(base, entry)
        return change(entry, made) if entry["resourceCode"] == code else made

    export.dataset = dataset  # type: ignore[method-assign]


def _whole(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let the document pass through ``change``."""
    export = _export(platform)
    right = export.document
    export.document = lambda base: change(right(base))  # type: ignore[method-assign]


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


@MUTANTS.add("dcat-entry-missing", "DCAT 漏掉一个目录条目", "the DCAT export leaves one entry out")
def _entry_missing(platform: Platform) -> None:
    def shortened(document: Row) -> Row:
        kept = [row for row in document["@graph"] if row.get("dct:identifier") != LAST_ENTRY]
        return document | {"@graph": kept}

    _whole(platform, shortened)


@MUTANTS.add("dcat-title-stale", "DCAT 中一个条目的标题是旧的", "one title in the DCAT export is an old one")
def _title_stale(platform: Platform) -> None:
    _datasets(platform, lambda entry, row: row | {"dct:title": f"{entry['title']}(旧)"}, STALE_ENTRY)


@MUTANTS.add("dcat-without-description", "DCAT 中一个条目没有说明", "one data set has no description")
def _without_description(platform: Platform) -> None:
    _datasets(platform, lambda _, row: _without(row, "dct:description"))


@MUTANTS.add("dcat-numbered-identifiers", "DCAT 的标识是流水号，不是目录编码", "identifiers are numbers, not codes")
def _numbered(platform: Platform) -> None:
    _datasets(platform, lambda _, row: row | {"dct:identifier": "3"})


@MUTANTS.add("dcat-without-access-url", "DCAT 的分发没有访问地址", "a distribution has no access URL")
def _without_access_url(platform: Platform) -> None:
    def bare(_: Row, row: Row) -> Row:
        return row | {"dcat:distribution": _without(row["dcat:distribution"], "dcat:accessURL")}

    _datasets(platform, bare)


@MUTANTS.add("dcat-address-as-text", "DCAT 的访问地址写成文本而不是 IRI", "an access URL is a text, not an IRI")
def _address_as_text(platform: Platform) -> None:
    def as_text(_: Row, row: Row) -> Row:
        offer = row["dcat:distribution"]
        return row | {"dcat:distribution": offer | {"dcat:accessURL": {"@value": offer["dcat:accessURL"]}}}

    _datasets(platform, as_text)


@MUTANTS.add("dcat-service-missing", "DCAT 漏掉一个服务", "the DCAT export leaves one service out")
def _service_missing(platform: Platform) -> None:
    def shortened(document: Row) -> Row:
        kept = [row for row in document["@graph"] if row.get("dct:identifier") != "svc-0003"]
        return document | {"@graph": kept}

    _whole(platform, shortened)


@MUTANTS.add("dcat-service-without-endpoint", "DCAT 的服务没有端点", "services have no endpoint")
def _service_without_endpoint(platform: Platform) -> None:
    export = _export(platform)
    right = export.service
    export.service = lambda base, service: _without(right(base, service), "dcat:endpointURL")  # type: ignore[method-assign]


@MUTANTS.add("dcat-plain-json", "DCAT 导出是没有上下文的普通 JSON", "the DCAT export is JSON without a context")
def _plain_json(platform: Platform) -> None:
    _whole(platform, lambda document: _without(document, "@context"))
