"""A server of a benchmark in a process of its own: it tells one line of JSON, and lives until its input is closed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served(script: str, *options: str) -> Iterator[dict[str, Any]]:
    """What a script told once it serves; it is stopped at the end.

    Raises:
        OSError: it did not start.
    """
    command = [sys.executable, script, *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise OSError("no pipe to the server")
        line = process.stdout.readline()
        if not line:
            raise OSError("the server did not start")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()


def tell_and_wait(told: dict[str, Any]) -> None:
    """In the script: tell the line, and serve until the input ends."""
    print(json.dumps(told), flush=True)
    sys.stdin.read()
