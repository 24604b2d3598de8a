from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc.intake import DEMO, DEMO_CERTIFICATE, network_options
from pytest_szxc.model import Request
from pytest_szxc.reference.server import CERTIFICATE, serve
from pytest_szxc.target.statement import Limits
from pytest_szxc.target.transports import HttpTransport, WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.url_scheme"].encode()]


def test_the_demo_speaks_tls_and_a_run_trusts_its_certificate() -> None:
    assert CERTIFICATE == DEMO_CERTIFICATE
    with serve(app, encrypted=True) as url:
        transport = HttpTransport(url, Limits(), {}, options=network_options({}, DEMO))
        response = transport.send(Request("GET", url + "/"))
        transport.close()
    assert (response.body, response.tls) == (b"https", "TLSv1.3")


def test_a_plain_server_shows_no_protocol() -> None:
    with serve(app) as url:
        transport = HttpTransport(url, Limits(), {})
        assert transport.send(Request("GET", url + "/")).tls == ""
        transport.close()


def test_an_application_in_process_has_no_connection() -> None:
    assert WsgiTransport(app).send(Request("GET", "http://x/")).tls == "in-process"
