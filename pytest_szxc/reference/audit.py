"""The demo platform's audit log: who did what to which object, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.reference.store import EVERYTHING, Where

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.reference.store import Store

TABLE = "audit"


class AuditLog:
    """Appends events ``{at, by, action, object}``; nothing removes one."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def note(self, by: str, action: str, obj: str) -> None:
        """Write one event, now."""
        at = self._clock().isoformat(timespec="seconds")
        self._store.add(TABLE, obj, {"at": at, "by": by, "action": action, "object": obj})

    def about(self, obj: str | None) -> Where:
        """The condition that selects the events of one object, or of all."""
        return Where("key = ?", (obj,)) if obj else EVERYTHING
