"""Subscription: who subscribed is told of what was pushed, once and rightly, and no longer after leaving."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_szxc import canonical_json, expect, requirement

from .capability import capability, resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pytest_szxc import Observation, Record, Reply, Sink, Sut

PATIENCE = 5.0
"""Seconds in which a notice may come."""
SILENCE = 3.0
"""Seconds in which none may come."""
ROWS = 2
MOST = ROWS + 3
"""So often it is looked whether a further notice has come."""
TAKEN = ("accepted", "stored", "confirmed")
REGION = "999999001000"


@requirement("IC-075")
def test_subscriber_is_told(sut: Sut) -> Iterator[Observation]:
    """A batch is told to the address that subscribed; what is pushed elsewhere, or after leaving, is not."""
    codes = [resource.text("resourceCode") or "" for resource in resources(sut)]
    if not codes:
        return
    sink = sut.sink()
    wish = {"id": f"{sut.prefix}sub", "url": sink.url, "resourceCode": codes[0]}  # may be named otherwise
    reply = sut.ask("subscribe", body=wish)
    name = reply.record.text("id")
    pushed = _pushed(sut, codes[0], "told")
    if not pushed:
        return  # of what was not taken, nobody need be told
    notices = _notices_of(pushed, sink)
    yield expect(bool(name), reply.at("id"), expected="id of the subscription", observed=name)
    yield expect(bool(notices), reply.at("url"), expected="a notice of the batch", observed=len(notices))
    if notices and name:
        elsewhere = _pushed(sut, codes[1], "elsewhere") if len(codes) > 1 else ()
        sut.ask("unsubscribe", subscription=name)
        later = _pushed(sut, codes[0], "left")
        everything = sink.received(len(notices) + ROWS, wait=SILENCE)
        yield from _told_once(everything, pushed, reply)
        yield from _silent(everything, elsewhere, "another resource")
        yield from _silent(everything, later, "after unsubscribing")


def _notices_of(ids: tuple[str, ...], sink: Sink) -> tuple[Record, ...]:
    """What comes until each record was told; a platform may send something else first, and a notice for each record."""
    notices: tuple[Record, ...] = ()
    for _ in range(MOST):
        more = sink.received(len(notices) + 1, wait=PATIENCE)
        told = {text for notice in more for text in _texts(notice.get("body"))}
        if told.issuperset(ids) or len(more) == len(notices):
            return more
        notices = more
    return notices


def _pushed(sut: Sut, code: str, what: str) -> tuple[str, ...]:
    """The ids of a batch that was taken as a whole; none where it was not."""
    batch = f"{sut.prefix}{what}-{sut.random(what).randrange(10**9):09d}"
    ids = tuple(f"{batch}-{number}" for number in range(1, ROWS + 1))
    receipt = sut.ask("push_batch", body=_message(sut, code, batch, [_row(sut, code, one) for one in ids]), accept=(0,))
    taken = receipt.response.status < 300 and (receipt.record.text("status") or "") in TAKEN  # noqa: PLR2004 -- HTTP
    return ids if taken else ()


def _row(sut: Sut, code: str, name: str) -> dict[str, Any]:
    now = sut.now.isoformat(timespec="seconds")
    region = capability(sut).text("region") or REGION
    common = {"id": name, "resourceCode": code, "regionCode": region, "kind": "test"}
    return {**common, "collectedAt": now, "updatedAt": now, "data": {"name": "互联互通测试"}}


def _message(sut: Sut, code: str, batch: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """A push message with one batch in one part (section 4.5 of the suite's facts)."""
    return {
        "messageId": f"{batch}-m",
        "messageType": "push",
        "sender": "szxc",
        "receiver": capability(sut).text("nodeId") or "-",
        "resourceCode": code,
        "batchNo": batch,
        "seq": 1,
        "total": 1,
        "mode": "incr",
        "op": "I",
        "count": len(records),
        "digest": {"alg": "SHA-256", "value": canonical_json.digest("SHA-256", records)},
        "sentAt": sut.now.isoformat(timespec="seconds"),
        "records": records,
    }


def _told_once(notices: tuple[Record, ...], ids: tuple[str, ...], reply: Reply) -> Iterator[Observation]:
    """Each record of the batch is named in one notice: none is left out, none told again."""
    counts = Counter(name for notice in notices for name in set(_texts(notice.get("body"))) & set(ids))
    for name in ids:
        at = notices[0].at("body") if notices else reply.at("url")
        yield expect(counts[name] == 1, at, expected=f"{name}: told once", observed=counts[name])


def _silent(notices: tuple[Record, ...], ids: tuple[str, ...], why: str) -> Iterator[Observation]:
    """Nothing of a batch is told."""
    if not ids:
        return
    telling = [notice for notice in notices if set(ids).intersection(_texts(notice.get("body")))]
    at = (telling or notices)[0].at("body")
    yield expect(not telling, at, expected=f"no notice ({why})", observed=len(telling))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """All texts in a JSON value, wherever they stand."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
