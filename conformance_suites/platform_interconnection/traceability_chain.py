"""Batches of traceability records: what comes from what, which source nobody knows, where a chain leads back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_szxc import Record

Sources = dict[str, set[str]]
"""Outbound batch → the batches it was made of, itself left out."""


def texts(record: Record, path: str) -> tuple[str, ...]:
    """The texts of a member that is one text or a list of them."""
    one = record.text(path)
    return (one,) if one else tuple(text for text in record.texts(path) if text)


def came_from(record: Record) -> tuple[str, ...]:
    """The outbound batches of the stage before; where none is named, the inbound batch bears its name."""
    return texts(record, "source.prevBatch") or texts(record, "inBatch")


def sources_of(records: Iterable[Record]) -> Sources:
    """What each outbound batch was made of; who hands a batch on under its own name adds nothing."""
    sources: Sources = {}
    for record in records:
        batch = record.text("outBatch")
        if batch:
            sources.setdefault(batch, set()).update(set(came_from(record)) - {batch})
    return sources


def origins(records: Iterable[Record]) -> set[str]:
    """The batches that some record made, rather than handed on."""
    made = ((record.text("outBatch"), came_from(record)) for record in records)
    return {batch for batch, before in made if batch and batch not in before}


def in_cycles(sources: Mapping[str, set[str]]) -> set[str]:
    """The batches that come from themselves, in however many steps, and what lies between two such rounds.

    What begins nowhere else is taken away first, then what nothing follows; rounds are what remains.
    """
    known = {batch: before & sources.keys() for batch, before in sources.items()}
    return set(_peeled(_turned(_peeled(known))))


def _peeled(edges: Sources) -> Sources:
    """The edges without the nodes that have none, and without those that have none then, and so on."""
    back = _turned(edges)
    open_ = {node: len(before) for node, before in edges.items()}
    bare = [node for node, count in open_.items() if not count]
    while bare:
        for node in back[bare.pop()]:
            open_[node] -= 1
            bare += [node] if not open_[node] else []
    left = {node for node, count in open_.items() if count}
    return {node: edges[node] & left for node in left}


def _turned(edges: Sources) -> Sources:
    back: Sources = {node: set() for node in edges}
    for node, before in edges.items():
        for other in before:
            back[other].add(node)
    return back
