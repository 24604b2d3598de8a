"""Every scheme against the reference's own verifier, which shares no line with what signs: good, forged, rotated."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import HeldCredential, Request, Response
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.accounts import FULL
from pytest_szxc.reference.accounts import Account as Held
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.verifier import digest
from pytest_szxc.target.accounts import facts_of
from pytest_szxc.target.auth import Credentials, account_headers, placeholder
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.statement import Account, Secret
from pytest_szxc.target.transports import WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
BASE = "https://platform.invalid"
SCHEMES = ("signer", "gov", "sm", "sm2", "zj", "bj", "whole")
TOKENS = ("oauth", "bj")


class Bench:
    """A platform, its statement, and a way to ask it as any account."""

    def __init__(self) -> None:
        suites = {name: suite for name, suite in load_suites().items() if name == "platform_interconnection"}
        self.clock = VirtualClock(NOW)
        self.platform: Platform = build_platform(load_references(suites.values()), size=20, now=self.clock)
        whole = Held("whole", FULL, scheme="whole-request", client="app-whole")
        self.platform.accounts.by_name["whole"] = whole
        self.statement = demo_statement(self.platform, BASE, suites)
        self.transport = WsgiTransport(self.platform, self.statement.accounts, clock=self.clock)

    def ask(self, account: str, forged: str = "", path: str = "/v1/heartbeat", method: str = "GET") -> Response:
        headers = account_headers(self.statement.accounts[account])
        return self.transport.send(Request(method, BASE + path, headers, account=account, forged=forged))

    def status(self, account: str, forged: str = "", path: str = "/v1/heartbeat") -> tuple[int, int]:
        answer = self.ask(account, forged, path)
        return answer.status, json.loads(answer.body)["code"]

    def renewed(self) -> Response:
        headers = account_headers(self.statement.accounts["rotating"])
        holds = HeldCredential("(data) | (@) | (secret)", renews=True)
        return self.transport.send(
            Request("POST", f"{BASE}/v1/secret/rotation", headers, account="rotating", holds=holds)
        )

    def issued(self, account: str) -> Response:
        headers = account_headers(self.statement.accounts[account])
        holds = HeldCredential("(data) | (@) | (accessToken)", renews=False)
        return self.transport.send(Request("POST", f"{BASE}/v1/token", headers, account=account, holds=holds))


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    """For tests that leave nothing behind."""
    yield from made_bench()


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from made_bench()


def made_bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    withdraw(made.statement)
    made.platform.close()


@pytest.mark.parametrize("account", ["primary", "second", "low_right", *SCHEMES, "oauth", "rotating", "metered"])
def test_a_good_request_is_let_in_again_and_again(shared: Bench, account: str) -> None:
    assert [shared.status(account) for _ in range(3)] == [(200, 0)] * 3


@pytest.mark.parametrize("account", ["primary", *SCHEMES, "oauth"])
def test_without_a_credential_nobody_is(shared: Bench, account: str) -> None:
    assert shared.status(account, "missing") == (401, 40101)


@pytest.mark.parametrize("account", ["primary", *SCHEMES, "oauth"])
def test_a_wrong_one_is_refused(shared: Bench, account: str) -> None:
    assert shared.status(account, "wrong") == (401, 40102 if account in SCHEMES else 40101)


@pytest.mark.parametrize("account", SCHEMES)
def test_every_part_is_covered(shared: Bench, account: str) -> None:
    for part in (*facts_of(shared.statement.accounts[account]).parts, "signature"):
        assert shared.status(account, f"altered:{part}") == (401, 40102), part


@pytest.mark.parametrize("account", SCHEMES)
def test_times_outside_the_window_are_refused_and_those_inside_are_not(shared: Bench, account: str) -> None:
    found = {kind: shared.status(account, kind) for kind in ("stale", "future", "early", "late")}
    assert found == {"stale": (401, 40103), "future": (401, 40103), "early": (200, 0), "late": (200, 0)}


@pytest.mark.parametrize("account", ["signer", "sm", "sm2", "whole"])
def test_a_replay_is_refused_until_its_time_is_over(bench: Bench, account: str) -> None:
    assert bench.status(account, "kept") == (200, 0)
    assert bench.status(account, "replayed") == (401, 40104)
    bench.clock.sleep(590)
    assert bench.status(account, "replayed") == (401, 40104)
    bench.clock.sleep(1200)
    assert bench.status(account, "replayed") == (401, 40103)


def test_a_kept_request_stays_bound_to_its_account(bench: Bench) -> None:
    bench.ask("signer", "kept")
    with pytest.raises(TransportFault) as caught:
        bench.ask("sm", "replayed")
    assert caught.value.code == "forging.nothing-kept"


@pytest.mark.parametrize(
    ("account", "other"), [("signer", "sm"), ("sm", "signer"), ("whole", "sm"), ("gov", "signer"), ("bj", "gov")]
)
def test_nobody_signs_for_another(shared: Bench, account: str, other: str) -> None:
    assert shared.status(account, f"as:{other}") == (401, 40102)


@pytest.mark.parametrize(
    ("account", "forged", "code"),
    [
        ("primary", "altered:time", "forging.unsupported"),
        ("primary", "stale", "forging.unsupported"),
        ("primary", "as:second", "forging.unsupported"),
        ("oauth", "altered:signature", "forging.unsupported"),
        ("oauth", "late", "forging.unsupported"),
        ("oauth", "altered:body", "forging.unsupported"),
        ("primary", "altered:path", "forging.unsupported"),
        ("zj", "query:secret", "forging.unsupported"),
        ("oauth", "as:bj", "forging.unsupported"),
        ("signer", "altered:origin", "forging.unsupported"),
        ("signer", "expired", "forging.unsupported"),
        ("sm2", "as:signer", "forging.unsupported"),
        ("zj", "as:signer", "forging.unsupported"),
        ("signer", "as:nobody", "forging.no-account"),
        ("signer", "as:signer", "forging.no-account"),
        ("signer", "replayed", "forging.nothing-kept"),
        ("signer", "old", "forging.nothing-old"),
        ("oauth", "expired", "forging.nothing-expired"),
        ("signer", "anything", "forging.unknown"),
    ],
)
def test_what_cannot_be_forged_is_said_and_never_sent(shared: Bench, account: str, forged: str, code: str) -> None:
    with pytest.raises(TransportFault) as caught:
        shared.ask(account, forged)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.hint("en")


@pytest.mark.parametrize("part", ["method", "path", "body"])
def test_a_signature_that_does_not_cover_the_request_is_good_for_any(shared: Bench, part: str) -> None:
    found = {account: shared.status(account, f"altered:{part}")[0] for account in SCHEMES}
    assert found == dict.fromkeys(SCHEMES, 200) | {"whole": 401}


@pytest.mark.parametrize("account", ["primary", "signer", "oauth", "bj"])
def test_a_credential_in_the_query_goes_there_alone_and_is_hidden(account: str) -> None:
    for bench in made_bench():
        place = placeholder(account)
        headers = account_headers(bench.statement.accounts[account])
        held = Credentials(bench.statement.accounts, clock=bench.clock, base_url=BASE)
        seen: list[Request] = []

        def send(request: Request, seen: list[Request] = seen, bench: Bench = bench) -> Response:
            if "/token" in request.url:
                return bench.transport.send(request)
            seen.append(request)
            return Response(200, (), request.url.encode())

        asked = Request("GET", f"{BASE}/v1/heartbeat?a=1", headers, account=account, forged="query:secret")
        answer = held.guard(asked, send)
        assert not [name for name, _ in seen[0].headers if name.startswith(("authorization", "x-"))]
        assert f"secret={place}".encode() in answer.body.replace(b"%7B", b"{").replace(b"%7D", b"}").replace(
            b"%3A", b":"
        )
        assert seen[0].url.encode() not in answer.body


def test_a_token_that_is_refused_is_not_used_again(bench: Bench) -> None:
    assert bench.status("oauth", "kept") == (200, 0)
    bench.platform.verifier.tokens.clear()  # revoked
    assert bench.status("oauth", "wrong") == (401, 40101)  # which says nothing of it
    assert bench.status("oauth", "replayed") == (401, 40101)
    assert bench.status("oauth") == (200, 0)
    assert len(bench.platform.verifier.tokens) == 1


@pytest.mark.parametrize("account", TOKENS)
def test_a_token_is_fetched_once_renewed_in_time_and_refused_after_its_end(bench: Bench, account: str) -> None:
    bench.platform.verifier.lifetime = 3600
    object.__setattr__(bench.statement.accounts[account], "lifetime", None)
    assert [bench.status(account) for _ in range(3)] == [(200, 0)] * 3
    assert len(bench.platform.verifier.tokens) == 1
    bench.clock.sleep(3575)  # 30 s before its end it is time for another
    assert bench.status(account) == (200, 0)
    assert len(bench.platform.verifier.tokens) == 2
    bench.clock.sleep(25)
    assert bench.status(account, "expired") == (401, 40105)
    assert bench.status(account) == (200, 0)


@pytest.mark.parametrize("account", TOKENS)
def test_an_issued_token_is_hidden_and_used_from_then_on(bench: Bench, account: str) -> None:
    answer = bench.issued(account)
    (token,) = bench.platform.verifier.tokens
    assert token.encode() not in answer.body
    assert json.loads(answer.body)["data"]["accessToken"] == placeholder(account)
    assert bench.status(account) == (200, 0)
    assert list(bench.platform.verifier.tokens) == [token]


def test_a_renewed_secret_is_kept_before_anybody_sees_the_answer(bench: Bench) -> None:
    file = bench.statement.accounts["rotating"].secret.file
    assert file is not None
    old, mode = file.read_text(encoding="utf-8").strip(), file.stat().st_mode
    assert bench.status("rotating") == (200, 0)
    answer = bench.renewed()
    new = bench.platform.accounts.by_name["rotating"].secret
    assert file.read_text(encoding="utf-8").strip() == new != old
    assert file.stat().st_mode == mode
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert new.encode() not in answer.body
    assert bench.status("rotating") == (200, 0)
    assert bench.status("rotating", "old") == (401, 40102)
    again = WsgiTransport(bench.platform, bench.statement.accounts, clock=bench.clock)  # the next run
    headers = account_headers(bench.statement.accounts["rotating"])
    assert again.send(Request("GET", f"{BASE}/v1/heartbeat", headers, account="rotating")).status == 200


def test_secrets_are_in_no_answer_and_no_representation(bench: Bench) -> None:
    bench.renewed()
    held = bench.platform.accounts.by_name.values()
    secrets = [secret for one in held for secret in (one.secret, one.token)] + list(bench.platform.verifier.tokens)
    seen = "".join(repr(bench.ask(one.name)) for one in held if one.name in bench.statement.accounts)
    assert not [secret for secret in secrets if secret in seen + repr(bench.transport.__dict__)]


def test_an_echoed_signature_or_token_is_taken_out(bench: Bench) -> None:
    accounts = bench.statement.accounts
    credentials = Credentials(accounts, clock=bench.clock)
    app = bench.transport
    for name in ("signer", "gov", "sm", "sm2", "oauth", "bj", "zj"):
        request = Request("GET", f"{BASE}/v1/heartbeat", account_headers(accounts[name]), account=name)
        told: list[str] = []

        def echo(filled: Request, told: list[str] = told) -> Response:
            if filled.url.split("?")[0] != f"{BASE}/v1/heartbeat":
                return app._once(filled)
            told.append(f"{filled.url} {filled.headers}")
            return Response(200, (("x-echo", filled.url),), told[-1].encode())

        answer = credentials.guard(request, echo)
        assert placeholder(name) in answer.body.decode()
        (sent,) = told
        key = next(word for word in ("sign'", "signature'", "authorization'", "sign=") if word in sent)
        value = sent.split(key)[1].strip(", '").split("'")[0].split(" ")[0 if key != "authorization'" else 1]
        assert value not in answer.body.decode(), name


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=8, max_size=60))
def test_any_secret_signs_what_the_reference_verifies(secret: str) -> None:
    account = Account("primary", "sd-open", secret=Secret(env="K"), client="c")
    sent: list[Request] = []
    credentials = Credentials({"primary": account}, environ={"K": secret}, clock=VirtualClock(NOW))
    credentials.guard(
        Request("GET", BASE, account_headers(account)), lambda filled: sent.append(filled) or Response(200)
    )
    told = dict(sent[0].headers)
    text = told["x-client-id"] + told["x-timestamp"] + told["x-nonce"]
    assert told["x-signature"] == digest("sd-open", secret, text)
    assert told["x-signature"] != digest("sd-open", secret, text + "1")


def test_an_adapters_own_scheme_cannot_be_forged() -> None:
    account = Account("primary", "seal", secret=Secret())
    request = Request("GET", BASE, account_headers(account), forged="wrong")
    credentials = Credentials({"primary": account}, sign=lambda *_: {"X-Seal": "abcdefgh"})
    with pytest.raises(TransportFault) as caught:
        credentials.guard(request, lambda _: Response(200))
    assert caught.value.code == "forging.unsupported"
    with pytest.raises(Unjudgeable) as unknown:
        Credentials({"primary": account}).guard(request, lambda _: Response(200))
    assert unknown.value.code == "target.scheme-unknown"
