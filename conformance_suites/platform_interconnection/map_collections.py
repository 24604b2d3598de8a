"""The collections of features that are looked at, and what a page of features is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .map_interfaces import UNBOUND, asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Record, Reply, Sut

MOST = 2
"""Collections whose features are asked for."""
PAGES, SIZE = 5, 100
"""Pages of one stream that are read, and features on each."""
REFUSALS = (400, 422)
"""Statuses by which a server says that it does not take a parameter."""


RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"
_OTHER_DATA = re.compile(r"(coverage|map|tilesets-\w+)")
"""Relations of collections that have something else than features."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a walk gave.

    Attributes:
        records: the features, page after page.
        complete: whether these are all there are; a refusal never is.
        reply: the last answer.
        total: how many there are by ``numberMatched``.
        pages: in how many pages they came.
        last: how many came on the last page.
    """

    records: tuple[Record, ...]
    complete: bool
    reply: Reply
    total: int | None = None
    pages: int = 1
    last: int = 0

    @property
    def keys(self) -> list[str]:
        """What tells one feature from another."""
        return [key_of(record) for record in self.records]


def relations(record: Record) -> set[str]:
    """The relations of a document's links that lead somewhere, without the prefix that OGC puts before its own."""
    links = (one for one in record.children("links") if one.has("href"))
    return {(one.text("rel") or "").removeprefix(RELATIONS) for one in links}


def is_of_features(collection: Record) -> bool:
    """Whether a collection has features: it says so, or does not say that it has something else."""
    kind = collection.text("itemType")
    others = {rel for rel in relations(collection) if _OTHER_DATA.fullmatch(rel)}
    return kind == "feature" if kind else "items" in relations(collection) or not others


def feature_collections(sut: Sut) -> Iterator[Record]:
    """The first collections that have features; none where the platform has no OGC API.

    Raises:
        Unjudgeable: no usable answer; ``http.absent``, the platform says it has none.
    """
    reply = asked(sut, "map_collections", UNBOUND)
    rows = [] if reply is None else [row for row in reply.record.children("collections") if row.text("id")]
    yield from [row for row in rows if is_of_features(row)][:MOST]


def features(sut: Sut, collection: Record, *, size: int = SIZE, pages: int = PAGES, **params: Any) -> Features:  # noqa: ANN401 -- texts by name
    """Some pages of a collection's features; a refused parameter gives none, and the refusal.

    Raises:
        Unjudgeable: no usable answer.
    """
    accept = REFUSALS if params else ()
    name = collection.text("id")
    seen = list(sut.walk("map_features", size=size, pages=pages, accept=accept, collectionId=name, **params))
    records = tuple(record for page in seen for record in page.records)
    total = seen[-1].total
    complete = len(seen) < pages or (total is not None and len(records) >= total)
    if (total is not None and len(records) < total) or not seen[-1].reply.fine:
        complete = False
    return Features(records, complete, seen[-1].reply, total, len(seen), len(seen[-1].records))


def key_of(feature: Record) -> str:
    """What tells a feature from others: its id, or else its content."""
    given = feature.get("id")
    return str(given) if given is not None else repr((feature.get("geometry"), feature.get("properties")))
