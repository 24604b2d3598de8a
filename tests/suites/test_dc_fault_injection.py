"""A short version of benchmarks/fault_injection.py, and a look at each of the faults that it injects."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Request, Status
from pytest_szxc.target.statement import Limits
from pytest_szxc.target.transports import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SEEN = {
    "reset": {"transport.reset", "transport.closed"},
    "closed": {"transport.closed"},
    "cut-head": {"transport.cut-short"},
    "cut-body": {"transport.cut-short"},
    "reset-body": {"transport.reset", "transport.cut-short"},
    "500": {500},
    "502-page": {502},
    "503": {503},
    "429-now": {429},
    "429-soon": {429},
    "garbage": {"transport.not-http"},
    "cut-gzip": {"encoding.truncated"},
    "wrong-charset-page": {200},
    "late": {"transport.timeout"},
}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Modules of the benchmarks, which are scripts beside each other."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return import_module


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def plain(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"code":0,"data":{"list":[]}}']


@pytest.mark.parametrize(("name", "seen"), SEEN.items())
def test_a_fault_is_what_it_is_called(
    name: str,
    seen: set[object],
    bench: Callable[[str], ModuleType],
    closing: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faulty_front = bench("faulty_front")
    monkeypatch.setattr(faulty_front, "FAULTS", {name: faulty_front.FAULTS[name]})
    front = closing.enter_context(faulty_front.Front().open())
    front.weather = faulty_front.Weather(plain, "seed", 1.0, late=0.4)
    transport = HttpTransport(front.url, replace(Limits(), deadline=0.2), {})
    closing.callback(transport.close)
    try:
        found: object = transport.send(Request("GET", front.url + "/entries")).status
    except TransportFault as fault:
        found = fault.code
    assert found in seen
    assert front.weather.faults[name] >= 1


def test_every_fault_is_looked_at(bench: Callable[[str], ModuleType]) -> None:
    assert set(bench("faulty_front").FAULTS) == set(SEEN)


def test_the_same_seed_brings_the_same_faults(bench: Callable[[str], ModuleType]) -> None:
    faulty_front = bench("faulty_front")
    asked = [faulty_front.Asked("GET", f"/{number}", {"authorization": "x"}, b"") for number in range(200)]
    first, second = (faulty_front.Weather(plain, "seed", 0.2) for _ in range(2))
    drawn = {one.target: first.fault(one)[0] for one in asked}
    assert {one.target: second.fault(one)[0] for one in reversed(asked)} == drawn
    assert sum(first.faults.values()) == sum(name is not None for name in drawn.values()) > 20


def test_a_bad_line_makes_no_verdict_wrong(bench: Callable[[str], ModuleType], closing: ExitStack) -> None:
    fault_injection = bench("fault_injection")
    tally = fault_injection.short_runs(0.05, range(14), fault_injection.Stage(closing), mutants=1)
    assert (tally.false_fails, tally.false_passes, tally.others) == ([], [], [])
    assert tally.runs == 14
    assert sum(tally.faults.values()) > 14
    assert tally.again > 0
    assert tally.verdicts[Status.INCONCLUSIVE] > 0
    assert tally.verdicts[Status.PASS] > tally.verdicts[Status.INCONCLUSIVE]


def test_a_wrong_verdict_would_be_seen(bench: Callable[[str], ModuleType]) -> None:
    fault_injection = bench("fault_injection")
    tally = fault_injection.Tally()
    truth = {"A": Status.PASS, "B": Status.FAIL, "C": Status.WARN, "D": Status.PASS, "E": Status.FAIL}
    found = {"A": Status.FAIL, "B": Status.PASS, "C": Status.NOT_APPLICABLE, "D": Status.INCONCLUSIVE, "E": Status.FAIL}
    fault_injection.compare("run", truth, found, tally)
    assert tally.false_fails == ["run A: pass → fail"]
    assert tally.false_passes == ["run B: fail → pass", "run C: warn → not-applicable"]
    assert not tally.holds
