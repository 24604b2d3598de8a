"""Personal information: its classes, the lowest grades it may have, and fields that hold it unmarked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, personal, record_rule

from . import tables
from .grading import G1, G2, G4, entry_rank, field_ranks, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Location, Observation, Record

Kind = personal.Kind


@record_rule("DC-021", over="list_entries")
def test_sensitive_personal_information_is_g4(entry: Record) -> Iterator[Observation]:
    """Whatever holds sensitive personal information is G4 or higher."""
    rank = entry_rank(entry)
    if rank is not None and entry.has("sensitivePi"):
        yield expect(rank >= G4, entry.at("level"), expected=">= G4", observed=name(rank))


@record_rule("DC-022", over="list_entries")
def test_personal_information_is_g2(entry: Record) -> Iterator[Observation]:
    """Ordinary personal information is G2 or higher; G1 if its last change was an anonymisation."""
    rank = entry_rank(entry)
    ordinary = entry.text("dataSubject") == "personal" or entry.has("piClass")
    if rank is None or not ordinary or entry.has("sensitivePi"):
        return
    changes = entry.children("history")
    owed = G1 if changes and changes[-1].text("reason") == "anonymised" else G2
    yield expect(rank >= owed, entry.at("level"), expected=f">= {name(owed)}", observed=name(rank))


@record_rule("DC-023", over="list_entries")
def test_sensitive_classes_are_known(entry: Record) -> Iterator[Observation]:
    """Each class of sensitive personal information is one of eight."""
    yield from _known(entry, "sensitivePi", "sensitive_pi")


@record_rule("DC-024", over="list_entries")
def test_personal_classes_are_known(entry: Record) -> Iterator[Observation]:
    """Each class of personal information is one of thirteen."""
    yield from _known(entry, "piClass", "pi_classes")


def _known(entry: Record, member: str, table: str) -> Iterator[Observation]:
    for found in entry.texts(member):
        holds = found in tables.codes(table)
        yield expect(holds, entry.at(member), expected=tables.listed(table), observed=found)


@record_rule("DC-025", over="list_entries")
def test_personal_fields_are_marked(entry: Record) -> Iterator[Observation]:
    """An entry whose fields clearly hold personal information says that it does."""
    subject, items = entry.text("dataSubject"), entry.children("items")
    if subject not in tables.facet_codes("dataSubject") or not items:
        return
    marked = subject == "personal" or entry.has("piClass") or entry.has("sensitivePi")
    where, found = next(_personal(items), (entry.at("dataSubject"), None))
    observed = f"{subject}, {found}" if found else subject
    yield expect(marked or found is None, where, expected="dataSubject personal, or piClass", observed=observed)


def _personal(items: tuple[Record, ...]) -> Iterator[tuple[Location, str]]:
    """Fields that clearly are personal, by name, then by sample."""
    for item in items:
        by_name = personal.personal_field(item.text("name") or "")
        by_sample = personal.value_kind(item.get("sample"))
        if by_name or by_sample:
            yield item.at("name" if by_name else "sample"), str(by_name or by_sample)


@record_rule("DC-026", over="list_entries")
def test_id_number_and_photo_are_graded_apart(entry: Record) -> Iterator[Observation]:
    """With both in one entry, each has a level of its own: the photo G4, the number G2 or higher."""
    fields = {item.text("name") or "": item for item in entry.children("items")}
    photos = [field for field in fields if personal.field_kind(field) is Kind.ID_PHOTO]
    numbers = [field for field in fields if personal.field_kind(field) is Kind.CITIZEN_NUMBER]
    if not photos or not numbers:
        return
    found = field_ranks(entry)
    for field, owed in (*((photo, G4) for photo in photos), *((number, G2) for number in numbers)):
        rank = found.get(field)
        observed = name(rank) if rank else "no level"
        wanted = f"{field} >= {name(owed)}"
        yield expect(rank is not None and rank >= owed, entry.at("fieldLevels"), expected=wanted, observed=observed)
