"""A search for examples that break a law, beyond the seeded plan of a check; with ``--szxc-explore`` only.

hypothesis draws the examples and shrinks what it finds; it is imported when a search begins, and not at all without the
option. What was tried is noted in the recording, so that judging it again asks the same and needs no hypothesis.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from pytest_szxc.checks.rules import HELD
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Finding
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType
    from typing import Any

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.model import Json
    from pytest_szxc.target.sut import Sut

EXAMPLES = 50
"""Examples drawn in one search."""
ASKED = 2 * EXAMPLES
"""Examples judged in one search, those of shrinking included."""
CONFIRMED = 2
"""How often an example is judged again before it is a finding."""
_ONE_AT_A_TIME = Lock()
"""hypothesis keeps state of the whole process while it draws."""


def explore(
    sut: Sut, name: str, strategy: Callable[[ModuleType], Any], law: Callable[[Json], Iterator[Observation]]
) -> Iterator[Observation]:
    """Search for an example that breaks a law, as small as can be found; nothing is done unless the run explores.

    ``yield from explore(sut, "windows", lambda st: st.tuples(st.integers(1, 50), st.integers(1, 9)), law)``

    Args:
        sut: the system under test.
        name: of the search, unique in the check.
        strategy: given ``hypothesis.strategies``, what examples are drawn from; they must be plain JSON (a tuple comes
            to the law as a list).
        law: judges one example, and asks the SUT afresh each time.

    Yields:
        One observation for each example that held; for the smallest that did not, and does not when it is judged again,
        its findings, which name it and the seed.

    Raises:
        Unjudgeable: what the law met with; that the budget is used up only ends the search.
    """
    if not sut.exploring:
        return
    search = _Search(law)
    noted = sut.noted(
        f"explored/{name}", partial(_searched, search, strategy, sut.random(f"explore/{name}").getrandbits(64))
    )
    if not search.tried:  # judged again: what was asked then is asked now
        for example in noted["tried"]:
            search.breaks(example)
    yield from [HELD] * search.held
    if search.stopped is not None and not search.stopped.code.startswith("budget."):
        raise search.stopped
    if noted["smallest"] is not None:
        yield from _confirmed(sut, law, noted["smallest"])


@dataclass(slots=True)
class _Search:
    """What a search has tried: each example is judged once.

    Attributes:
        law: judges an example.
        tried: the examples, in order, and whether each broke the law.
        smallest: the last that did.
        stopped: what ended the search before its time.
    """

    law: Callable[[Json], Iterator[Observation]]
    tried: dict[str, bool] = field(default_factory=dict)
    smallest: Json = None
    stopped: Unjudgeable | None = None

    @property
    def held(self) -> int:
        """How many examples held."""
        return sum(not broke for broke in self.tried.values())

    def breaks(self, example: Json) -> bool:
        """Whether an example breaks the law, as far as anything is still asked."""
        key = json.dumps(example, ensure_ascii=False)
        if key not in self.tried and (self.stopped is not None or len(self.tried) >= ASKED):
            return False
        if key not in self.tried:
            try:
                self.tried[key] = any(isinstance(one, Finding) for one in list(self.law(example)))
            except Unjudgeable as reason:
                self.tried[key], self.stopped = False, reason
        if self.tried[key]:
            self.smallest = example
        return self.tried[key]


class _BrokenError(Exception):
    """Tells hypothesis that an example breaks the law."""


def _searched(search: _Search, strategy: Callable[[ModuleType], Any], seed: int) -> Json:
    """Search, and give what is noted of it."""
    import hypothesis  # noqa: PLC0415 -- an extra, and slow to import
    from hypothesis import errors, strategies  # noqa: PLC0415 -- the same

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(strategy(strategies))
    def trial(example: object) -> None:
        if search.breaks(json.loads(json.dumps(example))):
            raise _BrokenError

    with _ONE_AT_A_TIME, _without_constants(), suppress(_BrokenError, errors.HypothesisException):
        trial()  # what broke the law, the search knows
    return {"tried": [json.loads(key) for key in search.tried], "smallest": search.smallest}


@contextmanager
def _without_constants() -> Iterator[None]:
    """Keep hypothesis from trying constants of the modules that are loaded: each process of a run has others.

    There is no public way; a version that does it otherwise only asks different things in different processes.
    """
    from hypothesis.internal.conjecture import providers  # noqa: PLC0415 -- an extra

    name = "_maybe_draw_constant"
    usual = getattr(providers.HypothesisProvider, name, None)
    if usual is None:
        yield
        return
    setattr(providers.HypothesisProvider, name, lambda *_, **__: None)
    try:
        yield
    finally:
        setattr(providers.HypothesisProvider, name, usual)


def _confirmed(sut: Sut, law: Callable[[Json], Iterator[Observation]], example: Json) -> Iterator[Observation]:
    """The findings of an example that breaks the law each time it is judged again."""
    again = [[one for one in law(example) if isinstance(one, Finding)] for _ in range(CONFIRMED)]
    if all(again):
        words = show(f"{json.dumps(example, ensure_ascii=False)}, seed {sut.seed}")
        for finding in again[-1]:
            yield Finding(finding.at, finding.expected, show(f"{finding.observed} [{words}]"))
