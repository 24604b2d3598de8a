"""The export of the catalogue as DCAT (JSON-LD)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pytest_szxc import SzxcError, expect, linked, requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
DATASETS = (f"{DCAT}Dataset", f"{DCAT}DatasetSeries")
SERVICE = f"{DCAT}DataService"
NOT_SHARED = ("3", "不予共享")


@requirement("IC-055")
def test_catalogue_maps_to_dcat(sut: Sut) -> Iterator[Observation]:
    """Each entry is a data set that can be found and had; each service leads to data sets."""
    reply = sut.ask("dcat_catalogue")
    graph = linked.parse_jsonld(reply.response.body)
    datasets = graph.of_type(*DATASETS)
    listed: dict[str, list[linked.Resource]] = {}
    entries = tuple(sut.records("list_catalogue"))
    if not entries:
        return  # of an empty catalogue, no export shows anything
    for entry in entries:
        found = [dataset for dataset in datasets if _means(dataset, entry)]
        where = reply.at(f"dcat:Dataset {entry.text('resourceCode')}")
        yield expect(bool(found), where, expected=f"dct:identifier {entry.text('resourceCode')}", observed=len(found))
        listed[entry.text("resourceCode") or ""] = found
        if found:
            yield from _described(found, entry, reply)
            yield from _to_be_had(found, entry, reply, datasets)
    served = {service.iri: _served(service, datasets) for service in graph.of_type(SERVICE)}
    for service in graph.of_type(SERVICE):
        yield from _leads_on(service, served[service.iri], reply)
    yield from _bound_services(sut, listed, served, reply)


def _means(dataset: linked.Resource, entry: Record) -> bool:
    """Whether a data set is that entry: its identifier is the code, or ends with it."""
    code = entry.text("resourceCode")
    return bool(code) and any(_names(identifier, code or "") for identifier in _identifiers(dataset))


def _identifiers(resource: linked.Resource) -> tuple[str, ...]:
    return (*resource.texts(f"{DCT}identifier"), *resource.iris(f"{DCT}identifier"))


def _names(identifier: str, code: str) -> bool:
    plain = unquote(identifier).strip()
    return plain == code or (plain.endswith(code) and not plain.removesuffix(code)[-1].isalnum())


def _described(found: list[linked.Resource], entry: Record, reply: Reply) -> Iterator[Observation]:
    for dataset in found:
        at = reply.at(f"{dataset.iri} dct:title")
        titles = [text.strip() for text in dataset.texts(f"{DCT}title")]
        title = (entry.text("title") or "").strip()
        yield expect(title in titles if title else any(titles), at, expected=title, observed=titles)
        texts = [text for text in dataset.texts(f"{DCT}description") if text.strip()]
        yield expect(bool(texts), reply.at(f"{dataset.iri} dct:description"), expected="a description", observed=texts)


def _to_be_had(
    found: list[linked.Resource], entry: Record, reply: Reply, datasets: tuple[linked.Resource, ...]
) -> Iterator[Observation]:
    """A data set has a distribution with an address; what is not shared at all need have none."""
    if entry.text("sharing.type") in NOT_SHARED:
        return
    for dataset in found:
        offers = [part for one in (dataset, *_members(dataset, datasets)) for part in one.linked(f"{DCAT}distribution")]
        yield expect(bool(offers), reply.at(f"{dataset.iri} dcat:distribution"), expected="≥ 1", observed=len(offers))
        for offer in offers:
            yield from _address(offer, "accessURL", dataset.iri, reply)


def _members(dataset: linked.Resource, datasets: tuple[linked.Resource, ...]) -> list[linked.Resource]:
    """The data sets of a series."""
    named = {one.iri for one in dataset.linked(f"{DCAT}seriesMember")}
    return [one for one in datasets if one.iri in named or dataset.iri in one.iris(f"{DCAT}inSeries")]


def _address(part: linked.Resource, name: str, owner: str, reply: Reply) -> Iterator[Observation]:
    """An address is an IRI with a host, not a text."""
    addresses = part.iris(f"{DCAT}{name}")
    good = bool(addresses) and not part.texts(f"{DCAT}{name}") and all(urlsplit(one).netloc for one in addresses)
    seen = [*addresses, *part.texts(f"{DCAT}{name}")]
    yield expect(good, reply.at(f"{owner} dcat:{name}"), expected="an absolute address (IRI)", observed=seen)


def _served(service: linked.Resource, datasets: tuple[linked.Resource, ...]) -> set[str]:
    """The data sets that a service says it serves, and those with a distribution that names it as its service."""
    named = {dataset.iri for dataset in service.linked(f"{DCAT}servesDataset")}
    return named | {dataset.iri for dataset in datasets if service.iri in _access_services(dataset)}


def _access_services(dataset: linked.Resource) -> set[str]:
    offers = dataset.linked(f"{DCAT}distribution")
    return {service.iri for offer in offers for service in offer.linked(f"{DCAT}accessService")}


def _leads_on(service: linked.Resource, served: set[str], reply: Reply) -> Iterator[Observation]:
    """A service has an endpoint, and serves data sets."""
    yield from _address(service, "endpointURL", service.iri, reply)
    at = reply.at(f"{service.iri} dcat:servesDataset")
    yield expect(bool(served), at, expected="a dcat:Dataset", observed=len(served))


def _bound_services(
    sut: Sut, listed: dict[str, list[linked.Resource]], served: dict[str, set[str]], reply: Reply
) -> Iterator[Observation]:
    """Each service that the platform lists for an entry is there, and serves the entry's data set."""
    all_served = set[str]().union(*served.values())
    for bound in _listed_services(sut):
        datasets = listed.get(bound.text("resourceCode") or "")
        if datasets:  # a service for an entry that is not there is no matter of this requirement
            at = reply.at(f"dcat:DataService {bound.text('serviceId')}")
            wanted = f"dcat:servesDataset {datasets[0].iri}"
            found = any(dataset.iri in all_served for dataset in datasets)
            yield expect(found, at, expected=wanted, observed=f"served by none of {len(served)} services")


def _listed_services(sut: Sut) -> Iterable[Record]:
    """The services that the platform lists; none where it has no such list."""
    try:
        return sut.records("list_resources")
    except SzxcError:
        return ()
