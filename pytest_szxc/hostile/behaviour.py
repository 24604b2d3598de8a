"""What a behaviour is, and the proper answer that most of them spoil."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pytest_szxc.messages import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.hostile.peer import Peer
    from pytest_szxc.model import Json

    Act = Callable[[Peer], None]

LAWFUL = "-"
"""What is expected of an answer that is nasty and yet lawful: it comes through."""


class Door(StrEnum):
    """How a behaviour is reached.

    ``path``: by its path on the one shared HTTP port, after the request was read. ``plain`` and ``tls``: on a port of
    its own, at once; the latter is asked with https. ``shut``: on a port where nobody listens. ``full``: on one whose
    queue is full.
    """

    PATH = "path"
    PLAIN = "plain"
    TLS = "tls"
    SHUT = "shut"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to misbehave.

    Attributes:
        name: path on the shared port, and last part of its message code ``hostile.<name>``.
        family: what it attacks.
        expected: the fault code that a client of ours must give, or ``LAWFUL``.
        act: what the server does with a connection.
        door: how it is reached.
        also: codes that are right as well, where the client's deadline decides what is seen first.
    """

    name: str
    family: str
    expected: str
    act: Act
    door: Door = Door.PATH
    also: tuple[str, ...] = ()

    def title(self, lang: str) -> str:
        """What the server does, in one sentence."""
        return render(f"hostile.{self.name}", lang, {})

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes that are right."""
        return (self.expected, *self.also)


def sends(data: bytes) -> Act:
    """An act: send these bytes, and take the next request on the same connection."""
    return lambda peer: peer.send(data)


def head(*lines: str, status: str = "200 OK") -> bytes:
    """A status line and header lines, and the empty line after them."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("utf-8")


def answer(body: bytes, *lines: str, status: str = "200 OK", media: str = "application/json") -> bytes:
    """A whole answer with its length declared."""
    return head(f"Content-Type: {media}", f"Content-Length: {len(body)}", *lines, status=status) + body


def envelope(data: Json, code: int = 0, message: str = "ok") -> bytes:
    """The JSON that a platform answers with: result code, message, content."""
    return json.dumps({"code": code, "message": message, "data": data}, ensure_ascii=False).encode("utf-8")


GOOD = envelope({"value": 1})
"""A body that nothing is wrong with."""
