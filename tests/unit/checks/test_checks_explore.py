"""Searching beyond the seeded plan: what is asked, what is found, and what judging again does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.checks.explore import ASKED, CONFIRMED, explore
from pytest_szxc.checks.rules import HELD, expect
from pytest_szxc.errors import Refused, Unjudgeable
from pytest_szxc.model import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from pytest_szxc.checks.rules import Observation

HERE = Location("x1")


@dataclass
class Sut:
    """What a search uses of a SUT."""

    exploring: bool = True
    seed: str = "s"
    notes: dict[str, Any] = field(default_factory=dict)

    def random(self, name: str) -> Random:
        return Random(f"{self.seed}{name}")  # noqa: S311 -- to be repeatable

    def noted(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self.notes:
            self.notes[name] = make()
        return self.notes[name]


@dataclass
class Law:
    """A law that numbers from a border on break; it remembers what it was asked."""

    border: int = 10**9
    raises: Unjudgeable | None = None
    times: int = 10**9
    asked: list[Any] = field(default_factory=list)

    def __call__(self, example: Any) -> Iterator[Observation]:
        self.asked.append(example)
        if self.raises and len(self.asked) > 3:
            raise self.raises
        broken = example >= self.border and len(self.asked) <= self.times
        yield expect(not broken, HERE, expected="small", observed=example)


def numbers(st: ModuleType) -> Any:
    return st.integers(0, 1000)


def searched(sut: Sut, law: Law) -> list[Observation]:
    return list(explore(sut, "numbers", numbers, law))  # type: ignore[arg-type] -- as much of a SUT as it uses


def findings(observations: list[Observation]) -> list[Finding]:
    return [one for one in observations if isinstance(one, Finding)]


def test_nothing_happens_unless_the_run_explores() -> None:
    law = Law(border=0)
    assert searched(Sut(exploring=False), law) == []
    assert law.asked == []


def test_without_the_option_hypothesis_is_not_imported() -> None:
    code = "import sys, pytest_szxc.checks.explore; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_each_example_that_holds_is_an_observation() -> None:
    law = Law()
    assert searched(Sut(), law) == [HELD] * len(law.asked)
    assert len(set(law.asked)) == len(law.asked) > 20


def test_a_broken_law_is_found_at_its_smallest_and_named_with_the_seed() -> None:
    law = Law(border=500)
    (finding,) = findings(searched(Sut(), law))
    assert finding.observed == "500 [500, seed s]"
    assert law.asked[-CONFIRMED:] == [500] * CONFIRMED
    assert len(law.asked) <= ASKED + CONFIRMED


def test_what_does_not_break_again_is_no_finding() -> None:
    law = Law(border=0, times=1)
    assert findings(searched(Sut(), law)) == []


def test_the_same_seed_asks_the_same() -> None:
    first, second = Law(border=500), Law(border=500)
    searched(Sut(), first)
    searched(Sut(), second)
    assert first.asked == second.asked


def test_judging_again_asks_the_same_without_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    sut, first, second = Sut(), Law(border=500), Law(border=500)
    found = searched(sut, first)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    again = searched(sut, second)
    assert (again, second.asked) == (found, first.asked)


def test_a_used_up_budget_ends_the_search_and_nothing_else() -> None:
    law = Law(raises=Refused("budget.requests", limit=1))
    assert searched(Sut(), law) == [HELD] * 4
    assert len(law.asked) == 4


def test_what_the_law_meets_with_is_passed_on_and_so_it_is_when_judged_again() -> None:
    sut = Sut()
    for _ in range(2):
        law = Law(raises=Refused("http.server-error", status=500))
        with pytest.raises(Refused):
            searched(sut, law)
        assert len(law.asked) == 4
