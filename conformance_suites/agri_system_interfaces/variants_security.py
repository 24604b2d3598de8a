"""Legal variants of security: other windows, lives, codes and words, fewer schemes, other refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, org_of, part
from .reference_data import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Call, Platform, Statement

VARIANTS = demo.Variants()
NARROW = 200.0
BEARERS = ("primary", "second", "low_right", "expired", "metered", "rotating")
WHOLE = (*BEARERS, "whole")
UNAUTHORISED = 401
NAMES = ("token", "access_token", "secret", "appsecret")


def _only(*names: str) -> Callable[[Statement], Statement]:
    """The statement with some accounts only."""
    return lambda statement: replace(
        statement, accounts={name: one for name, one in statement.accounts.items() if name in names}
    )


def _farm(platform: Platform) -> Any:  # noqa: ANN401 -- its parts are replaced
    return platform.parts[SUITE]


def _declared(platform: Platform) -> None:
    _farm(platform).capability["authentication"] = platform.accounts.described()


@VARIANTS.add("window-of-200-seconds-declared", "能力声明的时间窗为 200 秒", "a window of 200 seconds is declared")
def _window_of_200_seconds_declared(platform: Platform) -> None:
    held = platform.accounts.by_name
    held.update({name: replace(account, window=NARROW) for name, account in held.items()})
    _declared(platform)


@VARIANTS.add(
    "verifier-50-seconds-ahead", "验签主机时钟快 50 秒", "the host that verifies is 50 seconds ahead of everybody"
)
def _verifier_50_seconds_ahead(platform: Platform) -> None:
    right = platform.verifier.distance
    platform.verifier.distance = lambda milliseconds: right(milliseconds) - 50  # type: ignore[method-assign]


@VARIANTS.add(
    "tokens-of-two-hours-revoked-slowly",
    "令牌两小时有效，撤销 20 秒后生效",
    "tokens live for two hours, and a revocation takes 20 seconds",
    lambda statement: replace(
        statement, accounts={name: replace(one, lifetime=None) for name, one in statement.accounts.items()}
    ),
)
def _tokens_of_two_hours_revoked_slowly(platform: Platform) -> None:
    verifier = platform.verifier
    verifier.lifetime = 7200

    def revoke(account: Account) -> None:
        doomed = [text for text, held in verifier.tokens.items() if held.account == account.name]
        platform.later(20, lambda: [verifier.tokens.pop(text, None) for text in doomed])

    verifier.revoke = revoke  # type: ignore[method-assign]


@VARIANTS.add("revocation-without-content", "撤销成功返回 204", "a revocation is answered with 204")
def _revocation_without_content(platform: Platform) -> None:
    platform.alter("revoke_access_token", lambda _: demo.Answer(status=204, document=b"", content_type="text/plain"))


@VARIANTS.add(
    "bearer-alone",
    "只有持有者令牌",
    "bearer tokens are all there is",
    demo.rebind.both(_only(*BEARERS), demo.rebind.without(SUITE, "signed-requests", "nonces", "tokens")),
)
def _bearer_alone(platform: Platform) -> None:
    _farm(platform).capability["authentication"] = [{"profile": "bearer"}]


@VARIANTS.add(
    "nonces-not-remembered",
    "不记随机数，并已声明",
    "nonces are not remembered, and that is declared",
    demo.rebind.without(SUITE, "nonces"),
)
def _nonces_not_remembered(platform: Platform) -> None:
    platform.verifier.check_nonce = lambda _account, _nonce: None  # type: ignore[method-assign]
    rows = platform.accounts.described()
    _farm(platform).capability["authentication"] = [row | ({"nonce": False} if "nonce" in row else {}) for row in rows]


@VARIANTS.add(
    "authentication-not-described", "能力声明不说鉴别方式", "the capability statement says nothing of credentials"
)
def _authentication_not_described(platform: Platform) -> None:
    del _farm(platform).capability["authentication"]


@VARIANTS.add("foreign-things-forbidden", "其他组织的设备返回 403", "a device of another organisation is forbidden")
def _foreign_things_forbidden(platform: Platform) -> None:
    registry = part(platform, "registry")
    right = registry.device

    def device(call: Call, name: str) -> Any:  # noqa: ANN401 -- JSON
        row = platform.store.get(DEVICES, name)
        if row is not None and row["orgId"] != org_of(call):
            raise demo.ApiError(403, 40301, "another organisation")
        return right(call, name)

    registry.device = device


@VARIANTS.add("refusals-in-one-word", "拒绝只有一个错误码", "one code for all refusals of credentials")
def _refusals_in_one_word(platform: Platform) -> None:
    farm = _farm(platform)
    farm.capability["errorCodes"] = [
        row
        for row in farm.capability["errorCodes"]
        if not 40101 < int(row["code"]) < 40106  # noqa: PLR2004 -- codes
    ]
    right = platform.answering.refuse

    def refuse(error: demo.ApiError) -> Any:  # noqa: ANN401 -- JSON
        same = demo.ApiError(error.status, 40101, "unauthorised", error.headers)
        return right(same if error.status == UNAUTHORISED else error)

    platform.answering.refuse = refuse


@VARIANTS.add("refusals-say-how-to-sign", "拒绝时说明签名方式", "refusals say how to sign, and where that is written")
def _refusals_say_how_to_sign(platform: Platform) -> None:
    right = platform.answering.refuse

    def refuse(error: demo.ApiError) -> Any:  # noqa: ANN401 -- JSON
        told = {"help": "https://portal.invalid/opt/docs/errors.html?topic=select", "sign": "base64(hmac(client+time))"}
        return {**right(error), **told}

    platform.answering.refuse = refuse


@VARIANTS.add(
    "credentials-in-the-query-are-malformed", "查询参数带凭据返回 400", "a credential in the query is a bad request"
)
def _credentials_in_the_query_are_malformed(platform: Platform) -> None:
    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def proven(call: Call) -> Account:
            if any(name in call.args for name in NAMES):
                raise demo.bad_parameter("query")
            return right(call)

        return proven

    demo.faults.around(platform, "proven", change)


@VARIANTS.add(
    "whole-requests-alone",
    "只有覆盖整个请求的签名",
    "signatures of whole requests are all that there are",
    demo.rebind.both(_only(*WHOLE), demo.rebind.without(SUITE, "tokens")),
)
def _whole_requests_alone(platform: Platform) -> None:
    rows = platform.accounts.described()
    _farm(platform).capability["authentication"] = [
        row for row in rows if row["profile"] in ("bearer", "whole-request")
    ]
