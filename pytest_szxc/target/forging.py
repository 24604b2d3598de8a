"""Forged credentials: what a check sends to see that it is refused, or that a latitude is granted.

============================  ==========================================================================================
``missing``                   no credential at all
``wrong``                     the last character of signature, token or password changed
``altered:<part>``            that part changed after signing; ``altered:signature`` swaps the case of its letters, and
                              under ``altered:method``, ``altered:path``, ``altered:body`` it is made for a request with
                              another one: a signature that does not cover it is good
``stale``, ``future``         a time before or after the window, rightly signed; ``stale:300`` where that is 300 s wide
``early``, ``late``           a time near its edges, but inside: good; ``early:300`` likewise
``kept``, ``replayed``        good and remembered; the same bytes once more
``as:<account>``              this account's name, signed with that account's secret
``expired``                   the account's own token after the end of its life
``old``                       signed with the secret before the last rotation
``query:<name>``              the credential itself in the query under that name, and none in the headers; like every
                              credential it is not recorded
============================  ==========================================================================================
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from pytest_szxc.model import Request

PLAIN = "plain"
"""A request without encryption, which bears no credential in the first place."""
MISSING = "missing"
MARGIN = 90.0
"""Seconds from an edge of the window: clocks may differ by 60 s, and a request takes its time."""
_ALONE = frozenset(
    {MISSING, "wrong", "stale", "future", "early", "late", "kept", "replayed", "expired", "old"},
)
_ABOUT = frozenset({"altered", "as", "query"})
_TIMED = frozenset({"stale", "future", "early", "late"})
_WIDTH = re.compile("[0-9]{1,7}")
OTHER_BODY = b'{"szxc":"other"}'
OF_REQUEST = ("method", "path", "body")
"""Parts that are the request's own."""
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits
_HALF = 32


@dataclass(frozen=True, slots=True)
class Forgery:
    """What is wrong with a credential: its kind, and which part or account it is about; both empty for a good one."""

    kind: str = ""
    about: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.about}" if self.about else self.kind


def forgery_of(forged: str) -> Forgery:
    """The forgery that a request names.

    Raises:
        TransportFault: ``forging.unknown``.
    """
    kind, _, about = forged.partition(":")
    known = forged in _ALONE or (kind in _ABOUT and about) or (kind in _TIMED and _WIDTH.fullmatch(about))
    if forged and not known:
        raise TransportFault("forging.unknown", kind=show(forged))
    return Forgery(kind, about)


def shift(forgery: Forgery, window: float | None) -> timedelta:
    """How far from the present a forged time is; no distance where the time is not forged.

    Args:
        forgery: any.
        window: seconds within which the platform takes a time, where the forgery does not say it.

    Raises:
        TransportFault: ``forging.no-window``, nobody has said how wide it is.
    """
    if forgery.kind not in _TIMED:
        return timedelta(0)
    window = float(forgery.about) if forgery.about else window
    if window is None:
        raise TransportFault("forging.no-window")
    inside = window - min(MARGIN, window / 2)
    seconds = inside if forgery.kind in ("early", "late") else window + MARGIN
    return timedelta(seconds=-seconds if forgery.kind in ("stale", "early") else seconds)


def altered_part(name: str, value: str) -> str:
    """Another value for a part: a time one millisecond later, a signature with its letters' case swapped."""
    if name == "signature":
        return value.swapcase()
    return str(int(value) + 1) if name == "time" else altered(value)


def altered(text: str) -> str:
    """The text with its last character changed, so that it also means other bytes where it is Base64.

    There the last character may hold few bits that count, hence its highest one is turned.
    """
    bare = text.rstrip("=")
    last = bare[-1:]
    place = "+-".find(last) if last in ("+", "-") else _ALPHABET.find(last)
    other = _ALPHABET[(place ^ _HALF) % len(_ALPHABET)] if last and place >= 0 else "A"
    return bare[:-1] + ("B" if other == last else other) + text[len(bare) :]


def other_request(request: Request, forgery: Forgery) -> Request:
    """The request that a signature is made for: the one that is sent, or under ``altered`` another one."""
    if forgery.kind != "altered" or forgery.about not in OF_REQUEST:
        return request
    if forgery.about == "method":
        return replace(request, method="POST" if request.method == "GET" else "GET")
    if forgery.about == "body":
        return replace(request, body=OTHER_BODY)
    parts = urlsplit(request.url)
    return replace(request, url=parts._replace(path=f"{parts.path}/szxc-other").geturl())
