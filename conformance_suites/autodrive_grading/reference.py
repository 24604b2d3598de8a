"""The reference implementation: a manufacturer's platform with declarations, grades, test sessions, labels, events."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_sessions import field_day, of_all_features

if TYPE_CHECKING:
    from datetime import date

    from pytest_szxc.reference import Call, Platform

    from .held_session import Session

SUITE = "autodrive_grading"
TOPICS = demo.Topics(__package__ or "", Path(__file__).parent)


def mount(platform: Platform) -> None:
    """Serve the operations of all topics."""
    TOPICS.mount(platform, SUITE, Works(platform))


class Works:
    """One manufacturer's platform.

    Attributes:
        platform: store, clock, accounts, answers.
        parts: what a topic's reference keeps, by topic; a mutant replaces methods of it.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.parts: dict[str, Any] = {}

    @cached_property
    def sessions(self) -> dict[str, Session]:
        """The test sessions by id; a mutant puts others in their place."""
        return {one.session_id: one for one in of_all_features()}

    @property
    def day(self) -> date:
        """The day on which the sessions were held."""
        return field_day(self.platform.now)


def part(platform: Platform, topic: str) -> Any:  # noqa: ANN401 -- each topic keeps a class of its own
    """What a topic's reference keeps on a platform."""
    return platform.parts[SUITE].parts[topic]


def need_write(call: Call) -> None:
    """Refuse an account that may not write (40301)."""
    if not call.account.may("write"):
        raise demo.ApiError(403, 40301, "not authorised")
