"""Mutants of logs: guidance that is worse than its limits, each in a way that some figures do not see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import trajectory

from . import drive_faults as faults
from . import pass_faults
from .shown_drive import BEGUN, CURVE, FIELD, LASTING, STOPS, driven, errors_m, held, shows, with_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from .drive import Array, Drive
    from .held_session import Session

MUTANTS = demo.Mutants()
TRACK, ROWS = ("track",), ("row_spacing",)
GOOD_M = 0.035


def shown(name: str, zh: str, en: str, make: Callable[[], Session]) -> None:
    """A mutant that lists one more session."""
    MUTANTS.add(f"performance-{name}", zh, en)(shows(make))


def changed(  # noqa: PLR0913, PLR0917 -- a mutant and the drive that it changes
    name: str, zh: str, en: str, base: str, kinds: tuple[str, ...], change: Callable[[Drive], Drive]
) -> None:
    """A mutant that lists one more session, driven or logged otherwise."""
    shown(name, zh, en, lambda: driven(base, kinds, change))


# --- tracking ---------------------------------------------------------------------------------------------------------

changed(
    "track-beside", "始终偏 4 厘米", "always 4 cm beside the line", FIELD, TRACK, lambda it: faults.beside(it, 0.04)
)
changed(
    "track-weaving",
    "左右摆动，均值与 95 分位均达标",
    "it weaves; mean and 95th percentile are within their limits",
    FIELD,
    TRACK,
    lambda it: faults.weaving(it, 0.033, 9.0),
)
changed(
    "track-drifting",
    "越走越偏",
    "the error grows as time goes on",
    FIELD,
    TRACK,
    lambda it: faults.drifting(it, 0.0004),
)
changed(
    "track-one-pass-beside",
    "三行中一行偏 6 厘米，均值达标",
    "one pass of three is 6 cm beside; the mean is within its limit",
    FIELD,
    TRACK,
    lambda it: faults.beside(it, 0.06, "P3"),
)
changed(
    "track-never-on-line", "从未上线", "it never comes to its line", FIELD, TRACK, lambda it: faults.beside(it, 0.3)
)
changed(
    "track-told-better",
    "实际偏 4 厘米，自报值却很小",
    "4 cm beside, hidden behind a smoothed self-report",
    FIELD,
    TRACK,
    lambda it: faults.flattered(faults.beside(it, 0.04)),
)
changed(
    "track-lines-swapped",
    "两行的导航线互换",
    "two passes follow each other's lines",
    FIELD,
    TRACK,
    lambda it: pass_faults.lines_swapped(it, "L2", "L3"),
)
changed(
    "track-curve-cut",
    "弯道切内侧",
    "bends are cut on the inside",
    CURVE,
    TRACK,
    lambda it: it.moved(it["curvature_1_km"] * 0.004),
)


@MUTANTS.add("performance-track-rare-leaps", "偶有大偏差，均方根达标", "rare large errors; RMS is within its limit")
@shows
def _rare_leaps() -> Session:
    told = held(FIELD, *TRACK)
    return with_errors(told, errors_m(told) * 0.5 + 0.065 * _now_and_then(told))


def first_line() -> dict[str, Any]:
    """The first of the field's lines alone."""
    return {"L1": held(FIELD).lines["L1"]}


def _now_and_then(told: Session) -> Array:
    """1 on one second of fourteen, else 0 (n,)."""
    return (told.drive["t_s"] % 14.0 < 1.0) * 1.0 if told.drive else trajectory.numpy.zeros(0)


@MUTANTS.add(
    "performance-track-antenna-steered", "按天线而非车辆代表点控制", "the antenna is on the line, not the machine"
)
@shows
def _antenna_steered() -> Session:
    told = held(FIELD, *TRACK)
    if told.drive is None:
        raise ValueError(told.session_id)
    lever, roll = told.drive.antenna, trajectory.numpy.radians(told.drive["roll_deg"])
    np = trajectory.numpy
    return replace(told, drive=told.drive.moved(-lever.height_m * np.sin(roll) - lever.right_m * np.cos(roll)))


@MUTANTS.add(
    "performance-track-diluted",
    "误差小处加密采样，冲淡超限的一行",
    "sampled more often where it is good, so that a bad pass counts for little",
)
@shows
def _diluted() -> Session:
    told = driven(FIELD, TRACK, lambda it: faults.beside(it, 0.055, "P3"))
    return replace(told, drive=told.drive and pass_faults.diluted(told.drive, abs(errors_m(told)) < GOOD_M, 8))


shown(
    "track-one-line-between-rows",
    "各行同用一条 AB 线，其中一行偏半行",
    "all passes name one AB line, and one of them is half a row beside its own",
    lambda: driven(
        FIELD, TRACK, lambda it: pass_faults.on_one_line(faults.beside(it, 1.5, "P3"), "L1"), lines=first_line()
    ),
)
shown(
    "track-not-reduced",
    "声称已折算，实为天线位置",
    "positions are said to be the vehicle point's, and are the antenna's",
    lambda: held(FIELD, *TRACK, reference_point="vehicle"),
)
shown(
    "track-class-b-missed",
    "B 级也不达标",
    "not even the limits of class B are met",
    lambda: driven(FIELD, TRACK, lambda it: faults.beside(it, 0.11), accuracy_class="B"),
)

# --- adjacent rows ----------------------------------------------------------------------------------------------------

shown("rows-too-wide", "行距大 4 厘米", "rows are 4 cm too far apart", lambda: held(FIELD, *ROWS, row_spacing_m=2.96))
changed(
    "rows-wide-and-narrow",
    "一宽一窄，均值达标",
    "rows wide and narrow by turns; the mean is within its limit",
    FIELD,
    ROWS,
    lambda it: faults.beside(it, 0.048, "P2"),
)
shown(
    "rows-skipped-and-wide",
    "跳行作业且行距大 4 厘米",
    "rows driven with one skipped, and 4 cm too far apart",
    lambda: driven(FIELD, ROWS, lambda it: pass_faults.in_order(it, "P1", "P3", "P2"), row_spacing_m=2.96),
)
changed(
    "rows-diverging",
    "后一行逐渐偏开",
    "a row runs away from the one beside it",
    FIELD,
    ROWS,
    lambda it: it.moved(pass_faults.since_pass_began_s(it, "P3") * 0.002),
)

# --- stops, coming to the line ----------------------------------------------------------------------------------------

changed(
    "restart-jump",
    "起步时跳偏",
    "it jumps aside when it starts",
    STOPS,
    ("stop_start",),
    lambda it: faults.astray(it, 0.09, 15.8, 3.0),
)
changed(
    "restart-jump-once",
    "仅第三次起步跳偏",
    "it jumps aside on the third start alone",
    STOPS,
    ("stop_start",),
    lambda it: faults.astray(it, -0.08, 47.4, 3.0),
)

changed(
    "restart-as-far-off-as-before",
    "停机前后都偏 20 厘米",
    "20 cm off before a stop and as far off after it",
    STOPS,
    ("stop_start",),
    lambda it: faults.beside(it, 0.2),
)


def approached(name: str, zh: str, en: str, change: Callable[[Array], Array]) -> None:
    """A mutant that comes to its first line otherwise; ``change`` says how far right by the sample of the pass."""

    def otherwise(it: Drive) -> Drive:
        np = trajectory.numpy
        first = int(np.argmax(it["engaged"]))
        return it.moved(np.where(pass_faults.in_pass(it, "P1"), change(np.arange(len(it)) - first), 0.0))

    changed(name, zh, en, FIELD, ("on_line",), otherwise)


approached("on-line-late", "上线太慢", "it takes too long a way to its line", lambda k: (k < 24) * 0.2)  # noqa: PLR2004 -- samples
approached("on-line-never", "从未上线", "it never comes to its line", lambda k: k * 0.0 + 0.12)
approached(
    "on-line-left-again",
    "刚上线又偏出",
    "it comes to its line and leaves it again",
    lambda k: ((k > 26) & (k < 50)) * 0.12,  # noqa: PLR2004 -- samples
)

# --- fixes ------------------------------------------------------------------------------------------------------------

shown(
    "fix-late",
    "固定解太晚，此前只闪现 4 秒",
    "the fix that stays comes late; one of 4 s came before",
    lambda: held(BEGUN, "initialisation", power_on_s=83.0),
)
changed(
    "endurance-short",
    "差分中断 6 秒即偏出",
    "the line is lost 6 s after the corrections",
    LASTING,
    ("endurance",),
    lambda it: faults.drifting(it, 0.01, 20.0),
)
changed(
    "endurance-let-go",
    "差分一断即退出",
    "the system lets go as soon as the corrections are lost",
    LASTING,
    ("endurance",),
    lambda it: pass_faults.let_go(it, 20.4),
)
changed(
    "endurance-short-once",
    "另有一次短中断即偏出",
    "the line is lost in an earlier, short outage",
    LASTING,
    ("endurance",),
    lambda it: faults.astray(faults.fix_lost(it, 6.0, 9.0), 0.16, 6.0, 3.0),
)
