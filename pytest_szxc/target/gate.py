"""The gate between checks that read and checks that write: whoever writes is alone, in all processes of a run.

A list that is read while another check creates an object would look wrong through no fault of the SUT.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_szxc.target.store_sqlite import alive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.target.store import ExchangeStore

_NAME = "gate"
_POLL = 0.005
Holders = list[list[int]]
"""``[process, 1 for a writer]`` for everyone inside, and for a writer that waits ``[process, 2]``."""
_READER, _WRITER, _WAITING = 0, 1, 2


class Gate:
    """Lets many readers in, or one writer; a writer that waits goes before readers that come later.

    Processes wait for each other in real time: it is not the SUT's clock that they wait for.

    Args:
        store: shared by the processes of a run.
    """

    def __init__(self, store: ExchangeStore) -> None:
        self._store = store

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Be inside with other readers."""
        yield from self._inside(_READER, _may_read)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be inside alone."""
        me = [os.getpid(), _WAITING]
        self._change(lambda held: [*held, me])
        try:
            yield from self._inside(_WRITER, _may_write)
        finally:
            self._change(lambda held: _without(held, me))

    def _inside(self, kind: int, may: Callable[[Holders], bool]) -> Iterator[None]:
        me = [os.getpid(), kind]
        while not self._entered(me, may):
            time.sleep(_POLL)
        try:
            yield
        finally:
            self._change(lambda held: _without(held, me))

    def _entered(self, me: list[int], may: Callable[[Holders], bool]) -> bool:
        entered = False

        def change(held: Holders) -> Holders:
            nonlocal entered
            entered = may(held)
            return [*held, me] if entered else held

        self._change(change)
        return entered

    def _change(self, change: Callable[[Holders], Holders]) -> None:
        self._store.update_meta(_NAME, lambda held: change([one for one in held or [] if alive(one[0])]))


def _may_read(held: Holders) -> bool:
    return all(kind == _READER for _, kind in held)


def _may_write(held: Holders) -> bool:
    return all(kind == _WAITING for _, kind in held)


def _without(held: Holders, me: list[int]) -> Holders:
    """Everyone but me, once."""
    held = list(held)
    if me in held:  # gone already, if another process took this one for dead
        held.remove(me)
    return held
