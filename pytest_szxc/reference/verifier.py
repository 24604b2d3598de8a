"""Who asks: the demo platform's own verification of every scheme, sharing no line with what signs the requests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_szxc.reference import sm2_curve
from pytest_szxc.reference.accounts import LIFETIME, TOKEN_SCHEMES, Account
from pytest_szxc.reference.calls import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.reference.accounts import Accounts
    from pytest_szxc.reference.calls import Call

_KEPT = 20_000
"""Nonces that are remembered at most: a flood must not fill the memory."""
_BLOCK = 64
_MINUTE = timedelta(minutes=1)


def refusal(code: int, message: str) -> ApiError:
    """An answer 401."""
    return ApiError(401, code, message)


@dataclass(frozen=True)
class Layout:
    """Where a scheme's parts stand, in which order they are signed, and what stands between them there."""

    places: Mapping[str, str]
    order: tuple[str, ...]
    schemes: tuple[str, ...]
    in_query: bool = False
    separator: str = ""

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The places as WSGI hands headers on."""
        return {name: place.replace("_", "-") for name, place in self.places.items()}


_OPEN = {"client": "x-client-id", "time": "x-timestamp", "nonce": "x-nonce", "signature": "x-signature"}
_ZJ = ("client", "service", "version", "charset", "time", "origin")
LAYOUTS = (
    Layout(_OPEN, ("client", "time", "nonce"), ("sd-open", "sm", "sm2")),
    Layout(
        {**_OPEN, "signature": "x-request-proof"},
        ("client", "time", "nonce", "method", "path", "body"),
        ("whole-request",),
        separator="\n",
    ),
    Layout(
        {
            "client": "gjgxjhpt_rid",
            "service": "gjgxjhpt_sid",
            "time": "gjgxjhpt_rtime",
            "signature": "gjgxjhpt_sign",
        },
        ("service", "client", "time"),
        ("gov-exchange",),
    ),
    Layout(
        {
            "client": "x-requester-id",
            "service": "x-service-id",
            "time": "x-request-time",
            "signature": "x-request-signature",
        },
        ("client", "service", "time"),
        ("bj-proxy",),
    ),
    Layout(
        dict(
            zip(
                (*_ZJ, "signature"),
                ("app_id", "interface_id", "version", "charset", "timestamp", "origin", "sign"),
                strict=True,
            )
        ),
        _ZJ,
        ("zj-open",),
        in_query=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Issued:
    """A token: whose it is and when it ends."""

    account: str
    ends: datetime


@dataclass
class Verifier:
    """Identifies who asks. A mutant or variant replaces attributes and methods of it.

    Attributes:
        accounts: of the platform.
        clock: its present.
        lifetime: seconds that a token lives.
        nonces: (account, nonce) → when it may be forgotten.
        tokens: those that were issued.
        spent: account → until when its share is used up.
    """

    accounts: Accounts
    clock: Callable[[], datetime]
    lifetime: float = LIFETIME
    nonces: dict[tuple[str, str], datetime] = field(default_factory=dict)
    tokens: dict[str, Issued] = field(default_factory=dict)
    spent: dict[str, datetime] = field(default_factory=dict)

    def identify(self, call: Call) -> Account:
        """The account that a request proves.

        Raises:
            ApiError: 40101 to 40105, 42901.
        """
        found = self.proven(call)
        self.meter(found)
        return found

    def proven(self, call: Call) -> Account:
        """The account that a request proves, whatever it has asked before."""
        for layout in LAYOUTS:
            parts = parts_of(call, layout)
            if parts.get("signature"):
                return self.signed(layout, parts)
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise refusal(40101, "no credential")
        return self.bearer(rest)

    # -- tokens -------------------------------------------------------------------------------------------------------

    def bearer(self, token: str) -> Account:
        """The account of a bearer token."""
        held = self.accounts.by_token(token)
        if held is not None:
            if held.ended:
                raise refusal(40105, "token expired")
            return held
        issued = self.tokens.get(token)
        if issued is None or self.accounts.by_name[issued.account].scheme != "oauth2":
            raise refusal(40101, "no valid credential")
        self.check_life(issued)
        return self.accounts.by_name[issued.account]

    def check_life(self, issued: Issued) -> None:
        """Refuse a token after its end."""
        if self.clock() >= issued.ends:
            raise refusal(40105, "token expired")

    def client(self, call: Call, *schemes: str) -> Account:
        """The account that names itself with its secret (RFC 6749 section 2.3.1).

        Raises:
            ApiError: 40101, 40102.
        """
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise refusal(40101, "no credential")
        try:
            name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeError):
            raise refusal(40102, "bad credential") from None
        held = self.accounts.by_client(unquote(name), *schemes)
        if held is None or not secrets.compare_digest(unquote(secret).encode(), held.secret.encode()):
            raise refusal(40102, "bad credential")
        return held

    def issued(self, call: Call) -> dict[str, object]:
        """A token for an account that names itself with its secret, as the answer of a token interface.

        Raises:
            ApiError: 40101, 40102.
        """
        token = self.issue(self.client(call, *TOKEN_SCHEMES))
        return {"accessToken": token, "tokenType": "Bearer", "expiresIn": int(self.lifetime)}

    def revoke(self, account: Account) -> None:
        """Void the tokens of an account that live."""
        self.tokens = {text: held for text, held in self.tokens.items() if held.account != account.name}

    def issue(self, account: Account) -> str:
        """A new token for an account; those that ended long ago are forgotten."""
        now = self.clock()
        self.tokens = {text: held for text, held in self.tokens.items() if held.ends > now - 24 * 60 * _MINUTE}
        token = secrets.token_urlsafe(32)
        self.tokens[token] = Issued(account.name, now + timedelta(seconds=self.lifetime))
        return token

    # -- signatures ---------------------------------------------------------------------------------------------------

    def signed(self, layout: Layout, parts: Mapping[str, str]) -> Account:
        """The account of a signed request: who, then signature, time and nonce."""
        account = self.accounts.by_client(parts.get("client", ""), *layout.schemes)
        if account is None or not all(parts.get(name) for name in layout.order):
            raise refusal(40102, "bad signature")
        if account.service and parts.get("service") != account.service:
            raise refusal(40102, "bad signature")
        self.check_signature(account, layout, parts)
        self.check_time(account, parts["time"])
        if "nonce" in parts:
            self.check_nonce(account, parts["nonce"])
        return account

    def check_signature(self, account: Account, layout: Layout, parts: Mapping[str, str]) -> None:
        """Refuse what is not signed by the account."""
        if account.scheme == "bj-proxy":
            self._check_token_signature(account, layout, parts)
        elif not self.agrees(account, self.text(account, layout, parts), parts["signature"]):
            raise refusal(40102, "bad signature")

    def text(self, account: Account, layout: Layout, parts: Mapping[str, str]) -> str:
        """What an account must have signed."""
        del account
        return layout.separator.join(parts[name] for name in layout.order)

    def agrees(self, account: Account, text: str, signature: str) -> bool:
        """Whether a signature is an account's own of a text."""
        if account.scheme == "sm2":
            return _sm2_agrees(account.secret, text, signature)
        return self.same(digest(account.scheme, account.secret, text), signature)

    def same(self, right: str, signature: str) -> bool:
        """Whether a signature is the right one, in constant time."""
        return secrets.compare_digest(right.encode(), signature.encode("utf-8", "replace"))

    def _check_token_signature(self, account: Account, layout: Layout, parts: Mapping[str, str]) -> None:
        text = self.text(account, layout, parts)
        for token, issued in self.tokens.items():
            if issued.account == account.name and self.same(digest(account.scheme, token, text), parts["signature"]):
                self.check_life(issued)
                return
        raise refusal(40102, "bad signature")

    def check_time(self, account: Account, text: str) -> None:
        """Refuse a time outside the window, or one that cannot be read (milliseconds since 1970)."""
        if not (text.isascii() and text.isdigit()) or len(text) > 15:  # noqa: PLR2004 -- the year 33658
            raise refusal(40103, "timestamp outside window")
        if abs(self.distance(int(text))) > account.window:
            raise refusal(40103, "timestamp outside window")

    def distance(self, milliseconds: int) -> float:
        """Seconds from the present to a signed time."""
        return milliseconds / 1000 - self.clock().astimezone(UTC).timestamp()

    def check_nonce(self, account: Account, nonce: str) -> None:
        """Refuse a nonce that the account has used; each is remembered for as long as its time could be good."""
        now, key = self.clock(), (account.name, nonce)
        if self.nonces.get(key, now) > now:
            raise refusal(40104, "nonce replayed")
        if len(self.nonces) >= _KEPT:
            self.nonces = {held: until for held, until in self.nonces.items() if until > now}
        if len(self.nonces) >= _KEPT:
            raise ApiError(503, 50301, "too many requests at once")
        self.nonces[key] = now + timedelta(seconds=2 * account.window)

    # -- what is left -------------------------------------------------------------------------------------------------

    def meter(self, account: Account) -> None:
        """Refuse an account that has asked as often as it may: as many at once as in a minute, and then one by one.

        Raises:
            ApiError: 42901 with ``Retry-After``.
        """
        if not account.rate:
            return
        now, each = self.clock(), _MINUTE / account.rate
        spent = max(self.spent.get(account.name, now), now)
        if spent - now > _MINUTE - each:
            wait = spent - now - _MINUTE + each
            raise ApiError(429, 42901, "too many requests", {"Retry-After": str(ceil(wait.total_seconds()))})
        self.spent[account.name] = spent + each


def parts_of(call: Call, layout: Layout) -> dict[str, str]:
    """The parts of a request under a layout, as far as they are there."""
    if layout.in_query:
        return {name: call.args[place] for name, place in layout.places.items() if place in call.args}
    found = {name: call.headers[place] for name, place in layout.headers.items() if place in call.headers}
    return found | own_parts(call) if "signature" in found and "body" in layout.order else found


def own_parts(call: Call) -> dict[str, str]:
    """What a request says of itself: method, path with query, and digest of its body."""
    return {"method": call.method, "path": call.target, "body": hashlib.sha256(call.raw).hexdigest()}


def digest(scheme: str, key: str, text: str) -> str:
    """HMAC as RFC 2104 writes it, in Base64; over SM3 for ``sm``, else over SHA-256."""
    name = "sm3" if scheme == "sm" else "sha256"
    raw = key.encode()
    raw = hashlib.new(name, raw).digest() if len(raw) > _BLOCK else raw
    inner, outer = (bytes(byte ^ pad for byte in raw.ljust(_BLOCK, b"\0")) for pad in (0x36, 0x5C))
    made = hashlib.new(name, outer + hashlib.new(name, inner + text.encode()).digest()).digest()
    return base64.b64encode(made).decode("ascii")


@lru_cache(maxsize=256)
def _sm2_agrees(private: str, text: str, signature: str) -> bool:
    try:
        made = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return sm2_curve.verified(_public(private), text.encode(), made)


@lru_cache(maxsize=16)
def _public(private: str) -> tuple[int, int]:
    return sm2_curve.public_key(private)
