"""Access tokens: fetched by the account's own secret, kept until shortly before their end, never recorded."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Request
from pytest_szxc.target.paths import number_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Json, Response
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.signing import SigningProfile
    from pytest_szxc.target.statement import Account

    Send = Callable[[Request], Response]

_NAMES = ("access_token", "accessToken", "token")
_LAYERS = 3
_LIVES = ("expires_in", "expiresIn")
_AHEAD, _PART = 30.0, 0.5
_LONGEST = 10 * 365 * 86_400
"""Seconds; a longer life says nothing, and no calendar holds it."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token, when it came and when it ends, in seconds of the monotonic clock; ``None``: it was not said."""

    text: str = field(repr=False)
    came: float
    ends: float | None

    def fresh(self, now: float) -> bool:
        """Whether it may still be used, and a little longer."""
        return self.ends is None or now < self.ends - min(_AHEAD, _PART * (self.ends - self.came))

    def over(self, now: float) -> bool:
        """Whether its life is over."""
        return self.ends is not None and now >= self.ends


@dataclass(slots=True)
class Tokens:
    """The tokens of one account.

    Args:
        account: says ``client``, ``token_path`` and perhaps ``lifetime``.
        profile: says by what grant a token is got.
        clock: tells when one ends.
        base_url: what ``token_path`` is appended to; without it, the origin of the request that needs a token.
        learned: told each token that comes, before it is used.
    """

    account: Account
    profile: SigningProfile
    clock: Clock
    base_url: str = ""
    learned: Callable[[str], None] = lambda _: None
    _held: Token | None = None
    _spent: Token | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, secret: str, request: Request, send: Send) -> str:
        """A token that is good now.

        Raises:
            TransportFault: ``auth.token-refused``, ``auth.token-unreadable``, or the platform could not be asked.
        """
        with self._lock:
            now = self.clock.monotonic()
            if self._held is None or not self._held.fresh(now):
                self._spent, self._held = self._held, None
                self._held = self._fetched(secret, request, send)
            return self._held.text

    def adopt(self, text: str, response: Response) -> None:
        """Go on with a token that a check was issued: there are platforms where a new one voids the others."""
        life = min(_lives(members_of(response), self.account.lifetime), default=None)
        with self._lock:
            now = self.clock.monotonic()
            self._spent, self._held = self._held, Token(text, now, None if life is None else now + life)

    @property
    def held(self) -> str:
        """The token in use; empty without one."""
        with self._lock:
            return self._held.text if self._held else ""

    def forget(self, text: str) -> None:
        """Use a token no more that the platform refuses: it may have been revoked. Any other one stays.

        It is not one that has ended: that it is refused later shows nothing of its life.
        """
        with self._lock:
            if self._held is not None and self._held.text == text:
                self._held = None

    def expired(self) -> str:
        """A token of ours whose life is over.

        Raises:
            TransportFault: ``forging.nothing-expired``.
        """
        with self._lock:
            now = self.clock.monotonic()
            for token in (self._spent, self._held):
                if token is not None and token.over(now):
                    return token.text
        raise TransportFault("forging.nothing-expired", account=self.account.name)

    def _fetched(self, secret: str, request: Request, send: Send) -> Token:
        asked = self.clock.monotonic()
        response = send(self._question(secret, request.url))
        if response.status != HTTPStatus.OK:
            raise TransportFault("auth.token-refused", account=self.account.name, status=response.status)
        said = members_of(response)
        text = next((said[name] for name in _NAMES if isinstance(said.get(name), str)), "")
        if not (text and text.isascii() and text.isprintable()):
            raise TransportFault("auth.token-unreadable", account=self.account.name)
        self.learned(text)
        life = min(_lives(said, self.account.lifetime), default=None)
        return Token(text, asked, None if life is None else asked + life)

    def _question(self, secret: str, url: str) -> Request:
        form = {"grant_type": self.profile.grant}
        if self.profile.grant == "authorization_code":
            form |= {"client_id": self.account.client, "code": secret}
        headers = (
            ("accept", "application/json"),
            ("authorization", client_basic(self.account.client, secret)),
            ("content-type", "application/x-www-form-urlencoded"),
        )
        place = path_below(self.base_url, url, self.account.token_path)
        return Request("POST", place, headers, urlencode(form).encode(), self.account.name)


def client_basic(client: str, secret: str) -> str:
    """How a client names itself to the token interface (RFC 6749 section 2.3.1)."""
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


def path_below(base_url: str, url: str, path: str) -> str:
    """The URL of a path of the target.

    Args:
        base_url: of the target; may be empty.
        url: of a request to the same target, whose origin serves without a base URL.
        path: begins with ``/``.
    """
    if base_url:
        return base_url.rstrip("/") + path
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def members_of(response: Response) -> dict[str, Json]:
    """The members of an answer, and of the objects in it: an envelope may have any names and layers."""
    try:
        said = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return _flat(said, _LAYERS)


def _flat(said: Json, layers: int) -> dict[str, Json]:
    if not isinstance(said, dict):
        return {}
    inner: dict[str, Json] = {}
    for value in said.values() if layers else ():
        inner |= _flat(value, layers - 1)
    return {**said, **inner}


def _lives(said: dict[str, Json], declared: float | None) -> Iterator[float]:
    if declared is not None:
        yield declared
    for name in _LIVES:
        value = said.get(name)
        value = number_in(value) if isinstance(value, str) else value
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST:
            yield float(value)
