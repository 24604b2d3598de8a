"""Credentials: who has no good one is refused, whatever is wrong with it; and signatures are made as published."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import Finding, SzxcError, answers, credentials, expect, requirement

from .doors import asked, door, elsewhere, protected_reads, schemes
from .reach import page_instead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc import AccountFacts, Observation, Reply, Sut

    from .doors import Question

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
VECTOR = {"client": "szxc-test", "time": "1795392000000", "nonce": "42"}
PUBLISHED = "7mRBvdkGbPxycogS7RjszlpC0tBWZbT8u4Dd5CN5LMk="
"""Section 4.5 of the facts: the signature of ``VECTOR`` under the key ``ALPHABET``."""
SD_OPEN = "sd-open"
HOW = "signed as in the vector, Base64(HMAC(key, the parts in this order, time in milliseconds))"
UNAUTHORISED = 401
REMOVABLE = (200, 202, 204, 404, 410)
"""What who may remove devices is answered where there is none."""


@requirement("AIF-010")
def test_who_has_no_credential_is_refused(sut: Sut) -> Iterator[Observation]:
    """Every protected read without any credential, a removal too where writing is allowed, and an altered token."""
    codes = door(sut).codes
    for question in protected_reads(sut):
        good = answers.possible(partial(asked, sut, question))
        if good is not None and good.fine:  # what is not answered with a credential says nothing
            yield from _bare(sut, question, good, codes)
    yield from _writes(sut)
    bearers = [account for account in credentials.subjects(sut) if not account.parts]
    yield from credentials.wrong_signatures(door(sut), bearers)


def _bare(sut: Sut, question: Question, good: Reply, codes: Mapping[str, int]) -> Iterator[Observation]:
    """The same question without a credential; a page where people log in is no refusal."""
    try:
        bare = answers.possible(partial(asked, sut, question, forged="missing"))
    except SzxcError as reason:
        yield page_instead(reason, question[0], "401")
    else:
        if bare is not None:
            yield from credentials.must_refuse(bare, good, question[0], codes, "40101")


def _writes(sut: Sut) -> Iterator[Observation]:
    """A device that is not there is not there for who may ask, and nobody else is told so."""
    remove = partial(sut.ask, "remove_device", accept=answers.ANY, device=f"{sut.prefix}nobody")
    good = answers.possible(remove)
    bare = answers.possible(partial(remove, forged="missing")) if good is not None else None
    if good is not None and bare is not None and good.response.status in REMOVABLE:
        refused = bare.response.status == UNAUTHORISED
        yield expect(refused, bare.at("remove_device"), expected="401", observed=credentials.seen(bare))


@requirement("AIF-011")
def test_a_wrong_signature_is_refused(sut: Sut) -> Iterator[Observation]:
    """The last character changed, the case of the letters swapped, and signed with the secret of somebody else."""
    yield from credentials.wrong_signatures(door(sut), [one for one in credentials.subjects(sut) if one.parts])


@requirement("AIF-012")
def test_a_time_outside_the_window_is_refused(sut: Sut) -> Iterator[Observation]:
    """Rightly signed times before and after the window, and near its edges inside, where they are good."""
    declared = {scheme: row.number("windowSeconds") for scheme, row in schemes(sut).items()}
    windows = {scheme: float(width) for scheme, width in declared.items() if width is not None and width > 0}
    yield from credentials.outside_window(door(sut), windows)


@requirement("AIF-013")
def test_a_nonce_is_good_once(sut: Sut) -> Iterator[Observation]:
    """A request sent again as it was: at once, to another operation, and after a while within the window."""
    said = schemes(sut)
    accounts = [
        one for one in credentials.subjects(sut) if one.scheme not in said or said[one.scheme].get("nonce") is not False
    ]
    good = door(sut).accepted("primary")
    if good is not None:
        yield from credentials.nonces_once(door(sut), elsewhere(sut), good, accounts)


@requirement("AIF-014")
def test_a_signature_covers_the_whole_request(sut: Sut) -> Iterator[Observation]:
    """Of the ways to sign at least one covers path, method and body: made for another request, it is refused."""
    weak: list[Observation] = []
    signing = [account for account in credentials.subjects(sut) if account.parts]
    for account in sorted(signing, key=lambda one: len(one.parts), reverse=True):
        seen = list(_covered(sut, account))
        if seen and not any(isinstance(one, Finding) for one in seen):
            yield from seen
            return
        weak += seen
    yield from weak


def _covered(sut: Sut, account: AccountFacts) -> Iterator[Observation]:
    """What each part of the request shows; nothing for an account that is refused anyway.

    The body is tried where the rest is covered; that takes a write, and without it nothing is said of the whole.
    """
    good = door(sut).accepted(account.name)
    if good is None:
        return
    seen = [one for part in ("path", "method") for one in _refused(_altered(sut, account, part), good, account, part)]
    yield from seen
    if seen and not any(isinstance(one, Finding) for one in seen):
        post = partial(sut.ask, "post_observation", account=account.name, accept=answers.ANY, body=_of_nobody(sut))
        known = post()
        if known.response.status != UNAUTHORISED:
            yield from _refused(post(forged="altered:body"), known, account, "body")


def _altered(sut: Sut, account: AccountFacts, part: str) -> Reply | None:
    return door(sut).forged(account, f"altered:{part}")


def _refused(reply: Reply | None, good: Reply, account: AccountFacts, part: str) -> Iterator[Observation]:
    if reply is not None:
        at = reply.at(f"{account.name} ({account.scheme}): {part}")
        held = credentials.refuses(reply, good)
        yield expect(held, at, expected=f"401: signed for another {part}", observed=credentials.seen(reply))


def _of_nobody(sut: Sut) -> dict[str, object]:
    """An observation of a device that is not there: who may post is told so, and nothing is stored."""
    device = {"deviceId": f"{sut.prefix}nobody", "channelId": "none", "kind": "none", "value": 1, "unit": "1"}
    return {**device, "phenomenonTime": sut.now.isoformat(), "flag": "N"}


@requirement("AIF-015")
def test_our_signer_and_the_platform_agree_with_the_published_vector(sut: Sut) -> Iterator[Observation]:
    """The signer makes of the published parts the published signature, and what that signer signs is let in."""
    for account in credentials.subjects(sut):
        if not account.parts or account.token:
            continue
        welcome, reply = door(sut).asked("primary"), door(sut).asked(account.name)
        if welcome.fine and credentials.clocks_agree(reply, account.window):  # else our own vector would pass alone
            made = credentials.signature(SD_OPEN, ALPHABET, **VECTOR)
            yield expect(made == PUBLISHED, welcome.at("vector"), expected=PUBLISHED, observed=made)
            at = reply.at(f"{account.name} ({account.scheme}): {' + '.join(account.parts)}")
            seen = credentials.seen(reply)
            yield expect(credentials.passes(reply, welcome), at, expected=f"2xx: {HOW}", observed=seen)
