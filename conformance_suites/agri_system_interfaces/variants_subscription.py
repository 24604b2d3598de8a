"""Legal variants of subscription and push."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_subscription import HEADER, OK, TOPIC

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Handler, Platform

    from .reference_subscription import Subscriptions

Row = dict[str, Any]
VARIANTS = demo.Variants()
COMMON = ("deviceId", "channelId", "kind", "unit")


def _desk(platform: Platform) -> Subscriptions:
    found: Subscriptions = part(platform, TOPIC)
    return found


@VARIANTS.add(
    "push-signed-in-base64", "签名用 base64，写在 Authorization 式前缀后", "signatures are base64 after a prefix"
)
def _base64(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.signature

    def signature(secret: str, body: bytes) -> str:
        return "v1=" + base64.b64encode(bytes.fromhex(right(secret, body))).decode()

    desk.signature = signature  # type: ignore[method-assign]


@VARIANTS.add(
    "push-signed-with-a-prefix", "签名写作 sha256=大写十六进制", "signatures are sha256= and upper-case digits"
)
def _prefix(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.signature
    desk.signature = lambda secret, body: f"sha256={right(secret, body).upper()}"  # type: ignore[method-assign]


@VARIANTS.add("push-in-the-background", "5 秒后推送", "messages come after five seconds")
def _background(platform: Platform) -> None:
    desk = _desk(platform)
    desk.wait, desk.farm.capability["push"]["delayS"] = 5.0, 6


@VARIANTS.add(
    "push-repeated-after-minutes",
    "第二次起数分钟后才重发，已声明",
    "but for the first, repetitions come after minutes, which is declared",
)
def _minutes(platform: Platform) -> None:
    desk = _desk(platform)
    desk.gaps = (4.0, 300.0, 900.0, 3600.0)
    desk.farm.capability["push"]["retryWithinS"] = 3600


@VARIANTS.add(
    "push-repeated-after-a-minute-and-a-half",
    "第三次重发在 90 秒后，已声明",
    "the third repetition comes after 90 seconds, which is declared",
)
def _after_ninety(platform: Platform) -> None:
    desk = _desk(platform)
    desk.gaps = (5.0, 30.0, 90.0)
    desk.farm.capability["push"]["retryWithinS"] = 100


@VARIANTS.add("push-with-chance-in-its-gaps", "重发间隔带随机量", "the gaps between repetitions vary a little")
def _chance(platform: Platform) -> None:
    _desk(platform).gaps = (2.6, 2.2, 7.4, 13.1, 40.0)


@VARIANTS.add(
    "push-at-least-once", "收下的消息偶尔再来一次，标识不变", "a message that was taken may come once more under its id"
)
def _once_more(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.answered

    def answered(subscription: Row, message: Row, number: int, status: int) -> None:
        right(subscription, message, number, status)
        if status in OK:
            platform.later(1, lambda: desk.send(subscription, message))

    desk.answered = answered  # type: ignore[method-assign]


@VARIANTS.add("push-with-a-greeting", "订阅成功先发一条问候", "a first message says that the subscription stands")
def _greeting(platform: Platform) -> None:
    desk = _desk(platform)

    def greeting(handler: Handler) -> Handler:
        def greeted(call: Call) -> Answer:
            answer = handler(call)
            found = platform.store.get("agri:subscriptions", answer.payload["subId"])
            platform.deliver(found["sink"], {"messageId": desk.number(), "event": "subscribed"})
            return answer

        return greeted

    platform.rewire("subscribe_observations", greeting)


@VARIANTS.add(
    "push-with-its-id-in-a-header", "消息标识写在头里，正文只有观测", "the id of a message is a header, its body a list"
)
def _id_in_a_header(platform: Platform) -> None:
    desk = _desk(platform)
    desk.farm.capability["push"]["idMember"] = "X-Message-Id"

    def send(subscription: Row, message: Row) -> int:
        body = message["observations"]
        signature = desk.signature(subscription["secret"], demo.compact(body))
        return platform.deliver(subscription["sink"], body, {HEADER: signature, "X-Message-Id": message["messageId"]})

    desk.send = send  # type: ignore[method-assign]


@VARIANTS.add(
    "push-grouped-by-channel", "设备与通道写在外层", "messages name device and channel once, above the values"
)
def _grouped(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.message

    def message(subscription: Row, rows: list[Row]) -> Row:
        made = right(subscription, rows)
        one = rows[0]
        points = [{name: row[name] for name in row if name not in COMMON} for row in rows]
        del made["observations"]
        return made | {"series": [{name: one[name] for name in COMMON} | {"points": points}]}

    desk.message = message  # type: ignore[method-assign]


@VARIANTS.add("push-in-batches", "1 秒内的观测合成一条消息", "observations of one second come in one message")
def _batches(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.tell
    waiting: dict[str, list[Row]] = {}

    def send(subscription: Row) -> None:
        right(subscription, desk.message(subscription, waiting.pop(subscription["subId"])))

    def tell(subscription: Row, message: Row) -> None:
        rows = waiting.setdefault(subscription["subId"], [])
        if not rows:
            platform.later(1, lambda: send(subscription))
        rows.extend(message["observations"])

    desk.tell = tell  # type: ignore[method-assign]


@VARIANTS.add(
    "push-not-declared", "能力声明不写推送细节，只写签名头", "of pushes only the header of the signature is declared"
)
def _undeclared(platform: Platform) -> None:
    _desk(platform).farm.capability["push"] = {"signatureHeader": HEADER}


@VARIANTS.add(
    "push-without-short-subscriptions", "订阅期限不足一分钟的拒收", "subscriptions for less than a minute are refused"
)
def _no_short_ones(platform: Platform) -> None:
    def refusing(handler: Handler) -> Handler:
        def refused(call: Call) -> Answer:
            if isinstance(call.body, dict) and call.body.get("expiresAt"):
                raise demo.ApiError(422, 42201, "expiresAt is too near")
            return handler(call)

        return refused

    platform.rewire("subscribe_observations", refusing)
