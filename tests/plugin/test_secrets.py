"""Secrets go to the platform and nowhere else, even when it sends them back in many forms."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

SECRETS = {
    "SZXC_TEST_TOKEN": "canary/令牌a+token==".replace("令牌", "-bearer-"),
    "SZXC_TEST_WORD": 'canary-口令 "basic"\\&<word>',
    "SZXC_TEST_KEY": "canary-header-value-7Q",
}
COOKIE = "canary-session-cookie"
STATEMENT = """
[system]
name = "平台"
version = "1"
[target.limits]
rate = 0
[accounts.primary]
scheme = "bearer"
token = { env = "SZXC_TEST_TOKEN" }
[accounts.second]
scheme = "basic"
user = "admin"
password = { env = "SZXC_TEST_WORD" }
[accounts.low_right]
scheme = "header"
name = "X-Api-Key"
value = { env = "SZXC_TEST_KEY" }
[claims.data_classification]
classes = ["catalogue", "labels", "access-audit", "grading-service", "quality"]
"""
FILES = ("out/report.json", "out/report.html", "out/run.json", "junit.xml")


def forms(secret):
    """Whatever a server may make of a secret: one text for each form."""
    raw = secret.encode()
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), raw.hex(), raw.hex().upper())
    yield from (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode())
    yield base64.b64encode(b"Bearer " + raw).decode()


def kept_apart(text):
    """No secret in any form, nor as JSON, PHP's JSON and .NET's JSON write it."""
    for secret in (*SECRETS.values(), COOKIE):
        for form in forms(secret):
            for written in {form, json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1]}:
                assert written not in text
                assert written.replace("/", "\\/") not in text


@pytest.fixture
def secrets(pytester, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    pytester.path.joinpath("szxc.toml").write_text(STATEMENT, encoding="utf-8")


class Echo:
    """The demo platform, which tells everybody every secret it knows in all that it says."""

    def __init__(self, platform, written):
        self.platform = platform
        self.written = written
        self.said = [form for secret in SECRETS.values() for form in forms(secret)]
        self.turn = 0

    def __call__(self, environ, start_response):
        self.turn += 1
        token = self.platform.accounts.by_name["primary"].token
        status, headers, body = self.asked({**environ, "HTTP_AUTHORIZATION": f"Bearer {token}"})
        document = json.loads(body) if body[:1] in (b"{", b"[") else {}
        if self.turn % 7 == 0:
            status, document = "403 FORBIDDEN", {"code": 9, "message": " ".join(self.said)}
        body = self.written(self.told(document)).encode()
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        headers += [("X-Echo", text.encode().decode("latin-1")) for text in self.said]
        headers += [("Set-Cookie", f"session={COOKIE}"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def asked(self, environ):
        kept = []
        body = b"".join(self.platform(environ, lambda status, headers, _=None: kept.extend((status, headers))))
        return *kept, body

    def told(self, value):
        if isinstance(value, dict):
            return {name: self.told(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.told(item) for item in value]
        return f"{value} {self.said[self.turn % len(self.said)]}" if isinstance(value, str) else value


def php(value):
    """JSON as PHP writes it."""
    return json.dumps(value).replace("/", "\\/")


def dotnet(value):
    """JSON as .NET writes it: everything that HTML knows as an escape, in capitals."""
    text = "".join(f"\\u{ord(char):04X}" if char in "+&<>'`" or ord(char) > 126 else char
                   for char in json.dumps(value, ensure_ascii=False))  # fmt: skip
    return text.replace('\\"', "\\u0022")


@pytest.mark.parametrize("written", [json.dumps, php, dotnet])
@pytest.mark.usefixtures("secrets")
def test_an_echoed_secret_is_in_no_artefact(run, platform, serving, pytester, written):
    made = platform(size=12)
    result = run(f"--szxc-target={serving(Echo(made, written))}", "--junitxml=junit.xml", "-rA", "--tb=long", "-s")
    assert len([row for row in result.report["verdicts"] if row["status"] == "fail"]) > 5
    kept_apart(result.stdout.str() + result.stderr.str())
    for name in FILES:
        text = (pytester.path / name).read_text(encoding="utf-8")
        kept_apart(text)
    assert "{{account:primary}}" in (pytester.path / "out/report.json").read_text(encoding="utf-8")


PLACES = {
    "target": ("--szxc-target=http://u:canary-header-value-7Q@127.0.0.1:9",),
    "target, two words": ("--szxc-target", "http://u:canary-header-value-7Q@127.0.0.1:9"),
    "target with @": ("--szxc-target=http://u:x@canary-header-value-7Q@127.0.0.1:9",),
    "target's query": ("--szxc-target=http://127.0.0.1:9/?token=canary-header-value-7Q",),
    "proxy": ("--szxc-target=http://127.0.0.1:9", "--szxc-proxy=http://u:canary-header-value-7Q@127.0.0.1:9"),
    "proxy with @": ("--szxc-target=http://127.0.0.1:9", "--szxc-proxy=http://u:x@canary-header-value-7Q@127.0.0.1:9"),
    "proxy without scheme": ("--szxc-target=http://127.0.0.1:9", "--szxc-proxy=u:canary-header-value-7Q@127.0.0.1:9"),
}


@pytest.mark.parametrize("options", PLACES.values(), ids=PLACES)
def test_a_secret_on_the_command_line(run, pytester, options):
    result = run(*options, "--junitxml=junit.xml", "--szxc-class=catalogue", "-v", "-rA")
    assert result.ret in (10, 12)
    kept_apart(result.stdout.str() + result.stderr.str())
    for name in FILES:
        if (pytester.path / name).exists():
            kept_apart((pytester.path / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["SZXC_TARGET", "SZXC_PROXY"])
def test_a_secret_in_a_variable(run, pytester, monkeypatch, name):
    monkeypatch.setenv("SZXC_TARGET", "http://127.0.0.1:9")
    monkeypatch.setenv(name, "http://u:canary-header-value-7Q@127.0.0.1:9")
    test_a_secret_on_the_command_line(run, pytester, ())


FAULTY = {
    "token": '[accounts.primary]\nscheme = "bearer"\ntoken = "canary-header-value-7Q"',
    "header": '[binding.data_classification.operations.list_entries]\nmethod = "GET"\npath = "/x"\n'
    'headers = { Authorization = "canary-header-value-7Q" }',
    "URL": '[target]\nbase_url = "http://u:canary-header-value-7Q@127.0.0.1:9"',
    "proxy": '[options]\nproxy = "http://u:canary-header-value-7Q@127.0.0.1:9"',
}


@pytest.mark.parametrize("text", FAULTY.values(), ids=FAULTY)
def test_a_secret_in_the_statement_is_not_quoted(run, pytester, text):
    pytester.path.joinpath("szxc.toml").write_text(text, encoding="utf-8")
    result = run("--szxc-config=szxc.toml")
    assert result.ret == 12
    kept_apart(result.stdout.str() + result.stderr.str())


@pytest.mark.usefixtures("secrets")
def test_a_redirect_away_takes_no_secret_along(run, serving):
    heard = []

    def elsewhere(environ, start_response):
        heard.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    away = serving(elsewhere)

    def app(environ, start_response):
        token = environ.get("HTTP_AUTHORIZATION", "")
        start_response("302 FOUND", [("Location", f"{away}/?echo={quote(token)}")])
        return [b""]

    result = run(f"--szxc-target={serving(app)}", "-rA")
    assert result.ret == 10
    assert heard == []
    kept_apart(result.stdout.str() + result.stderr.str())
