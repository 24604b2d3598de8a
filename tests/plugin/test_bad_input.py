"""What is wrong with target or statement ends with its own message and exit code: no pass, no traceback, no flood."""

from __future__ import annotations

import json
import socket
import ssl
from threading import Thread

import pytest
import trustme
from werkzeug.serving import make_server

from pytest_szxc.catalogue.load import load_suites

EMPTY = {"code": 0, "message": "ok", "data": {"page": 1, "pageSize": 200, "total": 0, "list": []}}


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def owed(report):
    """How many requirements the suites of a run have: without a statement, all of all suites."""
    return sum(len(load_suites()[row["id"]].requirements) for row in report["suites"])


def ends(result, code, message):
    """The run ended with this exit code and this message code, said once, and nothing passed."""
    text = result.stdout.str() + result.stderr.str()
    assert result.ret == code, text
    assert text.count(f"[{message}]") == 1, text
    assert "Traceback" not in text
    assert "INTERNALERROR" not in text
    if result.report:
        assert not [row for row in result.report["verdicts"] if row["status"] == "pass"]
        assert len(result.report["verdicts"]) == owed(result.report)
        assert result.report["run"]["exitCode"] == code
    assert len(text.splitlines()) < 60


def test_dead_host(run):
    ends(run(f"--szxc-target=http://127.0.0.1:{closed_port()}"), 10, "preflight.refused")


def test_unknown_host(run):
    ends(run("--szxc-target=http://no-such-platform.invalid"), 10, "preflight.dns")


def test_plain_http_on_a_tls_port(run, answering):
    ends(run(f"--szxc-target={answering().replace('http', 'https')}"), 10, "preflight.tls")


def test_certificate_of_an_unknown_authority(run, closing):
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    server = make_server("127.0.0.1", 0, lambda _, __: [], threaded=True, ssl_context=server_context)
    closing.callback(server.server_close)
    closing.callback(server.shutdown)
    Thread(target=server.serve_forever, daemon=True).start()
    ends(run(f"--szxc-target=https://127.0.0.1:{server.server_port}", "--szxc-deadline=3"), 10, "preflight.tls")


@pytest.mark.parametrize(
    ("status", "body", "media_type", "message"),
    [
        ("401 UNAUTHORIZED", b"{}", "application/json", "preflight.no-account"),
        ("404 NOT FOUND", b"{}", "application/json", "preflight.absent"),
        ("200 OK", "<html>数字乡村</html>".encode(), "text/html", "preflight.html"),
        ("200 OK", b'{"rows": []}', "application/json", "preflight.envelope"),
        ("200 OK", b'{"code": 0, "data": {', "application/json", "preflight.json"),
        ("200 OK", '{"消息": 1}'.encode("gbk"), "application/json", "preflight.encoding"),
        ("500 INTERNAL SERVER ERROR", b"{}", "application/json", "preflight.server-error"),
    ],
    ids=["401", "404", "html", "envelope", "cut-json", "gbk-json", "500"],
)
def test_the_same_answer_everywhere(run, answering, status, body, media_type, message):
    ends(run(f"--szxc-target={answering(status, body, media_type)}", "--szxc-rate=0"), 10, message)


def test_an_empty_catalogue_proves_nothing(run, answering):
    url = answering(body=json.dumps(EMPTY).encode())
    result = run(f"--szxc-target={url}", "--szxc-rate=0", "--szxc-class=catalogue")
    assert result.ret == 11
    assert {row["status"] for row in result.report["verdicts"]} <= {"inconclusive", "not-applicable"}
    assert len([root for root in result.report["rootCauses"] if root["cause"]["code"] == "data.empty"]) == 1


def test_a_statement_saved_as_gbk(run, pytester):
    pytester.path.joinpath("szxc.toml").write_bytes('[system]\nname = "某县平台"\n'.encode("gbk"))
    ends(run("--szxc-target=http://127.0.0.1:9"), 12, "document.encoding")


def test_a_wrong_key_in_the_statement(run, pytester):
    pytester.path.joinpath("szxc.toml").write_text('[system]\nnmae = "x"\n', encoding="utf-8")
    result = run("--szxc-target=http://127.0.0.1:9")
    ends(result, 12, "document.unknown-key")
    assert "name" in result.stderr.str()
    assert "2" in result.stderr.str()


def test_a_claimed_class_without_binding(run, pytester):
    pytester.path.joinpath("szxc.toml").write_text(
        '[claims.data_classification]\nclasses = ["catalogue"]\n[binding.data_classification]\ndefault = false\n',
        encoding="utf-8",
    )
    ends(run("--szxc-target=http://127.0.0.1:9"), 12, "statement.class-unbound")


def test_nothing_says_what_to_test(run, pytester):
    pytester.path.joinpath("szxc.toml").write_text('[system]\nname = "x"\nversion = "1"\n', encoding="utf-8")
    ends(run("--szxc-config=szxc.toml"), 12, "option.no-target")


def test_a_catalogue_file_saved_as_gbk(run, pytester):
    pytester.path.joinpath("catalogue.csv").write_bytes("resourceCode,title\n304015/000015,耕地\n".encode("gbk"))
    ends(run("--szxc-target=catalogue.csv"), 10, "preflight.file")


def test_a_file_that_is_not_there(run):
    ends(run("--szxc-target=missing.ndjson"), 12, "target.not-found")


@pytest.mark.parametrize("target", ["wsgi:", "wsgi:no_such_module:app", "asgi:json"])
def test_an_application_that_cannot_be_loaded(run, target):
    result = run(f"--szxc-target={target}")
    assert result.ret == 12
    assert "[target.app-" in result.stderr.str()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--szxc-suite=nothing", "option.unknown-suite"),
        ("--szxc-class=nothing", "option.unknown-class"),
        ("--szxc-rate=fast", "option.not-a-number"),
        ("--szxc-budget=many", "option.not-a-number"),
        ("--szxc-config=nowhere.toml", "document.not-found"),
        ("--szxc-proxy=socks5://127.0.0.1:1", "target.proxy"),
        ("--szxc-ca=nowhere.pem", "target.ca-file"),
    ],
)
def test_a_wrong_option(run, option, message):
    ends(run("--szxc-target=https://127.0.0.1:9", option), 12, message)
