"""Name, connection, TLS: how far the first request got."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_szxc.doctor.check import Check, State, good, none
from pytest_szxc.model import Cause
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.doctor.visit import Visit
    from pytest_szxc.target.preflight import Preflight

STAGE_OF = {
    "preflight.dns": "name",
    "preflight.refused": "connection",
    "preflight.silent": "connection",
    "preflight.proxy": "connection",
    "preflight.proxy-login": "connection",
    "preflight.proxy-failed": "connection",
    "preflight.timeout": "connection",
    "preflight.protocol": "connection",
    "preflight.server-error": "connection",
    "preflight.other": "connection",
    "preflight.tlcp": "tls",
    "preflight.tls": "tls",
    "preflight.certificate-dates": "tls",
    "preflight.absent": "path",
    "preflight.base-path": "path",
    "preflight.redirect": "path",
    "preflight.unbound": "path",
    "preflight.html": "media",
    "preflight.xml": "media",
    "preflight.encoding": "media",
    "preflight.json": "media",
    "preflight.envelope": "media",
    "preflight.denied": "account",
    "preflight.no-account": "account",
    "preflight.clock": "account",
    "preflight.rate-limited": "rate",
    "preflight.file": "data",
    "preflight.folder": "data",
}
"""Where each cause stands."""
_STAGES = ("name", "connection", "tls")


def about_connection(visit: Visit, found: Preflight) -> Iterator[Check]:
    """The three stages below HTTP."""
    if not visit.networked:
        yield from (none(stage, "local") for stage in _STAGES)
        return
    broken = STAGE_OF[found.cause.code] if found.cause else ""
    over = _STAGES.index(broken) if broken in _STAGES else len(_STAGES)
    if broken == "connection" and found.cause and found.cause.code in _ANSWERED:
        yield from (_name(visit), bad(found), _tls(visit))  # what came, came through the connection
        return
    fine = (_name, _connection, _tls)
    yield from (fine[index](visit) for index in range(over))
    if broken in _STAGES:
        yield bad(found)
        yield from (none(stage) for stage in _STAGES[over + 1 :])


_ANSWERED = {"preflight.server-error", "preflight.other"}


def bad(found: Preflight) -> Check:
    """The one cause why nothing can be tested, with the fault behind it."""
    cause = found.cause or Cause("preflight.other")
    code = cause.params.get("fault")
    fault = Cause(code, cause.params, cause.exchange) if code else None
    return Check(STAGE_OF[cause.code], State.BAD, cause, fault)


def _name(visit: Visit) -> Check:
    host = urlsplit(visit.statement.base_url).hostname or "-"
    if visit.proxy:
        return none("name", "proxy")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return good("name", host=show(host))
    return none("name", "number")


def _connection(visit: Visit) -> Check:
    host = show(urlsplit(visit.statement.base_url).netloc)
    return (
        good("connection", "proxied", host=host, proxy=visit.shown_proxy)
        if visit.proxy
        else good("connection", host=host)
    )


def _tls(visit: Visit) -> Check:
    if urlsplit(visit.statement.base_url).scheme != "https":
        return none("tls", "plain")
    return Check("tls", State.NOTE, Cause("notice.insecure")) if visit.options.insecure else good("tls")
