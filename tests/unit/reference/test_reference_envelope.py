from __future__ import annotations

from datetime import UTC, datetime

from pytest_szxc.reference.envelope import Answering

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def test_ids_are_counted_outside_a_request_and_can_be_named_otherwise() -> None:
    answering = Answering(lambda: NOW)
    assert [answering.enveloped(0, "ok", None)["requestId"] for _ in range(2)] == ["r00000001", "r00000002"]
    answering.named = lambda given: f"n-{given}"
    assert answering.request_id() == "n-None"
