"""The demo platform's accounts: bearer tokens made anew for each platform, and a clearance."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

FULL = 99
LOW = 2


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``clearance`` is the highest grade it may read, on whatever scale a suite has (``FULL``: all)."""

    name: str
    clearance: int
    permissions: frozenset[str] = frozenset({"read"})
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def may(self, permission: str) -> bool:
        """Whether the account holds a permission (``read``, ``write``)."""
        return permission in self.permissions


class Accounts:
    """All accounts of one platform: ``primary`` and ``second`` may do everything, ``low_right`` reads up to grade 2."""

    def __init__(self) -> None:
        everything = frozenset({"read", "write"})
        self.by_name = {
            account.name: account
            for account in (
                Account("primary", FULL, everything),
                Account("second", FULL, everything),
                Account("low_right", LOW),
            )
        }

    def of(self, authorization: str | None) -> Account | None:
        """The account that an ``Authorization`` header proves, if any."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        known = (
            account
            for account in self.by_name.values()
            if secrets.compare_digest(account.token.encode(), token.encode())
        )
        return next(known, None)
