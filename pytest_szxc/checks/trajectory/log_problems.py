"""What is wrong with a log, in a form that a report can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.messages import render
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_szxc.checks.trajectory.log import Log

ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem.

    Attributes:
        code: message code, ``log.*``.
        count: how many rows have it.
        rows: the first of them, as an editor counts lines.
        params: what its message names, with ``file`` and ``rows``; ``column`` where one column has it.
        usable: whether the rest of the log can be judged all the same.
        exchange: where the log came from.
    """

    code: str
    count: int
    rows: tuple[int, ...]
    params: Mapping[str, str] = field(default_factory=dict)
    usable: bool = True
    exchange: str | None = None

    def text(self, lang: str) -> str:
        """One sentence in ``zh`` or ``en``: what is wrong, in which file and rows."""
        return render(self.code, lang, self.params)

    def unjudgeable(self) -> Unjudgeable:
        """The problem as the reason why something cannot be judged."""
        return Unjudgeable(self.code, self.exchange, **self.params)


def problem(log: Log, code: str, count: int, rows: Iterable[int], *, usable: bool = True, **params: object) -> Problem:
    """A problem of a log; foreign values in ``params`` become printable.

    Args:
        log: the log.
        code: message code.
        count: how many rows have it.
        rows: their numbers, or the first of them.
        usable: whether the rest can be judged.
        params: what the message names besides file, rows and count.
    """
    first = tuple(int(row) for row in rows)[:ROWS_NAMED]
    more = " …" if count > len(first) else ""
    said = {name: show(value) if isinstance(value, str) else str(value) for name, value in params.items()}
    said |= {"file": log.table.origin.file or "-", "rows": ", ".join(map(str, first)) + more, "count": str(count)}
    return Problem(code, count, first, said, usable, log.table.origin.exchange)
