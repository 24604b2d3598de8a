"""The records that there are, as other answers are compared with them: hashes and the few texts that are needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .exchange_pages import at_once, hashed, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from pytest_szxc import Location, PageSeen, Record, Sut

    from .exchange_pages import Front

WHOLE_CENSUS = 20_000
"""Records of a resource that are all read; of a larger one seeded pages."""
SAMPLED = 24
"""Pages that stand for a large resource."""
Members = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """One record: a hash of each member, the texts of members that conditions may name, time of update, place."""

    members: Members
    texts: dict[str, str]
    updated: str | None
    updated_at: datetime | None
    at: Location


@dataclass(slots=True)
class Census:
    """Records of one resource.

    Attributes:
        records: by key.
        whole: whether all were read.
        sound: whether they were as many as their pages say, none twice; else nobody knows what is missing.
    """

    records: dict[int, Known] = field(default_factory=dict)
    whole: bool = True
    sound: bool = True

    def texts(self, name: str) -> list[str]:
        """The different texts of a member."""
        return sorted({known.texts[name] for known in self.records.values() if name in known.texts})

    def first(self, keys: set[int]) -> str:
        """The identifier of the first of some records, for a finding; there is one at least."""
        return min(self.records[key].at.record or "-" for key in keys)

    def meeting(self, name: str, value: str) -> set[int]:
        """The records whose member is a text."""
        return {key for key, known in self.records.items() if known.texts.get(name) == value}


def census(sut: Sut, front: Front, random: Random) -> Census:
    """All records of a resource, or those of seeded pages of a large one."""
    found = Census(whole=front.total <= WHOLE_CENSUS)
    delivered, total = 0, front.page.total
    for page in _pages(sut, front, random, whole=found.whole):
        delivered += len(page.records)
        total = total if page.total is None else page.total
        found.records.update((key_of(record), _known(record, front.fields)) for record in page.records)
    found.sound = len(found.records) == delivered and (not found.whole or total in (None, delivered))
    return found


def _pages(sut: Sut, front: Front, random: Random, *, whole: bool) -> Iterator[PageSeen]:
    if whole:
        full, number = False, 0
        for page in front.walk(sut, front.size):
            full, number = len(page.records) == front.size, page.number
            yield page
        if full and front.page.total is not None:  # a total may be that of the page alone
            yield from at_once(front.walk(sut, front.size, number + 1, 1))
        return
    last = front.pages(front.size)
    for place in sorted({1, last, *(random.randint(1, last) for _ in range(SAMPLED))}):
        yield from front.walk(sut, front.size, place, 1)


def _known(record: Record, fields: tuple[str, ...]) -> Known:
    texts = {name: text for name in fields if (text := record.text(name)) is not None}
    return Known(members_of(record), texts, record.text("updatedAt"), record.time("updatedAt"), record.at("id"))


def members_of(record: Record | None) -> Members:
    """A hash of each member of a record that says something."""
    if record is None:
        return ()
    return tuple((name, hashed(repr(record.get(name)))) for name in sorted(record.value) if record.has(name))
