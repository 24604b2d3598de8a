"""The data-classification rules applied to made-up records, without a platform."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.checks.rules import RecordCheck, SetCheck
from pytest_szxc.model import Finding, Location, Response
from pytest_szxc.record import Record
from pytest_szxc.target.sut import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_szxc.checks.rules import Check, Observation

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SUITE = load_suites()["data_classification"]
CHECKS: dict[str, Check] = load_checks(SUITE)
RECORD_RULES = {id_: check for id_, check in CHECKS.items() if isinstance(check, RecordCheck)}
SET_RULES = {id_: check for id_, check in CHECKS.items() if isinstance(check, SetCheck)}


@cache
def _vector(name: str, file: str) -> str:
    return (SUITE.folder / "vectors" / name / "valid" / f"{file}.json").read_text(encoding="utf-8")


def vector(name: str, file: str) -> Any:
    """A fresh copy of a valid example."""
    return json.loads(_vector(name, file), parse_float=Decimal)


def entry(drop: Iterable[str] = (), **changes: Any) -> dict[str, Any]:
    """The full example entry with some members changed or dropped; ``sharing__type`` goes one step down."""
    made = vector("entry", "full")
    for path, value in changes.items():
        *steps, last = path.split("__")
        inner = made
        for step in steps:
            inner = inner[step]
        inner[last] = copy.deepcopy(value)
    return {name: value for name, value in made.items() if name not in set(drop)}


def as_record(value: dict[str, Any], index: int = 0) -> Record:
    """A record as a run would see it."""
    return Record(value, Location(exchange="x", record=str(value.get("resourceCode")), pointer=f"/list/{index}"), NOW)


def judge(id_: str, *values: dict[str, Any]) -> list[Observation]:
    """What a record or set rule observes on some records."""
    records = [as_record(value, index) for index, value in enumerate(values)]
    check = CHECKS[id_]
    if isinstance(check, RecordCheck):
        return [observation for record in records for observation in check.function(record)]
    assert isinstance(check, SetCheck)
    return list(check.function(records))


def findings(id_: str, *values: dict[str, Any]) -> list[Finding]:
    """The findings of a rule on some records."""
    return [observation for observation in judge(id_, *values) if isinstance(observation, Finding)]


def holds(id_: str, *values: dict[str, Any]) -> bool:
    """Whether a rule observed something, and nothing broken."""
    observed = judge(id_, *values)
    return bool(observed) and not any(isinstance(one, Finding) for one in observed)


def silent(id_: str, *values: dict[str, Any]) -> bool:
    """Whether a rule does not speak of these records."""
    return judge(id_, *values) == []


@dataclass
class FakeSut:
    """A system under test made of values: streams by operation, and a function that answers everything else."""

    streams: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answer: Callable[..., Reply] | None = None
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    now: datetime = NOW
    prefix: str = "szxc-test-"

    def random(self, name: str) -> Random:
        """A generator that is the same each time."""
        return Random(name)  # noqa: S311 -- to be repeatable

    def records(self, operation: str, **params: Any) -> list[Record]:
        """A stream; ``updatedSince`` is taken as a platform with whole-second text would."""
        since = params.get("updatedSince")
        rows = self.streams.get(operation, [])
        chosen = [row for row in rows if since is None or row.get("lastUpdated", "") >= since]
        return [as_record(row, index) for index, row in enumerate(chosen)]

    def ask(self, operation: str, *, account: str = "primary", body: Any = None, **params: Any) -> Reply:
        """One answer."""
        self.asked.append((operation, account, {**params, "body": body}))
        assert self.answer is not None
        return self.answer(operation, account=account, body=body, **params)

    def ask_each(
        self, operation: str, questions: Iterable[Mapping[str, Any]], *, account: str = "primary", **more: Any
    ) -> Iterator[Reply]:
        """One answer to each question."""
        for question in questions:
            yield self.ask(operation, account=account, **{**question, **more})

    def observe(self, id_: str) -> list[Observation]:
        """What a check observes on this system."""
        return list(CHECKS[id_].observe(self))  # type: ignore[arg-type] -- the seam is a protocol


def reply(value: Any = None, status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
    """One answer: an object, or a refusal by status."""
    response = Response(status, tuple((headers or {}).items()), body)
    record = Record(value or {}, Location(exchange="x"), NOW)
    return Reply("x", response, record, denied=status in {401, 403})
