"""Mutants of commands: who may issue them, and what the device's feedback shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_command import commands
from .reference import AUDIT
from .reference_command import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TARGET, ALL = "percent", 100


# --- rights -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("readers-may-command", "只读账号可下发指令", "an account that may only read can issue commands")
def _readers_command(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.need_right

    def need_right(call: Call, action: str, name: str) -> None:
        if action != "issue_command":
            right(call, action, name)

    desk.need_right = need_right


@MUTANTS.add("readers-may-cancel", "只读账号可取消指令", "an account that may only read can cancel commands")
def _readers_cancel(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.need_right

    def need_right(call: Call, action: str, name: str) -> None:
        if action != "cancel_command":
            right(call, action, name)

    desk.need_right = need_right


@MUTANTS.add("denied-command-executed", "应答无权却已下发", "a command is denied, and executed")
def _denied_executed(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.need_right

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            if not call.account.may("write"):
                desk.keep(call, call.body)
            return handler(call)

        return answer

    desk.need_right = right
    platform.rewire("issue_command", change)


def _audited(platform: Platform, change: Callable[[Row], Row | None]) -> None:
    """Attempts to command that were denied are written down otherwise."""
    store: Any = platform.store
    right = store.add

    def add(table: str, key: str, document: Row) -> None:
        denied = table == AUDIT and document["result"] == "denied" and "command" in document["action"]
        kept = change(document) if denied else document
        if kept is not None:
            right(table, key, kept)

    store.add = add


@MUTANTS.add(
    "denied-command-not-audited", "无权的尝试不留审计", "an attempt to command that was denied is not in the audit log"
)
def _not_audited(platform: Platform) -> None:
    _audited(platform, lambda _: None)


@MUTANTS.add(
    "denied-command-audited-as-done",
    "无权的尝试记为成功",
    "an attempt to command that was denied is in the audit log as a success",
)
def _audited_as_done(platform: Platform) -> None:
    _audited(platform, lambda event: event | {"result": "ok"})


# --- feedback ---------------------------------------------------------------------------------------------------------


@MUTANTS.add(
    "target-turned-round", "下发的开度取反", "the device gets the opening turned round: 100 less what was ordered"
)
def _target_turned(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.shown

    def shown(name: str) -> Row:
        row: Row = right(name)
        given = row["parameters"]
        return row | {"parameters": given | {TARGET: ALL - given[TARGET]} if TARGET in given else given}

    desk.shown = shown


def _latest(name: str, zh: str, en: str, change: Callable[[Any, Row], Any]) -> None:
    """A mutant whose latest observation of an opening is another value: platform's commands, row → value."""

    def apply(platform: Platform) -> None:
        desk = commands(platform)

        def changed(answer: Answer) -> Answer:
            rows = [
                row | {"value": change(desk, row)} if row.get("kind") == "x-opening" else row
                for row in answer.payload["list"]
            ]
            return answer.with_payload(answer.payload | {"list": rows})

        platform.alter("latest_observations", changed)

    MUTANTS.add(name, zh, en)(apply)


_latest(
    "feedback-as-share",
    "开度反馈显示为 0–1",
    "an opening is shown as a share of one",
    lambda _, row: row["value"] / 100,
)


def _ordered(desk: Any, row: Row) -> Any:  # noqa: ANN401 -- see commands
    where = demo.Where("json_extract(body, '$.body.deviceId') = ?", (row["deviceId"],))
    given = [one["body"]["parameters"].get(TARGET) for one in desk.store.all(COMMANDS, where)]
    return given[-1] if given and given[-1] is not None else row["value"]


_latest(
    "feedback-is-the-order",
    "反馈显示的是下发值而非实测",
    "what was ordered is shown as the feedback, wherever the device stands",
    _ordered,
)
_latest(
    "feedback-coarse", "反馈取整到 25", "feedback is rounded to quarters", lambda _, row: round(row["value"] / 25) * 25
)


@MUTANTS.add("failure-shown-as-done", "设备报失败却记完成", "what the device reports as failed is written down as done")
def _failure_as_done(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.move

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        jammed = state == "FAILED" and desk.state(name) == "EXECUTING" and _percent(desk, name) == 10  # noqa: PLR2004 -- see the check of feedback
        found: Answer = right(name, "COMPLETED" if jammed else state, **members)
        return found

    desk.move = move


def _percent(desk: Any, name: str) -> Any:  # noqa: ANN401 -- see commands
    return desk.status(name).get("percentCompletion")
