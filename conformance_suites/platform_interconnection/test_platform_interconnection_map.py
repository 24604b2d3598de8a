"""Map services: one of them answers, an OGC API has its resources, a restricted layer is not for everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pytest_szxc import SzxcError, expect, requirement, xml

from .map_collections import is_of_features, relations
from .map_image import picture
from .map_interfaces import REFUSALS, UNBOUND, Capabilities, asked, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

CORE = re.compile(r"https?://www\.opengis\.net/spec/ogcapi-features-1/1\.\d(\.\d)?/conf/core")
INTERFACES = ("map_landing", "wmts_capabilities", "wms_capabilities")
CONCEALED = 404
ABSENT = (CONCEALED, 405, 501)
"""Statuses that say that there is no such thing."""


@requirement("IC-065")
def test_some_map_interface_answers(sut: Sut) -> Iterator[Observation]:
    """WMTS, WMS or OGC API: each that answers counts; what else is asked for and is not there does not."""
    held: list[Observation] = []
    wrong: list[Observation] = []
    reasons: list[SzxcError] = []
    for operation in INTERFACES:
        try:
            reply = sut.ask(operation, accept=ABSENT)
            good = reply.fine and _is_interface(operation, reply)
        except SzxcError as reason:
            reasons.append(reason)
        else:
            seen = f"{reply.response.status} {reply.response.header('content-type') or '-'}"
            (held if good else wrong).append(expect(good, reply.at(operation), expected="OGC", observed=seen))
    graver = [reason for reason in reasons if reason.code not in UNBOUND]
    if held or not graver:
        yield from held or wrong
    if not held and (graver or not wrong):
        raise (graver or reasons)[0]


def _is_interface(operation: str, reply: Reply) -> bool:
    if operation == "map_landing":
        return bool(reply.record.children("links"))
    found = Capabilities(reply, root_of(reply))
    return found.is_wmts if operation == "wmts_capabilities" else found.is_wms


@requirement("IC-067")
def test_ogc_api_has_its_resources(sut: Sut) -> Iterator[Observation]:
    """The landing page leads to description, conformance and data; the core is declared; collections lead to items."""
    landing = asked(sut, "map_landing", UNBOUND)
    if landing is None:
        return
    yield from _landing(landing)
    conformance = sut.ask("map_conformance")
    declared = conformance.record.texts("conformsTo")
    holds = any(CORE.fullmatch(one) for one in declared)
    yield expect(
        holds, conformance.record.at("conformsTo"), expected="…/ogcapi-features-1/1.0/conf/core", observed=declared
    )
    collections = sut.ask("map_collections")
    listed = isinstance(collections.record.get("collections"), list)
    yield expect(
        listed, collections.record.at("collections"), expected="a list", observed=list(collections.record.value)
    )
    yield from _collections(collections.record)


def _landing(reply: Reply) -> Iterator[Observation]:
    rels = relations(reply.record)
    for names in (("service-desc", "service-doc"), ("conformance",), ("data",)):
        wanted = " / ".join(names)
        yield expect(
            not rels.isdisjoint(names), reply.record.at("links"), expected=f"rel={wanted}", observed=sorted(rels)
        )


def _collections(document: Record) -> Iterator[Observation]:
    seen: set[str] = set()
    for collection in document.children("collections"):
        name = collection.text("id") or ""
        yield expect(
            bool(name) and name not in seen, collection.at("id"), expected="an id of its own", observed=name or "absent"
        )
        seen.add(name)
        if is_of_features(collection):
            hrefs = [one.text("href") or "" for one in collection.children("links") if one.text("rel") == "items"]
            holds = any(_leads_to_items(href, name) for href in hrefs)
            at = collection.at("links")
            yield expect(holds, at, expected=f"rel=items, …/collections/{name}/items", observed=hrefs)


def _leads_to_items(href: str, name: str) -> bool:
    return unquote(urlsplit(href).path).rstrip("/").endswith(f"/collections/{name}/items")


@requirement("IC-070")
def test_restricted_layer_needs_authorisation(sut: Sut) -> Iterator[Observation]:
    """The layer that the authorised account gets is refused without credentials, and to an account of low rights."""
    try:
        given = sut.ask("restricted_layer", layer="restricted")
    except SzxcError as reason:
        if reason.code in UNBOUND:
            return
        raise
    if not given.response.body.strip() or _is_refusal(given):
        return
    for account, forged in (("primary", "missing"), ("low_right", "")):
        reply = sut.ask("restricted_layer", account=account, forged=forged, accept=(0,), layer="restricted")
        refused = reply.denied or reply.response.status == CONCEALED or _is_refusal(reply)
        whose = "no credential" if forged else account
        yield expect(refused, reply.at("status"), expected=f"{whose}: 401 or 403", observed=reply.response.status)
        shown = picture(reply.response.body) is not None or reply.response.body == given.response.body
        yield expect(
            not shown, reply.at("body"), expected=f"{whose}: nothing of the layer", observed=_named(shown=shown)
        )


def _named(*, shown: bool) -> str:
    return "the layer" if shown else "-"


def _is_refusal(reply: Reply) -> bool:
    """Whether an answer is the document by which OGC services say no, which some send with a good status."""
    body = reply.response.body
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    return xml.broken(body) is None and xml.local(xml.parse(body).tag) in REFUSALS
