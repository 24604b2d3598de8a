"""Legal variants of traceability and machinery docking: other ways to say the same, sparser or fuller records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_traceability import TOPIC
from .reference_traceability_data import POINTS, TERMINALS, TRACE, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_traceability import Docking

Row = dict[str, Any]
VARIANTS = demo.Variants()
EARLY_PILOT = "91350100M0001TGQXM"
"""A real code of the early pilot that is legal and fails its check."""


def _desk(platform: Platform) -> Docking:
    desk: Docking = part(platform, TOPIC)
    return desk


def _stored(name: str, titles: tuple[str, str], change: Callable[[Row], object], table: str = TRACE) -> None:
    VARIANTS.add(name, *titles)(lambda platform: platform.store.edit(table, change))


def _by_length(row: Row) -> None:
    """Counties with 6 digits, townships with 9, villages with 12."""
    digits = {"purchase": 6, "storage": 9}.get(row["stage"], 12)
    row["regionCode"] = "999999001201"[:digits]


def _by_inbound_batch(row: Row) -> None:
    """The inbound batch bears the name that the stage before gave it; no source batch is named beside it."""
    if "source" in row:
        row["inBatch"] = row["source"].pop("prevBatch")
        row["source"]["prevSubject"] = "上一环节主体"


def _in_stock(row: Row) -> None:
    """What has come in and not gone out yet."""
    if row["stage"] == "processing":
        del row["outBatch"], row["dest"]


def _from_elsewhere(row: Row) -> None:
    """A batch from another platform, which this one does not know."""
    if row["recordId"] == "RICE-2":
        row["source"] = {"prevBatch": "OTHER-77", "platform": "虚构市平台"}


def _in_lists(row: Row) -> None:
    """Batches as lists everywhere, of one where there is one."""
    if "source" in row:
        before = row["source"]["prevBatch"]
        row["source"]["prevBatch"] = before if isinstance(before, list) else [before]
        row["inBatch"] = [row["inBatch"]]


def _seedlings(row: Row) -> None:
    """A producer that numbers what it sows; nobody sent that number out."""
    if row["stage"] == "production":
        row["inBatch"] = f"SEED-{row['recordId']}"


def _clear_numbers(row: Row) -> None:
    if row["subject"]["kind"] == "natural":
        row["subject"]["idNo"] = "99999919000101001" + "5"


def _other_documents(row: Row) -> None:
    if row["subject"]["kind"] == "natural":
        row["subject"].update(idType="passport", idNo="E00000000")


def _early_pilot(row: Row) -> None:
    if row["recordId"] == "BEAN-6":
        row["subject"]["uscc"] = EARLY_PILOT


def _named_in_chinese(row: Row) -> None:
    words = {"production": "生产", "purchase": "收购", "storage": "储存", "transport": "运输", "processing": "屠宰"}
    row["stage"] = words[row["stage"]]


def _rich_extension(row: Row) -> None:
    row["extension"] = {"stage": row["stage"], "blockchain": {"tx": "0x01"}, "photos": ["a.jpg", "b.jpg"]}


def _no_extension(row: Row) -> None:
    row.pop("extension", None)
    row.pop("own", None)


_stored(
    "trace-region-codes-of-all-lengths", ("区划代码 6、9、12 位并用", "region codes of 6, 9 and 12 digits"), _by_length
)
_stored(
    "inbound-batch-is-the-one-before",
    ("入库批次沿用上一环节批次", "the inbound batch is the one before"),
    _by_inbound_batch,
)
_stored("trace-in-stock", ("在库产品尚无出库批次与去向", "what is in stock has no outbound batch yet"), _in_stock)
_stored("trace-source-elsewhere", ("来源批次在其他平台", "a source batch on another platform"), _from_elsewhere)
_stored("trace-batches-as-lists", ("批次一律为列表", "batches are lists throughout"), _in_lists)
_stored("producers-number-their-seed", ("生产环节有自编投入品批号", "producers number what they sow"), _seedlings)
_stored("trace-citizen-numbers-clear", ("证件号未脱敏", "citizen numbers in clear"), _clear_numbers)
_stored("trace-other-documents", ("自然人用其他证件", "natural persons with other documents"), _other_documents)
_stored("trace-early-pilot-code", ("早期试点信用代码", "a credit code of the early pilot"), _early_pilot)
_stored("trace-stages-in-chinese", ("环节用中文名称", "stages by their Chinese names"), _named_in_chinese)
_stored(
    "trace-rich-extension", ("扩展丰富并重复基础成员", "a rich extension that repeats a base member"), _rich_extension
)
_stored("trace-without-extension", ("没有扩展与业务信息", "no extension and no business information"), _no_extension)


@VARIANTS.add("trace-stage-declared-unused", "运输环节已声明尚无数据", "transport is declared, and not used yet")
def _trace_stage_declared_unused(platform: Platform) -> None:
    transport = demo.Where("json_extract(body, '$.stage') = 'transport'")
    platform.store.edit(TRACE, lambda row: row.update(stage="storage"), transport)


@VARIANTS.add("trace-stages-declared-in-chinese", "环节声明用中文名称", "the stages are declared by Chinese names")
def _trace_stages_declared_in_chinese(platform: Platform) -> None:
    platform.parts[SUITE].capability["traceStages"] = ["生产", "收购", "贮存", "运输", "加工/屠宰"]
    transport = demo.Where("json_extract(body, '$.stage') = 'transport'")
    platform.store.edit(TRACE, lambda row: row.update(stage="storage"), transport)


@VARIANTS.add("trace-of-companies-only", "只接收法人提交的记录", "records of legal persons alone are taken")
def _trace_of_companies_only(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.look_at_subject

    def strict(subject: Row) -> None:
        if subject["kind"] != "legal":
            raise demo.ApiError(400, 40003, "schema violation: subject.kind")
        right(subject)

    desk.look_at_subject = strict  # type: ignore[method-assign]


@VARIANTS.add("violations-as-422", "校验错误的状态码为 422", "violations have status 422")
def _violations_as_422(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.look_at

    def unprocessable(record: Row) -> None:
        try:
            right(record)
        except demo.ApiError as error:
            raise demo.ApiError(422, error.code, error.message) from None

    desk.look_at = unprocessable  # type: ignore[method-assign]


@VARIANTS.add("no-machinery", "平台不对接农机", "a platform without machinery", demo.rebind.without(SUITE, "machinery"))
def _no_machinery(platform: Platform) -> None:
    for operation in ("list_terminals", "register_terminal", "remove_terminal", "list_track_points", "list_work_units"):
        platform.refuse(operation, demo.ApiError(404, 40401, "no resource"))


@VARIANTS.add("terminals-by-id-alone", "终端只有编号", "terminals with their ids alone")
def _terminals_by_id_alone(platform: Platform) -> None:
    platform.alter(
        "list_terminals",
        lambda answer: answer.with_payload(
            answer.payload | {"list": [{"terminalId": row["terminalId"]} for row in answer.payload["list"]]}
        ),
    )


@VARIANTS.add("track-states-as-numbers", "作业状态用自定代码", "states of track points by codes of one's own")
def _track_states_as_numbers(platform: Platform) -> None:
    platform.store.edit(POINTS, lambda row: row.update(status="1" if row["status"] == "working" else "0"))


@VARIANTS.add("track-points-at-the-borders", "轨迹点恰在边界", "track points exactly at the borders")
def _track_points_at_the_borders(platform: Platform) -> None:
    corners = ((3, 73), (54, 136))
    platform.store.edit(POINTS, lambda row: row.update(zip(("lat", "lon"), corners[len(row) % 2], strict=True)))


@VARIANTS.add("docking-just-enough", "恰有 10 台终端、20 个作业单元", "exactly ten terminals and twenty work units")
def _docking_just_enough(platform: Platform) -> None:
    for table, key, most in ((TERMINALS, "terminalId", 10), (UNITS, "unitId", 20)):
        for row in platform.store.all(table)[most:]:
            platform.store.remove(table, row[key])
