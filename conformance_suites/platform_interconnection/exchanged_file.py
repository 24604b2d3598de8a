"""The bytes of an exchanged file: their digests in each spelling, and how many records they hold."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json

ALGORITHMS = {"sm3": "sm3", "sha256": "sha256"}


def digests(algorithm: str, content: bytes) -> tuple[str, ...] | None:
    """The digest as hexadecimal and as Base64; empty where this Python cannot compute it.

    ``None`` says that the algorithm is neither SM3 nor SHA-256.
    """
    name = ALGORITHMS.get(algorithm.strip().lower().replace("-", "").replace("_", ""))
    if name is None:
        return None
    try:
        made = hashlib.new(name, content)
    except ValueError:  # its OpenSSL was built without SM3
        return ()
    return made.hexdigest(), base64.b64encode(made.digest()).decode("ascii")


def record_counts(kind: str, content: bytes) -> tuple[int, ...]:
    """How many records a file may be said to hold; a first line may name columns or be one. Empty: nobody knows."""
    text = _decoded(content)
    suffix = kind.strip().lower().rpartition(".")[2]
    if text is None or suffix not in {"csv", "jsonl", "ndjson", "json"}:
        return ()
    if suffix == "json":
        return _length(text)
    if suffix == "csv":
        return _rows(text)
    return (sum(bool(line.strip()) for line in text.split("\n")),)


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _length(text: str) -> tuple[int, ...]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return (len(value),) if isinstance(value, list) else ()


def _rows(text: str) -> tuple[int, ...]:
    try:
        rows = sum(bool(row) for row in csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return ()
    return (rows, rows - 1) if rows else (0,)
