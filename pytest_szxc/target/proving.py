"""What authenticates one request of an account: its headers and query entries, good or forged."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable
from pytest_szxc.model import Request
from pytest_szxc.target.forging import OF_REQUEST, altered, altered_part, other_request, shift
from pytest_szxc.target.signing import REMOTE, SIGNATURE, TOKEN, check_key, parts_of, signature, signed_text
from pytest_szxc.target.tokens import Tokens, client_basic, members_of, path_below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.model import Response
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.forging import Forgery
    from pytest_szxc.target.signing import SigningProfile
    from pytest_szxc.target.statement import Account

    Send = Callable[[Request], Response]

QUERY = "query"
WIRED = frozenset({"bearer", "basic", "header"})
"""Schemes whose credential is the same for each request."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What authenticates one request.

    Attributes:
        headers: by name in lower case.
        query: entries of the URL.
        telling: values that nobody else may see; a time may well stand in an answer.
        wire: what goes into the place of a credential wherever a header has one.
        token: the access token that it rests on, if it rightly does.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    telling: tuple[str, ...] = ()
    wire: str | None = None
    token: str = field(default="", repr=False)


@dataclass(slots=True)
class Held:
    """An account with its secret, the one before that, and what was kept to be replayed."""

    account: Account
    secret: str = field(repr=False)
    before: str = field(default="", repr=False)
    kept: Proof | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a proof is for: the request, what is forged, whose secret is used, and how the platform is asked."""

    request: Request
    forgery: Forgery
    held: Held
    other: Held | None
    send: Send

    @property
    def secret(self) -> str:
        """The secret that is used.

        Raises:
            TransportFault: ``forging.nothing-old``.
        """
        if self.forgery.kind != "old":
            return self.other.secret if self.other else self.held.secret
        if not self.held.before:
            raise TransportFault("forging.nothing-old", account=self.held.account.name)
        return self.held.before

    def unsupported(self) -> TransportFault:
        """That the scheme has no such thing."""
        account = self.held.account
        return TransportFault("forging.unsupported", kind=str(self.forgery), scheme=account.scheme)


class Prover(Protocol):
    """How one account authenticates."""

    def prove(self, occasion: Occasion) -> Proof:
        """The credentials of one request.

        Raises:
            TransportFault: ``forging.*``, ``auth.*``.
            Unjudgeable: ``target.scheme-unknown``.
        """


class WireProver:
    """The same credential for each request."""

    def prove(self, occasion: Occasion) -> Proof:
        """See ``Prover``."""
        if occasion.forgery.kind == QUERY:
            return Proof(query={occasion.forgery.about: occasion.secret})
        if occasion.forgery.kind not in ("", "wrong", "old"):
            raise occasion.unsupported()
        secret = altered(occasion.secret) if occasion.forgery.kind == "wrong" else occasion.secret
        return Proof(wire=wire_of(occasion.held.account, secret))


def wire_of(account: Account, secret: str) -> str:
    """What is sent of a secret under a scheme that signs nothing."""
    if account.scheme != "basic":
        return secret
    return base64.b64encode(f"{account.user}:{secret}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class HookProver:
    """An adapter's own authentication, of which we know nothing, so that nothing of it can be forged."""

    sign: Callable[[Request, Account], Mapping[str, str] | None] | None

    def prove(self, occasion: Occasion) -> Proof:
        """See ``Prover``."""
        account = occasion.held.account
        made = self.sign(occasion.request, account) if self.sign else None
        if made is None:
            raise Unjudgeable("target.scheme-unknown", account=account.name, scheme=account.scheme)
        if occasion.forgery.kind:
            raise occasion.unsupported()
        return Proof({name.lower(): value for name, value in made.items()}, telling=tuple(made.values()))


@dataclass(frozen=True, slots=True)
class ProfileProver:
    """A profile of ``signing_profiles.toml``.

    Args:
        profile: of the account's scheme.
        clock: tells the time that is signed.
        base_url: of the target.
        tokens: of this account; those of another are asked for under ``as:``.
    """

    profile: SigningProfile
    clock: Clock
    base_url: str
    tokens: Tokens

    def prove(self, occasion: Occasion) -> Proof:
        """See ``Prover``."""
        if occasion.request.holds and not occasion.request.holds.renews and self.profile.grant:
            return self._as_client(occasion)
        if _speaks_not_of(occasion.forgery, self.profile):
            raise occasion.unsupported()
        if occasion.forgery.kind == "replayed":
            return _kept(occasion)
        if occasion.forgery.kind == QUERY:
            return self._in_query(occasion)
        if occasion.forgery.kind == "altered" and self.profile.algorithm == TOKEN:
            raise occasion.unsupported()  # it signs nothing
        made = self._forged(occasion, *self._made(occasion))
        if occasion.forgery.kind == "kept":
            occasion.held.kept = made
        return made

    def _as_client(self, occasion: Occasion) -> Proof:
        """Who asks for a token has none yet."""
        if occasion.forgery.kind not in ("", "wrong", "old"):
            raise occasion.unsupported()
        secret = altered(occasion.secret) if occasion.forgery.kind == "wrong" else occasion.secret
        made = client_basic(occasion.held.account.client, secret)
        return Proof({"authorization": made}, telling=(made,))

    def _in_query(self, occasion: Occasion) -> Proof:
        """The token, or the secret beside the client's name, where everybody on the way may read it."""
        if self.profile.algorithm == REMOTE:
            raise occasion.unsupported()
        value = self._token(occasion) if self.profile.algorithm == TOKEN else occasion.secret
        client = {"client_id": occasion.held.account.client} if self.profile.algorithm != TOKEN else {}
        return Proof(query={**client, occasion.forgery.about: value}, telling=(value,))

    def _made(self, occasion: Occasion) -> tuple[dict[str, str], str]:
        """The parts and what signs them."""
        account, profile = occasion.held.account, self.profile
        window = account.window or profile.window
        at = self.clock.now() + shift(occasion.forgery, window)
        parts = parts_of(profile, account, at, other_request(occasion.request, occasion.forgery))
        if profile.algorithm == REMOTE:
            return parts, self._remote(occasion, parts)
        token = self._token(occasion) if TOKEN in (profile.key, profile.algorithm) else ""
        if profile.algorithm == TOKEN:
            return parts, token
        try:
            return parts, signature(profile.algorithm, token or occasion.secret, signed_text(profile, parts))
        except StatementError:
            if occasion.other:
                raise occasion.unsupported() from None  # that account's secret is no key of this algorithm
            raise

    def _token(self, occasion: Occasion) -> str:
        kind = occasion.forgery.kind
        if kind == "old" or (kind == "as" and self.profile.algorithm == TOKEN):
            raise occasion.unsupported()
        if kind == "expired":
            return self.tokens.expired()
        if occasion.other:
            return occasion.other.secret  # no token of this account, whatever it is
        return self.tokens.current(occasion.secret, occasion.request, occasion.send)

    def _remote(self, occasion: Occasion, parts: dict[str, str]) -> str:
        """The signature that the platform's sign interface makes; ours: it is asked as a client, with the parts."""
        signer = occasion.other.account if occasion.other else occasion.held.account
        asked = parts | {"client": signer.client} if occasion.other else parts
        body = json.dumps({self.profile.query[name]: value for name, value in asked.items()}, ensure_ascii=False)
        headers = (
            ("accept", "application/json"),
            ("authorization", client_basic(signer.client, occasion.secret)),
            ("content-type", "application/json"),
        )
        url = path_below(self.base_url, occasion.request.url, occasion.held.account.sign_path)
        response = occasion.send(Request("POST", url, headers, body.encode(), signer.name))
        if occasion.other and response.status != HTTPStatus.OK:
            raise occasion.unsupported()  # that account has no remote signature
        return _sign_in(response, signer)

    def _forged(self, occasion: Occasion, parts: dict[str, str], made: str) -> Proof:
        """The parts at their places, one of them changed if that is what is forged."""
        forgery, profile = occasion.forgery, self.profile
        told = {**parts, SIGNATURE: made}
        if forgery.kind == "altered" and forgery.about not in OF_REQUEST:
            if forgery.about not in told:
                raise occasion.unsupported()
            told[forgery.about] = altered_part(forgery.about, told[forgery.about])
        elif forgery.kind == "wrong":
            told[SIGNATURE] = altered(made)
        told[SIGNATURE] = profile.prefix + told[SIGNATURE]
        headers, query = _placed(profile.headers, told), _placed(profile.query, told, lower=False)
        return Proof(headers, query, (made,), token=self._rightly(forgery))

    def _rightly(self, forgery: Forgery) -> str:
        """The token that a good request rests on."""
        good = forgery.kind in ("", "kept") and bool(self.profile.grant)
        return self.tokens.held if good else ""


def _speaks_not_of(forgery: Forgery, profile: SigningProfile) -> bool:
    """Whether a profile has nothing of what is forged: no time, no token."""
    timed = "time" in profile.headers or "time" in profile.query
    lacking = {"stale", "future", "early", "late"} if not timed else set()
    return forgery.kind in lacking | (set() if profile.grant else {"expired"})


def _placed(places: Mapping[str, str], told: Mapping[str, str], *, lower: bool = True) -> dict[str, str]:
    return {(place.lower() if lower else place): told[name] for name, place in places.items()}


def _kept(occasion: Occasion) -> Proof:
    if occasion.held.kept is None:
        raise TransportFault("forging.nothing-kept", account=occasion.held.account.name)
    return occasion.held.kept


def _sign_in(response: Response, account: Account) -> str:
    """What the sign interface gave: a member ``sign``, or ``data`` itself."""
    if response.status != HTTPStatus.OK:
        raise TransportFault("auth.sign-refused", account=account.name, status=response.status)
    said = members_of(response)
    made = said.get("sign", said.get("data"))
    if not (isinstance(made, str) and made and made.isascii() and made.isprintable()):
        raise TransportFault("auth.sign-unreadable", account=account.name)
    return made


def check_secret(account: Account, profile: SigningProfile | None, secret: str) -> None:
    """Whether an account's secret can be used at all.

    Raises:
        StatementError: ``statement.secret-form``; ``statement.sm2-key``, ``statement.no-sm2``,
            ``statement.no-algorithm``.
    """
    if profile is not None and profile.algorithm not in (REMOTE, TOKEN):
        check_key(profile.algorithm, secret)  # whether this Python can, is said at once
    elif account.scheme in WIRED - {"basic"} and not (secret.isascii() and secret.isprintable()):
        place = account.secret.env or account.secret.file  # never the value
        raise StatementError("statement.secret-form", account=account.name, place=place)
