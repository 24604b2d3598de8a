"""A folder of evidence as a test lab hands it over: ``manifest.json`` says which file answers which operation.

Each file stands for the answer of one operation asked with certain parameters, so that the same checks judge a folder
and a platform. The manifest states each file's SHA-256: what is missing or altered is said, and judged by nobody.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import Document, check, nearest
from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable
from pytest_szxc.model import Exchange, Location, Request, Response
from pytest_szxc.printable import show
from pytest_szxc.target.answers import keys_of
from pytest_szxc.target.canonical import shape_of
from pytest_szxc.target.file_reading import METHOD, DataFile, FileReader, content, digest_of
from pytest_szxc.target.files import FileSource
from pytest_szxc.target.store import exchange_id
from pytest_szxc.target.streams import Call, Probe, record_of
from pytest_szxc.target.strict_json import parse
from pytest_szxc.target.sut import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.tabular.shelf import TableShelf

MANIFEST = "manifest.json"
FORMAT = "szxc-evidence-folder/1"
SCHEMA = "urn:szxc:szxc:evidence-folder"
OPERATION = "evidence-folder"
"""What the exchanges are named that hold the manifest, and what became of each file's digest."""
DIGEST = "DIGEST"
"""Method of the exchange that says whether a file is there as the manifest states it."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of a manifest, and the question that it answers."""

    file: DataFile
    operation: str
    params: Mapping[str, str]


Question = frozenset[tuple[str, str]]


def question_of(params: Mapping[str, str]) -> Question:
    """Parameters as what tells questions apart, in whatever order they are named."""
    return frozenset(params.items())


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """A manifest: which suite its files are evidence for, and the files."""

    suite: str
    files: tuple[ListedFile, ...]


def is_evidence_folder(target: str) -> bool:
    """Whether a target is a folder with a manifest."""
    try:
        return (Path(target) / MANIFEST).is_file()
    except (OSError, ValueError):
        return False


def suite_of(folder: Path) -> str:
    """The suite that a folder's evidence is for.

    Raises:
        StatementError: see ``read_manifest``.
    """
    return str(read_manifest(folder)["suite"])


def read_manifest(folder: Path) -> dict[str, Json]:
    """The manifest of a folder.

    Raises:
        StatementError: ``folder.manifest``; what the schema says (``document.*``).
    """
    try:
        value = _object_of(content(DataFile(MANIFEST, folder / MANIFEST)))
    except TransportFault as fault:
        raise StatementError("folder.manifest", problem=fault.text("en")) from fault
    _require_form(value)
    return value


def read_list(folder: Path | None, reader: FileReader, suites: Mapping[str, Suite]) -> EvidenceList:
    """The manifest of a folder, or of a recording (``None``).

    Raises:
        StatementError: as ``evidence_of``; ``folder.manifest``.
    """
    try:
        exchange = reader.read(OPERATION, DataFile(MANIFEST, folder / MANIFEST if folder else None))
    except TransportFault as fault:
        raise StatementError("folder.manifest", problem=fault.text("en")) from fault
    return evidence_of(_object_of(exchange.response.body if exchange.response else b""), folder, suites)


def evidence_of(value: dict[str, Json], folder: Path | None, suites: Mapping[str, Suite]) -> EvidenceList:
    """The evidence that a manifest lists, if a run can use it.

    Args:
        value: the manifest.
        folder: where the files are; ``None`` for a recording.
        suites: those of the run, by id.

    Raises:
        StatementError: ``folder.path``, ``folder.twice``, ``folder.digests``, ``folder.operation``,
            ``folder.other-suite``, ``option.unknown-suite``; what the schema says (``document.*``).
    """
    _require_form(value)
    root = Path(os.path.realpath(folder)) if folder else None
    listed = tuple(_listed(row, root) for row in value["files"])
    _require_sense(value["suite"], listed, suites)
    return EvidenceList(value["suite"], listed)


def recorded_folder(store: ExchangeStore) -> bool:
    """Whether a recording is that of an evidence folder."""
    return any(made.operation == OPERATION and made.request.method == METHOD for made in store.all())


def verify_files(evidence: EvidenceList, reader: FileReader) -> None:
    """Write down for each file, once in a run, whether it is there as the manifest states it."""
    for entry in evidence.files:
        request = Request(DIGEST, entry.file.name)
        begun = Exchange(exchange_id(OPERATION, request), OPERATION, request)
        reader.store.fetch(begun.id, partial(_verified, begun, entry.file))


class FolderSource(FileSource):
    """See ``streams.Source``: a file answers the operation and the parameters that the manifest says.

    Args:
        evidence: the manifest.
        statement: field names, code values and time profile, where it binds the operation.
        reader: reads and records the files.
        now: the instant at which the run judges.
        suites: all suites of the run, by id.
        tables: takes logs apart.
    """

    def __init__(  # noqa: PLR0913 -- what a source is made of
        self,
        evidence: EvidenceList,
        statement: Statement,
        reader: FileReader,
        *,
        now: datetime,
        suites: Mapping[str, Suite],
        tables: TableShelf,
    ) -> None:
        files = [entry.file for entry in evidence.files]
        super().__init__(files, statement, reader.store, clock=reader.clock, now=now, suites=suites)
        self._suite = evidence.suite
        self._answers: dict[tuple[str, Question], list[DataFile]] = {}
        for entry in evidence.files:
            self._answers.setdefault((entry.operation, question_of(entry.params)), []).append(entry.file)
        self._tables = tables

    def reply(self, call: Call) -> Reply:
        """See ``Source``.

        Raises:
            Unjudgeable: ``folder.unlisted``.
            TransportFault: ``file.*``, ``table.*``.
        """
        exchange = self._reader.read(call.operation.id, self._serving(call)[0])
        response = exchange.response or Response(0)
        at = Location(exchange.id, file=show(exchange.request.url))
        value = self._object(call, exchange) if call.operation.answer == "object" else {}
        record = record_of(call.operation, value, at, self._now)
        table = self._tables.of(call, exchange, at) if call.operation.answer == "table" else None
        return Reply(exchange.id, response, record, document=value or None, request=exchange.request, table=table)

    def probe(self, call: Call) -> Probe:
        """See ``Source``."""
        if call.operation.answer == "records":
            return super().probe(call)
        reply = self.reply(call)
        return Probe(reply.exchange, reply.record.value or None, reply.record)

    def _serving(self, call: Call) -> list[DataFile]:
        asked = {name: str(value) for name, value in call.params.items()}
        found = self._answers.get((call.operation.id, question_of(asked)))
        if found and call.suite.id == self._suite:
            return found
        shown = " ".join(f"{name}={value}" for name, value in asked.items())
        raise Unjudgeable("folder.unlisted", operation=call.operation.id, params=show(shown or "-"))

    def _object(self, call: Call, exchange: Exchange) -> dict[str, Json]:
        name = show(exchange.request.url)
        try:
            value = parse(exchange.response.body if exchange.response else b"")
        except TransportFault as fault:
            raise TransportFault("file.not-json", exchange.id, file=name, problem=fault.code) from None
        if not isinstance(value, dict):
            raise TransportFault("folder.no-object", exchange.id, file=name, keys=keys_of(value))
        bound = self._statement.operations.get((call.suite.id, call.operation.id))
        return shape_of(bound, call.operation.schema, self._statement.time_profile).of_kept(value)


def _object_of(body: bytes) -> dict[str, Json]:
    try:
        value = parse(body)
    except TransportFault as fault:
        raise StatementError("folder.manifest", problem=fault.text("en")) from fault
    if not isinstance(value, dict):
        raise StatementError("folder.manifest", problem=keys_of(value))
    return value


def _require_form(value: dict[str, Json]) -> None:
    check(Document(Path(MANIFEST), value, "", StatementError), SCHEMA)


def _listed(row: Mapping[str, Json], folder: Path | None) -> ListedFile:
    """A row of the manifest; the folder's own path is one without links."""
    place = PurePosixPath(row["path"])
    if _is_odd(row["path"]) or (folder and not Path(os.path.realpath(folder / place)).is_relative_to(folder)):
        raise StatementError("folder.path", file=show(row["path"]))
    file = DataFile(str(place), folder / place if folder else None, row["sha256"].lower())
    return ListedFile(file, row["operation"], dict(row.get("params", {})))


def _is_odd(path: str) -> bool:
    """Whether a path leads out of a folder, or means something else on another system."""
    place, colons = (
        PurePosixPath(path),
        os.name == "nt" and ":" in path,
    )  # there, a name with a colon is a hidden stream
    return place.is_absolute() or ".." in place.parts or bool({"\\", "\0"} & set(path) or _drive(path)) or colons


def _drive(path: str) -> str:
    return PureWindowsPath(path).drive


def _require_sense(name: str, listed: tuple[ListedFile, ...], suites: Mapping[str, Suite]) -> None:
    suite = suites.get(name)
    if suite is None:
        code = "folder.other-suite" if suites else "option.unknown-suite"
        raise StatementError(code, suite=show(name), others=", ".join(suites))
    seen: set[object] = set()
    digests: dict[str, str] = {}
    for entry in listed:
        if digests.setdefault(entry.file.name, entry.file.sha256) != entry.file.sha256:
            raise StatementError("folder.digests", file=show(entry.file.name))
        known = suite.operations.get(entry.operation)
        if known is None:
            likely = nearest(entry.operation, suite.operations)
            raise StatementError(
                "folder.operation", file=show(entry.file.name), value=show(entry.operation), nearest=likely
            )
        question = (entry.operation, question_of(entry.params))
        again = (*question, entry.file.name)
        if again in seen or (question in seen and known.answer != "records"):
            raise StatementError("folder.twice", file=show(entry.file.name), operation=entry.operation)
        seen |= {question, again}


def _verified(begun: Exchange, file: DataFile) -> Exchange:
    """What became of a file's digest; nothing of its content is kept here."""
    fault = _difference(file)
    if fault is None:
        return Exchange(begun.id, begun.operation, begun.request, Response(200))
    params = {name: str(value) for name, value in fault.params.items()}
    return Exchange(begun.id, begun.operation, begun.request, None, fault.code, params)


def _difference(file: DataFile) -> TransportFault | None:
    try:
        found = digest_of(file)
    except TransportFault as fault:
        return fault
    same = found == file.sha256
    return None if same else TransportFault("file.altered", file=show(file.name), stated=file.sha256, found=found)
