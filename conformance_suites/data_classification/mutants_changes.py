"""Mutants of change: grading acts, review, history, derived data, filings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import PLAIN, altered, both, calm, falls, having, lower, one, rises
from .reference import FILINGS, SUITE
from .reference_grading import GRADES, rank
from .reference_service import Catalogue, beyond
from .reference_trail import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Entry = dict[str, Any]
MUTANTS = demo.Mutants()
FUSED = both(having("derivedFrom"), lambda entry: entry["processing"] == "fused")
MASS = having("massStatistics", "derivedFrom")


def _moved(text: str, days: int) -> str:
    return stamp(datetime.fromisoformat(text) + timedelta(days=days))


def _any_row(test: Callable[[Entry], bool]) -> Callable[[Entry], bool]:
    return lambda entry: "derivedFrom" not in entry and any(map(test, entry.get("history", ())))


def _ends_rising(entry: Entry) -> bool:
    history = entry.get("history") or [{}]
    return "derivedFrom" not in entry and rises(history[-1]) and history[-1]["to"] in {"G2", "G3"}


def _swap_times(entry: Entry) -> None:
    first, second, *_ = entry["history"]
    first["at"], second["at"] = second["at"], first["at"]


one(MUTANTS, "grading-basis-missing", ("缺定级依据", "no basis"), PLAIN, lambda entry: entry.pop("basis"))
one(
    MUTANTS,
    "self-approved",
    ("自定自批", "approved by its grader"),
    PLAIN,
    lambda e: e.update(approvedBy=e["gradedBy"]),
)
one(
    MUTANTS,
    "approved-before-grading",
    ("批准早于定级", "approved before it was graded"),
    PLAIN,
    lambda entry: entry.update(approvedAt=_moved(entry["gradedAt"], -1)),
)
one(MUTANTS, "review-date-missing", ("缺复核日期", "no review date"), PLAIN, lambda entry: entry.pop("nextReviewDate"))


@MUTANTS.add("graded-in-the-future", "定级时间在将来", "graded in the future")
def _graded_in_the_future(platform: Platform) -> None:
    with altered(platform, PLAIN) as entry:
        calm(entry)
        entry["gradedAt"] = stamp(platform.now + timedelta(days=30))
        entry["approvedAt"] = stamp(platform.now + timedelta(days=31))


@MUTANTS.add("review-overdue", "复核逾期", "a review is overdue")
def _review_overdue(platform: Platform) -> None:
    with altered(platform, PLAIN) as entry:
        entry["nextReviewDate"] = (platform.now - timedelta(days=30)).date().isoformat()


one(
    MUTANTS,
    "history-ends-elsewhere",
    ("历史末级与现级不符", "the history ends at another level"),
    _ends_rising,
    lambda entry: entry["history"][-1].update(to=GRADES[rank(entry["history"][-1]["to"])]),
)
one(
    MUTANTS,
    "history-out-of-order",
    ("历史时间倒退", "the history's times go back"),
    lambda entry: len(entry.get("history", ())) > 1,
    _swap_times,
)
one(
    MUTANTS,
    "history-row-removed",
    ("历史缺一行", "a row of the history is gone"),
    lambda entry: len(entry.get("history", ())) > 2,  # noqa: PLR2004 -- a middle row
    lambda entry: entry["history"].pop(1),
)
one(
    MUTANTS,
    "change-reason-unknown",
    ("变更原因不在表中", "a reason outside the list"),
    _any_row(rises),
    lambda entry: next(filter(rises, entry["history"])).update(reason="other"),
)
one(
    MUTANTS,
    "downgrade-without-evidence",
    ("降级无证据", "a lower level without evidence"),
    _any_row(falls),
    lambda entry: next(filter(falls, entry["history"])).pop("evidence"),
)
one(
    MUTANTS,
    "fusion-not-regraded",
    ("融合后未重评", "not graded again after fusion"),
    FUSED,
    lambda entry: entry.update(derivedAt=_moved(entry["gradedAt"], 10)),
)
one(MUTANTS, "fusion-time-missing", ("缺融合时间", "no time of fusion"), FUSED, lambda entry: entry.pop("derivedAt"))
one(
    MUTANTS,
    "fusion-below-source",
    ("融合结果低于来源", "a fused product below its sources"),
    both(FUSED, lambda entry: entry["level"] == "important"),
    lambda entry: lower(entry, "G3", ("orgRights", "serious")),
)
one(
    MUTANTS,
    "mask-method-missing",
    ("缺脱敏方法", "no masking method"),
    having("maskMethod"),
    lambda entry: entry.pop("maskMethod"),
)
one(
    MUTANTS,
    "mass-statistics-not-raised",
    ("大规模群体统计未升级", "statistics on large groups not raised"),
    MASS,
    lambda entry: lower(entry, "G2", ("personalRights", "general")),
)


@MUTANTS.add("re-report-flag-never", "从不要求重报", "a new report is never due")
def _re_report_flag_never(platform: Platform) -> None:
    platform.parts[SUITE].report_due = lambda _: False


@MUTANTS.add("re-report-flag-always", "总是要求重报", "a new report is always due")
def _re_report_flag_always(platform: Platform) -> None:
    platform.parts[SUITE].report_due = lambda _: True


@MUTANTS.add("re-report-ignores-volume", "重报只看条数", "a new report follows from records only")
def _re_report_ignores_volume(platform: Platform) -> None:
    rules: Catalogue = platform.parts[SUITE]
    rules.report_due = lambda row: beyond(row["previous"], row["current"], "records") or "otherReason" in row


def _overdue(platform: Platform, reported: int | None) -> None:
    """One filing over the limit changed 200 days ago and was reported so many days later, or never."""
    rules: Catalogue = platform.parts[SUITE]
    late = next(row for row in platform.store.all(FILINGS) if rules.report_due(row) and "otherReason" not in row)
    late["changedAt"] = stamp(platform.now - timedelta(days=200))
    late.pop("reportedAt", None)
    if reported is not None:
        late["reportedAt"] = _moved(late["changedAt"], reported)
    platform.store.replace(FILINGS, late["resourceCode"], late)


@MUTANTS.add("filing-late", "变更备案逾期", "a change filed too late")
def _filing_late(platform: Platform) -> None:
    _overdue(platform, 120)


@MUTANTS.add("filing-never-made", "变更未备案", "a change never filed")
def _filing_never_made(platform: Platform) -> None:
    _overdue(platform, None)
