"""The demo platform in a process of its own, each answer held back by a given time, as a slow line would."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from whole_suite import stated

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SUITE = "data_classification"
"""The suite whose figures are followed over time."""


def slowly(seconds: float) -> Callable[[WSGIApplication], WSGIApplication]:
    """Middleware that waits before each request; every request waits in a thread of its own."""

    def middleware(app: WSGIApplication) -> WSGIApplication:
        def waiting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            time.sleep(seconds)
            return app(environ, start_response)

        return waiting if seconds else app

    return middleware


@contextmanager
def serving(statement: Path, seconds: float) -> Iterator[dict[str, str]]:
    """A served demo platform; its statement is written to the file, the environment with its tokens comes back."""
    command = [sys.executable, __file__, str(statement), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise OSError("no pipe to the server")
        line = process.stdout.readline()
        if not line:
            raise OSError("the server did not start")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()  # the server lives as long as its input is open


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("statement", type=Path)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    platform = build_platform(load_references([load_suites()[SUITE]]))
    platform.wrap(slowly(given.seconds))
    with closing(platform), serve(platform) as url, stated(platform, url, given.statement) as tokens:
        print(json.dumps(tokens), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
