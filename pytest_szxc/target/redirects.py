"""Redirects: followed within one origin for reading, refused to anywhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Request, Response

MAX_REDIRECTS = 5
FOLLOWED = "szxc-followed"
"""Name of the header that we add to a response for each hop that led to it."""
_MOVED = {301, 302, 303, 307, 308}
_SAFE = {"GET", "HEAD"}
_PORTS = {"http": 80, "https": 443}


def follow(request: Request, once: Callable[[Request], Response]) -> Response:
    """The answer to a request, at most five hops within its origin away.

    Args:
        request: what to send first.
        once: sends one request.

    Raises:
        TransportFault: ``redirect.cross-origin``, ``redirect.loop``.
    """
    hops: tuple[tuple[str, str], ...] = ()
    for _ in range(MAX_REDIRECTS + 1):
        response = once(request)
        target = _target(request, response)
        if target is None:
            return replace(response, headers=response.headers + hops) if hops else response
        hops += ((FOLLOWED, f"{response.status} {target}"),)
        request = replace(request, url=target)
    raise TransportFault("redirect.loop", url=_shown(request.url), limit=MAX_REDIRECTS)


def _target(request: Request, response: Response) -> str | None:
    location = response.header("location")
    if response.status not in _MOVED or request.method not in _SAFE or not location:
        return None
    target = join(request.url, location)
    if target is None:
        raise TransportFault("redirect.cross-origin", status=response.status, location=_shown(location))
    return target


def _shown(address: str) -> str:
    """An address without its query: a credential may stand there, and half of one would not be told from other text."""
    return show(address.partition("?")[0])


def join(url: str, reference: str) -> str | None:
    """The absolute form of a reference found at ``url``; ``None`` if it leads to another origin."""
    try:
        target = urljoin(url, reference.strip())
        return target.partition("#")[0] if origin(target) == origin(url) else None
    except ValueError:
        return None


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
