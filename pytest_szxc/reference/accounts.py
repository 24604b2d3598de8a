"""The demo platform's accounts: how each authenticates, what it may do, and secrets made anew for each platform."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace

from pytest_szxc.reference import sm2_curve

FULL = 99
LOW = 2
WINDOW = 600.0
GOV_WINDOW = 300.0
"""Seconds within which a signed time is taken: by the national profile's accounts, and by all others."""
METERED = 30
"""Requests in a minute that the metered account has."""
ROTATING = "rotating"
"""The account whose secret is changed."""
TOKEN_SCHEMES = frozenset({"oauth2", "bj-proxy"})
NONCES = frozenset({"sd-open", "sm", "sm2", "whole-request"})
"""Schemes with a number that is used once."""
SIGNED_REMOTELY = "zj-open"
LIFETIME = 4
"""Seconds that a token lives: so few that a run can wait for its end."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        clearance: the highest grade it may read, on whatever scale a suite has (``FULL``: all).
        permissions: ``read``, ``write``.
        token: its bearer token, where the scheme is ``bearer``.
        scheme: how it authenticates.
        client: how the platform names it to others.
        service: what it may call, where its scheme names a service.
        secret: what it signs with, or asks for tokens with.
        window: seconds within which its signed time is taken.
        rate: requests that it has in a minute; 0 is no limit.
        ended: whether its token has run out already.
    """

    name: str
    clearance: int
    permissions: frozenset[str] = frozenset({"read"})
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    scheme: str = "bearer"
    client: str = ""
    service: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    window: float = WINDOW
    rate: int = 0
    ended: bool = False

    def may(self, permission: str) -> bool:
        """Whether the account holds a permission (``read``, ``write``)."""
        return permission in self.permissions


NOBODY = Account("nobody", 0, frozenset())
"""Who asks without credentials, where that is allowed."""


class Accounts:
    """All accounts of one platform: ``primary`` and ``second`` may do everything, ``low_right`` reads up to grade 2.

    ``metered`` may do everything too, but not often. Of the others each shows another way to authenticate, or an
    account in some state.
    """

    def __init__(self) -> None:
        everything = frozenset({"read", "write"})
        named = (
            Account("primary", FULL, everything),
            Account("second", FULL, everything),
            Account("low_right", LOW),
            *_signing(),
            Account("expired", FULL, ended=True),
            Account("metered", FULL, everything, rate=METERED),
            Account(ROTATING, FULL, everything, scheme="sd-open", client="app-rotating"),
        )
        self.by_name = {account.name: account for account in named}

    def by_token(self, token: str) -> Account | None:
        """The account whose bearer token this is."""
        known = (one for one in self.by_name.values() if one.scheme == "bearer")
        return next((one for one in known if secrets.compare_digest(one.token.encode(), token.encode())), None)

    def by_client(self, client: str, *schemes: str) -> Account | None:
        """The account of a client among those of some schemes."""
        known = (one for one in self.by_name.values() if one.scheme in schemes)
        return next((one for one in known if client and one.client == client), None)

    def described(self) -> list[dict[str, object]]:
        """How requests are authenticated, as a platform declares it: each scheme once, with its window and nonces."""
        known = {account.scheme: account for account in self.by_name.values()}
        return [
            {"profile": scheme}
            if scheme in ("bearer", "oauth2")
            else {"profile": scheme, "windowSeconds": int(account.window), "nonce": scheme in NONCES}
            for scheme, account in known.items()
        ]

    def renew(self, account: Account) -> str:
        """A new secret for an account; the old one is void."""
        renewed = replace(account, secret=secrets.token_urlsafe(24))
        self.by_name[account.name] = renewed
        return renewed.secret


def _signing() -> list[Account]:
    """An account for each scheme that signs requests or asks for tokens; no SM ones where this OpenSSL lacks SM3."""
    made = [
        Account("signer", FULL, scheme="sd-open", client="app-signer"),
        Account("gov", FULL, scheme="gov-exchange", client="requester-gov", service="service-gov", window=GOV_WINDOW),
        Account("oauth", FULL, scheme="oauth2", client="app-oauth"),
        Account("zj", FULL, scheme="zj-open", client="app-zj", service="interface-zj"),
        Account("bj", FULL, scheme="bj-proxy", client="requester-bj", service="service-bj"),
    ]
    if "sm3" in hashlib.algorithms_available:
        made.append(Account("sm", FULL, scheme="sm", client="app-sm"))
        made.append(Account("sm2", FULL, scheme="sm2", client="app-sm2", secret=sm2_curve.private_key()))
    return made
