"""Mutants of envelopes and errors: names, request ids, notations of times, codes, texts, unknown members."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, ApiError, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
_NOT_FOUND, _BAD = 404, 400
MISSING = 40002
JAVA = "java.lang.NullPointerException: null\n\tat org.example.node.RecordController.list(RecordController.java:57)"
STATEMENT = "no rows: SELECT id, body FROM t_record WHERE resource_code = ?"
PYTHON = 'Traceback (most recent call last):\n  File "/srv/node/views.py", line 88, in records\nValueError: abc'


@MUTANTS.add("members-in-snake-case", "分页成员用下划线", "members of pages in snake case")
def _members_in_snake_case(platform: Platform) -> None:
    def renamed(answer: Answer) -> Answer:
        size = {"page_size": answer.payload["pageSize"]}
        return answer.with_payload({name: value for name, value in answer.payload.items() if name != "pageSize"} | size)

    platform.alter("list_records", renamed)


@MUTANTS.add("member-in-pascal-case", "一个成员首字母大写", "one member begins with a capital")
def _member_in_pascal_case(platform: Platform) -> None:
    platform.alter("capability", lambda answer: answer.with_payload(answer.payload | {"Maintainer": "测试单位"}))


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


@MUTANTS.add("envelope-without-time", "报文无时间", "envelopes without a time")
def _envelope_without_time(platform: Platform) -> None:
    demo.wire_faults.envelopes(platform, lambda row: _without(row, "timestamp"))


@MUTANTS.add("refusals-without-request-id", "错误应答无请求号", "refusals without a request id")
def _refusals_without_request_id(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"requestId": None})


@MUTANTS.add("refusals-without-words", "错误应答说明为空", "refusals whose message is empty")
def _refusals_without_words(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"message": ""}, _NOT_FOUND)


@MUTANTS.add("refusal-outside-envelope", "查无资源不用包络", "what is not found is said outside the envelope")
def _refusal_outside_envelope(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda error, _: {"status": error.status, "error": "Not Found"}, _NOT_FOUND)


MUTANTS.add("request-id-constant", "未给请求号时总是同一个", "always the same id where the caller gives none")(
    demo.wire_faults.request_id_constant
)


MUTANTS.add("request-id-not-echoed", "不回显请求号", "the caller's id does not come back")(
    demo.wire_faults.request_id_not_echoed
)


MUTANTS.add("request-id-cut-short", "请求号被截短", "the caller's id is cut short")(
    demo.wire_faults.request_id_cut_short
)


MUTANTS.add("request-ids-repeat", "请求号八个一循环", "ids repeat after eight calls")(
    demo.wire_faults.request_ids_repeat
)


@MUTANTS.add("timestamp-without-offset", "报文时间无时区", "envelopes' times have no offset")
def _timestamp_without_offset(platform: Platform) -> None:
    demo.wire_faults.envelopes(platform, lambda row: row | {"timestamp": row["timestamp"][:19].replace("T", " ")})


@MUTANTS.add("refusals-in-milliseconds", "错误应答的时间用毫秒戳", "refusals alone tell the time in milliseconds")
def _refusals_in_milliseconds(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"timestamp": int(platform.clock().timestamp() * 1000)})


@MUTANTS.add("time-with-slashes", "能力声明的时间用斜线", "the capability document has a time with slashes")
def _time_with_slashes(platform: Platform) -> None:
    text = platform.now.astimezone(UTC).strftime("%Y/%m/%d %H:%M")
    platform.alter("capability", lambda answer: answer.with_payload(answer.payload | {"issuedAt": text}))


@MUTANTS.add("error-code-unpublished", "错误码不在公布表", "a code that is not published")
def _error_code_unpublished(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"code": 40499}, _NOT_FOUND)


@MUTANTS.add("error-status-differs", "错误码与 HTTP 码不符", "codes come with other HTTP statuses")
def _error_status_differs(platform: Platform) -> None:
    platform.answering.status = lambda error: 400 if error.status == _NOT_FOUND else error.status


@MUTANTS.add("errors-with-status-200", "错误应答用 200", "errors come with HTTP 200")
def _errors_with_status_200(platform: Platform) -> None:
    platform.answering.status = lambda error: 200 if error.code == 40001 else error.status  # noqa: PLR2004 -- a code


@MUTANTS.add("error-shows-java", "错误信息带 Java 堆栈", "an error shows a Java trace")
def _error_shows_java(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"message": JAVA}, _NOT_FOUND)


@MUTANTS.add("error-shows-statement", "错误信息带 SQL 语句", "an error shows an SQL statement")
def _error_shows_statement(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"message": STATEMENT}, _NOT_FOUND)


@MUTANTS.add("error-shows-path", "错误信息的附加成员带文件路径", "a further member of an error shows a file's path")
def _error_shows_path(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"detail": {"at": "/opt/node/conf/application.yml"}}, _BAD)


@MUTANTS.add("crash-shows-trace", "参数错误致 500 并露出堆栈", "a bad parameter crashes and shows the trace")
def _crash_shows_trace(platform: Platform) -> None:
    def crashing(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        if call.args.get("page", "1").isalpha():
            raise demo.ApiError(500, 50001, PYTHON)
        return handler(call)

    platform.rewire("list_records", lambda handler: lambda call: crashing(call, handler))


def _known(call: Call) -> bool:
    names = {*call.args, *(call.body if isinstance(call.body, dict) else ())}
    return not any("unknown" in name.lower() for name in names)


def _crashing(platform: Platform, operation: str) -> None:
    def crashing(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        if not _known(call):
            raise demo.ApiError(500, 50001, "internal")
        return handler(call)

    platform.rewire(operation, lambda handler: lambda call: crashing(call, handler))


@MUTANTS.add("unknown-parameter-crashes", "未知查询参数致 500", "an unknown query parameter crashes")
def _unknown_parameter_crashes(platform: Platform) -> None:
    _crashing(platform, "list_records")


@MUTANTS.add("unknown-member-crashes", "未知报文成员致 500", "an unknown member of a body crashes")
def _unknown_member_crashes(platform: Platform) -> None:
    _crashing(platform, "search_records")


@MUTANTS.add("unknown-parameter-filters", "未知查询参数使结果为空", "an unknown query parameter empties the answer")
def _unknown_parameter_filters(platform: Platform) -> None:
    def emptied(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        answer = handler(call)
        return answer if _known(call) else answer.with_payload(answer.payload | {"list": [], "total": 0})

    platform.rewire("list_records", lambda handler: lambda call: emptied(call, handler))


def _missing(platform: Platform, change: Callable[[ApiError, Row], Row]) -> None:
    """Let the bodies of refusals for what is missing pass through ``change``."""
    demo.wire_faults.refusals(platform, lambda error, row: change(error, row) if error.code == MISSING else row, _BAD)


@MUTANTS.add("missing-field-unnamed", "缺必填项时不说明缺哪一项", "what is missing is not named")
def _missing_field_unnamed(platform: Platform) -> None:
    _missing(platform, lambda _, row: row | {"message": "missing field"})


@MUTANTS.add("missing-field-lists-all", "缺必填项时罗列全部必填项", "all members are listed whichever is missing")
def _missing_field_lists_all(platform: Platform) -> None:
    words = "missing field, one of messageId, batchNo, resourceCode, count, digest, sentAt, records"
    _missing(platform, lambda _, row: row | {"message": words})


@MUTANTS.add("missing-field-misnamed", "缺发送时间时报另一项", "another member is named than the one that is missing")
def _missing_field_misnamed(platform: Platform) -> None:
    _missing(platform, lambda error, row: row | {"message": error.message.replace("sentAt", "batchNo")})


@MUTANTS.add("missing-field-accepted", "缺发送时间仍接受", "a batch without its sending time is accepted")
def _missing_field_accepted(platform: Platform) -> None:
    def filled(call: Call, handler: Callable[[Call], Answer]) -> Answer:
        if isinstance(call.body, dict) and "sentAt" not in call.body:
            call = replace(call, body=call.body | {"sentAt": platform.clock().isoformat()})
        return handler(call)

    platform.rewire("push_batch", lambda handler: lambda call: filled(call, handler))
