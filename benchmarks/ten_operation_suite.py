"""A suite for the server of ten operations: each of its requirements asks one operation many different questions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from synthetic import ITEM_SCHEMA, ROW, SUITE_TABLE, TEXT, statement_head, write_package
from synthetic import SCHEMA as ORIGINAL_SCHEMA
from synthetic import SUITE as ORIGINAL
from ten_operation_server import READING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUITE = "szxc_ten_operations"
SCHEMA = f"urn:szxc:{SUITE}:item"
EACH, QUESTIONS = 4, 30
"""Requirements of each operation, and how many questions each of them asks."""
REQUESTS = (len(READING) + 1) * EACH * QUESTIONS
OPERATION = f"""
[operations.%s]
title = {TEXT}
effect = "read"
answer = "object"
owner = "SY-00001"
schema = "{SCHEMA}"
"""
CHECKS = '''
"""Each requirement asks questions of its own, which do not depend on each other."""
from pytest_szxc import requirement, schema


def asking(number, operation):
    questions = [QUESTION for at in range(number * COUNT, (number + 1) * COUNT)]

    @requirement(f"SY-{number:05}")
    def check(sut):
        for reply in sut.ask_each(operation, questions):
            yield from schema.conforms(reply.record, "SCHEMA")

    return check


globals().update({f"test_{number}": asking(number, operation) for number, operation in ASKED})
'''
QUESTION = '({"body": {"number": at}} if operation == "search" else {"number": str(at), "year": "2026"})'
BINDING = f"""
[binding.{SUITE}.operations.%s]
method = "%s"
path = "%s"
"""
YEAR = 'query = { year = "{year}" }\n'


def asked() -> list[tuple[int, str]]:
    """Each requirement's number and its operation."""
    names = [name for name in (*READING, "search") for _ in range(EACH)]
    return list(enumerate(names, start=1))


def write_suite(folder: Path) -> dict[str, str]:
    """Write the suite as an installed package; the environment in which the plugin finds it."""
    return write_package(folder, SUITE, files())


def files() -> Iterator[tuple[str, str]]:
    """Path and text of each file of the suite."""
    head = SUITE_TABLE.partition("[operations.item]")[0].replace(ORIGINAL, SUITE)
    yield "suite.toml", head + "".join(OPERATION % name for name in (*READING, "search"))
    yield "requirements.toml", "".join(ROW % (number, name) for number, name in asked())
    checks = CHECKS.replace("QUESTION", QUESTION).replace("COUNT", str(QUESTIONS)).replace("SCHEMA", SCHEMA)
    yield f"test_{SUITE}_rules.py", checks.replace("ASKED", repr(asked()))
    yield "schemas/item.schema.json", json.dumps(ITEM_SCHEMA).replace(ORIGINAL_SCHEMA, SCHEMA)


def write_statement(path: Path, base_url: str) -> None:
    """A statement for the suite and the server, without a rate limit."""
    bindings = "".join(BINDING % (name, "GET", f"/{name}/{{number}}") + YEAR for name in READING)
    path.write_text(
        f"""{statement_head(SUITE, base_url)}
{bindings}{BINDING % ("search", "POST", "/search")}effect = "read"
""",
        encoding="utf-8",
    )
