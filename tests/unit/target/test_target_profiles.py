from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from conftest import NOW

from pytest_szxc.errors import SzxcError
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.notices import notices
from pytest_szxc.target.profiles import shipped_profile
from pytest_szxc.target.statement import Statement
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.statement_json import statement_from, statement_json
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Suite

SHIPPED = "id,limit,unit,title_zh,mark\nwidth,2.5,cm,宽度,P\nlength,0,m,长度,P\n"
STATEMENT = '[system]\nname = "甲"\nversion = "1"\n[profiles.tiny]\nlimits = "own.csv"\n'


@pytest.fixture
def suite(suite: Suite, tmp_path: Path) -> Suite:
    folder = tmp_path / "tiny"
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "limits.csv").write_text(SHIPPED, encoding="utf-8")
    return replace(suite, folder=folder, profiles=("limits",))


def loaded(folder: Path, suite: Suite, own: str, text: str = STATEMENT) -> Statement:
    (folder / "own.csv").write_text(own, encoding="utf-8")
    (folder / "szxc.toml").write_text(text, encoding="utf-8")
    return load_statement(folder / "szxc.toml", {suite.id: suite})


def sut(suite: Suite, statement: Statement) -> LiveSut:
    store, clock = ExchangeStore(), VirtualClock(NOW)
    return LiveSut(suites={suite.id: suite}, statement=statement, store=store, clock=clock, now=NOW, seed="s")


def test_a_suites_own_table_is_in_effect_without_another(suite: Suite) -> None:
    rows = sut(suite, Statement()).profile(suite, "limits")
    assert [(row["id"], row["limit"]) for row in rows] == [("width", "2.5"), ("length", "0")]
    assert shipped_profile(suite.folder, "limits").digest == ""


def test_a_statement_replaces_limits_and_everybody_is_told(tmp_path: Path, suite: Suite) -> None:
    own = "id,limit,unit,title_zh,mark\nlength,1,m,长度,own\nwidth,3,cm,宽度,own\n"
    statement = loaded(tmp_path, suite, own)
    rows = sut(suite, statement).profile(suite, "limits")
    assert [(row["id"], row["limit"], row["mark"]) for row in rows] == [("length", "1", "own"), ("width", "3", "own")]
    (told,) = notices((), statement, {suite.id: suite})
    assert (told.code, told.params["file"], told.params["table"]) == ("notice.profile", "own.csv", "limits")
    assert len(told.params["digest"]) == 64
    again = statement_from(json.loads(json.dumps(statement_json(statement))))
    assert again.profiles == statement.profiles


def test_the_digest_is_that_of_the_file_as_it_lies_there(tmp_path: Path, suite: Suite) -> None:
    statement = loaded(tmp_path, suite, "\ufeff" + SHIPPED)
    own = statement.profiles["tiny"]["limits"]
    assert own.digest == hashlib.sha256((tmp_path / "own.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("own", "row"),
    [
        ("id,limit,unit,title_zh,mark\nwidth,3,cm,宽度,own\n", 2),
        ("id,limit,unit,title_zh\nwidth,3,cm,宽度\nlength,1,m,长度\n", 1),
        ("id,limit,unit,title_zh,mark\nwidth,3,cm,宽度,own\nwidth,3,cm,宽度,own\n", 3),
        ("id,limit,unit,title_zh,mark\nwidth,,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,-1,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,NaN,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,1e400,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,2026-05-01T08:00:00Z,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,2,mm,宽度,own\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidth,2,cm,宽度\nlength,1,m,长度,own\n", 2),
        ("id,limit,unit,title_zh,mark\nwidht,2,cm,宽度,own\nlength,1,m,长度,own\n", 2),
        ('id,limit,unit,title_zh,mark\nwidth,"2"x,cm,宽度,own\n', 2),
        ("", 1),
    ],
)
def test_a_table_that_drops_or_bends_a_limit_is_refused(tmp_path: Path, suite: Suite, own: str, row: int) -> None:
    with pytest.raises(SzxcError) as caught:
        loaded(tmp_path, suite, own)
    assert (caught.value.code, caught.value.params["row"]) == ("statement.profile", row)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("tiny]", "other]", "statement.unknown-suite"), ("limits =", "limit =", "statement.unknown-profile")],
)
def test_a_name_that_nobody_knows_is_refused(tmp_path: Path, suite: Suite, old: str, new: str, code: str) -> None:
    with pytest.raises(SzxcError, match=code.replace(".", r"\.")):
        loaded(tmp_path, suite, SHIPPED, STATEMENT.replace(old, new))


def test_a_check_gets_no_table_that_the_suite_does_not_offer(suite: Suite) -> None:
    view = sut(replace(suite, requirements=()), Statement()).for_requirement("TY-001")
    with pytest.raises(LookupError):
        view.profile("limits")
