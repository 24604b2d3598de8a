"""Secrets: tokens end and can be revoked, errors give nothing away, and no secret is taken from a URL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, answers, credentials, expect, leaks, requirement

from .doors import door
from .reach import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import AccountFacts, Observation, Reply, Sut

LONGEST_LIFE = 366 * 86_400
"""Seconds; a token that lives longer does not end in practice."""
SOON = 60.0
"""Seconds within which a revoked token must be refused."""
STEPS = 6
"""Times that a revoked token is tried again, at most."""
QUERY_NAMES = ("token", "access_token", "secret", "appsecret")
"""Names under which gateways in use take secrets from the query; the last one is the counter-example of the facts."""
UNKNOWN = "szxc-no-such-thing"
QUOTED = "szxc'no-such-thing"
NO_TIME = "not-a-time"


@requirement("AIF-017")
def test_a_token_ends_and_can_be_revoked(sut: Sut) -> Iterator[Observation]:
    """What is issued says how long it lives; once it is revoked it is refused soon, and a new one is good again."""
    for account in credentials.subjects(sut):
        if not account.token:
            continue
        issued = sut.ask("issue_access_token", account=account.name)
        life = issued.record.number("expiresIn")
        held = life is not None and 0 < life <= LONGEST_LIFE
        at = issued.at(f"{account.name}: expiresIn")
        yield expect(held, at, expected=f"> 0 s, <= {LONGEST_LIFE} s", observed=life)
        yield from _revoked(sut, account, float(life) if held and life is not None else None)


def _revoked(sut: Sut, account: AccountFacts, life: float | None) -> Iterator[Observation]:
    """Waits at most half the token's life: what is refused at its end shows nothing of its revocation."""
    good = door(sut).asked(account.name, "kept")
    if not good.fine:
        return
    answer = sut.ask("revoke_access_token", account=account.name, body={}, accept=answers.ANY)
    seen = credentials.seen(answer)
    yield expect(answer.fine, answer.at(account.name), expected="2xx", observed=seen)
    if not answer.fine:
        return
    bound = min(SOON, (life or 2 * SOON) / 2)
    last = _until_refused(sut, account, good, bound)
    at = last.at(f"{account.name} ({account.scheme}): revoked")
    refused = credentials.refuses(last, good)
    yield expect(refused, at, expected=f"401 within {bound:g} s", observed=credentials.seen(last))
    if refused:
        new = door(sut).asked(account.name)
        at = new.at(f"{account.name} ({account.scheme}): a new token")
        yield expect(credentials.passes(new, good), at, expected="2xx", observed=credentials.seen(new))


def _until_refused(sut: Sut, account: AccountFacts, good: Reply, bound: float) -> Reply:
    last = door(sut).asked(account.name, "replayed")
    for _ in range(STEPS):
        if credentials.refuses(last, good):
            break
        sut.wait(bound / STEPS)
        last = door(sut).asked(account.name, "replayed")
    return last


@requirement("AIF-018")
def test_errors_give_nothing_away(sut: Sut) -> Iterator[Observation]:
    """No error shows traces, statements, paths or pages of the programs behind the interface."""
    for what, ask in _mistakes(sut):
        reply = _answer(ask)
        if reply is not None and not reply.fine:
            shown = leaks.leak(answers.text_of(reply))
            yield expect(shown is None, reply.at(what), expected="no inner detail", observed=shown)


def _answer(ask: Callable[[], Reply]) -> Reply | None:
    """An answer of the interface; a page where people log in is none, and is another requirement's matter."""
    try:
        return answers.possible(ask)
    except SzxcError as reason:
        if not reason.code.startswith(PAGES):
            raise
        return None


def _mistakes(sut: Sut) -> Iterator[tuple[str, Callable[[], Reply]]]:
    """Questions that are wrong in one way each; not each platform refuses each, nor is allowed to be asked each."""
    ask = partial(sut.ask, accept=answers.ANY)
    wrong = {"deviceId": 1, "channelId": ["x"], "kind": {"a": None}, "value": {"b": []}, "phenomenonTime": NO_TIME}
    yield "no credential", partial(ask, "list_devices", forged="missing")
    yield "wrong credential", partial(ask, "list_devices", forged="wrong")
    yield "unknown device", partial(ask, "read_device", device=UNKNOWN)
    yield "quote in an id", partial(ask, "read_device", device=QUOTED)
    yield "unknown model", partial(ask, "read_model", model=UNKNOWN)
    yield "no time", partial(ask, "list_observations", **{"from": NO_TIME})
    yield "quote in a condition", partial(ask, "list_observations", deviceId=QUOTED)
    yield "no page number", partial(ask, "list_devices", **{"?page": "abc"})
    yield "no span", partial(ask, "aggregate_observations", deviceId=UNKNOWN, channelId=QUOTED)
    yield "unknown command", partial(ask, "read_command", command=QUOTED)
    yield "unknown interface", partial(ask, "undeclared_interface", interface=UNKNOWN)
    yield "wrong types", partial(ask, "post_observation", body=wrong)
    yield "no items", partial(ask, "post_batch", body={"requestId": 1, "deviceId": UNKNOWN, "items": "abc"})
    yield "unknown device to remove", partial(ask, "remove_device", device=f"{sut.prefix}'")


@requirement("AIF-019")
def test_no_secret_is_taken_from_the_query(sut: Sut) -> Iterator[Observation]:
    """The right credential under some names in the query, and none in the headers: nobody is let in so."""
    for account in _kinds(sut):
        good = door(sut).accepted(account.name)
        for name in QUERY_NAMES if good is not None else ():
            reply = _in_query(sut, account, name)
            if reply is not None and good is not None:
                at = reply.at(f"{account.name} ({account.scheme}): ?{name}=")
                held = not credentials.passes(reply, good)
                yield expect(held, at, expected="401", observed=credentials.seen(reply))


def _kinds(sut: Sut) -> list[AccountFacts]:
    """One account that signs, one that asks for tokens, one whose credential is always the same."""
    found: dict[tuple[bool, bool], AccountFacts] = {}
    for account in credentials.subjects(sut):
        if account.forgeable and not (account.parts and account.token):
            found.setdefault((bool(account.parts), account.token), account)
    return list(found.values())


def _in_query(sut: Sut, account: AccountFacts, name: str) -> Reply | None:
    return _answer(lambda: door(sut).asked(account.name, f"query:{name}"))
