"""What the platform declares of how it takes observations: limits and policies, with the profile's defaults."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from .capability import capability, limit, policy

if TYPE_CHECKING:
    from pytest_szxc import Sut

FUTURE_HOURS, RETENTION_DAYS, BATCH = 24, 30, 1000
"""What holds where nothing is declared: hours ahead, days back, items of a batch."""
LONGEST_DAYS, LONGEST_HOURS = 3650, 3650
"""More than this is not tried."""
ROLLBACK = "rollback"
OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")


def ahead(sut: Sut) -> timedelta:
    """How far ahead of the present an observation may lie."""
    found = capability(sut).number("limits.futureHours")
    return timedelta(hours=FUTURE_HOURS if found is None or found < 0 else min(float(found), LONGEST_HOURS))


def retention(sut: Sut) -> timedelta:
    """How old an observation may be."""
    found = capability(sut).number("policies.retentionDays")
    return timedelta(days=RETENTION_DAYS if found is None or found <= 0 else min(float(found), LONGEST_DAYS))


def default_offset(sut: Sut) -> timezone | None:
    """The zone in which the platform reads times without offset (``+08:00``); ``None`` where it must refuse them."""
    written = policy(sut, "defaultOffset")
    told = OFFSET.fullmatch(written)
    if told is None:
        return UTC if written.upper() == "Z" else None
    span = timedelta(hours=int(told[2]), minutes=int(told[3]))
    return timezone(span if told[1] == "+" else -span)


def rolls_back(sut: Sut) -> bool:
    """Whether one bad item has a whole batch refused; the good ones are kept where nothing is declared."""
    return policy(sut, "partialFailure") == ROLLBACK


def batch_size(sut: Sut, wanted: int) -> int:
    """So many items of a batch as are wanted, if a batch may have them."""
    return min(wanted, limit(sut, "batchItems", BATCH))


def near(first: Decimal | int, second: Decimal, span: Decimal) -> bool:
    """Whether two values are about the same, as far as a range goes: exactness is another requirement's matter."""
    return abs(Decimal(first) - second) <= span * Decimal("0.02")
