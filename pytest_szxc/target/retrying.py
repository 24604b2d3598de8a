"""Which answers are tried for again, and when: passing faults of a request that changes nothing, or nothing yet.

Every try is recorded. What is still faulty after the last one is judged as it is, and that is never a pass.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc.model import Attempt
from pytest_szxc.target.http_date import http_date

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_szxc.model import Exchange, Response

TRIES = 3
LONGEST = 60.0
"""Seconds; a platform that wants us to stay away longer than that is not tried again."""
_FIRST_PAUSE = 0.2
_PASSING = frozenset({"transport.closed", "transport.reset", "transport.cut-short"})
_TOO_MANY, _BUSY = 429, frozenset({500, 502, 503, 504})
_SECONDS = re.compile(r"[0-9]{1,12}")


def passing_fault(exchange: Exchange) -> str | None:
    """The code of a fault that may be gone the next time, or ``None``."""
    if exchange.response is None:
        return exchange.fault if exchange.fault in _PASSING else None
    if exchange.response.status == _TOO_MANY:
        return "http.rate-limited"
    return "http.server-error" if exchange.response.status in _BUSY else None


def pause_before(exchange: Exchange, tries: int, now: datetime) -> float | None:
    """Seconds to stay away before the next try; ``None``, there shall be none.

    Args:
        exchange: the last try.
        tries: how many there were.
        now: aware.
    """
    if tries >= TRIES or passing_fault(exchange) is None:
        return None
    asked = retry_after(exchange.response, now) if exchange.response else None
    pause = _FIRST_PAUSE * 2 ** (tries - 1) if asked is None else asked
    return pause if pause <= LONGEST else None


def turned_away(exchange: Exchange) -> bool:
    """Whether a request was refused for its frequency alone (RFC 6585 section 4), so that nothing came of it."""
    return exchange.response is not None and exchange.response.status == _TOO_MANY


def asks_to_wait(exchange: Exchange) -> bool:
    """Whether the platform itself wants to be left alone, by whoever asks; not only this one request failed."""
    response = exchange.response
    return response is not None and (response.status == _TOO_MANY or response.header("retry-after") is not None)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for (RFC 9110 section 10.2.3); ``None`` if it is absent or says nothing.

    A date is taken by the server's own ``Date``, where it sends one: its clock may be wrong.
    """
    text = (response.header("retry-after") or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    return max(0.0, (until - (http_date(response.header("date")) or now)).total_seconds())


def attempt_of(exchange: Exchange) -> Attempt:
    """A try that is to be followed by another one."""
    status = exchange.response.status if exchange.response else None
    return Attempt(passing_fault(exchange) or "", status, exchange.started, exchange.elapsed)
