"""Access and audit: nobody reads above clearance, and what is done to the catalogue is on record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .grading import G1, G3, entry_rank, name
from .sampling import gives_rows, read_each, sampled
from .specimen import regrading, specimen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

RECENT = timedelta(days=1)
"""How old the log may say that an act of this run is; far more than clocks differ."""
ACTS = ("create", "grade", "delete")


@requirement("DC-049")
def test_nobody_reads_above_clearance(sut: Sut) -> Iterator[Observation]:
    """The low account is refused G3 and above. Where it is refused everything, its refusals prove nothing.

    An answer without rows gives nothing away, and is no refusal.
    """
    open_to_all = False
    held: list[Observation] = []
    for entry, reply in read_each(sut, sampled(sut), account="low_right"):
        rank = entry_rank(entry) or G1
        given = gives_rows(reply)
        if rank < G3:
            open_to_all = open_to_all or given
        elif given:
            yield expect(holds=False, at=reply.at(), expected=f"{name(rank)} refused", observed=reply.response.status)
        elif reply.denied:
            held.append(expect(holds=True, at=reply.at(), expected="refused", observed="refused"))
    if open_to_all:
        yield from held


@requirement("DC-060")
def test_acts_are_on_record(sut: Sut) -> Iterator[Observation]:
    """A test entry is created, regraded and deleted; the audit log shows the three acts with time and person.

    The deletion is one of the acts; should it not come to that, the engine removes the entry.
    """
    body = specimen(sut)
    created = sut.ask("create_entry", body=body)
    code = created.record.text("resourceCode") or str(body["resourceCode"])
    sut.ask("regrade_entry", resourceCode=code, body=regrading())
    sut.ask("delete_entry", resourceCode=code)
    events = [event for event in sut.records("audit_log", object=code) if event.text("object") == code]
    for act in ACTS:
        event = next((event for event in events if event.text("action") == act), None)
        at = event.time("at") if event else None
        holds = event is not None and at is not None and at >= sut.now - RECENT and event.has("by")
        where = event.at() if event else created.at()
        yield expect(holds, where, expected=f"{act}, with time of today and person", observed=_seen(event))


def _seen(event: Record | None) -> object:
    return event.value if event else "absent"
