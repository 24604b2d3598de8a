"""What a check notes is made once and survives in the recording."""

from __future__ import annotations

from pytest_szxc.target.noting import noted
from pytest_szxc.target.store import ExchangeStore


def test_a_value_is_made_once() -> None:
    store, made = ExchangeStore(None), []
    for _ in range(2):
        assert noted(store, "TY-001/x", lambda: made.append(1) or {"tried": [[1, "二"]], "smallest": None}) == {
            "tried": [[1, "二"]],
            "smallest": None,
        }
    assert made == [1]
    assert store.counters().sent == 0


def test_another_name_is_another_value() -> None:
    store = ExchangeStore(None)
    assert (noted(store, "a", lambda: 1), noted(store, "b", lambda: 2), noted(store, "a", lambda: 3)) == (1, 2, 1)


def test_it_is_found_in_a_copy_of_the_recording() -> None:
    store = ExchangeStore(None)
    noted(store, "a", lambda: [1])
    assert noted(ExchangeStore.of(store.all()), "a", lambda: [2]) == [1]
