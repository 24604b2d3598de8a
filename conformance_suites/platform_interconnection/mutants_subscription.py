"""Mutants of subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_subscription import SUBSCRIPTIONS, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_subscription import Subscriptions

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def _desk(platform: Platform) -> Subscriptions:
    found: Subscriptions = part(platform, TOPIC)
    return found


def _notices(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let each notice pass through ``change``."""
    desk = _desk(platform)
    right = desk.notice
    desk.notice = lambda *said: change(right(*said))  # type: ignore[method-assign]


@MUTANTS.add("subscriber-never-told", "订阅后从不通知", "a subscriber is never told")
def _never(platform: Platform) -> None:
    _desk(platform).tell = lambda *_: None  # type: ignore[method-assign]


@MUTANTS.add("subscriber-told-twice", "同一批通知两次", "a subscriber is told twice of one batch")
def _twice(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.tell

    def tell(subscription: Row, notice: Row) -> None:
        right(subscription, notice)
        right(subscription, notice)

    desk.tell = tell  # type: ignore[method-assign]


@MUTANTS.add("subscriber-told-after-leaving", "退订后仍然通知", "a subscriber is told after unsubscribing")
def _after_leaving(platform: Platform) -> None:
    _desk(platform).forget = lambda _: None  # type: ignore[method-assign]


@MUTANTS.add("subscriber-told-of-another-resource", "把别的资源的变更也通知", "another resource's changes are told too")
def _of_another(platform: Platform) -> None:
    _desk(platform).concerned = lambda _: platform.store.all(SUBSCRIPTIONS)  # type: ignore[method-assign]


@MUTANTS.add("notice-without-ids", "通知不写是哪些记录", "notices do not name the records")
def _without_ids(platform: Platform) -> None:
    _notices(platform, lambda notice: {name: value for name, value in notice.items() if name != "ids"})


@MUTANTS.add("notice-leaves-one-out", "通知漏掉最后一条", "notices leave the last record out")
def _leaves_one_out(platform: Platform) -> None:
    _notices(platform, lambda notice: notice | {"ids": notice["ids"][:-1]})
