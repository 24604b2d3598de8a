"""How far the platform's clock is from ours, and a present that nobody may compare with once that is too far.

A rule such as "not in the future" compares the platform's times with our clock. Where the two clocks disagree, neither
its breach nor its keeping shows anything: whoever asks for the present then gets *inconclusive*, whatever the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.http_date import http_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_szxc.model import Exchange

TELLING = 60.0
"""Seconds of difference of which a reader is told."""
TRUSTED = 900.0
"""Seconds of difference up to which times are compared: rules allow for an hour, and a run may take half of it."""
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True, slots=True)
class Skew:
    """By how many seconds the platform's clock is ahead of ours (negative: behind), and the exchange that shows it."""

    seconds: float
    exchange: str

    @property
    def telling(self) -> bool:
        """Whether a reader should know."""
        return abs(self.seconds) > TELLING

    @property
    def trusted(self) -> bool:
        """Whether times may still be compared."""
        return abs(self.seconds) <= TRUSTED

    @property
    def words(self) -> str:
        """The difference for people: ``+365.0 d``, ``-2.0 h``."""
        unit, size = next((row for row in _UNITS if abs(self.seconds) >= row[1]), ("s", 1))
        return f"{self.seconds / size:+.1f} {unit}"


def skew_of(exchanges: Iterable[Exchange]) -> Skew | None:
    """The difference of the clocks, by the first answer that has a ``Date``; ``None`` if none has.

    Args:
        exchanges: in the order in which they were begun, so that a recording tells the same as the run did.
    """
    return next((skew for skew in map(_skew, exchanges) if skew), None)


def _skew(exchange: Exchange) -> Skew | None:
    response = exchange.response
    if response is None or not exchange.started or (response.header("age") or "0").strip() != "0":
        return None  # an answer from a cache bears the date of when it was made
    said = http_date(response.header("date"))
    if said is None:
        return None
    sent = datetime.fromisoformat(exchange.started)
    came = sent + timedelta(seconds=exchange.elapsed)
    # A Date counts whole seconds: it stands for any instant of that second.
    early, late = said - came, said + timedelta(seconds=1) - sent
    nearest = early if early > timedelta(0) else min(late, timedelta(0))
    return Skew(round(nearest.total_seconds()), exchange.id)


class DoubtfulInstant(datetime):
    """The present where the clocks disagree: like a signalling NaN it may be handed on, and using it raises.

    Raises:
        Unjudgeable: ``data.clock-skew``, whatever is done with it.
    """

    _skew: Skew


def present(now: datetime, skew: Skew | None) -> datetime:
    """The instant at which a run judges, doubtful where the platform's clock is too far from ours.

    Args:
        now: aware.
        skew: of the platform's clock, if known.
    """
    if skew is None or skew.trusted:
        return now
    doubtful = DoubtfulInstant.combine(now.date(), now.timetz())
    doubtful._skew = skew  # noqa: SLF001 -- our own; a datetime is made before it can hold anything
    return doubtful


def _signal(instant: DoubtfulInstant, *_: object, **__: object) -> NoReturn:
    skew = instant._skew  # noqa: SLF001 -- a method of the class, put there below
    raise Unjudgeable("data.clock-skew", skew.exchange, difference=skew.words)


_METHODS = (
    *("astimezone", "ctime", "date", "isocalendar", "isoformat", "isoweekday", "replace", "strftime"),
    *("time", "timestamp", "timetuple", "timetz", "toordinal", "utctimetuple", "weekday"),
)
_OPERATORS = ("add", "radd", "sub", "rsub", "lt", "le", "gt", "ge", "eq", "ne", "format", "str")
for _name in (*_METHODS, *(f"__{_operator}__" for _operator in _OPERATORS)):
    setattr(DoubtfulInstant, _name, _signal)
for _name in ("year", "month", "day", "hour", "minute", "second", "microsecond"):
    setattr(DoubtfulInstant, _name, property(_signal))
