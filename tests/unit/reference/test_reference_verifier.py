from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_szxc.reference.accounts import FULL, METERED, NOBODY, Account, Accounts
from pytest_szxc.reference.calls import ApiError, Call
from pytest_szxc.reference.verifier import Verifier, digest
from pytest_szxc.target.clock import VirtualClock

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def verifier(clock: VirtualClock) -> Verifier:
    return Verifier(Accounts(), clock.now)


def signed(verifier: Verifier, nonce: str = "n1", **changed: str) -> Call:
    account = verifier.accounts.by_name["signer"]
    parts = {"x-client-id": account.client, "x-timestamp": str(int(NOW.timestamp() * 1000)), "x-nonce": nonce} | changed
    text = parts["x-client-id"] + parts["x-timestamp"] + parts["x-nonce"]
    return Call(NOBODY, headers={"x-signature": digest("sd-open", account.secret, text)} | parts)


def code(verifier: Verifier, call: Call) -> int:
    with pytest.raises(ApiError) as caught:
        verifier.identify(call)
    return caught.value.code


def test_hmac_as_rfc_4231_has_it() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert base64.b64decode(digest("sd-open", "Jefe", "what do ya want for nothing?")).hex() == expected


def test_who_signs_is_known(verifier: Verifier) -> None:
    assert verifier.identify(signed(verifier)).name == "signer"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"x-client-id": "app-nobody"}, 40102),
        ({"x-client-id": ""}, 40102),
        ({"x-nonce": ""}, 40102),
        ({"x-signature": "A"}, 40102),
        ({"x-signature": "签名"}, 40102),
        ({"x-signature": "\ud800"}, 40102),
        ({"x-timestamp": "yesterday"}, 40103),
        ({"x-timestamp": "١٢٣"}, 40103),
        ({"x-timestamp": "9" * 400}, 40103),
        ({"x-timestamp": "-1"}, 40103),
    ],
)
def test_what_is_refused(verifier: Verifier, changed: dict[str, str], expected: int) -> None:
    assert code(verifier, signed(verifier, **changed)) == expected


def test_nonces_are_remembered_as_long_as_their_time_could_be_good(verifier: Verifier, clock: VirtualClock) -> None:
    verifier.identify(signed(verifier))
    assert code(verifier, signed(verifier)) == 40104
    clock.sleep(1201)
    later = {"x-timestamp": str(int(clock.now().timestamp() * 1000))}
    assert verifier.identify(signed(verifier, **later)).name == "signer"


def test_a_flood_of_nonces_does_not_fill_the_memory(
    verifier: Verifier, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_szxc.reference.verifier._KEPT", 10)
    for number in range(10):
        verifier.identify(signed(verifier, f"n{number}"))
    assert code(verifier, signed(verifier, "one more")) == 50301
    assert len(verifier.nonces) == 10
    clock.sleep(1201)
    later = {"x-timestamp": str(int(clock.now().timestamp() * 1000))}
    verifier.identify(signed(verifier, "another", **later))
    assert len(verifier.nonces) == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nothing", "Basic eDp5", "bearer  "])
def test_no_credential(verifier: Verifier, header: str) -> None:
    assert code(verifier, Call(NOBODY, headers={"authorization": header})) == 40101


def test_a_token_that_has_run_out(verifier: Verifier) -> None:
    token = verifier.accounts.by_name["expired"].token
    assert code(verifier, Call(NOBODY, headers={"authorization": f"Bearer {token}"})) == 40105


@pytest.mark.parametrize(
    ("header", "expected"), [("", 40101), ("Basic !", 40102), ("Basic eDp5", 40102), ("Basic /w==", 40102)]
)
def test_who_may_not_have_a_token(verifier: Verifier, header: str, expected: int) -> None:
    with pytest.raises(ApiError) as caught:
        verifier.client(Call(NOBODY, headers={"authorization": header}), "oauth2")
    assert caught.value.code == expected


def test_tokens_are_forgotten_a_day_after_their_end(verifier: Verifier, clock: VirtualClock) -> None:
    account = verifier.accounts.by_name["oauth"]
    first = verifier.issue(account)
    clock.sleep(2 * 86_400)
    verifier.issue(account)
    assert first not in verifier.tokens
    assert len(verifier.tokens) == 1


def test_a_metered_account_has_so_many_requests_at_once(verifier: Verifier, clock: VirtualClock) -> None:
    account = verifier.accounts.by_name["metered"]
    for _ in range(METERED):
        verifier.meter(account)
    with pytest.raises(ApiError) as caught:
        verifier.meter(account)
    assert (caught.value.status, caught.value.code) == (429, 42901)
    for _ in range(5):
        clock.sleep(float(caught.value.headers["Retry-After"]))
        verifier.meter(account)
    with pytest.raises(ApiError):
        verifier.meter(account)
    verifier.meter(verifier.accounts.by_name["primary"])


def test_a_renewed_secret_voids_the_old_one(verifier: Verifier) -> None:
    call = signed(verifier)
    new = verifier.accounts.renew(verifier.accounts.by_name["signer"])
    assert verifier.accounts.by_name["signer"].secret == new
    assert code(verifier, call) == 40102
    assert verifier.identify(signed(verifier)).name == "signer"


WHOLE = Account("whole", FULL, scheme="whole-request", client="app-whole")


def whole(verifier: Verifier, *, method: str = "POST", target: str = "/a b?c=%20", raw: bytes = b"{}") -> Call:
    """A request that is signed for ``POST /a b?c=%20`` with the body ``{}``, and perhaps sent as another one."""
    verifier.accounts.by_name["whole"] = WHOLE
    parts = (WHOLE.client, str(int(NOW.timestamp() * 1000)), "n1")
    signed = "\n".join((*parts, "POST", "/a b?c=%20", hashlib.sha256(b"{}").hexdigest()))
    headers = dict(zip(("x-client-id", "x-timestamp", "x-nonce"), parts, strict=True))
    headers["x-request-proof"] = digest("whole-request", WHOLE.secret, signed)
    return Call(NOBODY, headers=headers, raw=raw, method=method, target=target)


def test_who_signs_the_whole_request_is_known(verifier: Verifier) -> None:
    assert verifier.identify(whole(verifier)).name == "whole"


@pytest.mark.parametrize(
    "changed", [{"method": "PUT"}, {"target": "/a b"}, {"target": "/a b?c=+"}, {"raw": b"{ }"}, {"raw": b""}]
)
def test_and_nobody_who_sends_another_one(verifier: Verifier, changed: dict[str, Any]) -> None:
    assert code(verifier, whole(verifier, **changed)) == 40102


def test_a_revoked_token_is_void_and_no_other(verifier: Verifier) -> None:
    oauth, bj = (verifier.accounts.by_name[name] for name in ("oauth", "bj"))
    tokens = [verifier.issue(account) for account in (oauth, oauth, bj)]
    assert verifier.bearer(tokens[0]) is oauth
    verifier.revoke(oauth)
    assert list(verifier.tokens) == tokens[2:]
    with pytest.raises(ApiError):
        verifier.bearer(tokens[1])


def test_a_token_interface_says_how_long_a_token_lives(verifier: Verifier) -> None:
    oauth = verifier.accounts.by_name["oauth"]
    pair = base64.b64encode(f"{oauth.client}:{oauth.secret}".encode()).decode()
    told = verifier.issued(Call(NOBODY, headers={"authorization": f"Basic {pair}"}))
    assert (told["tokenType"], told["expiresIn"]) == ("Bearer", verifier.lifetime)
    assert verifier.bearer(str(told["accessToken"])) is oauth


def test_each_scheme_is_described_once(verifier: Verifier) -> None:
    told = verifier.accounts.described()
    assert {"profile": "bearer"} in told
    assert {"profile": "sd-open", "windowSeconds": 600, "nonce": True} in told
    assert len({row["profile"] for row in told}) == len(told)
