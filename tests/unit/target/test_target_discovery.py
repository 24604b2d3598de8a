"""A platform that introduces itself is believed in what to ask, and in nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.discovery import CAPABILITY, OPENAPI, candidates, discover, introduces
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.statement_file import default_statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SUITE = "data_classification"


@pytest.fixture
def discovered():
    """The statement that comes of a platform that serves these documents."""

    def ask(documents):
        def app(environ, start_response):
            body = documents.get(environ["PATH_INFO"])
            start_response("404 Not Found" if body is None else "200 OK", [("Content-Type", "application/json")])
            return [body if isinstance(body, bytes) else json.dumps(body).encode()]

        suites = load_suites()
        statement = default_statement("http://szxc.invalid", suites)
        sut = LiveSut(
            suites=suites,
            statement=statement,
            store=ExchangeStore(None),
            clock=VirtualClock(NOW),
            now=NOW,
            seed="1",
            transport=WsgiTransport(app),
        )
        return statement, discover(sut, statement, suites)

    return ask


def test_claims_come_from_the_capability_document(discovered):
    row = {"classes": ["labels", "catalogue", "telepathy"], "without": ["fusion", "soul"]}
    claims = {SUITE: row, "other": {"classes": ["x"]}}
    _, found = discovered({CAPABILITY: {"system": {"name": "某\u001b平台", "version": "3"}, "claims": claims}})
    assert (found.name, found.version, found.declared) == ("某\\x1b平台", "3", False)
    assert list(found.claims) == [SUITE]
    assert found.claims[SUITE].classes == ("catalogue", "labels")
    assert found.claims[SUITE].without == ("fusion",)


def test_paths_come_from_operations_of_the_same_name_and_parameters(discovered):
    paths = {
        "/v2/entries": {"get": {"operationId": "list_entries"}},
        "/v2/data/{resourceCode}": {"get": {"operationId": "read_data"}},
        "/v2/quality/{other}": {"get": {"operationId": "quality_report"}},
    }
    before, found = discovered({OPENAPI: {"openapi": "3.1.0", "paths": paths}})
    assert found.operations[SUITE, "list_entries"].path == "/v2/entries"
    assert found.operations[SUITE, "list_entries"].paging == before.operations[SUITE, "list_entries"].paging
    assert found.operations[SUITE, "read_data"].path == "/v2/data/{resourceCode}"
    assert found.operations[SUITE, "quality_report"] == before.operations[SUITE, "quality_report"]
    assert found.claims == {}


@pytest.mark.parametrize(
    "documents",
    [
        {},
        {CAPABILITY: b"<html>", OPENAPI: b"{"},
        {CAPABILITY: [1], OPENAPI: [2]},
        {CAPABILITY: {"claims": {SUITE: ["catalogue"]}}, OPENAPI: {"paths": 7}},
        {OPENAPI: {"paths": {"/x": {"get": {"operationId": "create_entry"}}}}},
    ],
)
def test_anything_else_changes_nothing(discovered, documents):
    before, found = discovered(documents)
    assert {key: bound for key, bound in found.operations.items() if key[1] != "create_entry"} == {
        key: bound for key, bound in before.operations.items() if key[1] != "create_entry"
    }
    assert found.claims == {}


@pytest.mark.parametrize(
    ("base_url", "tried"),
    [
        ("http://h", ("http://h/api",)),
        ("http://h:1/api", ("http://h:1",)),
        ("https://h/a/b/c/d", ("https://h/a/b/c", "https://h/a/b", "https://h/a")),
        ("http://h/portal/", ("http://h", "http://h/api")),
    ],
)
def test_where_else_an_interface_may_lie(base_url, tried):
    assert candidates(base_url) == tried


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        ({}, None),
        ({OPENAPI: {"paths": {}}}, "http://szxc.invalid"),
        ({OPENAPI: {"paths": {}, "servers": [{"url": "/v3/"}]}}, "http://szxc.invalid/v3"),
        ({OPENAPI: {"paths": {}, "servers": [{"url": "https://elsewhere.invalid/v3"}]}}, "http://szxc.invalid"),
        ({OPENAPI: {"paths": {}, "servers": "odd"}}, "http://szxc.invalid"),
        ({OPENAPI: {"title": "any page"}}, None),
        ({CAPABILITY: {"claims": {}}}, "http://szxc.invalid"),
        ({CAPABILITY: {"claims": 1}}, None),
    ],
)
def test_a_platform_says_where_its_interface_is(documents, found):
    def app(environ, start_response):
        body = documents.get(environ["PATH_INFO"])
        start_response("404 Not Found" if body is None else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    sut = LiveSut(
        suites={},
        statement=default_statement("http://szxc.invalid", {}),
        store=ExchangeStore(None),
        clock=VirtualClock(NOW),
        now=NOW,
        seed="1",
        transport=WsgiTransport(app),
    )
    assert introduces(sut, "http://szxc.invalid") == found
