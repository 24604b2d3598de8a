"""Authentication: who has no good credential is refused, whatever is wrong with it; who has one is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, credentials, expect, requirement

from .capability import error_codes, resources
from .credentials import asked, counting, door, first_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

TOO_MANY = "429"


@requirement("IC-011")
def test_who_has_no_credential_is_refused(sut: Sut) -> Iterator[Observation]:
    """Some reads without any credential; each of them is answered to the account that has one."""
    codes = error_codes(sut)
    for operation, params in _guarded(sut):
        try:
            good = sut.ask(operation, **params)
        except SzxcError:
            continue  # what is not even answered with a credential says nothing
        bare = asked(sut, "primary", "missing", operation, **params)
        yield from credentials.must_refuse(bare, good, operation, codes, "40101")


def _guarded(sut: Sut) -> Iterator[tuple[str, dict[str, str]]]:
    yield "heartbeat", {}
    for resource in resources(sut)[:2]:
        code = str(resource.get("resourceCode"))
        yield "count_records", {"resource": code}
        yield "granted_record", {"resource": code}


@requirement("IC-012")
def test_who_has_a_good_credential_is_let_in(sut: Sut) -> Iterator[Observation]:
    """Good requests of one account of each scheme to two operations: a credential is good more than once."""
    wanted = [("heartbeat", {}), *(("count_records", {"resource": code}) for code in first_resource(sut))]
    for account in credentials.subjects(sut):
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
            if not account.parts or credentials.clocks_agree(reply, account.window):
                at = reply.at(f"{what}: {operation}")
                yield expect(_let_in(sut, reply), at, expected="2xx", observed=credentials.seen(reply))


def _let_in(sut: Sut, reply: Reply) -> bool:
    """Whether an answer lets in, by the envelope of an answer that surely does."""
    return credentials.passes(reply, sut.ask("capability"))


@requirement("IC-013")
def test_a_wrong_signature_is_refused(sut: Sut) -> Iterator[Observation]:
    """The last character changed, the case of the letters swapped, and signed with the secret of somebody else."""
    yield from credentials.wrong_signatures(door(sut), credentials.subjects(sut))


@requirement("IC-014")
def test_the_signature_covers_every_part(sut: Sut) -> Iterator[Observation]:
    """Each signed part changed, one at a time, under the signature of the unchanged ones."""
    for account in credentials.subjects(sut):
        good = door(sut).accepted(account.name) if account.parts else None
        for part in account.parts if good else ():
            reply = door(sut).forged(account, f"altered:{part}")
            if reply is not None and good is not None:
                at = reply.at(f"{account.name} ({account.scheme}): {part}")
                held = not credentials.passes(reply, good) and reply.response.status < 500  # noqa: PLR2004 -- HTTP
                yield expect(held, at, expected="401", observed=credentials.seen(reply))


@requirement("IC-015")
def test_a_time_outside_the_window_is_refused(sut: Sut) -> Iterator[Observation]:
    """Rightly signed times before and after the window, and near its edges inside, where they are good."""
    yield from credentials.outside_window(door(sut))


@requirement("IC-016")
def test_a_nonce_is_good_once(sut: Sut) -> Iterator[Observation]:
    """A request sent again as it was: at once, to another operation, and after a while within the window."""
    welcome = sut.ask("capability")
    yield from credentials.nonces_once(door(sut), counting(sut), welcome, credentials.subjects(sut))


@requirement("IC-023")
def test_national_cryptography_is_supported(sut: Sut) -> Iterator[Observation]:
    """An account that signs with SM3 or SM2 is let in, and refused where signature or time was changed afterwards."""
    for account in credentials.by_scheme(sut):
        if account.scheme not in credentials.SM:
            continue
        good = door(sut).asked(account.name)
        what = f"{account.name} ({account.scheme})"
        held = _let_in(sut, good)
        yield expect(held, good.at(what), expected="2xx", observed=good.response.status)
        for kind in ("wrong", "altered:time") if held else ():
            reply = door(sut).asked(account.name, kind)
            refused = not credentials.passes(reply, good)
            yield expect(refused, reply.at(f"{what}: {kind}"), expected="401", observed=reply.response.status)
