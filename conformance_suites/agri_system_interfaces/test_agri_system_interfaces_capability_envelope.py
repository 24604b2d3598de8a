"""Messages: media type and character set, encryption, the envelope of every answer, ids of requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import Record, SzxcError, answers, encryption, envelopes, expect, media, requirement, schema

from .bench import document, pattern
from .provoking import good, refusals
from .registering import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

STATEMENT = "urn:szxc:agri_system_interfaces:capabilities"
NAME = "一号温室·鼋湖\U00020bb7"
"""A device's name: Chinese, a sign, a rare character of three bytes and one of four (GB 18030 has them all)."""
EPOCH_MS = range(10**11, 10**14)
GIVEN_IDS, CALLS = 3, 20
NOT_TAKEN = ("http.", "envelope.", "permission-not-given", "binding.")


@requirement("AIF-004")
def test_messages_are_json_in_utf8(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals say that they are JSON, are UTF-8, and name no other character set.

    A device's Chinese name is read back as it was sent, rare characters too; one that is refused shows nothing.
    """
    yield from media.typed((reply for some in (good, refusals) for _, reply in some(sut)), media.JSON)
    like = pattern(sut, CATEGORIES)
    if like is None:
        return
    body = document(sut, "004", like, name=NAME)
    try:
        sut.ask("register_device", body=body)
        shown = sut.ask("read_device", device=body["deviceId"])
    except SzxcError as reason:
        if not reason.code.startswith(NOT_TAKEN):
            raise
        return
    name = shown.record.get("name")
    yield expect(name == NAME, shown.at("name"), expected=NAME, observed=name)


@requirement("AIF-005")
def test_only_https(sut: Sut) -> Iterator[Observation]:
    """The connection is encrypted with TLS 1.2 or later, and the same host does not serve the interface without."""
    yield from encryption.only_https(sut, "capabilities", lambda plain: schema.holds(plain.record.value, STATEMENT))


@requirement("AIF-007")
def test_every_answer_has_the_envelope(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals alike have code, message, request id and time; a refusal has another code and words."""
    success: set[str | None] = set()
    for _, reply in good(sut):
        success.add(reply.code)
        yield from envelopes.enveloped(reply, worded=False)
        yield from _typed(reply)
    for what, reply in refusals(sut):
        refused = not reply.fine
        yield from envelopes.enveloped(reply, worded=refused)
        yield from _typed(reply)
        if refused and reply.code is not None:
            wanted = f"{what}: another code than that of success"
            yield expect(reply.code not in success, reply.at("code"), expected=wanted, observed=reply.code)


def _typed(reply: Reply) -> Iterator[Observation]:
    """The members that are there are of the right kind; that they are there is looked at before."""
    told = reply.envelope
    for name, holds, wanted in (
        ("code", _is_plain(told.get("code")), "a whole number or a text"),
        ("message", isinstance(told.get("message"), str), "a text"),
        ("requestId", _is_plain(told.get("requestId")), "a text that is not blank"),
        ("timestamp", _is_time(reply), "a time with offset, or milliseconds since 1970"),
    ):
        if told.get(name) is not None:
            yield expect(holds, reply.at(name), expected=wanted, observed=told.get(name))


def _is_plain(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else isinstance(value, int) and not isinstance(value, bool)


def _is_time(reply: Reply) -> bool:
    value = reply.envelope.get("timestamp")
    known = isinstance(value, int) and not isinstance(value, bool) and value in EPOCH_MS
    return known or Record({"at": value}, reply.at(), reply.sent).time("at") is not None


@requirement("AIF-008")
def test_request_ids(sut: Sut) -> Iterator[Observation]:
    """An id that the caller gives comes back, in envelope or header; twenty answers to others have an id each."""
    yield from envelopes.echoed(sut, "capabilities", (f"AIF-008/{number}" for number in range(GIVEN_IDS)))
    seen = [reply for some in (good, refusals) for _, reply in some(sut)]
    yield from envelopes.distinct((*seen, *_pages(sut, CALLS - len(seen))))


def _pages(sut: Sut, count: int) -> Iterator[Reply]:
    """So many further answers: to the same question, each with another page size."""
    for size in range(1, count + 1):
        found = answers.possible(partial(_page, sut, size))
        if found is not None:
            yield found


def _page(sut: Sut, size: int) -> Reply:
    """Raises ``SzxcError`` as ``walk`` does; a walk has at least one page."""
    return next(iter(sut.walk("list_objects", size=size, pages=1))).reply
