from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.statement_json import statement_from, statement_json

if TYPE_CHECKING:
    from pytest_szxc.model import Json
    from pytest_szxc.target.statement import Statement

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "datasette" / "szxc.toml"


@pytest.fixture(scope="module")
def statement() -> Statement:
    return load_statement(EXAMPLE, load_suites())


def kinds(value: Json) -> set[type]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return {type(value)}.union(*(kinds(item) for item in inner))


def test_it_is_made_of_plain_values_alone_so_that_workers_can_be_sent_it(statement: Statement) -> None:
    assert kinds(statement_json(statement)) <= {dict, list, tuple, str, int, float, bool, type(None)}


def test_it_comes_back_as_it_was(statement: Statement) -> None:
    assert statement_from(statement_json(statement)) == statement
