"""The reference node's export of its catalogue as DCAT: one JSON-LD document, made from the catalogue as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pytest_szxc import reference as demo

from .reference_cascade_data import CATALOGUE, PROVIDER, SERVICES

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

    from .reference import Node

Row = dict[str, Any]
TOPIC = "dcat"
PATH = "/v1/catalogue/dcat"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat:dataset": {"@type": "@id"},
    "dcat:service": {"@type": "@id"},
    "dcat:distribution": {"@type": "@id"},
    "dcat:accessURL": {"@type": "@id"},
    "dcat:accessService": {"@type": "@id"},
    "dcat:endpointURL": {"@type": "@id"},
    "dcat:servesDataset": {"@type": "@id"},
    "dct:publisher": {"@type": "@id"},
    "dct:issued": {"@type": "xsd:date"},
}


def mount(node: Node) -> None:
    """Serve the export."""
    export = node.parts[TOPIC] = Export(node.platform)
    node.serve("GET", PATH, "dcat_catalogue", export.dcat_catalogue)


class Export:
    """What the document says; a faulty node says one thing otherwise."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store

    def dcat_catalogue(self, call: Call) -> Answer:
        """The document."""
        parts = urlsplit(call.url)
        document = self.document(f"{parts.scheme}://{parts.netloc}")
        return demo.Answer(document=demo.compact(document), content_type="application/ld+json")

    def document(self, base: str) -> Row:
        """The catalogue with its data sets and services, one beside the other."""
        entries, services = self._store.all(CATALOGUE), self._store.all(SERVICES)
        datasets = [self.dataset(base, entry) for entry in entries]
        offered = [self.service(base, service) for service in services]
        return {"@context": CONTEXT, "@graph": [self.catalogue(base, datasets, offered), *datasets, *offered]}

    def catalogue(self, base: str, datasets: list[Row], services: list[Row]) -> Row:
        """The catalogue itself."""
        return {
            "@id": f"{base}/v1/catalogue",
            "@type": "dcat:Catalog",
            "dct:title": {"@value": "云禾县农业农村数据目录", "@language": "zh"},
            "dct:description": {"@value": "云禾县农业农村大数据平台的数据目录", "@language": "zh"},
            "dct:publisher": {"@id": f"{base}/v1/provider", "@type": "foaf:Agent", "foaf:name": PROVIDER},
            "dcat:dataset": [dataset["@id"] for dataset in datasets],
            "dcat:service": [service["@id"] for service in services],
        }

    def dataset(self, base: str, entry: Row) -> Row:
        """A catalogue entry."""
        return {
            "@id": place_of(base, entry["resourceCode"]),
            "@type": "dcat:Dataset",
            "dct:title": {"@value": entry["title"], "@language": "zh"},
            "dct:description": {"@value": entry["abstract"], "@language": "zh"},
            "dct:identifier": entry["resourceCode"],
            "dct:issued": entry["publishDate"],
            "dcat:distribution": self.distribution(base, entry),
        }

    def distribution(self, base: str, entry: Row) -> Row:
        """How a data set is had."""
        code = quote(entry["resourceCode"], safe="")
        return {
            "@id": f"{place_of(base, entry['resourceCode'])}/records-json",
            "@type": "dcat:Distribution",
            "dct:title": {"@value": f"{entry['title']}(JSON)", "@language": "zh"},
            "dcat:accessURL": f"{base}/v1/resources/{code}/records",
        }

    def service(self, base: str, service: Row) -> Row:
        """A service that is bound to an entry."""
        code = quote(service["resourceCode"], safe="")
        return {
            "@id": f"{base}/v1/services/{service['serviceId']}",
            "@type": "dcat:DataService",
            "dct:identifier": service["serviceId"],
            "dct:title": {"@value": service["title"], "@language": "zh"},
            "dcat:endpointURL": f"{base}/v1/resources/{code}/records",
            "dcat:servesDataset": place_of(base, service["resourceCode"]),
        }


def place_of(base: str, code: str) -> str:
    """The IRI of a data set."""
    return f"{base}/v1/catalogue/{quote(code, safe='')}"
