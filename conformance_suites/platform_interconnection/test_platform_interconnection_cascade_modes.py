"""Exchange modes: what is declared works; files are as their manifest says; exchange tables have what they need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement, schema

from . import cascade_tables as tables
from .capability import capability, resources
from .exchanged_file import digests, record_counts
from .some_records import first_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

MANIFEST = "urn:szxc:platform_interconnection:manifest"
TABLES = "urn:szxc:platform_interconnection:exchange-tables"
NOT_THERE = (404, 405, 410, 501)
FILES = 6
"""So many files of a manifest are downloaded, at most."""
MESSAGES = ("push_batch", "receipt_status", "heartbeat", "subscribe")
MAPS = ("map_landing", "wmts_capabilities", "wms_capabilities")
ALGORITHMS = "SM3 | SHA-256"


@requirement("IC-046")
def test_declared_modes_work(sut: Sut) -> Iterator[Observation]:
    """At least one mode is declared, each is known, and each that can be tried works."""
    known = capability(sut)
    modes = known.texts("exchangeModes") or tuple(mode.text("mode") or "" for mode in known.children("exchangeModes"))
    yield expect(bool(modes), known.at("exchangeModes"), expected=tables.listed("exchange_modes"), observed=modes)
    codes = [tables.code_of("exchange_modes", written) for written in modes]
    for index, (written, mode) in enumerate(zip(modes, codes, strict=True)):
        here = known.at(f"exchangeModes.{index}")
        yield expect(mode is not None, here, expected=tables.listed("exchange_modes"), observed=written)
    for index, mode in enumerate(codes):
        works = TRIALS[mode](sut) if mode in TRIALS else None
        if works is not None:
            here = known.at(f"exchangeModes.{index}")
            yield expect(works, here, expected=f"{mode} works", observed=f"{mode}: nothing there")


def _service_works(sut: Sut) -> bool | None:
    """Records of a declared resource come; resources without records show nothing."""
    absent = None
    for resource in resources(sut):
        try:
            if next(first_records(sut, "list_records", resource=resource.text("resourceCode")), None):
                return True
        except SzxcError as reason:
            if reason.code not in ("http.absent", "http.forbidden", "envelope.denied"):
                raise
            absent = reason.code == "http.absent" or absent
    return False if absent else None


def _files_work(sut: Sut) -> bool | None:
    """The manifest comes and its first file; a manifest without files shows nothing."""
    manifest = sut.ask("file_manifest", accept=NOT_THERE)
    if manifest.response.status in NOT_THERE:
        return False
    names = [name for file in manifest.record.children("files") if (name := file.text("name"))]
    return _comes(sut.ask("file_content", name=names[0], accept=NOT_THERE)) if names else None


def _tables_work(sut: Sut) -> bool | None:
    """The tables are described."""
    reply = sut.ask("exchange_tables", accept=NOT_THERE)
    return _comes(reply) and bool(reply.record.children("tables"))


def _messages_work(sut: Sut) -> bool | None:
    """The peer answers a heartbeat, or an endpoint for messages is declared."""
    return _is_declared(sut, MESSAGES) or _comes(sut.ask("heartbeat", accept=NOT_THERE))


def _subscription_works(sut: Sut) -> bool | None:
    """An endpoint is declared; to subscribe is for the requirement on subscriptions."""
    return True if _is_declared(sut, ("subscribe",)) else None


def _maps_work(sut: Sut) -> bool | None:
    """An endpoint is declared; what it answers is for the requirements on maps."""
    return True if _is_declared(sut, MAPS) else None


def _is_declared(sut: Sut, names: tuple[str, ...]) -> bool:
    return any(capability(sut).has(f"endpoints.{name}") for name in names)


def _comes(reply: Reply) -> bool:
    return reply.response.status not in NOT_THERE


TRIALS: dict[str | None, Callable[[Sut], bool | None]] = {
    "service": _service_works,
    "file": _files_work,
    "db": _tables_work,
    "message": _messages_work,
    "subscribe": _subscription_works,
    "map": _maps_work,
}
"""How a mode is tried: whether it works, or ``None`` where nothing shows it. Manual entry is a person's work."""


@requirement("IC-047")
def test_files_are_as_their_manifest_says(sut: Sut) -> Iterator[Observation]:
    """The manifest is whole; of a sample of its files the bytes have the digest, the size and the number of records."""
    manifest = sut.ask("file_manifest").record
    files = [file for file in manifest.children("files") if file.text("name")]
    if not manifest.has("files"):
        return
    yield from schema.conforms(manifest, MANIFEST)
    count = manifest.number("count")
    if count is not None:
        yield expect(count == len(files), manifest.at("count"), expected=len(files), observed=str(count))
    names = [file.text("name") for file in files]
    yield expect(len({*names}) == len(names), manifest.at("files"), expected="each file once", observed=names)
    for file in sut.random("IC-047").sample(files, min(FILES, len(files))):
        reply = sut.ask("file_content", name=file.text("name"), accept=NOT_THERE)
        there = _comes(reply)
        yield expect(there, file.at("name"), expected="a file", observed=f"HTTP {reply.response.status}")
        if there:
            yield from _as_stated(file, reply.response.body)


def _as_stated(file: Record, content: bytes) -> Iterator[Observation]:
    size = file.number("size")
    if size is not None:
        yield expect(size == len(content), file.at("size"), expected=len(content), observed=str(size))
    alg, value = file.text("digest.alg"), file.text("digest.value")
    if alg and value:
        found = digests(alg, content)
        if found is None:
            yield expect(holds=False, at=file.at("digest.alg"), expected=ALGORITHMS, observed=alg)
        elif found:
            good = value.strip().lower() == found[0] or value.strip() in found
            yield expect(good, file.at("digest.value"), expected=found[0], observed=value)
    stated, counts = file.number("records"), record_counts(file.text("format") or file.text("name") or "", content)
    if stated is not None and counts:
        yield expect(stated in counts, file.at("records"), expected=counts, observed=str(stated))


@requirement("IC-048")
def test_exchange_tables_have_what_they_need(sut: Sut) -> Iterator[Observation]:
    """Each table has a key, a column of the operation and a column of the time, of types that can hold them."""
    described = sut.ask("exchange_tables").record
    if not described.has("tables"):
        return
    yield from schema.conforms(described, TABLES)
    for table in described.children("tables"):
        types = {(column.text("name") or "").casefold(): column.text("type") for column in table.children("columns")}
        key = table.texts("primaryKey") or tuple(filter(None, (table.text("primaryKey") or "").split(",")))
        good = bool(key) and all(name.strip().casefold() in types for name in key)
        yield expect(good, table.at("primaryKey"), expected="columns of the table", observed=table.get("primaryKey"))
        for member, use in (("operationColumn", "operation"), ("timestampColumn", "timestamp")):
            yield from _column(table, member, use, types)
        operation, time = table.text("operationColumn"), table.text("timestampColumn")
        if operation:
            apart = operation not in {time, *(key if len(key) == 1 else ())}
            yield expect(apart, table.at("operationColumn"), expected="a column of its own", observed=operation)


def _column(table: Record, member: str, use: str, types: dict[str, str | None]) -> Iterator[Observation]:
    """A column is named, is there, and its type can hold what it is for; a type that nobody knows is not judged."""
    name = table.text(member)
    there = (name or "").casefold() in types and bool(name)
    yield expect(there, table.at(member), expected="a column of the table", observed=name)
    written = types.get((name or "").casefold())
    if there and written:
        kind = re.match(r"[a-z0-9]*", written.strip().lower())
        row = next((row for row in tables.rows("column_types") if kind and row["code"] == kind[0]), None)
        if row and row[use]:
            yield expect(row[use] == "yes", table.at(member), expected=f"a type for a {use}", observed=written)
