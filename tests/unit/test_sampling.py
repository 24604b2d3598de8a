"""A first look at a platform: each bound read operation called once, parameters taken from earlier answers."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from pytest_szxc.errors import StatementError
from pytest_szxc.reference.server import serve
from pytest_szxc.sampling import described, sample_operations
from pytest_szxc.settings import read_settings


@contextmanager
def answering(body, status="200 OK"):
    def app(_, start_response):
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    with serve(app) as url:
        yield url


@pytest.fixture
def sampled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def take(**given):
        return {one.operation: one for one in sample_operations(read_settings(given, {}))}

    return take


def test_the_demo_is_sampled_and_nothing_is_written(sampled):
    found = sampled(target="demo")
    assert not set(found) & {"create_entry", "regrade_entry", "delete_entry"}
    assert found["evaluate_grading"].lacking == ("impacts",) or found["evaluate_grading"].lacking == ("body",)
    assert json.loads(found["audit_log"].seen)["action"]
    assert not [one for one in found.values() if one.error]
    assert found["read_data"].came


def test_what_fails_is_told_and_what_needs_it_is_not_asked(sampled):
    with answering(b'{"code": 0, "data": {"list": "\x1b"}}') as url:
        found = sampled(target=url, rate="0")
    assert found["list_entries"].error is not None
    assert found["read_data"].lacking == ("resourceCode",)
    assert not found["read_data"].came


def test_no_target_is_said(sampled):
    with pytest.raises(StatementError):
        sampled(config="none.toml")


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        (b'{"openapi": "3.1.0"}', "200 OK", True),
        (b"[]", "200 OK", False),
        (b"<html>", "200 OK", False),
        (b"{}", "404 NOT FOUND", False),
    ],
)
def test_the_document_that_a_platform_serves(body, status, found):
    with answering(body, status) as url:
        document = described(url)
        assert (document is not None) is found
        if document:
            assert document["servers"] == [{"url": url}]


def test_nobody_there_has_no_document():
    assert described("http://127.0.0.1:9") is None
