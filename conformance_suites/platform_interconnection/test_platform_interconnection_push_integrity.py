"""Batches are pushed: digests, size, and the query for a receipt."""

from __future__ import annotations

import json
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from pytest_szxc import Location, SzxcError, canonical_json, expect, explore, requirement

from .capability import limit
from .pushing import ANY, Sender, is_final, speaks_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random
    from types import ModuleType

    from pytest_szxc import Observation, Sut

Row = dict[str, Any]
TOO_LARGE, TOO_LARGE_CODE = 413, "41301"
MOST_ROWS, MOST_BYTES = 5000, 4 * 1024 * 1024
EMPTY = frozenset({"envelope.payload-missing", "json.empty"})
"""What the codes say of an answer that holds nothing."""
EXACT_UP_TO = 500
"""A batch of exactly the declared limit is sent only up to this size."""
USUAL: Row = {"all": [1, 2], "more": {"a": "b", "c": 1, "d": None, "e": [True, {"f": 1}]}, "name": "测试数据"}
"""Content of the same members as the unusual one: who takes none but columns of its own refuses this too."""
TEXTS = ("\u7532\u4e59\U00020bb7", 'a"b\\c/d', "\t|\n|\r|\u2028", "e\u0301 \u00e9", "\U0001f33e", "\u20ac<>&'", " ")
NUMBERS = (1.0, 100.0, 1e21, 1e-7, 0.1, -0.0, 4.50, 333333333.33333329, 9007199254740991, 5e-324, -12.5e10)
NAMES = ("b", "a", "B", "\uff21", "\U00020bb7", "10", "9", "\u00f6", "\u4ea9")
"""Names whose order by UTF-16 units is neither that of code points nor that of any language."""


@requirement("IC-039")
def test_digest_is_checked(sut: Sut) -> Iterator[Observation]:
    """For each algorithm that is taken: right digests are accepted, also over unusual texts, and wrong ones are not.

    Nothing of a batch with a wrong digest is stored.
    """
    sender, random = Sender(sut, "IC-039"), sut.random("IC-039")
    for number, alg in enumerate(sender.algorithms if sender.resource else (), start=1):
        first = 100 * number
        plain = sender.push(sender.rows(2, first=first), alg=alg)
        if plain.whole:
            names = sender.names(plain.body["records"])
            shown = sender.shown(plain.batch, names) == names
            yield from _wrong(sender, alg, first + 20, random, shown=shown)
            if sender.push([sender.row(first + 10, data=USUAL)], alg=alg).whole:
                yield from _right(sender, alg, [sender.row(first + 11, data=unusual(random))])
                yield from explore(
                    sut, f"contents-{alg}", contents, partial(_any_content, sender, alg, count(1000 * number))
                )


def _right(sender: Sender, alg: str, rows: list[Row]) -> Iterator[Observation]:
    """Rows may be refused for what they say; the batch must not be, for its digest is right."""
    pushed = sender.push(rows, alg=alg)
    errors = pushed.receipt.children("errors") if pushed.receipt else ()
    if pushed.outcome is not None and all(error.get("index") is None for error in errors):
        yield expect(pushed.whole, pushed.reply.at("status"), expected=f"accepted ({alg})", observed=pushed.said)


def _any_content(sender: Sender, alg: str, numbers: Iterator[int], content: Row) -> Iterator[Observation]:
    yield from _right(sender, alg, [sender.row(next(numbers), data=content)])


def contents(st: ModuleType) -> Any:  # noqa: ANN401 -- a strategy
    """Any content without control characters, which a platform may refuse for themselves."""
    text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
    plain = st.none() | st.booleans() | text | st.floats(allow_nan=False, allow_infinity=False)
    inner = st.recursive(
        plain, lambda one: st.lists(one, max_size=3) | st.dictionaries(text, one, max_size=3), max_leaves=8
    )
    return st.dictionaries(text, inner, max_size=4)


def unusual(random: Random) -> Row:
    """Legal content in which canonical forms differ: texts, numbers, order and depth."""
    names = random.sample(NAMES, len(NAMES))
    values: list[Any] = [*random.sample(TEXTS, 3), *random.sample(NUMBERS, 4), None, [True, False, {"z": 1.0, "y": {}}]]
    return {"name": "".join(random.sample(TEXTS, 2)), "more": dict(zip(names, values, strict=True)), "all": [*NUMBERS]}


def _wrong(sender: Sender, alg: str, first: int, random: Random, *, shown: bool) -> Iterator[Observation]:
    """Batches with a wrong digest; what is left of them is looked at where the platform shows what it stores."""
    rows = sender.rows(2, first=first)
    right = canonical_json.digest(alg, rows)
    place = random.randrange(len(right))
    changed = right[:place] + f"{(int(right[place], 16) + 1 + random.randrange(15)) % 16:x}" + right[place + 1 :]
    tampered = [rows[0], rows[1] | {"data": rows[1]["data"] | {"area": 1 + rows[1]["data"]["area"]}}]
    for sent, value in ((rows, changed), (tampered, right), (rows[::-1], right)):
        pushed = sender.push(sent, alg=alg, value=value)
        if pushed.outcome is None and pushed.reply.fine:
            continue
        refused = pushed.outcome == "rejected" and pushed.reply.response.status < 500  # noqa: PLR2004 -- HTTP
        yield expect(refused, pushed.reply.at("status"), expected=f"rejected ({alg})", observed=pushed.said)
        if shown:
            kept = sender.ids(pushed.batch)
            yield expect(not kept, pushed.reply.at("stored_records"), expected="nothing stored", observed=kept)


@requirement("IC-040")
def test_too_large_a_batch_is_refused(sut: Sut) -> Iterator[Observation]:
    """Once a small batch is accepted: one row more than declared gets 413, or the code for it; the limit itself not."""
    most = limit(sut, "batchRecords")
    sender = Sender(sut, "IC-040")
    control = sender.control() if most is not None and most < MOST_ROWS else None
    if most is None or control is None:
        return
    rows = sender.rows(most + 1)
    message = sender.message(rows)
    if len(json.dumps(message, ensure_ascii=False).encode()) > MOST_BYTES:
        return
    if most <= EXACT_UP_TO:
        full = sender.push(rows[:most])
        refused = full.reply.response.status == TOO_LARGE or full.reply.code == TOO_LARGE_CODE
        yield expect(not refused, full.reply.at(), expected=f"{most} rows are taken", observed=full.said)
    reply = sut.ask("push_batch", body=message, accept=ANY)
    said = f"HTTP {reply.response.status}, {reply.code or '-'}"
    refused = reply.response.status == TOO_LARGE or reply.code == TOO_LARGE_CODE
    yield expect(refused, reply.at(), expected=f"413 ({TOO_LARGE_CODE})", observed=said)
    if refused and sender.ids(control.batch):  # the platform shows what it stores
        kept = len(sender.ids(str(message["batchNo"])) or ())
        yield expect(not kept, reply.at("stored_records"), expected="nothing stored", observed=f"{kept} rows")


@requirement("IC-041")
def test_receipts_can_be_queried(sut: Sut) -> Iterator[Observation]:
    """The receipt of a batch is found by its message, becomes final in time and agrees with the first answer.

    A message that was never sent has none.
    """
    sender = Sender(sut, "IC-041")
    if not sender.resource:
        return
    message = sender.message(sender.rows(2))
    reply = sut.ask("push_batch", body=message)
    found = sender.until(lambda: sender.asked(message), lambda seen: is_final(seen.record))
    receipt = found.record
    for name in ("messageId", "batchNo"):
        yield expect(
            receipt.get(name) == message[name], receipt.at(name), expected=message[name], observed=receipt.get(name)
        )
    state = f"{receipt.text('state')}, {receipt.text('status')}"
    within = f"an outcome within {sender.within} s"
    yield expect(is_final(receipt), receipt.at("state"), expected=within, observed=state)
    if is_final(reply.record) and is_final(receipt) and speaks_of(reply.record, message):
        for name in ("status", "acceptedCount", "rejectedCount"):
            first, now = reply.record.get(name), receipt.get(name)
            if first is not None:
                yield expect(now == first, receipt.at(name), expected=first, observed=now)
    yield from _unknown(sender)


def _unknown(sender: Sender) -> Iterator[Observation]:
    """A message that was never sent has no receipt: an error, an answer without content, or one without an outcome."""
    message = sender.message([])
    try:
        nowhere = sender.asked(message, accept=(0,))
    except SzxcError as reason:
        if reason.code not in EMPTY:
            raise
        at = Location(exchange=getattr(reason, "exchange", None))
        yield expect(holds=True, at=at, expected="no receipt", observed=reason.code)
        return
    none = not nowhere.fine or not (nowhere.record.has("state") or nowhere.record.has("status"))
    seen = f"HTTP {nowhere.response.status}, {nowhere.code or '-'}, a receipt"
    yield expect(none, nowhere.at(), expected="no receipt: 404 (40401)", observed=seen)
