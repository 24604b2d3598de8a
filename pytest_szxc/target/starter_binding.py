"""The binding part of a first statement: what the vendor's document says of each operation, and room for the rest."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import envelope_of
from pytest_szxc.catalogue.schemas import store
from pytest_szxc.printable import show
from pytest_szxc.target.answers import BYTES
from pytest_szxc.target.default_binding import default_operations, parameters
from pytest_szxc.target.toml_text import inline, key, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.catalogue.openapi import ApiOperation
    from pytest_szxc.model import Json, Operation, Suite
    from pytest_szxc.target.starter_words import Words
    from pytest_szxc.target.statement import BoundOperation

PAGES = ("page", "pageNum", "pageNo", "pageNumber", "pageIndex", "page_num", "page_no", "current", "curPage")
OFFSETS = ("offset", "start", "skip")
CURSORS = ("cursor", "pageToken", "page_token", "scrollId", "_next")
SIZES = ("pageSize", "page_size", "size", "limit", "rows", "_size", "perPage", "per_page")
PAYLOADS = ("data", "result", "payload", "body", "content")
ITEMS = ("list", "items", "rows", "records", "content", "data")
SAID = ("headers", "body", "envelope", "items", "total", "paging", "fields", "values")
"""What ``x-szxc`` of an operation says and a statement takes over."""
TOTALS = ("total", "totalCount", "total_count", "count", "totalElements")


def binding_lines(
    suite: Suite, words: Words, document: Mapping[str, Json] | None, matched: Mapping[str, ApiOperation]
) -> Iterator[str]:
    """The lines of ``[binding.<suite>]`` and its operations."""
    if document is None:
        yield from ("", *words.comment("default"), f"[binding.{suite.id}]", "default = true")
        return
    yield from ("", *words.comment("binding"), f"[binding.{suite.id}]", "default = false")
    yield from _envelope_lines(words, document, matched)
    defaults = default_operations(suite)
    given = parameters(suite)
    for name, operation in suite.operations.items():
        head = f"[binding.{suite.id}.operations.{name}]"
        yield from ("", f"# {operation.title.in_(words.lang)}")
        if name in matched:
            yield from (head, *_operation_lines(operation, matched[name], given.get(name, frozenset()), words))
        else:
            yield from (*words.comment("unmatched"), f"# {head}", *_default_lines(defaults.get(name)))


def _envelope_lines(words: Words, document: Mapping[str, Json], matched: Mapping[str, ApiOperation]) -> Iterator[str]:
    own = envelope_of(document)
    payload = next((_first(one.answer, PAYLOADS) for one in matched.values() if _first(one.answer, PAYLOADS)), None)
    yield from words.comment("envelope")
    if own:
        yield f"envelope = {inline(own)}"
    elif payload is not None:
        yield f"envelope = {inline({'payload': payload})}"
    else:
        yield '# envelope = { payload = "data", code = "code", success = ["0"], message = "message" }'


def _operation_lines(operation: Operation, found: ApiOperation, given: frozenset[str], words: Words) -> Iterator[str]:
    yield from (f"method = {quoted(found.method)}", f"path = {quoted(found.path)}")
    query = {name: value for name, value in found.query.items() if value[:1] != "{" or name in given}
    if query:
        yield f"query = {inline(query)}"
    if found.body_type:
        yield f"body_type = {quoted(found.body_type)}"
    table: dict[str, Json] = {}
    if operation.answer == "records":
        yield from words.comment("records")
        table = {**_guessed_lists(found), "paging": _guessed_paging(found)}
    elif operation.answer in BYTES:
        table = {"envelope": False}
    table |= {name: found.extension[name] for name in SAID if name in found.extension}
    yield from (f"{name} = {inline(value)}" for name, value in table.items())
    members = _members(operation)
    if members and "fields" not in table:
        yield from words.comment("fields")
        yield from wrap(", ".join(members), 100, initial_indent="# ", subsequent_indent="# ")
        yield f'# fields = {{ {key(members[0])} = "…" }}'


def _guessed_lists(found: ApiOperation) -> dict[str, str]:
    """Where the items and their number may be, by the names in the document."""
    inside = found.answer
    payload = _first(inside, PAYLOADS)
    if payload is not None and isinstance(inside[payload].get("properties"), dict):
        inside = inside[payload]["properties"]
    named = {"items": _first(inside, ITEMS), "total": _first(inside, TOTALS)}
    return {name: value for name, value in named.items() if value is not None}


def _guessed_paging(found: ApiOperation) -> dict[str, Json]:
    size = _first(found.query, SIZES)
    for style, known in (("page", PAGES), ("offset", OFFSETS)):
        name = _first(found.query, known)
        if name is not None:
            guess: dict[str, Json] = {"style": style, "size": size, "limit": 100}
            return guess | {style: name}
    cursor = _first(found.query, CURSORS)
    if cursor is not None:
        return {"style": "cursor", "cursor": cursor, "next": "next", "size": size, "limit": 100}
    return {"style": "none"}


def _first(names: Mapping[str, Json], known: tuple[str, ...]) -> str | None:
    return next((name for name in known if name in names), None)


def _members(operation: Operation) -> list[str]:
    """The canonical members of an operation's answer, where its schema is packaged."""
    if operation.schema is None or operation.schema not in store().files:
        return []
    return list(store().document(operation.schema).get("properties", {}))


def _default_lines(bound: BoundOperation | None) -> Iterator[str]:
    """The default call, commented out, as an example of what to write."""
    if bound is not None:
        yield from (f"# method = {quoted(bound.method)}", f"# path = {quoted(show(bound.path))}")
