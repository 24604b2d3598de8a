"""Whether an account may write: asked with what cannot exist, and only where that is what the call names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_szxc.doctor.rights import about_accounts, about_sink, about_write
from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Basis, ConformanceClass, Effect, Level, Operation, Requirement, Response, Suite, Text
from pytest_szxc.target.preflight import Preflight
from pytest_szxc.target.statement import Account, BoundOperation, Claim, Secret, Statement

TITLE = Text("标题", "title")
ROW = Requirement(
    "TY-001", "tiny", "changes", Level.MUST, TITLE, "-", Basis.PROFILE, TITLE, TITLE, permissions=("write",)
)
OPERATIONS = {
    name: Operation(name, "tiny", TITLE, Effect.WRITE, "object", "TY-001") for name in ("create", "drop", "remove")
}
SUITE = Suite(
    "tiny", "TY", "0.1.0", TITLE, TITLE, (), (ConformanceClass("changes", TITLE),), {}, OPERATIONS, (ROW,), Path()
)
CREATE = BoundOperation("create", "POST", "/things", effect=Effect.WRITE)
DROP = BoundOperation("drop", "DELETE", "/things", effect=Effect.WRITE)
REMOVE = BoundOperation("remove", "DELETE", "/things/{code}", effect=Effect.WRITE)


def visit(*bound: BoundOperation, suite: Suite = SUITE, answer: Any = None, **changes: Any) -> Any:
    """A visit whose target answers everything alike; ``asked`` holds what was asked."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def ask(operation: str, **given: Any) -> Any:
        asked.append((operation, given))
        if isinstance(answer, Exception):
            raise answer
        status = answer or 404
        return SimpleNamespace(response=Response(status), denied=status in (401, 403), exchange="x")

    statement = Statement(
        claims={"tiny": Claim("tiny", ("changes",))}, operations={("tiny", one.operation): one for one in bound}
    )
    sut = SimpleNamespace(ask=ask, prefix="szxc-r-", primary=Account("primary"))
    facts = {"suites": {"tiny": suite}, "statement": statement, "may_write": True, "interactive": True}
    return SimpleNamespace(**{**facts, "sut": sut, "asked": asked, **changes})


def codes(checks: Any) -> list[str]:
    return [check.cause.code for check in checks]


def test_without_leave_nothing_is_asked_and_what_depends_on_it_is_named() -> None:
    made = visit(REMOVE, may_write=False)
    (check,) = about_write(made)
    assert (check.cause.code, check.cause.params["requirements"]) == ("doctor.write.not-asked", "TY-001")
    assert made.asked == []


def test_only_a_call_that_names_one_object_is_made() -> None:
    made = visit(CREATE, DROP, REMOVE)
    assert codes(about_write(made)) == ["doctor.write.good"]
    assert made.asked == [("remove", {"accept": (0,), "code": "szxc-r-none"})]
    assert codes(about_write(visit(CREATE, DROP))) == ["doctor.write.no-probe"]
    assert codes(about_write(visit(DROP, suite=replace(SUITE, write_probe="drop")))) == ["doctor.write.no-probe"]


def test_a_suite_names_the_operation() -> None:
    named = replace(REMOVE, operation="create", method="POST", path="/things/delete", body={"id": "{code}"})
    made = visit(named, REMOVE, suite=replace(SUITE, write_probe="create"))
    assert codes(about_write(made)) == ["doctor.write.good"]
    assert made.asked[0][0] == "create"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (200, "good"),
        (204, "good"),
        (400, "good"),
        (404, "good"),
        (401, "denied"),
        (403, "denied"),
        (405, "unclear"),
        (501, "unclear"),
        (503, "unclear"),
        (TransportFault("transport.reset", problem="-"), "unclear"),
    ],
)
def test_what_an_answer_tells(answer: object, code: str) -> None:
    assert codes(about_write(visit(REMOVE, answer=answer))) == [f"doctor.write.{code}"]


@pytest.mark.parametrize("changes", [{"interactive": False}, {"suites": {"tiny": replace(SUITE, requirements=())}}])
def test_where_nothing_can_be_written(changes: dict[str, Any]) -> None:
    assert codes(about_write(visit(REMOVE, **changes))) == ["doctor.write.needless"]


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("second", 200, "doctor.accounts.good"),
        ("second", 401, "doctor.accounts.refused"),
        ("second", 403, "doctor.accounts.refused"),
        ("low_right", 403, "doctor.accounts.good"),
        ("low_right", 401, "doctor.accounts.refused"),
        ("second", TransportFault("transport.reset", problem="-"), "doctor.operation"),
        ("second", TransportFault("budget.minutes", limit="1"), "doctor.not-reached"),
        ("second", TransportFault("envelope.object-missing", path="@", keys="-"), "doctor.accounts.good"),
    ],
)
def test_a_further_account(name: str, answer: object, code: str) -> None:
    made = visit(answer=answer)
    account = Account(name, "bearer", secret=Secret(env="SZXC_PLACE"))
    made.statement = replace(made.statement, accounts={"primary": Account("primary"), name: account})
    (check,) = about_accounts(made, Preflight(None, {}, reasons={("tiny", "list"): None}))
    assert check.cause.code == code
    assert made.asked[0][1]["account"] == name


def test_no_further_account() -> None:
    assert codes(about_accounts(visit(), Preflight(None, {}))) == ["doctor.accounts.alone"]


@pytest.mark.parametrize(
    ("pushes", "base_url", "sink", "code"),
    [
        (True, "https://platform.example", "", "notice.sink"),
        (True, "https://platform.example", "http://u:secret@10.0.0.9:8099", "doctor.sink.good"),
        (True, "http://127.0.0.1:8000", "", "doctor.sink.here"),
        (False, "https://platform.example", "", "doctor.sink.needless"),
    ],
)
def test_whether_pushes_can_reach_us(pushes: bool, base_url: str, sink: str, code: str) -> None:
    operations = {name: replace(row, pushes=pushes) for name, row in OPERATIONS.items()}
    suite = replace(SUITE, operations=operations, requirements=(replace(ROW, operations=("create",)),))
    made = visit(suite=suite, networked=True)
    made.statement = replace(made.statement, base_url=base_url, sink=sink)
    check = about_sink(made)
    assert check.cause.code == code
    assert "secret" not in "".join(check.lines("zh"))
