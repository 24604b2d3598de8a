"""What the events of a session show of taking over and of the minimum risk manoeuvre, in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .event_sequence import sequence
from .trials import number

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_szxc import Sut

    from .event_sequence import Event, Sequence
    from .trials import Trial

REQUEST, MANOEUVRE, STOP = "takeover_requested", "mrc_started", "standstill"


def events_of(sut: Sut, trial: Trial) -> Sequence:
    """The events of a trial's session."""
    return sequence(sut.records("session_events", session=trial.name), trial.name)


def take_over(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """Of requests that nobody answers: the shortest lead, and the longest time from its end to the standstill.

    The lead lasts until the machine begins to stop, but never longer than it is declared to.
    """
    told = events_of(sut, trial)
    lead = number(trial.feature.get("take_over.lead_s")) if trial.feature else None
    leads, stops = [], []
    for request in told.of(REQUEST):
        begun, stopped = _next(told, request.at, MANOEUVRE), _next(told, request.at, STOP)
        answer = _next(told, request.at, "takeover_response", "manual_override")
        if begun is None or stopped is None or (answer is not None and answer.at < stopped.at):
            continue
        given = (begun.at - request.at).total_seconds()
        leads.append(given)
        ended = given if lead is None else min(given, lead)
        stops.append((stopped.at - request.at).total_seconds() - ended)
    if not leads:
        return {}
    return {"take_over_lead": (min(leads), len(leads)), "no_response_stop": (max(stops), len(stops))}


def minimum_risk(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The longest time from the beginning of a minimum risk manoeuvre to its standstill."""
    told = events_of(sut, trial)
    stops = [(begun, _next(told, begun.at, STOP)) for begun in told.of(MANOEUVRE)]
    found = [(stop.at - begun.at).total_seconds() for begun, stop in stops if stop is not None]
    return {"mrc_standstill": (max(found), len(found))} if found else {}


def _next(told: Sequence, after: datetime, *types: str) -> Event | None:
    return told.of(*types).since(after)
