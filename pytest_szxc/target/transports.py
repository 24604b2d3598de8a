"""Transports: one request in, one response out, over the network, in process or from a recording."""

from __future__ import annotations

import importlib
import sys
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import httpx

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.auth import Credentials, SignRequest
from pytest_szxc.target.carrier import Carried
from pytest_szxc.target.clock import Clock, RealClock
from pytest_szxc.target.network import Network, NetworkOptions, exchange
from pytest_szxc.target.redirects import follow
from pytest_szxc.target.statement import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_szxc.model import Exchange, Request, Response
    from pytest_szxc.target.statement import Account
    from pytest_szxc.target.store import ExchangeStore

IN_PROCESS = ("wsgi:", "asgi:")
"""What a target begins with that is called in process."""
IN_PROCESS_URL = "https://szxc.invalid"
"""Base URL of an application called in process, unless the statement gives one."""

UNSEEN = "in-process"
"""Instead of a protocol version, where there is no connection."""

WsgiApp = Any
"""A WSGI application (PEP 3333)."""


class Transport(Protocol):
    """What carries a request to the SUT."""

    def send(self, request: Request) -> Response:
        """The answer to a request whose credentials are still placeholders.

        Raises:
            TransportFault: no usable answer.
        """

    def close(self) -> None:
        """Let go of connections."""


class HttpTransport:
    """Over the network.

    Args:
        base_url: the target; its scheme says whether certificates are needed.
        limits: deadline and body size.
        accounts: whose credentials are filled in.
        options: authorities, proxy, verification.
        clock: for the deadline.
        sign: an adapter's authentication.

    Raises:
        StatementError: ``statement.secret-missing``, ``target.ca-file``, ``target.proxy``.
    """

    def __init__(  # noqa: PLR0913 -- what a connection needs
        self,
        base_url: str,
        limits: Limits,
        accounts: Mapping[str, Account],
        *,
        options: NetworkOptions | None = None,
        clock: Clock | None = None,
        sign: SignRequest | None = None,
    ) -> None:
        https = urlsplit(base_url).scheme == "https"
        clock = clock or RealClock()
        self._network = Network(limits, options or NetworkOptions(), clock, https=https)
        self._credentials = Credentials(accounts, sign, clock=clock, base_url=base_url)

    def send(self, request: Request) -> Response:
        """Send with credentials; give the answer back without them."""
        return self._credentials.guard(request, self._network.send)

    def hidden(self, notice: Request) -> Request:
        """A notice that the platform sent of itself, without the accounts' secrets."""
        return self._credentials.hidden(notice)

    def close(self) -> None:
        """Close the connections."""
        self._network.close()


class WsgiTransport:
    """A WSGI application called in process: no network, no deadline, everything else as over the network.

    Args:
        app: the application.
        accounts: whose credentials are filled in.
        limits: body size.
        sign: an adapter's authentication.
        clock: tells the time that is signed.
    """

    kind = "in-process"

    def __init__(
        self,
        app: WsgiApp,
        accounts: Mapping[str, Account] | None = None,
        limits: Limits | None = None,
        sign: SignRequest | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._app = app
        self._body_bytes = (limits or Limits()).body_bytes
        self._credentials = Credentials(accounts or {}, sign, clock=clock)

    def send(self, request: Request) -> Response:
        """Call the application."""
        return self._credentials.guard(request, lambda filled: follow(filled, self._once))

    def hidden(self, notice: Request) -> Request:
        """A notice that the platform sent of itself, without the accounts' secrets."""
        return self._credentials.hidden(notice)

    def close(self) -> None:
        """Nothing to let go of."""

    def _once(self, request: Request) -> Response:
        return exchange(_InProcess(self._app), request, self._body_bytes)


class _InProcess:
    """One call of a WSGI application through httpx, with what httpx leaves out: non-ASCII paths and headers."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app
        self._headers: list[tuple[bytes, bytes]] = []
        self._transport = httpx.WSGITransport(app=self._call)

    def carry(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Carried:
        """Call the application.

        Raises:
            TransportFault: ``transport.app-raised``; ``transport.refused``, it answers nothing unencrypted.
        """
        if not url.startswith("https:") and not getattr(self._app, "plain", True):
            raise TransportFault("transport.refused", host="localhost", port=80)
        request = httpx.Request(method, _parsed(url), headers=headers, content=body or None)
        try:
            answer = self._transport.handle_request(request)
        except Exception as error:
            raise TransportFault("transport.app-raised", type=type(error).__name__, problem=show(str(error))) from error
        tls = getattr(self._app, "tls", UNSEEN)
        return Carried(answer.status_code, self._headers, answer.stream, answer.close, tls)  # type: ignore[arg-type] # a sync stream

    def _call(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].encode("utf-8").decode("latin-1")

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401 -- PEP 3333
            self._headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            return start_response(status, [], exc_info)

        answer: Iterable[bytes] = self._app(environ, start)
        return answer


class ReplayTransport:
    """A recording that answers as the SUT did.

    Args:
        store: what was recorded. Equal requests that were sent several times (writes) are answered in recorded order.
    """

    kind = "recorded"

    def __init__(self, store: ExchangeStore) -> None:
        self._recorded: dict[Request, deque[Exchange]] = {}
        for recorded in store.chronological():
            self._recorded.setdefault(recorded.request, deque()).append(recorded)

    def send(self, request: Request) -> Response:
        """The recorded answer.

        Raises:
            TransportFault: the recorded fault; ``replay.missing``, this request was not recorded.
        """
        found = self._recorded.get(request)
        if not found:
            raise TransportFault("replay.missing", method=request.method, url=show(request.url))
        recorded = found.popleft() if len(found) > 1 else found[0]
        if recorded.response is None:
            raise TransportFault(recorded.fault or "transport.other", **recorded.fault_params)
        return recorded.response

    def close(self) -> None:
        """Nothing to let go of."""


@lru_cache(maxsize=1024)
def _parsed(url: str) -> httpx.URL:
    """A URL as httpx reads it: that takes as long as all else of a call in process, and most are asked many times."""
    return httpx.URL(url)


def load_app(target: str) -> WsgiApp:
    """The application that ``wsgi:module:app`` or ``asgi:module:app`` names; ``app()`` with brackets calls a factory.

    Raises:
        StatementError: ``target.app-form``, ``target.app-import``, ``target.app-missing``, ``target.asgi-missing``.
    """
    kind, _, place = target.partition(":")
    module, _, name = place.partition(":")
    if not module or not name:
        raise StatementError("target.app-form", target=show(target))
    app = _attribute(_import(module), name)
    return _as_wsgi(app) if kind == "asgi" else app


def _import(module: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # an installed pytest command does not put the current folder there
    try:
        return importlib.import_module(module)
    except Exception as error:
        problem = show(f"{type(error).__name__}: {error}")
        raise StatementError("target.app-import", module=show(module), problem=problem) from error


def _attribute(module: object, name: str) -> WsgiApp:
    found: Any = module
    try:
        for part in name.removesuffix("()").split("."):
            found = getattr(found, part)
        return found() if name.endswith("()") else found
    except Exception as error:
        problem = show(f"{type(error).__name__}: {error}")
        raise StatementError("target.app-missing", name=show(name), problem=problem) from error


def _as_wsgi(app: Any) -> WsgiApp:  # noqa: ANN401 -- an ASGI application
    try:
        from a2wsgi import ASGIMiddleware  # noqa: PLC0415 -- an extra, needed for asgi: alone
    except ImportError as error:
        raise StatementError("target.asgi-missing") from error
    return ASGIMiddleware(app)
