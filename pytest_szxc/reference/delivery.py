"""How the demo platform sends a notice of its own: one HTTP request to an address on this machine, nothing followed."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 5.0
"""Seconds for connecting and for the answer."""
HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Where the demo sends to: nobody can use it to reach another machine."""


def deliver(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
    """POST a notice; the status of the answer, 0 where there is none. A redirect is an answer, and is not followed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return 0
    if parts.scheme != "http" or host not in HOSTS:
        return 0
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        target = parts.path or "/"
        connection.request("POST", target, body, {"Content-Type": "application/json", **(headers or {})})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        connection.close()
