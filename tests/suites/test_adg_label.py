"""Labels: grades in words, the reference's labels, checks on odd platforms."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import HERE, NOW, PREFIX, SUITE, judged, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, ApiError, Platform
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.evidence_folder import MANIFEST, FolderSource, read_list
from pytest_szxc.target.file_reading import FileReader
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.statement import Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.tabular.shelf import TableShelf
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Verdict

words, declaration = part("label_words"), part("reference_declaration")
Row = dict[str, Any]


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version", "grades"),
    [
        ("3 级 有条件自动", "2.4.1", {3}),
        ("３级", "", {3}),
        ("三级，版本 2.4.1", "2.4.1", {3}),
        ("自动化等级：四（V4.0）", "4.0", {4}),
        ("等级为2", "", {2}),
        ("SZ-240 / L4 / SW 2.4.1", "2.4.1", {4}),
        ("Level 5", "", {5}),
        ("Grade: 1, version 3.0", "3.0", {1}),
        ("grade is 0", "", {0}),
        ("高度自动驾驶功能 V3.1", "3.1", {4}),
        ("组合驾驶辅助", "", {2}),
        ("3 / 2.4.1", "2.4.1", {3}),
        ("2.4.1", "2.4.1", set()),
        ("版本 3.1", "2.4.1", set()),
        ("SZ-240 2024 年", "", set()),
        ("12 级", "", set()),
        ("2 级组合辅助，不是 3 级", "", {2, 3}),
        ("", "", set()),
        ("2 级 版本 2", "2", {2}),
    ],
)
def test_grades_in_words(text: str, version: str, grades: set[int]) -> None:
    assert words.grades_in(text, version) == grades


@given(st.integers(0, 5), st.sampled_from(["{n} 级", "{z}级", "等级：{n}", "L{n}", "grade {n}", "level {n}", "{n}"]))
def test_each_grade_in_each_form(grade: int, form: str) -> None:
    text = form.format(n=grade, z=words.NUMERALS[grade])
    assert words.grades_in(f"{text}，版本 5.4.3", "5.4.3") == {grade}


@given(st.text(), st.text(max_size=5))
def test_whatever_a_text_says(text: str, version: str) -> None:
    assert words.grades_in(text, version) <= set(range(6))


# --- the reference ----------------------------------------------------------------------------------------------------


def labels(made: Platform) -> list[Row]:
    headers = {"Authorization": f"Bearer {made.accounts.by_name['primary'].token}"}
    rows: list[Row] = Client(made).get("/szxc/v1/mach/labels", headers=headers).get_json()["data"]["list"]
    return rows


def test_each_feature_in_force_has_a_label_of_the_schema() -> None:
    judge = validator("urn:szxc:autodrive_grading:label")
    with platform() as made:
        rows = labels(made)
        assert {row["grade"] for row in rows} == {1, 2, 3, 4}
        assert all(judge.holds(row) for row in rows)
        made.store.edit(declaration.DECLARATIONS, lambda row: row.update(status="void"))
        assert labels(made) == []


# --- odd platforms ----------------------------------------------------------------------------------------------------


def payload(operation: str, change: Any) -> Any:
    def apply(made: Platform) -> None:
        made.alter(operation, lambda answer: Answer(change(answer.payload)))

    return apply


def test_without_labels_nothing_is_judged() -> None:
    empty = {"page": 1, "pageSize": 50, "total": 0, "list": []}
    verdict = judged("ADG-044", payload("list_labels", lambda _: empty))
    assert verdict.status is Status.INCONCLUSIVE


def test_labels_are_compared_with_declarations_where_grades_are_not_to_be_seen() -> None:
    def refused(made: Platform) -> None:
        made.refuse("read_grade", ApiError(404, 40401, "no grade"))

    verdict = judged("ADG-044", refused)
    assert (verdict.status, verdict.observed > 20) == (Status.PASS, True)


def test_a_grade_that_is_void_is_not_compared() -> None:
    def void(row: Row) -> Row:
        return {**row, "status": "void", "grade": 0, "system_version": "0.0"}

    assert judged("ADG-044", payload("read_grade", void)).status is Status.PASS


def test_a_feature_of_grade_0_needs_no_label() -> None:
    def zero(made: Platform) -> None:
        (row, *_) = made.store.all(declaration.DECLARATIONS)
        new = {**row, "feature_id": "plain", "claimed_grade": 0}
        payload("list_declarations", lambda told: {**told, "list": [*told["list"], new], "total": told["total"] + 1})(
            made
        )

    assert judged("ADG-044", zero).status is Status.PASS


JUNK: tuple[Any, ...] = (
    None,
    [],
    7,
    {"list": [None, 7]},
    {"list": [{}, {"feature_id": 7, "grade": "x", "odd_summary": 5, "text": [], "system_version": {}}], "total": 2},
    {"list": [{"feature_id": "sz240-row-guide", "grade": 1e300, "odd_summary": {"operations": [7]}, "text": ""}]},
)


@pytest.mark.parametrize("operation", ["list_labels", "list_declarations", "read_grade"])
@pytest.mark.parametrize("junk", JUNK)
def test_no_check_raises_on_junk(operation: str, junk: Any) -> None:
    assert judged("ADG-044", payload(operation, lambda _: junk)).status is not Status.TESTER_ERROR


@pytest.mark.parametrize("member", ["feature_id", "claimed_grade", "system_version", "status", "odd"])
def test_no_check_raises_on_junk_members(member: str) -> None:
    def spoilt(told: Row) -> Row:
        junk: list[Any] = [None, [], {"operations": 7, "speed_mps": {"max": "x"}}, 1e300]
        rows = [{**row, member: value} for row, value in zip(told["list"], junk, strict=False)]
        return {**told, "list": rows}

    assert judged("ADG-044", payload("list_declarations", spoilt)).status is not Status.TESTER_ERROR


# --- a folder of evidence ---------------------------------------------------------------------------------------------


def in_folder(folder: Path, change: Any = lambda files: files) -> Verdict:
    """The verdict on a folder with the reference's declarations and labels, and the grade of one feature."""
    with platform() as made:
        declared = made.store.all(declaration.DECLARATIONS)
        grade = made.store.get(declaration.GRADES, declared[0]["feature_id"])
        files = [
            ("list_declarations", {}, declared),
            ("list_labels", {}, labels(made)),
            ("read_grade", {"feature": grade["feature_id"]}, grade),
        ]
    rows = []
    for number, (operation, params, value) in enumerate(change(files)):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append({"path": path.name, "operation": operation, "params": params, "sha256": digest})
    manifest = {"format": "szxc-evidence-folder/1", "suite": SUITE.id, "files": rows}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    store, clock, statement = ExchangeStore(None), VirtualClock(NOW), Statement()
    reader, suites = FileReader(store, clock), {SUITE.id: SUITE}
    evidence = read_list(folder, reader, suites)
    source = FolderSource(evidence, statement, reader, now=NOW, suites=suites, tables=TableShelf(statement))
    sut = LiveSut(
        suites=suites, statement=statement, store=store, clock=clock, now=NOW, seed="one", prefix=PREFIX, source=source
    )
    (row,) = (row for row in SUITE.requirements if row.id == "ADG-044")
    view = sut.for_requirement(row.id)
    return judge(row, HERE.checks[row.id], view, view, Context(owners={}))


def test_labels_are_judged_from_a_folder(tmp_path: Path) -> None:
    verdict = in_folder(tmp_path)
    assert (verdict.status, verdict.cause, verdict.found) == (Status.PASS, None, 0)
    assert verdict.observed > 20


def test_a_label_that_disagrees_is_found_in_a_folder(tmp_path: Path) -> None:
    def other_grade(files: list[tuple[str, Row, Any]]) -> list[tuple[str, Row, Any]]:
        files[1][2][1]["grade"] += 1
        return files

    verdict = in_folder(tmp_path, other_grade)
    assert verdict.status is Status.WARN
    assert verdict.findings[0].at.pointer.endswith("grade")
