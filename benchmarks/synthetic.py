"""A synthetic suite of any size, offered to the plugin as an outside package offers one: by an entry point."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_szxc.catalogue.compile import compile_suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUITE = "szxc_synthetic"
SCHEMA = f"urn:szxc:{SUITE}:item"
TEXT = '{ zh = "合成要求", en = "synthetic requirement" }'
SUITE_TABLE = f"""
id = "{SUITE}"
code = "SY"
version = "1.0.0"
title = {TEXT}
label = {TEXT}
standards = []
[[classes]]
id = "synthetic"
title = {TEXT}
[operations.item]
title = {TEXT}
effect = "read"
answer = "object"
owner = "SY-00001"
schema = "{SCHEMA}"
[operations.items]
title = {TEXT}
effect = "read"
answer = "records"
owner = "SY-00001"
schema = "{SCHEMA}"
key = "id"
"""
ROW = f"""
[[requirements]]
id = "SY-%05d"
class = "synthetic"
level = "must"
statement = {TEXT}
source = "benchmark"
basis = "profile"
judged = {TEXT}
hint = {TEXT}
operations = ["%s"]
mutants = ["none"]
"""
ASKING = '''
"""Each requirement asks for an object of its own."""
from pytest_szxc import requirement, schema


def asking(number):
    @requirement(f"SY-{number:05}")
    def check(sut):
        yield from schema.conforms(sut.ask("item", number=str(number)).record, "SCHEMA")

    return check


globals().update({f"test_{number}": asking(number) for number in range(1, COUNT + 1)})
'''
SHARING = '''
"""All requirements speak of the same short stream."""
from pytest_szxc import expect, record_rule


def rule(number):
    @record_rule(f"SY-{number:05}", over="items")
    def check(record):
        level = record.text("level")
        yield expect(level == "general", record.at("level"), expected="general", observed=level)

    return check


globals().update({f"test_{number}": rule(number) for number in range(1, COUNT + 1)})
'''
ITEM_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": SCHEMA,
    "type": "object",
    "required": ["id", "title", "level", "scale", "tags", "updated"],
    "properties": {
        "id": {"type": "string", "pattern": "^ITEM-[0-9]{5}$"},
        "title": {"type": "string", "minLength": 1},
        "level": {"enum": ["core", "important", "general"]},
        "scale": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "updated": {"type": "string"},
    },
}


def write_suite(folder: Path, count: int, *, sharing: bool = False) -> dict[str, str]:
    """Write the suite, compiled as a wheel ships it; the environment in which the plugin finds it.

    Args:
        folder: where the package goes.
        count: how many requirements.
        sharing: whether all requirements read one stream, or each asks for an object of its own.
    """
    return write_package(folder, SUITE, files(count, sharing=sharing))


def write_package(folder: Path, suite: str, parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Write a suite's files (path below its folder, text), and what makes it an installed package of that name."""
    distribution = f"../{suite}-1.0.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {suite}\nVersion: 1.0.0\n"
    entry_points = f"[szxc.suites]\n{suite} = {suite}\n"
    told = [(f"{distribution}/METADATA", metadata), (f"{distribution}/entry_points.txt", entry_points)]
    home = folder / suite
    home.mkdir()
    for path, text in (*parts, *told):
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (home / "compiled.json").write_text(json.dumps(compile_suite(home), ensure_ascii=False), encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def files(count: int, *, sharing: bool) -> Iterator[tuple[str, str]]:
    """Path and text of each file of the suite."""
    rows = "".join(ROW % (number, "items" if sharing else "item") for number in range(1, count + 1))
    checks = (SHARING if sharing else ASKING).replace("COUNT", str(count)).replace("SCHEMA", SCHEMA)
    yield "suite.toml", SUITE_TABLE
    yield "requirements.toml", rows
    yield f"test_{SUITE}_rules.py", checks
    yield "schemas/item.schema.json", json.dumps(ITEM_SCHEMA)


def statement_head(suite: str, base_url: str) -> str:
    """What a statement says before its bindings: the whole suite claimed, no rate limit."""
    return f"""
[system]
name = "benchmark"
version = "1"
[target]
base_url = "{base_url}"
[target.limits]
rate = 0.0
requests = 100000
[claims.{suite}]
classes = ["synthetic"]"""


def write_statement(path: Path, base_url: str, *, good: bool) -> None:
    """A statement for the synthetic suite and the loopback server, without a rate limit."""
    kind = "good" if good else "bad"
    path.write_text(
        f"""{statement_head(SUITE, base_url)}
[binding.{SUITE}.operations.item]
method = "GET"
path = "/{kind}/{{number}}"
[binding.{SUITE}.operations.items]
method = "GET"
path = "/{kind}"
""",
        encoding="utf-8",
    )
