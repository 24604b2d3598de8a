"""A file or a folder of catalogue records as a source: NDJSON, JSON or CSV, each file recorded as one exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.errors import Refused, StatementError, Unjudgeable
from pytest_szxc.model import Effect, Location
from pytest_szxc.printable import show
from pytest_szxc.target.canonical import shape_of
from pytest_szxc.target.csv_cells import coerced, member_types
from pytest_szxc.target.file_reading import METHOD, DataFile, FileReader, rows
from pytest_szxc.target.streams import Call, Probe, Stream, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from pytest_szxc.model import Exchange, Json, Operation, Suite
    from pytest_szxc.record import Record
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Account, Statement
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.sut import PageSeen, Reply

SUFFIXES = (".ndjson", ".jsonl", ".json", ".csv")


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
        self._reader = FileReader(store, clock)
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
        exchanges = [self._reader.read(call.operation.id, file) for file in self._serving(call)]
        records = [
            record for exchange in exchanges for record in file_records(call, exchange, self._statement, self._now)
        ]
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

    def _serving(self, call: Call) -> list[DataFile]:
        operation = call.operation
        if not operation.file or call.params:  # a file holds one answer, not the one to "updated since"
            raise Unjudgeable("target.file-cannot", operation=operation.id)
        named = [file for file in self._files if file.stem == operation.id]
        others = [file for file in self._files if file.stem not in self._names]
        if not named and len(self._names) > 1 and others:
            raise Unjudgeable("target.file-unnamed", operation=operation.id, file=show(others[0].name))
        serving = named + (others if len(self._names) == 1 else [])
        if not serving:
            raise Unjudgeable("target.file-absent", operation=operation.id)
        return serving


def file_records(call: Call, exchange: Exchange, statement: Statement, now: datetime) -> Iterator[Record]:
    """The canonical records that a recorded file holds.

    Args:
        call: what the file answers.
        exchange: the file.
        statement: field names, code values and time profile, where it binds the operation.
        now: the instant at which the run judges.

    Raises:
        TransportFault: see ``file_reading.rows``.
    """
    operation, name = call.operation, exchange.request.url
    bound = statement.operations.get((call.suite.id, operation.id))
    shape = shape_of(bound, operation.schema, statement.time_profile)
    types = member_types(operation.schema) if name.lower().endswith(".csv") else {}
    for row, value in rows(exchange, types):
        canonical = shape.canonical(value)
        at = Location(exchange.id, file=show(name), row=row)
        yield record_of(operation, coerced(canonical, types) if types else canonical, at, now)
