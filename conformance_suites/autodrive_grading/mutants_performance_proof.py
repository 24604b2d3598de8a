"""Mutants of evidence: stated better than the logs show, too few samples, positions that are too coarse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import trajectory

from . import drive_faults as faults
from . import pass_faults
from .reference_declaration import changed as redeclared
from .reference_sessions import AUTO, GUIDE, SUPERVISED
from .shown_drive import FIELD, SHOWN, driven, errors_m, held, show, shows, with_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .drive import Drive
    from .held_session import Session

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TRACK = ("track",)


def stated(name: str, zh: str, en: str, metric: str, change: Callable[[Row], Row], feature: str = SUPERVISED) -> None:  # noqa: PLR0913, PLR0917 -- a mutant and the item that it changes
    """A mutant that states the first item of a metric otherwise."""

    def alter(row: Row) -> None:
        item = next(one for one in row["evidence"] if one["metric"] == metric)
        item.update(change(item))

    MUTANTS.add(f"performance-{name}", zh, en)(partial(redeclared, feature=feature, change=alter))


def changed(name: str, zh: str, en: str, change: Callable[[Drive], Drive]) -> None:
    """A mutant that lists one more session of tracking, logged otherwise."""
    MUTANTS.add(f"performance-{name}", zh, en)(shows(lambda: driven(FIELD, TRACK, change)))


# --- evidence ---------------------------------------------------------------------------------------------------------

stated(
    "stated-better-by-2-mm",
    "报告值小 2 毫米",
    "stated 2 mm better",
    "track_rms",
    lambda it: {"value": it["value"] - 0.2},
)
stated(
    "stated-better-by-3-percent",
    "报告值好 3 %",
    "stated 3 % better",
    "on_line",
    lambda it: {"value": it["value"] * 0.97},
)
stated(
    "stated-longer-endurance",
    "续航报长 5 %",
    "endurance stated 5 % longer",
    "endurance",
    lambda it: {"value": it["value"] * 1.05},
)
stated(
    "stated-at-false-fix",
    "按闪现的固定解报初始化时间",
    "initialisation stated by a fix that did not last",
    "initialisation",
    lambda it: {"value": it["value"] - 11.0},
)
stated("stated-more-samples", "样本数虚报一倍", "twice the samples stated", "track_mean", lambda it: {"n": it["n"] * 2})
stated("stated-in-metres", "厘米值写成米", "centimetres under the unit of metres", "row_rms", lambda _: {"unit": "m"})
stated("stated-in-no-unit", "单位不是长度", "a unit that is no length", "track_p95", lambda _: {"unit": "s"})
stated(
    "stated-of-no-session",
    "引用不存在的场次",
    "it refers to a session that nobody has",
    "track_mean",
    lambda it: {"log_ref": f"{it['log_ref']}-x"},
)
stated(
    "stated-of-other-session",
    "引用另一场次",
    "it refers to another session",
    "row_mean",
    lambda _: {"value": 0.0, "log_ref": "s02-curve"},
)
stated(
    "stated-of-other-feature",
    "引用另一功能的场次",
    "it refers to a session of another feature",
    "track_mean",
    lambda _: {"log_ref": "s42-field"},
    GUIDE,
)
stated(
    "stated-as-not-shown",
    "记录中没有差分中断却报续航",
    "endurance of a log without an outage",
    "endurance",
    lambda _: {"log_ref": "s01-field"},
)


@MUTANTS.add("performance-stated-of-other-version", "证据属于旧版本", "the evidence is of an earlier version")
def _other_version(platform: Platform) -> None:
    sessions = demo_sessions(platform)
    next(row for row in sessions if row["session_id"] == "s43-field")["system_version"] = "3.1.0"


def demo_sessions(platform: Platform) -> list[Row]:
    """The records of sessions as the platform lists them."""
    found: list[Row] = platform.parts["autodrive_grading"].parts["event_log"].sessions
    return found


@MUTANTS.add(
    "performance-stated-by-other-percentile", "95 分位所用方法与所述不同", "a percentile by another method than stated"
)
def _other_percentile(platform: Platform) -> None:
    show(platform, parted())
    add_evidence(platform, "linear")


def parted() -> Session:
    """A session in which the two methods of the 95th percentile differ: small errors, and 5 % of 4.5 cm."""
    np = trajectory.numpy
    told = held(FIELD, *TRACK)
    wanted = errors_m(told) * 0.2
    if told.drive is None:
        raise ValueError(told.session_id)
    counted = np.flatnonzero(np.isin(told.drive["pass_id"].astype(str), ("P2", "P3")))
    n = PARTED_N
    large = n - int(0.95 * (n - 1)) - 1
    wanted[counted[20 :: len(counted) // (large + 2)][:large]] = LARGE_M
    return with_errors(told, wanted)


PARTED_N, LARGE_M = 724, 0.045


def add_evidence(platform: Platform, method: str) -> None:
    """State the 95th percentile of that session, by nearest rank, under the name of a method."""
    day = platform.parts["autodrive_grading"].day.isoformat()
    item = {"metric": "track_p95", "value": LARGE_M * 100, "unit": "cm", "n": PARTED_N, "log_ref": SHOWN}
    redeclared(platform, AUTO, lambda row: row["evidence"].append({**item, "test_date": day, "method": method}))


# --- samples ----------------------------------------------------------------------------------------------------------

changed("two-passes", "只有两行", "two passes only", lambda it: pass_faults.in_order(it, "P1", "P2"))
changed("few-samples", "每行 150 个样本", "150 samples of each pass", lambda it: faults.short_passes(it, 150))
changed(
    "cut-to-the-good-part",
    "误差大时退出接合，只留好的部分",
    "the system lets go before the bad part of each pass",
    lambda it: pass_faults.disengaged_after(it, 205),
)
changed("one-pass-as-three", "一行拆成三行", "one pass under three ids", lambda it: pass_faults.split(it, 3))
changed("sampled-rarely", "采样间隔 1 秒", "a sample every second", lambda it: pass_faults.thinned(it, 5))

# --- resolution -------------------------------------------------------------------------------------------------------

changed("six-decimals", "坐标 6 位小数", "positions of 6 decimals", lambda it: faults.quantised(it, 6))
changed(
    "six-decimals-padded",
    "6 位小数补零成 9 位",
    "6 decimals, padded with zeros to 9",
    lambda it: faults.quantised(it, 6, 9),
)
changed("seven-decimals", "坐标 7 位小数", "positions of 7 decimals", lambda it: faults.quantised(it, 7))
changed(
    "quarters-of-a-millionth",
    "坐标以 2.5e-7 度为步，补零成 9 位",
    "positions in steps of 2.5e-7 degrees, written with 9 decimals",
    lambda it: pass_faults.stepped(it, 2.5e-7),
)
changed(
    "minutes-of-four-decimals",
    "由 4 位小数的分换算",
    "made of minutes with 4 decimals",
    lambda it: pass_faults.stepped(it, 1e-4 / 60),
)
changed("four-byte-positions", "坐标经单精度转存", "positions went through four bytes", pass_faults.in_float32)
changed(
    "one-axis-coarse",
    "只有经度粗糙",
    "longitudes alone are coarse",
    lambda it: pass_faults.stepped(it, 1e-6, ("lon",)),
)
