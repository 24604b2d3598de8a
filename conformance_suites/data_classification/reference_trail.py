"""The trail of an entry's grading: who graded and approved when, and how the level changed before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from .reference_grading import GRADES, rank

if TYPE_CHECKING:
    from random import Random

    from .reference_topics import Topic

BEIJING = timezone(timedelta(hours=8))
UP = (
    "fusion",
    "scaleThreshold",
    "precisionReached",
    "crossDeptLinked",
    "sensitiveEvent",
    "contentChanged",
    "contextChanged",
)
DOWN = ("masked", "keyFieldsRemoved", "deidentified", "anonymised", "madePublic", "sensitivityLost", "contextChanged")
GRADERS = ("数据管理岗一", "数据管理岗二", "数据管理岗三")
APPROVERS = ("数据安全负责人甲", "数据安全负责人乙")
_TOP_GENERAL = 4


@dataclass(frozen=True, slots=True)
class Trail:
    """When an entry was graded and approved, and its history."""

    graded: datetime
    approved: datetime
    by: str
    approver: str
    history: list[dict[str, str]]


def trail(topic: Topic, number: int, grade: str, now: datetime, random: Random) -> Trail:
    """The trail of entry ``number`` (from 0) that ends at ``grade``."""
    graded = now - timedelta(days=random.randint(20, 280), minutes=random.randint(0, 600))
    by = random.choice(GRADERS)
    return Trail(
        graded=graded,
        approved=graded + timedelta(days=random.randint(1, 12)),
        by=by,
        approver=random.choice(APPROVERS),
        history=_history(topic, number, grade, graded, by),
    )


def _history(topic: Topic, number: int, grade: str, at: datetime, by: str) -> list[dict[str, str]]:
    """A first grading by order, then one or two changes; some entries never changed, some of them say nothing."""
    reason = _reason(topic, number, grade)
    if not reason:
        return [] if number % 2 else [_change("", grade, "authorityOrder", at, by)]
    before = _before(reason, grade, number)
    steps = [before, grade] if number % 5 else [_neighbour(before), before, grade]
    reasons = ["authorityOrder", reason] if number % 5 else ["authorityOrder", "contentChanged", reason]
    days = [800, 400, 0][-len(steps) :]
    made = [
        _change(was, to, why, at - timedelta(days=ago), by)
        for was, to, why, ago in zip(["", *steps], steps, reasons, days, strict=False)
    ]
    return [_proved(change, number) for change in made]


def _proved(change: dict[str, str], number: int) -> dict[str, str]:
    """The change, with evidence if it goes down."""
    if rank(change.get("from", "G1")) <= rank(change["to"]):
        return change
    return change | {"evidence": f"云禾农数评〔{change['at'][:4]}〕{number + 1}号"}


def _neighbour(grade: str) -> str:
    return GRADES[rank(grade) - 2] if rank(grade) > 1 else GRADES[1]


def _reason(topic: Topic, number: int, grade: str) -> str:
    """Why the grade changed last; empty for every third plain entry, which never changed."""
    if topic.lowered:
        return topic.lowered
    if topic.mass:
        return "massStatistics"
    if topic.processing == "fused":
        return "fusion"
    known = {"G1": DOWN, "G2": UP + DOWN, "G3": UP + DOWN}.get(grade, UP)
    return known[number % len(known)] if number % 3 else ""


def _before(reason: str, grade: str, number: int) -> str:
    either = rank(grade) in range(2, _TOP_GENERAL) and number % 2 == 0
    rising = either or rank(grade) >= _TOP_GENERAL if reason == "contextChanged" else reason not in DOWN
    return GRADES[rank(grade) - 2] if rising else GRADES[rank(grade)]


def _change(before: str, after: str, reason: str, at: datetime, by: str) -> dict[str, str]:
    change = {"from": before, "to": after, "reason": reason, "at": stamp(at), "by": by}
    return {name: text for name, text in change.items() if text}


def stamp(at: datetime) -> str:
    """An instant as the platform writes it, in Beijing time."""
    return at.astimezone(BEIJING).isoformat(timespec="seconds")
