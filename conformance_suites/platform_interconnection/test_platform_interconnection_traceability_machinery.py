"""Docking of machinery: terminals, their ids, track points, and enough of both to have tested the docking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema, set_rule

from .capability import error_codes
from .traceability_specimen import terminal_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

POINT = "urn:szxc:platform_interconnection:track-point"
LATITUDE, LONGITUDE = (3, 54), (73, 136)
"""Degrees between which all of the country lies; the two ranges do not overlap, so swapped axes are seen."""
TERMINALS, UNITS = 10, 20
WORKING = "working"
ANY = (0, 500)
CONFLICT = 409


@requirement("IC-062")
def test_ids_of_terminals_are_unique(sut: Sut) -> Iterator[Observation]:
    """No id comes twice; a second machine is not registered under an id that is taken, and does not displace it."""
    seen: set[str] = set()
    for terminal in sut.records("list_terminals"):
        name = terminal.text("terminalId")
        if name:
            yield expect(name not in seen, terminal.at("terminalId"), expected="unique", observed=name)
            seen.add(name)
    first, second = terminal_body(sut, "machine-1"), terminal_body(sut, "machine-2")
    sut.ask("register_terminal", body=first)
    name = str(first["terminalId"])
    if not _registered(sut, name):
        return  # it was taken and is not shown: what a second one would do cannot be seen
    reply = sut.ask("register_terminal", body=second, accept=ANY)
    observed = f"HTTP {reply.response.status}, {reply.code}"
    yield expect(_is_conflict(sut, reply), reply.at(), expected="409", observed=observed)
    machines = [terminal.get("machineId") for terminal in _registered(sut, name)]
    held = [machine for machine in machines if machine is not None]
    kept = len(machines) == 1 and held in ([], [first["machineId"]])
    yield expect(kept, reply.at(), expected="the first machine alone", observed=machines)


def _registered(sut: Sut, name: str) -> list[Record]:
    return [row for row in sut.records("list_terminals", terminalId=name) if row.text("terminalId") == name]


def _is_conflict(sut: Sut, reply: Reply) -> bool:
    """409 by status, by the published status of its code, or by the code's first digits."""
    if reply.fine:
        return False
    code = reply.code or ""
    return reply.response.status == CONFLICT or error_codes(sut).get(code) == CONFLICT or code.startswith(str(CONFLICT))


@set_rule("IC-063", over="list_track_points")
def test_track_points_say_where_when_and_what(points: Iterable[Record]) -> Iterator[Observation]:
    """Each point is whole and lies in the country; what works has a width or a depth, and some point has one."""
    last, measured, worked = None, False, False
    for point in points:
        last = point
        yield from schema.conforms(point, POINT)
        for member, (least, most) in (("lat", LATITUDE), ("lon", LONGITUDE)):
            degrees = point.number(member)
            if degrees is not None:
                yield expect(least <= degrees <= most, point.at(member), expected=f"{least}–{most}", observed=degrees)
        has = point.number("width") is not None or point.number("depth") is not None
        measured = measured or has
        if point.text("status") == WORKING:
            worked = True
            yield expect(has, point.at("width"), expected="width or depth", observed="absent")
    if last is not None and not worked:  # other words for states: then one point at least shows how work is measured
        yield expect(measured, last.at("width"), expected="width or depth", observed="absent from all points")


@requirement("IC-064")
def test_enough_was_docked(sut: Sut) -> Iterator[Observation]:
    """Distinct terminals and work units, without what this run made."""
    wanted = (("list_terminals", "terminalId", TERMINALS), ("list_work_units", "unitId", UNITS))
    docked = [(member, least, _not_of_this_run(sut, operation, member)) for operation, member, least in wanted]
    last = next((rows[-1] for *_, rows in docked if rows), None)
    if last is None:
        return
    for member, least, rows in docked:  # terminals without any work are too little work
        names = {name for row in rows if (name := row.text(member))}
        at = rows[-1].at(member) if rows else last.at()
        yield expect(len(names) >= least, at, expected=f"≥ {least}", observed=f"{len(names)} {member}")


def _not_of_this_run(sut: Sut, operation: str, member: str) -> list[Record]:
    return [row for row in sut.records(operation) if not (row.text(member) or "").startswith(sut.prefix)]
