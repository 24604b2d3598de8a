"""Where the credentials of an exchange node are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pytest_szxc import answers, credentials

from .capability import error_codes, resources

if TYPE_CHECKING:
    from pytest_szxc import Reply, Sut

_GUARDED: WeakKeyDictionary[Sut, tuple[str, dict[str, str]]] = WeakKeyDictionary()


def guarded(sut: Sut) -> tuple[str, dict[str, str]]:
    """The operation that credentials are tried at: the heartbeat, or a count where anybody may see the heartbeat.

    That a heartbeat answers without credentials is for one requirement to say, not for all that try forged ones.
    """
    if sut not in _GUARDED:
        bare = sut.ask("heartbeat", accept=answers.ANY, forged="missing")
        codes = first_resource(sut) if bare.fine else []
        _GUARDED[sut] = ("count_records", {"resource": codes[0]}) if codes else ("heartbeat", {})
    return _GUARDED[sut]


def door(sut: Sut) -> credentials.Door:
    """Where credentials are tried."""
    return credentials.Door(sut, *guarded(sut), error_codes(sut))


def counting(sut: Sut) -> credentials.Door | None:
    """Another place, the count of the first resource; ``None`` without any."""
    codes = first_resource(sut)
    return credentials.Door(sut, "count_records", {"resource": codes[0]}, error_codes(sut)) if codes else None


def first_resource(sut: Sut) -> list[str]:
    """The code of the first resource, if there is one."""
    return [found.text("resourceCode") or "" for found in resources(sut)[:1]]


def asked(sut: Sut, account: str, forged: str, operation: str, **params: str) -> Reply:
    """The answer of a named operation to a request, good or forged.

    Raises:
        SzxcError: none that says anything.
    """
    return sut.ask(operation, account=account, accept=answers.ANY, forged=forged, **params)
