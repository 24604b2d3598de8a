"""A file or a folder of catalogue records as a source: NDJSON, JSON or CSV, each file recorded as one exchange."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.errors import Refused, StatementError, TransportFault, Unjudgeable
from pytest_szxc.model import Effect, Exchange, Location, Request, Response
from pytest_szxc.printable import show
from pytest_szxc.target.answers import keys_of, response_of
from pytest_szxc.target.canonical import shape_of
from pytest_szxc.target.csv_cells import coerced, member_types, nested
from pytest_szxc.target.store import exchange_id
from pytest_szxc.target.streams import Call, Probe, Stream, record_of
from pytest_szxc.target.strict_json import parse, strict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from pytest_szxc.model import Json, Operation, Suite
    from pytest_szxc.record import Record
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Account, Statement
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.sut import PageSeen, Reply

FILE_BYTES = 64 * 1024 * 1024
_NODES = 20_000_000
"""JSON values in one file; the cap on its bytes is the real bound."""
SUFFIXES = (".ndjson", ".jsonl", ".json", ".csv")
METHOD = "FILE"
_BOM = b"\xef\xbb\xbf"

Row = tuple[int, dict[str, "Json"]]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file: its name in reports, and where it is (``None`` in a recording)."""

    name: str
    path: Path | None = None

    @property
    def suffix(self) -> str:
        """The ending that tells the format, in lower case."""
        return "." + self.name.lower().rpartition(".")[2]

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0]


def data_files(place: Path) -> list[DataFile]:
    """The data files that a target names, in stable order.

    Raises:
        StatementError: ``target.not-found``, ``target.file-kind``, ``target.folder-empty``.
    """
    if place.is_file():
        if place.suffix.lower() not in SUFFIXES:
            raise StatementError("target.file-kind", file=show(place.name), kinds=" ".join(SUFFIXES))
        return [DataFile(place.name, place)]
    if not place.is_dir():
        raise StatementError("target.not-found", target=show(str(place)))
    found = [DataFile(path.name, path) for path in sorted(place.iterdir()) if path.suffix.lower() in SUFFIXES]
    if not found:
        raise StatementError("target.folder-empty", folder=show(str(place)), kinds=" ".join(SUFFIXES))
    return found


def recorded_files(store: ExchangeStore) -> list[DataFile]:
    """The data files of a recording."""
    names = {exchange.request.url for exchange in store.all() if exchange.request.method == METHOD}
    return [DataFile(name) for name in sorted(names)]


class FileSource:
    """See ``streams.Source``. A file named after an operation serves it; any other serves the only file operation.

    Args:
        files: the data files.
        statement: field names, code values and time profile, where it binds the operation.
        store: records the files.
        clock: stamps them.
        now: the instant at which the run judges.
        suites: all suites of the run, by id.
    """

    def __init__(  # noqa: PLR0913 -- what a source is made of
        self,
        files: list[DataFile],
        statement: Statement,
        store: ExchangeStore,
        *,
        clock: Clock,
        now: datetime,
        suites: Mapping[str, Suite],
    ) -> None:
        self._files = files
        self._statement = statement
        self._store = store
        self._clock = clock
        self._now = now
        self._names = {name for suite in suites.values() for name, row in suite.operations.items() if row.file}

    def effect(self, suite: Suite, operation: Operation) -> Effect:  # noqa: ARG002 -- the protocol's
        """See ``Source``: a file is only read; what else a suite asks for cannot be done to it anyway."""
        return Effect.READ

    def stream(self, call: Call) -> Stream:
        """See ``Source``.

        Raises:
            Unjudgeable: ``target.file-cannot``, ``target.file-unnamed``, ``target.file-absent``.
            TransportFault: ``file.*``.
        """
        if call.params:  # a file holds one answer, not the one to a question such as "updated since"
            raise Unjudgeable("target.file-cannot", operation=call.operation.id)
        exchanges = [self._read(call.operation.id, file) for file in self._serving(call.operation)]
        records = [record for exchange in exchanges for record in self._records(call, exchange)]
        if len(records) > self._statement.limits.records:
            raise Refused("paging.too-many", exchanges[0].id, limit=self._statement.limits.records)
        return Stream(tuple(records), tuple(exchange.id for exchange in exchanges))

    def reply(self, call: Call) -> Reply:
        """See ``Source``: files answer no single questions."""
        raise Unjudgeable("target.file-cannot", operation=call.operation.id)

    def walk(self, call: Call, size: int | None, first: int, pages: int | None) -> Iterator[PageSeen]:  # noqa: ARG002 -- the protocol's
        """See ``Source``: a file has no pages."""
        raise Unjudgeable("target.file-cannot", operation=call.operation.id)

    def probe(self, call: Call) -> Probe:
        """See ``Source``."""
        stream = self.stream(call)
        first = next(iter(stream), None)
        return Probe(stream.exchanges[0], first.value if first else None, first)

    def look(self, path: str, account: Account) -> Json:  # noqa: ARG002 -- the protocol's
        """See ``Source``: files do not introduce themselves."""
        return None

    def _serving(self, operation: Operation) -> list[DataFile]:
        if not operation.file:
            raise Unjudgeable("target.file-cannot", operation=operation.id)
        named = [file for file in self._files if file.stem == operation.id]
        others = [file for file in self._files if file.stem not in self._names]
        if not named and len(self._names) > 1 and others:
            raise Unjudgeable("target.file-unnamed", operation=operation.id, file=show(others[0].name))
        serving = named + (others if len(self._names) == 1 else [])
        if not serving:
            raise Unjudgeable("target.file-absent", operation=operation.id)
        return serving

    def _read(self, operation: str, file: DataFile) -> Exchange:
        request = Request(METHOD, file.name)
        key = exchange_id(operation, request)
        exchange = self._store.fetch(key, lambda: self._exchange(key, operation, file, request))
        response_of(exchange)
        return exchange

    def _exchange(self, key: str, operation: str, file: DataFile, request: Request) -> Exchange:
        started = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            return Exchange(key, operation, request, Response(200, (), _content(file)), started=started)
        except TransportFault as fault:
            params = {name: str(value) for name, value in fault.params.items()}
            return Exchange(key, operation, request, None, fault.code, params, started)

    def _records(self, call: Call, exchange: Exchange) -> Iterator[Record]:
        operation, name = call.operation, exchange.request.url
        bound = self._statement.operations.get((call.suite.id, operation.id))
        shape = shape_of(bound, operation.schema, self._statement.time_profile)
        types = member_types(operation.schema) if name.lower().endswith(".csv") else {}
        for row, value in rows(exchange, types):
            canonical = shape.canonical(value)
            at = Location(exchange.id, file=show(name), row=row)
            yield record_of(operation, coerced(canonical, types) if types else canonical, at, self._now)


def _content(file: DataFile) -> bytes:
    if file.path is None:
        raise TransportFault("replay.missing", method=METHOD, url=show(file.name))
    try:
        with file.path.open("rb") as opened:
            body = opened.read(FILE_BYTES + 1)
    except OSError as error:
        raise TransportFault("file.unreadable", file=show(file.name), problem=show(str(error.strerror))) from error
    if len(body) > FILE_BYTES:
        raise TransportFault("file.too-large", file=show(file.name), limit=FILE_BYTES)
    return body


def rows(exchange: Exchange, types: Mapping[str, frozenset[str]]) -> Iterator[Row]:
    """The rows of a recorded file as objects, with their 1-based number as an editor or a spreadsheet counts them.

    Raises:
        TransportFault: ``file.empty``, ``file.encoding``, ``file.encoding-gbk``, ``file.not-json``, ``file.shape``,
            ``file.duplicate-header``, ``file.bad-row``.
    """
    name = exchange.request.url
    try:
        yield from _rows(exchange.response.body if exchange.response else b"", DataFile(name).suffix, types)
    except TransportFault as fault:
        raise TransportFault(fault.code, exchange.id, **{**fault.params, "file": show(name)}) from None


def _rows(body: bytes, suffix: str, types: Mapping[str, frozenset[str]]) -> Iterator[Row]:
    if not body.removeprefix(_BOM).strip():
        raise TransportFault("file.empty")
    if suffix == ".csv":
        return _csv_rows(strict_text(body.removeprefix(_BOM), "file"), types)
    return _json_rows(body) if suffix == ".json" else _lines(body)


def _csv_rows(text: str, types: Mapping[str, frozenset[str]]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    headers: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                headers = _headers(cells)
            elif len(cells) != len(headers) and any(cells):
                raise _bad_row(number, f"{len(cells)} cells, {len(headers)} headers")
            elif any(cells):
                yield number, nested(headers, cells, types)
    except csv.Error as error:
        raise _bad_row(number + 1, str(error)) from None


def _headers(cells: list[str]) -> list[str]:
    headers = [cell.strip() for cell in cells]
    for index, header in enumerate(headers):
        if header in headers[:index]:
            raise TransportFault("file.duplicate-header", header=show(header))
    return headers


def _json_rows(body: bytes) -> Iterator[Row]:
    strict_text(body, "file")
    try:
        value = parse(body, _NODES)
    except TransportFault as fault:
        raise TransportFault("file.not-json", problem=_problem(fault)) from None
    items = value.get("items") if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise TransportFault("file.shape", keys=keys_of(value))
    for number, item in enumerate(items, start=1):
        yield number, _object(number, item)


def _lines(body: bytes) -> Iterator[Row]:
    strict_text(body, "file")
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            try:
                item = parse(line)
            except TransportFault as fault:
                raise _bad_row(number, _problem(fault)) from None
            yield number, _object(number, item)


def _object(number: int, item: Json) -> dict[str, Json]:
    if not isinstance(item, dict):
        raise _bad_row(number, keys_of(item))
    return item


def _bad_row(number: int, problem: str) -> TransportFault:
    return TransportFault("file.bad-row", row=number, problem=show(problem))


def _problem(fault: TransportFault) -> str:
    """A fault of the JSON reader in short: its code and what it names."""
    return " ".join([fault.code, *(f"{name}={value}" for name, value in fault.params.items())])
