from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import Envelope, Paging, Statement, build_platform, rebind
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.target.auth import read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

SUITE = "data_classification"
PAGED = (SUITE, "list_entries")
EXPORT = (SUITE, "export_catalogue")


@pytest.fixture
def demo() -> Platform:
    return build_platform(load_references(load_suites().values()), size=120, now=datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def statement(demo: Platform) -> Iterator[Statement]:
    made = demo_statement(demo, "http://127.0.0.1:1")
    yield made
    withdraw(made)


def test_everything_is_claimed(statement: Statement) -> None:
    suite = load_suites()[SUITE]
    assert statement.claims[SUITE].classes == tuple(row.id for row in suite.classes)
    assert {name for _, name in statement.operations} >= set(suite.operations)
    assert (statement.limits.rate, "999999" in statement.regions) == (0, True)


def test_accounts_are_named_by_environment(demo: Platform, statement: Statement) -> None:
    assert set(statement.accounts) == set(demo.accounts.by_name)
    for name, account in statement.accounts.items():
        held = demo.accounts.by_name[name]
        secret = held.token if account.scheme == "bearer" else held.secret
        assert read_secret(name, account.secret) == secret
        assert secret not in repr(statement)
        assert secret not in repr(held)
    withdraw(statement)
    assert not any(account.secret.env in os.environ for account in statement.accounts.values() if account.secret.env)
    assert not any(account.secret.file.exists() for account in statement.accounts.values() if account.secret.file)


def test_without_the_library_for_sm2_there_is_no_account_for_it(
    demo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_szxc.reference.demo.find_spec", lambda _: None)
    made = demo_statement(demo, "http://127.0.0.1:1")
    withdraw(made)
    assert set(demo.accounts.by_name) - set(made.accounts) == {"sm2"}


def test_two_demos_stand_side_by_side(demo: Platform, statement: Statement) -> None:
    other = demo_statement(demo, "http://127.0.0.1:2", load_suites())
    assert other.accounts["primary"].secret != statement.accounts["primary"].secret
    withdraw(other)


def test_paging_is_rebound_where_there_is_paging(statement: Statement) -> None:
    cursor = Paging(style="cursor", cursor="c", next="next")
    changed = rebind.paging(cursor, total=None)(statement)
    assert changed.operations[PAGED].paging == cursor
    assert changed.operations[EXPORT] == statement.operations[EXPORT]


def test_an_envelope_is_rebound_where_there_is_one(statement: Statement) -> None:
    bare = replace(statement.operations[EXPORT], envelope=Envelope())
    mixed = replace(statement, operations={**statement.operations, EXPORT: bare})
    changed = rebind.envelope(Envelope("body"))(mixed)
    assert changed.operations[PAGED].envelope == Envelope("body")
    assert changed.operations[EXPORT].envelope == Envelope()


def test_fields_features_and_times(statement: Statement) -> None:
    change = rebind.both(
        rebind.fields("list_entries", {"title": "name"}, {"level": {"1": "core"}}),
        rebind.without(SUITE, "fusion"),
        rebind.time_profile("compact"),
    )
    changed = change(statement)
    assert changed.operations[PAGED].fields == {"title": "name"}
    assert changed.operations[PAGED].values == {"level": {"1": "core"}}
    assert (changed.claims[SUITE].without, changed.time_profile) == (("fusion",), "compact")
    assert rebind.unchanged(statement) is statement


def test_accounts_are_given_only_where_the_platform_has_what_they_ask_for() -> None:
    bare = build_platform({})
    try:
        for token, sign, found in (("", "", set()), ("/t", "", {"oauth", "bj"}), ("/t", "/s", {"oauth", "bj", "zj"})):
            bare.token_path, bare.sign_path = token, sign
            said = demo_statement(bare, "https://platform.invalid", {})
            assert {"oauth", "bj", "zj"} & set(said.accounts) == found
            assert {one.token_path for name, one in said.accounts.items() if name in ("oauth", "bj")} <= {token}
            withdraw(said)
    finally:
        bare.close()
