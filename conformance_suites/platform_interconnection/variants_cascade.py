"""Legal variants of the cascade: other words, other spellings, other habits that are as good."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_cascade_data import CATALOGUE, FILES, REQUESTS, SERVICES, TABLES
from .reference_data import resources, stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
TOPIC = "cascade"
TOWNSHIP = 9


def _described(name: str, words: tuple[str, str], change: Callable[[Row], object]) -> None:
    """A variant that describes every file otherwise."""

    def apply(platform: Platform) -> None:
        rules = part(platform, TOPIC)
        original = rules.described

        def described(row: Row) -> Row:
            made: Row = original(row)
            change(made)
            return made

        rules.described = described

    VARIANTS.add(name, *words)(apply)


def _stored(name: str, words: tuple[str, str], collection: str, change: Callable[[Row], object]) -> None:
    """A variant that changes every document of a collection."""
    VARIANTS.add(name, *words)(lambda platform: platform.store.edit(collection, change))


def _capability(platform: Platform) -> Row:
    found: Row = platform.parts[SUITE].capability
    return found


# --- modes, files, tables ---------------------------------------------------------------------------------------------


@VARIANTS.add("exchange-modes-in-words", "交换方式用中文词", "exchange modes in Chinese words")
def _exchange_modes_in_words(platform: Platform) -> None:
    _capability(platform)["exchangeModes"] = ["接口服务", "文件", "数据库", "消息", "系统补录"]


_described(
    "file-digests-in-capitals",
    ("摘要用大写十六进制", "digests in capital letters"),
    lambda file: file["digest"].update(value=file["digest"]["value"].upper()),
)
_described(
    "file-digests-in-base64",
    ("摘要用 Base64，算法写作 sha256", "digests in Base64, the algorithm written sha256"),
    lambda file: file["digest"].update(
        alg=file["digest"]["alg"].lower().replace("-", ""),
        value=base64.b64encode(bytes.fromhex(file["digest"]["value"])).decode(),
    ),
)
_described(
    "files-without-record-counts", ("清单不写记录条数", "files without counts"), lambda file: file.pop("records")
)
_described(
    "file-counts-with-the-head",
    ("CSV 记录条数含表头行", "counts that include the line of column names"),
    lambda file: file.update(records=file["records"] + (file["format"] == "csv")),
)
_stored(
    "table-timestamps-as-text",
    ("时间戳列为文字", "timestamps as text"),
    TABLES,
    lambda table: table["columns"][-1].update(type="VARCHAR2(14 CHAR)"),
)
_stored(
    "table-types-of-another-database",
    ("数据类型不在表中", "data types that nobody listed"),
    TABLES,
    lambda table: [column.update(type="hyperdate with zone") for column in table["columns"][-2:]],
)
_stored(
    "table-key-as-text",
    ("主键以逗号分隔，列名大小写不同", "a key as one text, in other letters"),
    TABLES,
    lambda table: table.update(primaryKey=", ".join(table["primaryKey"]).lower()),
)


_stored(
    "files-with-odd-line-breaks",
    ("CSV 字段内含 U+2028 与垂直制表符", "fields of CSV that hold line breaks which are none of CSV"),
    FILES,
    lambda file: file.update(content=file["content"].replace(",9999", ",\u2028\v9999")),
)


@VARIANTS.add("no-file-exchange", "不做文件交换", "no exchange of files", demo.rebind.without(SUITE, "file-exchange"))
def _no_file_exchange(platform: Platform) -> None:
    _capability(platform)["exchangeModes"].remove("file")
    for operation in ("file_manifest", "file_content"):
        platform.refuse(operation, demo.no_resource())


# --- catalogue and services -------------------------------------------------------------------------------------------


def _in_words(entry: Row) -> None:
    cycles = {"daily": "每日", "weekly": "每周", "monthly": "每月", "quarterly": "每季度", "annual": "每年"}
    types = {"1": "无条件共享", "2": "有条件共享", "3": "不予共享"}
    entry["updateCycle"] = cycles[entry["updateCycle"]]
    entry["sharing"]["type"] = types[entry["sharing"]["type"]]


_stored("sharing-in-words", ("共享类型与周期用中文词", "sharing and cycles in Chinese words"), CATALOGUE, _in_words)
_stored(
    "several-formats-and-methods",
    ("格式与共享方式为列表", "formats and ways of sharing as lists"),
    CATALOGUE,
    lambda entry: entry.update(
        format=[entry["format"], "ofd"], sharing=entry["sharing"] | {"method": [entry["sharing"]["method"], "下载"]}
    ),
)
_stored(
    "free-sharing-without-words",
    ("无条件共享不写条件", "unconditional sharing without words"),
    CATALOGUE,
    lambda entry: entry["sharing"].pop("condition") if entry["sharing"]["type"] == "1" else None,
)
_stored(
    "entries-without-region",
    ("条目不写区域与节点", "entries without region and node"),
    CATALOGUE,
    lambda entry: [entry.pop(name) for name in ("regionCode", "nodeId", "relatedCodes")],
)
_stored(
    "services-of-few-words",
    ("服务只有编号、代码与名称", "services with id, code and title alone"),
    SERVICES,
    lambda service: [service.pop(name) for name in ("mode", "endpoint", "state", "publishedAt")],
)


@VARIANTS.add("catalogue-query-without-filter", "目录查询不支持筛选", "a catalogue query that knows no filter")
def _catalogue_query_without_filter(platform: Platform) -> None:
    platform.rewire("list_catalogue", lambda _: lambda call: platform.listed(call, CATALOGUE))


@VARIANTS.add("catalogue-shown-after-a-while", "目录变更片刻后可查", "changes of the catalogue are seen a moment later")
def _catalogue_shown_after_a_while(platform: Platform) -> None:
    shown: dict[str, datetime] = {}

    def noting(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            answered = handler(call)
            shown[answered.payload["resourceCode"]] = platform.clock() + timedelta(seconds=3)
            return answered

        return answer

    def hiding(_: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            hidden = [code for code, since in shown.items() if since > platform.clock()]
            marks = ", ".join("?" * len(hidden))
            return platform.listed(call, CATALOGUE, demo.Where(f"key NOT IN ({marks})", tuple(hidden)))

        return answer

    platform.rewire("report_catalogue", noting)
    platform.rewire("list_catalogue", hiding)


# --- requests and corrections -----------------------------------------------------------------------------------------


@VARIANTS.add("reply-limits-of-a-county", "县级答复时限 2/5/10", "the reply limits of a county")
def _reply_limits_of_a_county(platform: Platform) -> None:
    _capability(platform)["replyWorkingDays"] = {"immediate": 2, "ordinary": 5, "complex": 10}
    platform.store.remove(REQUESTS, "req-0003")


@VARIANTS.add("reply-after-the-holidays", "春节后才答复", "a reply after the Spring Festival")
def _reply_after_the_holidays(platform: Platform) -> None:
    def settle(request: Row) -> None:
        request.update(submittedAt="2026-02-13T17:00:00+08:00", answeredAt="2026-03-09T18:00:00+08:00")

    platform.store.edit(REQUESTS, settle, demo.Where("json_extract(body, '$.id') = 'req-0002'"))


@VARIANTS.add("reply-on-the-last-day", "最后一日深夜答复", "a reply late on the last day")
def _reply_on_the_last_day(platform: Platform) -> None:
    def settle(request: Row) -> None:
        request.update(submittedAt="2026-03-06T00:10:00+08:00", answeredAt="2026-03-20T23:50:00+08:00")

    platform.store.edit(REQUESTS, settle, demo.Where("json_extract(body, '$.id') = 'req-0002'"))


@VARIANTS.add("request-returned-long-ago", "退回补正已久", "a request was returned for completion long ago")
def _request_returned_long_ago(platform: Platform) -> None:
    long_ago = stamp(platform.now - timedelta(days=200))
    returned = demo.Where("json_extract(body, '$.state') = 'returned'")
    platform.store.edit(REQUESTS, lambda request: request.update(submittedAt=long_ago), returned)


def _only_the_state(answer: Answer) -> Answer:
    return answer.with_payload({name: value for name, value in answer.payload.items() if name != "history"})


@VARIANTS.add("requests-without-history", "申请不列状态历史", "requests without history")
def _requests_without_history(platform: Platform) -> None:
    platform.store.edit(REQUESTS, lambda request: request.pop("history"))
    for operation in ("request_resource", "answer_request", "read_request"):
        platform.alter(operation, _only_the_state)
    platform.rewire(
        "list_requests",
        lambda _: (
            lambda call: platform.listed(
                call, REQUESTS, each=lambda row: {name: row[name] for name in row if name != "history"}
            )
        ),
    )


@VARIANTS.add("requests-under-review-at-once", "提交即进入审核", "requests are under review at once")
def _requests_under_review_at_once(platform: Platform) -> None:
    def reviewed(answer: Answer) -> Answer:
        now = answer.payload["submittedAt"]
        step = {"from": "submitted", "to": "reviewing", "at": now}
        request = answer.payload | {"state": "reviewing", "history": [*answer.payload["history"], step]}
        platform.store.replace(REQUESTS, request["id"], request)
        return answer.with_payload(request)

    platform.alter("request_resource", reviewed)


@VARIANTS.add("approved-is-provided-at-once", "同意后即提供", "what is approved is provided at once")
def _approved_is_provided_at_once(platform: Platform) -> None:
    rules = part(platform, TOPIC)
    original = rules.answered

    def answered(request: Row, decision: str, by: str) -> None:
        original(request, decision, by)
        if decision == "approved":
            original(request, "provided", by)

    rules.answered = answered


@VARIANTS.add("withdrawn-requests-kept", "撤回的申请留存", "withdrawn requests are kept")
def _withdrawn_requests_kept(platform: Platform) -> None:
    def keep(call: Call) -> Answer:
        request = platform.store.get(REQUESTS, call.params["request"])
        if request is None:
            raise demo.no_resource()
        step = {"from": request["state"], "to": "withdrawn", "at": stamp(platform.clock())}
        kept = request | {"state": "withdrawn", "history": [*request["history"], step]}
        platform.store.replace(REQUESTS, request["id"], kept)
        return demo.Answer(kept)

    platform.rewire("withdraw_request", lambda _: keep)


@VARIANTS.add("corrections-verified-at-once", "纠错即时进入核实", "corrections are being verified at once")
def _corrections_verified_at_once(platform: Platform) -> None:
    platform.alter("read_correction", lambda answer: answer.with_payload(answer.payload | {"state": "核实中"}))


# --- back-flow --------------------------------------------------------------------------------------------------------


@VARIANTS.add("back-flow-refuses-other-regions", "无数据的区域拒绝回流", "regions without data are refused")
def _back_flow_refuses_other_regions(platform: Platform) -> None:
    def refuse(answer: Answer) -> Answer:
        if not answer.payload["total"]:
            raise demo.no_resource()
        return answer

    platform.alter("return_flow", refuse)


@VARIANTS.add("regions-of-nine-digits", "区划代码 9 位", "region codes of nine digits")
def _regions_of_nine_digits(platform: Platform) -> None:
    def cut(record: Row) -> None:
        if "regionCode" in record:
            record["regionCode"] = record["regionCode"][:TOWNSHIP]

    for resource in resources():
        platform.store.edit(resource.records, cut)
        platform.store.edit(resource.changes, lambda change: cut(change.get("record", {})))
    platform.rewire("return_flow", lambda handler: lambda call: handler(_padded(call)))
    platform.alter(
        "xml_schema", lambda answer: replace(answer, document=(answer.document or b"").replace(b"{12}", b"{9}"))
    )


def _padded(call: Call) -> Call:
    return demo.Call(
        call.account, call.args, {"region": call.params["region"].ljust(12, "0")}, call.body, call.url, call.headers
    )
