"""What an accepted error says, in the words of the suite: members renamed, codes mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW, TITLE

from pytest_szxc.model import Basis, Effect, Level, Requirement
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.statement import Account, BoundOperation, Envelope, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_szxc.model import Suite
    from pytest_szxc.target.sut import Reply

ENVELOPE = Envelope(payload="data", code="code", success=("0",), message="message")
CODES = {"rule": {"E1": "X1"}}


def asked(suite: Suite, status: str, body: bytes, items: str = "@") -> Reply:
    def platform(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    bound = BoundOperation(
        "judge",
        "POST",
        "/judge",
        effect=Effect.READ,
        envelope=ENVELOPE,
        items=items,
        fields={"rule": "cause"},
        values=CODES,  # type: ignore[arg-type]
    )
    row = Requirement("TY-001", "tiny", "catalogue", Level.MUST, TITLE, "", Basis.TEXT, TITLE, TITLE)
    statement = Statement(
        base_url="http://szxc.invalid",
        accounts={"primary": Account("primary")},
        operations={("tiny", "judge"): bound},
    )
    sut = LiveSut(
        suites={"tiny": suite},
        store=ExchangeStore(),
        statement=statement,
        transport=WsgiTransport(platform),
        clock=VirtualClock(NOW),
        now=NOW,
        seed="1",
    )
    return sut.for_requirement(row.id).ask("judge", accept=(0,))


@pytest.mark.parametrize(
    ("status", "body", "items", "told"),
    [
        ("422 No", b'{"code":1,"message":"no","data":{"cause":"E1"}}', "@", {"rule": "X1"}),
        ("200 OK", b'{"code":1,"data":{"cause":"E1","more":2}}', "@", {"rule": "X1", "more": 2}),
        ("422 No", b'{"code":1,"data":{"error":{"cause":"E1"}}}', "error", {"rule": "X1"}),
        ("422 No", b'{"code":1,"data":{"cause":"E1"}}', "result", {"rule": "X1"}),
        ("422 No", b'{"code":1,"data":null,"cause":"E1"}', "@", {"code": 1, "data": None, "rule": "X1"}),
        ("400 No", b'{"code":1,"data":["E1"]}', "@", {"code": 1, "data": ["E1"]}),
        ("400 No", b'["E1"]', "@", {}),
        ("400 No", b"no", "@", {}),
    ],
)
def test_a_refusal_is_canonical(suite: Suite, status: str, body: bytes, items: str, told: dict[str, Any]) -> None:
    reply = asked(suite, status, body, items)
    assert not reply.fine
    assert reply.record.value == {}
    assert reply.refusal is not None
    assert reply.refusal.value == told
    assert reply.refusal.origin.exchange == reply.exchange


def test_an_answer_is_no_refusal(suite: Suite) -> None:
    reply = asked(suite, "200 OK", b'{"code":0,"data":{"cause":"E1"}}')
    assert (reply.refusal, reply.record.value) == (None, {"rule": "X1"})
