"""What the platform says of itself, as checks need it: the capability statement and its parts."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import Record, Sut

LONGEST = 120
"""Seconds that a check waits at most, whatever is declared."""


def capability(sut: Sut) -> Record:
    """The capability statement; asked once in a run.

    Raises:
        Unjudgeable: it does not come.
    """
    return sut.ask("capabilities").record


def limit(sut: Sut, name: str, default: int = 0) -> int:
    """A declared limit (``batchItems``, ``pageSize``, ``ratePerMinute``, ``futureHours``, ``bodyBytes``).

    Args:
        sut: the platform.
        name: of the limit.
        default: what holds where no whole number above zero is declared.
    """
    found = capability(sut).get(f"limits.{name}")
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else default


def seconds(sut: Sut, name: str, default: int) -> int:
    """A declared time (``commandTimeoutS``, ``alarmDelayS``, ``push.delayS``) in whole seconds, at most ``LONGEST``.

    Args:
        sut: the platform.
        name: of the member, a dotted path.
        default: what holds where no number above zero is declared.
    """
    found = capability(sut).number(name)
    wanted = default if found is None or found <= 0 else ceil(found)
    return min(wanted, LONGEST)


def policy(sut: Sut, name: str, default: str = "") -> str:
    """A declared way of doing something (``partialFailure``, ``timeBounds``), or the default where none is declared."""
    return capability(sut).text(f"policies.{name}") or default


def interfaces(sut: Sut) -> tuple[str, ...]:
    """The declared interfaces (``IF03``), in the order of the statement."""
    return capability(sut).texts("interfaces")


def error_codes(sut: Sut) -> dict[str, int]:
    """The published result codes with their HTTP statuses."""
    return {
        str(code): status
        for row in capability(sut).children("errorCodes")
        if isinstance(code := row.get("code"), str | int) and isinstance(status := row.get("status"), int)
    }
