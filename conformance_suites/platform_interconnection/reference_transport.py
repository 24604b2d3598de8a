"""The reference node's transport: capability document, OpenAPI document, table of result codes, log of calls."""

from __future__ import annotations

import csv
from collections import deque
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference import Answer, Call

    from .reference import Node

Row = dict[str, Any]
TOPIC = "transport"
KEPT = 2000
"""Calls that the log keeps."""
REQUEST_ID = "x-request-id"
CODES = Path(__file__).parent / "tables" / "error_codes.csv"


def mount(node: Node) -> None:
    """Serve the node's documents and its log of calls, and publish its result codes."""
    part = node.parts[TOPIC] = Transport(node)
    node.capability["errorCodes"] = published_codes()
    node.capability.setdefault("authentication", [{"profile": "bearer"}])
    node.serve("GET", "/v1/capability", "capability", part.capability, guarded=False)
    node.serve("GET", "/v1/openapi.json", "openapi_document", part.openapi_document, guarded=False)
    node.serve("GET", "/v1/logs", "call_log", part.call_log)
    node.platform.wrap(part.watching)


def published_codes() -> list[Row]:
    """The table of result codes as the capability document shows it."""
    return [{"code": row["code"], "status": int(row["status"]), "message": row["zh"]} for row in code_rows()]


@cache
def code_rows() -> tuple[dict[str, str], ...]:
    """The rows of ``error_codes.csv``; every cell is a text."""
    with CODES.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


class Transport:
    """What the node says of itself, and of what it was asked.

    Attributes:
        calls: the last calls, oldest first.
        kept: whether a call goes into the log.
        wanted: whether a call of the log answers a query.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.calls: deque[Row] = deque(maxlen=KEPT)
        self.kept: Callable[[Row], bool] = lambda row: bool(row["requestId"])
        self.wanted: Callable[[Row, str | None], bool] = lambda row, given: given in (None, row["requestId"])

    def capability(self, _: Call) -> Answer:
        """The capability document."""
        return demo.Answer(self.node.capability)

    def openapi_document(self, _: Call) -> Answer:
        """The description of the whole platform."""
        return demo.Answer(document=demo.compact(self.node.platform.description()), content_type="application/json")

    def call_log(self, call: Call) -> Answer:
        """The calls with a request id, or all."""
        found = [row for row in self.calls if self.wanted(row, call.args.get("requestId"))]
        pager = self.node.platform.pager
        window = pager.window(call.args)
        return pager.answer(call, window, found[window.offset : window.offset + window.limit], len(found))

    def note(self, row: Row) -> None:
        """Put a call into the log."""
        if self.kept(row):
            self.calls.append(row)

    def watching(self, app: WSGIApplication) -> WSGIApplication:
        """A middleware that notes every call once its answer begins."""

        def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 -- PEP 3333
                named = (value for name, value in headers if name.lower() == REQUEST_ID)
                self.note(
                    {
                        "requestId": next(named, ""),
                        "time": stamp(self.node.platform.clock()),
                        "method": environ["REQUEST_METHOD"],
                        "path": environ["PATH_INFO"],
                        "status": int(status[:3]),
                    }
                )
                return start_response(status, headers, *more)

            return app(environ, start)

        return watched
