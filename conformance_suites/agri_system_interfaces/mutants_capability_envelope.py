"""Mutants of envelopes, of request ids, and of what a platform makes of members that it does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, invalid, part

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
_NOT_FOUND = 404


@MUTANTS.add("envelope-without-time", "报文无时间", "envelopes without a time")
def _envelope_without_time(platform: Platform) -> None:
    demo.wire_faults.envelopes(
        platform, lambda row: {name: value for name, value in row.items() if name != "timestamp"}
    )


@MUTANTS.add("envelope-time-without-offset", "报文时间无时区", "envelopes' times have no offset")
def _envelope_time_without_offset(platform: Platform) -> None:
    demo.wire_faults.envelopes(platform, lambda row: row | {"timestamp": row["timestamp"][:19].replace("T", " ")})


@MUTANTS.add("refusals-without-request-id", "错误应答无请求号", "refusals without a request id")
def _refusals_without_request_id(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"requestId": None})


@MUTANTS.add("refusals-without-words", "错误应答说明为空", "refusals whose message is empty")
def _refusals_without_words(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"message": ""}, _NOT_FOUND)


@MUTANTS.add("refusal-outside-envelope", "查无资源不用信封", "what is not found is said outside the envelope")
def _refusal_outside_envelope(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda error, _: {"status": error.status, "error": "Not Found"}, _NOT_FOUND)


@MUTANTS.add("refusals-say-success", "404 应答的代码写成功", "what is not found has the code of success")
def _refusals_say_success(platform: Platform) -> None:
    demo.wire_faults.refusals(platform, lambda _, row: row | {"code": 0}, _NOT_FOUND)


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


# --- members ----------------------------------------------------------------------------------------------------------


def _registering(platform: Platform, change: Callable[[Call, set[str]], Call]) -> None:
    """Let registrations with members that the farm does not know pass through ``change``."""
    known = set(part(platform, "registry").rules)

    def taken(call: Call, handler: Handler) -> Answer:
        odd = set(call.body) - known if isinstance(call.body, dict) else set()
        return handler(change(call, odd) if odd else call)

    platform.rewire("register_device", lambda handler: lambda call: taken(call, handler))


@MUTANTS.add("unknown-member-crashes", "未知成员致 500", "an unknown member crashes")
def _unknown_member_crashes(platform: Platform) -> None:
    def crash(_: Call, odd: set[str]) -> Call:
        raise demo.ApiError(500, 50001, f"internal: {len(odd)}")

    _registering(platform, crash)


@MUTANTS.add(
    "unknown-member-refused", "声明忽略却拒绝未知成员", "an unknown member is refused, though it is to be ignored"
)
def _unknown_member_refused(platform: Platform) -> None:
    def refuse(_: Call, odd: set[str]) -> Call:
        raise invalid(min(odd))

    _registering(platform, refuse)


@MUTANTS.add(
    "strictness-not-kept", "声明拒绝却忽略未知成员", "an unknown member is ignored, though it is to be refused"
)
def _strictness_not_kept(platform: Platform) -> None:
    platform.parts[SUITE].capability["policies"]["unknownMembers"] = "reject"


@MUTANTS.add("unknown-member-resets-others", "未知成员使其他成员取默认值", "an unknown member resets another one")
def _unknown_member_resets_others(platform: Platform) -> None:
    _registering(platform, lambda call, _: replace(call, body=call.body | {"name": "未命名设备"}))


@MUTANTS.add("members-in-any-case", "成员名不分大小写", "names of members are taken in any case")
def _members_in_any_case(platform: Platform) -> None:
    _registering(
        platform,
        lambda call, odd: replace(call, body=call.body | {name.lower(): call.body[name] for name in sorted(odd)}),
    )


@MUTANTS.add("member-spelled-otherwise", "同一成员名两种大小写", "one member is spelled in two ways")
def _member_spelled_otherwise(platform: Platform) -> None:
    platform.alter("health", lambda answer: answer.with_payload(answer.payload | {"APIVersion": "v1"}))
