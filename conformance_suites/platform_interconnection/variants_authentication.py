"""Legal variants of authentication and grants: other windows, lives, codes and words, fewer schemes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_authentication import COLUMNS, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Platform, Statement

Row = dict[str, Any]
VARIANTS = demo.Variants()
_NARROW = 200.0
_BEARERS = ("primary", "second", "low_right", "expired", "metered", "rotating")


def _accounts(change: Callable[[Any], Any]) -> Callable[[Statement], Statement]:
    """The statement with other accounts."""
    return lambda statement: replace(
        statement, accounts={name: change(account) for name, account in statement.accounts.items()}
    )


def _without(*schemes: str, name: str) -> Callable[[Statement], Statement]:
    """The statement without the accounts of some schemes, and without one by name."""
    return lambda statement: replace(
        statement,
        accounts={key: one for key, one in statement.accounts.items() if one.scheme not in schemes and key != name},
    )


def _windows(platform: Platform, change: Callable[[Account], Account]) -> None:
    held = platform.accounts.by_name
    held.update({name: change(account) for name, account in held.items()})


@VARIANTS.add(
    "window-of-200-seconds",
    "时间窗 200 秒",
    "a window of 200 seconds",
    _accounts(lambda account: replace(account, window=_NARROW) if account.client else account),
)
def _window_of_200_seconds(platform: Platform) -> None:
    _windows(platform, lambda account: replace(account, window=_NARROW))


def _clock_off(platform: Platform, seconds: float) -> None:
    right = platform.verifier.distance
    platform.verifier.distance = lambda milliseconds: right(milliseconds) - seconds  # type: ignore[method-assign]


@VARIANTS.add("verifier-50-seconds-ahead", "验签主机时钟快 50 秒", "the host that verifies is 50 seconds ahead")
def _verifier_50_seconds_ahead(platform: Platform) -> None:
    _clock_off(platform, 50)


@VARIANTS.add("verifier-50-seconds-behind", "验签主机时钟慢 50 秒", "the host that verifies is 50 seconds behind")
def _verifier_50_seconds_behind(platform: Platform) -> None:
    _clock_off(platform, -50)


@VARIANTS.add("one-token-at-a-time", "新令牌使旧令牌失效", "a new token voids the one before")
def _one_token_at_a_time(platform: Platform) -> None:
    verifier, right = platform.verifier, platform.verifier.issue

    def issue(account: Account) -> str:
        now = verifier.clock()
        for text, held in tuple(verifier.tokens.items()):
            if held.account == account.name and held.ends > now:
                del verifier.tokens[text]
        return right(account)

    verifier.issue = issue  # type: ignore[method-assign]


@VARIANTS.add(
    "tokens-of-two-hours",
    "令牌两小时有效",
    "tokens live for two hours",
    _accounts(lambda account: replace(account, lifetime=None)),
)
def _tokens_of_two_hours(platform: Platform) -> None:
    platform.verifier.lifetime = 7200
    part(platform, TOPIC).node.capability["tokenSeconds"] = 7200


@VARIANTS.add(
    "bearer-alone",
    "只有持有者令牌",
    "bearer tokens are all there is",
    demo.rebind.both(
        lambda statement: replace(
            statement, accounts={name: one for name, one in statement.accounts.items() if name in _BEARERS}
        ),
        demo.rebind.without(SUITE, "signed-requests", "nonces"),
    ),
)
def _bearer_alone(platform: Platform) -> None:
    part(platform, TOPIC).node.capability["authentication"] = [{"profile": "bearer"}]


@VARIANTS.add(
    "national-profile-alone",
    "只有国家平台方式的签名",
    "the national profile is the only one that signs",
    demo.rebind.both(_without("sm", "sm2", "zj-open", "bj-proxy", name="signer"), demo.rebind.without(SUITE, "nonces")),
)
def _national_profile_alone(platform: Platform) -> None:
    node = part(platform, TOPIC).node
    node.capability["authentication"] = [
        row for row in node.capability["authentication"] if row["profile"] in ("bearer", "gov-exchange")
    ]


@VARIANTS.add("withheld-columns-null", "未授权字段返回 null", "withheld columns are null")
def _withheld_columns_null(platform: Platform) -> None:
    counter = part(platform, TOPIC)
    right = counter.shown

    def shown(account: str, record: Row) -> Row:
        made: Row = right(account, record)
        return {**made, "record": {name: made["record"].get(name) for name in COLUMNS}}

    counter.shown = shown


@VARIANTS.add("columns-not-told", "不列出授权字段", "the granted columns are not listed")
def _columns_not_told(platform: Platform) -> None:
    platform.alter("granted_record", lambda answer: answer.with_payload(answer.payload["record"]))


VARIANTS.add("retry-after-as-date", "Retry-After 用日期", "Retry-After is a date")(demo.wire_faults.retry_after_as_date)


VARIANTS.add("rate-in-whole-minutes", "按整分钟计数", "requests are counted by the minute of the clock")(
    demo.wire_faults.rate_in_whole_minutes
)


@VARIANTS.add(
    "rate-not-told",
    "不声明频次，也不控制",
    "no rate is declared, nor controlled",
    demo.rebind.without(SUITE, "rate-control"),
)
def _rate_not_told(platform: Platform) -> None:
    platform.verifier.meter = lambda _: None  # type: ignore[method-assign]
    del part(platform, TOPIC).node.capability["limits"]["ratePerMinute"]


@VARIANTS.add("refusals-in-other-words", "拒绝只有一个错误码", "one code for all refusals of credentials")
def _refusals_in_other_words(platform: Platform) -> None:
    node = part(platform, TOPIC).node
    rows = [row for row in node.capability["errorCodes"] if not 40101 < int(row["code"]) < 40106]  # noqa: PLR2004 -- codes
    node.capability["errorCodes"] = rows
    right = platform.answering.refuse

    def refuse(error: demo.ApiError) -> Any:  # noqa: ANN401 -- JSON
        same = demo.ApiError(401, 40101, "unauthorised", error.headers) if error.status == 401 else error  # noqa: PLR2004 -- HTTP
        return right(same)

    platform.answering.refuse = refuse


@VARIANTS.add("refusals-say-how-to-sign", "应答带签名方式说明", "refusals say how to sign")
def _refusals_say_how_to_sign(platform: Platform) -> None:
    right = platform.answering.refuse

    def refuse(error: demo.ApiError) -> Any:  # noqa: ANN401 -- JSON
        told = {"help": "https://portal.invalid/docs?topic=signature", "token": "required", "sign": "base64"}
        return {**right(error), **told} if error.status == 401 else right(error)  # noqa: PLR2004 -- HTTP

    platform.answering.refuse = refuse
