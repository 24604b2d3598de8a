"""Answers that checks of transport and envelope look at: some that are good, and some that must be refusals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import answers

from .capability import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Reply, Sut

UNKNOWN = "310999998/999998"
"""The code of a resource that no platform has."""
NO_TIME = "not-a-time"


def good(sut: Sut) -> Iterator[tuple[str, Reply]]:
    """Good answers by operation: capability document, heartbeat, first page of the first resource that has one."""
    yield "capability", sut.ask("capability")
    heartbeat = answers.possible(lambda: sut.ask("heartbeat"))
    if heartbeat is not None:
        yield "heartbeat", heartbeat
    for code in (resource.get("resourceCode") for resource in resources(sut)):
        page = answers.possible(partial(_first_page, sut, code))
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
        ("no credential", lambda: sut.ask("list_records", accept=answers.ANY, forged="missing", resource=some)),
        ("wrong credential", lambda: sut.ask("list_records", accept=answers.ANY, forged="wrong", resource=some)),
        ("unknown resource", lambda: sut.ask("list_records", accept=answers.ANY, resource=UNKNOWN)),
        ("no page number", lambda: sut.ask("list_records", accept=answers.ANY, resource=some, **{"?page": "abc"})),
        ("no time", lambda: sut.ask("list_records", accept=answers.ANY, resource=some, updatedSince=NO_TIME)),
        ("no watermark", lambda: sut.ask("list_changes", accept=answers.ANY, resource=some, since=NO_TIME)),
        ("unknown resource to count", lambda: sut.ask("count_records", accept=answers.ANY, resource=UNKNOWN)),
        ("no conditions", lambda: _searched(sut, some, whereList="abc")),
        ("page of no number", lambda: _searched(sut, some, page={})),
        ("unknown receipt", lambda: sut.ask("receipt_status", accept=answers.ANY, message=UNKNOWN, batchNo=UNKNOWN)),
        *(("resource of others", partial(_of_others, sut, code)) for code in codes),
    ]
    for what, ask in questions:
        reply = answers.possible(ask)
        if reply is not None:
            yield what, reply


def _of_others(sut: Sut, code: str) -> Reply:
    return sut.ask("list_records", account="low_right", accept=answers.ANY, resource=code)


def _searched(sut: Sut, code: str, **members: object) -> Reply:
    beside = {f"+{name}": value for name, value in members.items()}
    return sut.ask("search_records", accept=answers.ANY, resource=code, field="kind", value="-", **beside)
