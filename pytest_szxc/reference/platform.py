"""The demo platform: a small WSGI application on SQLite into which each suite mounts its own routes and data.

It is a real platform in small: accounts, paging, envelope, audit log, discovery. It knows no standard by name.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from pytest_szxc.catalogue.openapi import merge
from pytest_szxc.reference.accounts import NOBODY, Accounts
from pytest_szxc.reference.agenda import Agenda
from pytest_szxc.reference.audit import AuditLog
from pytest_szxc.reference.calls import Answer, ApiError, Call, Handler, bad_parameter
from pytest_szxc.reference.delivery import deliver
from pytest_szxc.reference.envelope import Answering, compact
from pytest_szxc.reference.pages import PageNumbers
from pytest_szxc.reference.routing import url_map
from pytest_szxc.reference.store import EVERYTHING, Store
from pytest_szxc.reference.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import ModuleType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.model import Json
    from pytest_szxc.reference.accounts import Account
    from pytest_szxc.reference.agenda import Later
    from pytest_szxc.reference.pages import Pager
    from pytest_szxc.reference.store import Where
    from pytest_szxc.target.clock import VirtualClock

NAME = "数字乡村参考平台"
VERSION = "0.1.0"
SEED = 20260101
SIZE = 2200
# 40501 is ours: the usual table of codes has none for a method that is not served.
_HTTP_CODES = {400: 40001, 404: 40401, 405: 40501, 413: 41301, 415: 40001}


@dataclass(slots=True)
class Route:
    """One operation at its place; one that is not guarded answers anybody; ``text`` takes another body than JSON."""

    method: str
    path: str
    operation: str
    handler: Handler
    guarded: bool = True
    text: bool = False


class Platform:
    """One platform in its own store; itself a WSGI application.

    Args:
        seed: what the synthetic data grow from.
        size: how many objects a suite's data shall have.
        clock: what the platform's own timestamps follow.
        database: a file for the store; in memory without one.

    Attributes:
        now: the instant at which the platform was filled; data lie before it, dates to come after it.
        parts: what each suite mounted, by suite id; a mutant replaces methods of it.
        verifier: who asks.
        pager: the paging style of all lists.
        answering: how answers are worded.
        tls: the protocol version of connections, where the platform is called in process and nobody else can tell.
        plain: whether it answers unencrypted too, in process.
        token_path: where it issues tokens; empty where no suite has that.
        sign_path: where it signs for others; empty where no suite has that.
        later: does something when some seconds have passed, beside all requests.
    """

    def __init__(  # noqa: PLR0913 -- what a platform is made of
        self,
        *,
        seed: int,
        size: int,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        later: Later | None = None,
        database: Path | None = None,
    ) -> None:
        self.seed = seed
        self.size = size
        self.clock = clock
        self.sleep = sleep
        self._agenda = Agenda()
        self.later = later or self._agenda.later
        self.tls = "TLSv1.3"
        self.plain = False
        self.token_path = self.sign_path = ""
        self.now = clock()
        self.store = Store(database)
        self.accounts = Accounts()
        self.verifier = Verifier(self.accounts, self.clock)
        self.audit = AuditLog(self.store, self.clock)
        self.answering = Answering(self.clock)
        self.pager: Pager = PageNumbers()
        self.parts: dict[str, Any] = {}
        self.claims: dict[str, dict[str, list[str]]] = {}
        self.routes: dict[str, Route] = {}
        self.app = Flask("pytest_szxc.reference", static_folder=None)
        self._mapped = False
        self._openapi: list[Mapping[str, Json]] = []
        self._wsgi: WSGIApplication = self.app.wsgi_app
        self._prepare()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        if not self._mapped:
            self.app.url_map = url_map(tuple((row.method, row.path, row.operation) for row in self.routes.values()))
            self._mapped = True
        return self._wsgi(environ, start_response)

    def wrap(self, middleware: Callable[[WSGIApplication], WSGIApplication]) -> None:
        """Put a WSGI middleware around everything so far."""
        self._wsgi = middleware(self._wsgi)

    def close(self) -> None:
        """Do nothing further, and let go of the store."""
        self._agenda.close()
        self.store.close()

    # -- what a suite's ``mount`` uses --------------------------------------------------------------------------------

    def serve(  # noqa: PLR0913 -- what a route is made of
        self, method: str, path: str, operation: str, handler: Handler, *, guarded: bool = True, text: bool = False
    ) -> None:
        """Serve an operation; ``{name}`` in the path is handed to the handler in ``Call.params``.

        One that is not ``guarded`` needs no credentials; whoever has none is ``NOBODY`` then. One that takes ``text``
        finds the body in ``Call.raw``.
        """
        self.routes[operation] = Route(method, path, operation, handler, guarded, text)
        self.app.view_functions[operation] = lambda **params: self._answer(operation, params)
        self._mapped = False

    def listed(
        self,
        call: Call,
        collection: str,
        where: Where = EVERYTHING,
        each: Callable[[Json], Json] | None = None,
        *,
        order: str = "position",
    ) -> Answer:
        """One page of a collection, as the platform's pager words it; ``each`` changes every item on its way out."""
        window = self.pager.window(call.args)
        items = self.store.page(collection, window.offset, window.limit, where, order)
        shown = [each(item) for item in items] if each else items
        return self.pager.answer(call, window, shown, self.store.count(collection, where))

    def deliver(self, url: str, body: Json, headers: Mapping[str, str] | None = None) -> int:
        """Send a notice of the platform's own; the status of the answer, 0 where there is none."""
        return deliver(url, compact(body), headers)

    def claim(self, suite: str, classes: Iterable[str], without: Iterable[str] = ()) -> None:
        """Say in the discovery document what of a suite the platform has and lacks."""
        self.claims[suite] = {"classes": list(classes), "without": list(without)}

    def describe(self, document: Mapping[str, Json]) -> None:
        """Add a suite's OpenAPI document to the platform's own."""
        self._openapi.append({name: value for name, value in document.items() if name not in {"info", "servers"}})

    def description(self) -> dict[str, Json]:
        """The platform's own OpenAPI document."""
        head = {"openapi": "3.1.0", "info": {"title": NAME, "version": VERSION}, "servers": [{"url": "/"}]}
        whole: dict[str, Json] = {}
        for part in self._openapi:  # put together when somebody asks for it
            merge(whole, part)
        return head | whole

    # -- what mutants and variants use --------------------------------------------------------------------------------

    def rewire(self, operation: str, change: Callable[[Handler], Handler]) -> None:
        """Replace an operation's handler by ``change(handler)``."""
        route = self.routes[operation]
        route.handler = change(route.handler)

    def alter(self, operation: str, change: Callable[[Answer], Answer]) -> None:
        """Pass every answer of an operation through ``change``."""
        self.rewire(operation, lambda handler: lambda call: change(handler(call)))

    def alter_all(self, change: Callable[[Json], Json]) -> None:
        """Pass the payload of every good JSON answer through ``change``."""
        for operation in self.routes:
            self.alter(
                operation,
                lambda answer: answer if answer.document is not None else answer.with_payload(change(answer.payload)),
            )

    def refuse(self, operation: str, error: ApiError) -> None:
        """Let an operation answer nothing but an error."""

        def refused(_: Call) -> Answer:
            raise error

        self.rewire(operation, lambda _: refused)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self.store.load("audit", ())
        self.app.view_functions |= {"discovery": self._discovery, "openapi": self._described}
        self.app.register_error_handler(ApiError, self.answering.bad)
        self.app.register_error_handler(HTTPException, self._http_error)

    def _answer(self, operation: str, params: dict[str, str]) -> Response:
        route = self.routes[operation]
        headers = {name.lower(): value for name, value in request.headers}
        target = request.path + (f"?{request.query_string.decode()}" if request.query_string else "")
        call = partial(Call, args=request.args, params=params, url=request.url, headers=headers)
        call = partial(call, raw=request.get_data(), method=request.method, target=target)
        account = self._account(call(NOBODY), guarded=route.guarded)
        return self.answering.good(route.handler(call(account, body=None if route.text else self._body())))

    def _account(self, call: Call, *, guarded: bool) -> Account:
        try:
            return self.verifier.identify(call)
        except ApiError:
            if guarded:
                raise
            return NOBODY

    def _body(self) -> Json:
        if not request.get_data() or request.mimetype == "application/x-www-form-urlencoded":
            return None
        body = request.get_json(force=True, silent=True)
        if body is None:
            raise bad_parameter("body")
        return body

    def _http_error(self, error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:  # noqa: PLR2004 -- a redirect is no error
            return Response(status=status, headers=error.get_headers())
        return self.answering.bad(ApiError(status, _HTTP_CODES.get(status, 50001), error.name.lower()))

    def _discovery(self) -> Response:
        return self.answering.plain({"system": {"name": NAME, "version": VERSION}, "claims": self.claims})

    def _described(self) -> Response:
        return self.answering.plain(self.description())


def build_platform(
    references: Mapping[str, ModuleType],
    *,
    seed: int = SEED,
    size: int = SIZE,
    now: datetime | VirtualClock | Callable[[], datetime] | None = None,
    database: Path | None = None,
) -> Platform:
    """A platform with the references of some suites mounted.

    Args:
        references: suite id → its module ``reference``, which has ``mount(platform)``.
        seed: what the synthetic data grow from.
        size: how many objects a suite's data shall have.
        now: when the platform was filled. Its clock stands still at an instant, runs on if a clock is given;
            without either it is the present, and runs. A run's own clock lets time pass for both.
        database: a file for the store.
    """
    clock, sleep, later = _time(now)
    platform = Platform(seed=seed, size=size, clock=clock, sleep=sleep, later=later, database=database)
    for module in references.values():
        module.mount(platform)
    return platform


def _time(
    now: datetime | VirtualClock | Callable[[], datetime] | None,
) -> tuple[Callable[[], datetime], Callable[[float], None], Later | None]:
    """What tells the platform's time, what lets it pass, and what does something when it has passed."""
    if isinstance(now, datetime):
        return (lambda: now), time.sleep, None
    if now is None or callable(now):
        return now or _present, time.sleep, None
    return now.now, now.sleep, now.later


def _present() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
