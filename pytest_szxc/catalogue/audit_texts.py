"""The texts' part of an audit: codes in tables are texts, messages stand in both languages and fit a GBK console."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from string import Formatter
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.locate import SUITE_FILE
from pytest_szxc.catalogue.problem import AuditProblem
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_szxc.model import Json, Suite, Text

PARTS = ("zh", "en")
HINTS = ("hint_zh", "hint_en")
_CODE_KEY = re.compile(r"(?:^|_)(?:code|codes|clause|clauses|id)$|Codes?$")


def table_problems(suite: Suite) -> Iterator[AuditProblem]:
    """What is wrong with a suite's ``tables/``: they parse, rows are as wide as the header, codes are texts."""
    for path in sorted((suite.folder / "tables").glob("*")):
        try:
            if path.suffix == ".csv":
                yield from _csv_problems(path)
            elif path.suffix in {".toml", ".json"}:
                yield from _code_problems(_parsed(path), path, "")
        except (ValueError, csv.Error) as fault:
            yield AuditProblem(str(path), "", "audit.table", {"problem": show(str(fault))})


def _parsed(path: Path) -> Json:
    text = path.read_bytes().decode("utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)


def _csv_problems(path: Path) -> Iterator[AuditProblem]:
    rows = list(csv.reader(path.read_bytes().decode("utf-8-sig").splitlines(), strict=True))
    head = rows[0] if rows else []
    if not head or len(set(head)) != len(head) or not all(head):
        yield AuditProblem(str(path), "1", "audit.table", {"problem": show(",".join(head) or "-")})
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            yield AuditProblem(str(path), str(number), "audit.table-width", {"cells": len(row), "head": len(head)})


def _code_problems(value: Json, path: Path, place: str) -> Iterator[AuditProblem]:
    if isinstance(value, dict):
        for key, child in value.items():
            here = f"{place}/{key}"
            bare = [
                one for one in (child if isinstance(child, list) else [child]) if not isinstance(one, str | dict | list)
            ]
            if _CODE_KEY.search(key) and bare:
                yield AuditProblem(str(path), here, "audit.table-code", {"key": show(key), "value": show(str(bare[0]))})
            yield from _code_problems(child, path, here)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _code_problems(child, path, f"{place}/{index}")


def suite_text_problems(suite: Suite) -> Iterator[AuditProblem]:
    """Sentences of a suite that a GBK console cannot show."""
    for file, row, text in _suite_texts(suite):
        for sentence in (text.zh, text.en):
            if not _in_gbk(sentence):
                yield AuditProblem(str(suite.folder / file), row, "audit.not-gbk", {"text": show(sentence)})


def _suite_texts(suite: Suite) -> Iterator[tuple[str, str, Text]]:
    yield from ((SUITE_FILE, "title", suite.title), (SUITE_FILE, "label", suite.label))
    yield from ((SUITE_FILE, f"classes {item.id}", item.title) for item in suite.classes)
    yield from ((SUITE_FILE, f"features.{name}", text) for name, text in suite.features.items())
    yield from ((SUITE_FILE, f"operations.{name}", item.title) for name, item in suite.operations.items())
    for row in suite.requirements:
        texts = (row.statement, row.judged, row.hint, row.attested)
        yield from (("", row.id, text) for text in texts if text is not None)


def message_problems(folder: Path) -> Iterator[AuditProblem]:
    """What is wrong with the message tables: a language is missing, parameters differ, a code is used twice."""
    homes: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            rows = tomllib.loads(path.read_bytes().decode("utf-8"))
        except ValueError as fault:
            yield AuditProblem(str(path), "", "audit.table", {"problem": show(str(fault))})
            continue
        for code, row in rows.items():
            if homes.setdefault(code, path.name) != path.name:
                yield AuditProblem(str(path), code, "audit.message-twice", {"other": homes[code]})
            for problem, params in _message_faults(row):
                yield AuditProblem(str(path), code, problem, params)


def _message_faults(row: dict[str, str]) -> Iterator[tuple[str, dict[str, object]]]:
    needed = (*PARTS, *(HINTS if any(part in row for part in HINTS) else ()))
    missing = [part for part in needed if not row.get(part)]
    yield from (("audit.message-language", {"part": part}) for part in missing)
    for zh, en in (PARTS, HINTS):
        zh_names, en_names = _placeholders(row.get(zh, "")), _placeholders(row.get(en, ""))
        if zh_names != en_names and not missing:
            yield "audit.message-parameters", {"zh_names": ", ".join(zh_names), "en_names": ", ".join(en_names)}
    for text in row.values():
        if not _in_gbk(text):
            yield "audit.not-gbk", {"text": show(text)}


def _placeholders(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None})


def _in_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
