"""Which entry a mutant alters: a plain one, on which nothing else depends, so that one fault breaks one rule."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import AUDIT, ENTRIES
from .reference_codes import shown_as
from .reference_grading import GRADES, as_members, grade_in, rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.reference import Mutants, Platform

Entry = dict[str, Any]


def graded(*grades: str) -> Callable[[Entry], bool]:
    """Entries of some grades, not personal, with one impact, not derived: the plainest there are."""
    return lambda entry: (
        grade_in(entry) in grades
        and entry["dataSubject"] != "personal"
        and len(entry["impacts"]) == 1
        and "derivedFrom" not in entry
        and "raiseReason" not in entry
    )


def having(*members: str) -> Callable[[Entry], bool]:
    """Entries that have some members."""
    return lambda entry: all(entry.get(member) for member in members)


def both(*tests: Callable[[Entry], bool]) -> Callable[[Entry], bool]:
    """Entries that meet all conditions."""
    return lambda entry: all(test(entry) for test in tests)


PLAIN = graded("G2", "G3")


def entries(platform: Platform) -> list[Entry]:
    """The whole catalogue."""
    return platform.store.all(ENTRIES)


def victim(platform: Platform, which: Callable[[Entry], bool]) -> Entry:
    """The first entry that meets a condition and that nothing derives from.

    Raises:
        LookupError: there is none; the reference's data are too few.
    """
    known = entries(platform)
    sources = {code for entry in known for code in entry.get("derivedFrom", ())}
    for entry in known:
        if entry["resourceCode"] not in sources and which(entry):
            return entry
    raise LookupError(which)


@contextmanager
def altered(platform: Platform, which: Callable[[Entry], bool]) -> Iterator[Entry]:
    """A victim to be altered in place; stored again at the end, under its new code if that was changed."""
    entry = victim(platform, which)
    code = entry["resourceCode"]
    yield entry
    platform.store.replace(ENTRIES, code, entry)
    if entry["resourceCode"] != code:
        platform.store.rename(ENTRIES, code, entry["resourceCode"])
        platform.store.edit(
            AUDIT, lambda event: event.update(object=entry["resourceCode"]), demo.Where("key = ?", (code,))
        )
        platform.store.rename(AUDIT, code, entry["resourceCode"])


def one(
    registry: Mutants,
    name: str,
    titles: tuple[str, str],
    which: Callable[[Entry], bool],
    change: Callable[[Entry], object],
) -> None:
    """Register a mutant that alters one entry; ``titles`` in zh and en."""

    def apply(platform: Platform) -> None:
        with altered(platform, which) as entry:
            change(entry)

    registry.add(name, *titles)(apply)


def regrade(entry: Entry, grade: str) -> None:
    """Give an entry another grade, with its label and mapping; what explained the old one goes."""
    entry.pop("subLevel", None)
    entry.update(as_members(grade), **shown_as(grade))
    for name in ("history", "minReferenceLevel", "raiseReason", "importantDataFactors"):
        entry.pop(name, None)


def lower(entry: Entry, grade: str, *impacts: tuple[str, str]) -> None:
    """Regrade an entry and bring impacts and field levels down with it, so that all agrees."""
    regrade(entry, grade)
    entry["impacts"] = [{"object": obj, "harm": harm, "reason": "重新评估"} for obj, harm in impacts]
    for row in entry["fieldLevels"]:
        row["level"] = min(row["level"], grade, key=GRADES.index)


def calm(entry: Entry) -> None:
    """Take away what might explain an entry's grade besides its impacts."""
    regrade(entry, grade_in(entry))


def rises(change: dict[str, str]) -> bool:
    """Whether a history row goes up."""
    return "from" in change and rank(change["from"]) < rank(change["to"])


def falls(change: dict[str, str]) -> bool:
    """Whether a history row goes down."""
    return "from" in change and rank(change["from"]) > rank(change["to"])
