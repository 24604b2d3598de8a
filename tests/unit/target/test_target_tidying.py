"""What a check makes is in the ledger before it is sent, and removed however the check ends."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW, TITLE, operation

from pytest_szxc.errors import PermissionMissing, Refused, RunEnded, TransportFault, Unjudgeable
from pytest_szxc.model import Effect, Operation, Request, Response, Suite, Undo
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.ledger import LEDGER, Ledger, read_ledger
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.pace import Pace
from pytest_szxc.target.statement import Account, BoundOperation, Envelope, Limits, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import ReplayTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_szxc.target.view import SutView

ENVELOPE = Envelope(payload="data", code="code", success=("0",), message="message")
PREFIX = "szxc-run-"
UNDO = Undo("remove", {"thing": "answer.id || body.id"})


def bind(name: str, method: str, path: str, effect: Effect = Effect.WRITE) -> BoundOperation:
    return BoundOperation(name, method, path, envelope=ENVELOPE, effect=effect)


BOUND = {
    ("tiny", row.operation): row
    for row in (
        bind("create", "POST", "/things"),
        bind("remove", "DELETE", "/things/{thing}"),
        bind("look", "GET", "/things", Effect.READ),
        bind("odd", "POST", "/odd"),
    )
}
STATEMENT = Statement(base_url="http://szxc.invalid", operations=BOUND)


@pytest.fixture
def suite(suite: Suite) -> Suite:
    rows = (
        operation("create", answer="object", effect=Effect.WRITE, undo=UNDO),
        operation("remove", answer="object", effect=Effect.WRITE, harmless=True),
        operation("look", answer="object"),
        operation("odd", answer="object", effect=Effect.WRITE),
    )
    return replace(suite, operations={row.id: row for row in rows})


@dataclass
class Shelf:
    """A platform that keeps things; ``before`` sees each request first and may answer or raise."""

    things: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    before: Callable[[Request], Response | None] = lambda _: None

    def send(self, request: Request) -> Response:
        path = request.url.removeprefix("http://szxc.invalid")
        self.asked.append(f"{request.method} {path}")
        return self.before(request) or self._answer(request.method, path, request.body)

    def _answer(self, method: str, path: str, body: bytes) -> Response:
        if method == "GET":
            return said({"things": sorted(self.things)})
        name = json.loads(body)["id"] if method == "POST" else path.rpartition("/")[2]
        if method == "POST" and name in self.things:
            return said(None, 409, 40901)
        if method == "DELETE" and name not in self.things:
            return said(None, 404, 40401)
        (self.things.add if method == "POST" else self.things.remove)(name)
        return said({"id": name})

    def close(self) -> None:
        pass


def said(data: object, status: int = 200, code: int = 0) -> Response:
    return Response(status, (("content-type", "application/json"),), json.dumps({"code": code, "data": data}).encode())


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def opened(suite: Suite, shelf: Shelf, tmp_path: Path) -> Callable[..., LiveSut]:
    def make(**changes: Any) -> LiveSut:
        usual = {
            "suites": {"tiny": suite},
            "statement": STATEMENT,
            "store": ExchangeStore(None),
            "clock": VirtualClock(NOW),
            "now": NOW,
            "seed": "s",
            "permissions": frozenset({"write"}),
            "prefix": PREFIX,
            "transport": shelf,
            "ledger": Ledger(tmp_path / LEDGER),
        }
        return LiveSut(**{**usual, **changes})

    return make


def made(view: SutView, *names: str) -> None:
    for name in names:
        view.ask("create", body={"id": name})


@pytest.mark.parametrize(
    "ending",
    [None, ValueError, Unjudgeable("data.empty"), TransportFault("transport.reset"), KeyboardInterrupt, RunEnded],
)
def test_what_a_check_made_is_removed_however_it_ends(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path, ending: BaseException | type[BaseException] | None
) -> None:
    view = opened().for_requirement("TY-001")

    def check() -> None:
        with view.tidied():
            made(view, "a", "b")
            if ending:
                raise ending

    if ending:
        with pytest.raises(ending if isinstance(ending, type) else type(ending)):
            check()
    else:
        check()
    assert shelf.things == set()
    assert shelf.asked == ["POST /things", "POST /things", "DELETE /things/b", "DELETE /things/a"]
    assert read_ledger(tmp_path / LEDGER).debts == ()


def test_a_write_is_in_the_ledger_before_it_is_sent(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    seen = []
    shelf.before = lambda _: seen.append(read_ledger(tmp_path / LEDGER).debts)  # type: ignore[func-returns-value]
    made(opened().for_requirement("TY-001"), "a")
    assert [(one.undo, one.params, one.requirement, one.account) for one in seen[0]] == [
        ("remove", {"thing": "a"}, "TY-001", "primary")
    ]


def test_the_platforms_own_name_is_taken_from_its_answer(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    shelf.before = lambda request: said({"id": "its own"}) if request.method == "POST" else None
    view = opened().for_requirement("TY-001")
    made(view, "ours")
    assert read_ledger(tmp_path / LEDGER).debts[0].params == {"thing": "its own"}
    shelf.things.add("its%20own")
    with view.tidied():
        pass
    assert shelf.things == set()


def test_what_the_check_removed_itself_is_not_removed_again(opened: Callable[..., LiveSut], shelf: Shelf) -> None:
    view = opened().for_requirement("TY-001")
    with view.tidied():
        made(view, "a")
        view.ask("remove", thing="a")
    assert shelf.asked.count("DELETE /things/a") == 1


@pytest.mark.parametrize("how", [{"account": "other"}, {"forged": "missing"}])
@pytest.mark.parametrize("status", [404, 200])
def test_what_another_account_or_nobody_is_told_of_it_settles_nothing(
    opened: Callable[..., LiveSut], shelf: Shelf, how: dict[str, str], status: int
) -> None:
    told = [said(None, status, 0 if status == 200 else 40401)]
    shelf.before = lambda request: told.pop() if request.method == "DELETE" and told else None
    statement = replace(STATEMENT, accounts={"other": Account("other", "none")})
    view = opened(statement=statement).for_requirement("TY-001")
    with view.tidied():
        made(view, "a")
        view.ask("remove", thing="a", accept=(404,), **how)
        assert shelf.things == {"a"}
    assert shelf.things == set()


def test_an_answer_that_leads_elsewhere_is_no_refusal(opened: Callable[..., LiveSut], shelf: Shelf) -> None:
    def see_other(request: Request) -> Response | None:
        if request.method == "POST":
            shelf.things.add("a")
            return Response(303, (("location", "/things/a"),))
        return None

    shelf.before = see_other
    view = opened().for_requirement("TY-001")
    with view.tidied():
        view.ask("create", body={"id": "a"}, accept=(0,))
    assert shelf.things == set()


def test_what_was_refused_is_removed_only_if_it_can_be_nobody_elses(
    opened: Callable[..., LiveSut], shelf: Shelf
) -> None:
    ours = f"{PREFIX}x"
    shelf.things = {"theirs", ours}
    view = opened().for_requirement("TY-001")
    with view.tidied():
        for name in ("theirs", ours):
            with pytest.raises(Refused):
                made(view, name)
        view.ask("create", body={"id": "theirs"}, accept=(409,))
    assert shelf.things == {"theirs"}


def test_what_may_have_been_made_is_removed(opened: Callable[..., LiveSut], shelf: Shelf) -> None:
    def late(request: Request) -> Response | None:
        if request.method == "POST":
            shelf.things.add("a")
            raise TransportFault("transport.timeout")
        return None

    shelf.before = late
    view = opened().for_requirement("TY-001")
    with view.tidied(), pytest.raises(TransportFault):
        made(view, "a")
    assert shelf.things == set()


def test_what_was_never_sent_is_not_removed(opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path) -> None:
    store, clock = ExchangeStore(None), VirtualClock(NOW)
    live = opened(store=store, clock=clock, pace=Pace(Limits(rate=0, requests=2), store, clock))
    view = live.for_requirement("TY-001")
    with view.tidied(), pytest.raises(TransportFault, match=r"budget\.requests"):
        made(view, "a", "b", "c")
    assert shelf.things == set()
    assert shelf.asked == ["POST /things", "POST /things", "DELETE /things/b", "DELETE /things/a"]
    assert read_ledger(tmp_path / LEDGER).debts == ()


def test_what_cannot_be_removed_stays_in_the_ledger(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    shelf.before = lambda request: said(None, 403, 40301) if request.method == "DELETE" else None
    view = opened().for_requirement("TY-001")
    with view.tidied():
        made(view, "a", "b")
    assert [(one.id != "", one.cause) for one in read_ledger(tmp_path / LEDGER).debts] == [(True, "ledger.refused")] * 2


def test_a_platform_that_is_gone_is_not_asked_for_ever(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    def dead(request: Request) -> Response | None:
        if request.method == "DELETE":
            raise TransportFault("transport.refused")
        return None

    shelf.before = dead
    view = opened(tries=1).for_requirement("TY-001")
    with view.tidied():
        made(view, *"abcde")
    assert sum(one.startswith("DELETE") for one in shelf.asked) == 2
    causes = [one.cause for one in read_ledger(tmp_path / LEDGER).debts]
    assert sorted(causes) == ["ledger.given-up"] * 3 + ["transport.refused"] * 2


def test_a_run_that_winds_up_sends_removals_alone(opened: Callable[..., LiveSut], shelf: Shelf) -> None:
    live = opened(clock=RealClock())
    view = live.for_requirement("TY-001")

    def check() -> None:
        with view.tidied():
            made(view, "a")
            live.wind_up()
            made(view, "b")

    with pytest.raises(RunEnded):
        check()
    assert shelf.asked == ["POST /things", "DELETE /things/a"]


def test_nothing_is_made_that_could_not_be_removed(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    without = {key: row for key, row in BOUND.items() if row.operation != "remove"}
    graver = BOUND | {("tiny", "remove"): bind("remove", "DELETE", "/things/{thing}", Effect.ACTUATE)}
    for operations, reason in ((without, Unjudgeable), (graver, PermissionMissing)):
        view = opened(statement=replace(STATEMENT, operations=operations)).for_requirement("TY-001")
        with pytest.raises(reason):
            made(view, "a")
    with pytest.raises(LookupError):  # a suite that forgot to say what removes it: our own fault
        opened().for_requirement("TY-001").ask("odd", body={})
    with pytest.raises(OSError, match=r"No such|not exist"):
        made(opened(ledger=Ledger(tmp_path / "none" / LEDGER)).for_requirement("TY-001"), "a")
    assert shelf.asked == []


def test_what_a_binding_says_to_write_is_in_the_ledger(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    graver = BOUND | {("tiny", "look"): bind("look", "GET", "/things", Effect.WRITE)}
    view = opened(statement=replace(STATEMENT, operations=graver)).for_requirement("TY-001")
    view.ask("look")
    next(view.ask_each("look", [{}]))
    found = read_ledger(tmp_path / LEDGER)
    assert (found.writes, found.debts, len(shelf.asked)) == (2, (), 2)


def test_a_recording_gives_the_same_requests_and_no_ledger(
    opened: Callable[..., LiveSut], shelf: Shelf, tmp_path: Path
) -> None:
    def check(view: SutView) -> list[object]:
        with view.tidied():
            made(view, "a", "b")
            return [view.ask("look").record.value, *view.exchanges]

    store = ExchangeStore(None)
    first = check(opened(store=store).for_requirement("TY-001"))
    size = (tmp_path / LEDGER).stat().st_size
    again = ExchangeStore.of(store.chronological())
    replayed = opened(store=again, transport=ReplayTransport(again), ledger=None).for_requirement("TY-001")
    assert check(replayed) == first
    assert len(list(again.chronological())) == len(list(store.chronological())) == len(shelf.asked) == 5
    assert (tmp_path / LEDGER).stat().st_size == size


def test_an_operation_knows_what_removes_it() -> None:
    row = Operation("x", "tiny", TITLE, Effect.WRITE, "object", "TY-001", undo=UNDO)
    assert (row.undo, row.harmless) == (UNDO, False)
