"""What a check may know of the statement's accounts: how each authenticates, and nothing that is secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.target.signing import TOKEN, profiles

if TYPE_CHECKING:
    from pytest_szxc.target.statement import Account


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account of the statement.

    Attributes:
        name: as ``Sut.ask`` takes it.
        scheme: how it authenticates.
        parts: names of the signed parts that it sends, such as client, service, time, nonce; empty if it signs nothing.
        window: seconds between the clocks within which the platform takes a signed time, where that is known.
        lifetime: seconds that a token lives, where the statement says it.
        token: whether it asks for tokens.
        forgeable: whether ``wrong`` can be forged of it: it has a credential, and one of which we know the making.
    """

    name: str
    scheme: str
    parts: tuple[str, ...] = ()
    window: float | None = None
    lifetime: float | None = None
    token: bool = False
    forgeable: bool = True


_WIRED = frozenset({"bearer", "basic", "header"})


def facts_of(account: Account) -> AccountFacts:
    """What is to be known of an account."""
    profile = profiles().get(account.scheme)
    if profile is None:
        return AccountFacts(account.name, account.scheme, forgeable=account.scheme in _WIRED)
    parts = () if profile.algorithm == TOKEN else profile.signed
    window = (account.window or profile.window) if "time" in parts else None
    return AccountFacts(account.name, account.scheme, parts, window, account.lifetime, token=bool(profile.grant))
