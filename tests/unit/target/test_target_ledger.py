"""The write ledger: on disk in whole lines, by many at once; what was cut off, damaged or done afterwards is told."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import SzxcError
from pytest_szxc.target.ledger import CLEANUP, LEDGER, Debt, Ledger, read_ledger

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["write", "answered", "left", "settled"])), max_size=12)


def debt(name: str = "a", undo: str | None = "remove", **params: object) -> Debt:
    return Debt("tiny", "create", "TY-001", "primary", undo, params or {"thing": name}, "2026-06-01T04:00:00Z", name)


def tell(ledger: Ledger, event: str, one: Debt) -> None:
    if event in ("write", "answered"):
        getattr(ledger, event)(one)
    else:
        getattr(ledger, event)(one, "removed")


def test_nothing_is_there_until_something_is_written(tmp_path: Path) -> None:
    Ledger(tmp_path / LEDGER)
    assert list(tmp_path.iterdir()) == []
    assert read_ledger(tmp_path / LEDGER).debts == ()
    Ledger().write(debt())


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / LEDGER
    ledger = Ledger(path)
    for name in "abc":
        ledger.write(debt(name))
    ledger.write(debt("quiet", undo=None))
    ledger.answered(debt("b", thing="other", more=None))
    ledger.left(debt("b"), "ledger.refused")
    ledger.settled(debt("c"), "removed")
    found = read_ledger(path)
    assert [(one.id, one.params, one.cause, one.named) for one in found.debts] == [
        ("a", {"thing": "a"}, "", True),
        ("b", {"thing": "other", "more": None}, "ledger.refused", False),
    ]
    assert (found.writes, found.torn) == (4, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cleanup_did_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / LEDGER
    Ledger(path).write(debt())
    Ledger(path, CLEANUP).settled(debt(), "removed")
    assert read_ledger(path).debts == ()
    assert len(read_ledger(path, without_cleanup=True).debts) == 1


@given(events=EVENTS, cut=st.integers(0, 2000))
def test_a_ledger_that_was_cut_off_tells_what_its_whole_lines_tell(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, str]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / LEDGER
    for number, event in events:
        tell(Ledger(path), event, debt(str(number)))
    whole = path.read_bytes() if path.exists() else b""
    path.write_bytes(whole[:cut])
    found = read_ledger(path)
    lines = whole[:cut].split(b"\n")
    complete = b"".join(line + b"\n" for line in lines[:-1])
    path.write_bytes(complete)
    again = read_ledger(path)
    if not _parses(lines[-1]):
        assert (found.debts, found.writes) == (again.debts, again.writes)
        assert found.torn == bool(lines[-1])
    path.write_bytes(whole[:cut])
    Ledger(path).write(debt("later"))  # what was cut off does not swallow the next line
    assert read_ledger(path).debts[-1].id == "later"


def _parses(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"7",
        b"null",
        b'{"event": "write"}',
        b'{"event": "write", "id": 5}',
        b"\xff\xfe",
        b"[" * 5000,
        b'{"event": "write", "id": "x", "params": [1]}',
        b'{"event": 3, "id": "a"}',
    ],
)
def test_damaged_lines_are_counted_and_passed_over(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / LEDGER
    Ledger(path).write(debt())
    path.write_bytes(line + b"\n" + path.read_bytes())
    found = read_ledger(path)
    assert ([one.id for one in found.debts], found.torn) == (["a"], 1)


def _fill(place: tuple[str, str]) -> None:
    from pathlib import Path  # noqa: PLC0415 -- in a process of its own

    for number in range(40):
        Ledger(Path(place[0])).write(debt(f"{place[1]}{number}"))


def test_processes_write_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / LEDGER
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(_fill, [(str(path), name) for name in "xyz"]))
    found = read_ledger(path)
    assert (len(found.debts), found.torn) == (120, 0)


def test_a_ledger_that_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SzxcError, match=r"ledger\.unreadable"):
        read_ledger(tmp_path)
    with pytest.raises(OSError, match=r"not exist|No such"):
        Ledger(tmp_path / "none" / LEDGER).write(debt())
