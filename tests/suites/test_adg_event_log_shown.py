"""What event logs show beside verdicts: pictures; the trajectory log's modes; the reference's answers; limits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from adg_judging import judged, part, platform
from adg_told import START, Told, outcome, rows
from werkzeug.test import Client

from pytest_szxc.model import Location, Status

log = part("event_log")
BEGUN = log.started()
TOLD = (*BEGUN, *log.failed(30.0), *log.restarted(40.0))
MODES = ((0.0, "manual"), (3.2, "standby"), (4.2, "auto"), (30.2, "fault"), (41.0, "standby"), (43.2, "auto"))


class Columns:
    """Five samples a second, each in the mode of its time."""

    def __init__(self, late_s: float = 0.0) -> None:
        times = np.arange(0.0, 60.0, 0.2)
        begin = [at for at, _ in MODES]
        places = np.searchsorted(begin, np.maximum(times - late_s, 0.0), side="right") - 1
        self.columns: dict[str, Any] = {
            "t": (times * 1e6).astype("int64") + round(START.timestamp() * 1e6),
            "mode": np.array([MODES[place][1] for place in places], dtype=object),
        }

    def has(self, name: str) -> bool:
        return name in self.columns

    def column(self, name: str) -> Any:
        return self.columns[name]

    def at(self, row: int, column: str) -> Location:
        return Location("x2", None, f"/{column}", "log.csv", row + 2)


def with_log(columns: Columns) -> Told:
    told = Told(rows(TOLD))
    told.told["list_sessions"][0]["log"] = "csv"
    told.table = columns
    return told


# --- the other log ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late_s", "expected"), [(0.0, "pass"), (0.9, "pass"), (-0.9, "pass"), (1.5, "fail"), (-8.0, "fail")]
)
def test_both_logs_agree(late_s: float, expected: str) -> None:
    assert outcome("ADG-022", with_log(Columns(late_s))) == expected


@pytest.mark.parametrize(("mode", "expected"), [("", "pass"), ("cruise", "pass"), ("manual", "fail")])
def test_only_known_modes_are_compared(mode: str, expected: str) -> None:
    columns = Columns()
    columns.columns["mode"][100:104] = mode
    assert outcome("ADG-022", with_log(columns)) == expected


def test_what_cannot_be_compared_is_left_out() -> None:
    columns = Columns()
    columns.columns["t"][:] = np.iinfo("int64").min
    assert outcome("ADG-022", with_log(columns)) == "pass"
    del columns.columns["mode"]
    assert outcome("ADG-022", with_log(columns)) == "pass"


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_sessions_are_drawn() -> None:
    verdict = judged("ADG-022")
    assert verdict.status is Status.PASS
    assert [one.kind for one in verdict.exhibits] == ["timeline"] * 3
    for one in verdict.exhibits:
        assert all(span["from_s"] <= span["to_s"] <= one.data["length_s"] for span in one.data["spans"])
        assert any(span["name"] == "待机 standby" for span in one.data["spans"])
        assert {"上电 power on", "启动授权 start-up authorised"} <= {mark["name"] for mark in one.data["marks"]}


def test_what_was_found_wrong_is_drawn_first() -> None:
    pictures = part("event_pictures")
    happened = ([], ["a"], ["a", "b"], ["a", "a", "a"], ["a"])
    made = [
        SimpleNamespace(sequence=SimpleNamespace(events=[SimpleNamespace(type=one) for one in told]), name=str(number))
        for number, told in enumerate(happened)
    ]
    drawn: list[str] = []
    pictures_of, pictures.picture = pictures.picture, lambda session: drawn.append(session.name)
    try:
        list(pictures.pictures([(session, session.name in "034") for session in made]))
    finally:
        pictures.picture = pictures_of
    assert drawn == ["3", "4"]  # one that has no events takes a place, as it was found wrong
    assert not list(pictures.pictures([(made[0], True)]))


# --- the reference ----------------------------------------------------------------------------------------------------


def test_the_reference_serves_sessions_and_events() -> None:
    with platform() as made:
        client, headers = Client(made), {"Authorization": f"Bearer {made.accounts.by_name['primary'].token}"}

        def ask(place: str) -> tuple[int, Any]:
            answer = client.get(f"/szxc/v1/mach/sessions{place}", headers=headers)
            return answer.status_code, answer.get_json()["data"]

        status, page = ask("?pageSize=200")
        assert (status, page["total"]) == (200, len(page["list"]))
        for session in page["list"]:
            status, events = ask(f"/{session['session_id']}/events")
            assert status == 200
            assert bool(events["list"]) == session["events"]
            assert all(event["session_id"] == session["session_id"] for event in events["list"])
        assert ask("/nobody/events")[0] == 404
        assert client.get("/szxc/v1/mach/sessions").status_code == 401


def test_another_limit_changes_the_verdict() -> None:
    told = Told(rows((*BEGUN, *log.overridden(25.0, reaction_s=1.4))), "override")
    own = told.profile
    wider = [row | ({"limit": "2"} if row["id"] == "override_exit" else {}) for row in own("event_timing")]
    assert outcome("ADG-026", told) == "fail"
    told.profile = lambda name: tuple(wider) if name == "event_timing" else own(name)  # type: ignore[method-assign]
    assert outcome("ADG-026", told) == "pass"


def test_a_session_that_ends_in_the_future_has_not_ended() -> None:
    told = Told(rows((*BEGUN, *log.requested(40.0))), "take_over", 90.0 * 86_400)
    assert outcome("ADG-020", told) == "events.unfinished"
