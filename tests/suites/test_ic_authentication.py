"""Authentication of platform_interconnection: what its checks read out of answers, what they ask, and its reference."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ic_judging import NOW, SUITE, judged, part, platform
from werkzeug.test import Client

from pytest_szxc.model import Location, Response, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import ApiError
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.sut import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform
    from pytest_szxc.target.statement import Statement

secrets = part("test_platform_interconnection_authentication_secrets")
ROWS = [row for row in SUITE.requirements if row.conformance_class == "authentication"]
PLACE = "{{account:primary}}"


def reply(
    status: int = 200,
    *,
    code: str | None = "0",
    denied: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
    document: Any = None,
    timestamp: object = None,
) -> Reply:
    body = json.dumps(document).encode() if document is not None else b""
    return Reply(
        "x1",
        Response(status, headers, body),
        Record({}, Location("x1"), NOW),
        code,
        denied,
        document=document,
        envelope={"timestamp": timestamp},
        sent=NOW,
    )


GOOD = reply()


@pytest.mark.parametrize(
    "answer",
    [
        reply(document={"data": {"x": f"a {PLACE} b"}}),
        reply(headers=(("x-debug", f"k={PLACE}"),)),
        reply(headers=(("location", "/v1/data?access_token=abc"),)),
        reply(document={"links": [{"href": "https://x.invalid/a?b=1&sign=Zm9v"}]}),
        reply(document={"data": {"appSecret": "Zm9vYmFyMTIz"}}),
        reply(document={"data": [{"client_secret": "Zm9vYmFyMTIz"}]}),
        reply(document={"message": "see https://x.invalid/?API-KEY=1234"}),
    ],
)
def test_leaks(answer: Reply) -> None:
    found = secrets._leak(answer)
    assert found
    assert PLACE not in found


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(document={"token": "required", "tokenUrl": "/v1/token", "secret": None, "password": ""}),
        reply(document={"sign": "base64", "token": "https://x.invalid/token"}),
        reply(document={"href": "https://x.invalid/a?page=2&pageSize=3"}),
        reply(document={"href": "/v1/resources/{resource}?sign={sign}"}),
        reply(document={"text": "http://[", "n": 1, "list": [None, True]}),
    ],
)
def test_no_leaks(answer: Reply) -> None:
    assert secrets._leak(answer) is None


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_any_document_can_be_searched(document: object) -> None:
    secrets._inside(document)


# -- platforms that others have ----------------------------------------------------------------------------------------


def only(*names: str) -> Callable[[Statement], Statement]:
    return lambda statement: replace(
        statement, accounts={name: one for name, one in statement.accounts.items() if name in names}
    )


def clock_off(seconds: float) -> Callable[[Platform], None]:
    def change(made: Platform) -> None:
        right, clock = made.verifier.distance, made.clock
        made.verifier.distance = lambda milliseconds: right(milliseconds) - seconds  # type: ignore[method-assign]
        made.answering._clock = lambda: clock() + timedelta(seconds=seconds)

    return change


@pytest.mark.parametrize("requirement", ["IC-012", "IC-013", "IC-014", "IC-015"])
def test_where_clocks_differ_signed_requests_show_nothing(requirement: str) -> None:
    found = judged(requirement, clock_off(3600), only("primary", "signer"))
    assert (found.found, found.status) in ((0, Status.PASS), (0, Status.INCONCLUSIVE))
    if requirement in ("IC-014", "IC-015"):
        assert found.observed == 0


@pytest.mark.parametrize(
    ("requirement", "names", "status", "cause"),
    [
        ("IC-014", ("primary",), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("IC-016", ("primary", "gov"), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("IC-017", ("primary", "signer"), Status.INCONCLUSIVE, "data.feature-unseen"),
        ("IC-018", ("primary",), Status.INCONCLUSIVE, "permission-not-given.rotating"),
        ("IC-020", ("primary",), Status.INCONCLUSIVE, "permission-not-given.low_right"),
        ("IC-021", ("primary",), Status.INCONCLUSIVE, "permission-not-given.low_right"),
        ("IC-022", ("primary",), Status.INCONCLUSIVE, "permission-not-given.metered"),
        ("IC-023", ("primary", "signer"), Status.NOT_APPLICABLE, "claim.option-unused"),
    ],
)
def test_an_account_that_was_not_given(requirement: str, names: tuple[str, ...], status: Status, cause: str) -> None:
    found = judged(requirement, statement=only(*names))
    assert (found.status, found.cause.code if found.cause else None) == (status, cause)


def refusing_all(made: Platform) -> None:
    def refuse(_: object) -> None:
        raise ApiError(401, 40102, "bad signature")

    made.verifier.identify = refuse  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("requirement", [row.id for row in ROWS if row.id not in ("IC-012", "IC-017", "IC-023")])
def test_who_refuses_everybody_proves_nothing_by_it(requirement: str) -> None:
    found = judged(requirement, refusing_all)
    assert (found.found, found.status) in ((0, Status.INCONCLUSIVE), (0, Status.PASS))
    assert requirement == "IC-019" or found.status is Status.INCONCLUSIVE


@pytest.mark.parametrize("requirement", ["IC-012", "IC-023"])
def test_who_refuses_everybody_fails_where_somebody_must_be_let_in(requirement: str) -> None:
    assert judged(requirement, refusing_all).found


def test_an_account_whose_secret_cannot_be_kept_is_not_rotated() -> None:
    store = ExchangeStore(None)
    kept: list[str] = []

    def in_environment(statement: Statement) -> Statement:
        account = replace(
            statement.accounts["rotating"], secret=statement.accounts["signer"].secret, client="app-signer"
        )
        return replace(statement, accounts={**statement.accounts, "rotating": account})

    def watch(made: Platform) -> None:
        right = made.accounts.renew
        made.accounts.renew = lambda account: kept.append(account.name) or right(account)  # type: ignore[method-assign, func-returns-value]

    found = judged("IC-018", watch, in_environment, store)
    assert found.cause
    assert (found.status, found.cause.code, kept) == (Status.INCONCLUSIVE, "auth.rotation-env", [])


def test_nothing_that_is_secret_is_recorded() -> None:
    store, secret = ExchangeStore(None), []

    def watch(made: Platform) -> None:
        secret.append(made)

    for row in ROWS:
        judged(row.id, watch, store=store)
        made = secret[-1]
        known = [text for one in made.accounts.by_name.values() for text in (one.secret, one.token)]
        seen = "".join(repr(exchange) for exchange in store.chronological())
        assert not [text for text in (*known, *made.verifier.tokens) if text in seen], row.id
        store = ExchangeStore(None)


def test_a_limit_beyond_reason_is_not_tried() -> None:
    def declare(made: Platform) -> None:
        made.parts[SUITE.id].capability["limits"]["ratePerMinute"] = 98

    store = ExchangeStore(None)
    assert judged("IC-022", declare, store=store).status is Status.INCONCLUSIVE
    assert store.counters().sent == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_a_check_costs(row: Any) -> None:
    store = ExchangeStore(None)
    assert judged(row.id, store=store).status is Status.PASS
    assert store.counters().sent <= 45


# -- the reference -----------------------------------------------------------------------------------------------------


def basic(made: Platform, name: str, secret: str = "") -> tuple[str, str]:
    account = made.accounts.by_name[name]
    return account.client, secret or account.secret


@pytest.mark.parametrize("name", ["oauth", "bj"])
def test_who_names_itself_is_given_a_token(name: str) -> None:
    with platform() as made:
        client = Client(made)
        good = client.post("/v1/token", auth=basic(made, name), data={"grant_type": "client_credentials"})
        assert good.get_json()["data"]["expiresIn"] == made.verifier.lifetime
        assert good.get_json()["data"]["accessToken"] in made.verifier.tokens
        assert client.post("/v1/token", auth=basic(made, name, "wrong")).get_json()["code"] == 40102
        assert client.post("/v1/token").get_json()["code"] == 40101


@pytest.mark.parametrize(
    ("body", "status"), [({"app_id": "app-zj"}, 200), ({"app_id": "app-other"}, 400), ([], 400), ("x", 400)]
)
def test_the_platform_signs_for_its_own_client_alone(body: object, status: int) -> None:
    with platform() as made:
        assert Client(made).post("/v1/sign", auth=basic(made, "zj"), json=body).status_code == status
        assert Client(made).post("/v1/sign", auth=basic(made, "signer"), json=body).status_code == 401


def test_the_capability_document_tells_how_to_sign() -> None:
    with platform() as made:
        told = {row["profile"]: row for row in made.parts[SUITE.id].capability["authentication"]}
    assert told["sd-open"] == {"profile": "sd-open", "windowSeconds": 600, "nonce": True}
    assert told["gov-exchange"] == {"profile": "gov-exchange", "windowSeconds": 300, "nonce": False}
    assert told["bearer"] == {"profile": "bearer"}
