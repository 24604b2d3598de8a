"""Our own documents (``suite.toml``, ``requirements.toml``, ``szxc.toml``): read with limits, judged by schema.

What is wrong is said with file, row, line and key, and with the nearest key that would have been right.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schema_words import worded
from pytest_szxc.catalogue.toml_lines import line_of
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jsonschema.exceptions import ValidationError

    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json

CAP = 1024 * 1024
"""Largest document in bytes; ours are a hundredth of that."""
_AT_LINE = re.compile(r"\s*\(at line ([0-9]+), column ([0-9]+)\)$")
_CODES = {
    "additionalProperties": "document.unknown-key",
    "false": "document.unknown-key",
    "required": "document.missing-key",
    "type": "document.wrong-type",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document that knows where its parts stand.

    Attributes:
        text: the file's text, for line numbers; empty where lines are not known.
        error: the error class with which faults of this document are reported.
    """

    file: Path
    value: dict[str, Json]
    text: str
    error: type[SzxcError]

    def fault(self, code: str, path: tuple[str | int, ...] = (), **params: object) -> SzxcError:
        """An error about one place, to be raised; its parameters are file, row, line, key, place and ``params``."""
        row, key = self._row(path)
        line = line_of(self.text, path) if self.text else 0
        place = " ".join(part for part in (f"{self.file}:{line}" if line else str(self.file), row, key) if part)
        return self.error(code, **{"file": self.file, "row": row, "line": line, "key": key, "place": place, **params})

    def _row(self, path: tuple[str | int, ...]) -> tuple[str, str]:
        """The innermost table around a place (``requirements[14] (DC-015)``), and the key inside it."""
        value: Json = self.value
        size, name = 0, ""
        for index, part in enumerate(path[:-1], start=1):
            value = value[int(part)] if isinstance(value, list) else value.get(part)
            if not isinstance(value, dict | list):
                break
            if isinstance(value, dict):
                size = index
                name = f" ({value['id']})" if isinstance(value.get("id"), str) else name
        return show(_dotted(path[:size]) + name), show(_dotted(path[size:]))


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word most like ``word``; where none is alike, all known words."""
    known = [str(one) for one in words]
    return show(next(iter(get_close_matches(word, known, n=1)), " | ".join(known) or "-"))


def read_toml(path: Path, error: type[SzxcError] = CatalogueError, cap: int = CAP) -> Document:
    """Read a TOML document of at most ``cap`` bytes, in UTF-8 with or without a byte order mark.

    Raises:
        SzxcError: of class ``error``; as ``read_text``, or ``document.toml-syntax``.
    """
    text = read_text(path, error, cap)
    try:
        return Document(path, tomllib.loads(text), text, error)
    except (ValueError, RecursionError) as fault:
        raise _toml_fault(path, str(fault), error) from fault


def read_json(path: Path, error: type[SzxcError] = CatalogueError, cap: int = 64 * CAP) -> Document:
    """Read a JSON object; decimals stay exact.

    Raises:
        SzxcError: of class ``error``; as ``read_text``, or ``document.json-syntax``.
    """
    text = read_text(path, error, cap)
    try:
        value = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as fault:
        raise error(
            "document.json-syntax", file=path, line=fault.lineno, column=fault.colno, problem=fault.msg
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise error("document.json-syntax", file=path, line="?", column="?", problem=show(str(fault))) from fault
    if not isinstance(value, dict):
        raise error("document.wrong-type", place=path, expected="object", observed=show(value, 80))
    return Document(path, value, "", error)


def read_text(path: Path, error: type[SzxcError], cap: int) -> str:
    """The text of a file of at most ``cap`` bytes.

    Raises:
        SzxcError: of class ``error``; ``document.not-found``, ``.unreadable``, ``.too-large``, ``.encoding``.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(cap + 1)
    except FileNotFoundError as fault:
        raise error("document.not-found", file=path) from fault
    except OSError as fault:
        raise error("document.unreadable", file=path, problem=show(str(fault.strerror))) from fault
    if len(content) > cap:
        raise error("document.too-large", file=path, limit=cap)
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise _encoding_fault(path, content, fault.start, error) from fault


def _encoding_fault(path: Path, content: bytes, offset: int, error: type[SzxcError]) -> SzxcError:
    line = content.count(b"\n", 0, offset) + 1
    return error("document.encoding", file=path, offset=offset, line=line, guess=_guess(content))


def _guess(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GBK"


def _toml_fault(path: Path, problem: str, error: type[SzxcError]) -> SzxcError:
    at = _AT_LINE.search(problem)
    line, column = (at[1], at[2]) if at else ("?", "?")
    words = _AT_LINE.sub("", problem)
    return error("document.toml-syntax", file=path, line=line, column=column, problem=show(words))


def check(document: Document, urn: str, hidden: frozenset[str] = frozenset()) -> None:
    """Judge a document by one of our own schemas; the most telling fault is raised.

    Args:
        document: what is judged.
        urn: the schema's ``$id``.
        hidden: keys below which values may be secrets and are not quoted.

    Raises:
        SzxcError: of the document's class; ``document.unknown-key``, ``missing-key``, ``wrong-type``, ``wrong-value``.
    """
    from pytest_szxc.catalogue.schemas import own_store  # noqa: PLC0415 -- a build reads documents without jsonschema

    for path, expected, value in _unwritable(document.value, ()):
        raise document.fault("document.wrong-type", path, expected=expected, observed=show(str(value)))
    faults = own_store().judge(urn).reference_errors(document.value)
    places = [(tuple(fault.absolute_path), fault) for fault in faults]
    if places:
        raise _fault(document, *min(places, key=lambda pair: _urgency(document, *pair)), hidden)


def _urgency(document: Document, path: tuple[str | int, ...], fault: ValidationError) -> tuple[bool, int, str]:
    """Faults in the file's order, but missing keys last: a misspelt key is the cause of the one that is missing."""
    return fault.validator == "required", line_of(document.text, path), str(path)


def _fault(
    document: Document, path: tuple[str | int, ...], fault: ValidationError, hidden: frozenset[str]
) -> SzxcError:
    words = worded(fault)
    code = _CODES.get(words.keyword, "document.wrong-value")
    params = {"expected": words.expected, "observed": "***" if hidden.intersection(path[:-1]) else words.observed}
    schema = fault.schema if isinstance(fault.schema, dict) else {}
    if code == "document.unknown-key":
        params["nearest"] = nearest(str(path[-1]), schema.get("properties", ()))
    elif words.keyword == "enum":
        params["expected"] = nearest(str(fault.instance), schema[words.keyword])
    return document.fault(code, path, **params)


def _unwritable(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, object]]:
    """What TOML can hold and JSON cannot: dates and times without quotes, ``nan`` and ``inf``."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _unwritable(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _unwritable(child, (*path, index))
    elif isinstance(value, date | time):
        yield path, f'"{value}"', value
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "number", value
