"""Review and change of levels: history, reasons, evidence, fusion, masking, statistics."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule, set_rule

from . import tables
from .days import beijing_day
from .grading import G1, SOCIETY, cells, decide, entry_rank, name, rank_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record

LOWER_BY_NATURE = frozenset({"masked", "statistical"})


@record_rule("DC-034", over="list_entries")
def test_next_review_is_not_overdue(entry: Record) -> Iterator[Observation]:
    """A date of the next review is given and has not passed."""
    here = entry.at("nextReviewDate")
    if not entry.has("nextReviewDate"):
        yield expect(holds=False, at=here, expected="a date", observed=None)
    day, today = entry.date("nextReviewDate"), beijing_day(entry.observed_at)
    if day:
        yield expect(day >= today, here, expected=f">= {today}", observed=str(day))


@record_rule("DC-035", over="list_entries")
def test_history_is_kept(entry: Record) -> Iterator[Observation]:
    """The history ends at the present level, changes have times that do not go back, and none starts out of nowhere."""
    rows, rank = entry.children("history"), entry_rank(entry)
    if not rows or rank is None:
        return
    last = rows[-1]
    yield expect(rank_of(last.text("to")) == rank, last.at("to"), expected=name(rank), observed=last.get("to"))
    for row in rows:
        if row.has("from"):
            yield expect(row.has("at"), row.at("at"), expected="a time", observed=row.get("at"))
    for before, after in pairwise(rows):
        earlier, later = before.time("at"), after.time("at")
        if earlier and later:
            wanted = f">= {earlier.isoformat()}"
            yield expect(later >= earlier, after.at("at"), expected=wanted, observed=later.isoformat())
        start, end = after.get("from"), before.get("to")
        yield expect(start == end, after.at("from"), expected=end, observed=start)


@record_rule("DC-036", over="list_entries")
def test_reasons_are_known(entry: Record) -> Iterator[Observation]:
    """Each change has a reason of the table; a first grading, which starts from nothing, needs none."""
    for row in entry.children("history"):
        if row.has("from"):
            known = row.text("reason") in tables.codes("change_reasons")
            here = row.at("reason")
            yield expect(known, here, expected=tables.listed("change_reasons"), observed=row.get("reason"))


@record_rule("DC-037", over="list_entries")
def test_lower_levels_have_evidence(entry: Record) -> Iterator[Observation]:
    """Each change to a lower level has evidence."""
    for row in entry.children("history"):
        if _is_lower(row):
            yield expect(_is_proved(row), row.at("evidence"), expected="evidence", observed=row.get("evidence"))


def _is_proved(row: Record) -> bool:
    return row.has("evidence") and row.flag("evidence") is not False


def _is_lower(row: Record) -> bool:
    before, after = rank_of(row.text("from")), rank_of(row.text("to"))
    lower = before is not None and after is not None and after < before
    return lower or tables.column("change_reasons", "direction").get(row.text("reason") or "") == "down"


@record_rule("DC-038", over="list_entries")
def test_fusion_is_graded_again(entry: Record) -> Iterator[Observation]:
    """What derives from several sources says when, and was graded after that."""
    if len(set(entry.texts("derivedFrom"))) < 2:  # noqa: PLR2004 -- several
        return
    here = entry.at("derivedAt")
    if not entry.has("derivedAt"):
        yield expect(holds=False, at=here, expected="a time", observed=None)
    derived, graded = entry.time("derivedAt"), entry.time("gradedAt")
    if derived and graded:
        wanted = f">= {derived.isoformat()}"
        yield expect(graded >= derived, entry.at("gradedAt"), expected=wanted, observed=graded.isoformat())


@set_rule("DC-039", over="list_entries")
def test_fusion_is_not_below_its_sources(entries: Iterable[Record]) -> Iterator[Observation]:
    """What is fused reaches the highest of those sources that the catalogue lists, unless there is evidence."""
    graded: dict[str, int] = {}
    fused: list[tuple[Record, int]] = []
    for entry in entries:
        rank, code = entry_rank(entry), entry.text("resourceCode")
        if rank is not None and code:
            graded[code] = rank
            if _is_fused(entry):
                fused.append((entry, rank))
    for entry, rank in fused:
        sources = [graded[code] for code in entry.texts("derivedFrom") if code in graded]
        if sources:
            highest = max(sources)
            holds = rank >= highest or _has_evidence(entry)
            wanted = f">= {name(highest)}, or evidence"
            yield expect(holds, entry.at("level"), expected=wanted, observed=name(rank))


def _is_fused(entry: Record) -> bool:
    several = len(set(entry.texts("derivedFrom"))) > 1
    kind = entry.text("processing")
    return kind not in LOWER_BY_NATURE and (several or (kind == "fused" and entry.has("derivedFrom")))


def _has_evidence(entry: Record) -> bool:
    rows = entry.children("history")
    return bool(rows) and _is_proved(rows[-1])


@record_rule("DC-040", over="list_entries")
def test_masking_names_its_method(entry: Record) -> Iterator[Observation]:
    """What is masked says how."""
    if entry.text("processing") == "masked":
        here = entry.at("maskMethod")
        yield expect(entry.has("maskMethod"), here, expected="a method", observed=entry.get("maskMethod"))


@record_rule("DC-041", over="list_entries")
def test_mass_statistics_are_raised(entry: Record) -> Iterator[Observation]:
    """Statistics on large groups are graded above what their impacts on organisations and persons alone give."""
    rank = entry_rank(entry)
    if rank is None or entry.flag("massStatistics") is not True or not cells(entry):
        return
    rights = [
        decide(impact.text("object"), impact.text("harm"))
        for impact in entry.children("impacts")
        if impact.text("object") not in SOCIETY
    ]
    floor = max((cell for cell in rights if cell is not None), default=G1)
    yield expect(rank > floor, entry.at("level"), expected=f"> {name(floor)}", observed=name(rank))
