"""What accounts may do: each further account is let in, the first one may write; and whether pushes can reach us."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import names
from pytest_szxc.doctor.check import Check, State, good, none
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Cause, Effect
from pytest_szxc.printable import bare_url, show
from pytest_szxc.target.reachability import reachability, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.doctor.visit import Visit
    from pytest_szxc.model import Suite
    from pytest_szxc.target.preflight import Preflight
    from pytest_szxc.target.statement import Account, BoundOperation
    from pytest_szxc.target.sut import Reply

LOW_RIGHT = "low_right"
"""The account that is there to be refused things; everything but to be let in."""
EXPIRED = "expired"
"""The account that nobody must be let in by."""
_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_ABSENT = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)
_NEVER = "none"
"""What follows the run's prefix in the name of an object that cannot exist."""
_RESERVED = frozenset({"account", "accept", "body", "operation"})


def about_accounts(visit: Visit, found: Preflight) -> Iterator[Check]:
    """Each account of the statement but the first, asked the first question that the first account had answered."""
    needless = {visit.sut.primary.name, EXPIRED}
    further = [account for name, account in visit.statement.accounts.items() if name not in needless]
    answered = [place for place, reason in found.reasons.items() if reason is None]
    if not further or not answered or not visit.interactive:
        yield none("accounts", "alone" if not further else "")
        return
    for account in further:
        yield _let_in(visit, account, answered[0][1])


def _let_in(visit: Visit, account: Account, operation: str) -> Check:
    try:
        reply = visit.sut.ask(operation, account=account.name, accept=_DENIED)
    except Unjudgeable as reason:
        if reason.code.startswith("budget."):
            return none("accounts")
        if reason.code.startswith(("transport.", "http.server-error", "http.rate-limited")):
            shown = {name: show(value) for name, value in reason.params.items()}
            doubt = Cause("doctor.operation", {"operation": operation})
            return Check("accounts", State.NOTE, doubt, Cause(reason.code, shown))
        return good("accounts", account=account.name)  # the question was odd, who asked it was not
    refused = reply.denied or reply.response.status in _DENIED
    if not refused or (account.name == LOW_RIGHT and reply.response.status != HTTPStatus.UNAUTHORIZED):
        return good("accounts", account=account.name)
    place = show(str(account.secret.env or account.secret.file or "-"))
    params = {"account": account.name, "place": place, "status": str(int(reply.response.status))}
    return Check("accounts", State.BAD, Cause("doctor.accounts.refused", params, reply.exchange))


def about_write(visit: Visit) -> Iterator[Check]:
    """Whether the account may write, for each suite that has something to write; nothing is asked unless allowed."""
    owed = {suite.id: _owed(visit, suite) for suite in visit.suites.values()}
    if not any(owed.values()) or not visit.interactive:
        yield none("write", "needless")
    elif not visit.may_write:
        yield none("write", "not-asked", requirements=" ".join(row for rows in owed.values() for row in rows))
    else:
        yield from (_write_right(visit, suite, owed[suite.id]) for suite in visit.suites.values() if owed[suite.id])


def about_sink(visit: Visit) -> Check:
    """Whether what the platform sends of itself can reach us, where a claimed requirement waits for it."""
    if not waiting(visit.statement, visit.suites) or not visit.interactive:
        return none("sink", "needless")
    for notice in reachability(visit.statement, visit.suites, in_process=not visit.networked):
        return Check("sink", State.NOTE, notice)
    address = visit.statement.sink
    return good("sink", address=show(bare_url(address))) if address else good("sink", "here")


def _owed(visit: Visit, suite: Suite) -> list[str]:
    """The requirements that write, of what is claimed."""
    claim = visit.statement.claims.get(suite.id)
    classes = claim.classes if claim else tuple(row.id for row in suite.classes)
    rows = (row for row in suite.requirements if row.conformance_class in classes)
    return [row.id for row in rows if Effect.WRITE.value in row.permissions]


def _write_right(visit: Visit, suite: Suite, requirements: list[str]) -> Check:
    """Delete what cannot exist: whoever may write is told that it is not there."""
    bound = _write_probe(visit, suite)
    if bound is None:
        return none("write", "no-probe", suite=suite.id)
    never = dict.fromkeys(_parameters(bound), visit.sut.prefix + _NEVER)
    try:
        reply = visit.sut.ask(bound.operation, accept=(0,), **never)
    except Unjudgeable as reason:
        shown = {name: show(value) for name, value in reason.params.items()}
        return Check(
            "write",
            State.NOTE,
            Cause("doctor.write.unclear", {"operation": bound.operation}),
            Cause(reason.code, shown),
        )
    return _told(visit, bound, reply, requirements)


def _told(visit: Visit, bound: BoundOperation, reply: Reply, requirements: list[str]) -> Check:
    status = reply.response.status
    params = {
        "account": visit.sut.primary.name,
        "operation": bound.operation,
        "status": str(int(status)),
        "requirements": " ".join(requirements),
    }
    if reply.denied or status in _DENIED:
        return Check("write", State.BAD, Cause("doctor.write.denied", params, reply.exchange))
    if status in _ABSENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Check("write", State.NOTE, Cause("doctor.write.unclear", params, reply.exchange))
    return good("write", **params)


def _write_probe(visit: Visit, suite: Suite) -> BoundOperation | None:
    """The operation that the suite names for this, else one that is bound to DELETE of a named object."""
    writes = [name for name, row in suite.operations.items() if row.effect is Effect.WRITE]
    for name in [suite.write_probe] if suite.write_probe else writes:
        bound = visit.statement.operations.get((suite.id, name))
        if bound and _parameters(bound) and (suite.write_probe or bound.method == "DELETE"):
            return bound
    return None


def _parameters(bound: BoundOperation) -> frozenset[str]:
    """The names in an operation's templates: without any, a call could mean everything there is."""
    used = frozenset().union(names(bound.path), names(bound.query), names(bound.body))
    return frozenset() if used & _RESERVED else used
