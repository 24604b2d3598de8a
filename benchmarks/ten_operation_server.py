"""A FastAPI application of ten operations under uvicorn, in a process of its own, that counts what it is asked.

It runs in an environment that has FastAPI (``serving``'s ``python``); this file is also read in ours, which has not.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from loopback_server import item

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping
    from pathlib import Path

READING = (
    "regions",
    "villages",
    "households",
    "plots",
    "crops",
    "devices",
    "readings",
    "prices",
    "subsidies",
)
"""Operations asked by GET ``/<name>/<number>?year=``; the tenth is POST ``/search``."""
COUNTED = frozenset({*READING, "search"})
"""First part of the paths that count: looking for a description or a capability document is no question."""
MOST = 100_000
CONTROL = "/_counted"
Event = Any
Application = Any


@dataclass(frozen=True, slots=True)
class Counted:
    """What came in since the last look: requests, and seconds from the first one's begin to the last one's end."""

    requests: int = 0
    begun: float = 0.0
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return self.ended - self.begun

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def looked(base_url: str, latency: float = 0.0) -> Counted:
    """What came in since the last look; from now on each answer waits for ``latency`` seconds."""
    with urllib.request.urlopen(f"{base_url}{CONTROL}?{latency}") as answer:  # noqa: S310 -- our own server
        return Counted(**json.load(answer))


@contextmanager
def serving(python: Path) -> Iterator[str]:
    """The server's base URL while it runs."""
    with subprocess.Popen([python, __file__], stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise OSError("no pipe to the server")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Counting:
    """ASGI middleware: counts and holds back what is asked of the operations, and tells when asked at ``CONTROL``."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._counted = Counted()
        self._latency = 0.0

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == CONTROL:
            await self._tell(float(scope["query_string"]), send)
        elif scope["path"].strip("/").partition("/")[0] in COUNTED:
            await self._count(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _count(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 -- as above
        counted = self._counted
        begun = counted.begun if counted.requests else time.perf_counter()
        self._counted = replace(counted, requests=counted.requests + 1, begun=begun)
        if self._latency:
            await asyncio.sleep(self._latency)
        await self._app(scope, receive, send)
        self._counted = replace(self._counted, ended=time.perf_counter())

    async def _tell(self, latency: float, send: Callable[[Event], Awaitable[None]]) -> None:
        counted, self._counted, self._latency = self._counted, Counted(), latency
        told = {"requests": counted.requests, "begun": counted.begun, "ended": counted.ended}
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def application() -> Application:
    """The application; its description says what it answers, as FastAPI writes it."""
    web, pydantic = import_module("fastapi"), import_module("pydantic")  # of the server's own environment
    kinds = {"id": str, "title": str, "level": str, "scale": dict[str, int], "tags": list[str], "updated": str}
    model = pydantic.create_model("Item", **{name: (kind, ...) for name, kind in kinds.items()})
    app = web.FastAPI(title="ten operations")

    def answer(number: int) -> Any:  # noqa: ANN401 -- the framework's response
        return web.Response(json.dumps(item(number, good=True), ensure_ascii=False), media_type="application/json")

    async def read(number: int = web.Path(ge=1, le=MOST), year: int = web.Query(2026, ge=2000, le=2100)) -> Any:  # noqa: ARG001, ANN401 -- part of the description
        return answer(number)

    async def search(number: int = web.Body(ge=1, le=MOST), words: str = web.Body("", max_length=50)) -> Any:  # noqa: ARG001, ANN401 -- the same
        return answer(number)

    for name in READING:
        app.get(f"/{name}/{{number}}", operation_id=name, response_model=model)(read)
    app.post("/search", operation_id="search", response_model=model)(search)
    return Counting(app)


def main() -> None:
    """Serve until ended."""
    uvicorn = import_module("uvicorn")  # of the server's own environment
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(application(), log_level="error", access_log=False)).run([listening])


if __name__ == "__main__":
    main()
