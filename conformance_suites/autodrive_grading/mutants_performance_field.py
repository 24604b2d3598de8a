"""Mutants of work in the field: zone, speed, headland turns, implement, obstacles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import trajectory

from . import drive_faults as faults
from . import field_faults as field
from .reference_performance import SCENARIOS
from .shown_drive import FIELD, driven, held, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .drive import Drive
    from .held_session import Session

MUTANTS = demo.Mutants()
ZONE, SPEED, HEADLAND, IMPLEMENT = ("zone",), ("speed",), ("headland",), ("implement",)
Row = dict[str, Any]


def shown(name: str, zh: str, en: str, make: Callable[[], Session]) -> None:
    """A mutant that lists one more session."""
    MUTANTS.add(f"performance-{name}", zh, en)(shows(make))


def changed(  # noqa: PLR0913, PLR0917 -- a mutant and the drive that it changes
    name: str, zh: str, en: str, kinds: tuple[str, ...], change: Callable[[Drive], Drive], base: str = FIELD
) -> None:
    """A mutant that lists one more session, driven or logged otherwise."""
    shown(name, zh, en, lambda: driven(base, kinds, change))


# --- zone -------------------------------------------------------------------------------------------------------------

changed(
    "zone-left-by-half-width",
    "代表点在区内，半个机身在区外",
    "the vehicle point stays in the zone, half of the machine does not",
    ZONE,
    lambda it: field.towards_border(it, 7.2),
)
changed(
    "zone-left-for-one-sample",
    "只有一个样本越界",
    "at one sample alone it is out of the zone",
    ZONE,
    lambda it: field.for_one_sample(field.towards_border(it, 6.6), -0.4, 31.0),
)
changed(
    "zone-exclusion-entered",
    "机身进入禁入区",
    "half of the machine is in an exclusion",
    ZONE,
    lambda it: field.towards_pump_house(it, 2.6),
)
changed(
    "zone-left-in-fallback",
    "只在后援停车过程中越界",
    "only the stop at the end leads out of the zone",
    ZONE,
    lambda it: field.in_mode_drifting(it, "fallback", 1.0, 13.6),
    "s31-minimum-risk",
)
changed(
    "zone-left-said-manual",
    "越界时接合着，却记为人工",
    "out of its zone it says manual, and is engaged",
    ZONE,
    lambda it: field.said_by_hand(field.towards_border(it, 7.4), 20.0, 42.0, engaged=True),
)

# --- speed ------------------------------------------------------------------------------------------------------------

changed(
    "speed-off-on-one-pass",
    "一行慢 8%，总平均达标",
    "8 % slow on one pass, the mean of all is within the limit",
    SPEED,
    lambda it: field.driven_at(it, 0.087, "P2"),
)
changed(
    "speed-too-fast",
    "全程快 7%",
    "7 % faster than set on all passes",
    SPEED,
    lambda it: faults.slower_than_set(it, -0.065),
)
changed(
    "speed-set-as-driven", "设定速度抄自实测速度", "the set speed is only the measured one", SPEED, field.set_as_driven
)

# --- headland turns ---------------------------------------------------------------------------------------------------

changed(
    "headland-entry-beside",
    "入行横向偏 0.3 米",
    "it enters 0.3 m beside the planned place",
    HEADLAND,
    lambda it: faults.beside(it, 0.3, "P3"),
)
shown(
    "headland-entry-early",
    "横向准确，但早 0.5 米入行",
    "right across the line, but the pass begins 0.5 m too early",
    lambda: held(FIELD, *HEADLAND, headlands={"P2": (3.0, 114.7), "P3": (6.0, 0.0)}),
)
changed(
    "headland-turn-out-of-the-zone",
    "转弯越出作业区",
    "the turn leads out of the zone",
    HEADLAND,
    lambda it: faults.astray(it, -9.0, field.FIRST_TURN_S, field.TURN_LASTING_S),
)
changed(
    "headland-turn-by-hand",
    "转弯由人操作",
    "a hand steers in the turn",
    HEADLAND,
    lambda it: field.said_by_hand(it, field.FIRST_TURN_S, field.FIRST_TURN_S + 6.0, engaged=False),
)
changed(
    "headland-turn-standing-by",
    "声明由系统转弯，转弯时却在待命",
    "turns are declared as the system's, which stands by in them",
    HEADLAND,
    lambda it: field.said_by_hand(
        it, field.FIRST_TURN_S + 1.0, field.FIRST_TURN_S + 3.0, engaged=False, mode="standby"
    ),
)
changed(
    "headland-pass-not-driven",
    "计划的行未驶入",
    "a planned pass is not entered at all",
    HEADLAND,
    lambda it: faults.passes_kept(it, "P1", "P2", ""),
)

# --- implement --------------------------------------------------------------------------------------------------------

changed(
    "implement-late-at-one-end",
    "只在一行末端提升过晚",
    "raised too late at the end of one pass alone",
    IMPLEMENT,
    lambda it: field.raised_late(it, "P2", 3),
)
changed(
    "implement-lowered-late",
    "一行起点下降过晚",
    "lowered too late on one pass",
    IMPLEMENT,
    lambda it: field.lowered_late(it, "P3", 3),
)
changed(
    "implement-raised-throughout",
    "机具始终提升，自报指标达标",
    "never lowered, though what is reported is fine",
    IMPLEMENT,
    lambda it: it.with_columns(implement_state=trajectory.numpy.full(len(it), "raised", dtype=object)),
)
changed(
    "implement-not-raised-in-a-turn",
    "一次转弯中没有提升",
    "it works on through one turn",
    IMPLEMENT,
    lambda it: field.raised_late(it, "P1", 85),
)
changed(
    "implement-raised-on-the-way",
    "行中无故提升一次",
    "raised once in the middle of a pass, unplanned",
    IMPLEMENT,
    lambda it: field.with_states(it, slice(field.row_at(150.0), field.row_at(153.0)), "raised"),
)
changed(
    "implement-the-wrong-way",
    "升降方向相反",
    "it lowers where it should raise",
    IMPLEMENT,
    field.swapped,
)


# --- obstacles --------------------------------------------------------------------------------------------------------


def scenario(name: str, zh: str, en: str, which: str, **members: Any) -> None:  # noqa: ANN401 -- members of a scenario
    """A mutant in which one scenario went otherwise."""

    def apply(platform: Platform) -> None:
        def change(row: Row) -> None:
            row.update(members)

        platform.store.edit(SCENARIOS, change, demo.Where("key = ?", (which,)))

    MUTANTS.add(f"performance-{name}", zh, en)(apply)


scenario("obstacle-touched", "碰到障碍物", "an obstacle is touched", "o2-ditch", contact=True, clearance_m=0.0)
scenario(
    "obstacle-too-near", "未接触但间距只有 0.4 米", "not touched, but only 0.4 m away", "o1-child", clearance_m=0.4
)
scenario(
    "obstacle-touched-all-the-same",
    "报告间距足够却有接触",
    "touched, though the clearance that is told is enough",
    "o2-animal",
    contact=True,
)
scenario(
    "obstacle-not-seen",
    "没有发现也没有停，碰巧未碰到",
    "neither seen nor stopped for, and missed by chance",
    "o1-person-lying",
    stopped=False,
    detected_at_m=0.0,
    clearance_m=0.8,
)
scenario(
    "obstacle-kind-missing",
    "一项功能缺一类障碍",
    "one kind is missing for one feature only",
    "o2-person-lying",
    obstacle="pole",
)
scenario(
    "obstacle-kind-in-own-words",
    "障碍类别用自造的词",
    "a kind is told in words of its own",
    "o1-ditch",
    obstacle="hole",
)
scenario(
    "obstacle-met-at-standstill",
    "机器停着“试”障碍",
    "the machine stands while an obstacle is tried",
    "o2-vehicle",
    approach_mps=0.0,
)
