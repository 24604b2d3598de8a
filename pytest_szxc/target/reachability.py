"""Whether the system under test can reach the tester, where requirements need messages that it sends of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Cause
from pytest_szxc.target.sink import place_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Suite
    from pytest_szxc.target.statement import Statement


def waiting(statement: Statement, suites: Mapping[str, Suite]) -> tuple[str, ...]:
    """The requirements of claimed classes that wait for messages; where nothing is claimed, there are none."""
    return tuple(
        row.id
        for suite in suites.values()
        if (claim := statement.claims.get(suite.id))
        for row in suite.requirements
        if row.conformance_class in claim.classes and any(suite.operations[name].pushes for name in row.operations)
    )


def reachability(statement: Statement, suites: Mapping[str, Suite], *, in_process: bool) -> tuple[Cause, ...]:
    """The notice that messages cannot come, with the requirements that need them; empty where all is well.

    Args:
        statement: of the run.
        suites: of the run, by id.
        in_process: whether the target is called in process.
    """
    rows = waiting(statement, suites)
    if not rows or not statement.base_url:  # files send nothing
        return ()
    try:
        place_for(statement.base_url, statement.sink, in_process=in_process)
    except Unjudgeable:
        return (Cause("notice.sink", {"requirements": " ".join(rows)}),)
    return ()
