"""The network watch: an audit hook that sees every connection and every look-up of a name that Python makes.

All processes of a test session append to the same two files, named by an environment variable: ``<log>`` has one JSON
line for each connection or look-up outside the machine, ``<log>.inside`` one byte for each one that stayed. Nothing is
kept back: a process that is killed has told what it did. Loaded early in every process, so it imports next to nothing.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

VARIABLE = "NETWORK_WATCH_LOG"
INSIDE = ".inside"
_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_LOCAL_NAMES = frozenset({"", "localhost"})
_LOCAL_ENDS = (".localhost", ".invalid")  # by RFC 6761 neither ever names a machine elsewhere
_installed: list[str] = []


def install(log: str) -> None:
    """Watch this process from now on; an audit hook cannot be taken away again."""
    if not _installed:
        sys.addaudithook(_heard)
    _installed[:] = [log]


def outside(log: str) -> list[dict[str, Any]]:
    """What left the machine: event, address, process and its command line."""
    try:
        with open(log, encoding="utf-8") as file:  # noqa: PTH123 -- pathlib is more than an early start should load
            return [json.loads(line) for line in file]
    except FileNotFoundError:
        return []


def stayed(log: str) -> int:
    """How many connections stayed on this machine."""
    try:
        return os.stat(log + INSIDE).st_size  # noqa: PTH116 -- see outside
    except FileNotFoundError:
        return 0


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if event in _CONNECTIONS:
        if is_inside(args[1]):
            _append(_installed[0] + INSIDE, b".")
        else:
            _report(event, args[1])
    elif event in _LOOKUPS and not is_local(args[0]):
        _report(event, args[0])


def is_inside(address: Any) -> bool:
    """Whether a socket's address is on this machine: loopback, a Unix socket, or none (a connected socket's)."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    return not isinstance(host, str) or _loopback(host) or host == "localhost"


def is_local(name: str | bytes | None) -> bool:
    """Whether looking up a name asks nobody: a literal address, or a name that stands for this machine or for none."""
    if name is None:
        return True
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
    text = text.rstrip(".").lower()
    literal = ":" in text or text.replace(".", "").isdigit()
    return literal or text in _LOCAL_NAMES or text.endswith(_LOCAL_ENDS)


def _loopback(host: str) -> bool:
    numbers = host.removeprefix("::ffff:")
    return host.partition("%")[0] == "::1" or (numbers.startswith("127.") and numbers.replace(".", "").isdigit())


def _report(event: str, address: object) -> None:
    row = {"event": event, "address": repr(address), "process": os.getpid(), "command": sys.argv[:4]}
    _append(_installed[0], json.dumps(row).encode() + b"\n")


def _append(path: str, data: bytes) -> None:
    """One write to the end of a file, which no other process can break into."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, data)
    finally:
        os.close(file)
