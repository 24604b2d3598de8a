"""Important data: what is filed, when a new report is due, and the list that is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule, requirement, schema, set_rule

from .days import beijing_day, months_later
from .quantities import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record, Sut

ITEM = "urn:szxc:data_classification:important-item"
FILED_WITHIN = 3
"""Calendar months."""
PAYLOAD = frozenset(
    {"sample", "samples", "example", "examples", "rows", "datarows", "data", "content", "contents", "payload"}
)
DEPTH = 6


def changed_much(filing: Record) -> bool | None:
    """Whether records or bytes changed by more than 30 per cent, exact; ``None`` where nothing can be compared."""
    answers = [_much(filing, part) for part in ("records", "bytes")]
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


def _much(filing: Record, part: str) -> bool | None:
    before, now = count(filing, f"previous.{part}"), count(filing, f"current.{part}")
    if not before or now is None:
        return None
    return abs(now - before) * 10 > before * 3


@set_rule("DC-042", over="list_filings")
def test_change_over_30_percent_calls_for_a_report(filings: Iterable[Record]) -> Iterator[Observation]:
    """The flag is up if and only if the change is over 30 per cent, and both cases have been seen.

    A flag that is always up or always down agrees with one case alone; without both, only breaches are told.
    """
    seen: set[bool] = set()
    held: list[Observation] = []
    for filing in filings:
        much, flag = changed_much(filing), filing.flag("reReportRequired")
        if much is None or flag is None:
            continue
        seen.add(much)
        holds = flag == much or (flag and filing.has("otherReason"))
        observation = expect(holds, filing.at("reReportRequired"), expected=much, observed=flag)
        if holds:
            held.append(observation)
        else:
            yield observation
    if len(seen) > 1:
        yield from held


@record_rule("DC-043", over="list_filings")
def test_change_is_filed_in_time(filing: Record) -> Iterator[Observation]:
    """A change over 30 per cent is filed within three months; where it is not filed yet, the time is not up."""
    changed, reported = filing.time("changedAt"), filing.time("reportedAt")
    if changed is None or not changed_much(filing) or (reported is None and filing.has("reportedAt")):
        return
    due = months_later(beijing_day(changed), FILED_WITHIN)
    here, today = filing.at("reportedAt"), beijing_day(filing.observed_at)
    if reported:
        day = beijing_day(reported)
        yield expect(day <= due, here, expected=f"<= {due}", observed=str(day))
    elif today > due:
        yield expect(holds=False, at=here, expected=f"<= {due}", observed="not filed")


@requirement("DC-044")
def test_important_list_is_whole_and_holds_no_data(sut: Sut) -> Iterator[Observation]:
    """No item holds data; every important entry of the catalogue is an item."""
    listed: set[str | None] = set()
    for item in sut.records("list_important"):
        listed.add(item.text("resourceCode"))
        found = next(_payload(item.value), None)
        yield expect(found is None, item.at(found or ""), expected="no data", observed=found)
    for entry in sut.records("list_entries"):
        code = entry.text("resourceCode")
        if code and entry.text("level") == "important":
            yield expect(code in listed, entry.at("resourceCode"), expected="in list_important", observed="absent")


def _payload(value: object, path: str = "", depth: int = DEPTH) -> Iterator[str]:
    """Dotted paths of filled members whose name says that they hold data."""
    if isinstance(value, list) and depth:
        for index, item in enumerate(value):
            yield from _payload(item, f"{path}.{index}", depth - 1)
    if isinstance(value, dict) and depth:
        for member, item in value.items():
            here = f"{path}.{member}".removeprefix(".")
            if member.lower() in PAYLOAD and item not in (None, "", [], {}):
                yield here
            yield from _payload(item, here, depth - 1)


@record_rule("DC-045", over="list_important")
def test_important_item_has_the_nine_items(item: Record) -> Iterator[Observation]:
    """Class, level, scale, purpose, scope, responsible body, sharing, transfer across the border, measures."""
    yield from schema.conforms(item, ITEM)
