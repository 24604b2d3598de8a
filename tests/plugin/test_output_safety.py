"""What a platform says reaches no terminal, no CI runner and no browser as anything but text."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from itertools import cycle
from xml.etree import ElementTree as ET

import pytest
from hostile_texts import ANYWHERE, COMMANDS, STARTS, TERMINAL, TEXTS

from pytest_szxc.cli import main
from pytest_szxc.printable import line

UNSAID = "\ud83d"  # strict UTF-8 refuses a lone surrogate before anybody sees it


class Infected:
    """A platform that says hostile things in every place that it has for saying anything."""

    def __init__(self, platform):
        self.platform = platform
        self.texts = cycle(text for text in TEXTS if text != UNSAID)

    def __call__(self, environ, start_response):
        said = []

        def start(status, headers, _=None):
            said[:] = [status, headers]

        body = b"".join(self.platform(environ, start))
        if not said[1] or "json" in dict(said[1]).get("Content-Type", ""):
            body = json.dumps(self.infected(json.loads(body))).encode()
        kept = [(name, value) for name, value in said[1] if name.lower() != "content-length"]
        kept += [
            ("Content-Length", str(len(body))),
            ("X-Note", "\x85\x9b31m \u202e##vso[task]x".encode().decode("latin-1")),
        ]
        start_response(f"{said[0]} ##vso[task.complete]", kept)
        return [body]

    def infected(self, value, depth=0):
        if isinstance(value, dict):
            made = {name: self.infected(item, depth + 1) for name, item in value.items()}
            return made | {next(self.texts): next(self.texts)} if depth > 2 else made
        if isinstance(value, list):
            return [self.infected(item, depth + 1) for item in value]
        return next(self.texts) + value if isinstance(value, str) else value


@pytest.fixture
def infected(platform, serving, statement):
    made = platform(size=12)
    statement(made)
    return serving(Infected(made))


def plain(text):
    """Every line printable, none of them a command."""
    assert "Traceback" not in text
    assert "INTERNALERROR" not in text
    for one in text.split("\n"):
        # "\u3000" is the space of Chinese text; pytest's own "=" and "_" rules are no commands.
        assert one.replace("\u3000", "").isprintable(), repr(one)
        assert not one.lstrip().startswith(STARTS), one
        assert not any(mark in one.lower() for mark in ANYWHERE), one
        assert line(one, len(one) + 1) == one


class Page(HTMLParser):
    """A page read as a browser reads it, without anything that a page of ours does not have."""

    ELEMENTS = (
        "html head meta title style body input main div label h1 h2 h3 strong p code span table tr th td br "
        "figure figcaption svg desc g path rect circle text"
    )
    ATTRIBUTES = (
        "lang charset http-equiv content name type id hidden checked for class colspan viewbox role aria-labelledby "
        "d x y width height rx cx cy r transform text-anchor stroke-dasharray"
    )

    def __init__(self, text):
        super().__init__()
        self.policy = None
        self.said = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        assert tag in self.ELEMENTS.split()
        assert {name for name, _ in attrs} <= set(self.ATTRIBUTES.split())
        given = dict(attrs)
        if given.get("http-equiv"):
            assert given["http-equiv"] == "Content-Security-Policy"
            self.policy = given["content"]

    def handle_data(self, data):
        self.said.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    def unknown_decl(self, data):
        raise AssertionError(data)


def harmless_page(text):
    page = Page(text)
    assert "default-src 'none'" in page.policy
    assert "script-src" not in page.policy
    plain("".join(page.said))
    return "".join(page.said)


def texts_of(value):
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield value


OPTIONS = {
    "zh, quiet": ("--szxc-lang=zh",),
    "en, everything": (
        "-v", "-rA", "-s", "--tb=long", "-o", "log_cli=true", "--log-level=DEBUG", "-o", "junit_logging=all",
        "-o", "junit_log_passing_tests=true",
    ),
    "zh, lines": ("--szxc-lang=zh", "-vv", "-ra", "--tb=line", "--durations=3", "--capture=sys", "--color=yes"),
}  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_run_against_it(run, infected, pytester, options):
    result = run(f"--szxc-target={infected}", "--szxc-rate=0", "--junitxml=junit.xml", *options)
    assert result.ret == 1
    text = result.stdout.str() + result.stderr.str()
    plain(re.sub("\x1b\\[[0-9;]*m", "", text) if "--color=yes" in options else text)
    assert len([row for row in result.report["verdicts"] if row["status"] == "fail"]) >= 10
    assert not [row for row in result.report["verdicts"] if row["status"] == "tester-error"]
    for said in texts_of(result.report):
        assert line(said) == said
    harmless_page((pytester.path / "out" / "report.html").read_text(encoding="utf-8"))
    junit = ET.parse(pytester.path / "junit.xml")  # noqa: S314 -- that it is well-formed is the point
    plain("\n".join(part for node in junit.iter() for part in (node.text or "", *node.attrib.values())))


@pytest.fixture
def szxc(capsys):
    """Run a command of ours in this process; gives exit code and all that it said."""

    def start(*words):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    return start


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_commands_against_it(run, infected, szxc, lang):
    code, said = szxc("--lang", lang, "binding", "check", "--target", infected, "--config", "szxc.toml")
    assert code in (0, 1)
    assert "##vso" not in said
    plain(said)
    assert run(f"--szxc-target={infected}", "--szxc-rate=0", "--szxc-class=catalogue").ret == 1
    code, said = szxc("--lang", lang, "rejudge", "out")
    assert code == 0
    plain(said)
    doctor = ("--lang", lang, "doctor", "--target", infected, "--config", "szxc.toml")
    for form in ((), ("--json",)):
        code, said = szxc(*doctor, *form)
        assert code in (0, 1)
        plain(said)


def test_a_foreign_recording_is_judged_again(run, infected, szxc, pytester):
    """Report and record come from whom one does not trust."""
    run(f"--szxc-target={infected}", "--szxc-rate=0", "--szxc-class=catalogue")
    file = pytester.path / "out" / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    rows = iter(TEXTS)
    report["verdicts"] = [row | {"requirement": next(rows)} for row in report["verdicts"]]
    file.write_text(json.dumps(report), encoding="utf-8")
    code, said = szxc("rejudge", "out")
    assert code != 0
    plain(said)
    record = pytester.path / "out" / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8")) | {TEXTS[0]: 1}), encoding="utf-8")
    plain(szxc("rejudge", "out")[1])


@pytest.mark.parametrize("text", [*COMMANDS, *TERMINAL])
def test_a_statement_is_no_way_round(run, pytester, text):
    """What a vendor writes is printed back, also by the plan, which sends nothing."""
    quoted = json.dumps(text.replace("\ud83d", "")).replace("\x7f", "\\u007f")
    pytester.path.joinpath("szxc.toml").write_text(
        f"[system]\nname = {quoted}\nversion = {quoted}\n[target]\nbase_url = 'http://127.0.0.1:9'\n"
        "[claims.data_classification]\nclasses = ['catalogue']\n[binding.data_classification.operations.list_entries]\n"
        f"method = 'GET'\npath = '/x'\nheaders = {{ x = {quoted} }}\nquery = {{ {quoted} = {quoted} }}\n"
        f"items = {quoted}\n",
        encoding="utf-8",
    )
    result = run("--szxc-config=szxc.toml", "--szxc-plan")
    plain(result.stdout.str() + result.stderr.str())


def test_a_platform_that_introduces_itself(run, serving, szxc, pytester):
    """Capability document, OpenAPI document and preflight's root cause are foreign too."""
    hostile = "".join(text for text in TEXTS if text != UNSAID)

    def app(environ, start_response):
        path = {"/x" + hostile: {"get": {"operationId": "list_entries", "summary": hostile}}}
        said = {
            "/openapi.json": {"openapi": "3.1.0", "info": {"title": hostile, "version": hostile}, "paths": path},
            "/.well-known/szxc.json": {
                "format": "szxc-capability/1",
                "system": {"name": hostile, "version": hostile},
                "claims": {"data_classification": {"classes": ["catalogue", hostile], "without": [hostile]}},
            },
        }.get(environ["PATH_INFO"], {"code": hostile, "message": hostile, hostile: hostile})
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(said).encode()]

    url = serving(app)
    result = run(f"--szxc-target={url}", "--szxc-rate=0")
    assert result.ret == 10
    plain(result.stdout.str() + result.stderr.str())
    assert result.report["system"]["name"]
    harmless_page((pytester.path / "out" / "report.html").read_text(encoding="utf-8"))
    _, said = szxc("init", url, "--out", "first.toml")
    plain(said)
    first = pytester.path.joinpath("first.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(first)) <= {"system", "target", "claims", "binding"}
    plain(first)


def test_what_an_application_in_process_says_and_raises(run, pytester, monkeypatch):
    hostile = "".join(TEXTS)
    pytester.makepyfile(
        made_there=f"""
        def app(environ, start_response):
            raise ValueError({hostile!r})
    """
    )
    monkeypatch.syspath_prepend(pytester.path)
    result = run("--szxc-target=wsgi:made_there:app", "-rA")
    assert result.ret == 10
    plain(result.stdout.str() + result.stderr.str())


def test_what_a_plugin_s_hook_raises(run, infected, pytester):
    pytester.makeconftest(f"""
        def pytest_szxc_observe(operation, payload):
            if operation != "list_entries":
                raise ValueError({"".join(TEXTS)!r})
    """)
    result = run(f"--szxc-target={infected}", "--szxc-rate=0", "-rA", "--tb=long")
    plain(result.stdout.str() + result.stderr.str())
