"""Legal variants of logs: other formats, names and times, other ways to drive and to state what was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc.reference import rebind

from . import drive_faults as faults
from . import log_faults as texts
from . import pass_faults
from .drive_writer import OTHER_NAMES, renamed
from .mutants_performance_proof import add_evidence, parted
from .reference import SUITE, part
from .reference_declaration import changed as redeclared
from .reference_sessions import SUPERVISED
from .shown_drive import CURVE, FIELD, LASTING, driven, held, show, shows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.reference import Platform

    from .drive_writer import Columns
    from .held_session import Session

Row = dict[str, Any]
VARIANTS = demo.Variants()
TRACK, ROWS = ("track",), ("row_spacing",)
GUIDED = ("track", "row_spacing", "on_line")
MODES_HERE = {"manual": "人工", "standby": "待命", "assist": "辅助", "auto": "自动", "takeover_request": "请接管"} | {
    "fallback": "应急停车",
    "stopped": "已停",
    "fault": "故障",
}
TRUTH_HERE = {"true": "是", "false": "否"}
"""What a vendor calls modes and truth in the log."""


def all_logs(change: Callable[[Session], Session]) -> Callable[[Platform], None]:
    """A change of the platform whose logs are all written otherwise; what they say is the same."""

    def apply(platform: Platform) -> None:
        works, listed = platform.parts[SUITE], part(platform, "event_log")
        for name, told in works.sessions.items():
            if told.drive is not None:
                works.sessions[name] = made = change(told)
                row = next(one for one in listed.sessions if one["session_id"] == name)
                row["log"] = made.log

    return apply


def written(change: Callable[[Columns], Columns]) -> Callable[[Platform], None]:
    """All logs with other texts in their columns."""
    return all_logs(lambda told: replace(told, on_columns=change))


def shown(name: str, zh: str, en: str, make: Callable[[], Session]) -> None:
    """A variant that lists one more session."""
    VARIANTS.add(f"performance-{name}", zh, en)(shows(make))


# --- written otherwise ------------------------------------------------------------------------------------------------

VARIANTS.add("performance-logs-in-parquet", "轨迹记录为 Parquet", "logs are Parquet")(
    all_logs(lambda told: replace(told, log="parquet"))
)
VARIANTS.add("performance-logs-in-ndjson", "轨迹记录为 NDJSON", "logs are NDJSON")(
    all_logs(lambda told: replace(told, log="ndjson"))
)
VARIANTS.add("performance-logs-of-windows", "带 BOM、CRLF，以分号分隔", "with a byte order mark, CRLF and semicolons")(
    all_logs(
        lambda told: replace(
            told, log="csv", on_bytes=lambda body: texts.with_mark(texts.with_crlf(texts.with_semicolons(body)))
        )
    )
)


def _in_utc(columns: Columns) -> Columns:
    times = (datetime.fromisoformat(text).astimezone(UTC) for text in columns["t"])
    return {**columns, "t": [f"{one:%Y-%m-%dT%H:%M:%S}.{one.microsecond // 1000:03d}Z" for one in times]}


VARIANTS.add("performance-times-in-utc", "时间用 UTC", "times are in UTC")(written(_in_utc))
VARIANTS.add("performance-more-columns", "列更多且次序不同", "more columns, in another order")(
    written(lambda columns: {"sn": ["X7"] * len(columns["t"]), **texts.reordered(columns)})
)


def _worded(columns: Columns) -> Columns:
    coded = texts.coded(texts.coded(columns, "mode", MODES_HERE), "engaged", TRUTH_HERE)
    return renamed(coded)


def _codes(words: Mapping[str, str]) -> dict[str, str]:
    return {here: word for word, here in words.items()}


VARIANTS.add(
    "performance-columns-in-chinese",
    "列名与代码为中文，绑定中已写明",
    "columns and codes are Chinese, and the binding says so",
    rebind.fields(
        "session_log",
        {name: f'"{here}"' for name, here in OTHER_NAMES.items()},
        {"mode": _codes(MODES_HERE), "engaged": _codes(TRUTH_HERE)},
    ),
)(written(_worded))


# --- driven otherwise -------------------------------------------------------------------------------------------------

shown(
    "at-vehicle-point",
    "位置已折算到车辆代表点",
    "positions are the vehicle point's already",
    lambda: driven(FIELD, GUIDED, faults.at_vehicle_point, reference_point="vehicle"),
)
shown(
    "levelled",
    "没有横滚列，机器水平",
    "no column for roll, and the machine is level",
    lambda: driven(FIELD, GUIDED, pass_faults.levelled),
)
shown(
    "rows-skipped",
    "跳行作业，回头补中间行",
    "rows driven with one skipped, the one between last",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.in_order(it, "P1", "P3", "P2")),
)
shown(
    "rows-right-to-left",
    "从最后一行做起",
    "the last row is driven first",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.in_order(it, "P3", "P2", "P1")),
)


shown(
    "lines-directed-otherwise",
    "导航线方向与行驶方向相反",
    "guidance lines are directed against travel",
    lambda: held(FIELD, *GUIDED, lines={name: way[::-1] for name, way in held(FIELD).lines.items()}),
)
shown("curves-alone", "只有曲线", "curves alone, and their rows side by side", lambda: held(CURVE, *GUIDED))
shown(
    "one-row-again",
    "同一行做了两遍",
    "a row is driven twice",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.with_again(it, "P2")),
)
shown(
    "by-hand-between",
    "接合之外有大段人工行驶",
    "long stretches driven by hand, far off the lines",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.by_hand_first(it, 300)),
)
shown(
    "one-line-for-all-passes",
    "各行同用一条 AB 线，按行距平移",
    "all passes name one AB line, from which rows are a spacing apart",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.on_one_line(it, "L1"), lines={"L1": held(FIELD).lines["L1"]}),
)
shown(
    "pass-id-used-again",
    "作业行编号重复使用",
    "the id of a pass is used again for another row",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.numbered_anew(it, {"P3": "P1"})),
)
shown(
    "pause-within-a-pass",
    "一行中途停下加油，再接合上线",
    "a pass is left in its midst, and the line reached again",
    lambda: driven(FIELD, GUIDED, lambda it: pass_faults.paused(it, "P2", 20, 8)),
)
shown("ten-hertz", "采样 10 赫兹", "10 samples a second", lambda: driven(FIELD, GUIDED, pass_faults.doubled))
shown(
    "class-b",
    "B 级，偏 7 厘米",
    "class B, 7 cm beside",
    lambda: driven(FIELD, GUIDED, lambda it: faults.beside(it, 0.07), accuracy_class="B"),
)
shown(
    "class-c-without-endurance",
    "C 级，无续航要求",
    "class C, of which no endurance is asked",
    lambda: driven(LASTING, ("endurance",), lambda it: pass_faults.let_go(it, 20.4), accuracy_class="C"),
)


@VARIANTS.add("performance-earlier-version", "旧版本的场次未达标", "an earlier version did not meet the limits")
def _earlier_version(platform: Platform) -> None:
    show(platform, driven(FIELD, GUIDED, lambda it: faults.beside(it, 0.2), system_version="1.0.0"))


# --- stated otherwise -------------------------------------------------------------------------------------------------


@VARIANTS.add("performance-percentile-by-rank", "95 分位按最近秩", "a percentile by nearest rank, and stated so")
def _percentile_by_rank(platform: Platform) -> None:
    show(platform, parted())
    add_evidence(platform, "最近秩法 (nearest rank)")


def _reported(row: Row) -> None:
    """One decimal of centimetres, metres for some, fewer samples, a metric of one's own."""
    for item in row["evidence"]:
        if item["unit"] == "cm":
            item["value"] = round(item["value"], 1)
        if item["metric"] == "track_rms":
            item |= {"value": round(item["value"] / 100, 4), "unit": "m", "n": item["n"] - 100}
        if item["metric"] == "row_mean":
            item["value"] = abs(item["value"])
    row["evidence"].append({**row["evidence"][0], "metric": "fuel_l_per_ha", "value": 7.1, "unit": "L/ha"})


VARIANTS.add(
    "performance-stated-as-reported",
    "证据按报告习惯取整、换单位",
    "evidence rounded and in units as one reports them",
)(partial(redeclared, feature=SUPERVISED, change=_reported))
