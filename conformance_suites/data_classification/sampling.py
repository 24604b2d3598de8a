"""The seeded sample of entries whose data are read: at most two of each grade, twelve in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import personal

from .grading import entry_rank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Record, Reply, Sut

NOT_THERE = 404
REFUSALS = (401, 403, NOT_THERE)
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


def read_each(sut: Sut, entries: list[Record], account: str = "primary") -> Iterator[tuple[Record, Reply]]:
    """Each entry with the answer to reading its data, which may be a refusal.

    Raises:
        Unjudgeable: no usable answer came.
    """
    questions = [{"resourceCode": entry.text("resourceCode")} for entry in entries]
    yield from zip(entries, sut.ask_each("read_data", questions, account=account, accept=REFUSALS), strict=True)


def is_given(reply: Reply) -> bool:
    """Whether an answer gives data, and is no refusal."""
    return not reply.denied and reply.response.status not in REFUSALS


def gives_rows(reply: Reply) -> bool:
    """Whether an answer gives data, and some rows of them."""
    return is_given(reply) and reply.record.has("rows")


def are_named(entry: Record, rows: tuple[Record, ...]) -> bool:
    """Whether members of rows are named as the entry's items, or some of them; otherwise rules cannot tell them."""
    names = {item.text("name") for item in entry.children("items")}
    return any(name in names for row in rows for name in row.value)


def read_sample(sut: Sut) -> Iterator[tuple[Record, Reply]]:
    """Each entry of the sample that can be read, with its data.

    Raises:
        Unjudgeable: no usable answer came, or nothing at all is there: then the operation is not.
    """
    missing: list[Record] = []
    entries = sampled(sut)
    for entry, reply in read_each(sut, entries):
        if is_given(reply):
            yield entry, reply
        elif reply.response.status == NOT_THERE:
            missing.append(entry)
    if missing and len(missing) == len(entries):
        sut.ask("read_data", resourceCode=missing[0].text("resourceCode"))
