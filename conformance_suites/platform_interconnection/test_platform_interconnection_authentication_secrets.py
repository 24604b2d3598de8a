"""Tokens that end, secrets that can be changed, and neither of them anywhere in an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pytest_szxc import Finding, SzxcError, credentials, expect, requirement

from .capability import error_codes, resources
from .credentials import asked, door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pytest_szxc import AccountFacts, Observation, Reply, Sut

LONGEST_WAIT = 120.0
"""Seconds that a check waits for a token to end; one that lives longer is tried with the account ``expired``."""
LONGEST_LIFE = 366 * 86_400
"""Seconds; a token that lives longer does not end in practice."""
PLACE = "{{account:"
"""What stands in a recorded answer where a credential of ours was."""
TELLING = frozenset(
    {"token", "accesstoken", "secret", "appsecret", "clientsecret", "password", "passwd", "apikey", "privatekey"}
)
IN_URLS = TELLING | {"sign", "signature", "key", "accesskey"}
_BESIDE_URLS = re.compile(r"[\s\"'<>\\]")
_LONGEST_QUERY = 4000
"""Characters of a query that are looked at: texts are a platform's own, and may be megabytes."""


@requirement("IC-017")
def test_a_token_ends(sut: Sut) -> Iterator[Observation]:
    """What is issued says how long it lives; and what has outlived that is refused.

    Lives that are told well say nothing where no token was seen to end.
    """
    codes = error_codes(sut)
    waiting, told = [], []
    for account in credentials.subjects(sut):
        if account.token:
            issued = sut.ask("issue_token", account=account.name)
            life = issued.record.number("expiresIn")
            held = life is not None and 0 < life <= LONGEST_LIFE
            wanted = f"> 0 s, <= {LONGEST_LIFE} s"
            told.append(expect(held, issued.at(f"{account.name}: expiresIn"), expected=wanted, observed=life))
            waiting.append((account, _life(account, life)))
    ended = [*_expired_account(sut, codes)]
    ended += _outlived(sut, [(account, life) for account, life in waiting if life is not None], codes)
    yield from ended
    yield from (one for one in told if ended or isinstance(one, Finding))


def _life(account: AccountFacts, said: Decimal | None) -> float | None:
    """How long to wait for the end of an account's token; ``None`` if that is too long or not known."""
    known = [float(life) for life in (account.lifetime, said) if life is not None and life > 0]
    return max(known) if known and max(known) <= LONGEST_WAIT else None


def _expired_account(sut: Sut, codes: dict[str, int]) -> Iterator[Observation]:
    if any(account.name == "expired" for account in sut.accounts):
        reply = door(sut).asked("expired")
        yield from credentials.must_refuse(reply, sut.ask("capability"), "expired", codes, "40105")


def _outlived(sut: Sut, known: list[tuple[AccountFacts, float]], codes: dict[str, int]) -> Iterator[Observation]:
    """All tokens are got first, so that one wait serves all."""
    tried = [(account, door(sut).asked(account.name)) for account, _ in known]
    if not tried:
        return
    sut.wait(1.0 + max(life for _, life in known))
    for account, good in tried:
        reply = door(sut).forged(account, "expired")
        if reply is not None and credentials.passes(good, sut.ask("capability")):
            yield from credentials.must_refuse(
                reply, good, f"{account.name} ({account.scheme}): expired", codes, "40105"
            )


@requirement("IC-018")
def test_a_secret_can_be_renewed(sut: Sut) -> Iterator[Observation]:
    """The account ``rotating`` gets a new secret: that one is good then, and the old one is not."""
    codes = error_codes(sut)
    good = door(sut).accepted("rotating")
    if good is None:
        return
    answer = sut.ask("rotate_secret", account="rotating", body={})
    given = list(answer.record.value)
    yield expect(answer.record.has("secret"), answer.at("secret"), expected="secret", observed=given)
    renewed = door(sut).asked("rotating")
    yield expect(
        credentials.passes(renewed, good), renewed.at("new secret"), expected="2xx", observed=renewed.response.status
    )
    account = next(one for one in sut.accounts if one.name == "rotating")
    old = door(sut).forged(account, "old")
    if old is not None:
        yield from credentials.must_refuse(old, good, "old secret", codes, "40102" if account.parts else "")


@requirement("IC-019")
def test_no_answer_holds_a_secret(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals: no credential of ours in them, no member that is one by name, none in a URL."""
    for what, reply in _answers(sut):
        found = _leak(reply)
        yield expect(found is None, reply.at(what), expected="no secret", observed=found or "")


def _answers(sut: Sut) -> Iterator[tuple[str, Reply]]:
    yield "capability", sut.ask("capability")
    for account in credentials.subjects(sut):
        yield account.name, door(sut).asked(account.name)
        for kind in ("wrong", "stale", *(f"altered:{part}" for part in account.parts)):
            try:
                reply = door(sut).forged(account, kind)
            except SzxcError as reason:
                if not reason.code.startswith("auth."):
                    raise
                continue
            if reply is not None:
                yield f"{account.name}: {kind}", reply
    for resource in resources(sut)[:1]:
        code = str(resource.get("resourceCode"))
        yield "count_records", asked(sut, "primary", "", "count_records", resource=code)
        yield "granted_record", asked(sut, "primary", "", "granted_record", resource=code)
    yield "unknown resource", asked(sut, "primary", "", "count_records", resource="999999999/999999")


def _leak(reply: Reply) -> str | None:
    """Where an answer holds a secret; never the secret."""
    for name, value in reply.response.headers:
        if PLACE in value:
            return f"header {name}"
        if name in ("location", "link", "content-location") and _telling_url(value):
            return f"URL in header {name}"
    if PLACE.encode() in reply.response.body:
        return "body"
    return _inside(reply.document)


def _inside(value: object, name: str = "") -> str | None:
    if isinstance(value, dict):
        found = (_inside(item, str(key)) for key, item in value.items())
        return next((one for one in found if one), None)
    if isinstance(value, list):
        return next((one for one in (_inside(item, name) for item in value) if one), None)
    if not isinstance(value, str) or not value.strip():
        return None
    if _plain(name) in TELLING and not _is_place(value):
        return f"member {name}"
    return "URL in a member" if _telling_url(value) else None


def _is_place(value: str) -> bool:
    """Whether a member says where something is, or what kind it is, and not what it is."""
    return value.startswith("/") or "://" in value or value.islower()


def _telling_url(text: str) -> bool:
    for word in _BESIDE_URLS.split(text):
        place, _, rest = word.partition("?")
        query = parse_qsl(rest.partition("#")[0][:_LONGEST_QUERY]) if "/" in place else []
        if any(_plain(name) in IN_URLS for name, value in query if not value.startswith("{")):
            return True
    return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
