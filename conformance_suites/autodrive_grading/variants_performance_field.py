"""Legal variants of work in the field: borders touched, other ways to tell speeds and scenarios, other tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import trajectory

from . import drive_faults as faults
from . import field_faults as field
from .drive import polygon
from .reference import part
from .reference_declaration import changed as redeclared
from .reference_performance import SCENARIOS
from .reference_sessions import AUTO, COMBO, SUPERVISED, for_feature, session
from .shown_drive import FIELD, SHOWN, driven, held, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .drive import Drive
    from .held_session import Session

VARIANTS = demo.Variants()
Row = dict[str, Any]
AT_WORK = ("speed", "headland", "implement", "zone")
OVER_BY_HAND_S = 185.2
"""When the machine is taken over by hand, at the end of the field session."""


def shown(name: str, zh: str, en: str, make: Callable[[], Session]) -> None:
    """A variant that lists one more session."""
    VARIANTS.add(f"performance-{name}", zh, en)(shows(make))


def in_drive(
    name: str, zh: str, en: str, change: Callable[[Drive], Drive], kinds: tuple[str, ...] = AT_WORK, **members: object
) -> None:
    """A variant that lists one more session, driven or logged otherwise."""
    shown(name, zh, en, lambda: driven(FIELD, kinds, change, **members))


# --- zone -------------------------------------------------------------------------------------------------------------

in_drive(
    "zone-border-touched",
    "机身恰好擦到边界",
    "half of the machine comes to the border itself",
    lambda it: field.towards_border(it, 6.75),
    ("zone",),
)
in_drive(
    "zone-left-by-hand",
    "人工驾驶驶出作业区",
    "driven out of the zone by hand",
    lambda it: field.ahead(it, 14.0, OVER_BY_HAND_S),
)
in_drive(
    "zone-float-solution-inside",
    "远离边界处短时为浮点解",
    "a float solution for a while, far from the border",
    lambda it: faults.fix_lost(it, 90.0, 110.0),
    ("zone",),
)


@VARIANTS.add("performance-zone-with-a-hole", "作业区带内环，声明为 WGS84", "the zone has a hole, and is in WGS 84")
def _with_hole(platform: Platform) -> None:
    hole = polygon(((20.0, 40.0), (20.0, 50.0), (24.0, 50.0), (24.0, 40.0)))["coordinates"][0]

    def change(row: Row) -> None:
        zone = row["odd"]["zone"]
        zone["coordinates"].append(hole)
        zone["crs"] = "WGS84"

    for feature in (SUPERVISED, AUTO):
        redeclared(platform, feature, change)


# --- speed ------------------------------------------------------------------------------------------------------------

in_drive(
    "speed-set-of-the-session",
    "设定速度只写在场次里",
    "the set speed is the session's, the log has no column for it",
    lambda it: faults.without(it, "speed_set_mps"),
    ("speed",),
)
in_drive(
    "speed-set-of-the-log",
    "设定速度只写在日志里",
    "the set speed is in the log alone",
    lambda it: it,
    ("speed",),
    speed_set_mps=None,
)
in_drive(
    "speed-in-coarse-steps",
    "速度以 0.1 米每秒为一步，常与设定值相同",
    "speeds in steps of 0.1 m/s, often just as set",
    lambda it: it.with_columns(speed_mps=trajectory.numpy.round(it["speed_mps"], 1)),
    ("speed",),
)

# --- headland and implement -------------------------------------------------------------------------------------------


def _assisted() -> Session:
    """A combined-assistance feature whose turns begin when the operator says so; it declares no zone."""
    told = replace(for_feature(session(FIELD), COMBO, SHOWN, "assist", 16), kinds=("headland", "speed"), happenings=())
    waiting = field.said_by_hand(told.drive, 56.2, 57.4, engaged=False, mode="standby") if told.drive else None
    return replace(told, drive=waiting)


shown(
    "headland-turn-on-command",
    "2 级功能，操作者确认后转弯",
    "a feature of grade 2 turns when the operator says so",
    _assisted,
)
in_drive(
    "implement-state-unknown-at-times",
    "机具状态偶尔未知或过渡",
    "now and then the implement's state is unknown, or in transition",
    lambda it: field.with_states(field.with_states(it, slice(90, 240, 30), "unknown"), slice(100, 105), "transition"),
)
shown(
    "implement-plan-in-another-order",
    "计划次序不同",
    "plans are listed in another order",
    lambda: held(FIELD, *AT_WORK, implement_plan=session(FIELD).implement_plan[::-1]),
)


@VARIANTS.add("performance-implement-of-no-task", "一项功能没有机具作业", "a feature whose task has no implement")
def _without_implement(platform: Platform) -> None:
    def change(row: Row) -> None:
        row["implement"] = "na"
        row["odd"]["implements"] = []

    redeclared(platform, AUTO, change)


@VARIANTS.add("performance-sessions-in-another-order", "场次次序不同", "sessions are listed in another order")
def _reversed(platform: Platform) -> None:
    part(platform, "event_log").sessions.reverse()


# --- obstacles --------------------------------------------------------------------------------------------------------


def scenarios(name: str, zh: str, en: str, change: Callable[[Row], object]) -> None:
    """A variant in which all scenarios are told otherwise."""
    VARIANTS.add(f"performance-{name}", zh, en)(lambda platform: platform.store.edit(SCENARIOS, change))


def _repeated(row: Row) -> None:
    row.update(repetitions=10, clearance_m=0.5, weather="晴", approach_mps=3.1)


def _evaded(row: Row) -> None:
    row.update(stopped=False, clearance_m=1.0)


def _least(row: Row) -> None:
    for name in ("repetitions", "approach_mps", "detected_at_m"):
        del row[name]


scenarios("obstacles-more-repetitions", "重复十次，间距恰为限值", "ten repetitions, as near as the limit", _repeated)
scenarios("obstacles-driven-round", "绕行而不停车", "obstacles are driven round", _evaded)
scenarios("obstacles-told-briefly", "场景只写必要成员", "scenarios say no more than they must", _least)


@VARIANTS.add(
    "performance-obstacles-of-grade-two", "2 级功能也列出障碍场景", "a feature of grade 2 lists scenarios too"
)
def _of_grade_two(platform: Platform) -> None:
    name = "o3-child"
    row = {"scenario_id": name, "feature_id": COMBO, "obstacle": "child", "stopped": False, "contact": True}
    platform.store.add(SCENARIOS, name, row)
