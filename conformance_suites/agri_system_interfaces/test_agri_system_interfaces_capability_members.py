"""Names of members: each is always written in the same way, and one that nobody knows does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import answers, expect, naming, requirement

from .bench import document, pattern
from .capability import policy
from .provoking import good
from .registering import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
ODD = "szxcUnknownMember"
ASIDE = {"a": [1]}
IGNORE, REJECT = "ignore", "reject"
CRASHED = 500
KEPT = ("name", "category", "modelId", "objectId")
"""Members that must be as they were sent, whatever stands beside them."""


@requirement("AIF-009")
def test_names_of_members(sut: Sut) -> Iterator[Observation]:
    """A name is written in one way in all answers; what a body has beyond the interface is handled as declared."""
    yield from _one_spelling(sut)
    like = pattern(sut, CATEGORIES)
    if like is not None and answers.possible(lambda: _registered(sut, like, "009")) is not None:
        yield from _beyond(sut, like, "009-a", {ODD: ASIDE})
        yield from _beyond(sut, like, "009-b", {"NAME": "另一名称"})


def _one_spelling(sut: Sut) -> Iterator[Observation]:
    """``deviceId`` is not ``deviceID`` or ``device_id`` elsewhere."""
    first: dict[str, str] = {}
    for _, reply in good(sut):
        here: dict[str, str] = {}
        for name, place in naming.names(reply.document):
            here.setdefault(name, place)
        for name, place in here.items():
            usual = first.setdefault(name.replace("_", "").lower(), name)
            yield expect(name == usual, reply.at(place), expected=usual, observed=name)


def _registered(sut: Sut, like: Record, name: str, *accept: int, **beside: object) -> Reply:
    """Register a device with members beside its own."""
    more: Row = {f"+{member}": value for member, value in beside.items()}
    return sut.ask("register_device", body=document(sut, name, like), accept=accept, **more)


def _beyond(sut: Sut, like: Record, name: str, beside: Row) -> Iterator[Observation]:
    """One observation or two on a device that is registered with an unknown member; a right one has been taken."""
    declared, member = policy(sut, "unknownMembers", IGNORE), next(iter(beside))
    reply = answers.possible(lambda: _registered(sut, like, name, *answers.ANY, **beside))
    if reply is None:
        return
    status = reply.response.status
    if declared == REJECT:
        holds = not reply.fine and status < CRASHED
        yield expect(holds, reply.at(member), expected=f"{member} refused with 4xx, as declared", observed=_seen(reply))
        return
    yield expect(reply.fine, reply.at(member), expected=f"{member} passed over", observed=_seen(reply))
    if reply.fine:
        yield from _as_sent(sut, document(sut, name, like), member)


def _as_sent(sut: Sut, sent: Row, member: str) -> Iterator[Observation]:
    shown = sut.ask("read_device", device=sent["deviceId"], accept=(404, 410))
    for name in KEPT:
        wanted, seen = sent.get(name), shown.record.get(name)
        expected = f"{wanted}, also with {member} beside it"
        yield expect(shown.fine and seen == wanted, shown.at(name), expected=expected, observed=seen)


def _seen(reply: Reply) -> str:
    return f"HTTP {reply.response.status} {reply.code or ''}".strip()
