"""Mutants of tokens, secrets and grants: what does not end, what leaks, and what is shown to whom it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_authentication import COLUMNS, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Account, Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def _counter(platform: Platform) -> Any:  # noqa: ANN401 -- its methods are replaced
    return part(platform, TOPIC)


def _with_member(platform: Platform, operation: str, make: Callable[[], Row]) -> None:
    """Add members to the good answers of an operation."""
    platform.alter(operation, lambda answer: answer.with_payload({**answer.payload, **make()}))


# -- tokens and secrets ------------------------------------------------------------------------------------------------


@MUTANTS.add("token-without-life", "令牌应答无有效期", "a token says nothing of its life")
def _token_without_life(platform: Platform) -> None:
    platform.alter(
        "issue_token",
        lambda answer: answer.with_payload({**answer.payload, "expiresIn": 0}),
    )


MUTANTS.add("token-never-ends", "令牌过期后仍被接受", "a token is taken after its end")(demo.faults.token_never_ends)


@MUTANTS.add("expired-account-let-in", "过期凭证的账号可访问", "an account whose token has ended is let in")
def _expired_account_let_in(platform: Platform) -> None:
    right = platform.verifier.bearer

    def bearer(token: str) -> Account:
        held = platform.accounts.by_token(token)
        return held if held is not None and held.ended else right(token)

    platform.verifier.bearer = bearer  # type: ignore[method-assign]


@MUTANTS.add("signing-token-never-ends", "过期令牌仍可签名", "a token signs after its end")
def _signing_token_never_ends(platform: Platform) -> None:
    right = platform.verifier.check_life

    def check(issued: demo.verifier.Issued) -> None:
        if platform.accounts.by_name[issued.account].scheme != "bj-proxy":
            right(issued)

    platform.verifier.check_life = check  # type: ignore[method-assign]


@MUTANTS.add("old-secret-still-good", "轮换后旧密钥仍有效", "the old secret is good after rotation")
def _old_secret_still_good(platform: Platform) -> None:
    former: dict[str, str] = {}
    renew, agrees = platform.accounts.renew, platform.verifier.agrees

    def renewed(account: Account) -> str:
        former[account.name] = account.secret
        return renew(account)

    def agreed(account: Account, text: str, signature: str) -> bool:
        old = former.get(account.name)
        return agrees(account, text, signature) or (
            old is not None and demo.verifier.digest(account.scheme, old, text) == signature
        )

    platform.accounts.renew = renewed  # type: ignore[method-assign]
    platform.verifier.agrees = agreed  # type: ignore[method-assign]


@MUTANTS.add("new-secret-not-active", "轮换返回的新密钥无效", "the new secret is not the one in force")
def _new_secret_not_active(platform: Platform) -> None:
    renew = platform.accounts.renew
    platform.accounts.renew = lambda account: renew(account)[::-1]  # type: ignore[method-assign]


@MUTANTS.add("rotation-without-secret", "轮换应答无新密钥", "rotation hands out no secret")
def _rotation_without_secret(platform: Platform) -> None:
    platform.rewire("rotate_secret", lambda _: lambda _call: demo.Answer({"accepted": True}))


@MUTANTS.add("secret-in-header", "应答头回显密钥", "a header of the answer holds the secret")
def _secret_in_header(platform: Platform) -> None:
    _told(platform, "heartbeat", lambda call, answer: answer.with_headers(X_Debug_Key=call.account.secret))


@MUTANTS.add("token-in-link", "应答给出带令牌的地址", "the answer holds a URL with the token")
def _token_in_link(platform: Platform) -> None:
    def linked(call: Call, answer: Answer) -> Answer:
        url = f"{call.url}?access_token={call.account.token}"
        return answer.with_payload({**answer.payload, "self": url})

    _told(platform, "heartbeat", linked)


@MUTANTS.add("foreign-key-in-link", "能力声明给出带密钥的地址", "the capability document holds a URL with a key")
def _foreign_key_in_link(platform: Platform) -> None:
    _with_member(platform, "capability", lambda: {"portal": "https://portal.invalid/data?appSecret=Zm9vYmFyMTIz"})


@MUTANTS.add("expected-signature-told", "错误文本说出正确签名", "an error text tells the signature")
def _expected_signature_told(platform: Platform) -> None:
    right = platform.verifier.agrees

    def agrees(account: Account, text: str, signature: str) -> bool:
        if right(account, text, signature) or account.scheme not in ("sd-open", "gov-exchange"):
            return right(account, text, signature)
        owed = demo.verifier.digest(account.scheme, account.secret, text)
        raise demo.verifier.refusal(40102, f"bad signature, expected {owed}")

    platform.verifier.agrees = agrees  # type: ignore[method-assign]


def _told(platform: Platform, operation: str, change: Callable[[Call, Answer], Answer]) -> None:
    platform.rewire(operation, lambda handler: lambda call: change(call, handler(call)))


# -- grants ------------------------------------------------------------------------------------------------------------


@MUTANTS.add("subscription-ignored", "未订阅资源可读", "what was not subscribed to is readable")
def _subscription_ignored(platform: Platform) -> None:
    exchange = part(platform, "exchange")
    exchange.known = {code: replace(resource, restricted=False) for code, resource in exchange.known.items()}


def _granted_anyway(platform: Platform, call: Call) -> Answer:
    resource = part(platform, "exchange").known[call.params["resource"]]
    record = platform.store.page(resource.records, 0, 1)[0]
    return demo.Answer(_counter(platform).shown(call.account.name, record))


@MUTANTS.add("subscription-ignored-for-changes", "未订阅资源的增量可读", "changes of other resources are readable")
def _subscription_ignored_for_changes(platform: Platform) -> None:
    primary = platform.accounts.by_name["primary"]
    platform.rewire("list_changes", lambda handler: lambda call: handler(replace(call, account=primary)))


@MUTANTS.add("unsubscribed-not-found", "未订阅资源返回 404", "what was not subscribed to is answered with 404")
def _unsubscribed_not_found(platform: Platform) -> None:
    exchange = part(platform, "exchange")
    right = exchange.resource

    def resource(call: Call) -> Any:  # noqa: ANN401 -- of the topic of exchange
        found = exchange.known.get(call.params["resource"])
        if found is not None and found.restricted and call.account.name == "low_right":
            raise demo.no_resource()
        return right(call)

    exchange.resource = resource


@MUTANTS.add("refusal-holds-the-record", "拒绝应答里带着数据", "a refusal holds what it refuses")
def _refusal_holds_the_record(platform: Platform) -> None:
    def telling(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answered(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError as error:
                if error.status != 403:  # noqa: PLR2004 -- the HTTP status itself
                    raise
                shown = _granted_anyway(platform, call).payload
                raise demo.ApiError(403, error.code, json.dumps(shown, ensure_ascii=False)) from None

        return answered

    platform.rewire("granted_record", telling)


@MUTANTS.add("columns-not-filtered", "返回字段不按授权过滤", "columns are not filtered by grant")
def _columns_not_filtered(platform: Platform) -> None:
    _counter(platform).granted = {}


@MUTANTS.add("withheld-column-elsewhere", "未授权字段换个位置返回", "a withheld column stands somewhere else")
def _withheld_column_elsewhere(platform: Platform) -> None:
    counter = _counter(platform)
    right = counter.shown

    def shown(account: str, record: Row) -> Row:
        return right(account, record) | {"raw": json.dumps(record, ensure_ascii=False)}

    counter.shown = shown


@MUTANTS.add("columns-beyond-grant", "声明的授权字段少于返回字段", "more columns are shown than are granted")
def _columns_beyond_grant(platform: Platform) -> None:
    counter = _counter(platform)
    right = counter.shown

    def shown(account: str, record: Row) -> Row:
        made: Row = right(account, record)
        return {**made, "record": {**made["record"], "collectedAt": record["collectedAt"]}}

    rest = tuple(name for name in COLUMNS if name != "collectedAt")
    counter.granted = {"primary": rest, "second": rest, **counter.granted}
    counter.shown = shown


# -- rates -------------------------------------------------------------------------------------------------------------


@MUTANTS.add("rate-not-controlled", "不控制频次", "the rate is not controlled")
def _rate_not_controlled(platform: Platform) -> None:
    platform.verifier.meter = lambda _: None  # type: ignore[method-assign]


@MUTANTS.add("too-many-without-retry-after", "429 不带 Retry-After", "429 comes without Retry-After")
def _too_many_without_retry_after(platform: Platform) -> None:
    demo.wire_faults.too_often(platform, lambda error: demo.ApiError(error.status, error.code, error.message))


@MUTANTS.add("too-many-forbidden", "超频返回 403", "who asks too often is answered with 403")
def _too_many_forbidden(platform: Platform) -> None:
    demo.wire_faults.too_often(platform, lambda error: demo.ApiError(403, 42901, error.message, error.headers))


@MUTANTS.add("refused-for-ever", "Retry-After 过后仍被拒", "who comes back when told to is refused again")
def _refused_for_ever(platform: Platform) -> None:
    right = platform.verifier.meter
    refused: list[demo.ApiError] = []

    def meter(account: Account) -> None:
        if account.rate and refused:
            raise refused[0]
        try:
            right(account)
        except demo.ApiError as error:
            refused.append(error)
            raise

    platform.verifier.meter = meter  # type: ignore[method-assign]
