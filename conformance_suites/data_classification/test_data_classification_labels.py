"""Labels and masks: what is given out says its level, and hides what must be hidden."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_szxc import expect, masks, personal, requirement

from . import tables
from .grading import G3, entry_rank, field_ranks, name, rank_of, ranks
from .sampling import ROWS, read_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

HEADER = "x-data-level"
GRADE = re.compile(r"(?:核心|重要|一般|(?<![a-z])(?:core|important|general|g[1-4])(?![a-z0-9]))", re.IGNORECASE)
LABEL_COLUMN = re.compile(
    "(?:数据|安全|敏感|保护|资源|数据安全)?(?:级别|等级|分级)(?:标识|代码|结果|名称)?"
    "|(?:(?:data|security|sensitivity|classification)[ _-]?)?(?:level|label|grade|classification)"
)
DELIMITERS = ",;\t"
NO_TEXT = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
"""How spreadsheets, PDF and archives begin: what is inside is not looked at."""
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
        body = reply.record.has("label.level") or bool((reply.record.text("label") or "").strip())
        shown = bool((reply.response.header(HEADER) or "").strip()) or body
        yield expect(shown, reply.at("header X-Data-Level"), expected="a level", observed=None)


@requirement("DC-047")
def test_labels_agree_with_the_catalogue(sut: Sut) -> Iterator[Observation]:
    """Each label that is given names the level in the catalogue."""
    for entry, reply in read_sample(sut):
        owed = entry_rank(entry)
        for pointer, shown, rank in _labels(reply):
            holds = rank == owed or (shown == "general" and entry.text("level") == "general") or shown in _words(owed)
            yield expect(holds, reply.at(pointer), expected=name(owed) if owed else "", observed=shown)


def _words(rank: int | None) -> frozenset[str | None]:
    """What a grade is called besides its code: in Chinese, and in other schemes."""
    if rank is None:
        return frozenset()
    return frozenset({tables.column("levels", "zh")[name(rank)], *tables.mapped(name(rank)).values()} - {None})


def _labels(reply: Reply) -> Iterator[tuple[str, str, int | None]]:
    """The labels of an answer: where, as shown, as rank. A sub-level may be left out of the body's."""
    header, written, label = reply.response.header(HEADER), reply.record.text("label"), reply.record.child("label")
    for pointer, text in (("header X-Data-Level", (header or "").strip()), ("/label", written)):
        if text:
            yield pointer, text, _rank_of_text(text)
    if label and label.text("level"):
        level = label.text("level") or ""
        alone = not label.has("subLevel")
        rank = _rank_of_text(level) if alone else entry_rank(label)
        yield "/label", level if alone else str(label.value), rank


def _rank_of_text(text: str) -> int | None:
    folded = {code.casefold(): code for code in ranks()}
    return rank_of(folded.get(text.casefold()))


@requirement("DC-048")
def test_exported_files_carry_a_label(sut: Sut) -> Iterator[Observation]:
    """The level is in the file's name, in a header, in a leading comment or in a column.

    A file that is no text and not labelled outside may be labelled within: nothing is said of it.
    """
    reply = sut.ask("export_catalogue", format="csv")
    disposition = unquote(reply.response.header("content-disposition") or "")
    named = GRADE.search(disposition) is not None or bool((reply.response.header(HEADER) or "").strip())
    if not named and reply.response.body.startswith(NO_TEXT):
        return
    holds = named or _labelled(reply.response.body)
    observed = disposition or "no file name"
    yield expect(holds, reply.at("header Content-Disposition"), expected="a level", observed=observed)


def _labelled(body: bytes) -> bool:
    """Whether a CSV file has a level in a leading comment, or in a filled column."""
    lines = _text(body).splitlines()
    comments = [line for line in lines[:HEAD] if line.startswith("#")]
    if any(GRADE.search(line) for line in comments):
        return True
    text = [line for line in lines if not line.startswith("#")]
    try:
        table = list(csv.reader(text, delimiter=max(DELIMITERS, key=text[0].count) if text else ","))
    except csv.Error:
        return False
    head = table[0] if table else []
    columns = [index for index, cell in enumerate(head) if LABEL_COLUMN.fullmatch(cell.strip().casefold())]
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
    """Fields of G3 and above are masked; data of G3 and above show no whole personal number.

    A field without such a level and without a personal number shows nothing either way.
    """
    for entry, reply in read_sample(sut):
        hidden = {field for field, rank in field_ranks(entry).items() if rank >= G3}
        searched = (entry_rank(entry) or 0) >= G3
        for row in reply.record.children("rows")[:ROWS]:
            for field, value in row.value.items():
                kind = personal.value_kind(masks.without_ends(value))
                if field in hidden:
                    holds = masks.is_masked(value) and kind is None
                    yield expect(holds, row.at(field), expected="masked", observed=_shape(value))
                elif searched and (kind or _is_hidden_number(field, value)):
                    yield expect(kind is None, row.at(field), expected="masked", observed=f"a whole {kind}")


def _is_hidden_number(field: str, value: object) -> bool:
    return personal.field_kind(field) in MASKS and isinstance(value, str) and masks.is_masked(value)


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
            if kind is personal.Kind.ACCOUNT and masks.shows_letters(value):  # the account of a user, not of a bank
                continue
            yield expect(agrees(value), row.at(field), expected=wanted, observed=value)
