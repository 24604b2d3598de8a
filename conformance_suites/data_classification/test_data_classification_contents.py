"""What an entry says of sharing and opening, what may not be in the catalogue, and what it may refer to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule

from . import tables
from .grading import G1, IMPORTANT, entry_rank, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record

FREE = frozenset({"无条件", "无条件共享"})
NOT_SHARED = "3"
NOTHING = frozenset({"无", "暂无", "无要求", "空", "/", "-", "--", "—", "——", "none", "null", "n/a"})
"""What is written where there is no condition."""
LAW = re.compile("《[^《》]+》")
LEVEL_MEMBERS = ("level", "label", "secrecyLevel", "secretLevel", "classificationLevel", "minReferenceLevel")
SECRECY = re.compile(rf"(?:国家)?(?:{'|'.join(tables.words('level'))})(?:级|件|数据|级数据)?(?:[ ★☆@0-9(（\[【].*)?")
"""A level of secrecy, with its term where one follows; 涉密:否 and 商业秘密 are none."""
MARKING = re.compile(r"(?:绝密|机密|秘密)★|[【\[（(](?:绝密|机密|秘密)[】\]）)]")
AGRICULTURAL_OID = re.compile(r"1\.2\.156\.326(?:\.[0-9]+)+")
ELEMENT = re.compile(
    r"[A-Z]{1,5}[0-9]{0,2}(?:/[A-Z]{1,8})? ?[0-9]{1,6}(?:\.[0-9]{1,3})*[-—–][0-9]{4}[:：][0-9A-Za-z._-]+"
)


@record_rule("DC-028", over="list_entries")
def test_open_data_are_of_the_lowest_grade(entry: Record) -> Iterator[Observation]:
    """General data that are opened unconditionally are G1."""
    rank = entry_rank(entry)
    if rank is not None and rank < IMPORTANT and entry.text("openness") == "unconditional":
        yield expect(rank == G1, entry.at("subLevel"), expected="G1", observed=name(rank))


@record_rule("DC-029", over="list_entries")
def test_important_data_are_not_given_unconditionally(entry: Record) -> Iterator[Observation]:
    """Core and important data are neither shared nor opened without condition."""
    if entry.text("level") not in {"core", "important"}:
        return
    shared, opened = entry.get("sharing.type"), entry.text("openness")
    yield expect(shared not in ("1", 1), entry.at("sharing.type"), expected="2 | 3", observed=shared)
    yield expect(opened != "unconditional", entry.at("openness"), expected="conditional | closed", observed=opened)


@record_rule("DC-054", over="list_entries")
def test_sharing_condition_fits_the_type(entry: Record) -> Iterator[Observation]:
    """Type 1 is literally without condition, type 2 has a concrete one, type 3 does not claim to have none."""
    kind = entry.text("sharing.type")
    if kind is None:
        return
    yield expect(
        kind in tables.codes("sharing_types"),
        entry.at("sharing.type"),
        expected=tables.listed("sharing_types"),
        observed=kind,
    )
    condition = (entry.text("sharing.condition") or "").strip()
    holds, wanted = {
        "1": (condition in FREE, "无条件"),
        "2": (condition not in FREE and bool(condition) and condition.lower() not in NOTHING, "a concrete condition"),
        NOT_SHARED: (condition not in FREE, "not 无条件"),
    }.get(kind, (True, ""))
    yield expect(holds, entry.at("sharing.condition"), expected=wanted, observed=condition)


@record_rule("DC-055", over="list_entries")
def test_refusal_to_share_cites_the_law(entry: Record) -> Iterator[Observation]:
    """What is not shared names a law or policy in book-title marks."""
    if entry.text("sharing.type") == NOT_SHARED:
        condition = entry.text("sharing.condition") or ""
        here = entry.at("sharing.condition")
        yield expect(LAW.search(condition) is not None, here, expected="《…》", observed=condition)


@record_rule("DC-058", over="list_entries")
def test_no_secret_or_military_entries(entry: Record) -> Iterator[Observation]:
    """No level is a state secret's, no title is marked as one or names a military matter."""
    levels = [(member, entry.text(member)) for member in LEVEL_MEMBERS]
    levels += [(f"fieldLevels.{i}.level", f.text("level")) for i, f in enumerate(entry.children("fieldLevels"))]
    secret = [(member, text) for member, text in levels if text and SECRECY.fullmatch(text.strip())]
    member, text = secret[0] if secret else ("level", None)
    yield expect(not secret, entry.at(member), expected="no state secret", observed=text)
    title = entry.text("title") or ""
    military = MARKING.search(title) is not None or any(word in title for word in tables.words("title"))
    yield expect(not military, entry.at("title"), expected="no secret or military matter", observed=title)


@record_rule("DC-061", over="list_entries")
def test_object_ids_are_agricultural(entry: Record) -> Iterator[Observation]:
    """An object identifier, where there is one, stands under the agricultural root."""
    if entry.has("objectId"):
        found = entry.get("objectId")
        holds = isinstance(found, str) and AGRICULTURAL_OID.fullmatch(found) is not None
        yield expect(holds, entry.at("objectId"), expected="1.2.156.326.…", observed=found)


@record_rule("DC-062", over="list_entries")
def test_items_refer_to_data_elements(entry: Record) -> Iterator[Observation]:
    """A data element, where an item refers to one, is named by standard and element."""
    for item in entry.children("items"):
        if item.has("elementId"):
            found = item.get("elementId")
            holds = isinstance(found, str) and ELEMENT.fullmatch(found) is not None
            yield expect(holds, item.at("elementId"), expected="DB37/T 4223.3-2022:…", observed=found)
