"""Labels say what was declared and issued: grade, operating domain, version."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, answers, expect, requirement, schema

from .declarations import VOID
from .label_words import grades_in, grades_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

LABEL = "urn:szxc:autodrive_grading:label"
MOST = 10
"""Labels that are compared."""
GRADES = range(6)
ABSENT = (404, 410)
UNLISTED = "folder.unlisted"
"""A folder of evidence need not hold the issued grade of each feature."""
ROADS = frozenset({"excluded", "included"})
LABELLED_FROM = 1
"""A feature of grade 0 needs no label."""
ROUNDED = Decimal("0.05")
"""By how much a label's speed may differ: it is written for people."""


@requirement("ADG-044")
def test_labels_agree_with_declaration_and_grade(sut: Sut) -> Iterator[Observation]:
    """Each label against its feature's declaration and issued grade; each declaration in force has one."""
    declared = _declared(sut)
    labels = list(sut.records("list_labels"))
    ours = [label for label in labels if not (label.text("feature_id") or "").startswith(sut.prefix)]
    for label in ours[:MOST]:
        yield from schema.conforms(label, LABEL)
        declaration = declared.get(label.text("feature_id") or "")
        if declaration is None:
            observed = label.text("feature_id")
            yield expect(False, label.at("feature_id"), expected="a declared feature", observed=observed)  # noqa: FBT003 -- it is none
        elif declaration.text("status") in (None, "in_force"):
            yield from _agreed(sut, label, declaration)
    if ours:
        yield from _missing(sut, {label.text("feature_id") for label in ours}, declared)


def _declared(sut: Sut) -> dict[str, Record]:
    """Each feature's declaration: the one in force, if an earlier one is still listed."""
    rows = [(name, row) for row in sut.records("list_declarations") if (name := row.text("feature_id"))]
    return dict(sorted(rows, key=lambda pair: pair[1].text("status") != VOID))


def _missing(sut: Sut, labelled: set[str | None], declared: dict[str, Record]) -> Iterator[Observation]:
    for name, declaration in declared.items():
        grade = declaration.number("claimed_grade")
        needed = declaration.text("status") == "in_force" and grade is not None and grade >= LABELLED_FROM
        if needed and not name.startswith(sut.prefix):
            yield expect(name in labelled, declaration.at(), expected=f"a label of {name}", observed="no label")


def _agreed(sut: Sut, label: Record, declaration: Record) -> Iterator[Observation]:
    claimed, version = declaration.number("claimed_grade"), declaration.text("system_version")
    issued = _issued(sut, declaration)
    for row, member in ((declaration, "claimed_grade"), (issued, "grade")):
        grade = row.number(member) if row else None
        if grade is not None:
            yield _equal(label, "grade", label.number("grade"), grade)
    for row in (declaration, issued):
        told = row.text("system_version") if row else None
        if told:
            yield _equal(label, "system_version", label.text("system_version"), told)
    yield from _headed(label, declaration)
    yield from _domain(label, declaration)
    if claimed in GRADES and version:
        yield from _worded(label, int(claimed or 0), version)


def _issued(sut: Sut, declaration: Record) -> Record | None:
    """The grade that was issued on a declaration and counts; one that is not its own is judged elsewhere."""
    feature = declaration.text("feature_id") or ""
    try:
        reply = sut.ask("read_grade", feature=feature, accept=ABSENT)
    except SzxcError as reason:
        if not reason.code.startswith((*answers.NOT_THERE, UNLISTED)):
            raise
        return None
    if not reply.fine:
        return None
    found = reply.record
    own = found.text("feature_id") in (None, feature) and found.number("grade") == declaration.number("claimed_grade")
    return found if own and found.text("status") in (None, "valid") else None


def _equal(label: Record, member: str, seen: object, wanted: object) -> Observation:
    expected = f"{label.text('feature_id')}: {wanted}"
    return expect(seen == wanted, label.at(member), expected=expected, observed=seen)


def _headed(label: Record, declaration: Record) -> Iterator[Observation]:
    """The name of the grade, and public roads as declared; other words than those of the table are left alone."""
    roads, shown = declaration.text("public_roads"), label.text("public_roads")
    if roads in ROADS and shown in ROADS:
        yield _equal(label, "public_roads", shown, roads)
    claimed, title = declaration.number("claimed_grade"), label.text("title_zh") or ""
    named = grades_named(title)
    if named and claimed in GRADES:
        yield expect(claimed in named, label.at("title_zh"), expected=f"title of grade {claimed}", observed=title)


def _domain(label: Record, declaration: Record) -> Iterator[Observation]:
    """No operation that is not declared, and the declared speed."""
    allowed = set(declaration.texts("odd.operations"))
    if allowed:
        shown = set(label.texts("odd_summary.operations"))
        expected = ", ".join(sorted(allowed))
        at = label.at("odd_summary.operations")
        yield expect(bool(shown) and shown <= allowed, at, expected=expected, observed=", ".join(sorted(shown)) or "-")
    limit = declaration.number("odd.speed_mps.max")
    if limit is not None and limit.is_finite():
        speed = label.number("odd_summary.speed_mps_max")
        right = speed is not None and speed.is_finite() and abs(speed - limit) <= ROUNDED
        yield expect(right, label.at("odd_summary.speed_mps_max"), expected=f"{limit} m/s", observed=speed)


def _worded(label: Record, grade: int, version: str) -> Iterator[Observation]:
    text = label.text("text")
    if text is None:
        return
    named = grades_in(text, version)
    seen = ", ".join(map(str, sorted(named))) or "no grade"
    yield expect(grade in named, label.at("text"), expected=f"grade {grade}", observed=f"{seen}: {text}")
    yield expect(version in text, label.at("text"), expected=f"version {version}", observed=text)
