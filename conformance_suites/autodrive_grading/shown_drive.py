"""One more session with a log on the reference platform, made of one that it has: what mutants and variants show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .drive import in_field
from .reference import SUITE
from .reference_sessions import AUTO, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .drive import Array, Drive
    from .held_session import Session

SHOWN = "s71-shown"
"""Its id."""
FIELD, CURVE, STOPS, BEGUN, LASTING = "s01-field", "s02-curve", "s03-stop-start", "s04-initialisation", "s05-endurance"


def show(platform: Platform, told: Session) -> None:
    """List a session with its log, or put it in the place of one of its id."""
    works = platform.parts[SUITE]
    works.sessions[told.session_id] = told
    works.parts["event_log"].show(told)


def shows(make: Callable[[], Session]) -> Callable[[Platform], None]:
    """A change of the platform that shows one more session, made when it is asked for."""
    return lambda platform: show(platform, make())


def held(base: str, *kinds: str, feature: str = AUTO, **changed: object) -> Session:
    """A session held anew as evidence of some kinds alone, without events.

    Args:
        base: id of the session that it is made of.
        kinds: what it is evidence of.
        feature: that is tested.
        changed: other members of the session.
    """
    at = {"session_id": SHOWN, "feature_id": feature, "at": (16, 0), "kinds": kinds, "happenings": ()}
    return replace(session(base), **{**at, **changed})


def driven(base: str, kinds: tuple[str, ...], change: Callable[[Drive], Drive], **changed: object) -> Session:
    """A session of some kinds that was driven or logged otherwise."""
    told = held(base, *kinds, **changed)
    return replace(told, drive=told.drive and change(told.drive))


def errors_m(told: Session) -> Array:
    """The cross-track error (n,) of each sample that has a line, where the vehicle point truly was; 0 of the others."""
    np = trajectory.numpy
    if told.drive is None:
        raise ValueError(told.session_id)
    found = np.zeros(len(told.drive))
    for name, way in told.lines.items():
        mask = told.drive["line_id"] == name
        path = trajectory.Path([in_field(point) for point in way], prolonged=True)
        found[mask] = path.cross_track_m(told.drive.vehicle_m[mask])
    return found


def with_errors(told: Session, wanted_m: Array) -> Session:
    """A session driven with these errors (n,) on its lines, and so off them."""
    return replace(told, drive=told.drive and told.drive.moved(wanted_m - errors_m(told)))
