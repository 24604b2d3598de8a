"""Mutants of authentication: credentials that are not looked at, or not wholly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Call, Platform

MUTANTS = demo.Mutants()
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

    demo.faults.around(platform, "identify", change)


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


MUTANTS.add("order-of-parts-wrong", "按其他顺序拼接签名原文", "the signed text is put together in another order")(
    lambda platform: demo.faults.parts_in_other_order(platform, "gov-exchange")
)


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

    demo.faults.around(platform, "check_signature", change)


@MUTANTS.add("token-not-taken", "签发的令牌不被接受", "a token that was issued is not taken")
def _token_not_taken(platform: Platform) -> None:
    def change(right: Callable[[str], Account]) -> Callable[[str], Account]:
        def bearer(token: str) -> Account:
            if token in platform.verifier.tokens:
                raise demo.verifier.refusal(40101, "no valid credential")
            return right(token)

        return bearer

    demo.faults.around(platform, "bearer", change)


# -- wrong signatures --------------------------------------------------------------------------------------------------


MUTANTS.add("signature-ignored", "不验证签名", "signatures are not verified")(demo.faults.signature_ignored)


MUTANTS.add("signature-prefix-compared", "只比较签名前若干字符", "only the beginning of a signature is compared")(
    demo.faults.signature_beginning_compared
)


MUTANTS.add("signature-case-ignored", "比较签名不分大小写", "signatures are compared without regard to case")(
    demo.faults.signature_case_ignored
)


MUTANTS.add("any-secret-signs", "任何账号的密钥都可签名", "the secret of any account signs for all")(
    demo.faults.any_secret_signs
)


MUTANTS.add("wrong-signature-bad-request", "签名错误返回 400", "a wrong signature is answered with 400")(
    demo.faults.wrong_signature_bad_request
)


MUTANTS.add("bearer-prefix-compared", "只比较令牌前若干字符", "only the beginning of a bearer token is compared")(
    demo.faults.bearer_beginning_compared
)


# -- parts that are not covered ----------------------------------------------------------------------------------------


MUTANTS.add("time-not-covered", "签名不含时间戳", "the time is not covered by the signature")(
    lambda platform: demo.faults.part_not_covered(platform, "time", "sd-open")
)


MUTANTS.add("nonce-not-covered", "签名不含随机数", "the nonce is not covered by the signature")(
    lambda platform: demo.faults.part_not_covered(platform, "nonce", "sd-open")
)


MUTANTS.add("origin-not-covered", "签名不含来源参数", "a parameter of the query is not covered by the signature")(
    lambda platform: demo.faults.part_not_covered(platform, "origin", "zj-open")
)


@MUTANTS.add("altered-time-crashes", "时间戳被改时服务崩溃", "an altered time makes the service crash")
def _altered_time_crashes(platform: Platform) -> None:
    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            try:
                right(account, layout, parts)
            except demo.ApiError:
                if account.scheme == "gov-exchange" and demo.faults.nearly(platform, account, layout, parts, "time"):
                    raise demo.ApiError(500, 50001, "internal error") from None
                raise

        return check

    demo.faults.around(platform, "check_signature", change)


# -- times and nonces --------------------------------------------------------------------------------------------------


MUTANTS.add("stale-time-accepted", "过期时间戳被接受", "stale times are accepted")(demo.faults.stale_time_accepted)


MUTANTS.add("future-time-accepted", "未来时间戳被接受", "times of the future are accepted")(
    demo.faults.future_time_accepted
)


MUTANTS.add("window-twice-as-wide", "时间窗比声明的宽一倍", "the window is twice as wide as declared")(
    demo.faults.window_twice_as_wide
)


MUTANTS.add("window-too-narrow", "时间窗只有一分钟", "the window is but a minute wide")(demo.faults.window_too_narrow)


MUTANTS.add("replay-accepted", "重放被接受", "a replay is accepted")(demo.faults.replay_accepted)


MUTANTS.add("nonce-forgotten-at-once", "随机数三秒后即被遗忘", "a nonce is forgotten after three seconds")(
    demo.faults.nonce_forgotten_at_once
)


MUTANTS.add("nonce-kept-per-path", "随机数按路径分别记忆", "nonces are remembered for each path by itself")(
    demo.faults.nonce_kept_per_path
)


# -- national cryptography ---------------------------------------------------------------------------------------------


@MUTANTS.add("sm3-account-wants-sha256", "国密账号按 SHA-256 验签", "an account of SM3 is verified with SHA-256")
def _sm3_account_wants_sha256(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        def agrees(account: Account, text: str, signature: str) -> bool:
            if account.scheme == "sm":
                return bool(demo.verifier.digest("sd-open", account.secret, text) == signature)
            return right(account, text, signature)

        return agrees

    demo.faults.around(platform, "agrees", change)


@MUTANTS.add("sm-signature-ignored", "国密签名不验证", "signatures with SM3 and SM2 are not verified")
def _sm_signature_ignored(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        return lambda account, text, signature: account.scheme in ("sm", "sm2") or right(account, text, signature)

    demo.faults.around(platform, "agrees", change)
