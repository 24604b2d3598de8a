"""A bound operation and its parameters → the request that is sent and recorded."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Effect, HeldCredential, Request
from pytest_szxc.target.auth import account_headers, is_placeholder
from pytest_szxc.target.canonical import as_text
from pytest_szxc.target.queries import with_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Json, Operation
    from pytest_szxc.target.statement import Account, BoundOperation

_TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
"""A part of a template that is left out where a parameter of it is not given: ``[[ and level eq {level}]]``."""
_ABSENT = object()
QUERY, HEADER, MEMBER = "?", ":", "+"
"""What the name of a parameter begins with that no template names: ``?name`` goes into the query, ``:name`` into the
headers, ``+name`` into the JSON body. So a check sends what no binding foresees."""


def build_request(
    bound: BoundOperation, params: Mapping[str, Json], *, base_url: str, account: Account, body: Json = None
) -> Request:
    """The request of a bound operation.

    Args:
        bound: templates; a query entry, header or body member whose parameter is not given is left out, and so is the
            part of one in double square brackets (``true[[ and level eq {level}]]``).
        params: values by parameter name; ``None`` is not given. ``?name``, ``:name`` and ``+name`` are sent beside what
            the templates say.
        base_url: what the path is appended to.
        account: whose credentials the transport fills in.
        body: canonical body; its members are parameters of the body template too, and ``{body}`` is all of it.
            Without a template it is sent as it is: as JSON, or as the text that it is where a media type is bound.

    Raises:
        Unjudgeable: ``binding.parameter-missing``, the path names a parameter that the suite does not give;
            ``binding.body-no-text``, a media type is bound for something that is no text.
    """
    known = {name: value for name, value in params.items() if value is not None}
    content = _content(bound, known, body)
    headers = {name.lower(): value for name, value in _texts(bound.headers, known)}
    headers.setdefault("accept", f"application/{bound.format}")
    if content:
        headers.setdefault("content-type", bound.body_type or "application/json")
    headers.update((name.lower(), as_text(value)) for name, value in _beside(HEADER, known).items())
    headers.update(account_headers(account))
    url = base_url.rstrip("/") + _path(bound, known)
    entries = [pair for name, template in bound.query.items() for pair in _entries(name, template, known)]
    url = with_query(url, entries + [(name, as_text(value)) for name, value in _beside(QUERY, known).items()])
    return Request(bound.method.upper(), url, tuple(sorted(headers.items())), content, account.name)


def held_credential(bound: BoundOperation, operation: Operation) -> HeldCredential | None:
    """Where an answer of a bound operation holds a credential, if the suite says that it does."""
    if operation.credential is None:
        return None
    member = bound.fields.get(operation.credential, operation.credential)
    path = f"({bound.envelope.payload}) | ({bound.items}) | ({member})"
    return HeldCredential(path, renews=operation.effect is not Effect.READ)


def unprotected(request: Request) -> Request:
    """The same request without encryption and credentials, to the port where a web server would answer it."""
    parts = urlsplit(request.url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    headers = tuple((name, value) for name, value in request.headers if not is_placeholder(value))
    return replace(
        request, url=urlunsplit(parts._replace(scheme="http", netloc=f"{host}:80")), headers=headers, forged="plain"
    )


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
    """The template filled in; ``None`` if a parameter is not given, or if nothing but optional parts was there."""
    whole = _OPTIONAL.sub(lambda found: found[1] if _given(found[1], known) else "", template)
    if not _given(whole, known) or (template and not whole):
        return None
    return _TEMPLATE.sub(lambda found: as_text(known[found[1]]), whole)


def _given(template: str, known: Mapping[str, Json]) -> bool:
    return all(name in known for name in _TEMPLATE.findall(template))


def _beside(mark: str, known: Mapping[str, Json]) -> dict[str, Json]:
    """What is sent in one place beside what the templates say, by name without its mark."""
    return {name[1:]: value for name, value in known.items() if name.startswith(mark)}


def _content(bound: BoundOperation, known: Mapping[str, Json], body: Json) -> bytes:
    members = body if isinstance(body, dict) else {}
    whole = {} if body is None else {"body": body}
    filled = body if bound.body is None else _filled(bound.body, {**whole, **members, **known})
    if isinstance(filled, dict):
        filled = filled | _beside(MEMBER, known)
    if filled is _ABSENT or filled is None:
        return b""
    return _as_text(bound, filled) if bound.body_type else encode(filled)


def _as_text(bound: BoundOperation, body: Json) -> bytes:
    """A body that is no JSON, as it is."""
    if not isinstance(body, str):
        raise Unjudgeable("binding.body-no-text", operation=bound.operation, type=bound.body_type)
    return body.encode("utf-8", "surrogatepass")


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
