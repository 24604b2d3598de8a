"""Where a farm system's credentials are tried, and what is asked there."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pytest_szxc import SzxcError, answers, credentials

from .bench import channels_of
from .capability import capability, error_codes
from .reach import PAGES

if TYPE_CHECKING:
    from pytest_szxc import Record, Reply, Sut

Row = dict[str, Any]
Question = tuple[str, Row]
LISTS: tuple[Question, ...] = (("list_devices", {}), ("list_objects", {}), ("list_alarms", {}), ("operation_log", {}))
"""Reads that need no parameter."""
UNAUTHORISED = 401
_DOORS: WeakKeyDictionary[Sut, tuple[Question, dict[str, int]]] = WeakKeyDictionary()


def door(sut: Sut) -> credentials.Door:
    """Where credentials are tried: the devices, or another list where anybody may see those.

    That a list answers without credentials is for one requirement to say, not for all that try forged ones.
    """
    if sut not in _DOORS:
        _DOORS[sut] = (next((one for one in LISTS if _is_guarded(sut, one)), LISTS[0]), published(sut))
    place, codes = _DOORS[sut]
    return credentials.Door(sut, *place, codes)


def _is_guarded(sut: Sut, question: Question) -> bool:
    try:
        bare = answers.possible(partial(asked, sut, question, forged="missing"))
    except SzxcError as reason:
        if not reason.code.startswith(PAGES):
            raise
        return False  # a page where people log in: that is one requirement's matter too
    return bare is not None and bare.response.status == UNAUTHORISED


def elsewhere(sut: Sut) -> credentials.Door | None:
    """Another place where credentials are asked for; ``None`` without any."""
    here = door(sut)
    others = (one for one in LISTS if one[0] != here.operation and _is_guarded(sut, one))
    found = next(others, None)
    return credentials.Door(sut, *found, here.codes) if found else None


def asked(sut: Sut, question: Question, account: str = "primary", forged: str = "") -> Reply:
    """The answer to a read, whatever it is.

    Raises:
        SzxcError: none that says anything.
    """
    operation, params = question
    return sut.ask(operation, account=account, accept=answers.ANY, forged=forged, **params)


def published(sut: Sut) -> dict[str, int]:
    """The published result codes with their statuses; none where the capability statement does not come."""
    said = answers.possible(lambda: sut.ask("capabilities"))
    return error_codes(sut) if said is not None else {}


def schemes(sut: Sut) -> dict[str, Record]:
    """What the platform declares of each way to authenticate, by scheme."""
    said = answers.possible(lambda: sut.ask("capabilities"))
    rows = capability(sut).children("authentication") if said is not None else []
    return {row.text("profile") or "": row for row in rows}


def protected_reads(sut: Sut) -> list[Question]:
    """One question for each read that holds data of somebody: all that need no credential elsewhere are left out."""
    found = list(LISTS)
    for device in list(sut.records("list_devices"))[:1]:
        name = device.text("deviceId") or ""
        found += [("read_device", {"device": name}), ("device_status", {"device": name})]
        found += [(operation, {"deviceId": name}) for operation in ("list_observations", "latest_observations")]
        found += [("read_model", {"model": device.text("modelId") or ""})]
        found += [("aggregate_observations", _span(sut, name, one.id)) for one in channels_of(_channels(device))[:1]]
    return [*found, ("list_packages", {})]


def _channels(device: Record) -> object:
    return device.value.get("channels")


def _span(sut: Sut, device: str, channel: str) -> Row:
    since = sut.now - timedelta(days=1)
    return {"deviceId": device, "channelId": channel, "from": since.isoformat(), "to": sut.now.isoformat()}
