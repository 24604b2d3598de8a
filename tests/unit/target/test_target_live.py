from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from conftest import NOW, TITLE

from pytest_szxc.errors import PermissionMissing, Refused, RunEnded, TransportFault, Unjudgeable
from pytest_szxc.model import Basis, Effect, Level, Requirement
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.pace import Pace
from pytest_szxc.target.statement import Account, BoundOperation, Envelope, Limits, Paging, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.streams import Adapter
from pytest_szxc.target.transports import ReplayTransport, WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_szxc.model import Suite

ENVELOPE = Envelope(payload="data", code="code", success=("0",), denied=("40302",), message="message")
ROWS = [{"code": f"R{number}", "level": str(number % 2)} for number in range(5)]
PAGED = Paging("page", size="pageSize", limit=2)


def bind(name: str, method: str, path: str, **members: object) -> BoundOperation:
    return BoundOperation(name, method, path, **{"envelope": ENVELOPE, **members})  # type: ignore[arg-type]


STATEMENT = Statement(
    base_url="http://szxc.invalid",
    accounts={"primary": Account("primary"), "low_right": Account("low_right", "header", header="X-Low")},
    operations={
        ("tiny", row.operation): row
        for row in (
            bind("list_things", "GET", "/list", items="list", total="total", paging=PAGED, query={"since": "{since}"}),
            bind("judge", "POST", "/judge", body={"impacts": "{impacts}"}, effect=Effect.READ),
            bind("export", "GET", "/export"),
            bind("create", "POST", "/create", effect=Effect.WRITE),
        )
    },
)


class Platform:
    """A platform of a few lines; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.rows: object = ROWS
        self.status = "200 OK"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        self.asked.append(f"{environ['REQUEST_METHOD']} {path}?{query}")
        low = "HTTP_X_LOW" in environ
        start_response("403 Forbidden" if low else self.status, [("Content-Type", "application/json")])
        if low:
            return [b'{"code":40302,"message":"no"}']
        if path == "/list":
            return [self._answer(self._page(query))]
        if path == "/export":
            return [b"a,b\n"]
        return [self._answer({"echo": json.loads(environ["wsgi.input"].read() or b"null")})]

    def _page(self, query: str) -> object:
        if not isinstance(self.rows, list):
            return self.rows
        page = int(parse_qs(query)["page"][0])
        return {"total": len(self.rows), "list": self.rows[page * 2 - 2 : page * 2]}

    def _answer(self, data: object) -> bytes:
        return json.dumps({"code": 0, "data": data}).encode()


def requirement(name: str) -> Requirement:
    return Requirement(name, "tiny", "catalogue", Level.MUST, TITLE, "", Basis.TEXT, TITLE, TITLE)


@pytest.fixture
def platform() -> Platform:
    return Platform()


def live(suite: Suite, platform: Platform, store: ExchangeStore | None = None, **members: Any) -> LiveSut:
    suite = replace(suite, requirements=(requirement("TY-001"), requirement("TY-002")))
    given = {
        "statement": STATEMENT,
        "transport": WsgiTransport(platform),
        "clock": VirtualClock(NOW),
        "now": NOW,
        "seed": "1",
    }
    return LiveSut(suites={"tiny": suite}, store=store or ExchangeStore(), **{**given, **members})


def test_a_stream_is_all_pages_and_sent_once(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    first, second = sut.for_requirement("TY-001"), sut.for_requirement("TY-002")
    assert [record.value for record in first.records("list_things")] == ROWS
    assert [record.value for record in first.records("list_things")] == ROWS
    found = second.records("list_things")
    assert len(platform.asked) == 3
    assert (found.declared_total, len(found)) == (5, 5)
    assert first.exchanges == second.exchanges == found.exchanges
    assert (first.empty, len(first.exchanges)) == ((), 3)
    record = found.items[4]
    assert (record.origin.exchange, record.origin.record, record.observed_at) == (found.exchanges[2], "R4", NOW)
    assert sut.store.counters().sent == 3
    assert sut.store.counters().saved == 6


def test_other_parameters_are_another_stream(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    sut.records("list_things")
    sut.records("list_things", since="2026-01-01")
    sut.records("list_things", since=None)
    assert len(platform.asked) == 6
    assert platform.asked[3].endswith("since=2026-01-01&page=1&pageSize=2")


def test_an_empty_stream_is_noted(suite: Suite, platform: Platform) -> None:
    platform.rows = []
    view = live(suite, platform).for_requirement("TY-001")
    assert list(view.records("list_things")) == []
    assert view.empty == ("list_things",)


def test_a_fault_is_met_once_and_said_to_everybody(suite: Suite, platform: Platform) -> None:
    platform.status = "500 Oops"
    sut = live(suite, platform)
    for name in ("TY-001", "TY-002"):
        view = sut.for_requirement(name)
        with pytest.raises(Refused) as caught:
            view.records("list_things")
        assert caught.value.code == "http.server-error"
        assert view.exchanges == (caught.value.exchange,)
        assert view.tries == 3
    assert len(platform.asked) == 3


def test_ask_gives_one_canonical_object_and_is_shared(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    view = sut.for_requirement("TY-001")
    replies = [view.ask("judge", body={"impacts": [1]}) for _ in range(2)]
    assert replies[0].record.value == {"echo": {"impacts": [1]}}
    assert (replies[0].code, replies[0].denied, replies[0].response.status) == ("0", False, 200)
    assert replies[0].at("header X").pointer == "header X"
    assert view.exchanges == (replies[1].exchange,)
    assert view.ask("export").response.body == b"a,b\n"
    assert len(platform.asked) == 2


def test_accounts_are_those_of_the_statement(suite: Suite, platform: Platform) -> None:
    view = live(suite, platform).for_requirement("TY-001")
    reply = view.ask("judge", account="low_right", accept=(403,))
    assert (reply.denied, reply.record.value) == (True, {})
    with pytest.raises(Refused) as refused:
        view.ask("judge", account="low_right")
    assert view.exchanges == (refused.value.exchange,)
    with pytest.raises(PermissionMissing) as caught:
        view.ask("judge", account="second")
    assert (caught.value.permission, caught.value.code) == ("second", "permission-not-given.second")
    assert live(suite, platform, statement=replace(STATEMENT, accounts={})).ask("judge").response.status == 200


def test_nothing_is_written_without_permission(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    with pytest.raises(PermissionMissing) as caught:
        sut.ask("create", body={})
    assert caught.value.text("zh") == "未允许写入，没有调用 create"
    graver = {
        **STATEMENT.operations,
        ("tiny", "judge"): replace(STATEMENT.operations["tiny", "judge"], effect=Effect.ACTUATE),
    }
    with pytest.raises(PermissionMissing, match=r"permission-not-given\.actuate"):
        live(suite, platform, statement=replace(STATEMENT, operations=graver), permissions=frozenset({"write"})).ask(
            "judge"
        )
    milder = {("tiny", "create"): replace(STATEMENT.operations["tiny", "create"], effect=Effect.READ)}
    with pytest.raises(PermissionMissing, match=r"permission-not-given\.write"):
        live(suite, platform, statement=replace(STATEMENT, operations=milder)).ask("create")
    assert platform.asked == []


def test_writes_are_never_shared_nor_reads_after_them(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform, permissions=frozenset({"write"}))
    view, other = sut.for_requirement("TY-001"), sut.for_requirement("TY-002")
    view.records("list_things")
    created = [view.ask("create", body={"a": 1}).exchange for _ in range(2)]
    view.records("list_things")
    assert len(set(created)) == 2
    assert len(platform.asked) == 3 + 2 + 3
    other.records("list_things")
    assert len(platform.asked) == 8


def test_an_operation_that_is_not_bound(suite: Suite, platform: Platform) -> None:
    with pytest.raises(Unjudgeable) as caught:
        live(suite, platform, statement=Statement()).records("list_things")
    assert caught.value.code == "binding.missing"
    assert "[binding.tiny.operations.list_things]" in caught.value.hint("en")
    with pytest.raises(LookupError):
        live(suite, platform).records("no_such")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"rows": []}, "envelope.items-missing"),
        ({"list": {}}, "envelope.items-missing"),
        ({"list": [[1]]}, "envelope.item-not-object"),
        ([], "envelope.items-missing"),
    ],
)
def test_items_that_are_not_where_the_binding_says(data: object, code: str, suite: Suite) -> None:
    platform = Platform()
    platform.rows = tuple(data) if isinstance(data, list) else data
    with pytest.raises(Refused) as caught:
        live(suite, platform).records("list_things")
    assert caught.value.code == code
    assert caught.value.text("zh")


def test_an_object_that_is_none(suite: Suite, platform: Platform) -> None:
    rows = {("tiny", "judge"): replace(STATEMENT.operations["tiny", "judge"], items="echo.impacts")}
    sut = live(suite, platform, statement=replace(STATEMENT, operations=rows))
    with pytest.raises(Refused, match=r"envelope\.object-missing"):
        sut.ask("judge", body={"impacts": [1]})


def test_random_values_follow_the_seed_and_the_name(suite: Suite, platform: Platform) -> None:
    sut, same, other = live(suite, platform), live(suite, platform), live(suite, platform, seed="2")
    drawn = sut.for_requirement("TY-001").random("a").random()
    assert drawn == same.random("a").random()
    assert len({drawn, sut.random("b").random(), other.random("a").random()}) == 3


def test_the_view_tells_instant_and_prefix(suite: Suite, platform: Platform) -> None:
    view = live(suite, platform, prefix="szxc-1-").for_requirement("TY-001")
    assert (view.now, view.prefix) == (NOW, "szxc-1-")


def test_a_recording_judged_again_gives_the_same(suite: Suite, platform: Platform) -> None:
    store = ExchangeStore()
    sut = live(suite, platform, store)

    def walk(one: LiveSut) -> list[object]:
        view = one.for_requirement("TY-001")
        rows = [(record.value, record.origin) for record in view.records("list_things")]
        return [rows, view.ask("judge", body={"impacts": []}).record.value, view.exchanges]

    first = walk(sut)
    recorded = list(store.all())
    again = live(suite, platform, ExchangeStore.of(recorded), transport=None)
    assert walk(again) == first
    fresh = live(suite, platform, transport=ReplayTransport(ExchangeStore.of(recorded)))
    assert walk(fresh) == first
    with pytest.raises(TransportFault, match=r"replay\.missing"):
        again.ask("judge", body={"impacts": [2]})
    asked = len(platform.asked)
    again.close()
    sut.close()
    assert len(platform.asked) == asked


def test_a_used_up_budget_is_recorded_and_not_sent(suite: Suite, platform: Platform) -> None:
    store, clock = ExchangeStore(), VirtualClock(NOW)
    sut = live(suite, platform, store, clock=clock, pace=Pace(Limits(requests=2, rate=5), store, clock))
    with pytest.raises(TransportFault) as caught:
        sut.records("list_things")
    assert (caught.value.code, caught.value.params) == ("budget.requests", {"limit": "2"})
    assert len(platform.asked) == 2
    assert store.counters().sent == 2
    assert clock.monotonic() == pytest.approx(0.2)


def test_an_adapter_may_open_what_jmespath_cannot(suite: Suite, platform: Platform) -> None:
    adapter = Adapter(observe=lambda operation, payload: {"seen": operation} if "echo" in payload else None)
    sut = live(suite, platform, adapter=adapter)
    assert sut.ask("judge").record.value == {"seen": "judge"}
    assert len(list(sut.records("list_things"))) == 5


def test_questions_at_once_are_answered_in_their_order_and_shared(suite: Suite, platform: Platform) -> None:
    for width in (1, 4):
        sut = live(suite, platform, width=width)
        view = sut.for_requirement("TY-001")
        questions = [{"body": {"impacts": [number]}} for number in range(9)]
        replies = list(view.ask_each("judge", questions))
        again = [view.ask("judge", body=question["body"]) for question in questions]
        assert [reply.exchange for reply in replies] == [reply.exchange for reply in again]
        assert view.exchanges == tuple(reply.exchange for reply in replies)
        assert sut.store.counters().sent == 9


@pytest.mark.parametrize("width", [1, 4])
def test_all_questions_are_asked_even_if_one_has_no_answer(suite: Suite, platform: Platform, width: int) -> None:
    platform.status = "404 Gone"
    view = live(suite, platform, width=width).for_requirement("TY-001")
    with pytest.raises(Unjudgeable):
        list(view.ask_each("judge", [{"body": {"impacts": [number]}} for number in range(9)]))
    assert len(platform.asked) == 9
    assert len(view.exchanges) == 1


def test_writes_are_not_asked_at_once(suite: Suite, platform: Platform) -> None:
    view = live(suite, platform, permissions=frozenset({"write"})).for_requirement("TY-001")
    with pytest.raises(ValueError, match="create"):
        list(view.ask_each("create", [{"body": {}}]))
    assert platform.asked == []


def test_reads_of_which_a_binding_says_that_they_write_are_asked_one_by_one(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform, permissions=frozenset({"write"}), width=4)
    view = sut.for_requirement("TY-001")
    view.ask("create", body={})
    replies = list(view.ask_each("judge", [{"body": {"impacts": [number]}} for number in range(3)]))
    assert len({reply.exchange for reply in replies}) == 3
    assert len(platform.asked) == 4


def test_threads_that_want_one_stream_read_it_once(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform, width=4)
    found: list[int] = []
    views = [sut.for_requirement(name) for name in ("TY-001", "TY-002")] * 4
    threads = [
        threading.Thread(target=lambda view=view: found.append(len(view.records("list_things")))) for view in views
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [5] * 8
    assert len(platform.asked) == 3


def test_after_the_end_nothing_is_sent(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    sut.close()
    with pytest.raises(RunEnded):
        sut.for_requirement("TY-001").records("list_things")
    with pytest.raises(RunEnded):
        sut.for_requirement("TY-002").records("list_things")
    assert platform.asked == []


def test_a_walk_is_asked_anew_and_takes_pages_as_they_come(suite: Suite, platform: Platform) -> None:
    view = live(suite, platform).for_requirement("TY-001")
    first = [
        (page.number, [record.get("code") for record in page.records], page.total)
        for page in view.walk("list_things", size=2)
    ]
    assert first == [(1, ["R0", "R1"], 5), (2, ["R2", "R3"], 5), (3, ["R4"], 5)]
    assert len(platform.asked) == 3
    assert [page.number for page in view.walk("list_things", size=2)] == [1, 2, 3]
    assert len(platform.asked) == 6
    assert len(view.exchanges) == 6


def test_two_requirements_share_their_first_walk(suite: Suite, platform: Platform) -> None:
    sut = live(suite, platform)
    for name in ("TY-001", "TY-002"):
        assert len(list(sut.for_requirement(name).walk("list_things", pages=2))) == 2
    assert len(platform.asked) == 2


def test_a_reply_shows_the_answer_and_its_envelope(suite: Suite, platform: Platform) -> None:
    envelope = replace(ENVELOPE, request_id="requestId", timestamp="at")
    statement = replace(
        STATEMENT, operations={("tiny", "judge"): bind("judge", "POST", "/judge", body={}, envelope=envelope)}
    )
    reply = live(suite, platform, statement=statement).for_requirement("TY-001").ask("judge")
    assert reply.document == {"code": 0, "data": {"echo": {}}}
    assert reply.envelope == {"code": 0, "message": None, "requestId": None, "timestamp": None}
    assert (reply.sent, reply.elapsed) == (NOW, 0.0)


def test_an_error_shows_its_envelope_too(suite: Suite, platform: Platform) -> None:
    reply = live(suite, platform).for_requirement("TY-001").ask("judge", account="low_right", accept=(403,))
    assert (reply.envelope["code"], reply.envelope["message"]) == (40302, "no")


def test_a_forged_request_is_another_one_and_never_shared(suite: Suite, platform: Platform) -> None:
    store = ExchangeStore()
    sut = live(suite, platform, store)
    for _ in range(2):
        sut.for_requirement("TY-001").ask("judge", body={}, account="low_right", accept=(403,), forged="missing")
    sut.for_requirement("TY-001").ask("judge", body={}, account="low_right", accept=(403,))
    assert sorted(exchange.request.forged for exchange in store.all()) == ["", "missing"]


def test_a_plain_request_goes_to_the_port_of_the_web_without_credentials(suite: Suite, platform: Platform) -> None:
    store = ExchangeStore()
    statement = replace(STATEMENT, base_url="https://szxc.invalid:8443/api")
    view = live(suite, platform, store, statement=statement).for_requirement("TY-001")
    view.ask("judge", body={}, account="low_right", forged="plain")
    request = next(store.all()).request
    assert (request.url, request.forged) == ("http://szxc.invalid:80/api/judge", "plain")
    assert "x-low" not in dict(request.headers)


def test_waiting_moves_the_clock(suite: Suite, platform: Platform) -> None:
    clock = VirtualClock(NOW)
    live(suite, platform, clock=clock).for_requirement("TY-001").wait(5)
    assert clock.monotonic() == 5
