"""Files of a target: each is read once in a run, recorded as one exchange, and taken apart into rows."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.printable import show
from pytest_szxc.target.answers import keys_of, response_of
from pytest_szxc.target.csv_cells import nested
from pytest_szxc.target.store import exchange_id
from pytest_szxc.target.strict_json import parse, strict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

    from pytest_szxc.model import Json
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.store import ExchangeStore

FILE_BYTES = 64 * 1024 * 1024
_NODES = 20_000_000
"""JSON values in one file; the cap on its bytes is the real bound."""
METHOD = "FILE"
_BOM = b"\xef\xbb\xbf"

Row = tuple[int, dict[str, "Json"]]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file: its name in reports, where it is (``None`` in a recording), its SHA-256 where one is stated."""

    name: str
    path: Path | None = None
    sha256: str = ""

    @property
    def suffix(self) -> str:
        """The ending that tells the format, in lower case."""
        return "." + self.name.lower().rpartition(".")[2]

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads each file once in a run and records what it held.

    Attributes:
        store: keeps the exchanges.
        clock: stamps them.
    """

    store: ExchangeStore
    clock: Clock

    def read(self, operation: str, file: DataFile) -> Exchange:
        """The exchange that holds a file's content.

        Raises:
            TransportFault: ``file.unreadable``, ``file.too-large``, ``file.altered``, ``file.missing``.
        """
        request = Request(METHOD, file.name)
        key = exchange_id(operation, request)
        exchange = self.store.fetch(key, lambda: self._exchange(key, operation, file, request))
        response_of(exchange)
        return exchange

    def _exchange(self, key: str, operation: str, file: DataFile, request: Request) -> Exchange:
        started = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            return Exchange(key, operation, request, Response(200, (), content(file)), started=started)
        except TransportFault as fault:
            params = {name: str(value) for name, value in fault.params.items()}
            return Exchange(key, operation, request, None, fault.code, params, started)


def content(file: DataFile) -> bytes:
    """What a file holds, if it is the one whose digest is stated.

    Raises:
        TransportFault: as ``FileReader.read``; ``replay.missing`` in a recording.
    """
    try:
        with _opened(file) as stream:
            body = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, error) from error
    if len(body) > FILE_BYTES:  # it grew while it was read
        raise _too_large(file)
    found = hashlib.sha256(body).hexdigest() if file.sha256 else ""
    if found != file.sha256:
        raise TransportFault("file.altered", file=show(file.name), stated=file.sha256, found=found)
    return body


def digest_of(file: DataFile) -> str:
    """The SHA-256 of a file, read piece by piece.

    Raises:
        TransportFault: ``file.missing``, ``file.unreadable``, ``file.too-large``.
    """
    try:
        with _opened(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(file, error) from error


def _opened(file: DataFile) -> BufferedReader:
    """A file of a size that can be judged: its size is looked at first, a pipe or a device is not waited for."""
    if file.path is None:
        raise TransportFault("replay.missing", method=METHOD, url=show(file.name))
    stream = open(file.path, "rb", opener=_at_once)  # noqa: SIM115 -- a Path takes no opener; whoever asks closes it
    about = os.fstat(stream.fileno())
    if stat.S_ISREG(about.st_mode) and about.st_size <= FILE_BYTES:
        return stream
    stream.close()
    if stat.S_ISREG(about.st_mode):
        raise _too_large(file)
    raise TransportFault("file.unreadable", file=show(file.name), problem="not a regular file")


def _at_once(name: str, flags: int) -> int:
    """Opens without waiting: nobody may ever write into a pipe."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(file: DataFile, error: OSError) -> TransportFault:
    gone = file.sha256 and isinstance(error, FileNotFoundError)
    return TransportFault(
        "file.missing" if gone else "file.unreadable", file=show(file.name), problem=show(str(error.strerror))
    )


def _too_large(file: DataFile) -> TransportFault:
    return TransportFault("file.too-large", file=show(file.name), limit=FILE_BYTES)


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
