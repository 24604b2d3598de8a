"""Authentication: who has no good credential is refused, whatever is wrong with it; who has one is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement

from .capability import error_codes, resources
from .credentials import (
    SM,
    TRUSTED,
    accepted,
    ahead,
    asked,
    by_scheme,
    forged,
    must_refuse,
    passes,
    subjects,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import AccountFacts, Observation, Reply, Sut

TOO_MANY = "429"
FORGETFUL = 5.0
"""Seconds after which a nonce is tried again; far less than any window."""


@requirement("IC-011")
def test_who_has_no_credential_is_refused(sut: Sut) -> Iterator[Observation]:
    """Some reads without any credential; each of them is answered to the account that has one."""
    codes = error_codes(sut)
    for operation, params in _guarded(sut):
        try:
            good = sut.ask(operation, **params)
        except SzxcError:
            continue  # what is not even answered with a credential says nothing
        yield from must_refuse(asked(sut, "primary", "missing", operation, **params), good, operation, codes, "40101")


def _guarded(sut: Sut) -> Iterator[tuple[str, dict[str, str]]]:
    yield "heartbeat", {}
    for resource in resources(sut)[:2]:
        code = str(resource.get("resourceCode"))
        yield "count_records", {"resource": code}
        yield "granted_record", {"resource": code}


@requirement("IC-012")
def test_who_has_a_good_credential_is_let_in(sut: Sut) -> Iterator[Observation]:
    """Good requests of one account of each scheme to two operations: a credential is good more than once."""
    wanted = [("heartbeat", {}), *(("count_records", {"resource": code}) for code in _first_resource(sut))]
    for account in subjects(sut):
        what = f"{account.name} ({account.scheme})"
        for operation, params in wanted:
            try:
                reply = asked(sut, account.name, "", operation, **params)
            except SzxcError as reason:
                seen = reason.params.get("status")
                if reason.code not in ("auth.token-refused", "auth.sign-refused") or str(seen) == TOO_MANY:
                    raise  # else the platform refuses what a good request is made of
                yield expect(holds=False, at=sut.ask("capability").at(what), expected="2xx", observed=str(seen))
                break
            if not account.parts or abs(ahead(reply)) <= TRUSTED:
                seen = f"{reply.response.status} {reply.code or ''}".strip()
                yield expect(_let_in(sut, reply), reply.at(f"{what}: {operation}"), expected="2xx", observed=seen)


def _first_resource(sut: Sut) -> list[str]:
    return [str(resource.get("resourceCode")) for resource in resources(sut)[:1]]


def _let_in(sut: Sut, reply: Reply) -> bool:
    """Whether an answer lets in, by the envelope of an answer that surely does."""
    return passes(reply, sut.ask("capability"))


@requirement("IC-013")
def test_a_wrong_signature_is_refused(sut: Sut) -> Iterator[Observation]:
    """The last character changed, the case of the letters swapped, and signed with the secret of somebody else."""
    codes = error_codes(sut)
    for account in subjects(sut):
        good = accepted(sut, account.name)
        if good is None or not account.forgeable:
            continue
        kinds = ["wrong", *(["altered:signature"] if account.parts else []), *_as_others(sut, account)]
        for kind in kinds:
            reply = forged(sut, account, kind)
            if reply is not None:
                code = "40102" if account.parts else ""
                yield from must_refuse(reply, good, f"{account.name} ({account.scheme}): {kind}", codes, code)


def _as_others(sut: Sut, account: AccountFacts) -> list[str]:
    if not account.parts:
        return []
    others = [one for one in subjects(sut) if one.name != account.name and one.scheme != "none"]
    alike = [one for one in by_scheme(sut) if one.parts == account.parts and one.name != account.name] or others
    return [f"as:{one.name}" for one in alike[:1]]


@requirement("IC-014")
def test_the_signature_covers_every_part(sut: Sut) -> Iterator[Observation]:
    """Each signed part changed, one at a time, under the signature of the unchanged ones."""
    for account in subjects(sut):
        good = accepted(sut, account.name) if account.parts else None
        for part in account.parts if good else ():
            reply = forged(sut, account, f"altered:{part}")
            if reply is not None and good is not None:
                what = f"{account.name} ({account.scheme}): {part}"
                seen = f"{reply.response.status} {reply.code or ''}".strip()
                held = not passes(reply, good) and reply.response.status < 500  # noqa: PLR2004 -- HTTP
                yield expect(held, reply.at(what), expected="401", observed=seen)


@requirement("IC-015")
def test_a_time_outside_the_window_is_refused(sut: Sut) -> Iterator[Observation]:
    """Rightly signed times before and after the window, and near its edges inside, where they are good."""
    codes = error_codes(sut)
    for account in subjects(sut):
        good = accepted(sut, account.name) if account.window else None
        if good is None or abs(ahead(good)) > TRUSTED:
            continue
        what = f"{account.name} ({account.scheme}, {account.window:g} s)"
        for kind in ("stale", "future"):
            yield from must_refuse(asked(sut, account.name, kind), good, f"{what}: {kind}", codes, "40103")
        for kind in ("early", "late"):
            reply = asked(sut, account.name, kind)
            seen = f"{reply.response.status} {reply.code or ''}".strip()
            yield expect(passes(reply, good), reply.at(f"{what}: {kind}"), expected="2xx", observed=seen)


@requirement("IC-016")
def test_a_nonce_is_good_once(sut: Sut) -> Iterator[Observation]:
    """A request sent again as it was: at once, to another operation, and after a while within the window."""
    codes = error_codes(sut)
    for account in subjects(sut):
        if "nonce" not in account.parts:
            continue
        good = asked(sut, account.name, "kept")
        if not passes(good, sut.ask("capability")):
            continue
        what = f"{account.name} ({account.scheme})"
        yield from must_refuse(asked(sut, account.name, "replayed"), good, f"{what}: again", codes, "40104")
        for code in _first_resource(sut):
            other = asked(sut, account.name, "replayed", "count_records", resource=code)
            yield from must_refuse(other, good, f"{what}: elsewhere", codes, "40104")
        if account.window is None or account.window > 2 * FORGETFUL:
            sut.wait(FORGETFUL)
            yield from must_refuse(asked(sut, account.name, "replayed"), good, f"{what}: later", codes, "40104")


@requirement("IC-023")
def test_national_cryptography_is_supported(sut: Sut) -> Iterator[Observation]:
    """An account that signs with SM3 or SM2 is let in, and refused where signature or time was changed afterwards."""
    for account in by_scheme(sut):
        if account.scheme not in SM:
            continue
        good = asked(sut, account.name)
        what = f"{account.name} ({account.scheme})"
        held = _let_in(sut, good)
        yield expect(held, good.at(what), expected="2xx", observed=good.response.status)
        for kind in ("wrong", "altered:time") if held else ():
            reply = asked(sut, account.name, kind)
            seen = reply.response.status
            yield expect(not passes(reply, good), reply.at(f"{what}: {kind}"), expected="401", observed=seen)
