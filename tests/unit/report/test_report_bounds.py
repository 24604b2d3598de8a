"""A report has a bound, whatever was found, and says what it leaves out."""

from __future__ import annotations

import json

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.model import Cause, Finding, Location, Status, Verdict
from pytest_szxc.report import document as report
from pytest_szxc.report import page
from pytest_szxc.report.document import RunFacts, report_document, verdict_json, write_report
from pytest_szxc.report.page import write_page
from pytest_szxc.target.statement import Claim, Statement
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.manifest import draw_up

SUITE = "data_classification"
KIB, MIB = 1024, 1024 * 1024
HUGE = "'\"<&一\x1b" * 100_000
COSTLY = ("'" * 5_000, "一" * 5_000, "\x1b" * 5_000, "\U0010ffff" * 5_000, HUGE)
"""Texts that grow most when HTML, UTF-8 or we ourselves write them."""


def verdict(name, text, findings=20):
    found = tuple(Finding(Location("x1", text, text, text, 3), text, text) for _ in range(findings))
    cause = Cause("http.server-error", {"status": text, "result": text, "message": text}, "x1")
    return Verdict(name, Status.FAIL, found, 100_000, 100_000, cause, ("x1",))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a report in which each requirement failed with this text; gives document, its bytes, the page's text."""
    suite = load_suites()[SUITE]
    statement = Statement(claims={SUITE: Claim(SUITE, tuple(row.id for row in suite.classes))})
    manifest = draw_up([suite], statement)

    def write(text):
        folder = tmp_path_factory.mktemp("report")
        verdicts = {row.id: verdict(row.id, text) for row in suite.requirements}
        facts = RunFacts("r", text, "7", "2026-06-01", "2026-06-01", "en", 1, manifest.digest, options={"seed": text})
        made = report_document(facts, [suite], statement, decide(manifest, verdicts))
        write_report(made, folder / "report.json")
        write_page(made, folder / "report.html")
        return made, (folder / "report.json").stat().st_size, (folder / "report.html").read_text(encoding="utf-8")

    return write


@pytest.mark.parametrize("text", COSTLY, ids=lambda text: ascii(text[:2]))
def test_one_verdict(text):
    row = verdict_json(verdict("A-1", text))
    assert len(json.dumps(row, ensure_ascii=False).encode()) < 64 * KIB
    assert row["findings"]
    assert row["found"] == 100_000


@pytest.mark.parametrize("text", COSTLY[::3], ids=lambda text: ascii(text[:2]))
def test_a_whole_report(written, text):
    made, size, html = written(text)
    assert size < 5 * MIB
    assert len(html.encode()) < 12 * MIB
    shown = [len(row["findings"]) for row in made["verdicts"]]
    assert min(shown) >= 1
    assert html.count("100000 found, ") == len(shown)


def test_all_findings_together(written, monkeypatch):
    monkeypatch.setattr(report, "FINDINGS_BYTES", 50 * KIB)
    made, size, _ = written("x" * 500)
    assert size < 250 * KIB
    assert {len(row["findings"]) for row in made["verdicts"]} >= {1, 20}


def test_the_page_may_hold_fewer_than_the_report(written, monkeypatch):
    monkeypatch.setattr(page, "PAGE_BYTES", 20 * KIB)
    made, _, html = written("x" * 500)
    assert {len(row["findings"]) for row in made["verdicts"]} == {20}
    assert html.count("100000 found, 1 shown here") > 50
    assert len(html.encode()) < 500 * KIB


def test_it_stays_small_where_nothing_is_huge(written):
    made, _, html = written("G9")
    assert {len(row["findings"]) for row in made["verdicts"]} == {20}
    assert html.count("20 shown here") == len(made["verdicts"])
