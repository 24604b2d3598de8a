"""Mutants of authentication: credentials that are not looked at, or not wholly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Call, Platform

MUTANTS = demo.Mutants()
_PREFIX = 12
_SIGNED = frozenset({"sd-open", "gov-exchange"})


def _usual(account: Account) -> bool:
    """Whether an account signs, and its secret does not change meanwhile."""
    return account.scheme in _SIGNED and account.name != "rotating"


def _verifier(platform: Platform) -> Any:  # noqa: ANN401 -- its methods are replaced
    return platform.verifier


def _around(platform: Platform, name: str, change: Callable[..., Any]) -> None:
    """Replace a method of the verifier by ``change(right)``."""
    verifier = _verifier(platform)
    setattr(verifier, name, change(getattr(verifier, name)))


# -- no credential -----------------------------------------------------------------------------------------------------


def _nobody_is(platform: Platform, operations: frozenset[str], code: tuple[int, int] | None = None) -> None:
    """Where nobody asks, let ``second`` ask, or refuse with another status."""

    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def identified(call: Call) -> Account:
            bare = not any("authorization" in name or "sign" in name for name in (*call.headers, *call.args))
            if not bare or not any(call.url.partition("?")[0].endswith(end) for end in operations):
                return right(call)
            if code:
                raise demo.ApiError(*code, "no credential")
            return platform.accounts.by_name["second"]

        return identified

    _around(platform, "identify", change)


@MUTANTS.add("heartbeat-open-to-all", "心跳接口不鉴别", "the heartbeat is open to all")
def _heartbeat_open_to_all(platform: Platform) -> None:
    _nobody_is(platform, frozenset({"/v1/heartbeat"}))


@MUTANTS.add(
    "heartbeat-public",
    "心跳接口对任何人应答",
    "the heartbeat answers whoever asks, whatever is wrong with a credential",
)
def _heartbeat_public(platform: Platform) -> None:
    platform.routes["heartbeat"].guarded = False


@MUTANTS.add("counts-open-to-all", "总数接口不鉴别", "the count is open to all")
def _counts_open_to_all(platform: Platform) -> None:
    _nobody_is(platform, frozenset({"/count"}))


@MUTANTS.add("bare-call-forbidden", "无凭证返回 403", "without a credential the answer is 403")
def _bare_call_forbidden(platform: Platform) -> None:
    _nobody_is(platform, frozenset({"/v1/heartbeat", "/count", "/granted"}), (403, 40301))


# -- good credentials --------------------------------------------------------------------------------------------------


@MUTANTS.add("order-of-parts-wrong", "按其他顺序拼接签名原文", "the signed text is put together in another order")
def _order_of_parts_wrong(platform: Platform) -> None:
    def change(right: Callable[..., str]) -> Callable[..., str]:
        def text(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> str:
            if account.scheme != "gov-exchange":
                return right(account, layout, parts)
            return "".join(parts[name] for name in reversed(layout.order))

        return text

    _around(platform, "text", change)


@MUTANTS.add("second-request-refused", "同一凭证第二次使用被拒", "a credential is good once")
def _second_request_refused(platform: Platform) -> None:
    seen: set[str] = set()

    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            right(account, layout, parts)
            if account.name in seen and account.scheme == "zj-open":
                raise demo.verifier.refusal(40102, "bad signature")
            seen.add(account.name)

        return check

    _around(platform, "check_signature", change)


@MUTANTS.add("token-not-taken", "签发的令牌不被接受", "a token that was issued is not taken")
def _token_not_taken(platform: Platform) -> None:
    def change(right: Callable[[str], Account]) -> Callable[[str], Account]:
        def bearer(token: str) -> Account:
            if token in platform.verifier.tokens:
                raise demo.verifier.refusal(40101, "no valid credential")
            return right(token)

        return bearer

    _around(platform, "bearer", change)


# -- wrong signatures --------------------------------------------------------------------------------------------------


def _agreeing(platform: Platform, agrees: Callable[[Any, Account, str, str], bool]) -> None:
    """Let signatures of two schemes agree by another rule; ``agrees(right, account, text, signature)``."""
    _around(
        platform,
        "agrees",
        lambda right: (
            lambda account, text, signature: (
                agrees(right, account, text, signature) if _usual(account) else right(account, text, signature)
            )
        ),
    )


@MUTANTS.add("signature-ignored", "不验证签名", "signatures are not verified")
def _signature_ignored(platform: Platform) -> None:
    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            if not _usual(account):
                right(account, layout, parts)

        return check

    _around(platform, "check_signature", change)


@MUTANTS.add("signature-prefix-compared", "只比较签名前若干字符", "only the beginning of a signature is compared")
def _signature_prefix_compared(platform: Platform) -> None:
    _agreeing(
        platform,
        lambda _, account, text, signature: (
            demo.verifier.digest(account.scheme, account.secret, text)[:_PREFIX] == signature[:_PREFIX]
        ),
    )


@MUTANTS.add("signature-case-ignored", "比较签名不分大小写", "signatures are compared without regard to case")
def _signature_case_ignored(platform: Platform) -> None:
    _agreeing(
        platform,
        lambda _, account, text, signature: (
            demo.verifier.digest(account.scheme, account.secret, text).lower() == signature.lower()
        ),
    )


@MUTANTS.add("any-secret-signs", "任何账号的密钥都可签名", "the secret of any account signs for all")
def _any_secret_signs(platform: Platform) -> None:
    def agrees(_: object, account: Account, text: str, signature: str) -> bool:
        held = platform.accounts.by_name.values()
        return any(demo.verifier.digest(account.scheme, one.secret, text) == signature for one in held)

    _agreeing(platform, agrees)


@MUTANTS.add("wrong-signature-bad-request", "签名错误返回 400", "a wrong signature is answered with 400")
def _wrong_signature_bad_request(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        def agrees(account: Account, text: str, signature: str) -> bool:
            if _usual(account) and not right(account, text, signature):
                raise demo.bad_parameter("signature")
            return right(account, text, signature)

        return agrees

    _around(platform, "agrees", change)


@MUTANTS.add("bearer-prefix-compared", "只比较令牌前若干字符", "only the beginning of a bearer token is compared")
def _bearer_prefix_compared(platform: Platform) -> None:
    def known(token: str) -> Account | None:
        held = (one for one in platform.accounts.by_name.values() if one.scheme == "bearer")
        return next((one for one in held if one.token[:_PREFIX] == token[:_PREFIX]), None)

    platform.accounts.by_token = known  # type: ignore[method-assign]


# -- parts that are not covered ----------------------------------------------------------------------------------------


def _uncovered(platform: Platform, part: str, scheme: str) -> None:
    """Let a signature agree that is right but for one part."""

    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            try:
                right(account, layout, parts)
            except demo.ApiError:
                if account.scheme != scheme or not _nearly(platform, account, layout, parts, part):
                    raise

        return check

    _around(platform, "check_signature", change)


def _nearly(
    platform: Platform, account: Account, layout: demo.verifier.Layout, parts: dict[str, str], part: str
) -> bool:
    """Whether a signature is right but for one part, whose right values are tried."""
    verifier = platform.verifier
    value = parts[part]
    if part == "time":
        tried = [str(int(value) + step) for step in range(-3, 4)]
    else:  # one character was changed
        letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        tried = [value[:-1] + letter for letter in letters]
    texts = (verifier.text(account, layout, parts | {part: one}) for one in tried)
    return any(demo.verifier.digest(account.scheme, account.secret, text) == parts["signature"] for text in texts)


@MUTANTS.add("time-not-covered", "签名不含时间戳", "the time is not covered by the signature")
def _time_not_covered(platform: Platform) -> None:
    _uncovered(platform, "time", "sd-open")


@MUTANTS.add("nonce-not-covered", "签名不含随机数", "the nonce is not covered by the signature")
def _nonce_not_covered(platform: Platform) -> None:
    _uncovered(platform, "nonce", "sd-open")


@MUTANTS.add("origin-not-covered", "签名不含来源参数", "a parameter of the query is not covered by the signature")
def _origin_not_covered(platform: Platform) -> None:
    _uncovered(platform, "origin", "zj-open")


@MUTANTS.add("altered-time-crashes", "时间戳被改时服务崩溃", "an altered time makes the service crash")
def _altered_time_crashes(platform: Platform) -> None:
    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            try:
                right(account, layout, parts)
            except demo.ApiError:
                if account.scheme == "gov-exchange" and _nearly(platform, account, layout, parts, "time"):
                    raise demo.ApiError(500, 50001, "internal error") from None
                raise

        return check

    _around(platform, "check_signature", change)


# -- times and nonces --------------------------------------------------------------------------------------------------


def _timed(platform: Platform, distance: Callable[[float], float]) -> None:
    _around(platform, "distance", lambda right: lambda milliseconds: distance(right(milliseconds)))


@MUTANTS.add("stale-time-accepted", "过期时间戳被接受", "stale times are accepted")
def _stale_time_accepted(platform: Platform) -> None:
    _timed(platform, lambda seconds: max(seconds, 0.0))


@MUTANTS.add("future-time-accepted", "未来时间戳被接受", "times of the future are accepted")
def _future_time_accepted(platform: Platform) -> None:
    _timed(platform, lambda seconds: min(seconds, 0.0))


@MUTANTS.add("window-twice-as-wide", "时间窗比声明的宽一倍", "the window is twice as wide as declared")
def _window_twice_as_wide(platform: Platform) -> None:
    _timed(platform, lambda seconds: seconds / 2)


@MUTANTS.add("window-too-narrow", "时间窗只有一分钟", "the window is but a minute wide")
def _window_too_narrow(platform: Platform) -> None:
    _timed(platform, lambda seconds: seconds * 10)


@MUTANTS.add("replay-accepted", "重放被接受", "a replay is accepted")
def _replay_accepted(platform: Platform) -> None:
    _verifier(platform).check_nonce = lambda _account, _nonce: None


@MUTANTS.add("nonce-forgotten-at-once", "随机数三秒后即被遗忘", "a nonce is forgotten after three seconds")
def _nonce_forgotten_at_once(platform: Platform) -> None:
    _around(platform, "check_nonce", lambda right: lambda account, nonce: right(replace(account, window=1.5), nonce))


@MUTANTS.add("nonce-kept-per-path", "随机数按路径分别记忆", "nonces are remembered for each path by itself")
def _nonce_kept_per_path(platform: Platform) -> None:
    asked: list[str] = []

    def seen(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def identified(call: Call) -> Account:
            asked.append(call.url)
            return right(call)

        return identified

    _around(platform, "identify", seen)
    _around(platform, "check_nonce", lambda right: lambda account, nonce: right(account, f"{asked[-1]} {nonce}"))


# -- national cryptography ---------------------------------------------------------------------------------------------


@MUTANTS.add("sm3-account-wants-sha256", "国密账号按 SHA-256 验签", "an account of SM3 is verified with SHA-256")
def _sm3_account_wants_sha256(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        def agrees(account: Account, text: str, signature: str) -> bool:
            if account.scheme == "sm":
                return bool(demo.verifier.digest("sd-open", account.secret, text) == signature)
            return right(account, text, signature)

        return agrees

    _around(platform, "agrees", change)


@MUTANTS.add("sm-signature-ignored", "国密签名不验证", "signatures with SM3 and SM2 are not verified")
def _sm_signature_ignored(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        return lambda account, text, signature: account.scheme in ("sm", "sm2") or right(account, text, signature)

    _around(platform, "agrees", change)
