"""Mutants of the map services: what bbox, limit and datetime do, and who sees the restricted layer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pytest_szxc import reference as demo

from .reference import part
from .reference_map import BEGIN, END, SENSITIVE
from .reference_map_data import box_of
from .reference_map_image import png

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

    from .reference_map_data import Box, Feature

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TOPIC = "map"
FEATURES, RESTRICTED = "map_features", "restricted_layer"


def _maps(platform: Platform) -> Any:  # noqa: ANN401 -- whose methods and values a change may replace
    return part(platform, TOPIC)


def _behaves(name: str, words: tuple[str, str], method: str, change: Callable[[Any], Any]) -> None:
    """A mutant one of whose methods is ``change(method)``."""

    def apply(platform: Platform) -> None:
        maps = _maps(platform)
        setattr(maps, method, change(getattr(maps, method)))

    MUTANTS.add(name, *words)(apply)


def _says(name: str, words: tuple[str, str], change: Callable[[Row], object]) -> None:
    """A mutant whose pages of features say something else."""

    def altered(answer: Answer) -> Answer:
        document = json.loads(answer.document or b"null")
        change(document)
        return replace(answer, document=demo.compact(document))

    MUTANTS.add(name, *words)(lambda platform: platform.alter(FEATURES, altered))


# --- bbox -------------------------------------------------------------------------------------------------------------


def _wholly_inside(feature: Feature, box: Box) -> bool:
    own = box_of(feature)
    return own[0] >= box[0] and own[1] >= box[1] and own[2] <= box[2] and own[3] <= box[3]


_behaves("map-bbox-ignored", ("忽略 bbox", "bbox is ignored"), "in_box", lambda _: lambda *_: True)
_behaves(
    "map-bbox-latitude-ignored",
    ("bbox 只比较经度", "bbox compares longitudes alone"),
    "in_box",
    lambda right: lambda one, box: right(one, (box[0], -90.0, box[2], 90.0)),
)
_behaves(
    "map-bbox-latitude-first",
    ("bbox 按纬度在前理解", "bbox is read with latitude first"),
    "in_box",
    lambda right: lambda one, box: right(one, (box[1], box[0], box[3], box[2])),
)
_behaves(
    "map-bbox-wholly-inside",
    ("只返回完全在框内的要素", "only what is wholly inside a box is given"),
    "in_box",
    lambda _: _wholly_inside,
)
_behaves(
    "map-bbox-a-little-too-wide",
    ("bbox 被放宽", "bbox is taken wider than asked"),
    "in_box",
    lambda right: lambda one, box: right(one, (box[0] - 0.02, box[1] - 0.02, box[2] + 0.02, box[3] + 0.02)),
)


@MUTANTS.add("map-bbox-crs-ignored", "忽略 bbox-crs", "bbox-crs is ignored")
def _bbox_crs_ignored(platform: Platform) -> None:
    def unaware(handler: demo.Handler) -> demo.Handler:
        return lambda call: handler(
            replace(call, args={name: value for name, value in call.args.items() if name != "bbox-crs"})
        )

    platform.rewire(FEATURES, unaware)


@MUTANTS.add("map-bbox-unreadable-ignored", "无法识别的 bbox 被忽略", "a bbox that is none is ignored")
def _bbox_unreadable_ignored(platform: Platform) -> None:
    maps = _maps(platform)
    right = maps.box
    maps.box = lambda call: right(call) if call.args.get("bbox", "").count(",") == 3 else None  # noqa: PLR2004


def _limit_of(page: Row) -> int:
    """The limit of the request that a page answers."""
    asked = parse_qs(urlsplit(page["links"][0]["href"]).query)
    return int(asked.get("limit", ["10"])[0])


# --- limit and pages --------------------------------------------------------------------------------------------------

_behaves(
    "map-limit-ignored", ("忽略 limit", "limit is ignored"), "window", lambda right: lambda call: (right(call)[0], 100)
)
_behaves(
    "map-limit-one-too-many",
    ("每页多给一个", "one feature more than the limit"),
    "window",
    lambda right: lambda call: (right(call)[0], right(call)[1] + 1),
)
_says(
    "map-number-returned-wrong",
    ("numberReturned 有误", "numberReturned is wrong"),
    lambda page: page.update(numberReturned=10),
)
_says(
    "map-number-returned-of-a-full-page",
    ("末页 numberReturned 按整页计", "numberReturned of the last page is that of a full one"),
    lambda page: page.update(numberReturned=min(page["numberMatched"], _limit_of(page))),
)
_says(
    "map-number-matched-of-the-page",
    ("numberMatched 只计本页", "numberMatched counts the page alone"),
    lambda page: page.update(numberMatched=len(page["features"])),
)
_says(
    "map-next-link-missing",
    ("无下一页链接", "no link to the next page"),
    lambda page: page.update(links=[one for one in page["links"] if one["rel"] != "next"]),
)


@MUTANTS.add("map-pages-overlap", "下一页与本页重叠一条", "the next page repeats the last feature")
def _pages_overlap(platform: Platform) -> None:
    maps = _maps(platform)
    right = maps.window

    def window(call: Call) -> tuple[int, int]:
        start, size = right(call)
        return max(0, start - 1), size

    maps.window = window


# --- datetime ---------------------------------------------------------------------------------------------------------

_behaves("map-datetime-ignored", ("忽略 datetime", "datetime is ignored"), "in_time", lambda _: lambda *_: True)
_behaves(
    "map-datetime-begin-ignored",
    ("datetime 忽略开始", "datetime without its begin"),
    "in_time",
    lambda right: lambda written, span: right(written, (BEGIN, span[1])),
)
_behaves(
    "map-datetime-end-ignored",
    ("datetime 忽略结束", "datetime without its end"),
    "in_time",
    lambda right: lambda written, span: right(written, (span[0], END)),
)
_behaves(
    "map-datetime-a-month-off",
    ("datetime 差一个月", "datetime is a month off"),
    "in_time",
    lambda right: (
        lambda written, span: right(
            written,
            (
                span[0] if span[0] == BEGIN else span[0] - timedelta(days=30),
                span[1] if span[1] == END else span[1] - timedelta(days=30),
            ),
        )
    ),
)


@MUTANTS.add("map-datetime-open-refused", "不接受开放区间", "an open interval finds nothing")
def _open_refused(platform: Platform) -> None:
    maps = _maps(platform)
    right = maps.in_time
    maps.in_time = lambda written, span: right(written, span) and span[0] != BEGIN and span[1] != END


@MUTANTS.add(
    "map-datetime-ignored-beside-gaps", "个别要素无时间且忽略 datetime", "datetime is ignored, one time is absent"
)
def _ignored_beside_gaps(platform: Platform) -> None:
    maps = _maps(platform)
    maps.in_time = lambda *_: True
    right = maps.turned

    def untimed(feature: Feature, crs: str) -> Feature:
        shown = right(feature, crs)
        if feature["id"] not in ("parcel-003", "well-005"):
            return shown
        return shown | {"properties": dict.fromkeys(shown["properties"])}

    maps.turned = untimed


# --- other parameters -------------------------------------------------------------------------------------------------


@MUTANTS.add("map-unknown-parameter-crashes", "未知参数导致服务器错误", "an unknown parameter crashes the server")
def _unknown_crashes(platform: Platform) -> None:
    def fragile(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if "szxc-unknown" in call.args:
                raise demo.ApiError(500, 50001, "internal error")
            return handler(call)

        return answer

    platform.rewire(FEATURES, fragile)


# --- the restricted layer ---------------------------------------------------------------------------------------------


@MUTANTS.add("map-restricted-layer-open", "涉密图层匿名可读", "anybody sees the restricted layer")
def _restricted_open(platform: Platform) -> None:
    platform.routes[RESTRICTED].guarded = False
    _maps(platform).admit = lambda _: None


@MUTANTS.add(
    "map-restricted-layer-low-right", "低权限账号可读涉密图层", "an account of low rights sees the restricted layer"
)
def _restricted_low_right(platform: Platform) -> None:
    _maps(platform).admit = lambda _: None


@MUTANTS.add(
    "map-restricted-layer-cached", "授权读取后缓存给任何人", "what an authorised account read, all get from a cache"
)
def _restricted_cached(platform: Platform) -> None:
    platform.routes[RESTRICTED].guarded = False
    kept: dict[str, Answer] = {}

    def cached(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if call.account.clearance >= SENSITIVE:
                kept[call.url] = handler(call)
            if call.url not in kept:
                raise demo.ApiError(401, 40101, "no credential")
            return kept[call.url]

        return answer

    platform.rewire(RESTRICTED, cached)


@MUTANTS.add("map-restricted-layer-in-refusal", "拒绝时仍附图层", "a refusal that shows the layer all the same")
def _restricted_in_refusal(platform: Platform) -> None:
    maps = _maps(platform)
    platform.routes[RESTRICTED].guarded = False
    box = maps.layers["parcels"].box

    def telling(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if call.account.clearance >= SENSITIVE:
                return handler(call)
            return demo.Answer(document=png(box, ()), status=401, content_type="image/png")

        return answer

    platform.rewire(RESTRICTED, telling)
