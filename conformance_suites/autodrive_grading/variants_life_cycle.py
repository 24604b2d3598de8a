"""Legal variants of versions and retention: grades that are gone, declaring twice, long service, other lists."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import need_write, part
from .reference_declaration import DECLARATIONS, VOID, stamp
from .reference_life_cycle import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
LONG_AGO = timedelta(days=450)


def declaring(platform: Platform, change: Callable[[Row], object]) -> None:
    """Change what is declared."""
    platform.store.edit(DECLARATIONS, change)


@VARIANTS.add("life-cycle-void-grade-is-gone", "失效的等级查无此项", "a void grade is not found")
def _void_grade_is_gone(platform: Platform) -> None:
    def shown(answer: Answer) -> Answer:
        if answer.payload["status"] == VOID:
            raise demo.no_resource()
        return answer

    platform.alter("read_grade", shown)


@VARIANTS.add("life-cycle-declared-once-only", "已声明的功能须先撤销再声明", "a declared feature is withdrawn first")
def _declared_once_only(platform: Platform) -> None:
    def refused(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            need_write(call)
            name = call.body.get("feature_id") if isinstance(call.body, dict) else None
            if isinstance(name, str) and platform.store.get(DECLARATIONS, name):
                raise demo.ApiError(409, 40901, "declared already")
            return handler(call)

        return answer

    platform.rewire("declare_feature", refused)


@VARIANTS.add("life-cycle-long-in-service", "在用已久，超期事件已删除", "long in service; what is older is gone")
def _long_in_service(platform: Platform) -> None:
    """A session from before the promised time is still listed with its events, which are kept no longer."""
    begun = stamp(platform.now - LONG_AGO)
    declaring(platform, lambda row: row.update(declared_at=begun))
    log = part(platform, "event_log")
    first = next(row for row in log.sessions if row["session_id"] in log.events)
    name = f"{first['session_id']}-before"
    held = {"session_id": name, "started_at": begun, "ended_at": begun, "power_on_at": begun}
    log.sessions.append({**first, **held, "kinds": ["start"], "log": None})
    log.events[name] = [{"event_id": f"{name}-1", "session_id": name, "t": begun, "type": "power_on"}]


@VARIANTS.add("life-cycle-newest-first", "事件自新到旧", "events come newest first")
def _newest_first(platform: Platform) -> None:
    kept = part(platform, TOPIC)
    right = kept.kept
    kept.kept = lambda: right()[::-1]


@VARIANTS.add("life-cycle-nothing-is-404", "无事件时应答 404", "where nothing is kept the answer is 404")
def _nothing_is_404(platform: Platform) -> None:
    def shown(answer: Answer) -> Answer:
        if not answer.payload["total"]:
            raise demo.no_resource()
        return answer

    platform.alter("list_events", shown)


@VARIANTS.add("life-cycle-sessions-without-end", "场次不写结束时间", "sessions do not say when they ended")
def _sessions_without_end(platform: Platform) -> None:
    log = part(platform, "event_log")
    log.sessions = [{name: told for name, told in row.items() if name != "ended_at"} for row in log.sessions]
