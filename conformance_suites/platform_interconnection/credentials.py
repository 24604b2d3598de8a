"""Good and forged requests: which accounts are tried, and what an answer says of a credential."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pytest_szxc import SzxcError, expect

from .capability import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import AccountFacts, Observation, Reply, Sut

ANY = (0, 500, 502)
"""Statuses that are an answer to a forged request: a crash too."""
ASIDE = frozenset({"expired", "rotating", "metered", "low_right"})
"""Accounts in a state of their own, which show nothing of their scheme."""
SM = frozenset({"sm", "sm2"})
TRUSTED = 60.0
"""Seconds that the clocks may differ where signed times are judged; how far they do is another requirement's."""
NO_FORGERY = "forging."
_GUARDED: WeakKeyDictionary[Sut, tuple[str, dict[str, str]]] = WeakKeyDictionary()
_DIGITS = 10_000_000_000


def subjects(sut: Sut) -> list[AccountFacts]:
    """One account for each scheme that has credentials.

    National cryptography is left to the requirement on it where another account has the same parts to sign: its
    signatures take long, and all else is the same.
    """
    found = by_scheme(sut)
    usual = {account.parts for account in found if account.scheme not in SM}
    return [account for account in found if account.scheme not in SM or account.parts not in usual]


def by_scheme(sut: Sut) -> list[AccountFacts]:
    """The first account of each scheme that has credentials."""
    found: dict[str, AccountFacts] = {}
    for account in sut.accounts:
        if account.name not in ASIDE and account.scheme != "none":
            found.setdefault(account.scheme, account)
    return list(found.values())


def guarded(sut: Sut) -> tuple[str, dict[str, str]]:
    """The operation that credentials are tried at: the heartbeat, or a count where anybody may see the heartbeat.

    That a heartbeat answers without credentials is for one requirement to say, not for all that try forged ones.
    """
    if sut not in _GUARDED:
        bare = sut.ask("heartbeat", accept=ANY, forged="missing")
        codes = [found.text("resourceCode") or "" for found in resources(sut)[:1]] if bare.fine else []
        _GUARDED[sut] = ("count_records", {"resource": codes[0]}) if codes else ("heartbeat", {})
    return _GUARDED[sut]


def asked(sut: Sut, account: str, forged: str = "", operation: str = "", **params: str) -> Reply:
    """The answer to a request, good or forged; at the guarded operation unless one is named.

    Raises:
        SzxcError: none that says anything.
    """
    usual, place = ("", {}) if operation else guarded(sut)
    return sut.ask(operation or usual, account=account, accept=ANY, forged=forged, **place, **params)


def accepted(sut: Sut, account: str) -> Reply | None:
    """The answer to a good request, or ``None`` where it is refused: then no refusal of a forged one shows anything."""
    try:
        operation, place = guarded(sut)
        return sut.ask(operation, account=account, **place)
    except SzxcError as reason:
        if reason.code.startswith(("http.", "envelope.", "auth.")):
            return None
        raise


def forged(sut: Sut, account: AccountFacts, kind: str, **params: str) -> Reply | None:
    """The answer to a forged request; ``None`` where its scheme has nothing of that kind to forge."""
    try:
        return asked(sut, account.name, kind, **params)
    except SzxcError as reason:
        if reason.code.startswith(NO_FORGERY):
            return None
        raise


def passes(reply: Reply, good: Reply) -> bool:
    """Whether an answer lets in: a success, and in the envelope too."""
    return 200 <= reply.response.status < 300 and reply.code == good.code and not reply.denied  # noqa: PLR2004 -- HTTP


def refuses(reply: Reply, good: Reply) -> bool:
    """Whether an answer refuses a credential: 401, or an envelope that says no under 200.

    That the status of such an envelope is wrong is said by the requirement on statuses.
    """
    status = reply.response.status
    return status == 401 or (200 <= status < 300 and not passes(reply, good))  # noqa: PLR2004 -- HTTP


def must_refuse(reply: Reply, good: Reply, what: str, codes: dict[str, int], code: str = "") -> Iterator[Observation]:
    """A forged request is refused with 401, and with the code for its fault where the platform publishes that code.

    Args:
        reply: to the forged request.
        good: to the same request unforged.
        what: account, scheme and fault, for the reader.
        codes: the published ones.
        code: of this fault.
    """
    seen = f"{reply.response.status} {reply.code or ''}".strip()
    yield expect(refuses(reply, good), reply.at(what), expected="401", observed=seen)
    owed = codes.get(code) == 401 and refuses(reply, good) and reply.code is not None  # noqa: PLR2004 -- HTTP
    if owed:
        yield expect(reply.code == code, reply.at(what), expected=code, observed=seen)


def ahead(reply: Reply) -> float:
    """Seconds by which the platform's clock is ahead of ours, by what its answer says; 0 where it says nothing."""
    said = _instant(reply.envelope.get("timestamp")) or _dated(reply.response.header("date"))
    return (said - reply.sent).total_seconds() if said else 0.0


def _instant(value: object) -> datetime | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > _DIGITS:
        return datetime.fromtimestamp(value / 1000, UTC) if value < 100 * _DIGITS * 1000 else None
    try:
        made = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return made if made and made.tzinfo else None


def _dated(text: str | None) -> datetime | None:
    try:
        made = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return made if made and made.tzinfo else None
