"""Query entries of a URL."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit


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
