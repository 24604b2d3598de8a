"""The topics of the reference catalogue, read from ``reference_topics.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Item:
    """One information item: name, data-type letter, its own grade (1–6) and what kind of value it holds."""

    name: str
    data_type: str
    rank: int
    kind: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of data set.

    Attributes:
        impacts: (object, harm) pairs.
        sources: titles of the topics it derives from.
        lowered: reason of a down-grade against its sources.
        raised: why it is graded one step above the decision table.
        reference: minimum reference level, as a rank.
        mass: whether its statistics speak of large groups; ``None`` where it is no statistics.
    """

    number: int
    title: str
    agri_class: str
    body: str
    impacts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    subject: str = "public"
    described: str = "business"
    processing: str = "raw"
    pi: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    lowered: str = ""
    raised: str = ""
    reference: int = 1
    mass: bool | None = None


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, sources before what derives from them."""
    rows = tomllib.loads(Path(__file__).with_name("reference_topics.toml").read_text(encoding="utf-8"))["topic"]
    return tuple(_topic(number, row) for number, row in enumerate(rows, 1))


def _topic(number: int, row: dict[str, object]) -> Topic:
    lists = {name: tuple(row.pop(name, ())) for name in ("pi", "sensitive", "factors")}
    return Topic(
        number=number,
        agri_class=row.pop("class"),
        impacts=tuple(tuple(text.split("/")) for text in row.pop("impacts")),
        items=tuple(_item(text) for text in row.pop("items")),
        sources=tuple(row.pop("from", ())),
        **lists,
        **row,
    )


def _item(text: str) -> Item:
    name, data_type, rank, kind = text.split("|")
    return Item(name, data_type, int(rank), kind)
