"""Requests authenticated as exchange platforms in use want them, by profiles in ``signing_profiles.toml``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pytest_szxc.errors import StatementError
from pytest_szxc.target.forging import OF_REQUEST
from pytest_szxc.target.sm2 import check_key as check_sm2_key
from pytest_szxc.target.sm2 import sm2_signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_szxc.model import Request
    from pytest_szxc.target.statement import Account

FILE = Path(__file__).with_name("signing_profiles.toml")
SIGNATURE = "signature"
REMOTE, TOKEN, SM2 = "remote", "token", "sm2"
_HASHES = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}
_OF_ACCOUNT = ("client", "service")


@dataclass(frozen=True, slots=True)
class SigningProfile:
    """One way to authenticate a request.

    Attributes:
        algorithm: ``hmac-sha256``, ``hmac-sm3``, ``sm2``, ``remote`` (the platform signs) or ``token`` (nothing is).
        signed: names of the parts that are signed, in order.
        headers: name of the header of each part, and of the signature.
        query: the same for parts in the URL.
        fixed: parts that are always the same.
        prefix: what stands before the signature.
        separator: what stands between the parts that are signed.
        key: what the digest is keyed with: ``secret`` or ``token``.
        grant: how a token is got (``grant_type`` of RFC 6749); empty where none is needed.
        window: seconds within which the platform takes a time, where that is known.
    """

    name: str
    algorithm: str
    signed: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    separator: str = ""
    key: str = "secret"
    grant: str = ""
    window: float | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """What an account must say: ``client``, ``service``, ``secret``, ``token_path``, ``sign_path``."""
        asked = [part for part in _OF_ACCOUNT if part in self.headers or part in self.query]
        if self.grant:
            asked = [*dict.fromkeys(("client", *asked)), "token_path"]
        return (*asked, *(["sign_path"] if self.algorithm == REMOTE else []), "secret")

    @property
    def usable(self) -> tuple[str, ...]:
        """What an account may say for this profile: what it must, and its window and lifetime where there is one."""
        timed = ["window"] if "time" in self.signed else []
        return (*self.needs, *timed, *(["lifetime"] if self.grant else []))


@cache
def profiles() -> dict[str, SigningProfile]:
    """All profiles by name."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: _profile(name, row) for name, row in tables.items()}


def _profile(name: str, row: dict[str, object]) -> SigningProfile:
    told = {key: value for key, value in row.items() if key not in ("source", "mark")}
    return SigningProfile(name=name, **{**told, "signed": tuple(row["signed"])})  # type: ignore[arg-type] # our own file


def signature(algorithm: str, key: str, text: str) -> str:
    """The signature of a text: Base64 of the keyed digest or of the SM2 signature; key and text in UTF-8.

    Raises:
        StatementError: ``statement.no-algorithm``, this Python's OpenSSL was built without it; ``statement.no-sm2``;
            ``statement.sm2-key``.
    """
    if algorithm == SM2:
        return sm2_signature(key, text)
    try:
        made = hmac.digest(key.encode(), text.encode(), _HASHES[algorithm])
    except ValueError as error:
        raise StatementError("statement.no-algorithm", algorithm=algorithm) from error
    return base64.b64encode(made).decode("ascii")


def check_key(algorithm: str, key: str) -> None:
    """Whether a key can be signed with here.

    Raises:
        StatementError: see ``signature``.
    """
    if algorithm == SM2:
        check_sm2_key(key)
    else:
        signature(algorithm, key, "")


def parts_of(profile: SigningProfile, account: Account, at: datetime, request: Request) -> dict[str, str]:
    """The parts of one request: who asks, for what, when, a number that is used once, and what the request itself says.

    Args:
        profile: which parts there are.
        account: whose.
        at: the present (aware).
        request: what is signed, where method, path or body are.
    """
    known = {
        "client": account.client,
        "service": account.service,
        "time": str(int(at.timestamp() * 1000)),
        "nonce": secrets.token_hex(16),
        **profile.fixed,
    }
    own = _own_parts(request) if set(profile.signed) & set(OF_REQUEST) else {}
    places = {*profile.headers, *profile.query, *profile.signed}
    return {name: value for name, value in {**known, **own}.items() if name in places}


def _own_parts(request: Request) -> dict[str, str]:
    """Method, path with query, and digest of the body.

    The path is signed decoded: servers hand it to applications so, and proxies may write it in another way.
    """
    url = urlsplit(request.url)
    path = unquote(url.path) + (f"?{url.query}" if url.query else "")
    return {"method": request.method, "path": path, "body": hashlib.sha256(request.body or b"").hexdigest()}


def signed_text(profile: SigningProfile, parts: Mapping[str, str]) -> str:
    """What is signed."""
    return profile.separator.join(parts[name] for name in profile.signed)


def signed_headers(
    profile: SigningProfile, account: Account, secret: str, at: datetime, request: Request
) -> dict[str, str]:
    """The headers that authenticate one request.

    Args:
        profile: of the account's scheme, with a signature that is made here.
        account: says ``client`` and, where the profile has one, ``service``.
        secret: the account's.
        at: the present (aware).
        request: see ``parts_of``.
    """
    parts = parts_of(profile, account, at, request)
    made = signature(profile.algorithm, secret, signed_text(profile, parts))
    told = {**parts, SIGNATURE: made}
    return {name: told[part] for part, name in profile.headers.items()}
