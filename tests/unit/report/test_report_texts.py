"""The report for machines, the page and the lines for people: from verdicts to text, hostile text included."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from pytest_szxc import exhibits
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.errors import SzxcError
from pytest_szxc.model import Cause, Exchange, Finding, Level, Location, Request, Status, Text, Verdict
from pytest_szxc.report.document import RunFacts, report_document, verdict_json, write_report
from pytest_szxc.report.page import write_page
from pytest_szxc.report.reading import read_report, verdict_from
from pytest_szxc.report.terminal import (
    cause_lines,
    class_lines,
    closing_lines,
    curl,
    error_lines,
    failure_lines,
    place,
    root_lines,
)
from pytest_szxc.target.statement import Claim, Statement
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.manifest import draw_up

SUITE = "data_classification"
HOSTILE = "\x1b[31m\n::error::x\r##vso[task]\u202e<script>alert(1)</script>"
TITLE = Text("横向偏差", "cross-track error")
FINDING = Finding(Location("x1", HOSTILE, f"/{HOSTILE}", "目录.csv", 3), ">= G3", "G2")


def shown(findings=(FINDING,), found=1, status=Status.FAIL, cause=None, name="DC-015"):
    return Verdict(name, status, tuple(findings), found, 2, cause, ("x1",))


@pytest.fixture(scope="module")
def suite():
    return load_suites()[SUITE]


@pytest.fixture
def document(suite):
    def build(*verdicts, exit_code=1, **facts):
        claims = {SUITE: Claim(SUITE, ("grading-rules",))}
        statement = Statement(name=HOSTILE, version="1", claims=claims, digest="a" * 64)
        manifest = draw_up([suite], statement)
        decision = decide(manifest, {verdict.requirement: verdict for verdict in verdicts})
        run = RunFacts(
            run="r", target="http://x", seed="7", started="2026-06-01T04:00:00+00:00",
            finished="2026-06-01T04:00:09+00:00", lang="zh", exit_code=exit_code, manifest=manifest.digest, **facts,
        )  # fmt: skip
        return report_document(run, [suite], statement, decision)

    return build


@pytest.fixture
def requirement(suite):
    return next(row for row in suite.requirements if row.id == "DC-015")


def plain(text):
    """One line without anything that a terminal or a CI runner could take for a command."""
    assert text.isprintable(), repr(text)
    assert not text.startswith(("::", "##", "\x1b"))


def test_a_verdict_comes_back_from_json_as_it_went():
    for verdict in (
        shown(),
        shown(cause=Cause("data.empty", {"operation": "x"}, "x9")),
        Verdict("A-1", Status.NOT_RUN),
        Verdict("A-1", Status.PASS, exhibits=(exhibits.explanation(TITLE, [TITLE], [(TITLE, 5)]),), exhibited=3),
    ):
        sent = json.loads(json.dumps(verdict_json(verdict)))
        came = verdict_from(sent)
        assert verdict_json(came) == sent
        assert (came.status, came.found, came.cause) == (verdict.status, verdict.found, verdict.cause)
        assert (came.exhibits, came.exhibited) == (verdict.exhibits, verdict.exhibited)


@pytest.mark.parametrize("facts", [{}, {"partial": True, "taints": ("insecure",), "rate_cost": 4.2}])
def test_the_report_keeps_to_its_schema_and_is_read_back(document, tmp_path, facts):
    made = document(
        shown(), shown(findings=(), status=Status.INCONCLUSIVE, cause=Cause("data.empty", {"operation": "o"})), **facts
    )
    assert list(validator("urn:szxc:szxc:report").errors(made)) == []
    write_report(made, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == json.loads(json.dumps(made))
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_lone_surrogate_is_written_as_json_escapes_it(document, tmp_path):
    made = document(shown(), options={"seed": "\udcff"})
    write_report(made, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == made
    write_page(made, tmp_path / "report.html")


@pytest.mark.parametrize("content", ["", "[]", "5", '{"format": "other"}', "[" * 100_000])
def test_what_is_no_report_is_said(tmp_path, content):
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(SzxcError) as caught:
        read_report(tmp_path / "report.json")
    assert caught.value.code == "report.unreadable"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_failure_is_told_on_plain_lines(requirement, lang):
    exchange = Exchange(
        "x1", "op", Request("GET", "http://x/a?b=1&c='", (("authorization", "Bearer {{account:primary}}"),))
    )
    verdict = shown(findings=[FINDING] * 6, found=30)
    again = "pytest --szxc-target=x -k DC-015"
    lines = list(
        failure_lines(
            requirement, verdict, [exchange], lang, again=again, account_variables={"{{account:primary}}": "MY_TOKEN"}
        )
    )
    for line in lines:
        plain(line)
    text = "\n".join(lines)
    assert text.count("G2") == 5
    assert "25" in text
    assert 'Bearer $MY_TOKEN"' in text
    assert again in text


def test_what_was_never_judged_shows_its_cause_and_no_fix(requirement):
    verdict = shown(findings=(), found=0, status=Status.INCONCLUSIVE, cause=Cause("data.empty", {"operation": "o"}))
    text = "\n".join(failure_lines(requirement, verdict, [], "en", again="x", account_variables={}))
    assert "[data.empty]" in text
    assert "fix:" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_check_shows_is_pointed_to_and_not_printed(requirement, lang):
    verdict = Verdict("DC-015", Status.FAIL, (FINDING,), 1, 2, exhibits=(exhibits.explanation(TITLE),), exhibited=1)
    said = list(failure_lines(requirement, verdict, [], lang, again="x", account_variables={}))
    (line,) = [line for line in said if "DC-015" in line[1:]]
    plain(line)
    assert TITLE.in_(lang) not in "".join(said)


def test_a_place_without_anything_is_empty():
    assert place(Finding(Location(), "a", "b"), "en") == ""
    plain(place(FINDING, "zh"))


def test_a_curl_line_carries_the_body_and_no_secret():
    request = Request("POST", "http://x", (("x-name", "a\nb"),), '{"名": 1}'.encode())
    line = curl(Exchange("x1", "op", request), {})
    plain(line)
    assert line.startswith("curl -sS -X POST http://x -H ")
    assert "--data-binary" in line


def test_a_cause_without_a_hint_is_one_line():
    assert len(list(cause_lines(Cause("claim.option-unused"), "en"))) == 1
    assert len(list(cause_lines(Cause("run.nothing-judged"), "en"))) == 2
    assert len(error_lines(SzxcError("report.unreadable", file="x", reason="y"), "en")) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_end_of_a_run_says_all_that_weakens_it(document, lang):
    made = document(shown(), partial=True, taints=("insecure",), rate_cost=4.2, options={"class": ["a"], "suite": "b"})
    made["system"]["declared"] = False
    lines = [*class_lines(made, lang), *root_lines(made, lang), *closing_lines(made, lang, "p.html")]
    for line in lines:
        plain(line)
        line.encode("gbk")
    text = "\n".join(lines)
    assert "p.html" in text
    assert "b, a" in text
    assert len(list(closing_lines(made, lang, "p"))) == 8
    assert len(list(closing_lines(document(shown()), lang, "p"))) == 3


class Page(HTMLParser):
    """What a browser makes of a page: elements, and the text outside of styles."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("exit_code", [0, 1, 2, 3, 4, 5, 10, 11, 12, 13])
def test_the_page_runs_nothing_and_loads_nothing(document, tmp_path, exit_code):
    made = document(shown(found=9), exit_code=exit_code, partial=True, taints=("insecure",), options={"class": ["a"]})
    made["system"]["declared"] = False
    write_page(made, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "a", "form", "svg"}
    assert not [attrs for _, attrs in page.tags if {"src", "href", "onload", "onclick"} & attrs.keys()]
    assert "default-src 'none'" in text
    assert "DC-015" in page.words
    assert "alert(1)" in page.words


def test_the_page_shows_what_a_warning_and_an_option_look_like(document, suite, tmp_path):
    rows = {row.level: row.id for row in suite.requirements if row.conformance_class == "grading-rules"}
    made = document(shown(name=rows[Level.SHOULD], status=Status.WARN))
    write_page(made, tmp_path / "report.html")
    assert 'class="warn"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_of_several_suites_says_whose_rows_follow(document, suite, tmp_path):
    made = document(shown())
    other = {**made["suites"][0], "id": "other", "title": {"zh": "另一套件", "en": "Another suite"}}
    made["suites"].append(other)
    made["classes"].append({**made["classes"][-1], "suite": "other"})
    write_page(made, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("Another suite</span></th>") == 1
    assert text.count(f"{suite.title.en}</span></th>") == 2
