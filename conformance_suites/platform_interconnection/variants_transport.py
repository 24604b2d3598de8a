"""Legal variants of transport and envelope: other envelopes, ids, descriptions, codes, notations of UTC, refusals."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_transport import code_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from pytest_szxc.reference import Answer, ApiError, Call, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants(everywhere=True)
DENIED = ("40302", "40301")
_ERROR = 400
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}")
RENAMED = demo.Envelope("result.body", "status", ("1",), DENIED, "msg", request_id="head.traceNo", timestamp="head.at")
TEXT_CODES = demo.Envelope(
    "data", "code", ("SUCCESS",), ("E40302", "E40301"), "message", request_id="requestId", timestamp="timestamp"
)
PROBLEM = demo.Envelope(
    "data",
    "code",
    ("0",),
    DENIED,
    "message || detail",
    request_id="requestId || instance",
    timestamp="timestamp",
)


@VARIANTS.add(
    "envelope-renamed",
    "包络成员另名、分层",
    "an envelope with other names, in two layers",
    demo.rebind.envelope(RENAMED),
)
def _envelope_renamed(platform: Platform) -> None:
    answering = platform.answering

    def other(usual: Row) -> Row:
        head = {"traceNo": usual["requestId"], "at": usual["timestamp"]}
        done = {"result": {"body": usual["data"]}} if usual["code"] == 0 else {}
        return {"head": head, "status": usual["code"] or 1, "msg": usual["message"], **done}

    right, refused = answering.wrap, answering.refuse
    answering.wrap = lambda payload: other(right(payload))
    answering.refuse = lambda error: other(refused(error))


@VARIANTS.add("text-codes", "代码为文字", "codes are words", demo.rebind.envelope(TEXT_CODES))
def _text_codes(platform: Platform) -> None:
    answering = platform.answering
    for row in platform.parts[SUITE].capability["errorCodes"]:
        row["code"] = "SUCCESS" if row["code"] == "0" else f"E{row['code']}"
    answering.wrap = lambda payload: answering.enveloped("SUCCESS", "操作成功", payload)
    answering.refuse = lambda error: answering.enveloped(f"E{error.code}", error.message, None)


@VARIANTS.add("published-codes-as-numbers", "公布的代码为数", "published codes are numbers")
def _published_codes_as_numbers(platform: Platform) -> None:
    for row in platform.parts[SUITE].capability["errorCodes"]:
        row["code"] = int(row["code"])


@VARIANTS.add("envelope-with-more", "包络带附加成员", "an envelope with further members")
def _envelope_with_more(platform: Platform) -> None:
    more = {"success": True, "spanId": None, "_links": {"self": "/v1"}, "@version": 1, "responseTime": 12}
    usual = platform.answering.wrap
    platform.answering.wrap = lambda payload: usual(payload) | more


@VARIANTS.add("success-without-words", "成功时说明为空", "good answers have an empty message")
def _success_without_words(platform: Platform) -> None:
    usual = platform.answering.wrap
    platform.answering.wrap = lambda payload: usual(payload) | {"message": ""}


def _typed_errors(platform: Platform, content_type: str) -> None:
    def change(outcome: demo.middleware.Outcome, _: WSGIEnvironment) -> demo.middleware.Outcome:
        return outcome.having(Content_Type=content_type) if int(outcome.status[:3]) >= _ERROR else outcome

    platform.wrap(demo.middleware.rewriting(change))


@VARIANTS.add("problem-details", "错误应答按 RFC 9457", "refusals by RFC 9457", demo.rebind.envelope(PROBLEM))
def _problem_details(platform: Platform) -> None:
    usual = platform.answering.refuse

    def problem(error: ApiError) -> Row:
        row = usual(error)
        told = {"title": "refused", "status": error.status, "detail": error.message, "instance": row["requestId"]}
        return told | {"code": error.code, "timestamp": row["timestamp"]}

    platform.answering.refuse = problem
    _typed_errors(platform, "application/problem+json")


@VARIANTS.add("messages-in-chinese", "错误说明为中文", "refusals speak Chinese")
def _messages_in_chinese(platform: Platform) -> None:
    words = {row["code"]: row["zh"] for row in code_rows()}
    usual = platform.answering.refuse

    def told(error: ApiError) -> Row:
        row: Row = usual(error)
        about = error.message.partition(": ")[2]
        return row | {"message": words.get(str(error.code), "错误") + (f"：{about}" if about else "")}

    platform.answering.refuse = told


@VARIANTS.add("charset-in-capitals", "字符集大写带引号", "the charset in capitals and quotes")
def _charset_in_capitals(platform: Platform) -> None:
    platform.answering.content_type = 'Application/JSON; Charset="UTF-8"'


VARIANTS.add("request-id-echoed-in-header", "请求号只在响应头回显", "the caller's id comes back in a header only")(
    demo.wire_faults.request_id_in_header
)


@VARIANTS.add("capability-guarded", "能力声明须登录", "the capability document needs credentials")
def _capability_guarded(platform: Platform) -> None:
    platform.routes["capability"].guarded = True


VARIANTS.add("plain-http-redirects", "80 端口重定向到 HTTPS", "port 80 redirects to https")(
    demo.wire_faults.plain_http_redirects
)


VARIANTS.add("plain-http-is-a-portal", "80 端口为门户网站", "port 80 is a portal")(
    demo.wire_faults.plain_http_is_a_portal
)


@VARIANTS.add("plain-http-forbidden", "80 端口以包络拒绝", "port 80 refuses in the envelope")
def _plain_http_forbidden(platform: Platform) -> None:
    body = demo.compact({"code": 40303, "message": "HTTPS required", "data": None})
    demo.wire_faults.unencrypted(platform, "403 Forbidden", [("Content-Type", "application/json")], body)


def _described_as(platform: Platform, change: Callable[[Row], bytes]) -> None:
    platform.alter(
        "openapi_document",
        lambda answer: demo.Answer(document=change(json.loads(answer.document or b"{}")), content_type="text/plain"),
    )


@VARIANTS.add("openapi-in-yaml", "接口描述为 YAML", "the description is YAML")
def _openapi_in_yaml(platform: Platform) -> None:
    def lines(document: Row) -> bytes:
        head = ["openapi: 3.0.3", "info:", "  title: 互联互通", "  version: '1'", "paths:"]
        return "\n".join([*head, *(f"  {path}:\n    get: {{}}" for path in document["paths"])]).encode()

    _described_as(platform, lines)


@VARIANTS.add("version-in-server", "版本号在服务地址中", "the version stands in the server's address")
def _version_in_server(platform: Platform) -> None:
    def based(document: Row) -> bytes:
        document["servers"] = [{"url": "{base}/v1", "variables": {"base": {"default": "https://node.invalid"}}}]
        document["paths"] = {path.removeprefix("/v1"): item for path, item in document["paths"].items()}
        return demo.compact(document)

    _described_as(platform, based)
    table = platform.parts[SUITE].capability["endpoints"]
    table.update({name: path.removeprefix("/v1") for name, path in table.items()})


@VARIANTS.add("endpoints-as-addresses", "端点为完整地址", "endpoints are whole addresses, one of another host")
def _endpoints_as_addresses(platform: Platform) -> None:
    table = platform.parts[SUITE].capability["endpoints"]
    table.update({name: f"https://node.invalid{path}?format=json" for name, path in table.items()})
    table["tiles"] = "https://maps.invalid/v2/tiles"


@VARIANTS.add("heartbeat-without-version", "心跳与描述文件路径无版本号", "heartbeat and description have no version")
def _heartbeat_without_version(platform: Platform) -> None:
    places = {"heartbeat": "/health", "openapi_document": "/openapi.json"}
    platform.parts[SUITE].capability["endpoints"].update(places)

    def more(document: Row) -> bytes:
        for path in places.values():
            document["paths"][path] = {"get": {"responses": {"200": {"description": "ok"}}}}
        return demo.compact(document)

    _described_as(platform, more)


def _in_utc(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        return {name: _in_utc(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_utc(item) for item in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        at = datetime.fromisoformat(value).astimezone(UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


@VARIANTS.add("envelope-time-in-utc", "报文时间为 UTC 带毫秒", "envelopes tell the time in UTC with milliseconds")
def _envelope_time_in_utc(platform: Platform) -> None:
    answering = platform.answering
    right, refused = answering.wrap, answering.refuse
    answering.wrap = lambda payload: {**_in_utc({**right(None), "data": None}), "data": payload}
    answering.refuse = lambda error: _in_utc(refused(error))


def _strict(platform: Platform, operation: str) -> None:
    known = {"page", "pageSize", "updatedSince", "returnType", "whereList"}

    def strict(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        names = [*call.args, *(call.body if isinstance(call.body, dict) else ())]
        odd = next((name for name in names if name not in known), None)
        if odd:
            raise demo.bad_parameter(odd)
        return handler(call)

    platform.rewire(operation, lambda handler: lambda call: strict(call, handler))


@VARIANTS.add("unknown-members-refused", "未知字段以 400 拒绝", "unknown parameters and members are refused with 400")
def _unknown_members_refused(platform: Platform) -> None:
    for operation in ("list_records", "search_records"):
        _strict(platform, operation)


@VARIANTS.add("log-written-later", "日志晚两秒可见", "the log shows calls two seconds later")
def _log_written_later(platform: Platform) -> None:
    log = part(platform, "transport")
    usual = log.wanted

    def later(row: Row, given: str | None) -> bool:
        age = platform.clock() - datetime.fromisoformat(row["time"])
        return age >= timedelta(seconds=2) and bool(usual(row, given))

    log.wanted = later


@VARIANTS.add("queries-take-two-seconds", "查询均需两秒", "each query takes two seconds")
def _queries_take_two_seconds(platform: Platform) -> None:
    def slowed(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        platform.sleep(2.0)
        return handler(call)

    platform.rewire("list_records", lambda handler: lambda call: slowed(call, handler))
