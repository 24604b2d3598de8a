"""What a server says never reaches a terminal as a command, and never breaks the run."""

from __future__ import annotations

import json

import pytest

NASTY = (
    "\x1b]0;owned\x07\x1b[2J\n::error::forged\r\n##vso[task.complete result=Succeeded;]\n\u202e\u2028section_start:1"
)
STARTS = ("::", "##vso", "##teamcity", "section_", "\x1b")


def catalogue(entries):
    data = {"page": 1, "pageSize": 200, "total": len(entries), "list": entries}
    return json.dumps({"code": 0, "message": NASTY, "data": data}, ensure_ascii=False).encode()


def harmless(result):
    text = result.stdout.str() + result.stderr.str()
    assert "Traceback" not in text
    assert "INTERNALERROR" not in text
    for line in text.split("\n"):
        assert not line.startswith(STARTS), line
        assert line.replace("\t", "").isprintable(), repr(line)


@pytest.mark.parametrize(
    "entries",
    [
        [{NASTY: NASTY, "resourceCode": NASTY, "title": NASTY, "level": NASTY, "impacts": [{NASTY: 1}]}],
        [{"resourceCode": 10**25, "level": None, "impacts": {}, "items": [None, [], {}, 1.5e300]}],
        [{}, {}, {}],
    ],
    ids=["commands", "odd types", "empty"],
)
def test_hostile_records(run, answering, entries):
    result = run(
        f"--szxc-target={answering(body=catalogue(entries))}", "--szxc-rate=0", "-rA", "--szxc-class=catalogue"
    )
    assert result.ret == 1
    harmless(result)
    assert not [row for row in result.report["verdicts"] if row["status"] == "tester-error"]


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"",
        b'{"code": 0, "code": 0, "data": {}}',
        b'{"code": 0, "data": {"list": [' + b"9" * 5000 + b"]}}",
        b"[" * 100_000,
        b'{"code": 0, "data": null}',
        b'{"code": 1e400, "data": {}}',
        ('{"code": 500, "message": ' + json.dumps(NASTY) + "}").encode(),
    ],
    ids=lambda body: body[:24].decode(),
)
def test_hostile_bodies_end_in_preflight(run, answering, body):
    result = run(f"--szxc-target={answering(body=body)}", "--szxc-rate=0")
    assert result.ret == 10
    harmless(result)


@pytest.mark.parametrize("data", [b'{"list": null}', b'{"list": [[]], "total": 1}', b'{"list": {}}'])
def test_lists_that_are_none(run, answering, data):
    """The catalogue cannot be read; what is asked for one object gets one, and that is judged."""
    url = answering(body=b'{"code": 0, "data": ' + data + b"}")
    result = run(f"--szxc-target={url}", "--szxc-rate=0", "--szxc-suite=data_classification")
    assert result.ret == 1
    harmless(result)
    assert not [row for row in result.report["verdicts"] if row["status"] in ("pass", "tester-error")]


@pytest.mark.parametrize("status", ["204 NO CONTENT", "200 \x1b[31mOK", "302 FOUND", "999 ODD", "100 CONTINUE"])
def test_odd_statuses(run, answering, status):
    result = run(f"--szxc-target={answering(status=status)}", "--szxc-rate=0", "--szxc-deadline=2")
    assert result.ret == 10
    harmless(result)


def test_pages_that_never_end(run, serving):
    def app(environ, start_response):
        page = environ["QUERY_STRING"]
        data = {"page": 1, "pageSize": 1, "total": 10**9, "list": [{"resourceCode": page}]}
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"code": 0, "data": data}).encode()]

    result = run(f"--szxc-target={serving(app)}", "--szxc-rate=0", "--szxc-budget=30", "--szxc-class=catalogue")
    assert result.ret == 11
    harmless(result)
    assert not [row for row in result.report["verdicts"] if row["status"] == "pass"]


@pytest.mark.parametrize(
    "status", ["500 INTERNAL SERVER ERROR", "401 UNAUTHORIZED", "403 FORBIDDEN", "429 TOO MANY REQUESTS"]
)
def test_without_a_statement_a_broken_part_is_owed_and_not_absent(run, platform, serving, status):
    made = platform()
    token = made.accounts.by_name["primary"].token

    def app(environ, start_response):
        if environ["PATH_INFO"].startswith("/audit"):
            start_response(status, [("Content-Type", "application/json")])
            return [b"{}"]
        return made({**environ, "HTTP_AUTHORIZATION": f"Bearer {token}"}, start_response)

    result = run(f"--szxc-target={serving(app)}", "--szxc-rate=0")
    assert result.ret == 11
    rows = {row["requirement"]: row for row in result.report["verdicts"] if row["class"] == "access-audit"}
    assert "inconclusive" in {row["status"] for row in rows.values()}
    assert not [row for row in rows.values() if (row["cause"] or {}).get("code") == "claim.not-observed"]


def test_a_target_that_comes_up_late_is_waited_for(run, platform, serving):
    made = platform()
    token = made.accounts.by_name["primary"].token
    asked = []

    def app(environ, start_response):
        asked.append(environ["PATH_INFO"])
        if len(asked) < 8:
            start_response("503 SERVICE UNAVAILABLE", [])
            return [b""]
        return made({**environ, "HTTP_AUTHORIZATION": f"Bearer {token}"}, start_response)

    result = run(f"--szxc-target={serving(app)}", "--szxc-rate=0", "--szxc-wait=20", "--szxc-class=grading-service")
    assert result.ret == 0, result.stdout.str()


def test_a_dead_target_is_waited_for_no_longer_than_allowed(run):
    result = run("--szxc-target=http://127.0.0.1:9", "--szxc-wait=0.6")
    assert result.ret == 10
