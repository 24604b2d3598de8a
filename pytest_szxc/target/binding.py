"""A bound operation and its parameters → the request that is sent and recorded."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Request
from pytest_szxc.target.auth import account_headers
from pytest_szxc.target.canonical import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Json
    from pytest_szxc.target.statement import Account, BoundOperation

_TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ABSENT = object()


def build_request(
    bound: BoundOperation, params: Mapping[str, Json], *, base_url: str, account: Account, body: Json = None
) -> Request:
    """The request of a bound operation.

    Args:
        bound: templates; a query entry, header or body member whose parameter is not given is left out.
        params: values by parameter name; ``None`` is not given.
        base_url: what the path is appended to.
        account: whose credentials the transport fills in.
        body: canonical body; its members are parameters of the body template too, and ``{body}`` is all of it.
            Without a template it is sent as it is.

    Raises:
        Unjudgeable: ``binding.parameter-missing``, the path names a parameter that the suite does not give.
    """
    known = {name: value for name, value in params.items() if value is not None}
    content = _content(bound, known, body)
    headers = {name.lower(): value for name, value in _texts(bound.headers, known)}
    headers.setdefault("accept", "application/json")
    if content:
        headers.setdefault("content-type", "application/json")
    headers.update(account_headers(account))
    url = base_url.rstrip("/") + _path(bound, known)
    url = with_query(url, [pair for name, template in bound.query.items() for pair in _entries(name, template, known)])
    return Request(bound.method.upper(), url, tuple(sorted(headers.items())), content, account.name)


def with_query(url: str, entries: list[tuple[str, str]]) -> str:
    """The URL with query entries added; one that it has already gets the new value in its old place."""
    if not entries:
        return url
    if "?" not in url and "#" not in url:  # as most are
        return f"{url}?{urlencode(entries, quote_via=quote)}"
    parts = urlsplit(url)
    new: dict[str, list[tuple[str, str]]] = {}
    for name, value in entries:
        new.setdefault(name, []).append((name, value))
    merged: list[tuple[str, str]] = []
    names = set(new)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        merged += new.pop(name, []) if name in names else [(name, value)]
    merged += [pair for pairs in new.values() for pair in pairs]
    return urlunsplit(parts._replace(query=urlencode(merged, quote_via=quote)))


def _path(bound: BoundOperation, known: Mapping[str, Json]) -> str:
    def fill(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise Unjudgeable("binding.parameter-missing", operation=bound.operation, parameter=found[1])
        return quote(as_text(known[found[1]]), safe="")

    path, mark, query = bound.path.partition("?")
    filled = quote(_TEMPLATE.sub(fill, path), safe="/%:@!$&'()*+,;=-._~")
    return ("" if filled.startswith("/") or not filled else "/") + filled + mark + query


def _entries(name: str, template: str, known: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    whole = _TEMPLATE.fullmatch(template)
    value = known.get(whole[1]) if whole else None
    if isinstance(value, list):
        yield from ((name, as_text(item)) for item in value)
        return
    text = _text(template, known)
    if text is not None:
        yield name, text


def _texts(templates: Mapping[str, str], known: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name, template in templates.items():
        text = _text(template, known)
        if text is not None:
            yield name, text


def _text(template: str, known: Mapping[str, Json]) -> str | None:
    """The template filled in; ``None`` if a parameter is not given."""
    names = _TEMPLATE.findall(template)
    if any(name not in known for name in names):
        return None
    return _TEMPLATE.sub(lambda found: as_text(known[found[1]]), template)


def _content(bound: BoundOperation, known: Mapping[str, Json], body: Json) -> bytes:
    if bound.body is None:
        return b"" if body is None else encode(body)
    members = body if isinstance(body, dict) else {}
    whole = {} if body is None else {"body": body}
    filled = _filled(bound.body, {**whole, **members, **known})
    return b"" if filled is _ABSENT else encode(filled)


def _filled(template: Json, known: Mapping[str, Json]) -> Json:
    if isinstance(template, dict):
        members = ((name, _filled(value, known)) for name, value in template.items())
        return {name: value for name, value in members if value is not _ABSENT}
    if isinstance(template, list):
        return [value for value in (_filled(item, known) for item in template) if value is not _ABSENT]
    if not isinstance(template, str):
        return template
    whole = _TEMPLATE.fullmatch(template)
    if whole:
        return known.get(whole[1], _ABSENT)
    text = _text(template, known)
    return _ABSENT if text is None else text


def encode(value: Json) -> bytes:
    """A canonical value as the JSON that is sent: UTF-8, no needless blanks, members in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number).encode("utf-8")


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
