"""Mutants of personal information: floors, classes, fields that are not marked, identity photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import PLAIN, altered, having, lower, one

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

Entry = dict[str, Any]
MUTANTS = demo.Mutants()


def _names(entry: Entry) -> list[str]:
    return [item["name"] for item in entry["items"]]


def _sensitive(entry: Entry) -> bool:
    return bool(entry.get("sensitivePi")) and not any("照片" in name for name in _names(entry))


def _ordinary(entry: Entry) -> bool:
    plain = entry["dataSubject"] == "personal" and not entry.get("sensitivePi") and "derivedFrom" not in entry
    return plain and not any("姓名" in name or "手机" in name for name in _names(entry))


def _rename(entry: Entry, old: str, new: str) -> None:
    for row in entry["items"]:
        row["name"] = new if row["name"] == old else row["name"]
    for row in entry["fieldLevels"]:
        row["field"] = new if row["field"] == old else row["field"]


one(
    MUTANTS,
    "sensitive-pi-below-g4",
    ("敏感个人信息低于 4 级", "sensitive personal information below G4"),
    _sensitive,
    lambda entry: lower(entry, "G3", ("personalRights", "serious")),
)
one(
    MUTANTS,
    "pi-below-g2",
    ("个人信息低于 2 级", "personal information below G2"),
    _ordinary,
    lambda entry: lower(entry, "G1", ("personalRights", "none")),
)
one(
    MUTANTS,
    "sensitive-pi-unknown",
    ("敏感类别不在表中", "a sensitive class outside the list"),
    having("sensitivePi"),
    lambda entry: entry["sensitivePi"].append("political"),
)
one(
    MUTANTS,
    "pi-class-unknown",
    ("个人信息类别不在表中", "a class of personal information outside the list"),
    having("piClass"),
    lambda entry: entry["piClass"].append("hobby"),
)
one(
    MUTANTS,
    "personal-field-unmarked",
    ("非个人信息中有手机号字段", "a mobile number in data not marked personal"),
    PLAIN,
    lambda entry: _rename(entry, _names(entry)[-1], "户主手机号"),
)


@MUTANTS.add(
    "personal-sample-unmarked", "非个人信息的样例是身份证号", "an identity number as sample in data not marked personal"
)
def _personal_sample_unmarked(platform: Platform) -> None:
    with altered(platform, lambda entry: PLAIN(entry) and entry["items"][1]["dataType"] == "C") as entry:
        _rename(entry, _names(entry)[1], "备注")
        entry["items"][1]["sample"] = "999999190001010015"


@MUTANTS.add("id-photo-graded-as-number", "证件照片按号码定级", "an identity photo graded like the number")
def _id_photo_graded_as_number(platform: Platform) -> None:
    with altered(platform, lambda entry: {"身份证号", "证件照片"} <= set(_names(entry))) as entry:
        for row in entry["fieldLevels"]:
            if row["field"] == "证件照片":
                row["level"] = "G2"
