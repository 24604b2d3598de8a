"""Paging of lists: page numbers (the default), offset, cursor, link.

A pager reads a window from a call and writes the page.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pytest_szxc.reference.calls import Answer, bad_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Json
    from pytest_szxc.reference.calls import Call


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: ``limit`` items from ``offset`` on."""

    offset: int
    limit: int

    def more(self, total: int) -> bool:
        """Whether something follows."""
        return self.offset + self.limit < total


class Pager(Protocol):
    """One paging style."""

    def window(self, args: Mapping[str, str]) -> Window:
        """What the query parameters ask for; a page larger than allowed is cut."""

    def answer(self, call: Call, window: Window, items: list[Json], total: int) -> Answer:
        """The page as this style words it."""


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """``?page=1&pageSize=50`` → ``{page, pageSize, total, list}``."""

    size: int = 50
    limit: int = 200

    def window(self, args: Mapping[str, str]) -> Window:
        """See ``Pager``."""
        size = min(number(args, "pageSize", self.size, 1), self.limit)
        return Window((number(args, "page", 1, 1) - 1) * size, size)

    def answer(self, call: Call, window: Window, items: list[Json], total: int) -> Answer:  # noqa: ARG002 -- see Pager
        """See ``Pager``."""
        page = window.offset // window.limit + 1
        return Answer({"page": page, "pageSize": window.limit, "total": total, "list": items})


@dataclass(frozen=True, slots=True)
class Offsets:
    """``?offset=0&limit=50`` → ``{offset, limit, total, list}``."""

    size: int = 50
    limit: int = 200

    def window(self, args: Mapping[str, str]) -> Window:
        """See ``Pager``."""
        return Window(number(args, "offset", 0, 0), min(number(args, "limit", self.size, 1), self.limit))

    def answer(self, call: Call, window: Window, items: list[Json], total: int) -> Answer:  # noqa: ARG002 -- see Pager
        """See ``Pager``."""
        return Answer({"offset": window.offset, "limit": window.limit, "total": total, "list": items})


@dataclass(frozen=True, slots=True)
class Cursors:
    """``?cursor=…&limit=50`` → ``{list, next}``; ``next`` is null (or absent) on the last page."""

    size: int = 50
    limit: int = 200
    null_at_end: bool = True

    def window(self, args: Mapping[str, str]) -> Window:
        """See ``Pager``."""
        return Window(_opened(args.get("cursor", "")), min(number(args, "limit", self.size, 1), self.limit))

    def answer(self, call: Call, window: Window, items: list[Json], total: int) -> Answer:  # noqa: ARG002 -- see Pager
        """See ``Pager``."""
        if window.more(total):
            return Answer({"list": items, "next": _sealed(window.offset + window.limit)})
        return Answer({"list": items, "next": None} if self.null_at_end else {"list": items})


@dataclass(frozen=True, slots=True)
class Links:
    """``{list, next}`` with the next page's address, absolute or relative, in the body or in a ``Link`` header."""

    size: int = 50
    limit: int = 200
    absolute: bool = True
    header: bool = False

    def window(self, args: Mapping[str, str]) -> Window:
        """See ``Pager``."""
        return Window(number(args, "start", 0, 0), min(number(args, "limit", self.size, 1), self.limit))

    def answer(self, call: Call, window: Window, items: list[Json], total: int) -> Answer:
        """See ``Pager``."""
        if not window.more(total):
            return Answer({"list": items})
        link = _link(call.url, window, absolute=self.absolute)
        if self.header:
            return Answer({"list": items}, {"Link": f'<{link}>; rel="next"'})
        return Answer({"list": items, "next": link})


def number(args: Mapping[str, str], name: str, default: int, least: int) -> int:
    """A whole number from the query parameters.

    Raises:
        ApiError: it is none, or too small (40001).
    """
    text = args.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < least:  # noqa: PLR2004 -- a sane page number
        raise bad_parameter(name)
    return int(text)


def _link(url: str, window: Window, *, absolute: bool) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {"start": str(window.offset + window.limit), "limit": str(window.limit)}
    scheme, host = (parts.scheme, parts.netloc) if absolute else ("", "")
    return urlunsplit((scheme, host, parts.path, urlencode(query), ""))


def _sealed(offset: int) -> str:
    return base64.urlsafe_b64encode(f"at:{offset}".encode()).decode()


def _opened(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("at:"))
    except ValueError:
        raise bad_parameter("cursor") from None
