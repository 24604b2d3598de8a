"""Media types of messages, and what is no JSON at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_szxc import Finding, Location, Record, Reply, SzxcError, media
from pytest_szxc.model import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def reply(kind: str, body: bytes = b"{}") -> Reply:
    return Reply("x1", Response(200, (("content-type", kind),), body), Record({}, Location("x1"), NOW))


@pytest.mark.parametrize(
    ("kind", "media_types", "holds"),
    [
        ("application/json", media.JSON, True),
        ('Application/JSON; Charset="UTF-8"', media.JSON, True),
        ("application/problem+json", media.JSON, True),
        ("application/json;charset=GBK", media.JSON, False),
        ("text/plain; charset=utf-8", media.JSON, False),
        ("text/html", media.JSON | media.XML, False),
        ("application/xml", media.JSON, False),
        ("application/xml", media.JSON | media.XML, True),
        ("application/atom+xml", media.JSON | media.XML, True),
        ("", media.JSON, False),
    ],
)
def test_messages_say_what_they_are(kind: str, media_types: frozenset[str], holds: bool) -> None:
    (found,) = media.typed([reply(kind)], media_types)
    assert (not isinstance(found, Finding)) is holds


def test_bytes_that_are_no_utf_8() -> None:
    (found,) = media.typed([reply("application/json", "温室".encode("gbk"))], media.JSON)
    assert isinstance(found, Finding)


def broken(code: str) -> Iterator[Reply]:
    yield reply("application/json")
    raise SzxcError(code)


def test_what_is_no_json_is_a_finding_after_what_came_before() -> None:
    held, found = media.typed(broken("json.encoding-gbk"), media.JSON)
    assert not isinstance(held, Finding)
    assert isinstance(found, Finding)
    assert found.observed == "json.encoding-gbk"


def test_what_is_no_answer_is_raised() -> None:
    with pytest.raises(SzxcError):
        list(media.typed(broken("transport.refused"), media.JSON))
