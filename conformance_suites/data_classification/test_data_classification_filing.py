"""Important data: what is filed, when a new report is due, and the list that is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule, requirement, schema, set_rule

from .days import beijing_day, months_later
from .quantities import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pytest_szxc import Observation, Record, Sut

ITEM = "urn:szxc:data_classification:important-item"
TEXTS = ("scale", "purpose", "useScope", "responsible", "externalSharing", "crossBorder")
FILED_WITHIN = 3
"""Calendar months."""
PAYLOAD = (
    frozenset({"sample", "samples", "sampledata", "datasample", "datasamples", "example", "examples"})
    | {"rows", "datarows", "payload", "preview", "datapreview", "数据行", "数据预览"}
    | {"样例", "样例数据", "数据样例", "样本", "样本数据", "数据样本", "示例数据", "数据示例"}
)
SPOKEN_OF = frozenset({"data", "content", "contents", "records", "数据", "内容", "数据内容"})
"""Members of these names may speak of the data; they hold data where they are tables."""
JOINTS = str.maketrans("", "", "_- ")
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

    A flag that is always up or always down agrees with one case alone; without both, only breaches are told. A flag
    that is not there is down.
    """
    seen: set[bool] = set()
    held: list[Observation] = []
    for filing in filings:
        much, flag = changed_much(filing), filing.get("reReportRequired")
        if much is None:
            continue
        seen.add(much)
        holds = (flag or False) is much or (flag is True and filing.has("otherReason"))
        observation = expect(holds, filing.at("reReportRequired"), expected=much, observed=flag)
        if holds:
            held.append(observation)
        else:
            yield observation
    if len(seen) > 1:
        yield from held


@record_rule("DC-043", over="list_filings")
def test_change_is_filed_in_time(filing: Record) -> Iterator[Observation]:
    """A change over 30 per cent is filed within three months; where it is not filed yet, the time is not up.

    What was filed before the change is the filing of an earlier one.
    """
    changed, reported = _day(filing, "changedAt"), _day(filing, "reportedAt")
    if changed is None or not changed_much(filing) or (reported is None and filing.has("reportedAt")):
        return
    due = months_later(changed, FILED_WITHIN)
    here, today = filing.at("reportedAt"), beijing_day(filing.observed_at)
    if reported and reported >= changed:
        yield expect(reported <= due, here, expected=f"<= {due}", observed=str(reported))
    elif today > due:
        observed = f"filed before the change: {reported}" if reported else "not filed"
        yield expect(holds=False, at=here, expected=f"<= {due}", observed=observed)


def _day(filing: Record, path: str) -> date | None:
    """The day in Beijing of a time, or a date as it is."""
    moment = filing.time(path)
    return beijing_day(moment) if moment else filing.date(path)


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
            if _is_payload(member.lower().translate(JOINTS), item):
                yield here
            yield from _payload(item, here, depth - 1)


def _is_payload(name: str, item: object) -> bool:
    if name in SPOKEN_OF:
        return isinstance(item, list) and any(isinstance(row, dict | list) for row in item)
    filled = bool(item.strip()) if isinstance(item, str) else item not in (None, [], {})
    return name in PAYLOAD and filled and not isinstance(item, bool)


@record_rule("DC-045", over="list_important")
def test_important_item_has_the_nine_items(item: Record) -> Iterator[Observation]:
    """Class, level, scale, purpose, scope, responsible body, sharing, transfer across the border, measures."""
    yield from schema.conforms(item, ITEM)
    for member in TEXTS:
        if item.text(member) and not item.has(member):
            yield expect(holds=False, at=item.at(member), expected="a text", observed=item.text(member))
