"""Statuses: limits with every form of Retry-After, outages, denials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import Behaviour, answer, envelope, sends

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act

FAMILY = "status"
_LIMITED, _ERROR = "http.rate-limited", "http.server-error"


def _says(status: str, *lines: str) -> Act:
    return sends(answer(envelope(None, 1, "no"), *lines, status=status))


def _limits(*lines: str) -> Act:
    return _says("429 Too Many Requests", *lines)


_ACTS: dict[str, tuple[str, Act]] = {
    "limited": (_LIMITED, _limits()),
    "limited-for-years": (_LIMITED, _limits("Retry-After: 99999999")),
    "limited-to-year-9999": (_LIMITED, _limits("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")),
    "limited-negative": (_LIMITED, _limits("Retry-After: -5")),
    "limited-nan": (_LIMITED, _limits("Retry-After: nan")),
    "limited-in-words": (_LIMITED, _limits("Retry-After: later", "Retry-After: 1")),
    "server-error": (_ERROR, _says("500 Internal Server Error")),
    "server-error-page": (
        _ERROR,
        sends(answer(b"<html>nginx</html>", status="502 Bad Gateway", media="text/html")),
    ),
    "unavailable": (_ERROR, _says("503 Service Unavailable", "Retry-After: 99999999")),
    "gateway-timeout": (_ERROR, _says("504 Gateway Timeout")),
    "unauthorised": ("http.unauthorised", _says("401 Unauthorized", "WWW-Authenticate: Negotiate")),
    "forbidden": ("http.forbidden", _says("403 Forbidden")),
    "absent": ("http.absent", _says("404 Not Found")),
    "proxy-wants-a-password": ("http.client-error", _says("407 Proxy Authentication Required")),
    "teapot": ("http.client-error", _says("418 I'm a teapot")),
}
BEHAVIOURS = tuple(Behaviour(name, FAMILY, expected, act) for name, (expected, act) in _ACTS.items())
