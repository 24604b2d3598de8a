"""Mutants of subscription and push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import stamp
from .reference_subscription import GONE, HEADER, OK, SUBSCRIPTIONS, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_subscription import Subscriptions

Row = dict[str, Any]
MUTANTS = demo.Mutants()
COPIES = 40


def _desk(platform: Platform) -> Subscriptions:
    found: Subscriptions = part(platform, TOPIC)
    return found


# --- who is told what -------------------------------------------------------------------------------------------------


@MUTANTS.add("push-never", "订阅后从不推送", "nothing is ever pushed")
def _never(platform: Platform) -> None:
    _desk(platform).tell = lambda *_: None  # type: ignore[method-assign]


@MUTANTS.add("push-late", "15 秒后才推送，超过声明", "messages come after 15 seconds, later than is declared")
def _late(platform: Platform) -> None:
    _desk(platform).wait = 15.0


def _ignores(platform: Platform, name: str) -> None:
    desk = _desk(platform)
    right = desk.meets
    desk.meets = lambda row, wanted: right(row, {key: wanted[key] for key in wanted if key != name})  # type: ignore[method-assign]


@MUTANTS.add("push-of-other-kinds", "推送不理会种类条件", "the filter by kind is ignored")
def _kinds(platform: Platform) -> None:
    _ignores(platform, "kinds")


@MUTANTS.add("push-of-other-devices", "推送不理会设备条件", "the filter by device is ignored")
def _devices(platform: Platform) -> None:
    _ignores(platform, "deviceIds")


@MUTANTS.add(
    "push-when-any-condition-holds",
    "条件之一符合即推送",
    "an observation is pushed that meets one condition of several",
)
def _any(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.meets
    desk.meets = lambda row, wanted: any(right(row, {name: wanted[name]}) for name in wanted)  # type: ignore[method-assign]


@MUTANTS.add("push-to-the-wrong-sink", "消息推到最早的订阅地址", "messages go to the sink of the first subscription")
def _wrong_sink(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.send

    def send(subscription: Row, message: Row) -> int:
        first: Row = platform.store.all(SUBSCRIPTIONS)[0]
        return right(subscription | {"sink": first["sink"]}, message)

    desk.send = send  # type: ignore[method-assign]


@MUTANTS.add("push-to-all-sinks", "消息推到所有订阅地址", "each message goes to the sinks of all subscriptions")
def _all_sinks(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.tell

    def tell(subscription: Row, message: Row) -> None:
        for one in platform.store.all(SUBSCRIPTIONS):
            right(subscription | {"sink": one["sink"]}, message)

    desk.tell = tell  # type: ignore[method-assign]


def _after_success(platform: Platform, further: Callable[[Row, Row], None]) -> None:
    """Do something further once a message was taken."""
    desk = _desk(platform)
    right = desk.answered

    def answered(subscription: Row, message: Row, number: int, status: int) -> None:
        right(subscription, message, number, status)
        if status in OK:
            further(subscription, message)

    desk.answered = answered  # type: ignore[method-assign]


@MUTANTS.add("push-flood", "同一消息推送几十次", "a message that was taken is sent dozens of times more")
def _flood(platform: Platform) -> None:
    desk = _desk(platform)

    def further(subscription: Row, message: Row) -> None:
        for _ in range(COPIES):
            desk.send(subscription, message)

    _after_success(platform, further)


@MUTANTS.add(
    "push-without-end", "已收下的消息每 4 秒再推一次", "a message that was taken is sent again every four seconds"
)
def _without_end(platform: Platform) -> None:
    desk = _desk(platform)

    def again(subscription: Row, message: Row) -> None:
        platform.later(4, lambda: desk.attempt(subscription, message))

    _after_success(platform, again)


@MUTANTS.add("push-after-expiry", "订阅到期后仍推送", "an expired subscription is told things")
def _expired(platform: Platform) -> None:
    _desk(platform).is_expired = lambda _: False  # type: ignore[method-assign]


@MUTANTS.add("push-of-rounded-values", "推送的值被取整", "pushed values are rounded")
def _rounded(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.message
    desk.message = lambda subscription, rows: right(  # type: ignore[method-assign]
        subscription, [row | {"value": float(row["value"]) // 10 * 10 + 1} for row in rows]
    )


# --- signature and repetition -----------------------------------------------------------------------------------------


@MUTANTS.add("push-unsigned", "推送不带签名", "messages are not signed")
def _unsigned(platform: Platform) -> None:
    _desk(platform).headers = lambda *_: {}  # type: ignore[method-assign]


@MUTANTS.add(
    "push-signed-with-another-secret", "签名用平台统一密钥", "messages are signed with a secret of the platform's own"
)
def _other_secret(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.signature
    desk.signature = lambda _, body: right("platform", body)  # type: ignore[method-assign]


@MUTANTS.add("push-signature-leaves-the-body-out", "签名不覆盖正文", "the signature covers the secret alone")
def _no_body(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.signature
    desk.signature = lambda secret, _: right(secret, b"")  # type: ignore[method-assign]


@MUTANTS.add("push-repeated-unsigned", "重发时不带签名", "messages are signed only the first time")
def _once_signed(platform: Platform) -> None:
    desk = _desk(platform)
    right, signed = desk.headers, set[str]()

    def headers(subscription: Row, message: Row) -> dict[str, str]:
        made = right(subscription, message)
        if message["messageId"] in signed:
            made.pop(HEADER, None)
        signed.add(message["messageId"])
        return made

    desk.headers = headers  # type: ignore[method-assign]


@MUTANTS.add(
    "push-of-a-changed-body", "重发时改了时间，签名仍是原来的", "a repetition has a new time under the old signature"
)
def _changed_body(platform: Platform) -> None:
    desk = _desk(platform)

    def send(subscription: Row, message: Row) -> int:
        platform.sleep(1)
        now = message | {"sentAt": stamp(platform.clock())}
        return platform.deliver(subscription["sink"], now, desk.headers(subscription, message))

    desk.send = send  # type: ignore[method-assign]


@MUTANTS.add("push-never-repeated", "失败后不再推送", "a message that fails is not sent again")
def _not_repeated(platform: Platform) -> None:
    _desk(platform).gaps = ()


@MUTANTS.add("push-repeated-twice", "失败后只重发两次", "a message that fails is sent again twice only")
def _twice(platform: Platform) -> None:
    _desk(platform).gaps = (2.0, 4.0)


@MUTANTS.add("push-repeated-steadily", "重发间隔不变", "repetitions come at equal gaps")
def _steadily(platform: Platform) -> None:
    _desk(platform).gaps = (2.0, 2.0, 2.0, 2.0)


@MUTANTS.add("push-repeated-at-once", "失败后立即连续重发", "repetitions come at once, one after another")
def _at_once(platform: Platform) -> None:
    _desk(platform).gaps = (0.0, 0.0, 0.0, 0.0)


@MUTANTS.add("push-repeated-ever-faster", "重发间隔越来越短", "repetitions come at shrinking gaps")
def _faster(platform: Platform) -> None:
    _desk(platform).gaps = (8.0, 4.0, 2.0, 1.0)


@MUTANTS.add("push-repeated-after-410", "410 之后照样重发", "410 is answered by repetitions")
def _after_gone(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.answered

    def answered(subscription: Row, message: Row, number: int, status: int) -> None:
        right(subscription, message, number, 500 if status == GONE else status)

    desk.answered = answered  # type: ignore[method-assign]


@MUTANTS.add("push-goes-on-after-410", "410 之后仍推送新消息", "410 ends the message, not the subscription")
def _goes_on(platform: Platform) -> None:
    _desk(platform).end = lambda _: None  # type: ignore[method-assign]


@MUTANTS.add(
    "push-goes-on-slowly-after-410",
    "410 之后的新消息隔 8 秒照样推送",
    "410 does not end the subscription, and messages come eight seconds late, as declared",
)
def _goes_on_slowly(platform: Platform) -> None:
    _goes_on(platform)
    desk = _desk(platform)
    desk.wait = 8.0
    desk.farm.capability["push"]["delayS"] = 10


@MUTANTS.add("push-impatient", "对方未答先重发", "the same is sent again before a slow receiver has answered")
def _impatient(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.send

    def send(subscription: Row, message: Row) -> int:
        open_ = [True]

        def again() -> None:
            if open_[0]:
                right(subscription, message)

        platform.later(1, again)
        status = right(subscription, message)
        open_[0] = False
        return status

    desk.send = send  # type: ignore[method-assign]


# --- ids --------------------------------------------------------------------------------------------------------------


def _sends(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let each sending of a message pass through ``change``."""
    desk = _desk(platform)
    right = desk.send
    desk.send = lambda subscription, message: right(subscription, change(message))  # type: ignore[method-assign]


@MUTANTS.add("push-repeated-under-a-new-id", "每次重发换新标识", "each repetition has an id of its own")
def _new_id(platform: Platform) -> None:
    desk = _desk(platform)
    _sends(platform, lambda message: message | {"messageId": desk.number()})


@MUTANTS.add("push-of-one-id", "所有消息用订阅标识", "all messages have the id of their subscription")
def _one_id(platform: Platform) -> None:
    _sends(platform, lambda message: message | {"messageId": message["subId"]})


@MUTANTS.add("push-of-an-id-by-the-second", "标识取自当前秒", "ids are the second in which a message was made")
def _by_the_second(platform: Platform) -> None:
    _desk(platform).number = lambda: f"msg-{stamp(platform.clock())}"  # type: ignore[method-assign]


@MUTANTS.add("push-without-an-id", "消息没有标识", "messages have no id")
def _no_id(platform: Platform) -> None:
    _sends(platform, lambda message: {name: message[name] for name in message if name != "messageId"})


@MUTANTS.add("push-id-counts-the-tries", "标识后缀随次数变化", "ids end in the number of the try")
def _counts(platform: Platform) -> None:
    tries: dict[str, int] = {}

    def numbered(message: Row) -> Row:
        name = message["messageId"]
        tries[name] = tries.get(name, 0) + 1
        return message | {"messageId": f"{name}-{tries[name]}"}

    _sends(platform, numbered)
