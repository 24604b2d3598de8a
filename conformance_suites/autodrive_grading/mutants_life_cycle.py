"""Mutants of versions and retention: grades that outlive their version, events that do not last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_declaration import GRADES, VOID
from .reference_declaration import TOPIC as DECLARATION
from .reference_life_cycle import TOPIC
from .reference_sessions import GUIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
OLD = timedelta(days=9)


def declarations(platform: Platform) -> Any:  # noqa: ANN401 -- Declarations whose methods are replaced
    """What keeps declarations on the platform."""
    return part(platform, DECLARATION)


# --- versions ---------------------------------------------------------------------------------------------------------


def voiding(name: str, zh: str, en: str, change: Callable[[Any, Row, str, Row], object]) -> None:
    """A mutant that does something to the grade when it became void: declarations, new row, old version, old grade."""

    def apply(platform: Platform) -> None:
        kept = declarations(platform)
        right = kept.voided

        def voided(row: Row, before: str) -> Row:
            grade = kept.store.get(GRADES, row["feature_id"])
            told: Row = right(row, before)
            change(kept, row, before, grade)
            return told

        kept.voided = voided

    MUTANTS.add(name, zh, en)(apply)


def _restored(kept: Any, row: Row, _before: str, grade: Row) -> None:  # noqa: ANN401 -- Declarations
    kept.store.replace(GRADES, row["feature_id"], grade)


def _carried_over(kept: Any, row: Row, _before: str, grade: Row) -> None:  # noqa: ANN401 -- Declarations
    kept.store.replace(GRADES, row["feature_id"], {**grade, "system_version": row["system_version"]})


def _minor(kept: Any, row: Row, before: str, grade: Row) -> None:  # noqa: ANN401 -- Declarations
    if row["system_version"].split(".")[:2] == before.split(".")[:2]:
        kept.store.replace(GRADES, row["feature_id"], grade)


voiding("life-cycle-grade-stays", "版本变更后等级仍有效", "a grade stays when the version changes", _restored)
voiding(
    "life-cycle-grade-carried-over",
    "等级自动转到新版本",
    "a grade is carried over to the next version",
    _carried_over,
)
voiding(
    "life-cycle-small-changes-ignored",
    "小版本变更不失效",
    "a change of the last number does not void the grade",
    _minor,
)


@MUTANTS.add("life-cycle-void-is-shown-once", "失效只显示一次", "that a grade is void is shown once")
def _void_is_shown_once(platform: Platform) -> None:
    def shown(answer: Answer) -> Answer:
        row = answer.payload
        if row["status"] == VOID:
            again = {name: value for name, value in row.items() if name != "void_reason"} | {"status": "valid"}
            platform.store.replace(GRADES, row["feature_id"], again)
        return answer

    platform.alter("read_grade", shown)


@MUTANTS.add("life-cycle-stays-void", "重新声明后等级仍失效", "a grade stays void when the feature is declared anew")
def _stays_void(platform: Platform) -> None:
    kept = declarations(platform)
    right = kept.keep

    def keep(row: Row, at: str) -> Row:
        before = kept.store.get(GRADES, row["feature_id"])
        told: Row = right(row, at)
        if before and before["status"] == VOID:
            kept.store.replace(GRADES, row["feature_id"], before)
        return told

    kept.keep = keep


# --- retention --------------------------------------------------------------------------------------------------------


def keeping(name: str, zh: str, en: str, keeps: Callable[[str, Row, timedelta], bool]) -> None:
    """A mutant that does not keep all events: feature, event, how long ago it was."""

    def apply(platform: Platform) -> None:
        part(platform, TOPIC).keeps = keeps

    MUTANTS.add(name, zh, en)(apply)


keeping("life-cycle-kept-for-a-week", "事件只留存一周", "events are kept for a week", lambda _f, _e, age: age.days < 7)  # noqa: PLR2004 -- a week
keeping(
    "life-cycle-routine-not-kept",
    "模式变化不留存",
    "changes of mode are not kept",
    lambda _f, event, _age: event["type"] != "mode_changed",
)
keeping(
    "life-cycle-one-feature-not-kept",
    "一项功能的事件不留存",
    "events of one feature are not kept",
    lambda feature, _e, _age: feature != GUIDE,
)


@MUTANTS.add("life-cycle-times-cut", "留存的时间截断到分", "times that are kept are cut to minutes")
def _times_cut(platform: Platform) -> None:
    part(platform, TOPIC).shown = lambda event: {**event, "t": f"{event['t'][:16]}:00{event['t'][-6:]}"}


@MUTANTS.add("life-cycle-old-times-refused", "查询九天前的事件被拒绝", "times more than 9 days ago are refused")
def _old_times_refused(platform: Platform) -> None:
    def refused(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            since = datetime.fromisoformat(call.args.get("from", platform.clock().isoformat()))
            if platform.clock() - since.astimezone(UTC) > OLD:
                raise demo.bad_parameter("from")
            return handler(call)

        return answer

    platform.rewire("list_events", refused)
