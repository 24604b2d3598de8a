"""Mutants of security: credentials that are not looked at, tenants that see each other, tokens that live on, leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Call, Platform

MUTANTS = demo.Mutants()
SQL = "SQLSTATE[42601]: syntax error at or near the quote"
TRACE = "Traceback (most recent call last): no credential"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


# -- no credential -----------------------------------------------------------------------------------------------------


def _open(platform: Platform, *ends: str, method: str = "GET", code: tuple[int, int] | None = None) -> None:
    """Where nobody asks, let ``primary`` ask, or refuse with another status."""

    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def identified(call: Call) -> Account:
            bare = not any("authorization" in name or "sign" in name or "proof" in name for name in call.headers)
            place = call.target.partition("?")[0]
            if not bare or call.method != method or not any(end in place for end in ends):
                return right(call)
            if code:
                raise demo.ApiError(*code, "no credential")
            return platform.accounts.by_name["primary"]

        return identified

    demo.faults.around(platform, "identify", change)


@MUTANTS.add("devices-open-to-all", "设备列表对任何人应答", "the list of devices answers whoever asks")
def _devices_open_to_all(platform: Platform) -> None:
    platform.routes["list_devices"].guarded = False


@MUTANTS.add("audit-log-open-to-all", "审计日志对任何人应答", "the audit log answers whoever asks")
def _audit_log_open_to_all(platform: Platform) -> None:
    platform.routes["operation_log"].guarded = False


@MUTANTS.add(
    "login-page-instead-of-401", "无凭据时返回登录网页", "without a credential a page where people log in comes"
)
def _login_page_instead_of_401(platform: Platform) -> None:
    def change(handler: demo.Handler) -> demo.Handler:
        page = demo.Answer(document=b"<!DOCTYPE html><title>login</title>", content_type="text/html")
        return lambda call: page if call.account.name == "nobody" else handler(call)

    platform.routes["operation_log"].guarded = False
    platform.rewire("operation_log", change)


@MUTANTS.add("removal-open-to-all", "注销设备不鉴别", "removing a device needs no credential")
def _removal_open_to_all(platform: Platform) -> None:
    _open(platform, "/devices/", method="DELETE")


@MUTANTS.add("bare-call-forbidden", "无凭据返回 403", "without a credential the answer is 403")
def _bare_call_forbidden(platform: Platform) -> None:
    _open(platform, "/objects", code=(403, 40301))


MUTANTS.add("bearer-prefix-compared", "只比较令牌前若干字符", "only the beginning of a bearer token is compared")(
    demo.faults.bearer_beginning_compared
)


# -- signatures, times and nonces --------------------------------------------------------------------------------------

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


# -- what a signature covers -------------------------------------------------------------------------------------------


def _whole(platform: Platform, agrees: Callable[[dict[str, str], Callable[[dict[str, str]], bool]], bool]) -> None:
    """Let signatures of whole requests agree by another rule; ``agrees(parts, right)``."""

    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: demo.verifier.Layout, parts: dict[str, str]) -> None:
            def good(told: dict[str, str]) -> bool:
                text = platform.verifier.text(account, layout, told)
                return platform.verifier.agrees(account, text, parts["signature"])

            if account.scheme != "whole-request" or not agrees(parts, good):
                right(account, layout, parts)

        return check

    demo.faults.around(platform, "check_signature", change)


@MUTANTS.add("signed-posts-not-verified", "只对读取验签，写入不验", "signatures of reads are verified, of posts not")
def _signed_posts_not_verified(platform: Platform) -> None:
    _whole(platform, lambda parts, _: parts["method"] == "POST")


@MUTANTS.add("method-not-covered", "签名不含方法", "the method is not covered by the signature")
def _method_not_covered(platform: Platform) -> None:
    _whole(platform, lambda parts, good: any(good(parts | {"method": method}) for method in METHODS))


@MUTANTS.add("last-of-path-not-covered", "签名不含路径末段", "the last segment of the path is not covered")
def _last_of_path_not_covered(platform: Platform) -> None:
    def agrees(parts: dict[str, str], good: Callable[[dict[str, str]], bool]) -> bool:
        path, mark, query = parts["path"].partition("?")
        return good(parts | {"path": f"{path}/szxc-other{mark}{query}"})

    _whole(platform, agrees)


# -- the published vector ----------------------------------------------------------------------------------------------

MUTANTS.add("sd-open-parts-in-other-order", "按其他顺序拼接签名原文", "the parts are signed in another order")(
    lambda platform: demo.faults.parts_in_other_order(platform, "sd-open")
)


@MUTANTS.add("sd-open-signature-in-hex", "签名按十六进制而非 Base64 比较", "signatures are compared in hexadecimal")
def _sd_open_signature_in_hex(platform: Platform) -> None:
    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        def agrees(account: Account, text: str, signature: str) -> bool:
            if account.scheme != "sd-open":
                return right(account, text, signature)
            return right(account, text, _from_hex(signature))

        return agrees

    demo.faults.around(platform, "agrees", change)


def _from_hex(signature: str) -> str:
    """What a signature in hexadecimal is in Base64; one that is in Base64 already is no signature then."""
    try:
        return bytes.fromhex(signature).decode("latin-1")
    except ValueError:
        return ""


@MUTANTS.add("sd-open-time-in-seconds", "时间戳按秒解释", "times are taken for seconds")
def _sd_open_time_in_seconds(platform: Platform) -> None:
    def change(right: Callable[..., None]) -> Callable[..., None]:
        return lambda account, text: right(account, f"{text}000" if account.scheme == "sd-open" else text)

    demo.faults.around(platform, "check_time", change)


# -- tokens ------------------------------------------------------------------------------------------------------------


@MUTANTS.add("token-without-life", "令牌应答无有效期", "a token says nothing of its life")
def _token_without_life(platform: Platform) -> None:
    platform.alter("issue_access_token", lambda answer: answer.with_payload({**answer.payload, "expiresIn": 0}))


@MUTANTS.add("revocation-without-effect", "撤销令牌无效果", "a revoked token is still taken")
def _revocation_without_effect(platform: Platform) -> None:
    platform.verifier.revoke = lambda _: None  # type: ignore[method-assign]


@MUTANTS.add("revocation-too-late", "撤销很久之后才生效", "a revoked token is refused only at the end of its life")
def _revocation_too_late(platform: Platform) -> None:
    right = platform.verifier.revoke
    platform.verifier.revoke = lambda account: platform.later(3, lambda: right(account))  # type: ignore[method-assign]


@MUTANTS.add(
    "revocation-locks-the-account", "撤销令牌使账号不可用", "after a revocation no token of the account is good"
)
def _revocation_locks_the_account(platform: Platform) -> None:
    locked: set[str] = set()
    revoke, bearer = platform.verifier.revoke, platform.verifier.bearer

    def revoked(account: Account) -> None:
        locked.add(account.name)
        revoke(account)

    def identified(token: str) -> Account:
        found = bearer(token)
        if found.name in locked:
            raise demo.verifier.refusal(40101, "no valid credential")
        return found

    platform.verifier.revoke = revoked  # type: ignore[method-assign]
    platform.verifier.bearer = identified  # type: ignore[method-assign]


# -- leaks -------------------------------------------------------------------------------------------------------------


@MUTANTS.add("sql-in-an-error", "错误文本露出 SQL", "an error shows a statement of the database")
def _sql_in_an_error(platform: Platform) -> None:
    def quoted(handler: demo.Handler) -> demo.Handler:
        def answered(call: Call) -> demo.Answer:
            if "'" in call.params["device"]:
                raise demo.ApiError(404, 40401, SQL)
            return handler(call)

        return answered

    platform.rewire("read_device", quoted)


@MUTANTS.add("trace-in-a-refusal", "拒绝凭据时露出调用栈", "the refusal of a credential shows a trace")
def _trace_in_a_refusal(platform: Platform) -> None:
    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def proven(call: Call) -> Account:
            try:
                return right(call)
            except demo.ApiError as error:
                raise demo.ApiError(error.status, error.code, TRACE, error.headers) from None

        return proven

    demo.faults.around(platform, "proven", change)


@MUTANTS.add("path-in-a-rejection", "拒收观测时露出文件路径", "the rejection of an observation shows a file")
def _path_in_a_rejection(platform: Platform) -> None:
    def told(handler: demo.Handler) -> demo.Handler:
        def answered(call: Call) -> demo.Answer:
            try:
                return handler(call)
            except demo.ApiError as error:
                text = f"{error.message}: see /opt/farm/conf/ingest.yaml"
                raise demo.ApiError(error.status, error.code, text) from None

        return answered

    platform.rewire("post_observation", told)


# -- secrets in the query ----------------------------------------------------------------------------------------------


def _from_query(platform: Platform, find: Callable[[Call], Account | None]) -> None:
    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def proven(call: Call) -> Account:
            return find(call) or right(call)

        return proven

    demo.faults.around(platform, "proven", change)


@MUTANTS.add("token-taken-from-the-query", "接受 URL 中的令牌", "a bearer token in the query is taken")
def _token_taken_from_the_query(platform: Platform) -> None:
    _from_query(platform, lambda call: platform.accounts.by_token(call.args.get("token", "")))


@MUTANTS.add("issued-token-taken-from-the-query", "接受 URL 中的 access_token", "an issued token in the query is taken")
def _issued_token_taken_from_the_query(platform: Platform) -> None:
    def find(call: Call) -> Account | None:
        issued = platform.verifier.tokens.get(call.args.get("access_token", ""))
        return platform.accounts.by_name[issued.account] if issued else None

    _from_query(platform, find)


@MUTANTS.add("secret-taken-from-the-query", "接受 URL 中的密钥", "a client's secret in the query is taken")
def _secret_taken_from_the_query(platform: Platform) -> None:
    def find(call: Call) -> Account | None:
        held = platform.accounts.by_client(call.args.get("client_id", ""), "sd-open", "whole-request")
        return held if held is not None and held.secret == call.args.get("appsecret") else None

    _from_query(platform, find)
