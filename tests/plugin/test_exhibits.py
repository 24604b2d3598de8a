"""What a check shows reaches report, page and terminal, and judging again shows the same."""

from __future__ import annotations

import json

import pytest

from pytest_szxc.checks.rules import RecordCheck
from pytest_szxc.rejudging import rejudge_report

CONFTEST = """
from pytest_szxc import Text, exhibits
from pytest_szxc.checks.rules import RecordCheck

usual = RecordCheck.observe


def observe(self, sut):
    yield exhibits.timeline(Text("时间线", "timeline of <b>"), [(0, 1 / 3, "auto\\u202e"), (float("nan"), 2, "x")])
    yield from usual(self, sut)
    for number in range(9):
        yield exhibits.explanation(Text("说明", "explanation"), [Text("第一", f"number {number}")])


RecordCheck.observe = observe
"""
CHOSEN = ("-k", "DC-011 or DC-017")


@pytest.fixture
def showing(pytester, monkeypatch):
    """Every rule about a record shows something beside what it observes."""
    monkeypatch.setenv("SZXC_LANG", "en")
    monkeypatch.setattr(RecordCheck, "observe", RecordCheck.observe)  # is put back afterwards
    pytester.makeconftest(CONFTEST)


def rows(report):
    return [row for row in report["verdicts"] if row["exhibits"]]


@pytest.mark.usefixtures("showing")
def test_shown_counted_and_the_same_when_judged_again(run, target, pytester):
    result = run(target("level-unknown"), *CHOSEN)
    (row,) = rows(result.report)
    assert row["requirement"] == "DC-011"
    assert [one["kind"] for one in row["exhibits"]] == ["timeline", *["text"] * 7]
    assert row["exhibits"][0]["data"]["spans"] == [{"from_s": 0.0, "to_s": 0.3333, "name": "auto\\u202e"}]
    assert row["exhibited"] == 10
    assert row["status"] == "fail"
    result.stdout.fnmatch_lines(["*8 picture(s) and explanation(s): see DC-011 on the report's page*"])
    page = (pytester.path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "timeline of &lt;b&gt;" in page
    assert "10 pictures and explanations, 8 shown here" in page
    assert rejudge_report(pytester.path / "out").agrees


@pytest.mark.usefixtures("showing")
def test_an_exhibit_that_was_tampered_with_is_found(run, target, pytester):
    run(target(), *CHOSEN)
    path = pytester.path / "out" / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    rows(report)[0]["exhibits"][0]["data"]["spans"][0]["name"] = "manual"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert rejudge_report(pytester.path / "out").changed == (("DC-011", "pass", "pass"),)
