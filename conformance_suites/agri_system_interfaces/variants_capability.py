"""Legal variants of statement and envelope: other ways in which a conforming platform may speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, invalid, part
from .reference_data import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants(everywhere=True)
LAST_OF_THREE_BYTES = "\uffff"


def _always(status: int, code: int, words: str) -> Handler:
    def refuse(_: Call) -> Answer:
        raise demo.ApiError(status, code, words)

    return refuse


def _statement(platform: Platform) -> Row:
    told: Row = platform.parts[SUITE].capability
    return told


@VARIANTS.add("statement-guarded", "能力声明须登录", "the capability statement needs credentials")
def _statement_guarded(platform: Platform) -> None:
    platform.routes["capabilities"].guarded = True


@VARIANTS.add("statement-with-more", "能力声明另有扩展", "further members, an extension, a second role, no policies")
def _statement_with_more(platform: Platform) -> None:
    told = _statement(platform)
    told["interfaces"] = [*told["interfaces"], "x-drone-tasks"]
    told |= {"roles": ["platform", "gateway"], "vendor": {"name": "示例软件"}, "links": ["HTTP", "NB-IoT", "LoRaWAN"]}
    del told["policies"]["unknownMembers"]


@VARIANTS.add("undeclared-not-implemented", "未声明接口返回 501", "what is undeclared is 501")
def _undeclared_not_implemented(platform: Platform) -> None:
    answer = _always(501, 50101, "not implemented")
    platform.serve("GET", "/szxc/v1/{interface}", "undeclared_interface", answer)


@VARIANTS.add("version-not-acceptable", "未知版本返回 406", "an unknown version is 406")
def _version_not_acceptable(platform: Platform) -> None:
    answer = _always(406, 40601, "version")
    platform.serve("GET", "/szxc/{version}/capabilities", "other_version", answer, guarded=False)


@VARIANTS.add("codes-as-text", "结果码写成文本", "codes are texts")
def _codes_as_text(platform: Platform) -> None:
    answering = platform.answering
    wrap, refuse = answering.wrap, answering.refuse
    answering.wrap = lambda payload: _texted(wrap(payload))
    answering.refuse = lambda error: _texted(refuse(error))


def _texted(row: Row) -> Row:
    return row | {"code": str(row["code"])}


@VARIANTS.add("envelope-in-milliseconds", "报文时间为毫秒戳", "envelopes tell the time in milliseconds")
def _envelope_in_milliseconds(platform: Platform) -> None:
    answering = platform.answering
    wrap, refuse = answering.wrap, answering.refuse

    def dated(row: Row) -> Row:
        return row | {"timestamp": int(platform.clock().timestamp() * 1000)}

    answering.wrap = lambda payload: dated(wrap(payload))
    answering.refuse = lambda error: dated(refuse(error))


@VARIANTS.add("charset-in-capitals", "字符集大写带引号", "the charset in capitals and quotes")
def _charset_in_capitals(platform: Platform) -> None:
    platform.answering.content_type = 'Application/JSON; Charset="UTF-8"'


VARIANTS.add("request-id-echoed-in-header", "请求号只在响应头回显", "the caller's id comes back in a header only")(
    demo.wire_faults.request_id_in_header
)


VARIANTS.add("plain-http-redirects", "80 端口重定向到 HTTPS", "port 80 redirects to https")(
    demo.wire_faults.plain_http_redirects
)


VARIANTS.add("plain-http-is-a-portal", "80 端口为门户网站", "port 80 is a portal")(
    demo.wire_faults.plain_http_is_a_portal
)


# --- members ----------------------------------------------------------------------------------------------------------


def _registering(platform: Platform, change: Callable[[Call, Handler], Answer]) -> None:
    platform.rewire("register_device", lambda handler: lambda call: change(call, handler))


def _odd(platform: Platform, call: Call) -> list[str]:
    """The members of a registration that the farm does not know."""
    known = set(part(platform, "registry").rules)
    return sorted(set(call.body) - known) if isinstance(call.body, dict) else []


@VARIANTS.add("unknown-members-rejected", "声明并拒绝未知成员", "unknown members are refused, as is declared")
def _unknown_members_rejected(platform: Platform) -> None:
    _statement(platform)["policies"]["unknownMembers"] = "reject"

    def strict(call: Call, handler: Handler) -> Answer:
        for name in _odd(platform, call):
            raise invalid(name)
        return handler(call)

    _registering(platform, strict)


@VARIANTS.add("unknown-members-kept", "未知成员原样保存", "unknown members are kept and shown")
def _unknown_members_kept(platform: Platform) -> None:
    def keeping(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        more = {name: call.body[name] for name in _odd(platform, call)}
        platform.store.replace(DEVICES, call.body["deviceId"], answer.payload | more)
        return answer.with_payload(answer.payload | more)

    _registering(platform, keeping)


@VARIANTS.add("rare-names-refused", "拒收含四字节字符的名称", "names with characters of four bytes are refused")
def _rare_names_refused(platform: Platform) -> None:
    def narrow(call: Call, handler: Handler) -> Answer:
        if isinstance(call.body, dict) and any(sign > LAST_OF_THREE_BYTES for sign in str(call.body.get("name"))):
            raise invalid("name")
        return handler(call)

    _registering(platform, narrow)
