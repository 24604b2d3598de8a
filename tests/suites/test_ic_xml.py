"""The XML interface, and a platform that answers XML throughout."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ic_judging import judged, part

from pytest_szxc.model import Status

ID = "IC-074"
PATTERN = (
    b'<s:simpleType name="T"><s:restriction base="s:string"><s:pattern value="(a*)*b"/></s:restriction></s:simpleType>'
)
mutants, variants = part("mutants_xml").MUTANTS, part("variants_xml").VARIANTS
check = part("test_platform_interconnection_xml")


def interface(made: Any) -> Any:
    return part("reference").part(made, "xml")


def test_the_reference_passes() -> None:
    verdict = judged(ID)
    assert (verdict.status, verdict.found) == (Status.PASS, 0)
    assert verdict.observed >= 5


@pytest.mark.parametrize("name", mutants)
def test_each_mutant_is_found(name: str) -> None:
    assert judged(ID, mutants[name].apply).status is Status.WARN  # the requirement is a "should"


@pytest.mark.parametrize("name", variants)
def test_each_variant_passes(name: str) -> None:
    assert judged(ID, variants[name].apply, variants[name].statement).status is Status.PASS


def keyed_otherwise(made: Any) -> None:
    """The JSON interface calls the key of its records another name."""

    def renamed(answer: Any) -> Any:
        rows = [
            {"plotNo": row["id"], **{name: row[name] for name in row if name != "id"}} for row in answer.payload["list"]
        ]
        return answer.with_payload(answer.payload | {"list": rows})

    made.alter("list_records", renamed)
    for resource in made.parts["platform_interconnection"].capability["resources"]:
        resource["key"] = "plotNo"


def test_records_are_known_by_the_key_that_is_declared() -> None:
    def both(made: Any) -> None:
        keyed_otherwise(made)
        mutants["xml-record-missing"].apply(made)

    assert judged(ID, keyed_otherwise).status is Status.PASS
    assert judged(ID, both).status is Status.WARN


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (b'<s:include schemaLocation="https://schemas.example/types.xsd"/>', "xsd.remote"),
        (PATTERN, "xsd.pattern"),
    ],
)
def test_a_schema_that_cannot_be_used_judges_nothing(schema: bytes, code: str) -> None:
    def changed(made: Any) -> None:
        whole = b'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema">' + schema + b"</s:schema>"
        interface(made).schema = lambda: whole

    verdict = judged(ID, changed)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause is not None
    assert verdict.cause.code == code


@pytest.mark.parametrize("requirement", ["IC-007", "IC-027", "IC-049"])
def test_a_platform_that_answers_xml_is_judged_like_any_other(requirement: str) -> None:
    variant = variants["answers-in-xml"]
    verdict, usual = judged(requirement, variant.apply, variant.statement), judged(requirement)
    assert (verdict.status, verdict.observed) == (usual.status, usual.observed)
    assert verdict.status is Status.PASS


def test_records_are_the_elements_that_repeat() -> None:
    root = ET.fromstring("<r><page>1</page><list><a><b/><b/></a><a/><a/></list></r>")  # noqa: S314 -- written here
    assert [element.tag for element in check._rows(root)] == ["a", "a", "a"]
    assert [element.tag for element in check._rows(ET.fromstring("<r><n>1</n><a><b/></a></r>"))] == ["a"]  # noqa: S314 -- the same
    assert check._rows(ET.fromstring("<r><n>1</n></r>")) == []  # noqa: S314 -- the same


def test_what_a_record_is_made_of_is_renamed_in_the_altered_document() -> None:
    root = ET.fromstring('<r><n>1</n><a k="1"><b>x</b></a><a k="2"/></r>')  # noqa: S314 -- written here
    altered = ET.tostring(check._altered(root, check._rows(root)), encoding="unicode")
    assert altered.startswith("<r><n>1</n><a k-szxc-unknown=")
    assert "<b>" not in altered
    assert root.find("a/b") is not None
