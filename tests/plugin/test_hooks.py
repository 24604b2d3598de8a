"""Hooks serve those whom a binding file cannot serve."""

from __future__ import annotations

import json

from pytest_szxc.rejudging import rejudge_report

CONFTEST = """
import base64, json
from pytest_szxc.model import Request


def pytest_szxc_auth(request, account):
    return {"authorization": f"Bearer {TOKEN}"} if account.scheme == "county-seal" else None


def pytest_szxc_observe(operation, payload):
    if isinstance(payload, dict) and "sealed" in payload:
        return json.loads(base64.b64decode(payload["sealed"]))
    return None
"""


def sealing(app):
    """A platform that wraps every payload in base64, which no JMESPath unwraps."""
    import base64  # noqa: PLC0415 -- for this middleware alone

    def wrapped(environ, start_response):
        kept = []
        body = b"".join(app(environ, lambda status, headers, _=None: kept.append((status, headers))))
        status, headers = kept[0]
        if "json" in dict(headers).get("Content-Type", ""):
            document = json.loads(body)
            if document.get("data") is not None:
                document["data"] = {"sealed": base64.b64encode(json.dumps(document["data"]).encode()).decode()}
            body = json.dumps(document).encode()
        start_response(status, [pair for pair in headers if pair[0].lower() != "content-length"])
        return [body]

    return wrapped


def test_own_authentication_and_own_payloads(run, platform, pytester, serving):
    made = platform()
    url = serving(sealing(made))
    pytester.makeconftest(f"TOKEN = {made.accounts.by_name['primary'].token!r}\n{CONFTEST}")
    pytester.path.joinpath("szxc.toml").write_text(
        '[system]\nname = "x"\nversion = "1"\n[accounts.primary]\nscheme = "county-seal"\n'
        '[claims.data_classification]\nclasses = ["catalogue", "grading-rules", "grading-service"]\n'
        "[target.limits]\nrate = 0\n",
        encoding="utf-8",
    )
    result = run(f"--szxc-target={url}", "--szxc-class=catalogue,grading-rules,grading-service")
    assert result.ret == 0, result.stdout.str() + result.stderr.str()
    assert {row["requirement"]: row["status"] for row in result.report["verdicts"] if row["status"] != "pass"} == {}
    assert rejudge_report(pytester.path / "out").agrees
    token = made.accounts.by_name["primary"].token.encode()
    assert not [file for file in (pytester.path / "out").iterdir() if token in file.read_bytes()]
