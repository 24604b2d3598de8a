"""What one check has made on a platform, and its removal, however the check ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.errors import Absent, Refused, RunEnded, TransportFault, Unjudgeable
from pytest_szxc.model import Effect
from pytest_szxc.target.ledger import NOT_SENT, NOT_THERE, REFUSED, REMOVED, Debt
from pytest_szxc.target.paths import compiled
from pytest_szxc.target.store import OWN_FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pytest_szxc.model import Json
    from pytest_szxc.target.ledger import Ledger
    from pytest_szxc.target.streams import Call
    from pytest_szxc.target.sut import Reply

_ELSEWHERE, _CLIENT = range(300, 400), range(400, 500)
_OUTAGE = 500
_UNSURE = frozenset({408, 425, 429})
"""Refusals of a server's moment, not of the request."""
_GONE = frozenset({404, 410})
_REFUSALS = ("envelope.refused", "envelope.denied")
_FAULTS = 2
"""Removals without any answer after which no other is tried: the platform is gone."""


class Remover(Protocol):
    """Who can send a removal."""

    def removal(self, debt: Debt) -> Reply:
        """The answer to the operation that removes it.

        Raises:
            Unjudgeable: there is none.
        """


class Tidying:
    """The debts of one check.

    Args:
        ledger: where they are written down.
        requirement: whose check it is.
        prefix: what the run's objects are named with.
    """

    def __init__(self, ledger: Ledger, requirement: str, prefix: str) -> None:
        self._ledger = ledger
        self._requirement = requirement
        self._prefix = prefix
        self._debts: dict[str, Debt] = {}

    @classmethod
    def of(cls, debts: Iterable[Debt], ledger: Ledger) -> Tidying:
        """Debts that a ledger told."""
        tidying = cls(ledger, "", "")
        tidying._debts = {debt.id: debt for debt in debts}
        return tidying

    def before(self, call: Call, at: datetime) -> None:
        """Write down what a call with an effect will make; it must not be sent before.

        Raises:
            LookupError: the suite says neither what removes it nor that it makes nothing, which is our own fault.
            OSError: it cannot be written down.
        """
        undo = call.operation.undo
        if undo is None and not call.operation.harmless and call.operation.effect is not Effect.READ:
            raise LookupError(call.operation.id)
        debt = Debt(
            call.suite.id,
            call.operation.id,
            self._requirement,
            call.account.name,
            undo.operation if undo else None,
            _params(call, {}),
            at.isoformat(timespec="milliseconds"),
        )
        self._ledger.write(debt)
        if undo:
            self._debts[call.ordinal] = debt

    def answered(self, call: Call, reply: Reply) -> None:
        """Take in what an answer says of what was made, and of what the check itself removed."""
        how = None if call.forged else removal_of(reply)
        if how:
            self._settle_equal(call.operation.id, call.params, call.account.name, how)
        debt = self._debts.get(call.ordinal)
        if debt is None:
            return
        if not _made(reply):
            self._refused(call.ordinal, debt)
            return
        params = {name: value for name, value in _params(call, reply.record.value).items() if value is not None}
        if {**debt.params, **params} != debt.params:
            self._debts[call.ordinal] = debt = replace(debt, params={**debt.params, **params})
            self._ledger.answered(debt)

    def failed(self, call: Call, reason: Unjudgeable) -> None:
        """Take in that no good answer came; only a clear refusal says that nothing was made."""
        debt = self._debts.get(call.ordinal)
        if debt is None:
            return
        if isinstance(reason, TransportFault) and reason.code.startswith(OWN_FAULTS):
            self._settle(call.ordinal, NOT_SENT)
        elif isinstance(reason, Absent) or (isinstance(reason, Refused) and _is_refusal(reason)):
            self._refused(call.ordinal, debt)

    def run(self, remover: Remover) -> list[tuple[Debt, str]]:
        """Remove what is left, the last first; what cannot be removed stays in the ledger, with the reason.

        Returns:
            Each thing that was tried, and ``REMOVED``, ``NOT_THERE`` or the code of why it is left.
        """
        faults, outcomes = 0, []
        for mark, debt in reversed(list(self._debts.items())):
            if mark not in self._debts:
                continue  # removed with an equal one
            try:
                outcome = removed(debt, remover) if faults < _FAULTS else "ledger.given-up"
            except RunEnded:
                break  # nothing can be sent any more
            outcomes.append((debt, outcome))
            if outcome in (REMOVED, NOT_THERE):
                self._settle_equal(debt.undo or "", debt.params, debt.account, outcome)
                continue
            faults += outcome.startswith("transport.")
            with suppress(OSError):  # without this line it is known to be left all the same
                self._ledger.left(self._debts.pop(mark), outcome)
        return outcomes

    def _refused(self, mark: str, debt: Debt) -> None:
        """A refusal is taken at its word where the name may be somebody else's; what bears our prefix is ours."""
        ours = any(isinstance(value, str) and self._prefix in value for value in debt.params.values())
        if not (ours and debt.named):
            self._settle(mark, REFUSED)

    def _settle_equal(self, operation: str, params: Mapping[str, Json], account: str, how: str) -> None:
        """Settle what an account has removed; what another is told of it may only mean that it may not see it."""
        for mark, debt in list(self._debts.items()):
            if (debt.undo, debt.account) == (operation, account) and _texts(debt.params) == _texts(params):
                self._settle(mark, how)

    def _settle(self, mark: str, how: str) -> None:
        with suppress(OSError):  # without this line it will be looked for once more, in vain
            self._ledger.settled(self._debts.pop(mark), how)


def removed(debt: Debt, remover: Remover) -> str:
    """Send a removal: ``REMOVED``, ``NOT_THERE``, or the code of why it failed."""
    if not debt.named:
        return "ledger.unnamed"
    try:
        return removal_of(remover.removal(debt)) or "ledger.refused"
    except Unjudgeable as reason:
        return reason.code
    except Exception:  # noqa: BLE001 -- a full disk, an operation that is no more: the ledger says what is left
        return "ledger.not-sent"


def removal_of(reply: Reply) -> str | None:
    """What an answer to a removal says: ``REMOVED``, ``NOT_THERE``, or ``None`` if it was refused."""
    if reply.response.status in _GONE or (not reply.fine and (reply.code or "").startswith("404")):
        return NOT_THERE
    return REMOVED if reply.fine else None


def _made(reply: Reply) -> bool:
    """Whether what was asked for may have been done; only a clear refusal says that it was not."""
    status = reply.response.status
    return reply.fine or status in _UNSURE or status in _ELSEWHERE or status >= _OUTAGE


def _is_refusal(reason: Refused) -> bool:
    status = reason.params.get("status")
    clear = isinstance(status, int) and status in _CLIENT and status not in _UNSURE
    return clear or reason.code in _REFUSALS


def _params(call: Call, answer: dict[str, Json]) -> dict[str, Json]:
    """What removes what a call makes, as far as it is known."""
    undo = call.operation.undo
    told = {"params": dict(call.params), "body": call.body, "answer": answer}
    return {name: found(path, told) for name, path in undo.params.items()} if undo else {}


def found(path: str, told: dict[str, Json]) -> Json:
    """What a path finds in a call; ``None`` where it finds nothing."""
    try:
        return compiled(path)(told)
    except Unjudgeable:  # an answer of quite another kind
        return None


def _texts(params: Mapping[str, Json]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
