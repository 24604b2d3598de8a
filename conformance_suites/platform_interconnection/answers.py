"""Answers that checks of transport and envelope look at: some that are good, and some that must be refusals."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError

from .capability import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Reply, Sut

NOT_THERE = ("binding.", "http.", "permission-not-given", "paging.", "forging.", "envelope.")
"""What the codes begin with that say: this question has no usable answer here, and others may have."""
ANY = (0, 500, 502)
"""Statuses that are an answer where errors are looked at: a crash too; 503 and 504 are outages."""
UNKNOWN = "310999998/999998"
"""The code of a resource that no platform has."""
NO_TIME = "not-a-time"


def possible(ask: Callable[[], Reply]) -> Reply | None:
    """The answer to a question, or ``None`` where the platform has none.

    Raises:
        SzxcError: no connection, no budget, no JSON: what no other question would answer either.
    """
    try:
        return ask()
    except SzxcError as reason:
        if not reason.code.startswith(NOT_THERE):
            raise
        return None


def good(sut: Sut) -> Iterator[tuple[str, Reply]]:
    """Good answers by operation: capability document, heartbeat, first page of the first resource that has one."""
    yield "capability", sut.ask("capability")
    heartbeat = possible(lambda: sut.ask("heartbeat"))
    if heartbeat is not None:
        yield "heartbeat", heartbeat
    for code in (resource.get("resourceCode") for resource in resources(sut)):
        page = possible(partial(_first_page, sut, code))
        if page is not None:
            yield "list_records", page
            return


def _first_page(sut: Sut, code: object) -> Reply:
    """Raises ``SzxcError`` as ``walk`` does; a walk has at least one page."""
    return next(iter(sut.walk("list_records", pages=1, resource=code))).reply


def refusals(sut: Sut) -> Iterator[tuple[str, Reply]]:
    """Answers to questions that are wrong in one way each, by that way; not each platform refuses each.

    Nothing with effect is asked, so that a read-only run sees them too.
    """
    codes = [str(resource.get("resourceCode")) for resource in resources(sut)]
    some = codes[0] if codes else UNKNOWN
    questions: list[tuple[str, Callable[[], Reply]]] = [
        ("no credential", lambda: sut.ask("list_records", accept=ANY, forged="missing", resource=some)),
        ("wrong credential", lambda: sut.ask("list_records", accept=ANY, forged="wrong", resource=some)),
        ("unknown resource", lambda: sut.ask("list_records", accept=ANY, resource=UNKNOWN)),
        ("no page number", lambda: sut.ask("list_records", accept=ANY, resource=some, **{"?page": "abc"})),
        ("no time", lambda: sut.ask("list_records", accept=ANY, resource=some, updatedSince=NO_TIME)),
        ("no watermark", lambda: sut.ask("list_changes", accept=ANY, resource=some, since=NO_TIME)),
        ("unknown resource to count", lambda: sut.ask("count_records", accept=ANY, resource=UNKNOWN)),
        ("no conditions", lambda: _searched(sut, some, whereList="abc")),
        ("page of no number", lambda: _searched(sut, some, page={})),
        ("unknown receipt", lambda: sut.ask("receipt_status", accept=ANY, message=UNKNOWN, batchNo=UNKNOWN)),
        *(("resource of others", partial(_of_others, sut, code)) for code in codes),
    ]
    for what, ask in questions:
        reply = possible(ask)
        if reply is not None:
            yield what, reply


def _of_others(sut: Sut, code: str) -> Reply:
    return sut.ask("list_records", account="low_right", accept=ANY, resource=code)


def _searched(sut: Sut, code: str, **members: object) -> Reply:
    beside = {f"+{name}": value for name, value in members.items()}
    return sut.ask("search_records", accept=ANY, resource=code, field="kind", value="-", **beside)


def document_of(body: bytes) -> object:
    """The JSON of a body as it came, before times are converted and members renamed; ``None`` if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def text_of(reply: Reply) -> str:
    """Everything that an answer's body says, also what its texts mean: in JSON a line break is none on the wire."""
    raw = reply.response.body.decode("utf-8", "replace")
    return "\n".join((raw, *_texts(reply.document)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
