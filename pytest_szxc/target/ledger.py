"""The write ledger: what a run may have made on a platform, on disk before the request that makes it is sent.

One JSON object per line, appended by all threads and processes of a run and by ``szxc cleanup``; each line is on disk
before anything goes on. A line that was cut off was never followed by a request.

* ``{"event": "write", "id", "at", "suite", "operation", "requirement", "account", "undo", "params"}``: this is about to
  be sent; ``undo`` with ``params`` removes what it makes, ``null`` where it makes nothing.
* ``{"event": "answered", "id", "params"}``: the answer names it otherwise.
* ``{"event": "settled", "id", "how"}``: nothing of it is left (``removed``, ``absent``, ``refused``, ``not-sent``).
* ``{"event": "left", "id", "cause"}``: it could not be removed.

A line of ``szxc cleanup`` has ``"by": "cleanup"``: what a run left behind stays readable after it.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import SzxcError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json

LEDGER = "ledger.ndjson"
"""Name of the file in a run's folder."""
RUN, CLEANUP = "run", "cleanup"
REMOVED, NOT_THERE, REFUSED, NOT_SENT = "removed", "absent", "refused", "not-sent"


@dataclass(frozen=True, slots=True)
class Debt:
    """Something that a request may have made.

    Attributes:
        suite: whose operations these are.
        operation: what was about to be sent.
        requirement: whose check did it.
        account: in whose name; the same one removes it.
        undo: the operation that removes it; ``None`` where nothing is made.
        params: of ``undo``; ``None`` stands for what nobody knows (yet).
        at: when, RFC 3339.
        id: unique over all runs.
        cause: code of why it could not be removed; empty if nobody tried in vain.
    """

    suite: str
    operation: str
    requirement: str
    account: str
    undo: str | None
    params: dict[str, Json] = field(default_factory=dict)
    at: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    cause: str = ""

    @property
    def named(self) -> bool:
        """Whether all is known that its removal takes."""
        return self.undo is not None and None not in self.params.values()


class Ledger:
    """Appends to a ledger.

    Args:
        path: the file, made with the first line; without one nothing is written (self-test, replay).
        by: who writes, ``RUN`` or ``CLEANUP``.
    """

    def __init__(self, path: Path | None = None, by: str = RUN) -> None:
        self._path = path
        self._by = by
        self._lock = threading.Lock()

    def write(self, debt: Debt) -> None:
        """What is about to be sent; it may be as soon as this returns.

        Raises:
            OSError: the line is not on disk.
        """
        self._append(
            event="write",
            id=debt.id,
            at=debt.at,
            suite=debt.suite,
            operation=debt.operation,
            requirement=debt.requirement,
            account=debt.account,
            undo=debt.undo,
            params=debt.params,
        )

    def answered(self, debt: Debt) -> None:
        """What it takes to remove it, now that the answer is there."""
        self._append(event="answered", id=debt.id, params=debt.params)

    def settled(self, debt: Debt, how: str) -> None:
        """That nothing of it is left."""
        self._append(event="settled", id=debt.id, how=how)

    def left(self, debt: Debt, cause: str) -> None:
        """That it could not be removed, and why."""
        self._append(event="left", id=debt.id, cause=cause)

    def _append(self, **row: Json) -> None:
        if self._path is None:
            return
        by = {} if self._by == RUN else {"by": self._by}
        line = json.dumps({**row, **by}, default=str).encode() + b"\n"
        with self._lock:
            _write(self._path, line)


def _write(path: Path, line: bytes) -> None:
    """One line in one piece, on disk when this returns; a line that was cut off before is ended first."""
    new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        whole = b"\n" + line if _is_torn(file) else line
        if os.write(file, whole) != len(whole):
            raise OSError(None, "short write", str(path))
        os.fsync(file)
    finally:
        os.close(file)
    if new:
        _fsync_folder(path.parent)


def _is_torn(file: int) -> bool:
    """Whether the last line of an open file has no end."""
    if not os.fstat(file).st_size:
        return False
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1) != b"\n"


def _fsync_folder(folder: Path) -> None:
    """The name of a new file is the folder's content, not the file's; Windows lets nobody open a folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Found:
    """What a ledger says.

    Attributes:
        debts: what may still be there, in the order in which it was made.
        writes: how many requests with an effect it knows.
        torn: how many lines cannot be read: a kill or a full disk cut them off.
    """

    debts: tuple[Debt, ...] = ()
    writes: int = 0
    torn: int = 0


def read_ledger(path: Path, *, without_cleanup: bool = False) -> Found:
    """What a ledger says; one that is not there says nothing.

    Args:
        path: the file.
        without_cleanup: whether to leave out what ``szxc cleanup`` did afterwards.

    Raises:
        SzxcError: ``ledger.unreadable``.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Found()
    except OSError as error:
        raise SzxcError("ledger.unreadable", file=show(str(path)), reason=show(str(error.strerror))) from error
    debts: dict[str, Debt] = {}
    rows = [_row(line) for line in lines if line.strip()]
    for row in rows:
        if row and not (without_cleanup and row.get("by") == CLEANUP):
            _enter(debts, row)
    written = sum(1 for row in rows if row and row["event"] == "write")
    return Found(tuple(debt for debt in debts.values() if debt.undo), written, rows.count(None))


def _row(line: bytes) -> dict[str, Json] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = isinstance(row, dict) and isinstance(row.get("params", {}), dict)
    wanted = _TEXTS if known and row.get("event") == "write" else ("event", "id")
    return row if known and all(isinstance(row.get(name), str) for name in wanted) else None


def _enter(debts: dict[str, Debt], row: dict[str, Json]) -> None:
    known = debts.get(row["id"])
    if row["event"] == "write":
        texts = {name: row[name] for name in _TEXTS if name != "event"}
        debts[row["id"]] = Debt(**texts, undo=row.get("undo"), params=row.get("params") or {})
    elif known and row["event"] == "answered":
        debts[row["id"]] = replace(known, params=row.get("params") or {})
    elif known and row["event"] == "left":
        debts[row["id"]] = replace(known, cause=str(row.get("cause") or ""))
    elif known and row["event"] == "settled":
        del debts[row["id"]]


_TEXTS = ("event", "id", "at", "suite", "operation", "requirement", "account")
