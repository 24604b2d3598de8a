"""The grading service answers each cell of the decision table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from . import tables
from .grading import entry_rank, rank_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Sut


@requirement("DC-017")
def test_grading_service_answers_the_24_cells(sut: Sut) -> Iterator[Observation]:
    """Each object with each harm, one at a time, gives the level and the sub-level of its cell."""
    cells = tables.rows("decision_table")
    questions = [{"body": {"impacts": [{"object": cell["object"], "harm": cell["harm"]}]}} for cell in cells]
    for cell, reply in zip(cells, sut.ask_each("evaluate_grading", questions), strict=True):
        divided = reply.record.text("level") != "general" and reply.record.has("subLevel")
        holds = entry_rank(reply.record) == rank_of(cell["grade"]) and not divided
        wanted = f"{cell['object']} × {cell['harm']} → {cell['grade']}"
        yield expect(holds, reply.record.at("level"), expected=wanted, observed=reply.record.value)
