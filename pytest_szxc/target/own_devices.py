"""Which devices a run may move without ``--szxc-allow-actuation``: those that it has registered itself, and no other.

What counts is what leaves, not what a check meant: a binding may command a device that it names itself.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_szxc.errors import TransportFault
from pytest_szxc.target.strict_json import parse
from pytest_szxc.target.tidying import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Json, Operation, Request
    from pytest_szxc.target.streams import Call

_MARKS = "?:+"
"""What the name of a parameter may begin with that is sent beside what the templates say."""
_PARTS = re.compile(r"[/,;:|\s]")
"""What stands between the parts of a text, of which one may be a device: a path, a topic."""


class OwnDevices:
    """The devices of ours, as far as this process has registered them.

    Args:
        prefix: what the run's objects are named with; without one, nothing is known to be ours.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._made: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, call: Call) -> None:
        """Remember what a call has made that the platform has taken."""
        undo = call.operation.undo
        told: dict[str, Json] = {"params": dict(call.params), "body": call.body, "answer": {}}
        names = [found(path, told) for path in undo.params.values()] if undo else []
        with self._lock:
            self._made.update(str(name) for name in names if self._is_named(name))

    def moved(self, operation: Operation, params: Mapping[str, Json], body: Json) -> str:
        """The device of ours that a call moves; empty where it moves another one, or where that is not known.

        Args:
            operation: what is called, with ``moves``.
            params: of the call.
            body: of the call.
        """
        if not operation.moves:
            return ""
        name = found(operation.moves, {"params": dict(params), "body": body})
        with self._lock:
            ours = self._is_named(name) and name in self._made
        member = operation.moves.rpartition(".")[2]
        others = [value for key, value in params.items() if key.lstrip(_MARKS) == member and value not in (name, None)]
        return str(name) if ours and not others else ""

    def _is_named(self, name: Json) -> bool:
        return isinstance(name, str) and bool(self._prefix) and name.startswith(self._prefix)


def names(request: Request, device: str) -> bool:
    """Whether a request, as it is about to leave, has a device's whole name in its path, its query or its body."""
    return any(device in (text, *_PARTS.split(text)) for text in _texts(request))


def _texts(request: Request) -> Iterator[str]:
    url = urlsplit(request.url)
    yield unquote(url.path)
    yield from (value for _, value in parse_qsl(url.query))
    try:
        yield from _leaves(parse(request.body))
    except TransportFault:  # no JSON
        yield request.body.decode("utf-8", "replace")


def _leaves(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
