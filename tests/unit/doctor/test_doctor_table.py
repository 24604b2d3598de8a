"""The pages on the doctor hold the table that ``szxc doctor --causes`` prints, and it leaves out no cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_szxc.doctor.connection import STAGE_OF
from pytest_szxc.doctor.table import ENDS, table_lines
from pytest_szxc.messages import table
from pytest_szxc.target.causes import CAUSES, HOPELESS, LATE

DOCS = Path(__file__).parents[3] / "docs"
CODES = {code for places in ENDS.values() for _, code in places}


@pytest.mark.parametrize(("lang", "page"), [("en", "doctor.md"), ("zh", "doctor.zh-CN.md")])
def test_the_page_holds_the_table(lang: str, page: str) -> None:
    assert "\n".join(table_lines(lang)) in (DOCS / page).read_text(encoding="utf-8"), "szxc doctor --causes prints it"


def test_every_cause_and_notice_is_in_the_table() -> None:
    spoken = {code for code in table() if code.startswith(("preflight.", "notice."))}
    assert spoken <= CODES
    assert len(CODES) >= 14


def test_every_cause_has_a_stage_words_and_something_to_do() -> None:
    further = {"preflight.base-path", "preflight.no-account", "preflight.clock"}
    assert {code for _, code in CAUSES} | further == set(STAGE_OF)
    for code in CODES:
        assert {"zh", "en", "hint_zh", "hint_en"} <= set(table()[code]), code


def test_a_more_exact_symptom_is_looked_for_before_a_vaguer_one() -> None:
    starts = [start for start, _ in CAUSES]
    for number, start in enumerate(starts):
        assert not [later for later in starts[number + 1 :] if later.startswith(start)], start
    assert all(any(start.startswith(symptom) for start in starts) for symptom in (*HOPELESS, *LATE))
