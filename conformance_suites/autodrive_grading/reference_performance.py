"""The reference's trajectory logs and its obstacle scenarios."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .drive_writer import KINDS

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .held_session import Session
    from .reference import Works

TOPIC = "performance"
PATH = "/szxc/v1/mach"
SCENARIOS = "autodrive:scenarios"


def mount(works: Works) -> None:
    """Serve the operations."""
    part = works.parts[TOPIC] = Performance(works)
    works.platform.serve("GET", f"{PATH}/sessions/{{session}}/log", "session_log", part.session_log)
    works.platform.serve("GET", f"{PATH}/scenarios", "list_scenarios", part.list_scenarios)


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Performance:
    """Logs of sessions, and obstacle scenarios.

    Attributes:
        works: whose sessions they are.
    """

    def __init__(self, works: Works) -> None:
        self.works = works
        works.platform.store.load(SCENARIOS, [(row["scenario_id"], json.dumps(row)) for row in _told()["scenarios"]])

    def session_log(self, call: Call) -> Answer:
        """The log of a session, as a file."""
        found = self.works.sessions.get(call.params["session"])
        if found is None or found.drive is None:
            raise demo.no_resource()
        return demo.Answer(document=self.written(found), content_type=KINDS[found.log])

    def written(self, session: Session) -> bytes:
        """The file of a session's log."""
        return session.log_file(self.works.day)

    def list_scenarios(self, call: Call) -> Answer:
        """The obstacle scenarios, page by page."""
        return self.works.platform.listed(call, SCENARIOS)
