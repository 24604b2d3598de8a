"""The schemas' part of an audit: usable offline, in our dialect, each with examples that pass and fail as they say."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError as BrokenSchema

from pytest_szxc.catalogue.engines import ENGINE_VARIABLE
from pytest_szxc.catalogue.problem import AuditProblem
from pytest_szxc.catalogue.schema_lint import dialect_problems
from pytest_szxc.catalogue.schemas import read_schema
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_szxc.catalogue.schema_lint import DialectProblem
    from pytest_szxc.catalogue.schemas import SchemaJudge, SchemaStore
    from pytest_szxc.model import Json, Suite

KINDS = ("valid", "invalid")


def schema_problems(suites: Mapping[str, Suite], store: SchemaStore) -> Iterator[AuditProblem]:
    """What is wrong with the schemas of a store and their examples."""
    unreadable = list(_unreadable(store))
    yield from unreadable
    if unreadable:
        return
    for urn, path in store.files.items():
        broken = list(_broken(store.documents[urn], path))
        yield from broken
        if broken:
            continue
        try:
            judge = store.judge(urn)
        except CatalogueError as fault:
            yield AuditProblem(str(path), "", fault.code, fault.params)
            continue
        if _refused_by_quick(judge):
            yield AuditProblem(str(path), "", "audit.schema-broken", {"problem": "jsonschema-rs, linear patterns"})
        yield from _examples(urn, judge, _example_folder(urn, suites, store))


def _unreadable(store: SchemaStore) -> Iterator[AuditProblem]:
    for urn, path in store.files.items():
        try:
            read_schema(urn, path)
        except CatalogueError as fault:
            yield AuditProblem(str(path), "", fault.code, fault.params)


def _broken(document: dict[str, Json], path: Path) -> Iterator[AuditProblem]:
    try:
        Draft202012Validator.check_schema(document)
    except BrokenSchema as fault:
        where = "/".join(map(str, fault.absolute_path))
        yield AuditProblem(str(path), where, "audit.schema-broken", {"problem": show(f"{where} {fault.validator}")})
    yield from (_outside(path, found) for found in dialect_problems(document))


def _outside(path: Path, found: DialectProblem) -> AuditProblem:
    return AuditProblem(str(path), found.pointer, found.code, {"pointer": found.pointer or "/", "text": found.text})


def _refused_by_quick(judge: SchemaJudge) -> bool:
    """Whether the quick engine is there and cannot take the schema: then it is slow, and perhaps not linear."""
    wanted = os.environ.get(ENGINE_VARIABLE) != "pure" and find_spec("jsonschema_rs") is not None
    return wanted and not judge.quick


def _example_folder(urn: str, suites: Mapping[str, Suite], store: SchemaStore) -> Path:
    """``vectors/<name>`` of a suite; ``examples/<name>`` beside schemas that belong to no suite."""
    _, _, namespace, name = urn.split(":")
    if namespace in suites:
        return suites[namespace].folder / "vectors" / name
    return store.namespaces[namespace] / "examples" / name


def _examples(urn: str, judge: SchemaJudge, folder: Path) -> Iterator[AuditProblem]:
    for kind in KINDS:
        paths = sorted((folder / kind).glob("*.json"))
        if not paths:
            yield AuditProblem(str(folder / kind), "", "audit.no-example", {"schema": urn, "kind": kind})
        for path in paths:
            try:
                example = json.loads(path.read_bytes(), parse_float=Decimal)
            except ValueError as fault:
                yield AuditProblem(str(path), "", "audit.example-form", {"problem": show(str(fault))})
                continue
            yield from (_valid if kind == "valid" else _invalid)(judge, path, example)


def _valid(judge: SchemaJudge, path: Path, example: Json) -> Iterator[AuditProblem]:
    for error in judge.errors(example):
        finding = f"{error.pointer} {error.keyword}: {error.expected} / {error.observed}"
        yield AuditProblem(str(path), error.pointer, "audit.valid-refused", {"finding": finding})


def _invalid(judge: SchemaJudge, path: Path, example: Json) -> Iterator[AuditProblem]:
    """An invalid example is ``{"finding": "<pointer> <keyword>", "value": ...}``; that finding must be reported."""
    if not isinstance(example, dict) or set(example) != {"finding", "value"}:
        yield AuditProblem(str(path), "", "audit.example-form", {"problem": '{"finding": …, "value": …}'})
        return
    named = str(example["finding"]).strip()
    found = [f"{error.pointer} {error.keyword}".strip() for error in judge.errors(example["value"])]
    if named not in found:
        params = {"finding": show(named), "found": show(", ".join(found) or "-")}
        yield AuditProblem(str(path), "", "audit.invalid-accepted", params)
