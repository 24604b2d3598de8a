"""A first ``szxc.toml`` for ``szxc init``: commented, loadable as it is, from a URL or an OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import load_openapi, server_of
from pytest_szxc.errors import StatementError
from pytest_szxc.model import Effect
from pytest_szxc.printable import show
from pytest_szxc.target.default_binding import default_operations
from pytest_szxc.target.matching import match_operations
from pytest_szxc.target.starter_binding import binding_lines
from pytest_szxc.target.starter_words import Words
from pytest_szxc.target.statement_checks import url_fault
from pytest_szxc.target.toml_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc.model import Json, Suite

PLACEHOLDER_URL = "https://platform.example"


def starter_statement(source: str | Mapping[str, Json], suites: Mapping[str, Suite], lang: str) -> str:
    """The text of a first statement.

    Args:
        source: base URL, path of an OpenAPI document (``.json``, ``.yaml``), or such a document, parsed.
        suites: the suites, loaded.
        lang: ``zh`` or ``en``, the language of the comments.

    Raises:
        StatementError: ``openapi.*``, ``document.*``, ``statement.base-url``.
    """
    url, document = _source(source)
    words = Words(lang)
    lines = [*_head(words, url)]
    for suite in suites.values():
        matched = match_operations(document, suite) if document is not None else {}
        lines += _claim_lines(suite, words, None if document is None else matched.keys())
        lines += binding_lines(suite, words, document, matched)
    return "\n".join(lines).rstrip() + "\n"


def _source(source: str | Mapping[str, Json]) -> tuple[str, Mapping[str, Json] | None]:
    if not isinstance(source, str):
        return _server(source), source
    if "://" in source:
        fault = url_fault(source)
        if fault is not None:
            raise StatementError(fault, place="szxc init", value="***" if "@" in source else show(source))
        return source.rstrip("/"), None
    if Path(source).suffix.lower() not in {".json", ".yaml", ".yml"}:
        raise StatementError("openapi.source", source=show(source))
    document = load_openapi(Path(source), StatementError)
    return _server(document), document


def _server(document: Mapping[str, Json]) -> str:
    url = server_of(document)
    return url if url and url_fault(url) is None else PLACEHOLDER_URL


def _head(words: Words, url: str) -> Iterator[str]:
    yield from words.comment("file")
    yield from ("", "[system]", f"name = {quoted(words('name'))}", 'version = "0.0.0"', "", "[target]")
    yield f"base_url = {quoted(url)}"
    yield from (*words.comment("time"), 'time_profile = "rfc3339"')
    yield from (*words.comment("regions"), '# regions = { file = "regions.csv", date = "2026-01-01" }')
    yield from (
        "",
        *words.comment("limits"),
        "# [target.limits]",
        "# rate = 5.0",
        "# connections = 2",
        "# deadline = 30.0",
    )
    yield from ("", *words.comment("accounts"), "# [accounts.primary]", '# scheme = "bearer"')
    yield from ('# token = { env = "SZXC_TOKEN" }', "# [accounts.low_right]", '# scheme = "bearer"')
    yield '# token = { env = "SZXC_TOKEN_LOW" }'


def _claim_lines(suite: Suite, words: Words, matched: Iterable[str] | None) -> Iterator[str]:
    """The classes of a suite: active where every operation was found in the document, commented out otherwise."""
    bound = set(default_operations(suite)) if matched is None else set(matched)
    active = [] if matched is None else [item.id for item in suite.classes if _bound(suite, item.id, bound)]
    off = "" if active else "# "
    yield from ("", f"# {suite.title.in_(words.lang)} · {suite.label.in_(words.lang)}")
    yield from words.comment("claims" if active else "claims-off")
    yield from (f"{off}[claims.{suite.id}]", f"{off}classes = [")
    for item in suite.classes:
        mark = off if item.id in active or off else "# "
        yield f"{mark}  {quoted(item.id)},  # {item.title.in_(words.lang)}"
    yield f"{off}]"
    if suite.features:
        yield from words.comment("without")
        names = ", ".join(map(quoted, suite.features))
        yield f"# without = [{names}]"


def _bound(suite: Suite, chosen: str, bound: set[str]) -> bool:
    rows = [row for row in suite.requirements if row.conformance_class == chosen and row.attested is None]
    used = {name for row in rows for name in row.operations}
    reads = {name for name in used if suite.operations[name].effect is Effect.READ}
    return bool(reads) and reads <= bound
