"""Mutants of transport: capability document, encryption, media types, description, versions, clock, latency, log."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
_ERROR = 400
_EACH = 12


def _declares(name: str, titles: tuple[str, str], change: Callable[[Row], object]) -> None:
    """A mutant whose capability document is changed in place."""
    MUTANTS.add(name, *titles)(lambda platform: change(platform.parts[SUITE].capability))


_declares(
    "capability-without-modes", ("能力声明缺交换方式", "no exchange modes declared"), lambda d: d.pop("exchangeModes")
)
_declares(
    "capability-without-authentication",
    ("能力声明中认证方式为空", "an empty list of authentication profiles"),
    lambda document: document.update(authentication=[]),
)
_declares(
    "capability-without-endpoints",
    ("能力声明中端点为空", "an empty table of endpoints"),
    lambda document: document.update(endpoints={}),
)
_declares(
    "capability-endpoint-blank",
    ("能力声明中一个端点为空白", "one declared endpoint is blank"),
    lambda document: document["endpoints"].update(call_log=" "),
)


@MUTANTS.add("capability-absent", "无能力声明", "no capability document")
def _capability_absent(platform: Platform) -> None:
    platform.refuse("capability", demo.no_resource())


@MUTANTS.add("plain-http", "未加密端口同样提供接口", "the interface is served without encryption too")
def _plain_http(platform: Platform) -> None:
    platform.plain = True


@MUTANTS.add("plain-http-asks-for-credentials", "未加密端口要求凭证", "without encryption it asks for credentials")
def _plain_http_asks_for_credentials(platform: Platform) -> None:
    platform.plain = True
    platform.routes["capability"].guarded = True


@MUTANTS.add("old-tls", "使用 TLS 1.1", "TLS 1.1")
def _old_tls(platform: Platform) -> None:
    platform.tls = "TLSv1.1"


@MUTANTS.add("messages-in-gbk", "报文用 GBK 编码", "messages in GBK")
def _messages_in_gbk(platform: Platform) -> None:
    platform.answering.dump = lambda value: json.dumps(value, ensure_ascii=False).encode("gbk")


@MUTANTS.add("messages-as-text", "报文媒体类型为纯文本", "messages are sent as plain text")
def _messages_as_text(platform: Platform) -> None:
    platform.answering.content_type = "text/plain; charset=utf-8"


@MUTANTS.add("charset-of-another-language", "报文声明另一字符集", "messages name another character set")
def _charset_of_another_language(platform: Platform) -> None:
    platform.answering.content_type = "application/json;charset=ISO-8859-1"


@MUTANTS.add("refusals-as-html", "错误应答媒体类型为网页", "refusals are sent as HTML")
def _refusals_as_html(platform: Platform) -> None:
    def change(outcome: demo.middleware.Outcome, _: WSGIEnvironment) -> demo.middleware.Outcome:
        return outcome.having(Content_Type="text/html") if int(outcome.status[:3]) >= _ERROR else outcome

    platform.wrap(demo.middleware.rewriting(change))


def _described_as(platform: Platform, change: Callable[[Row], object]) -> None:
    """Change the OpenAPI document in place, on its way out."""

    def changed(answer: Answer) -> Answer:
        document = json.loads(answer.document or b"{}")
        change(document)
        return demo.Answer(document=demo.compact(document), content_type=answer.content_type)

    platform.alter("openapi_document", changed)


@MUTANTS.add("openapi-absent", "无接口描述文件", "no OpenAPI document")
def _openapi_absent(platform: Platform) -> None:
    platform.refuse("openapi_document", demo.no_resource())


@MUTANTS.add("openapi-of-version-2", "接口描述为 Swagger 2", "a description in Swagger 2")
def _openapi_of_version_2(platform: Platform) -> None:
    def older(document: Row) -> None:
        del document["openapi"]
        document["swagger"] = "2.0"

    _described_as(platform, older)


@MUTANTS.add("endpoint-undescribed", "一个端点未在描述中", "one declared endpoint is not described")
def _endpoint_undescribed(platform: Platform) -> None:
    _described_as(platform, lambda document: document["paths"].pop("/v1/logs"))


@MUTANTS.add("openapi-reference-dangling", "接口描述引用不存在的部件", "the description refers to a part that it lacks")
def _openapi_reference_dangling(platform: Platform) -> None:
    _described_as(platform, lambda document: document["components"]["responses"].pop("NotFound"))


def _at_paths(platform: Platform, change: Callable[[str], str]) -> None:
    """Declare and describe other paths; what is served stays where it is."""
    table = platform.parts[SUITE].capability["endpoints"]
    table.update({name: change(path) for name, path in table.items()})

    def describe(document: Row) -> None:
        document["paths"] = {change(path): item for path, item in document["paths"].items()}

    _described_as(platform, describe)


@MUTANTS.add("paths-without-version", "路径不含版本号", "no path has a version")
def _paths_without_version(platform: Platform) -> None:
    _at_paths(platform, lambda path: path.replace("/v1/", "/api/"))


@MUTANTS.add("one-path-without-version", "一个路径不含版本号", "one path has no version")
def _one_path_without_version(platform: Platform) -> None:
    _at_paths(platform, lambda path: "/logs" if path == "/v1/logs" else path)


@MUTANTS.add("heartbeat-clock-behind", "心跳时间慢五分钟", "the heartbeat's time is five minutes behind")
def _heartbeat_clock_behind(platform: Platform) -> None:
    late = timedelta(minutes=5)
    platform.alter(
        "heartbeat", lambda answer: answer.with_payload(answer.payload | {"time": stamp(platform.clock() - late)})
    )


@MUTANTS.add("date-header-ahead", "Date 头快两分钟", "the Date header is two minutes ahead")
def _date_header_ahead(platform: Platform) -> None:
    def change(outcome: demo.middleware.Outcome, _: WSGIEnvironment) -> demo.middleware.Outcome:
        return outcome.having(Date=format_datetime(platform.clock() + timedelta(minutes=2), usegmt=True))

    platform.wrap(demo.middleware.rewriting(change))


@MUTANTS.add("timestamp-in-another-zone", "报文时间把北京时间标为 UTC", "envelopes call the time of Beijing UTC")
def _timestamp_in_another_zone(platform: Platform) -> None:
    usual = platform.answering.wrap
    ahead = timedelta(hours=8)
    platform.answering.wrap = lambda payload: usual(payload) | {"timestamp": stamp(platform.clock() + ahead)}


def _slow(platform: Platform, seconds: Callable[[int], float]) -> None:
    """Let queries take their time, by their number."""
    done = iter(range(1_000_000))

    def slowed(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        platform.sleep(seconds(next(done)))
        return handler(call)

    platform.rewire("list_records", lambda handler: lambda call: slowed(call, handler))


@MUTANTS.add("queries-slow", "查询均需 3.5 秒", "each query takes 3.5 s")
def _queries_slow(platform: Platform) -> None:
    _slow(platform, lambda _: 3.5)


@MUTANTS.add("queries-slow-at-times", "每十二次查询有一次需 5 秒", "each twelfth query takes 5 s")
def _queries_slow_at_times(platform: Platform) -> None:
    _slow(platform, lambda number: 5.0 if number % _EACH == 0 else 0.1)


def _log(platform: Platform) -> Any:  # noqa: ANN401 -- see ``part``
    return part(platform, "transport")


@MUTANTS.add("log-without-refusals", "日志不记失败的调用", "calls that were refused are not in the log")
def _log_without_refusals(platform: Platform) -> None:
    _log(platform).kept = lambda row: row["status"] < _ERROR


@MUTANTS.add("log-under-other-ids", "日志请求号与应答不同", "the log has other ids than the answers")
def _log_under_other_ids(platform: Platform) -> None:
    _log(platform).wanted = lambda row, given: given in (None, f"log-{row['requestId']}")


@MUTANTS.add("log-shows-everything", "日志不按请求号筛选", "the log does not mind the id that is asked for")
def _log_shows_everything(platform: Platform) -> None:
    _log(platform).wanted = lambda row, _: bool(row)


@MUTANTS.add("log-without-subject", "日志不记所调用的接口", "the log does not say what was called")
def _log_without_subject(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        payload = deepcopy(answer.payload)
        for row in payload["list"]:
            del row["path"]
        return answer.with_payload(payload)

    platform.alter("call_log", bare)
