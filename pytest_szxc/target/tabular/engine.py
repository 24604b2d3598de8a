"""duckdb, shut in: one connection per thread that reads the files of one private folder, and nothing else.

It has no network, loads and fetches no extensions, spills nothing to disk, uses one thread and a bounded memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target.extras import extra_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

MEMORY = "256MB"
_LIMITS = {
    "threads": 1,
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
_KEPT = threading.local()
_INHERITED: list[Engine] = []
"""Engines that came along with a fork: to close one would wait for threads that the new process does not have."""


class Engine:
    """A connection and the private folder whose files it may read; ``pid`` is the process that made it."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.folder = Path(tempfile.mkdtemp(prefix="szxc-table-"))
        self._clear = weakref.finalize(self, _removed, self.folder, self.pid)
        self._connection = extra_package("duckdb").connect(":memory:", config=dict(_LIMITS))
        for setting in _shut_in(self.folder):
            self._connection.execute(setting)

    def close(self) -> None:
        """Give everything back; the engine is of no use any more."""
        self._connection.close()
        self._clear()

    def columns(self, query: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]:
        """The columns of a query's answer by name; those with missing values are masked arrays.

        Raises:
            TransportFault: ``table.unreadable``: the query broke down on what the file holds.
        """
        try:
            found: dict[str, np.ndarray[Any, Any]] = self._connection.execute(query, list(parameters)).fetchnumpy()
        except extra_package("duckdb").Error as error:
            raise TransportFault("table.unreadable", problem=_told(error, self.folder)) from None
        return found

    @contextmanager
    def file(self, body: bytes | memoryview, suffix: str) -> Iterator[str]:
        """A file of the private folder with this content, there while the block runs.

        Raises:
            Unjudgeable: ``table.disk``.
        """
        path = self.folder / f"table{suffix}"
        try:
            path.write_bytes(body)
        except OSError as error:
            raise Unjudgeable("table.disk", problem=show(str(error.strerror))) from error
        try:
            yield str(path)
        finally:
            path.unlink(missing_ok=True)


def engine() -> Engine:
    """The engine of this thread; one that came along with a fork is left alone, and a new one made.

    Raises:
        Unjudgeable: ``extra.missing``: duckdb or numpy is not installed; ``table.disk``: there is no room for files.
    """
    kept: Engine | None = getattr(_KEPT, "engine", None)
    if kept is None or kept.pid != os.getpid() or not kept.folder.is_dir():
        extra_package("numpy")
        if kept is not None and kept.pid != os.getpid():
            _INHERITED.append(kept)
        try:
            kept = _KEPT.engine = Engine()
        except OSError as error:
            raise Unjudgeable("table.disk", problem=show(str(error.strerror))) from error
    return kept


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _shut_in(folder: Path) -> tuple[str, ...]:
    """What leaves only one folder to be read; in this order, for nothing can be set any more afterwards."""
    return (
        f"SET allowed_directories = [{quoted(str(folder))}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    )


def _told(error: Exception, folder: Path) -> str:
    """The first line of an error, without the name of the private folder."""
    return show(str(error).partition("\n")[0].replace(str(folder), ""))


def _close_own() -> None:
    """Close the engine of this thread; the next table makes another."""
    kept: Engine | None = getattr(_KEPT, "engine", None)
    if kept is not None and kept.pid == os.getpid():
        del _KEPT.engine
        kept.close()


# duckdb has threads of its own, which do not come along with a fork: its end would wait for them for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_own)


def _removed(folder: Path, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)
