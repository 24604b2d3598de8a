"""From options to suites, statement and target: what a user can get wrong is found here."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import StatementError, Unjudgeable
from pytest_szxc.intake import adapter_of, network_options, take_in
from pytest_szxc.settings import read_settings
from pytest_szxc.target.transports import IN_PROCESS_URL

SUITE = "data_classification"


@pytest.fixture
def taken(tmp_path, monkeypatch):
    """What options make of a run, in a folder with this statement."""
    monkeypatch.chdir(tmp_path)

    def take(statement=None, **given):
        if statement is not None:
            (tmp_path / "szxc.toml").write_text(statement, encoding="utf-8")
        with ExitStack() as closing:
            return take_in(read_settings(given, {}), load_suites(), closing, offline=True)

    return take


def test_a_bare_url_is_observed_with_the_default_binding(taken):
    intake = taken(target="http://platform.example/api/")
    assert (intake.target, intake.statement.base_url) == ("http://platform.example/api/", "http://platform.example/api")
    assert not intake.statement.declared
    assert intake.statement.limits.rate == 5.0


def test_a_url_goes_before_the_statements(taken):
    intake = taken('[target]\nbase_url = "http://one.example"\n', target="http://two.example")
    assert intake.statement.base_url == "http://two.example"


def test_the_statement_alone_names_the_target(taken):
    intake = taken('[target]\nbase_url = "http://one.example"\n', config="szxc.toml")
    assert intake.target == "http://one.example"


@pytest.mark.parametrize("target", ["demo", "wsgi:module:app", "records.csv"])
def test_what_is_in_process_is_not_spared(taken, target):
    intake = taken(target=target)
    assert intake.statement.base_url == IN_PROCESS_URL
    assert intake.statement.limits.rate == 0.0


def test_options_of_the_statement_count_unless_the_command_line_says_otherwise(taken):
    text = '[options]\nrate = 1\nbudget = "70,8"\nstrict = true\nclass = ["labels"]\nproxy = "http://127.0.0.1:1"\n'
    intake = taken(text, target="http://one.example", rate="2")
    limits = intake.statement.limits
    assert (limits.rate, limits.requests, limits.minutes) == (2.0, 70, 8.0)
    assert intake.recorded_settings()["strict"] is True
    assert intake.probed((SUITE, "labels"))
    assert not intake.probed((SUITE, "catalogue"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"suite": ["no\nsuch"]}, "option.unknown-suite"),
        ({"class": ["none"]}, "option.unknown-class"),
        ({"connections": "0"}, "option.out-of-bounds"),
        ({"target": "ftp://x"}, "statement.base-url"),
    ],
)
def test_what_is_wrong_is_said(taken, given, code):
    with pytest.raises(StatementError) as caught:
        taken(**{"target": "demo", **given})
    assert caught.value.code == code
    assert "\n" not in caught.value.text("en")


def test_how_to_reach_the_target_comes_from_recorded_settings(tmp_path):
    options = network_options({"ca": str(tmp_path), "proxy": "http://127.0.0.1:1", "insecure": True}, "")
    assert (options.ca, options.proxy, options.insecure) == (tmp_path, "http://127.0.0.1:1", True)
    assert network_options({}, "").ca is None


class Hooks:
    """Pytest's hooks as one object."""

    def __init__(self, made):
        self.made = made

    def pytest_szxc_auth(self, request, account):
        return self.made or (request and account)

    def pytest_szxc_observe(self, operation, payload):
        return [operation, payload, *self.made]


def test_without_hooks_there_is_no_adapter():
    assert adapter_of(None) is None
    assert adapter_of(Hooks({"x": "y"})).auth(None, None) == {"x": "y"}
    assert adapter_of(Hooks(None)).auth(None, None) is None


@pytest.mark.parametrize("made", ["Bearer x", {"x": 5}, {5: "x"}, [("x", "y")]])
def test_headers_must_be_a_mapping_of_texts(made):
    with pytest.raises(Unjudgeable, match="pytest_szxc_auth"):
        adapter_of(Hooks(made)).auth(None, None)


def test_what_a_hook_makes_of_a_payload_is_exact():
    """A hook reads with ``json.loads``, which makes floats; a rule would take them for no numbers at all."""
    observe = adapter_of(Hooks([{"value": 0.1, "rows": [1.0, 2, "x", None]}])).observe
    assert observe("list", {"a": 1}) == ["list", {"a": 1}, {"value": Decimal("0.1"), "rows": [1, 2, "x", None]}]
    with pytest.raises(Unjudgeable, match="nan"):
        adapter_of(Hooks([float("nan")])).observe("list", {})
    for odd in ([{1, 2}], [{1: "x"}], [object()]):
        with pytest.raises(Unjudgeable, match="JSON"):
            adapter_of(Hooks(odd)).observe("list", {})


def test_a_hook_that_raises_is_named():
    with pytest.raises(Unjudgeable, match="pytest_szxc_observe failed: TypeError"):
        adapter_of(Hooks(None)).observe("list", {})
