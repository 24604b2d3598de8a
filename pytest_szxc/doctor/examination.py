"""One examination: stage after stage, each line as soon as it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.doctor.answers import about_answers, about_clock
from pytest_szxc.doctor.check import STAGES, Check, State, good, none
from pytest_szxc.doctor.connection import about_connection
from pytest_szxc.doctor.files import config_faults
from pytest_szxc.doctor.rights import about_accounts, about_sink, about_write
from pytest_szxc.doctor.visit import Visit
from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable
from pytest_szxc.model import Cause
from pytest_szxc.printable import show
from pytest_szxc.survey import ELSEWHERE, elsewhere
from pytest_szxc.target.discovery import CAPABILITY, discover
from pytest_szxc.target.notices import notices
from pytest_szxc.target.preflight import Preflight, preflight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import ExitStack

    from pytest_szxc.model import Suite
    from pytest_szxc.settings import Settings


def examine(settings: Settings, catalogue: Mapping[str, Suite], closing: ExitStack) -> Iterator[Check]:
    """Look at a target stage by stage.

    Args:
        settings: the options in effect.
        catalogue: all suites, by id.
        closing: takes what has to be let go of.

    Raises:
        StatementError: ``option.*``, an option is wrong.
    """
    yield from config_faults()
    try:
        visit = Visit(settings, catalogue, closing)
    except StatementError as error:
        if error.code.startswith("option."):
            raise
        yield Check(
            "statement", State.BAD, Cause(error.code, {name: show(value) for name, value in error.params.items()})
        )
        yield from (none(stage) for stage in STAGES[1:])
        return
    yield _statement(visit)
    found = _asked(visit)
    yield from about_connection(visit, found)
    yield about_clock(visit, found)
    yield from about_answers(visit, found)
    if found.cause:
        yield from (none(stage) for stage in STAGES[STAGES.index("accounts") :] if stage not in ("rate", "data"))
        return
    yield from about_accounts(visit, found)
    yield from about_write(visit)
    yield about_sink(visit)
    yield _version(visit)


def _statement(visit: Visit) -> Check:
    statement = visit.statement
    if statement.path is None and not statement.declared:
        return none("statement", "absent")
    digest, name = statement.digest[:12] or "-", statement.path.name if statement.path else visit.intake.target
    return good("statement", file=show(name), digest=digest, accounts=", ".join(statement.accounts) or "-")


def _asked(visit: Visit) -> Preflight:
    """What the probes showed; a platform without a statement is asked for its own words first."""
    before: Unjudgeable | None = None
    if not visit.statement.declared:
        try:
            visit.introduced(discover(visit.sut, visit.statement, visit.suites))
        except TransportFault as fault:
            before = fault
    found = preflight(visit.sut, visit.probes(), proxy=visit.proxy, before=before)
    if found.cause and found.cause.code in ELSEWHERE and visit.networked:
        cause = elsewhere(visit.statement.base_url, visit.opened)
        return Preflight(cause, found.observed, found.troubled, found.reasons, found.symptoms) if cause else found
    return found


def _version(visit: Visit) -> Check:
    """What the platform calls itself, and which suites it was made for."""
    try:
        visit.sut.look(CAPABILITY)
    except Unjudgeable:
        return none("version")
    for notice in notices(visit.store.chronological(), visit.statement, visit.suites):
        if notice.code in ("notice.version", "notice.suite-version"):
            return Check("version", State.NOTE, notice)
    suites = ", ".join(f"{suite.id} {suite.version} sha256:{suite.digest[:12]}" for suite in visit.suites.values())
    return good("version", version=show(visit.statement.version or "-"), suites=suites)
