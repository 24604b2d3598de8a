"""Targets for whole runs: small WSGI applications on real sockets, and the demo platform with mutants."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_mutants, load_references
from pytest_szxc.reference.platform import build_platform
from pytest_szxc.reference.server import serve

SUITE = "data_classification"
SIZE = 130
NUMPY = np.__version__
"""Loaded here, because pytester takes out of a process what a run inside it has loaded, and numpy loads only once."""


@pytest.fixture
def closing():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serving(closing):
    """Serve a WSGI application; gives its base URL."""
    return lambda app: closing.enter_context(serve(app))


@pytest.fixture
def answering(serving):
    """Serve the same answer to every request; gives the base URL."""

    def start(status="200 OK", body=b"", media_type="application/json"):
        def app(environ, start_response):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
            return [body]

        return serving(app)

    return start


def _clock(days):
    return lambda: datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


@pytest.fixture
def platform(closing):
    """A demo platform, faulty if mutants are named, with a clock that is off by these days."""

    def build(*mutants, size=SIZE, days=0):
        suites = load_suites()
        made = build_platform(load_references([suites[SUITE]]), size=size, now=_clock(days) if days else None)
        closing.callback(made.close)
        for name in mutants:
            load_mutants(suites[SUITE])[name].apply(made)
        return made

    return build


@pytest.fixture
def statement(closing, pytester):
    """Write a szxc.toml with the platform's accounts and these classes; gives nothing."""

    def write(made, *classes, without=(), extra=""):
        declared = demo_statement(made, "https://szxc.invalid", load_suites())
        closing.callback(withdraw, declared)
        lines = ["[system]", 'name = "平台"', f'version = "{declared.version}"']
        for name in ("primary", "second", "low_right"):
            account = declared.accounts[name]
            lines += [f"[accounts.{name}]", 'scheme = "bearer"', f'token = {{ env = "{account.secret.env}" }}']
        lines += [f"[claims.{SUITE}]", f"classes = {json.dumps(classes or declared.claims[SUITE].classes)}"]
        lines += [f"without = {json.dumps(without)}", "[target.limits]", "rate = 0", extra]
        pytester.path.joinpath("szxc.toml").write_text("\n".join(lines), encoding="utf-8")

    return write


@pytest.fixture
def target(pytester, platform, statement, monkeypatch):
    """Name a platform, faulty if mutants are named, as a WSGI target with a full statement."""

    def build(*mutants, **changes):
        made = platform(*mutants)
        module = pytester.makepyfile(made_here="app = None")
        monkeypatch.syspath_prepend(module.parent)
        import made_here  # noqa: PLC0415 -- written just now

        made_here.app = made
        statement(made, **changes)
        return "--szxc-target=wsgi:made_here:app"

    return build


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest with these arguments; the result has ``report``, the run's report.json, or None."""
    monkeypatch.setenv("SZXC_LANG", "en")

    def start(*args):
        result = pytester.runpytest("--szxc-out=out", "-p", "no:randomly", *args, no_reraise_ctrlc=True)
        file = pytester.path / "out" / "report.json"
        result.report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        return result

    return start


@pytest.fixture
def statuses():
    """The verdicts of a report that are not a plain pass, by requirement."""
    return lambda report: {row["requirement"]: row["status"] for row in report["verdicts"] if row["status"] != "pass"}
