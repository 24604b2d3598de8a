"""Mutants of the capability statement: what it says, whether it is true, encryption, media types, versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
_ERROR = 400
PAGE = "<!DOCTYPE html><html><title>智慧农业平台</title></html>".encode()
LAST_OF_THREE_BYTES = "\uffff"


def _declares(name: str, zh: str, en: str, change: Callable[[Row], object]) -> None:
    """A mutant whose capability statement is changed in place."""

    def apply(platform: Platform) -> None:
        change(platform.parts[SUITE].capability)

    MUTANTS.add(name, zh, en)(apply)


_declares("statement-without-kinds", "能力声明缺观测种类", "no kinds are declared", lambda told: told.pop("kinds"))
_declares(
    "statement-without-profile", "能力声明缺规范版本", "no version of the profile", lambda told: told.pop("profile")
)
_declares(
    "statement-role-unknown", "声明的角色不存在", "a role that there is not", lambda told: told.update(roles=["cloud"])
)
_declares(
    "statement-interface-unknown",
    "声明的接口代码不存在",
    "an interface that there is not",
    lambda told: told.update(interfaces=[*told["interfaces"], "IF99"]),
)
_declares(
    "statement-limit-in-words",
    "限额写成文字",
    "a limit in words",
    lambda told: told.update(limits=told["limits"] | {"bodyBytes": "不限"}),
)


@MUTANTS.add("statement-absent", "无能力声明", "no capability statement")
def _statement_absent(platform: Platform) -> None:
    platform.refuse("capabilities", demo.no_resource())


# --- declared and undeclared interfaces -------------------------------------------------------------------------------


def _missing(name: str, zh: str, en: str, operation: str, status: int) -> None:
    """A mutant that lacks what it declares."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.refuse(operation, demo.ApiError(status, status * 100, "absent"))
    )


_missing("declared-operation-absent", "声明了运维接口却返回 404", "operation is declared, and is 404", "health", 404)
_missing("declared-alarms-absent", "声明了告警接口却返回 405", "alarms are declared, and are 405", "list_alarms", 405)
_missing(
    "declared-ingest-absent", "声明了上报接口却返回 501", "ingest is declared, and is 501", "post_observation", 501
)


@MUTANTS.add("declared-exchange-is-a-page", "声明的交换接口返回网页", "exchange is declared, and is a page for people")
def _declared_exchange_is_a_page(platform: Platform) -> None:
    platform.rewire("list_packages", lambda _: lambda _: demo.Answer(document=PAGE, content_type="text/html"))


def _catch_all(platform: Platform, answer: Handler) -> None:
    """Serve whatever nothing else serves."""
    platform.serve("GET", "/szxc/v1/{interface}", "undeclared_interface", answer)


@MUTANTS.add("undeclared-empty", "未声明接口返回 200 空正文", "what is undeclared is 200 with an empty body")
def _undeclared_empty(platform: Platform) -> None:
    _catch_all(platform, lambda _: demo.Answer(document=b"", content_type="application/json"))


@MUTANTS.add("undeclared-success", "未声明接口返回 200 成功", "what is undeclared is 200 with the code of success")
def _undeclared_success(platform: Platform) -> None:
    _catch_all(platform, lambda _: demo.Answer(None))


@MUTANTS.add("undeclared-page", "未声明接口返回门户首页", "what is undeclared is the portal's page")
def _undeclared_page(platform: Platform) -> None:
    _catch_all(platform, lambda _: demo.Answer(document=PAGE, content_type="text/html; charset=utf-8"))


@MUTANTS.add("undeclared-crashes", "未声明接口返回 500", "what is undeclared is 500")
def _undeclared_crashes(platform: Platform) -> None:
    def crash(_: Call) -> Answer:
        raise demo.ApiError(500, 50001, "internal")

    _catch_all(platform, crash)


@MUTANTS.add("undeclared-served", "未声明的运维接口仍提供服务", "operation is served, though nothing says so")
def _undeclared_served(platform: Platform) -> None:
    told = platform.parts[SUITE].capability
    told["interfaces"] = [code for code in told["interfaces"] if code != "IF12"]


# --- messages ---------------------------------------------------------------------------------------------------------


@MUTANTS.add("messages-in-gbk", "报文用 GBK 编码", "messages in GBK")
def _messages_in_gbk(platform: Platform) -> None:
    platform.answering.dump = lambda value: json.dumps(value, ensure_ascii=False).encode("gbk", "replace")


@MUTANTS.add("messages-as-text", "报文媒体类型为纯文本", "messages are sent as plain text")
def _messages_as_text(platform: Platform) -> None:
    platform.answering.content_type = "text/plain; charset=utf-8"


@MUTANTS.add("refusals-as-html", "错误应答媒体类型为网页", "refusals are sent as HTML")
def _refusals_as_html(platform: Platform) -> None:
    def change(outcome: demo.middleware.Outcome, _: WSGIEnvironment) -> demo.middleware.Outcome:
        return outcome.having(Content_Type="text/html") if int(outcome.status[:3]) >= _ERROR else outcome

    platform.wrap(demo.middleware.rewriting(change))


@MUTANTS.add(
    "names-lose-rare-characters", "四字节汉字存成问号", "characters of four bytes are stored as question marks"
)
def _names_lose_rare_characters(platform: Platform) -> None:
    def lossy(text: str) -> str:
        return "".join("?" if sign > LAST_OF_THREE_BYTES else sign for sign in text)

    def taken(call: Call, handler: Handler) -> Answer:
        name = call.body.get("name") if isinstance(call.body, dict) else None
        return handler(replace(call, body=call.body | {"name": lossy(name)}) if isinstance(name, str) else call)

    platform.rewire("register_device", lambda handler: lambda call: taken(call, handler))


@MUTANTS.add("plain-http", "未加密端口同样提供接口", "the interface is served without encryption too")
def _plain_http(platform: Platform) -> None:
    platform.plain = True


@MUTANTS.add("plain-http-asks-for-credentials", "未加密端口要求凭证", "without encryption it asks for credentials")
def _plain_http_asks_for_credentials(platform: Platform) -> None:
    platform.plain = True
    platform.routes["capabilities"].guarded = True


@MUTANTS.add("old-tls", "使用 TLS 1.1", "TLS 1.1")
def _old_tls(platform: Platform) -> None:
    platform.tls = "TLSv1.1"


# --- versions ---------------------------------------------------------------------------------------------------------


def _versions(platform: Platform, answer: Handler) -> None:
    platform.serve("GET", "/szxc/{version}/capabilities", "other_version", answer, guarded=False)


@MUTANTS.add("any-version-served", "任何版本号都给出同一应答", "any version is answered the same")
def _any_version_served(platform: Platform) -> None:
    _versions(platform, lambda _: demo.Answer(platform.parts[SUITE].capability))


@MUTANTS.add("unknown-version-crashes", "未知版本返回 500", "an unknown version is 500")
def _unknown_version_crashes(platform: Platform) -> None:
    def crash(_: Call) -> Answer:
        raise demo.ApiError(500, 50001, "internal")

    _versions(platform, crash)


_declares(
    "another-version-declared",
    "声明的版本并不提供",
    "the declared version is not served",
    lambda d: d.update(apiVersion="v2"),
)
