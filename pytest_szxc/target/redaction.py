"""Secrets taken out of what the system under test sends back, in whatever form it writes them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc.model import Request, Response

Message = TypeVar("Message", "Request", "Response")
SHORTEST = 6
SHORTEST_NUMBER = 12
"""Characters below which a secret, or one of digits only, is not looked for in answers: it could be ordinary data."""

Shield = tuple[tuple[bytes, bytes], ...]
"""Forms of secrets, each with what is to stand in its place."""


def shield_of(secret: str, place: str) -> Shield:
    """What hides a secret behind a placeholder."""
    return tuple((form, place.encode()) for form in forms(secret))


def echo_shield(value: str, place: str) -> Shield:
    """What hides a value that is good for one request, such as its signature: an echo of it, in a URL, JSON or HTML.

    It is made for each request, and worth little afterwards, so that rarer forms are left out.
    """
    texts = (value, quote(value, safe=""), quote_plus(value), value.replace("/", "\\/"), escape(value))
    long = len(value) >= SHORTEST
    return tuple((form, place.encode()) for form in dict.fromkeys(text.encode() for text in texts)) if long else ()


def forms(secret: str) -> Iterator[bytes]:
    """The forms in which a secret may come back: as it is, in a URL or one within another, in hexadecimal, in base64.

    Each of them escaped or not.
    """
    if len(secret) < (SHORTEST_NUMBER if secret.isdigit() else SHORTEST):
        return
    raw = secret.encode()
    once = quote(secret, safe="")
    encoded = (once, quote(secret), quote_plus(secret), quote(once, safe=""), raw.hex(), raw.hex().upper())
    in_base64 = (form.decode("ascii") for form in _base64_forms(raw))
    texts = (text for form in (secret, *encoded, *in_base64) for text in _escaped_forms(form))
    yield from dict.fromkeys(text.encode() for text in texts)


def redacted(message: Message, shield: Shield) -> Message:
    """A response, or a notice that came in, with placeholders where secrets were."""
    body, headers = message.body, message.headers
    said = "\n".join([value for _, value in headers]).encode("utf-8", "surrogateescape")
    whole = body + b"\n" + said
    if not [form for form, _ in shield if form in whole]:  # as it mostly is
        return message
    for form, place in shield:
        if form in body:
            body = body.replace(form, place)
    if any(form in said for form, _ in shield):
        headers = tuple((name, cleaned(value, shield)) for name, value in headers)
    changed = body is not message.body or headers is not message.headers
    return replace(message, headers=headers, body=body) if changed else message


def cleaned(text: str, shield: Shield) -> str:
    """The text with placeholders where secrets were."""
    raw = text.encode("utf-8", "surrogateescape")
    for form, place in shield:
        raw = raw.replace(form, place)
    return raw.decode("utf-8", "surrogateescape")


def _escaped_forms(text: str) -> Iterator[str]:
    """As it is, as writers of JSON escape it (most languages, PHP, Go, Gson, .NET), and as HTML does."""
    in_ascii, plain = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    yield from (text, in_ascii, plain, in_ascii.replace("/", "\\/"), plain.replace("/", "\\/"), escape(text))
    for coded in ("<>&", "<>&='"):
        yield "".join(f"\\u{ord(char):04x}" if char in coded else char for char in plain)
    unquoted = plain.replace('\\"', "\\u0022")
    yield "".join(f"\\u{ord(char):04X}" if char in "<>&'+`" or not char.isascii() else char for char in unquoted)


def _base64_forms(raw: bytes) -> Iterable[bytes]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw)
        for offset in range(3):
            # Characters that also depend on the neighbours' bits are left out.
            end = (len(raw) + offset) * 4 // 3
            yield encode(b"\0" * offset + raw)[(0, 2, 3)[offset] : end]
