"""Media types: whether messages are what they say, and are UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.checks.rules import expect
from pytest_szxc.errors import SzxcError
from pytest_szxc.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.target.sut import Reply

ILL_FORMED = frozenset(
    f"{kind}.{fault}"
    for kind in ("json", "xml")
    for fault in (
        "encoding",
        "encoding-gbk",
        "encoding-unknown",
        "charset",
        "bom",
        "html",
        "syntax",
        "trailing",
        "empty",
    )
)
"""Codes that say: this is no JSON or XML in UTF-8. Others are limits of ours."""
JSON = frozenset({"application/json"})
XML = frozenset({"application/xml", "text/xml"})
UTF_8 = frozenset({"", "utf-8", "utf8"})


def typed(replies: Iterable[Reply], media: frozenset[str]) -> Iterator[Observation]:
    """Whether answers say that they are JSON or XML, are UTF-8, and name no other character set.

    Args:
        replies: good ones and refusals; they may be asked for while they are looked at.
        media: ``JSON``, or ``JSON | XML``.

    Raises:
        SzxcError: no answer at all.
    """
    words = " or ".join(name for name, kinds in (("JSON", JSON), ("XML", XML)) if kinds <= media)
    try:
        for reply in replies:
            yield _typed(reply, media)
    except SzxcError as reason:
        if reason.code not in ILL_FORMED:
            raise
        at = Location(exchange=getattr(reason, "exchange", None))
        yield expect(holds=False, at=at, expected=f"{words}, UTF-8", observed=reason.code)


def _typed(reply: Reply, media: frozenset[str]) -> Observation:
    told = reply.response.header("content-type") or ""
    kind, _, parameters = told.lower().partition(";")
    named = [value.strip(' "') for name, _, value in (one.partition("=") for one in parameters.split(";")) if _is(name)]
    endings = tuple(f"+{one.rpartition('/')[2]}" for one in media)
    right = kind.strip() in media or kind.strip().endswith(endings)
    holds = right and set(named) <= UTF_8 and _is_utf8(reply.response.body)
    return expect(holds, reply.at("header Content-Type"), expected="application/json; charset=utf-8", observed=told)


def _is(name: str) -> bool:
    return name.strip() == "charset"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
