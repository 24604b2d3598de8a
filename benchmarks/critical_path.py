"""The longest chain of requests of a run that no concurrency can shorten, found from who had seen what before asking.

A run in one thread is watched. What a check asks depends on all that this check has seen before; pages after the first
depend on the first alone where they are numbered; the questions of one ``ask_each`` do not depend on each other. What
several checks share may be sent as soon as the first of them could ask. Checks that write come after all that read.
Everything depends on the first request of the run, which shows that there is anything to ask.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc.model import Exchange, Requirement
    from pytest_szxc.run import Run
    from pytest_szxc.target.streams import Stream
    from pytest_szxc.target.sut import Reply

NUMBERED = frozenset({"page", "offset"})
"""Paging styles whose later pages are known from the first."""
NEVER = float("inf")


@dataclass(slots=True)
class Step:
    """What a check asked at one time: each exchange with the one it follows within the step, if any.

    Attributes:
        works: seconds that the check computed before it asked.
    """

    asked: dict[str, str | None]
    works: float = 0.0


@dataclass(slots=True)
class Trace:
    """The steps of one check in their order, and the seconds that it computed after the last."""

    requirement: str
    writes: bool
    steps: list[Step] = field(default_factory=list)
    works: float = 0.0


class WatchedView:
    """A check's ``Sut`` that keeps the check's steps; whatever else is asked of it is the view's.

    Args:
        view: of the run's SUT.
        trace: filled here.
        numbered: names of operations whose pages are numbered.
    """

    def __init__(self, view: Any, trace: Trace, numbered: frozenset[str]) -> None:  # noqa: ANN401 -- what judge takes
        self._view = view
        self._trace = trace
        self._numbered = numbered
        self._since = time.perf_counter()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the view's own
        return getattr(self._view, name)

    def records(self, operation: str, **params: object) -> Stream:
        """A stream; its pages are one step."""
        step = self._begun()
        try:
            stream: Stream = self._view.records(operation, **params)
        except Unjudgeable as reason:
            self._seen(step, reason.exchange)
            raise
        first, before = stream.exchanges[0], None
        for page in stream.exchanges:
            step.asked[page] = before
            before = first if operation in self._numbered else page
        self._since = time.perf_counter()
        return stream

    def ask(self, operation: str, **more: Any) -> Reply:  # noqa: ANN401 -- see Sut
        """One answer; a step of its own."""
        step = self._begun()
        try:
            reply: Reply = self._view.ask(operation, **more)
        except Unjudgeable as reason:
            self._seen(step, reason.exchange)
            raise
        self._seen(step, reply.exchange)
        return reply

    def ask_each(self, operation: str, questions: Iterable[Any], **more: Any) -> Iterator[Reply]:  # noqa: ANN401 -- see Sut
        """Answers that do not depend on each other: one step."""
        step = self._begun()
        try:
            for reply in self._view.ask_each(operation, questions, **more):
                self._seen(step, reply.exchange)
                yield reply
        except Unjudgeable as reason:
            self._seen(step, reason.exchange)
            raise

    def finish(self) -> None:
        """The check has ended."""
        self._trace.works = time.perf_counter() - self._since

    def _begun(self) -> Step:
        step = Step({}, time.perf_counter() - self._since)
        self._trace.steps.append(step)
        return step

    def _seen(self, step: Step, exchange: str | None) -> None:
        if exchange:
            step.asked[exchange] = None
        self._since = time.perf_counter()


class WatchedSut:
    """A run's SUT that watches its checks.

    Args:
        run: with one connection; its ``sut`` is replaced by this.
    """

    def __init__(self, run: Run) -> None:
        self._sut = run.sut
        self._suites = run.suites
        bound = run.record.statement.operations
        self._numbered = frozenset(name for (_, name), row in bound.items() if row.paging.style in NUMBERED)
        self.traces: list[Trace] = []
        self._view: WatchedView | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the SUT's own
        return getattr(self._sut, name)

    def for_requirement(self, requirement: str, *more: Any) -> WatchedView:  # noqa: ANN401 -- see LiveSut
        """The view of one check."""
        trace = Trace(requirement, self._writes(requirement))
        self.traces.append(trace)
        self._view = WatchedView(self._sut.for_requirement(requirement, *more), trace, self._numbered)
        return self._view

    def judged(self) -> None:
        """The check that asked last has ended."""
        if self._view is not None:
            self._view.finish()
            self._view = None

    def _writes(self, requirement: str) -> bool:
        suite, row = next((suite, row) for suite in self._suites.values() for row in _rows(suite, requirement))
        return any(suite.operations[name].effect is not Effect.READ for name in row.operations)


def _rows(suite: Any, requirement: str) -> list[Requirement]:  # noqa: ANN401 -- a suite
    return [row for row in suite.requirements if row.id == requirement]


@dataclass(frozen=True, slots=True)
class Chain:
    """The longest chain, in seconds.

    Attributes:
        seconds: answer times alone.
        working: the same with what each check computes before it asks on, as if every check had a processor.
        links: requests in it.
        writing: the part of ``seconds`` that comes after all that only read.
    """

    seconds: float
    working: float
    links: int
    writing: float


def watch(run: Run) -> tuple[list[Trace], list[Exchange]]:
    """Judge every requirement of a run in turn, in this thread; what each check did, and what was sent."""
    watched = WatchedSut(run)
    run.sut = watched  # type: ignore[assignment] # it is one in every way a check sees
    for requirement in run.manifest.owed():
        run.judge(requirement)
        watched.judged()
    return watched.traces, list(run.store.chronological())


def chain_of(traces: list[Trace], exchanges: list[Exchange], answered: Mapping[str, float] | None = None) -> Chain:
    """The longest chain of a watched run.

    Args:
        traces: see ``watch``.
        exchanges: see ``watch``.
        answered: answer times by exchange's id, in place of those of the watched run.
    """
    costs = {one.id: (answered or {}).get(one.id, one.elapsed) for one in exchanges}
    first = exchanges[0].id
    seconds, writing = _length(traces, costs, first)
    working, _ = _length(traces, costs, first, works=1.0)
    links, _ = _length(traces, dict.fromkeys(costs, 1.0), first)
    return Chain(seconds, working, round(links), writing)


def _length(traces: list[Trace], costs: dict[str, float], first: str, works: float = 0.0) -> tuple[float, float]:
    """The end of the last exchange, and how long after the end of all reading that is."""
    asked = {key for trace in traces for step in trace.steps for key in step.asked} - {first}
    ends = {key: costs[first] + (cost if key != first else 0.0) for key, cost in costs.items() if key not in asked}
    reading = [trace for trace in traces if not trace.writes]
    read = max([_settle(reading, costs, ends, costs[first], works), *ends.values()])
    writing = [trace for trace in traces if trace.writes]
    end = max([_settle(writing, costs, ends, read, works), *ends.values()])
    return end, end - read


def _settle(traces: list[Trace], costs: dict[str, float], ends: dict[str, float], begin: float, works: float) -> float:
    """Find the earliest end of each exchange; when the last check has ended.

    An exchange that is shared has the end that its first asker gives it; that may bring others forward, so the checks
    are gone through until nothing changes.
    """
    done, changed = begin, True
    while changed:
        before = dict(ends)
        done = max((_walk(trace, costs, ends, begin, works) for trace in traces), default=begin)
        changed = before != ends
    return done


def _walk(trace: Trace, costs: dict[str, float], ends: dict[str, float], begin: float, works: float) -> float:
    """Go through one check from ``begin``; when it has ended."""
    ready = begin
    for step in trace.steps:
        ready += step.works * works
        for key, after in step.asked.items():
            start = ready if after is None else max(ready, ends[after])
            ends[key] = min(ends.get(key, NEVER), start + costs.get(key, 0.0))
        ready = max([ready, *(ends[key] for key in step.asked)])
    return ready + trace.works * works
