"""Each cause that keeps a platform from being tested, live: what the doctor says, how a run ends, in what time."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme
from werkzeug.serving import WSGIRequestHandler, make_server

from pytest_szxc.cli import main
from pytest_szxc.reference.calls import ApiError
from pytest_szxc.reference.middleware import adding
from pytest_szxc.rejudging import rejudge_report

SECONDS = 10.0
EMPTY = {"code": 0, "message": "ok", "data": {"page": 1, "pageSize": 200, "total": 0, "list": []}}


@pytest.fixture
def doctor(pytester, monkeypatch, capsys):  # noqa: ARG001 -- pytester makes the folder
    """Call the doctor in the test's folder; gives exit code, the checks by code, and seconds."""
    monkeypatch.setenv("SZXC_LANG", "en")

    def call(*args):
        capsys.readouterr()
        since = time.monotonic()
        with pytest.raises(SystemExit) as caught:
            main(["doctor", "--json", *args])
        seconds, said = time.monotonic() - since, capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        checks = json.loads(said.out)["checks"] if caught.value.code in (0, 1) else []
        return caught.value.code or 0, {row["code"]: row for row in checks}, seconds

    return call


@pytest.fixture
def told(doctor, run):
    """Both faces name the cause within the time: the doctor, and a run that stops (or does not)."""

    def check(code, target, *options, bad=1, ends=10, stage=None):
        given = [f"--target={target}", *(f"--{option}" for option in options)] if target else []
        exit_code, checks, seconds = doctor(*given)
        assert (exit_code, seconds < SECONDS) == (bad, True), (exit_code, seconds, list(checks))
        assert checks[code]["state"] in ("bad", "note")
        assert checks[code]["hint"]["zh"]
        assert checks[code]["hint"]["en"]
        assert stage in (None, checks[code]["stage"])
        since = time.monotonic()
        result = run(*([f"--szxc-target={target}"] if target else []), *(f"--szxc-{option}" for option in options))
        assert result.ret == ends, result.stdout.str() + result.stderr.str()
        assert time.monotonic() - since < SECONDS or ends not in (10, 12)
        if ends in (10, 12):
            assert f"[{code}]" in result.stdout.str() + result.stderr.str()
        return checks[code], result

    return check


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def raw(closing):
    """Serve bytes on a plain socket, after reading what the client sends first; gives the port."""

    def start(reply, *, hold=False):
        server = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
        done = threading.Event()
        closing.callback(done.set)

        def answer():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        head = connection.recv(65536)
                        connection.sendall(reply(head) if callable(reply) else reply)
                        if hold:
                            done.wait(30)

        threading.Thread(target=answer, daemon=True).start()
        return server.getsockname()[1]

    return start


@pytest.fixture
def dated(closing):
    """Serve an application on a machine whose clock is off by these days; gives the port."""

    def start(app, days, context=None):
        class Handler(WSGIRequestHandler):
            def date_time_string(self, _=None):
                return format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)

        server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context, request_handler=Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        closing.callback(server.server_close)
        closing.callback(server.shutdown)
        return server.server_port

    return start


@pytest.fixture
def secured(dated, tmp_path):
    """Serve nothing over TLS with this certificate; gives port and the authority's file."""

    def start(name="127.0.0.1", days=0, **certificate):
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, **certificate).configure_cert(context)
        port = dated(nothing, days, context)
        file = tmp_path / f"{port}.pem"
        authority.cert_pem.write_to_path(file)
        return port, file

    return start


def nothing(_, start_response):
    start_response("200 OK", [])
    return [b""]


@pytest.fixture
def opened(serving, platform, statement):
    """A whole platform behind a middleware, with a statement for it; gives the base URL."""

    def start(*middleware, prepare=lambda _: None, **changes):
        made = platform()
        prepare(made)
        for wrapped in middleware:
            made.wrap(wrapped)
        statement(made, **changes)
        return serving(made)

    return start


# -- connection --------------------------------------------------------------------------------------------------------


def test_an_unknown_host(told):
    told("preflight.dns", "http://no-such-platform.invalid", stage="name")


def test_nobody_listens(told):
    told("preflight.refused", f"http://127.0.0.1:{free_port()}", stage="connection")


def test_packets_are_dropped(told, closing):
    listener = closing.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    for _ in range(3):  # nobody accepts, so that the kernel lets no further connection in
        client = closing.enter_context(socket.socket())
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told("preflight.silent", url, "deadline=1", stage="connection")


def test_a_peer_that_says_nothing(doctor, told, raw):
    port = raw(b"", hold=True)
    assert doctor(f"--target=http://127.0.0.1:{port}")[2] < SECONDS  # with the deadline that the doctor has by itself
    told("preflight.timeout", f"http://127.0.0.1:{port}", "deadline=1", stage="connection")


def test_a_port_of_something_else(told, raw):
    told("preflight.protocol", f"http://127.0.0.1:{raw(b'220 smtp ready' + bytes(2))}", stage="connection")


def test_a_server_that_fails_everywhere(told, answering):
    told("preflight.server-error", answering("500 OOPS", b"{}"), "rate=0", stage="connection")


# -- TLS and TLCP ------------------------------------------------------------------------------------------------------


def test_an_unknown_authority(told, secured):
    check, _ = told("preflight.tls", f"https://127.0.0.1:{secured()[0]}", stage="tls")
    assert check["fault"] in ("transport.tls.unknown-issuer", "transport.tls.self-signed")
    assert "--szxc-ca" in check["hint"]["en"]


def test_a_certificate_for_another_host(told, secured):
    port, authority = secured("other.invalid")
    check, _ = told("preflight.tls", f"https://127.0.0.1:{port}", f"ca={authority}", stage="tls")
    assert check["fault"] == "transport.tls.host-name"


def test_plain_http_on_a_tls_port(told, answering):
    check, _ = told("preflight.tls", answering().replace("http:", "https:"), stage="tls")
    assert check["fault"] == "transport.tls.not-tls"


def test_a_tlcp_port(told, raw):
    port = raw(b"\x15\x01\x01\x00\x02\x02\x46")  # a fatal alert (protocol_version) in TLCP's own version 1.1
    told("preflight.tlcp", f"https://127.0.0.1:{port}", stage="tls")


@pytest.mark.parametrize("years", [-1, 1], ids=["expired", "not yet valid"])
def test_a_certificate_out_of_its_dates_and_whose_clock_is_wrong(told, doctor, secured, years):
    """The platform's own clock says that the certificate is valid: then ours, or the platform's, is wrong."""
    there = datetime.now(UTC) + timedelta(days=365 * years)
    dates = {"not_before": there - timedelta(days=9), "not_after": there + timedelta(days=9)}
    port, authority = secured(days=365 * years, **dates)
    told("preflight.certificate-dates", f"https://127.0.0.1:{port}", f"ca={authority}", stage="tls")
    clock = doctor(f"--target=https://127.0.0.1:{port}", f"--ca={authority}")[1]["notice.clock-skew"]
    assert clock["params"]["difference"] == f"{365 * years:+.1f} d"


# -- proxy -------------------------------------------------------------------------------------------------------------


def test_a_proxy_that_is_not_there(told, answering):
    check, _ = told("preflight.proxy", answering(), f"proxy=http://127.0.0.1:{free_port()}", stage="connection")
    assert check["fault"] == "transport.refused"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"407 Proxy Authentication Required", "preflight.proxy-login"),
        (b"502 Bad Gateway", "preflight.proxy-failed"),
        (b"403 Forbidden", "preflight.proxy-failed"),
    ],
    ids=["407", "502", "403"],
)
def test_a_proxy_that_refuses(told, raw, scheme, line, code):
    if (scheme, line[:3]) == ("http", b"403"):
        return  # without a tunnel nobody can tell whose 403 it is
    port = raw(b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    proxy = f"http://name:secret-word@127.0.0.1:{port}"
    check, result = told(code, f"{scheme}://platform.invalid", f"proxy={proxy}", "rate=0", stage="connection")
    assert "secret-word" not in json.dumps(check) + result.stdout.str()


# -- what answers ------------------------------------------------------------------------------------------------------


def test_a_login_and_no_account(told, answering):
    told("preflight.no-account", answering("401 UNAUTHORIZED", b"{}"), "rate=0", stage="account")


@pytest.mark.parametrize("status", ["401 UNAUTHORIZED", "403 FORBIDDEN"])
def test_an_account_that_is_denied_is_named_with_the_place_of_its_credential(
    told, answering, pytester, monkeypatch, status
):
    monkeypatch.setenv("SZXC_TRY", "a-secret-word")
    text = '[accounts.primary]\nscheme = "bearer"\ntoken = { env = "SZXC_TRY" }\n'
    pytester.path.joinpath("szxc.toml").write_text(text, encoding="utf-8")
    check, _ = told("preflight.denied", answering(status, b"{}"), "rate=0", stage="account")
    assert "SZXC_TRY" in check["text"]["en"]
    assert "a-secret-word" not in json.dumps(check)


def test_a_further_account_that_is_not_let_in(told, opened, monkeypatch, pytester):
    url = opened()
    file = pytester.path / "szxc.toml"
    text = file.read_text(encoding="utf-8").splitlines()
    place = next(line for line in text if "SZXC_DEMO_LOW_RIGHT" in line).split('"')[1]
    monkeypatch.setenv(place, "a-wrong-token")
    check, _ = told("doctor.accounts.refused", url, ends=11, stage="accounts")
    assert place in check["text"]["zh"]


def test_the_interface_lies_elsewhere(told, serving, platform):
    made = platform()

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/platform/api/"):
            return made({**environ, "PATH_INFO": path.removeprefix("/platform/api")}, start_response)
        start_response("404 NOT FOUND", [])
        return [b""]

    url = serving(app)
    check, _ = told("preflight.base-path", f"{url}/platform/api/v3/rest", "rate=0", stage="path")
    assert check["params"]["found"] in (f"{url}/platform/api", url)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "stage"),
    [
        ("404 NOT FOUND", b"{}", "application/json", "preflight.absent", "path"),
        ("200 OK", "<html>数字乡村</html>".encode(), "text/html", "preflight.html", "media"),
        ("200 OK", b"<?xml version='1.0'?><list/>", "application/xml", "preflight.xml", "media"),
        ("200 OK", '{"消息": "成功"}'.encode("gbk"), "application/json", "preflight.encoding", "media"),
        ("200 OK", b'{"code": 0, "data": {', "application/json", "preflight.json", "media"),
        ("200 OK", b'{"rows": []}', "application/json", "preflight.envelope", "media"),
    ],
    ids=["absent", "html", "xml", "gbk", "cut json", "envelope"],
)
def test_the_same_answer_everywhere(told, answering, status, body, kind, code, stage):
    told(code, answering(status, body, kind), "rate=0", stage=stage)


def test_everything_leads_to_another_host(told, raw):
    reply = b"HTTP/1.1 302 F\r\nLocation: https://login.invalid/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    told("preflight.redirect", f"http://127.0.0.1:{raw(reply)}", "rate=0", stage="path")


def test_too_many_requests(told, doctor, raw):
    reply = b"HTTP/1.1 429 S\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    url = f"http://127.0.0.1:{raw(reply)}"
    told("preflight.rate-limited", url, "rate=0", stage="rate")
    asked = doctor(f"--target={url}", "--rate=0")[1]["doctor.rate.retry-after"]
    assert asked["params"] == {"seconds": "1", "rate": "0"}


def test_no_seed_data(told, answering):
    told(
        "doctor.data.empty",
        answering(body=json.dumps(EMPTY).encode()),
        "rate=0",
        "class=catalogue",
        ends=11,
        stage="data",
    )


def test_no_right_to_write(told, opened):
    def refuse(made):
        for name in ("create_entry", "regrade_entry", "delete_entry"):
            made.refuse(name, ApiError(403, 40301, "no"))

    check, _ = told("doctor.write.denied", opened(prepare=refuse), "allow-write", ends=0, stage="write")
    assert check["params"]["requirements"] == "DC-060"


def test_nothing_is_written_unless_allowed_and_then_nothing_that_exists(doctor, opened):
    calls = []

    def watching(app):
        def watched(environ, start_response):
            calls.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            return app(environ, start_response)

        return watched

    url = opened(watching)
    code, checks, _ = doctor(f"--target={url}")
    assert code == 0
    assert "DC-060" in checks["doctor.write.not-asked"]["text"]["zh"]
    assert {method for method, path in calls if path != "/data-classification/grading/evaluate"} <= {"GET", "POST"}
    assert not [path for method, path in calls if method in ("PUT", "DELETE", "PATCH")]
    code, checks, _ = doctor(f"--target={url}", "--allow-write")
    assert (code, checks["doctor.write.good"]["params"]["status"]) == (0, "404")
    written = [path for method, path in calls if method in ("PUT", "DELETE", "PATCH")]
    assert len(written) == 1
    assert written[0].rpartition("/")[2].startswith("szxc-")
    assert written[0].endswith("-none")
    assert len(calls) <= 50


# -- what stops nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_a_year_off_is_told_and_fails_nothing(doctor, run, platform, statement, dated, pytester, days):
    made = platform(days=days)
    statement(made)
    url = f"http://127.0.0.1:{dated(made, days)}"
    code, checks, _ = doctor(f"--target={url}")
    assert (code, checks["notice.clock-skew"]["stage"]) == (0, "clock")
    result = run(f"--szxc-target={url}", "--szxc-allow-write")
    assert [row["code"] for row in result.report["run"]["notices"]] == ["notice.clock-skew"]
    assert "[notice.clock-skew]" in result.stdout.str()
    statuses = {row["requirement"]: row["status"] for row in result.report["verdicts"]}
    assert set(statuses.values()) <= {"pass", "inconclusive", "attested", "not-applicable"}
    clocked = {
        row["requirement"] for row in result.report["verdicts"] if (row["cause"] or {}).get("code") == "data.clock-skew"
    }
    assert clocked == {"DC-032", "DC-033", "DC-034", "DC-043", "DC-053", "DC-060"}
    assert rejudge_report(pytester.path / "out").agrees


def test_other_notices(doctor, run, opened, pytester):
    def moved(app):
        def wrapped(environ, start_response):
            if environ["PATH_INFO"].startswith("/old"):
                inner = environ["PATH_INFO"].removeprefix("/old")
                query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
                start_response("308 MOVED", [("Location", inner + query)])
                return [b""]
            return app(environ, start_response)

        return wrapped

    url = opened(adding(Content_Type="text/plain"), moved)
    file = pytester.path / "szxc.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('version = "0.1.0"', 'version = "9.9"'), encoding="utf-8")
    codes = {"notice.redirect": "path", "notice.media-type": "media", "notice.version": "version"}
    code, checks, _ = doctor(f"--target={url}/old", "--class=catalogue")
    assert code == 0
    assert {name: checks[name]["stage"] for name in codes} == codes
    result = run(f"--szxc-target={url}/old", "--szxc-class=catalogue")
    assert {row["code"] for row in result.report["run"]["notices"]} == set(codes)
    page = (pytester.path / "out" / "report.html").read_text(encoding="utf-8")
    assert all(name in page for name in codes)


# -- statement ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[accounts.primary]\nscheme = "bearer"\ntoken = { env = "SZXC_NOWHERE" }\n', "statement.secret-missing"),
        ('[system]\nnmae = "x"\n', "document.unknown-key"),
        ('[claims.data_classification]\nclasses = ["nothing"]\n', "statement.unknown-class"),
    ],
    ids=["secret", "key", "class"],
)
def test_a_wrong_statement(told, pytester, text, code):
    pytester.path.joinpath("szxc.toml").write_text(text, encoding="utf-8")
    told(code, "http://127.0.0.1:9", ends=12, stage="statement")


def test_a_statement_saved_as_gbk(told, pytester):
    pytester.path.joinpath("szxc.toml").write_bytes('[system]\nname = "某县平台"\n'.encode("gbk"))
    told("document.encoding", "http://127.0.0.1:9", ends=12, stage="statement")


def test_a_configuration_of_pytest_saved_as_gbk(doctor, pytester):
    pytester.path.joinpath("pytest.ini").write_bytes("[pytest]\n# 某县\n".encode("gbk"))
    code, checks, _ = doctor("--target=demo")
    assert (code, checks["doctor.statement.config"]["params"]["file"]) == (1, "pytest.ini")


def test_a_catalogue_file(doctor, pytester):
    pytester.path.joinpath("good.csv").write_text("resourceCode\n304015/000015\n", encoding="utf-8")
    pytester.path.joinpath("bad.csv").write_bytes("resourceCode,title\n304015/000015,耕地\n".encode("gbk"))
    code, checks, _ = doctor("--target=good.csv")
    assert (code, "doctor.data.good" in checks) == (0, True)
    code, checks, _ = doctor("--target=bad.csv")
    assert (code, checks["preflight.file"]["fault"]) == (1, "file.encoding-gbk")


def test_a_wrong_option_is_a_usage_error(doctor):
    assert doctor("--target=demo", "--rate=fast")[0] == 2
    assert doctor("--target=demo", "--no-such-option")[0] == 2


def test_the_demo_is_well(doctor):
    code, checks, seconds = doctor("--target=demo", "--allow-write")
    assert code == 0
    assert seconds < SECONDS
    assert {row["state"] for row in checks.values()} <= {"good", "none"}
