"""The capability statement, and whether it is true: declared interfaces, undeclared ones, versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement, schema, versions

from .capability import capability, interfaces
from .provoking import NO_VERSION
from .reach import asked, page_instead
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

STATEMENT = "urn:szxc:agri_system_interfaces:capabilities"
ABSENT = (404, 405, 501)
UNDECLARED = (404, 410, 501)
CREDENTIALS = (401, 403)
"""Statuses that say: who has no right there is not told what is there."""
NO_SUCH_VERSION = (404, 406, 410)
VERSION_HEADERS = ("api-version", "x-api-version", "version")
ANY = (0, 500, 501, 502)
NOWHERE = ("szxc-nothing", "x-undeclared")
"""Interfaces that nobody declares."""


@requirement("AIF-001")
def test_capability_statement(sut: Sut) -> Iterator[Observation]:
    """The statement comes and says roles, interfaces, kinds, links, limits and the version of the profile."""
    yield from schema.conforms(capability(sut), STATEMENT)


@requirement("AIF-002")
def test_declared_interfaces_answer(sut: Sut) -> Iterator[Observation]:
    """Each declared interface answers something harmless otherwise than with 404, 405, 501 or a page for people."""
    for interface in interfaces(sut):
        for answer in asked(sut, interface):
            yield _reached(interface, answer)


def _reached(interface: str, answer: Reply | SzxcError) -> Observation:
    wanted = f"{interface} answers"
    if isinstance(answer, SzxcError):
        return page_instead(answer, interface, wanted)
    status = answer.response.status
    return expect(status not in ABSENT, answer.at(interface), expected=wanted, observed=f"HTTP {status}")


@requirement("AIF-003")
def test_what_is_not_declared_is_not_there(sut: Sut) -> Iterator[Observation]:
    """Interfaces that the statement does not list, and names that nobody declares, are answered with 404 or 501."""
    for name in (*_undeclared(sut), *NOWHERE):
        try:
            reply = sut.ask("undeclared_interface", interface=name, accept=ANY)
        except SzxcError as reason:
            yield page_instead(reason, name, "404 | 501")
        else:
            if reply.response.status not in CREDENTIALS:
                holds = reply.response.status in UNDECLARED
                yield expect(holds, reply.at(name), expected="404 | 501", observed=_seen(reply))


def _undeclared(sut: Sut) -> list[str]:
    """The paths of interfaces that are not declared, as far as no declared one has them too."""
    declared = set(interfaces(sut))
    taken = {row["path"] for row in rows("interface_paths") if row["code"] in declared}
    return sorted({row["path"] for row in rows("interface_paths")} - taken)


def _seen(reply: Reply) -> str:
    body = reply.response.body.strip()
    what = "an empty body" if not body else f"code {reply.code}" if reply.code is not None else f"{len(body)} bytes"
    return f"HTTP {reply.response.status} with {what}"


@requirement("AIF-006")
def test_versions(sut: Sut) -> Iterator[Observation]:
    """Path or header name a version, the declared one is served, and others are answered with 404 or 406."""
    reply = sut.ask("capabilities")
    address = reply.request.url if reply.request else ""
    told = [value for name in VERSION_HEADERS if (value := reply.response.header(name))]
    holds = versions.has_version(address) or bool(told) or "version=" in (reply.response.header("content-type") or "")
    yield expect(holds, reply.at("version"), expected="a version in path or header", observed=address)
    declared = capability(sut).text("apiVersion")
    if declared:
        own = sut.ask("other_version", version=declared, accept=ANY)
        yield expect(own.fine, own.at(declared), expected=f"{declared} as declared", observed=_seen(own))
        for version in _others(declared) if own.fine else ():
            yield _refused(sut, version)


def _others(declared: str) -> tuple[str, ...]:
    """Versions that nobody has yet: a far one, and the declared one far ahead."""
    ahead = re.sub(r"\d+", lambda found: str(int(found[0]) + 96), declared, count=1)
    return (NO_VERSION, ahead) if ahead != declared else (NO_VERSION,)


def _refused(sut: Sut, version: str) -> Observation:
    try:
        reply = sut.ask("other_version", version=version, accept=ANY)
    except SzxcError as reason:
        return page_instead(reason, version, "404 | 406")
    holds = reply.response.status in NO_SUCH_VERSION
    return expect(holds, reply.at(version), expected="404 | 406", observed=_seen(reply))
