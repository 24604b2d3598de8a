"""Reconciliation of a day: counts and digest that follow what is pushed, and differences that can be made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json, expect, requirement, schema

from .pushing import BEIJING, Sender, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

Row = dict[str, Any]
RECONCILIATION = "urn:szxc:platform_interconnection:reconciliation"
COUNTS = ("sentCount", "receivedCount", "storedCount")
ROWS = 3
ATTEMPTS = 2
"""A difference that other traffic of the same moment may have made is looked for once more."""
NO_TIME = "昨天"


class Ledger:
    """Reconciliations of one resource as a check reads them."""

    def __init__(self, sut: Sut, resource: str) -> None:
        self._sut = sut
        self._resource = resource

    def of(self, day: str) -> Record:
        """The reconciliation of a day."""
        return self._sut.ask("reconcile", resource=self._resource, date=day).record


def _grown(before: Record, after: Record) -> list[int | None]:
    """By how much each count has grown."""
    pairs = [(before.number(name), after.number(name)) for name in COUNTS]
    return [None if old is None or new is None else int(new - old) for old, new in pairs]


@dataclass(frozen=True, slots=True)
class Day:
    """One day before and after a batch.

    Attributes:
        day: on which the batch was received.
        rows: of the batch.
        was: the reconciliation before.
        now: the reconciliation after, as soon as it showed the rows.
    """

    day: str
    rows: list[Row]
    was: Record
    now: Record

    @property
    def grown(self) -> list[int | None]:
        """By how much each count has grown."""
        return _grown(self.was, self.now)

    @property
    def right(self) -> bool:
        """Whether each has grown by the batch's rows."""
        return self.grown == [ROWS] * len(COUNTS)


@requirement("IC-042")
def test_counts_follow_a_batch(sut: Sut) -> Iterator[Observation]:
    """After a batch the day's counts have all grown by its rows, and the digest speaks of the rows; no other day has.

    The digest of a day on which nothing else was stored is recomputed; otherwise it must have changed.
    """
    sender = Sender(sut, "IC-042")
    if not sender.resource:
        return
    ledger, today = Ledger(sut, sender.resource), sut.now.astimezone(BEIJING).date()
    eve = (today - timedelta(days=1)).isoformat()
    other = Ledger(sut, sender.another) if sender.another else None
    beside = other.of(today.isoformat()) if other else None
    yesterday, seen = ledger.of(eve), _follow(sender, ledger, today.isoformat())
    if seen is None:
        return
    if other and beside:
        now = other.of(today.isoformat())
        moved = _grown(beside, now)  # by others it may have grown, but hardly by the same
        wanted = f"{sender.another} without the rows of {sender.resource}"
        yield expect(moved != [ROWS] * len(COUNTS), now.at("storedCount"), expected=wanted, observed=moved)
    yield from schema.conforms(seen.now, RECONCILIATION)
    for name, grown in zip(COUNTS, seen.grown, strict=True):
        yield expect(grown == ROWS, seen.now.at(name), expected=f"+{ROWS}", observed=grown)
    for name, wanted in (("resourceCode", sender.resource), ("date", seen.day)):
        yield expect(seen.now.get(name) == wanted, seen.now.at(name), expected=wanted, observed=seen.now.get(name))
    yield from _digested(sender, seen)
    after = ledger.of(eve)
    moved = _grown(yesterday, after)
    yield expect(moved == [0, 0, 0], after.at("storedCount"), expected=f"{eve} as before", observed=moved)


def _follow(sender: Sender, ledger: Ledger, day: str) -> Day | None:
    """Push a batch and see what the day's counts make of it; once more where they do not agree, or midnight passed."""
    found: Day | None = None
    for attempt in range(ATTEMPTS):
        rows, was = sender.rows(ROWS, first=1 + ROWS * attempt), ledger.of(day)
        pushed = sender.push(rows)
        if not pushed.whole:
            break
        if day_of(pushed) != day:
            day = day_of(pushed)
            continue
        found = sender.until(partial(_look, ledger, day, rows, was), lambda seen: seen.right)
        if found.right:
            break
    return found


def _look(ledger: Ledger, day: str, rows: list[Row], was: Record) -> Day:
    return Day(day, rows, was, ledger.of(day))


def _digested(sender: Sender, seen: Day) -> Iterator[Observation]:
    was, now = seen.was, seen.now
    alg, value = now.text("digest.alg") or "", (now.text("digest.value") or "").lower()
    if was.number("storedCount") == 0 and alg in sender.algorithms:
        wanted = canonical_json.digest(alg, sorted(seen.rows, key=lambda row: str(row[sender.key])))
        yield expect(value == wanted, now.at("digest.value"), expected=wanted, observed=value)
    else:
        changed = bool(value) and value != (was.text("digest.value") or "").lower()
        yield expect(changed, now.at("digest.value"), expected="a digest that changed", observed=value or None)


@requirement("IC-043")
def test_differences_are_listed_and_made_up(sut: Sut) -> Iterator[Observation]:
    """A row that was refused is listed as a difference, and only it; sent again rightly it is stored and not listed."""
    sender = Sender(sut, "IC-043")
    if not sender.resource:
        return
    ledger, rows = Ledger(sut, sender.resource), sender.rows(ROWS)
    bad = sender.row(2, collectedAt=NO_TIME)
    pushed = sender.push([rows[0], bad, rows[2]])
    if pushed.receipt is None or pushed.outcome != "partial":
        return
    day, name = day_of(pushed), str(bad[sender.key])
    listed = sender.until(lambda: ledger.of(day), lambda seen: _speaks(seen, sender, pushed.batch, name))
    held = _speaks(listed, sender, pushed.batch, name)
    yield expect(held, listed.at("diff"), expected=f"{name} or {pushed.batch} row 1", observed=_shown(listed))
    good = [str(rows[0][sender.key]), str(rows[2][sender.key])]
    wrong = [one for one in good if _speaks(listed, sender, "", one)]
    yield expect(not wrong, listed.at("diff"), expected="rows that are not stored", observed=wrong)
    if not held:
        return
    again = sender.push([rows[1]])
    if not again.whole:
        return
    made_up = sender.until(lambda: ledger.of(day), lambda seen: not _speaks(seen, sender, pushed.batch, name))
    left = _speaks(made_up, sender, pushed.batch, name)
    yield expect(not left, made_up.at("diff"), expected=f"without {name}", observed=_shown(made_up))


def _speaks(seen: Record, sender: Sender, batch: str, name: str) -> bool:
    """Whether a difference names a row: by its id, or by batch and place."""
    left = [row for row in seen.children("diff") if row.flag("resolved") is not True]
    placed = [row.get("batchNo") == batch and row.get("index") == 1 for row in left if batch]
    return any(placed) or any(name in (row.text(sender.key), row.text("id")) for row in left)


def _shown(seen: Record) -> str:
    rows = seen.children("diff")
    return ", ".join(str(row.get("id") or (row.get("batchNo"), row.get("index"))) for row in rows[:5]) or "nothing"
