"""However much a platform says, a report stays of a size that a person can open."""

from __future__ import annotations

import json

import pytest

MIB = 1024 * 1024


@pytest.fixture
def sizes(run, answering, pytester):
    """Run against one answer to everything; gives the result and the bytes of each file."""

    def start(entries, *options):
        data = {"page": 1, "pageSize": 200_000, "total": len(entries), "list": entries}
        body = json.dumps({"code": 0, "message": "m", "data": data | entries[-1]}).encode()
        url = answering(body=body)
        result = run(f"--szxc-target={url}", "--szxc-rate=0", "--junitxml=junit.xml", "-rA", *options)
        files = ("out/report.json", "out/report.html", "out/run.json", "junit.xml")
        return result, {name: (pytester.path / name).stat().st_size for name in files}

    return start


def test_texts_of_megabytes_everywhere(sizes):
    huge = "'\"<&\u4e00\x1b" * 3_000
    entry = dict.fromkeys(("resourceCode", "level", "provider", "agriClass", "reviewPeriod"), huge)
    entry |= {"k" * 200_000: 1, "sharing": {"type": [huge]}}
    result, size = sizes([entry | {"title": "x" * 500_000}, entry, entry], "--szxc-suite=data_classification")
    assert result.ret == 1
    assert len([row for row in result.report["verdicts"] if row["status"] == "fail"]) > 10
    assert size["out/report.json"] < MIB
    assert size["out/report.html"] < MIB
    assert size["junit.xml"] < MIB
    assert len(result.stdout.str()) < MIB // 4
    assert max(map(len, result.stdout.lines)) < 8_000


def test_what_is_left_out_is_said(sizes, pytester):
    entries = [{"resourceCode": f"x{number}", "level": "G9", "label": "<" * 500} for number in range(100)]
    result, size = sizes(entries, "--szxc-class=catalogue")
    assert result.ret == 1
    assert max(len(row["findings"]) for row in result.report["verdicts"]) == 20
    assert sum(row["found"] for row in result.report["verdicts"]) > 1_000
    assert size["out/report.html"] < MIB // 2
    page = (pytester.path / "out" / "report.html").read_text(encoding="utf-8")
    assert "found, 20 shown here; the rest is only counted" in page
