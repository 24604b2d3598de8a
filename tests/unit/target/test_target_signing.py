from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from pytest_szxc.errors import StatementError
from pytest_szxc.model import Request, Response
from pytest_szxc.target.auth import Credentials, account_headers, placeholder
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.forging import OF_REQUEST
from pytest_szxc.target.signing import parts_of, profiles, signature, signed_headers, signed_text
from pytest_szxc.target.statement import Account, Secret

AT = datetime(2026, 6, 1, 4, 0, 0, 123000, tzinfo=UTC)
MILLISECONDS = str(int(AT.timestamp() * 1000))
KEY = "key-material-of-the-test"


def digest_by_hand(name: str, key: bytes, text: bytes) -> bytes:
    """HMAC as RFC 2104 writes it, over another interface of the hash than ours."""
    block = 64
    key = hashlib.new(name, key).digest() if len(key) > block else key
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(block, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.new(name, outer + hashlib.new(name, inner + text).digest()).digest()


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [  # RFC 4231, test cases 1, 2 and 6
        ("\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_published_vectors_of_hmac_sha256(key: str, text: str, expected: str) -> None:
    assert base64.b64decode(signature("hmac-sha256", key, text)).hex() == expected


def test_the_published_vector_of_sm3() -> None:
    """GB/T 32905-2016, annex A: the digest that HMAC-SM3 is built on."""
    assert hashlib.new("sm3", b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize(("algorithm", "name"), [("hmac-sha256", "sha256"), ("hmac-sm3", "sm3")])
@pytest.mark.parametrize("key", ["k", "密钥", "k" * 100])
@pytest.mark.parametrize("text", ["", "a-1-2", "村"])
def test_two_ways_to_the_same_signature(algorithm: str, name: str, key: str, text: str) -> None:
    assert base64.b64decode(signature(algorithm, key, text)) == digest_by_hand(name, key.encode(), text.encode())


@pytest.mark.parametrize(
    ("scheme", "signed"),
    [("gov-exchange", ("service-7", "client-1", MILLISECONDS)), ("sd-open", ("client-1", MILLISECONDS)), ("sm", ())],
)
def test_headers_of_each_profile(scheme: str, signed: tuple[str, ...]) -> None:
    profile = profiles()[scheme]
    account = Account("primary", scheme, client="client-1", service="service-7")
    made = signed_headers(profile, account, KEY, AT, Request("GET", "http://x/"))
    assert list(made) == list(profile.headers.values())
    parts = {part: made[header] for part, header in profile.headers.items()}
    text = "".join(parts[name] for name in profile.signed)
    assert text.startswith("".join(signed))
    assert parts["signature"] == signature(profile.algorithm, KEY, text)


def test_a_nonce_is_used_once() -> None:
    account = Account("primary", "sd-open", client="c")
    bare = Request("GET", "http://x/")
    made = [signed_headers(profiles()["sd-open"], account, KEY, AT, bare) for _ in range(50)]
    assert len({headers["X-Nonce"] for headers in made}) == 50
    assert len({headers["X-Signature"] for headers in made}) == 50


@pytest.mark.parametrize(
    "other",
    [
        Request("PUT", "http://x/a%20b?c=%20", body=b"1"),
        Request("POST", "http://x/a?c=%20", body=b"1"),
        Request("POST", "http://x/a%20b?c=+", body=b"1"),
        Request("POST", "http://x/a%20b", body=b"1"),
        Request("POST", "http://x/a%20b?c=%20", body=b"2"),
        Request("POST", "http://x/a%20b?c=%20"),
    ],
)
def test_a_profile_that_covers_the_request_signs_another_one_otherwise(other: Request) -> None:
    profile, account = profiles()["whole-request"], Account("primary", "whole-request", client="c")
    one = Request("POST", "http://y:81/a b?c=%20", body=b"1")
    texts = [signed_text(profile, parts_of(profile, account, AT, request) | {"nonce": "n"}) for request in (one, other)]
    assert texts[0] == f"c\n{MILLISECONDS}\nn\nPOST\n/a b?c=%20\n{hashlib.sha256(b'1').hexdigest()}"
    assert texts[0] != texts[1]


def test_every_profile_is_whole() -> None:
    for profile in profiles().values():
        places = {**profile.headers, **profile.query}
        assert set(places) == {*profile.signed, "signature"} - {*OF_REQUEST}
        assert profile.algorithm in ("hmac-sha256", "hmac-sm3", "sm2", "remote", "token")
        assert set(profile.fixed) <= set(profile.signed)
        assert set(profile.needs) <= {"client", "service", "token_path", "sign_path", "secret"}
        assert set(profile.needs) <= set(profile.usable)


def test_a_request_is_signed_last_and_recorded_without_it() -> None:
    account = Account("primary", "sd-open", secret=Secret(env="K"), client="client-1")
    recorded = Request("GET", "http://x/", (("accept", "application/json"), *account_headers(account)))
    assert all(value == placeholder("primary") for name, value in recorded.headers if name.startswith("x-"))
    sent: list[dict[str, str]] = []

    def send(request: Request) -> Response:
        sent.append(dict(request.headers))
        echo = f"{sent[-1]['x-signature']} {sent[-1]['x-timestamp']} {KEY}"
        return Response(200, (("x-echo", sent[-1]["x-signature"]),), echo.encode())

    answer = Credentials({"primary": account}, environ={"K": KEY}, clock=VirtualClock(AT)).guard(recorded, send)
    assert sent[0]["x-client-id"] == "client-1"
    assert sent[0]["x-timestamp"] == MILLISECONDS
    expected = signature("hmac-sha256", KEY, "client-1" + MILLISECONDS + sent[0]["x-nonce"])
    assert hmac.compare_digest(sent[0]["x-signature"], expected)
    place = placeholder("primary")
    assert answer.body.decode() == f"{place} {MILLISECONDS} {place}"
    assert answer.header("x-echo") == place


def test_a_python_without_the_algorithm_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object) -> bytes:
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setattr(hmac, "digest", lacking)
    with pytest.raises(StatementError) as caught:
        Credentials({"primary": Account("primary", "sm", secret=Secret(env="K"), client="c")}, environ={"K": KEY})
    assert caught.value.code == "statement.no-algorithm"
    assert "hmac-sm3" in caught.value.text("zh")
