"""Accounts: credentials go in last, in memory only, and are taken out of what the SUT echoes before anybody sees it.

A recorded request holds ``{{account:primary}}`` where a credential goes, and says what was forged.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.forging import MISSING, PLAIN, forgery_of
from pytest_szxc.target.paths import compiled
from pytest_szxc.target.proving import (
    WIRED,
    Held,
    HookProver,
    Occasion,
    ProfileProver,
    Prover,
    WireProver,
    check_secret,
)
from pytest_szxc.target.queries import with_query
from pytest_szxc.target.redaction import cleaned, echo_shield, redacted, shield_of
from pytest_szxc.target.rotation import prepared
from pytest_szxc.target.signing import SIGNATURE, profiles
from pytest_szxc.target.tokens import Tokens
from pytest_szxc.target.xml_answers import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_szxc.model import Request, Response
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.proving import Proof
    from pytest_szxc.target.redaction import Shield
    from pytest_szxc.target.statement import Account, Secret

    Send = Callable[[Request], Response]

_MARK = "{{account:"
_ISSUED = 200
"""Most forms of tokens that are looked for in answers."""


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
    """The headers of an account as they are recorded; what stands in the URL is not recorded."""
    place, profile = placeholder(account.name), profiles().get(account.scheme)
    if account.scheme == "none":
        return ()
    if account.scheme in ("bearer", "basic"):
        return (("authorization", f"{account.scheme.capitalize()} {place}"),)
    if profile is None:
        return ((account.header.lower(), place),)
    prefixes = {SIGNATURE: profile.prefix}
    return tuple((name.lower(), prefixes.get(part, "") + place) for part, name in profile.headers.items())


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


class Credentials:
    """The secrets of a statement's accounts, read once; those that the platform hands out later are learned.

    Args:
        accounts: of the statement.
        sign: an adapter's authentication, for schemes that are not built in.
        environ: where variables are looked up.
        clock: tells the time that is signed, and when a token ends.
        base_url: what the paths of token and sign interfaces are appended to; without it, a request's own origin.

    Raises:
        StatementError: ``statement.secret-missing``; ``statement.secret-form``, no header can hold it; as
            ``proving.check_secret``.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        sign: SignRequest | None = None,
        environ: Mapping[str, str] = os.environ,
        clock: Clock | None = None,
        base_url: str = "",
    ) -> None:
        clock = clock or RealClock()
        self._held = {name: _held(account, environ) for name, account in accounts.items()}
        self._shield: Shield = tuple(row for held in self._held.values() for row in _shield(held))
        self._issued: Shield = ()
        self._lock = threading.Lock()
        self._provers = {
            name: _prover(account, sign, clock, base_url, partial(self._heard, name))
            for name, account in accounts.items()
        }

    def guard(self, request: Request, send: Send) -> Response:
        """Send a request with its credentials, and give the answer back without them.

        Args:
            request: as recorded.
            send: what sends it, called with the credentials in place; also asked for tokens and remote signatures.

        Raises:
            Unjudgeable: ``target.scheme-unknown``, no adapter knows how the account authenticates.
            TransportFault: ``forging.*``, nothing of that kind can be forged; ``auth.*``, no token or signature was
                given; ``auth.rotation-*``, a new secret could not be kept.
        """
        own: Shield = ()
        try:
            filled, own, token = self._fill(request, send)
            answer = self._answered(request, filled, send)
        except TransportFault as fault:
            fault.params = {name: cleaned(str(value), self._all(own)) for name, value in fault.params.items()}
            fault.args = (fault.code, fault.params)
            raise
        prover = self._provers.get(request.account)
        if token and answer.status == HTTPStatus.UNAUTHORIZED and isinstance(prover, ProfileProver):
            prover.tokens.forget(token)
        return redacted(answer, self._all(own))

    def hidden(self, notice: Request) -> Request:
        """A notice that the platform sent of itself, without the accounts' secrets."""
        return redacted(notice, self._all(()))

    def _all(self, own: Shield) -> Shield:
        return (*self._shield, *self._issued, *own)

    def _fill(self, request: Request, send: Send) -> tuple[Request, Shield, str]:
        """The request with its credentials, what they must not be echoed as, and the token that they rest on."""
        held = self._held.get(request.account)
        if held is None or request.forged == PLAIN or not self._has_place(request):
            return request, (), ""
        if request.forged == MISSING:
            return _filled(request, None, request.account), (), ""
        forgery = forgery_of(request.forged)
        other = self._other(held, forgery.about) if forgery.kind == "as" else None
        bare = _filled(request, None, request.account)
        proof = self._provers[request.account].prove(Occasion(bare, forgery, held, other, send))
        place = placeholder(request.account)
        own = tuple(row for value in proof.telling for row in echo_shield(value, place))
        return _filled(request, proof, request.account), own, proof.token

    def _has_place(self, request: Request) -> bool:
        """Whether a credential goes into this request at all."""
        profile = profiles().get(self._held[request.account].account.scheme)
        return any(is_placeholder(value) for _, value in request.headers) or bool(profile and profile.query)

    def _other(self, held: Held, name: str) -> Held:
        found = self._held.get(name)
        if found is None or found is held:
            raise TransportFault("forging.no-account", account=show(name))
        return found

    def _answered(self, request: Request, filled: Request, send: Send) -> Response:
        """The answer; a credential in it is learned before anybody else sees it."""
        if request.holds is None:
            return send(filled)
        with self._keeping(request) as keep:
            answer = send(filled)
            given = _given(answer, request.holds.path)
            if given:
                self._learn(request.account, given)
                keep(given)
                prover = self._provers.get(request.account)
                if isinstance(prover, ProfileProver) and not request.holds.renews:
                    prover.tokens.adopt(given, answer)
        return answer

    @contextmanager
    def _keeping(self, request: Request) -> Iterator[Callable[[str], None]]:
        """What keeps a new secret; where the answer holds but a token, that is nothing."""
        held = self._held.get(request.account)
        if held is None or request.holds is None or not request.holds.renews:
            yield lambda _: None
            return
        new = prepared(held.account)

        def keep(secret: str) -> None:
            held.before, held.secret = held.secret, secret
            new.keep(secret)

        try:
            yield keep
        finally:
            new.drop()

    def _heard(self, account: str, token: str) -> None:
        """Hide the last tokens that were asked for, whoever is told them: they may be many, so not all."""
        with self._lock:
            self._issued = (*self._issued, *echo_shield(token, placeholder(account)))[-_ISSUED:]

    def _learn(self, account: str, given: str) -> None:
        """Hide what was given from now on, however short it is."""
        place = placeholder(account)
        rows = shield_of(given, place) or ((given.encode(), place.encode()),)
        with self._lock:
            self._shield += tuple(row for row in rows if row not in self._shield)


def _filled(request: Request, proof: Proof | None, account: str) -> Request:
    """The request with the credentials of a proof in their places; without one, with no credential."""
    told = dict(proof.headers) if proof else {}
    headers: list[tuple[str, str]] = []
    for name, value in request.headers:
        if not is_placeholder(value):
            headers.append((name, value))
        elif proof and proof.wire is not None:
            headers.append((name, value.replace(placeholder(account), proof.wire)))
        elif name in told:
            headers.append((name, told.pop(name)))
    url = with_query(request.url, list(proof.query.items())) if proof and proof.query else request.url
    return replace(request, url=url, headers=(*headers, *told.items()))


def _given(answer: Response, path: str) -> str:
    """The credential in an answer; empty if there is none."""
    try:
        xml = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        content = parse_xml(answer.body, answer.header("content-type") or "") if xml else json.loads(answer.body)
        found = compiled(path)(content)
    except (ValueError, RecursionError, Unjudgeable):
        return ""
    return found.strip() if isinstance(found, str) else ""


def _held(account: Account, environ: Mapping[str, str]) -> Held:
    secret = read_secret(account.name, account.secret, environ)
    check_secret(account, profiles().get(account.scheme), secret)
    return Held(account, secret)


def _shield(held: Held) -> Shield:
    """What hides an account's secret, and the pair that ``basic`` makes of it."""
    account, place = held.account, placeholder(held.account.name)
    pair = shield_of(f"{account.user}:{held.secret}", place) if account.scheme == "basic" else ()
    return (*pair, *shield_of(held.secret, place))


def _prover(
    account: Account, sign: SignRequest | None, clock: Clock, base_url: str, learned: Callable[[str], None]
) -> Prover:
    profile = profiles().get(account.scheme)
    if profile is not None:
        return ProfileProver(profile, clock, base_url, Tokens(account, profile, clock, base_url, learned))
    return WireProver() if account.scheme in WIRED or account.scheme == "none" else HookProver(sign)
