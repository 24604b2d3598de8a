from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.model import Text
from pytest_szxc.reference import Mutants, Variants, Where
from pytest_szxc.reference.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store() -> Store:
    store = Store()
    store.load("things", [("a", '{"n":1}'), ("b", '{"n":2}'), ("c", '{"n":3}')])
    return store


def test_documents_come_in_their_order(store: Store) -> None:
    assert [document["n"] for document in store.all("things")] == [1, 2, 3]
    assert store.page("things", 1, 1) == [{"n": 2}]
    assert store.page("things", 0, -1, order="position DESC")[0] == {"n": 3}


def test_conditions(store: Store) -> None:
    big = Where("json_extract(body, '$.n') >= ?", (2,))
    assert store.count("things", big) == 2
    assert store.all("things", big) == [{"n": 2}, {"n": 3}]


def test_one_document(store: Store) -> None:
    assert store.get("things", "b") == {"n": 2}
    store.replace("things", "b", {"n": 20})
    assert store.get("things", "b") == {"n": 20}
    store.remove("things", "b")
    assert store.get("things", "b") is None


def test_a_key_may_stand_twice(store: Store) -> None:
    store.add("things", "a", {"n": "地"})
    assert [document["n"] for document in store.all("things", Where("key = ?", ("a",)))] == [1, "地"]


def test_edit_alters_in_place(store: Store) -> None:
    store.edit("things", lambda document: document.update(n=0), Where("key <> 'b'"))
    assert [document["n"] for document in store.all("things")] == [0, 2, 0]


def test_threads_share_the_store(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.add("things", str(n), {"n": n}), range(100)))
    assert store.count("things") == 103


def test_a_file_lasts(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    store.load("things", [("a", "{}")])
    store.close()
    again = Store(tmp_path / "store.db")
    assert again.get("things", "a") == {}
    again.close()


@pytest.mark.parametrize("registry", [Mutants(), Variants()])
def test_a_deviation_is_registered_once(registry: Mutants | Variants) -> None:
    registry.add("odd", "怪", "odd")(lambda _: None)
    assert registry["odd"].title == Text("怪", "odd")
    with pytest.raises(KeyError):
        registry.add("odd", "怪", "odd")(lambda _: None)
