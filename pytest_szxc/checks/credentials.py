"""Good and forged requests: which accounts are tried, what an answer says of a credential, and what must be refused.

The laws here are those that any platform with signed requests or tokens is held to; a suite says at which of its
operations they are tried (``Door``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from pytest_szxc.checks.answers import ANY
from pytest_szxc.checks.rules import expect
from pytest_szxc.errors import SzxcError
from pytest_szxc.target import signing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.target.accounts import AccountFacts
    from pytest_szxc.target.sut import Reply, Sut

ASIDE = frozenset({"expired", "rotating", "metered", "low_right"})
"""Accounts in a state of their own, which show nothing of their scheme."""
SM = frozenset({"sm", "sm2"})
TRUSTED = 60.0
"""Seconds that clocks may differ at most where signed times are judged; how far they do is another requirement's."""
WIDEST = 1_000_000.0
"""Seconds; a window that is wider is none, and nothing is tried outside it."""
FORGETFUL = 5.0
"""Seconds after which a nonce is tried again; far less than any window."""
NO_FORGERY = "forging."
_REFUSED = ("http.", "envelope.", "auth.")
_DIGITS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """Where credentials are tried: an operation that only good ones pass.

    Attributes:
        sut: the platform.
        operation: a read that answers any account with good credentials.
        place: its parameters.
        codes: the published result codes with their HTTP statuses.
    """

    sut: Sut
    operation: str
    place: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)

    def asked(self, account: str, forged: str = "") -> Reply:
        """The answer to a request, good or forged, whatever it is.

        Raises:
            SzxcError: none that says anything.
        """
        return self.sut.ask(self.operation, account=account, accept=ANY, forged=forged, **self.place)

    def accepted(self, account: str) -> Reply | None:
        """The answer to a good request; ``None`` where it is refused, and no refusal of a forged one shows anything."""
        try:
            return self.sut.ask(self.operation, account=account, **self.place)
        except SzxcError as reason:
            if reason.code.startswith(_REFUSED):
                return None
            raise

    def forged(self, account: AccountFacts, kind: str) -> Reply | None:
        """The answer to a forged request; ``None`` where the account's scheme has nothing of that kind to forge."""
        try:
            return self.asked(account.name, kind)
        except SzxcError as reason:
            if reason.code.startswith(NO_FORGERY):
                return None
            raise


def by_scheme(sut: Sut) -> list[AccountFacts]:
    """The first account of each scheme that has credentials."""
    found: dict[str, AccountFacts] = {}
    for account in sut.accounts:
        if account.name not in ASIDE and account.scheme != "none":
            found.setdefault(account.scheme, account)
    return list(found.values())


def subjects(sut: Sut) -> list[AccountFacts]:
    """One account for each scheme that has credentials.

    National cryptography is left aside where another account has the same parts to sign: its signatures take long, and
    all else is the same.
    """
    found = by_scheme(sut)
    usual = {account.parts for account in found if account.scheme not in SM}
    return [account for account in found if account.scheme not in SM or account.parts not in usual]


# -- what an answer says of a credential -------------------------------------------------------------------------------


def passes(reply: Reply, good: Reply) -> bool:
    """Whether an answer lets in: a success, and in the envelope too."""
    return 200 <= reply.response.status < 300 and reply.code == good.code and not reply.denied  # noqa: PLR2004 -- HTTP


def refuses(reply: Reply, good: Reply) -> bool:
    """Whether an answer refuses a credential: 401, or an envelope that says no under 200.

    That the status of such an envelope is wrong is said by the requirement on statuses.
    """
    status = reply.response.status
    return status == 401 or (200 <= status < 300 and not passes(reply, good))  # noqa: PLR2004 -- HTTP


def seen(reply: Reply) -> str:
    """An answer in short: HTTP status, and its own code where it has one."""
    return f"{reply.response.status} {reply.code or ''}".strip()


def must_refuse(
    reply: Reply, good: Reply, what: str, codes: Mapping[str, int], code: str = ""
) -> Iterator[Observation]:
    """A forged request is refused with 401, and with the code for its fault where the platform publishes that code.

    Args:
        reply: to the forged request.
        good: to the same request unforged.
        what: account, scheme and fault, for the reader.
        codes: the published ones.
        code: of this fault.
    """
    yield expect(refuses(reply, good), reply.at(what), expected="401", observed=seen(reply))
    owed = codes.get(code) == 401 and refuses(reply, good) and reply.code is not None  # noqa: PLR2004 -- HTTP
    if owed:
        yield expect(reply.code == code, reply.at(what), expected=code, observed=seen(reply))


def ahead(reply: Reply) -> float:
    """Seconds by which the platform's clock is ahead of ours, by what its answer says; 0 where it says nothing."""
    said = _instant(reply.envelope.get("timestamp")) or _dated(reply.response.header("date"))
    return (said - reply.sent).total_seconds() if said else 0.0


def clocks_agree(reply: Reply, window: float | None) -> bool:
    """Whether the clocks differ so little that signed times can be judged: the narrower the window, the less."""
    return abs(ahead(reply)) <= (TRUSTED if window is None else min(TRUSTED, window / 4))


def _instant(value: object) -> datetime | None:
    try:
        if isinstance(value, int) and not isinstance(value, bool) and value > _DIGITS:
            return datetime.fromtimestamp(value / 1000, UTC)
        made = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):  # years that no calendar has
        return None
    return made if made and made.tzinfo else None


def _dated(text: str | None) -> datetime | None:
    try:
        made = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return made if made and made.tzinfo else None


# -- laws --------------------------------------------------------------------------------------------------------------


def wrong_signatures(door: Door, accounts: list[AccountFacts]) -> Iterator[Observation]:
    """The last character changed, the case of the letters swapped, and signed with the secret of somebody else."""
    for account in accounts:
        good = door.accepted(account.name)
        if good is None or not account.forgeable:
            continue
        kinds = ["wrong", *(["altered:signature"] if account.parts else []), *_as_others(door.sut, account)]
        for kind in kinds:
            reply = door.forged(account, kind)
            if reply is not None:
                code = "40102" if account.parts else ""
                yield from must_refuse(reply, good, f"{account.name} ({account.scheme}): {kind}", door.codes, code)


def _as_others(sut: Sut, account: AccountFacts) -> list[str]:
    if not account.parts:
        return []
    others = [one for one in subjects(sut) if one.name != account.name and one.scheme != "none"]
    alike = [one for one in by_scheme(sut) if one.parts == account.parts and one.name != account.name] or others
    return [f"as:{one.name}" for one in alike[:1]]


def outside_window(door: Door, windows: Mapping[str, float] | None = None) -> Iterator[Observation]:
    """Rightly signed times before and after the window, and near its edges inside, where they are good.

    Args:
        door: where they are tried.
        windows: seconds by scheme that the platform itself declares; else those of the accounts hold.
    """
    for account in subjects(door.sut):
        window = (windows or {}).get(account.scheme, account.window) if account.window else None
        good = door.accepted(account.name) if window and window <= WIDEST else None
        if good is None or window is None or not clocks_agree(good, window):
            continue
        mark = "" if window == account.window else f":{ceil(window)}"
        what = f"{account.name} ({account.scheme}, {window:g} s)"
        for kind in ("stale", "future"):
            reply = door.asked(account.name, kind + mark)
            yield from must_refuse(reply, good, f"{what}: {kind}", door.codes, "40103")
        for kind in ("early", "late"):
            reply = door.asked(account.name, kind + mark)
            yield expect(passes(reply, good), reply.at(f"{what}: {kind}"), expected="2xx", observed=seen(reply))


def nonces_once(
    door: Door, elsewhere: Door | None, welcome: Reply, accounts: list[AccountFacts]
) -> Iterator[Observation]:
    """A request sent again as it was: at once, to another operation, and after a while within the window.

    Args:
        door: where it is sent first.
        elsewhere: another operation.
        welcome: an answer that surely lets in.
        accounts: whose requests are tried; those that send no nonce show nothing.
    """
    for account in accounts:
        good = door.asked(account.name, "kept") if "nonce" in account.parts else None
        if good is None or not passes(good, welcome):
            continue
        what = f"{account.name} ({account.scheme})"
        again = [(door, "again"), *([(elsewhere, "elsewhere")] if elsewhere else [])]
        for place, when in again:
            reply = place.asked(account.name, "replayed")
            # Elsewhere a signature that covers the path is wrong in the first place.
            code = "40104" if place is door or "path" not in account.parts else ""
            yield from must_refuse(reply, good, f"{what}: {when}", door.codes, code)
        if account.window is None or account.window > 2 * FORGETFUL:
            door.sut.wait(FORGETFUL)
            reply = door.asked(account.name, "replayed")
            yield from must_refuse(reply, good, f"{what}: later", door.codes, "40104")


def signature(scheme: str, secret: str, **parts: str) -> str:
    """The signature that this project's own signer makes of some parts, in Base64.

    Args:
        scheme: a scheme of accounts that is keyed with a secret, such as ``sd-open``.
        secret: the account's.
        parts: all signed parts of the scheme by name.

    Raises:
        StatementError: ``statement.no-algorithm``, ``statement.sm2-key``.
    """
    profile = signing.profiles()[scheme]
    return signing.signature(profile.algorithm, secret, signing.signed_text(profile, parts))
