"""Transport: capability document, encryption, media types, description, versions, clock, latency, log of calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from pytest_szxc import Location, Record, answers, encryption, expect, media, requirement, schema, versions

from .answers import UNKNOWN, good, refusals
from .api_description import description_of, plain_path
from .capability import capability, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

    from .api_description import Description

CAPABILITY = "urn:szxc:platform_interconnection:capability"
CALL = "urn:szxc:platform_interconnection:call"
OPENAPI = "urn:szxc:platform_interconnection:openapi"
UNVERSIONED = ("capability", "openapi", "heartbeat", "issue_token", "dcat", "map_", "wmts_", "wms_", "restricted_layer")
"""Endpoints whose paths other standards or products fix, or that stand outside versions."""
SKEW = timedelta(seconds=60)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MS = 10**14
CALLS, ENOUGH, PERCENT, SLOWEST = 50, 20, 95, 3.0
LOOKS, PAUSE = 3, 2.0
"""How often a log is looked at, and the seconds between: a log may be written a little later."""


@requirement("IC-001")
def test_capability_document(sut: Sut) -> Iterator[Observation]:
    """The document comes and says version, authentication, exchange modes and endpoints."""
    yield from schema.conforms(capability(sut), CAPABILITY)


@requirement("IC-002")
def test_only_https(sut: Sut) -> Iterator[Observation]:
    """The connection is encrypted with TLS 1.2 or later, and the same host does not serve the interface without."""
    yield from encryption.only_https(sut, "capability", lambda plain: schema.holds(plain.record.value, CAPABILITY))


@requirement("IC-003")
def test_messages_are_json_or_xml_in_utf8(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals say that they are JSON or XML, are UTF-8, and name no other character set."""
    yield from media.typed((reply for some in (good, refusals) for _, reply in some(sut)), media.JSON | media.XML)


@requirement("IC-004")
def test_openapi_document(sut: Sut) -> Iterator[Observation]:
    """The description is OpenAPI 3, sound, its references lead somewhere, and it has each endpoint that is declared."""
    reply = sut.ask("openapi_document")
    description = description_of(reply.response.body)
    if description is None:
        yield expect(holds=False, at=reply.at(), expected="OpenAPI 3", observed=reply.response.header("content-type"))
        return
    if description.document is None:
        three = description.version.startswith("3.")
        yield expect(three, reply.at("/openapi"), expected="3.x", observed=description.version)
    else:
        told = schema.without_nulls(description.document)
        holds = schema.holds(told, OPENAPI)
        seen = description.version or "no version of OpenAPI"
        yield expect(holds, reply.at(), expected="openapi 3.x, info, paths", observed=seen)
        for reference in description.dangling():
            yield expect(holds=False, at=reply.at(reference), expected="a component", observed=reference)
    yield from _described(capability(sut), description)


def _described(document: Record, description: Description) -> Iterator[Observation]:
    """Each declared endpoint is among the paths; one of another host may be described elsewhere."""
    for name, address in _endpoints(document):
        holds = plain_path(address) in description.places
        if holds or not urlsplit(address).netloc:
            yield expect(holds, document.at(f"endpoints.{name}"), expected="a described path", observed=address)


def _endpoints(document: Record) -> Iterator[tuple[str, str]]:
    table = document.child("endpoints")
    for name in table.value if table else ():
        address = table.text(name) if table else None
        if address and address.strip():
            yield name, address


@requirement("IC-005")
def test_paths_name_their_version(sut: Sut) -> Iterator[Observation]:
    """Each endpoint's path has a version, or all servers' addresses have."""
    document = capability(sut)
    bases = [base for name in ("baseUrl", "basePath") if (base := document.text(name))]
    reply = answers.possible(lambda: sut.ask("openapi_document"))
    description = description_of(reply.response.body) if reply else None
    bases += description.servers if description else ()
    below = bool(bases) and all(map(versions.has_version, bases))
    for name, address in _endpoints(document):
        if not name.startswith(UNVERSIONED):
            holds = versions.has_version(address) or (below and not urlsplit(address).netloc)
            yield expect(holds, document.at(f"endpoints.{name}"), expected="/v1/…", observed=address)


@requirement("IC-010")
def test_clock(sut: Sut) -> Iterator[Observation]:
    """The times that an answer tells are within 60 s of ours; what the way may have taken is not held against it."""
    reply = sut.ask("heartbeat")
    aged = (reply.response.header("age") or "0").strip() != "0"
    told = {
        "header Date": None if aged else _date(reply.response.header("date")),
        "timestamp": _instant(reply.envelope.get("timestamp")),
        "time": reply.record.time("time"),
    }
    for where, at in told.items():
        if at is not None:
            observed = f"{(at - reply.sent).total_seconds():+.0f} s"
            yield expect(_near(at, reply), reply.at(where), expected="within 60 s", observed=observed)


def _near(at: datetime, reply: Reply) -> bool:
    """A second more either way: a ``Date`` counts whole ones."""
    slack = SKEW + timedelta(seconds=1)
    return reply.sent - slack <= at <= reply.sent + timedelta(seconds=reply.elapsed) + slack


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _instant(value: object) -> datetime | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return EPOCH + timedelta(milliseconds=value) if abs(value) < MOST_MS else None
    return Record({"at": value}, Location(), EPOCH).time("at")


@requirement("IC-071")
def test_latency(sut: Sut) -> Iterator[Observation]:
    """The 95th percentile (nearest rank) of 50 queries, each of another page size, is at most 3 s."""
    listed = resources(sut)
    took: dict[str, tuple[float, Reply]] = {}
    for size in range(1, CALLS + 1) if listed else ():
        for page in sut.walk("list_records", size=size, pages=1, resource=listed[0].get("resourceCode")):
            took[page.reply.exchange] = (page.reply.elapsed, page.reply)
    if len(took) >= ENOUGH:
        ranked = sorted(took.values(), key=lambda one: one[0])
        seconds, reply = ranked[-(-len(ranked) * PERCENT // 100) - 1]
        wanted = f"P95 of {len(ranked)} <= {SLOWEST:.0f} s"
        yield expect(seconds <= SLOWEST, reply.at(), expected=wanted, observed=f"{seconds:.3f} s")


@requirement("IC-072")
def test_calls_are_found_in_the_log(sut: Sut) -> Iterator[Observation]:
    """A call and a call that found nothing are in the log under the ids of their answers, and nothing else is shown."""
    for operation, params in (("heartbeat", {}), ("list_records", {"resource": UNKNOWN})):
        given = str(UUID(int=sut.random(f"{sut.prefix}{operation}").getrandbits(128), version=4))
        reply = sut.ask(operation, accept=(0,), **params, **{":X-Request-Id": given})
        wanted = reply.envelope.get("requestId") or reply.response.header("x-request-id")
        if isinstance(wanted, str) and wanted:
            rows = _logged(sut, wanted)
            found = [row for row in rows if row.text("requestId") == wanted]
            yield expect(bool(found), reply.at("requestId"), expected=f"{wanted} in the log", observed=len(rows))
            for row in rows:
                here, seen = row.at("requestId"), row.get("requestId")
                yield expect(row in found, here, expected=wanted, observed=seen)
            for row in found:
                yield from schema.conforms(row, CALL)


def _logged(sut: Sut, wanted: str) -> list[Record]:
    """What the log shows under an id; each look asks anew."""
    rows: list[Record] = []
    for look in range(LOOKS):
        if look:
            sut.wait(PAUSE)
        rows = [row for page in sut.walk("call_log", pages=2, requestId=wanted) for row in page.records]
        if any(row.text("requestId") == wanted for row in rows):
            break
    return rows
