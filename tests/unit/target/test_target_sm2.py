"""SM2 and SM3: published vectors, and three implementations that know nothing of each other."""

from __future__ import annotations

import base64
import hashlib
import sys

import gmalg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tongsuopy.crypto import hashes
from tongsuopy.crypto.asymciphers import ec

from pytest_szxc.errors import StatementError
from pytest_szxc.reference import sm2_curve
from pytest_szxc.target.signing import signature
from pytest_szxc.target.sm2 import _key, sm2_signature

# GB/T 32918.5-2017, annex A.2: the recommended curve, signer's id 1234567812345678, "message digest".
PRIVATE = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
PUBLIC = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNED = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
TEXT = "message digest"


@pytest.fixture(autouse=True)
def no_key_is_known() -> None:
    _key.cache_clear()


def der(r_and_s: bytes) -> bytes:
    """A signature as OpenSSL writes it: a sequence of two integers."""
    numbers = (int.from_bytes(part).to_bytes(33).lstrip(b"\0") for part in (r_and_s[:32], r_and_s[32:]))
    signed = (b"\0" + number if number[0] > 127 else number for number in numbers)
    body = b"".join(b"\x02" + bytes([len(number)]) + number for number in signed)
    return b"\x30" + bytes([len(body)]) + body


def plain(made: bytes) -> bytes:
    """The other way."""
    first = made[4 : 4 + made[3]]
    second = made[6 + len(first) :]
    return b"".join(int.from_bytes(number).to_bytes(32) for number in (first, second))


def tongsuo(private: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(private, 16), ec.SM2())


def test_the_published_vector_is_verified_by_the_reference() -> None:
    assert sm2_curve.public_key(PRIVATE) == PUBLIC
    assert sm2_curve.verified(PUBLIC, TEXT.encode(), SIGNED)
    assert not sm2_curve.verified(PUBLIC, b"message digesT", SIGNED)
    assert not sm2_curve.verified(PUBLIC, TEXT.encode(), SIGNED, signer=b"8765432187654321")


def test_the_published_vector_is_made_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gmalg.SM2
    monkeypatch.setattr(gmalg, "SM2", lambda sk, uid: right(sk, uid, rnd_fn=lambda _: K))
    assert base64.b64decode(sm2_signature(PRIVATE, TEXT)) == SIGNED
    assert base64.b64decode(signature("sm2", PRIVATE.lower(), TEXT)) == SIGNED


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(private=st.integers(1, sm2_curve.N - 2), text=st.text(max_size=60))
def test_what_we_sign_two_others_verify_and_what_another_signs_the_reference_verifies(private: int, text: str) -> None:
    key = f"{private:064x}"
    made = base64.b64decode(sm2_signature(key, text))
    public = sm2_curve.public_key(key)
    assert len(made) == 64
    assert sm2_curve.verified(public, text.encode(), made)
    tongsuo(key).public_key().verify(der(made), text.encode(), ec.ECDSA(hashes.SM3()))  # raises if it is not
    theirs = plain(tongsuo(key).sign(text.encode(), ec.ECDSA(hashes.SM3())))
    assert sm2_curve.verified(public, text.encode(), theirs)
    assert not sm2_curve.verified(public, text.encode() + b"!", theirs)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 511))
def test_no_bit_of_a_signature_may_change(place: int) -> None:
    turned = bytearray(SIGNED)
    turned[place // 8] ^= 1 << place % 8
    assert not sm2_curve.verified(PUBLIC, TEXT.encode(), bytes(turned))


@pytest.mark.parametrize(
    "made", [b"", SIGNED[:63], SIGNED + b"\0", bytes(64), SIGNED[:32] + bytes(32), b"\xff" * 64], ids=len
)
def test_what_is_no_signature_is_none(made: bytes) -> None:
    assert not sm2_curve.verified(PUBLIC, TEXT.encode(), made)


def test_no_nonce_is_used_twice() -> None:
    assert len({sm2_signature(PRIVATE, TEXT) for _ in range(5)}) == 5


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(min_size=1, max_size=80), text=st.text(max_size=80))
def test_hmac_sm3_agrees_with_a_second_sm3(key: str, text: str) -> None:
    """OpenSSL's SM3 within Python's HMAC, and HMAC by hand over the SM3 that gmalg wrote."""

    def sm3(data: bytes) -> bytes:
        made = gmalg.SM3()
        made.update(data)
        return bytes(made.value())

    raw = key.encode()
    raw = (sm3(raw) if len(raw) > 64 else raw).ljust(64, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in raw) for pad in (0x36, 0x5C))
    assert base64.b64decode(signature("hmac-sm3", key, text)) == sm3(outer + sm3(inner + text.encode()))


def test_two_published_vectors_of_sm3() -> None:
    """GB/T 32905-2016, annex A."""
    vectors = {
        b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    }
    for text, expected in vectors.items():
        made = gmalg.SM3()
        made.update(text)
        assert made.value().hex() == hashlib.new("sm3", text).hexdigest() == expected


@pytest.mark.parametrize("key", ["", "secret", "0" * 64, "f" * 64, PRIVATE[:-1], "g" * 64])
def test_what_is_no_private_key_is_said_without_showing_it(key: str) -> None:
    with pytest.raises(StatementError) as caught:
        sm2_signature(key, TEXT)
    assert caught.value.code == "statement.sm2-key"
    assert not key or key not in str(caught.value)


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmalg", None)
    with pytest.raises(StatementError) as caught:
        sm2_signature(PRIVATE, TEXT)
    assert caught.value.code == "statement.no-sm2"
    assert "pytest-szxc[sm]" in caught.value.hint("zh")
