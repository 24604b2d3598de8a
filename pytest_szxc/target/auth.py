"""Accounts: credentials go in last, in memory only, and are taken out of what the SUT echoes before anybody sees it.

A recorded request holds ``{{account:primary}}`` where a credential goes.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, quote_plus

from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_szxc.model import Request, Response
    from pytest_szxc.target.statement import Account, Secret

SHORTEST = 6
SHORTEST_NUMBER = 12
"""Characters below which a secret, or one of digits only, is not looked for in answers: it could be ordinary data."""
_BUILT_IN = {"none", "bearer", "basic", "header"}
_MARK = "{{account:"


class SignRequest(Protocol):
    """An adapter's own authentication."""

    def __call__(self, request: Request, account: Account) -> Mapping[str, str] | None:
        """Headers for one request of an account, or ``None`` if the scheme is not known."""


def placeholder(account: str) -> str:
    """What stands for an account's credential."""
    return f"{_MARK}{account}}}}}"


def is_placeholder(value: str) -> bool:
    """Whether a header's value holds a credential's place."""
    return _MARK in value


def account_headers(account: Account) -> tuple[tuple[str, str], ...]:
    """The headers of an account as they are recorded."""
    place = placeholder(account.name)
    if account.scheme == "none":
        return ()
    if account.scheme in ("bearer", "basic"):
        return (("authorization", f"{account.scheme.capitalize()} {place}"),)
    return ((account.header.lower(), place),)


def read_secret(account: str, secret: Secret, environ: Mapping[str, str] = os.environ) -> str:
    """The secret that a statement refers to; empty if it refers to none.

    Raises:
        StatementError: ``statement.secret-missing``, the variable or the file is not there or is empty.
    """
    if secret.env is not None:
        place, value = secret.env, environ.get(secret.env, "")
    elif secret.file is not None:
        place, value = str(secret.file), _read_file(secret)
    else:
        return ""
    if not value:
        raise StatementError("statement.secret-missing", account=account, place=place)
    return value


def _read_file(secret: Secret) -> str:
    try:
        return secret.file.read_text(encoding="utf-8").strip() if secret.file else ""
    except (OSError, UnicodeError):
        return ""


@dataclass(frozen=True, slots=True)
class _Credential:
    """An account with what is sent for it; ``wire`` is ``None`` where an adapter makes the headers."""

    account: Account
    wire: str | None
    secrets: tuple[str, ...]


class Credentials:
    """The secrets of a statement's accounts, read once.

    Args:
        accounts: of the statement.
        sign: an adapter's authentication, for schemes other than the four.
        environ: where variables are looked up.

    Raises:
        StatementError: ``statement.secret-missing``; ``statement.secret-form``, no header can hold it.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        sign: SignRequest | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._held = {name: _credential(account, environ) for name, account in accounts.items()}
        self._sign = sign
        self._shield = tuple(
            (form, placeholder(name).encode())
            for name, held in self._held.items()
            for secret in held.secrets
            for form in forms(secret)
        )

    def guard(self, request: Request, send: Callable[[Request], Response]) -> Response:
        """Send a request with its credentials, and give the answer back without them.

        Args:
            request: as recorded.
            send: what sends it, called with the credentials in place.

        Raises:
            Unjudgeable: ``target.scheme-unknown``, no adapter knows how the account authenticates.
        """
        filled, own = self._fill(request)
        shield = (*self._shield, *own)
        try:
            return _redact(send(filled), shield)
        except TransportFault as fault:
            fault.params = {name: _clean(str(value), shield) for name, value in fault.params.items()}
            raise

    def _fill(self, request: Request) -> tuple[Request, tuple[tuple[bytes, bytes], ...]]:
        held = self._held.get(request.account)
        if held is None or not any(is_placeholder(value) for _, value in request.headers):
            return request, ()
        if held.wire is None:
            return self._signed(request, held.account)
        place, wire = placeholder(request.account), held.wire
        headers = tuple((name, value.replace(place, wire)) for name, value in request.headers)
        return replace(request, headers=headers), ()

    def _signed(self, request: Request, account: Account) -> tuple[Request, tuple[tuple[bytes, bytes], ...]]:
        bare = tuple((name, value) for name, value in request.headers if not is_placeholder(value))
        made = self._sign(replace(request, headers=bare), account) if self._sign else None
        if made is None:
            raise Unjudgeable("target.scheme-unknown", account=account.name, scheme=account.scheme)
        own = tuple((form, placeholder(account.name).encode()) for value in made.values() for form in forms(value))
        return replace(request, headers=bare + tuple((name.lower(), value) for name, value in made.items())), own


def _credential(account: Account, environ: Mapping[str, str]) -> _Credential:
    secret = read_secret(account.name, account.secret, environ)
    if account.scheme not in _BUILT_IN:
        return _Credential(account, None, (secret,))
    if account.scheme == "basic":
        pair = f"{account.user}:{secret}"
        return _Credential(account, base64.b64encode(pair.encode()).decode(), (pair, secret))
    if not (secret.isascii() and secret.isprintable()):
        place = account.secret.env or account.secret.file  # never the value
        raise StatementError("statement.secret-form", account=account.name, place=place)
    return _Credential(account, secret, (secret,))


def forms(secret: str) -> Iterator[bytes]:
    """The forms in which a secret may come back: as it is, in a URL, in hexadecimal, in base64, each escaped or not."""
    if len(secret) < (SHORTEST_NUMBER if secret.isdigit() else SHORTEST):
        return
    raw = secret.encode()
    encoded = (quote(secret, safe=""), quote(secret), quote_plus(secret), raw.hex(), raw.hex().upper())
    in_base64 = (form.decode("ascii") for form in _base64_forms(raw))
    texts = (text for form in (secret, *encoded, *in_base64) for text in _escaped_forms(form))
    yield from dict.fromkeys(text.encode() for text in texts)


def _escaped_forms(text: str) -> Iterator[str]:
    """As it is, as writers of JSON escape it (most languages, PHP, Go, Gson, .NET), and as HTML does."""
    in_ascii, plain = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    yield from (text, in_ascii, plain, in_ascii.replace("/", "\\/"), plain.replace("/", "\\/"), escape(text))
    for coded in ("<>&", "<>&='"):
        yield "".join(f"\\u{ord(char):04x}" if char in coded else char for char in plain)
    unquoted = plain.replace('\\"', "\\u0022")
    yield "".join(f"\\u{ord(char):04X}" if char in "<>&'+`" or not char.isascii() else char for char in unquoted)


def _base64_forms(raw: bytes) -> Iterable[bytes]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw)
        for offset in range(3):
            # Characters that also depend on the neighbours' bits are left out.
            end = (len(raw) + offset) * 4 // 3
            yield encode(b"\0" * offset + raw)[(0, 2, 3)[offset] : end]


def _redact(response: Response, shield: tuple[tuple[bytes, bytes], ...]) -> Response:
    body = response.body
    for form, place in shield:
        if form in body:
            body = body.replace(form, place)
    headers = tuple((name, _clean(value, shield)) for name, value in response.headers) if shield else response.headers
    return replace(response, headers=headers, body=body)


def _clean(text: str, shield: tuple[tuple[bytes, bytes], ...]) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    for form, place in shield:
        raw = raw.replace(form, place)
    return raw.decode("utf-8", "surrogateescape")
