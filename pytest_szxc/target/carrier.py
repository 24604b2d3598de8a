"""What carries one request and brings the answer, over a connection or into an application in process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RawHeaders = list[tuple[bytes, bytes]]
_PORTS = {"http": 80, "https": 443}
# Most URLs are of this kind; to read any other takes a whole parser, and that more time than all the rest of a request.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,4}|[1-5][0-9]{4}))?(/(?!.*/\.)[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes: scheme, host, port, and the target as it stands in the request line."""

    scheme: str
    host: str
    port: int
    target: bytes

    @property
    def authority(self) -> bytes:
        """Host and port as they stand in the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}").encode("ascii")


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer whose body is still to be read; ``close`` is called when it was, or is given up.

    ``tls`` is the protocol version of the connection, empty without encryption.
    """

    status: int
    headers: RawHeaders
    parts: Iterable[bytes]
    close: Callable[[], None]
    tls: str = ""


class Carrier(Protocol):
    """One connection, or one call."""

    def carry(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Carried:
        """Send one request as it is."""


def place_of(url: str) -> Place:
    """Where a URL leads.

    Raises:
        httpx.InvalidURL: it is none.
        httpx.UnsupportedProtocol: neither http nor https, or no host.
    """
    plain = _PLAIN.fullmatch(url)
    if plain:
        scheme, host, port, target = plain.groups()
        return Place(scheme, host, int(port) if port else _PORTS[scheme], target.encode("ascii"))
    parsed = httpx.URL(url)
    if parsed.scheme not in _PORTS or not parsed.host:
        raise httpx.UnsupportedProtocol(parsed.scheme)
    port = parsed.port or _PORTS[parsed.scheme]
    return Place(parsed.scheme, parsed.raw_host.decode("ascii"), port, parsed.raw_path)
