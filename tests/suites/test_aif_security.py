"""Security of agri_system_interfaces: what its checks say of odd platforms and statements, and its reference."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import SUITE, judged, platform, view
from werkzeug.test import Client

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Call, Platform
    from pytest_szxc.reference.accounts import Account
    from pytest_szxc.target.statement import Statement

ROWS = [row for row in SUITE.requirements if row.conformance_class == "security"]
TOKEN_SCHEMA = "urn:szxc:agri_system_interfaces:token"  # noqa: S105 -- a name


def only(*names: str) -> Callable[[Statement], Statement]:
    """The statement with some accounts only."""
    return lambda said: replace(said, accounts={name: one for name, one in said.accounts.items() if name in names})


def without(*names: str) -> Callable[[Statement], Statement]:
    """The statement without some accounts."""
    return lambda said: replace(said, accounts={name: one for name, one in said.accounts.items() if name not in names})


def said(verdict: Verdict) -> tuple[Status, str]:
    return verdict.status, verdict.cause.code if verdict.cause else ""


def declaring(value: Any) -> Callable[[Platform], None]:
    """A capability statement that says something else of credentials."""

    def change(on: Platform) -> None:
        on.parts[SUITE.id].capability["authentication"] = value

    return change


def clock_off(seconds: float) -> Callable[[Platform], None]:
    """A platform whose clock is off."""

    def change(on: Platform) -> None:
        right = on.verifier.distance
        on.verifier.distance = lambda milliseconds: right(milliseconds) - seconds  # type: ignore[method-assign]
        clock = on.clock
        on.answering._clock = lambda: clock() + timedelta(seconds=seconds)

    return change


def test_every_requirement_says_what_is_judged() -> None:
    assert [row.id for row in ROWS] == [f"AIF-0{number}" for number in range(10, 20)]
    for row in ROWS:
        assert len(row.mutants) >= 3
        for text in (row.judged, row.hint):
            assert len(text.zh) > 10
            assert len(text.en) > 10


# -- what is not judged ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "accounts", "status", "cause"),
    [
        ("AIF-011", ("primary",), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-012", ("primary",), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-013", ("primary", "gov"), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-014", ("primary", "oauth"), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-015", ("primary",), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-016", ("primary",), Status.INCONCLUSIVE, "permission-not-given.second"),
        ("AIF-017", ("primary", "signer"), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("AIF-010", ("primary",), Status.PASS, ""),
        ("AIF-018", ("primary",), Status.PASS, ""),
        ("AIF-019", ("primary",), Status.PASS, ""),
    ],
)
def test_fewer_accounts(requirement: str, accounts: tuple[str, ...], status: Status, cause: str) -> None:
    assert said(judged(requirement, statement=only(*accounts))) == (status, cause)


def nobody_reads(on: Platform) -> None:
    """A platform that lets ``second`` in nowhere."""

    def change(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def identified(call: Call) -> Account:
            found = right(call)
            if found.name == "second":
                raise ApiError(403, 40301, "not authorised")
            return found

        return identified

    on.verifier.identify = change(on.verifier.identify)  # type: ignore[method-assign]


def test_a_stranger_who_is_let_in_nowhere_shows_nothing() -> None:
    assert said(judged("AIF-016", nobody_reads)) == (Status.INCONCLUSIVE, "data.nothing-observed")


@pytest.fixture(scope="module")
def whole() -> int:
    """How much is observed of tenants on the reference itself."""
    return judged("AIF-016").observed


@pytest.mark.parametrize("operation", ["update_device", "remove_device", "post_observation", "issue_command"])
def test_what_the_owner_may_not_do_shows_nothing_of_tenants(operation: str, whole: int) -> None:
    found = judged("AIF-016", lambda on: on.refuse(operation, ApiError(403, 40301, "not authorised")))
    assert found.status is Status.PASS
    assert found.observed < whole


@pytest.mark.parametrize("status", [405, 501])
def test_a_platform_without_removal_is_not_blamed_for_it(status: int) -> None:
    def change(on: Platform) -> None:
        on.routes["remove_device"].guarded = False
        on.refuse("remove_device", ApiError(status, status * 100 + 1, "not supported"))

    assert judged("AIF-010", change).status is Status.PASS


@pytest.mark.parametrize("requirement", ["AIF-012", "AIF-015"])
def test_no_time_is_judged_where_the_clocks_differ(requirement: str) -> None:
    found = judged(requirement, clock_off(3600), only("primary", "signer"))
    assert found.found == 0


# -- what the platform says of itself ----------------------------------------------------------------------------------

JUNK: tuple[Any, ...] = (
    None,
    "bearer",
    [],
    [1, None, "x"],
    [{"profile": 5}],
    [{"profile": "sd-open", "windowSeconds": "ten", "nonce": "no"}],
    [{"profile": "sd-open", "windowSeconds": -1}],
)


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("requirement", ["AIF-012", "AIF-013"])
def test_an_odd_declaration_is_passed_over(requirement: str, junk: Any) -> None:
    assert judged(requirement, declaring(junk), only("primary", "signer")).status is Status.PASS


def test_our_own_vector_alone_is_no_pass() -> None:
    assert judged("AIF-015", clock_off(120), only("primary", "signer")).status is Status.INCONCLUSIVE


def test_a_narrow_window_is_not_judged_by_clocks_that_differ_by_half_of_it() -> None:
    def narrow(on: Platform) -> None:
        held = on.accounts.by_name
        held.update({name: replace(one, window=40.0) for name, one in held.items()})
        declaring(on.accounts.described())(on)
        clock_off(30)(on)

    assert judged("AIF-012", narrow, only("primary", "signer")).status is Status.INCONCLUSIVE


def test_a_login_page_is_no_refusal() -> None:
    def page(on: Platform) -> None:
        on.routes["operation_log"].guarded = False
        login = Answer(document=b"<!DOCTYPE html><title>login</title>", content_type="text/html")
        on.rewire("operation_log", lambda right: lambda call: login if call.account.name == "nobody" else right(call))

    found = judged("AIF-010", page)
    assert [one.observed for one in found.findings] == ["a page for people"]


def test_a_declared_window_counts_more_than_that_of_the_scheme() -> None:
    narrow = declaring([{"profile": "sd-open", "windowSeconds": 300}])
    found = judged("AIF-012", narrow, only("primary", "signer"))
    assert found.status is Status.FAIL  # what was taken 390 s ago lies outside of what is declared
    assert "300 s" in found.findings[0].at.pointer


# -- findings name the mistake -----------------------------------------------------------------------------------------


def test_a_signature_that_does_not_cover_the_request_is_named_with_its_scheme() -> None:
    found = judged("AIF-014", statement=without("whole"))
    assert found.status is Status.WARN
    assert {finding.expected for finding in found.findings} == {
        "401: signed for another path",
        "401: signed for another method",
    }
    assert any("sd-open" in (finding.at.pointer or "") for finding in found.findings)


def test_a_device_that_was_removed_by_a_stranger_is_missed() -> None:
    def change(on: Platform) -> None:
        on.rewire(
            "remove_device",
            lambda handler: lambda call: handler(replace(call, account=on.accounts.by_name["primary"])),
        )

    found = judged("AIF-016", change)
    assert [finding.expected for finding in found.findings] == ["403 or 404", "the device is still there"]


def test_no_finding_holds_a_secret() -> None:
    def change(on: Platform) -> None:
        def taken(call: Call) -> Account:
            held = on.accounts.by_token(call.args.get("token", ""))
            return held or right(call)

        right, on.verifier.proven = on.verifier.proven, taken  # type: ignore[method-assign]

    found = judged("AIF-019", change)
    assert found.status is Status.WARN
    assert [finding.at.pointer for finding in found.findings] == ["primary (bearer): ?token="]


# -- the reference -----------------------------------------------------------------------------------------------------


def basic(on: Platform, name: str) -> dict[str, str]:
    account = on.accounts.by_name[name]
    pair = base64.b64encode(f"{account.client}:{account.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def test_each_organisation_walks_through_its_own_devices() -> None:
    with view("AIF-016") as sut:
        seen = [
            {row.text("deviceId") for page in sut.walk("list_devices", account=account) for row in page.records}
            for account in ("primary", "second")
        ]
    assert seen[0]
    assert seen[1]
    assert not seen[0] & seen[1]


def test_tokens_are_issued_to_those_who_name_themselves_and_revoked_one_by_one() -> None:
    with platform() as made:
        client = Client(made)
        assert client.post("/szxc/v1/token").status_code == 401
        assert client.post("/szxc/v1/token", headers=basic(made, "signer")).status_code == 401
        told = [client.post("/szxc/v1/token", headers=basic(made, "oauth")).get_json()["data"] for _ in range(2)]
        client.post("/szxc/v1/token", headers=basic(made, "bj"))
        assert [list(validator(TOKEN_SCHEMA).errors(one)) for one in told] == [[], []]
        bearer = {"Authorization": f"Bearer {told[0]['accessToken']}"}
        assert client.get("/szxc/v1/devices", headers=bearer).status_code == 200
        assert client.post("/szxc/v1/token/revoke", headers=bearer).status_code == 200
        assert client.get("/szxc/v1/devices", headers=bearer).status_code == 401
        assert [held.account for held in made.verifier.tokens.values()] == ["bj"]


def test_the_capability_statement_tells_how_to_sign() -> None:
    with platform() as made:
        told = {row["profile"]: row for row in made.parts[SUITE.id].capability["authentication"]}
    assert told["sd-open"] == {"profile": "sd-open", "windowSeconds": 600, "nonce": True}
    assert told["whole-request"] == {"profile": "whole-request", "windowSeconds": 600, "nonce": True}
    assert told["oauth2"] == {"profile": "oauth2"}
