"""The seeded sample of entries whose data are read: at most two of each grade, twelve in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import personal

from .grading import entry_rank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Record, Reply, Sut

REFUSALS = (401, 403, 404)
"""What a platform may answer that does not give the data of a listed resource to this account."""
ROWS = 200
"""At most so many rows of one answer are looked at for masks."""


def sampled(sut: Sut) -> list[Record]:
    """The sample, from the lowest grade to the highest; the same for every check of a run."""
    groups: dict[int, dict[str, Record]] = {}
    for entry in sut.records("list_entries"):
        rank, code = entry_rank(entry), entry.text("resourceCode")
        if rank is not None and code:
            groups.setdefault(rank, {}).setdefault(code, entry)
    random = sut.random("read_data")
    return [entry for _, group in sorted(groups.items()) for entry in _two(random, group)]


def _two(random: Random, group: dict[str, Record]) -> Iterator[Record]:
    """One entry with personal fields, if there is one, so that masks are seen, and one other."""
    ordered = [entry for _, entry in sorted(group.items())]
    telling = [entry for entry in ordered if _has_personal_fields(entry)]
    first = random.choice(telling or ordered)
    others = [entry for entry in ordered if entry is not first]
    yield first
    if others:
        yield random.choice(others)


def _has_personal_fields(entry: Record) -> bool:
    return any(personal.field_kind(item.text("name") or "") for item in entry.children("items"))


def read(sut: Sut, entry: Record, account: str = "primary") -> Reply | None:
    """The data of an entry; ``None`` where they are not given to this account.

    Raises:
        Unjudgeable: no usable answer came.
    """
    code = entry.text("resourceCode")
    reply = sut.ask("read_data", account=account, accept=REFUSALS, resourceCode=code)
    return None if reply.denied or reply.response.status in REFUSALS else reply


def read_sample(sut: Sut) -> Iterator[tuple[Record, Reply]]:
    """Each entry of the sample that can be read, with its data."""
    for entry in sampled(sut):
        reply = read(sut, entry)
        if reply is not None:
            yield entry, reply
