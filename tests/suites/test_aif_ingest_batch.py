"""Batches with planted bad rows: how they are made, and that each fault of their results is told with its index."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import judged, part, view
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc.model import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
batches, exactness, checks = part("batches"), part("exactness"), part("test_agri_system_interfaces_ingest_batch")


def altered(change: Callable[[Row], Row]) -> Callable[[Platform], None]:
    return lambda made: made.alter("post_batch", lambda answer: answer.with_payload(change(answer.payload)))


def told(change: Callable[[Row], Row]) -> list[str]:
    return [f"{one.expected} | {one.observed}" for one in judged("AIF-037", altered(change)).findings]


def swapped(payload: Row) -> Row:
    items = payload["items"]
    bad = next((index for index, one in enumerate(items) if one["status"] == "rejected"), None)
    if bad is None or bad + 1 == len(items):
        return payload
    items[bad], items[bad + 1] = items[bad + 1] | {"index": bad}, items[bad] | {"index": bad + 1}
    return payload


def test_results_that_changed_places_are_told() -> None:
    assert any("another order" in one for one in told(swapped))


def test_a_result_that_lacks_is_told() -> None:
    assert any(one == "10 results | 9 results" for one in told(lambda batch: batch | {"items": batch["items"][:-1]}))


def test_garbage_that_is_told_as_accepted_is_named_with_its_index() -> None:
    def forgiven(payload: Row) -> Row:
        items = [{"index": one["index"], "status": "accepted", "code": 0} for one in payload["items"]]
        return payload | {"items": items, "accepted": len(items), "rejected": 0}

    found = [one for one in told(forgiven) if one.startswith("rejected: index")]
    assert len(found) == 2
    assert all(one.endswith("| accepted") for one in found)


@pytest.mark.parametrize("items", [None, {}, "ten", [], [None] * 10, [[]] * 10, [{"status": 1}] * 10])
def test_results_of_another_shape_fail(items: Any) -> None:
    assert judged("AIF-037", altered(lambda batch: batch | {"items": items})).status is Status.FAIL


@given(st.integers(3, 60), st.integers(0, 999))
def test_planted_places_differ_and_are_not_the_same_from_either_end(count: int, seed: int) -> None:
    places = checks._places(Random(seed), count)  # noqa: S311 -- a law of its own
    assert len(places) == 2
    assert set(places) <= set(range(count))
    assert {count - 1 - place for place in places} != set(places)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_batch_has_its_faults_where_they_are_planted(count: int, data: st.DataObject) -> None:
    bad = data.draw(st.dictionaries(st.integers(0, count - 1), st.sampled_from(sorted(batches.FAULTS))))
    with view("AIF-037") as sut:
        device = part("bench").bench(sut, "planted")
        batch = batches.planted(device, count, bad)
        reply = batch.post()
        found = list(batches.answered(batch, reply))
        assert not any(isinstance(one, Finding) for one in found)
        statuses = [one.text("status") for one in part("ingesting").results(reply)]
        assert statuses == ["rejected" if index in bad else "accepted" for index in range(count)]
        records = part("ingesting").shown(device, [row for _, row in batch.good])
        judgements = [*batches.kept(batch, reply, records), *batches.spared(batch, reply, records)]
        assert not any(isinstance(one, Finding) for one in judgements)
        lost = list(batches.kept(batch, reply, records[1:]))
        assert sum(isinstance(one, Finding) for one in lost) == min(1, len(records))
