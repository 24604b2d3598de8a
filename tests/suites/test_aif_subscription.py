"""Subscriptions and pushes: the reference at its edges, over a real socket too, and how checks read messages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, SUITE, judged, part, platform, verdict_on
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc import Location, Record
from pytest_szxc.model import Status
from pytest_szxc.reference import ApiError, build_platform
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import serve
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport, ReplayTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Platform
    from pytest_szxc.target.statement import Statement

Row = dict[str, Any]
messages = part("pushed_messages")
mutants = part("mutants_subscription").MUTANTS
IDS = ("AIF-070", "AIF-071", "AIF-072")
FILTER = {"kinds": ["airTemperature"], "deviceIds": ["cl-0001"]}


class Sent(list[tuple[str, Row, dict[str, str]]]):
    """What a platform has sent: to where, what, with which headers; answered by a script."""

    def __init__(self, *statuses: int) -> None:
        super().__init__()
        self.statuses = statuses or (200,)

    def __call__(self, url: str, body: Row, headers: dict[str, str]) -> int:
        self.append((url, body, headers))
        return self.statuses[min(len(self), len(self.statuses)) - 1]


@contextmanager
def sending(*statuses: int) -> Iterator[tuple[Platform, Sent, VirtualClock]]:
    """The reference with what it sends caught."""
    clock, sent = VirtualClock(NOW), Sent(*statuses)
    with platform(clock) as made:
        made.deliver = sent  # type: ignore[method-assign,assignment]
        yield made, sent, clock


def ask(on: Platform, method: str, path: str, body: Any = None, account: str = "primary") -> TestResponse:
    headers = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"}
    return Client(on).open(f"/szxc/v1{path}", method=method, headers=headers, json=body)


def subscribe(on: Platform, name: str = "s1", **changes: Any) -> TestResponse:
    body = {"subId": name, "filter": FILTER, "sink": f"http://127.0.0.1:9/{name}", "secret": "秘密", **changes}
    return ask(on, "POST", "/subscriptions", body)


def post(on: Platform, minute: int = 1, **changes: Any) -> None:
    at = (NOW - timedelta(minutes=30 - minute)).isoformat()
    row = {"deviceId": "cl-0001", "channelId": "temperature", "kind": "airTemperature", "unit": "Cel"}
    answer = ask(on, "POST", "/observations", row | {"value": 21.5, "phenomenonTime": at, "flag": "N"} | changes)
    assert answer.status_code in {200, 201}


# --- the reference ----------------------------------------------------------------------------------------------------


def test_a_message_is_signed_and_tells_the_observation() -> None:
    with sending() as (made, sent, clock):
        answer = subscribe(made)
        assert answer.status_code == 201
        assert "secret" not in answer.get_json()["data"]
        post(made)
        assert not sent  # beside the request, not within it
        clock.sleep(1)
    ((url, body, headers),) = sent
    assert url == "http://127.0.0.1:9/s1"
    assert (body["subId"], body["observations"][0]["value"]) == ("s1", 21.5)
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert headers == {"X-Szxc-Signature": hmac.new("秘密".encode(), raw, hashlib.sha256).hexdigest()}


@pytest.mark.parametrize(
    ("statuses", "times"),
    [
        ((200,), [0]),
        ((500, 0, 429, 204), [0, 0.5, 1.5, 3.5]),
        ((503,), [0, 0.5, 1.5, 3.5, 7.5]),
        ((404,), [0]),
        ((500, 410), [0, 0.5]),
    ],
)
def test_what_an_answer_asks_for(statuses: tuple[int, ...], times: list[float]) -> None:
    with sending(*statuses) as (made, sent, clock):
        at: list[float] = []
        made.deliver = lambda *said: at.append(clock.monotonic()) or sent(*said)  # type: ignore[method-assign,func-returns-value]
        subscribe(made)
        post(made)
        clock.sleep(200)
        assert at == times
        assert len({body["messageId"] for _, body, _ in sent}) == 1
        post(made, 2)
        clock.sleep(200)
        assert (len(sent) > len(times)) == (statuses[-1] != 410)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (FILTER, True),
        ({}, True),
        ({"kinds": []}, True),
        ({"flags": ["N"]}, True),
        ({"objectIds": ["greenhouse-1"], "kinds": ["co2", "airTemperature"]}, True),
        ({"flags": ["D"]}, False),
        ({"kinds": ["co2"]}, False),
        ({"deviceIds": ["cl-0001"], "objectIds": ["plot-1"]}, False),
    ],
)
def test_filters(wanted: Row, told: bool) -> None:
    with sending() as (made, sent, clock):
        subscribe(made, filter=wanted)
        post(made)
        clock.sleep(1)
        assert bool(sent) == told


def test_who_is_told_nothing() -> None:
    with sending(500) as (made, sent, clock):
        subscribe(made, "left")
        subscribe(made, "short", expiresAt=(NOW + timedelta(seconds=30)).isoformat())
        body = {"subId": "other", "filter": {}, "sink": "http://127.0.0.1:9/other"}
        assert ask(made, "POST", "/subscriptions", body, "second").status_code == 201
        post(made)
        clock.sleep(0.25)
        assert sorted(body["subId"] for _, body, _ in sent) == ["left", "short"]
        assert ask(made, "DELETE", "/subscriptions/left", account="second").status_code == 404
        assert ask(made, "DELETE", "/subscriptions/left").status_code == 200
        clock.sleep(60)
        assert len(sent) == 2 + 4  # no repetition for who has left
        post(made, 2)
        clock.sleep(60)
        assert len(sent) == 2 + 4


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"filter": None}, 400, 40002),
        ({"filter": {"kinds": "co2"}}, 400, 40002),
        ({"sink": "file:///etc/passwd"}, 400, 40002),
        ({"sink": None}, 400, 40002),
        ({"subId": ""}, 400, 40002),
        ({"expiresAt": "soon"}, 400, 40002),
        ({"expiresAt": "2030-01-01T00:00:00"}, 400, 40002),
        ({"expiresAt": 7}, 400, 40002),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422, 42201),
    ],
)
def test_subscriptions_that_are_refused(changes: Row, status: int, code: int) -> None:
    with sending() as (made, _, _):
        answer = subscribe(made, **changes)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_name_is_given_once() -> None:
    with sending() as (made, _, _):
        assert subscribe(made).status_code == 201
        assert subscribe(made).get_json()["code"] == 40901
        assert ask(made, "POST", "/subscriptions", {"filter": {}, "sink": "http://h/"}, "low_right").status_code == 403


# --- how checks read messages -----------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["deviceId", "channelId", "phenomenonTime", "value", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
OBSERVATION = {
    "deviceId": "d",
    "channelId": "c",
    "phenomenonTime": "2026-06-01T12:00:00+08:00",
    "value": Decimal("1.5"),
}


def notice(body: Any, text: str = "", **headers: str) -> Record:
    return Record({"body": body, "text": text, "headers": headers}, Location("x"), NOW)


@given(JSON_VALUES, st.sampled_from(["messageId", "a.b", "X-Id"]))
def test_any_message_can_be_read(body: Any, member: str) -> None:
    made = notice(body)
    assert all(one.at.tzinfo is not None for one in messages.told(made))
    assert messages.id_of(made, member) is None or isinstance(body, dict)
    assert not messages.is_signed(made, "X-Sign", "HMAC-SHA256", "secret")


@given(JSON_VALUES)
def test_an_observation_is_found_wherever_it_stands(around: Any) -> None:
    for body in ([around, OBSERVATION], {"items": {"list": [OBSERVATION]}}, [[OBSERVATION], around]):
        found = [one for one in messages.told(notice(body)) if one.device == "d" and one.channel == "c"]
        assert (found[0].at, found[0].value) == (datetime(2026, 6, 1, 4, tzinfo=UTC), Decimal("1.5"))


def test_members_may_stand_above() -> None:
    points = [{"phenomenonTime": f"2026-06-01T12:0{n}:00+08:00", "value": n} for n in range(3)]
    body = {"deviceId": "d", "series": [{"channelId": "c", "points": points}]}
    assert [one.value for one in messages.told(notice(body))] == [0, 1, 2]
    assert messages.told(notice({"deviceId": "d", "phenomenonTime": "2026-06-01T12:00:00", "value": 1})) == []


@given(st.text(max_size=40).filter(lambda text: text.isprintable()), st.text(min_size=1, max_size=20))
def test_signatures_in_every_notation(text: str, secret: str) -> None:
    try:
        raw, key = text.encode(), secret.encode()
    except UnicodeEncodeError:
        return
    digest = hmac.new(key, raw, "sha256").digest()
    right = [digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode()]
    for value in (*right, *(f"sha256={one}" for one in right)):
        assert messages.is_signed(notice(None, text, sign=value), "Sign", "hmac-sha256", secret)
    wrong = hmac.new(key, raw + b" ", "sha256").hexdigest()
    assert not messages.is_signed(notice(None, text, sign=wrong), "Sign", "HMAC-SHA256", secret)


@pytest.mark.parametrize(("name", "known"), [("HMAC-SHA256", True), ("hmac-sha512", True), ("RSA", False), ("", False)])
def test_algorithms(name: str, known: bool) -> None:
    assert messages.computable(name) is known


@pytest.mark.parametrize(
    ("body", "headers", "member", "name"),
    [
        ({"messageId": "m1"}, {}, "messageId", "m1"),
        ({"head": {"id": 7}}, {}, "head.id", "7"),
        ([], {"x-id": "h1"}, "X-Id", "h1"),
        ({"messageId": " "}, {}, "messageId", None),
        ({"messageId": True}, {}, "messageId", None),
        ({"messageId": None}, {}, "messageId", None),
    ],
)
def test_ids(body: Any, headers: dict[str, str], member: str, name: str | None) -> None:
    assert messages.id_of(notice(body, **headers), member) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Decimal("1.50"), Decimal("1.5"), True),
        (1, Decimal("1.0"), True),
        ("on", "on", True),
        (1, "1", False),
        (None, 0, False),
    ],
)
def test_values(one: Any, other: Any, same: bool) -> None:
    assert messages.same_value(one, other) is same


# --- the checks at their bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", IDS)
def test_the_reference_passes(requirement: str) -> None:
    verdict = judged(requirement)
    assert (verdict.status, verdict.found) == (Status.PASS, 0)


@pytest.mark.parametrize("requirement", IDS)
@pytest.mark.parametrize("operation", ["subscribe_observations", "post_observation"])
def test_a_platform_that_refuses_is_not_judged(requirement: str, operation: str) -> None:
    verdict = judged(requirement, lambda made: made.refuse(operation, ApiError(400, 40002, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", IDS)
def test_a_platform_that_never_pushes_is_waited_for_in_bounded_time(requirement: str) -> None:
    clocks: list[VirtualClock] = []

    def silent(made: Platform) -> None:
        made.parts[SUITE.id].capability["push"] |= {"delayS": 10**9, "retryWithinS": 10**9}
        made.parts[SUITE.id].parts["subscription"].tell = lambda *_: None
        clocks.append(made.clock.__self__)  # type: ignore[attr-defined] # the clock whose method it is

    verdict = judged(requirement, silent)
    assert verdict.status is (Status.FAIL if requirement == "AIF-070" else Status.INCONCLUSIVE)
    assert clocks[0].monotonic() <= 300


def test_that_observations_are_lost_is_another_matter() -> None:
    def losing(made: Platform) -> None:
        made.parts[SUITE.id].parts["ingest"].store = lambda _: False

    verdict = judged("AIF-070", losing)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


def test_a_signature_without_a_declared_header_is_none() -> None:
    def undeclared(made: Platform) -> None:
        del made.parts[SUITE.id].capability["push"]["signatureHeader"]

    assert judged("AIF-071", undeclared).status is Status.WARN


def test_an_algorithm_that_cannot_be_computed_is_not_judged() -> None:
    def other(made: Platform) -> None:
        made.parts[SUITE.id].capability["push"]["algorithm"] = "SM2-WITH-SM3"
        made.parts[SUITE.id].parts["subscription"].headers = lambda *_: {}

    assert judged("AIF-071", other).status is Status.PASS


@pytest.mark.parametrize("name", [None, "push-flood", "push-to-the-wrong-sink"])
def test_a_recording_gives_the_same_verdict_without_listening(name: str | None) -> None:
    store, statements = ExchangeStore(None), list[Any]()

    def kept(said: Statement) -> Statement:
        statements.append(said)
        return said

    live = judged("AIF-070", mutants[name].apply if name else lambda _: None, kept, store)
    recorded = ExchangeStore.of(store.all())
    again = verdict_on("AIF-070", statements[0], ReplayTransport(recorded), recorded, VirtualClock(NOW))
    assert again == live


def test_over_sockets_in_real_time() -> None:
    clock = RealClock()
    made = build_platform({SUITE.id: load_reference(SUITE)}, size=60)
    made.parts[SUITE.id].parts["subscription"].gaps = (0.3, 0.6)
    with serve(made) as url:
        said = demo_statement(made, url, {SUITE.id: SUITE})
        transport = HttpTransport(url, said.limits, said.accounts, clock=clock)
        try:
            verdict = verdict_on("AIF-072", said, transport, ExchangeStore(None), clock)
        finally:
            transport.close()
            withdraw(said)
    made.close()
    assert (verdict.status, verdict.found) == (Status.PASS, 0)
