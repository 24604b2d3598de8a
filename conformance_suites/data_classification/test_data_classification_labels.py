"""Labels and masks: what is given out says its level, and hides what must be hidden."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_szxc import expect, masks, personal, requirement

from .grading import G3, entry_rank, field_ranks, name, rank_of, ranks
from .sampling import ROWS, read_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

HEADER = "x-data-level"
GRADE = re.compile(r"(?:核心|重要|一般|(?<![a-z])(?:core|important|general|g[1-4])(?![a-z0-9]))", re.IGNORECASE)
LABEL_COLUMNS = frozenset({"level", "label", "grade", "级别", "数据级别", "安全级别", "级别标识"})
HEAD = 20
"""Lines of an exported file in which a label may stand before the columns."""
MASKS: dict[personal.Kind, tuple[Callable[[str], bool], str]] = {
    personal.Kind.MOBILE: (masks.is_masked_mobile, "138****0000"),
    personal.Kind.CITIZEN_NUMBER: (masks.is_masked_identity, "first 6, last 4"),
    personal.Kind.BANK_CARD: (masks.is_masked_account, "last 4"),
    personal.Kind.ACCOUNT: (masks.is_masked_account, "last 4"),
}


@requirement("DC-046")
def test_answers_carry_a_label(sut: Sut) -> Iterator[Observation]:
    """Data come with a level, in a header or in the body."""
    for _, reply in read_sample(sut):
        shown = (
            (reply.response.header(HEADER) or "").strip()
            or reply.record.get("label.level")
            or reply.record.text("label")
        )
        yield expect(bool(shown), reply.at("header X-Data-Level"), expected="a level", observed=None)


@requirement("DC-047")
def test_labels_agree_with_the_catalogue(sut: Sut) -> Iterator[Observation]:
    """Each label that is given names the level in the catalogue."""
    for entry, reply in read_sample(sut):
        owed = entry_rank(entry)
        for pointer, shown, rank in _labels(reply):
            holds = rank == owed or (shown == "general" and entry.text("level") == "general")
            yield expect(holds, reply.at(pointer), expected=name(owed) if owed else "", observed=shown)


def _labels(reply: Reply) -> Iterator[tuple[str, str, int | None]]:
    """The labels of an answer: where, as shown, as rank. A sub-level may be left out of the body's."""
    header, written, label = reply.response.header(HEADER), reply.record.text("label"), reply.record.child("label")
    for pointer, text in (("header X-Data-Level", (header or "").strip()), ("/label", written)):
        if text:
            yield pointer, text, _rank_of_text(text)
    if label and label.text("level"):
        rank = entry_rank(label)
        level = label.text("level") or ""
        yield "/label", level if rank is None and not label.has("subLevel") else str(label.value), rank


def _rank_of_text(text: str) -> int | None:
    folded = {code.casefold(): code for code in ranks()}
    return rank_of(folded.get(text.casefold()))


@requirement("DC-048")
def test_exported_files_carry_a_label(sut: Sut) -> Iterator[Observation]:
    """The level is in the file's name, in a header, in a leading comment or in a column."""
    reply = sut.ask("export_catalogue", format="csv")
    disposition = unquote(reply.response.header("content-disposition") or "")
    named = GRADE.search(disposition) is not None or bool((reply.response.header(HEADER) or "").strip())
    holds = named or _labelled(reply.response.body)
    observed = disposition or "no file name"
    yield expect(holds, reply.at("header Content-Disposition"), expected="a level", observed=observed)


def _labelled(body: bytes) -> bool:
    """Whether a CSV file has a level in a leading comment, or in a filled column."""
    lines = _text(body).splitlines()
    comments = [line for line in lines[:HEAD] if line.startswith("#")]
    if any(GRADE.search(line) for line in comments):
        return True
    try:
        table = list(csv.reader(line for line in lines if not line.startswith("#")))
    except csv.Error:
        return False
    columns = (
        [index for index, cell in enumerate(table[0]) if cell.strip().casefold() in LABEL_COLUMNS] if table else []
    )
    return any(
        len(table) > 1 and all(len(row) > index and row[index].strip() for row in table[1:] if row) for index in columns
    )


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


@requirement("DC-050")
def test_sensitive_fields_are_masked(sut: Sut) -> Iterator[Observation]:
    """Fields of G3 and above are masked; data of G3 and above show no whole personal number."""
    for entry, reply in read_sample(sut):
        hidden = {field for field, rank in field_ranks(entry).items() if rank >= G3}
        searched = (entry_rank(entry) or 0) >= G3
        for row in reply.record.children("rows")[:ROWS]:
            for field, value in row.value.items():
                if field in hidden:
                    yield expect(masks.is_masked(value), row.at(field), expected="masked", observed=_shape(value))
                elif searched:
                    kind = personal.value_kind(value)
                    yield expect(kind is None, row.at(field), expected="masked", observed=f"a whole {kind}")


def _shape(value: object) -> str:
    """What a clear value looks like, without its content."""
    return f"a text of {len(value)} characters" if isinstance(value, str) else type(value).__name__


@requirement("DC-051")
def test_masks_keep_the_agreed_digits(sut: Sut) -> Iterator[Observation]:
    """Masked phones, ID numbers and accounts show the agreed digits and no others, or nothing."""
    for _, reply in read_sample(sut):
        for row in reply.record.children("rows")[:ROWS]:
            yield from _masks_of(row)


def _masks_of(row: Record) -> Iterator[Observation]:
    for field, value in row.value.items():
        kind = personal.field_kind(field)
        if kind in MASKS and isinstance(value, str) and masks.has_mask(value) and not masks.shows_nothing(value):
            agrees, wanted = MASKS[kind]
            yield expect(agrees(value), row.at(field), expected=wanted, observed=value)
