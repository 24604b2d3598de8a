"""Validation by a foreign XSD: problems of document and schema told apart, nothing fetched, time bounded."""

from __future__ import annotations

import time

import pytest

from pytest_szxc.checks import xml
from pytest_szxc.errors import Unjudgeable

HEAD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
TAIL = b"</xs:schema>"
LIST = b"""<xs:element name="a"><xs:complexType><xs:sequence>
<xs:element name="n" type="xs:int" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>"""


def schema(inner: bytes) -> bytes:
    return HEAD + inner + TAIL


def code_of(xsd: bytes, document: bytes = b"<a/>") -> str:
    begun = time.process_time()
    with pytest.raises(Unjudgeable) as caught:
        xml.validate(xsd, document)
    assert time.process_time() - begun < 10
    return caught.value.code


def of_pattern(pattern: str) -> bytes:
    inner = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
    return schema(f'<xs:element name="a"><xs:simpleType>{inner}</xs:simpleType></xs:element>'.encode())


def nested_groups(depth: int) -> bytes:
    text = '<xs:group name="g0"><xs:sequence><xs:element name="e" minOccurs="0"/></xs:sequence></xs:group>'
    for number in range(1, depth):
        half = f'<xs:group ref="g{number - 1}" minOccurs="0"/>'
        text += f'<xs:group name="g{number}"><xs:sequence>{half}{half}</xs:sequence></xs:group>'
    group = f'<xs:group ref="g{depth - 1}"/>'
    return schema(f'{text}<xs:element name="a"><xs:complexType>{group}</xs:complexType></xs:element>'.encode())


def test_a_valid_document_has_no_problems() -> None:
    assert xml.validate(schema(LIST), b"<a><n>1</n><n>2</n></a>") == ()


def test_each_problem_has_a_place_and_a_reason() -> None:
    problems = xml.validate(schema(LIST), b"<a><n>1</n><n>x</n><m/></a>")
    assert [problem.path for problem in problems] == ["/a/n[2]", "/a"]
    assert "'m'" in problems[1].reason
    assert not any(problem.of_schema for problem in problems)


def test_problems_are_bounded() -> None:
    assert len(xml.validate(schema(LIST), b"<a>" + b"<n>x</n>" * 100 + b"</a>")) == xml.MOST_PROBLEMS


@pytest.mark.parametrize("xsd", [schema(b'<xs:element name="a" type="nowhere"/>'), b"<a/>"])
def test_a_broken_schema_is_a_problem_of_the_schema(xsd: bytes) -> None:
    assert [problem.of_schema for problem in xml.validate(xsd, b"<a/>")] == [True]


@pytest.mark.parametrize("name", ["include", "redefine", "import"])
@pytest.mark.parametrize("place", ["http://127.0.0.1:9/x.xsd", "/etc/passwd", "../x.xsd"])
def test_nothing_elsewhere_is_read(name: str, place: str) -> None:
    space = ' namespace="urn:other"' if name == "import" else ""
    assert code_of(schema(f'<xs:{name}{space} schemaLocation="{place}"/>'.encode())) == "xsd.remote"


def test_the_namespace_xml_and_hints_in_the_document_are_no_reason_to_fetch() -> None:
    space = b'<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://127.0.0.1:9/x.xsd"/>'
    hint = (
        b'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xsi:noNamespaceSchemaLocation="http://127.0.0.1:9/"><n>1</n></a>'
    )
    assert xml.validate(schema(space + LIST), hint) == ()


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", ".*a.*b", "(a|aa)+", "[a-z-[aeiou]]+"])
def test_a_pattern_without_a_bound_is_not_run(pattern: str) -> None:
    assert code_of(of_pattern(pattern), b"<a>" + b"a" * 60 + b"</a>") == "xsd.pattern"


@pytest.mark.parametrize(
    ("pattern", "good"),
    [(r"\d{6}(\d{2})?", "999999"), ("[A-Z]+-[0-9]+", "AB-1"), (r"^a$", "^a$"), (r"\S+", "农田"), (r"[\d\-]+", "1-2")],
)
def test_a_pattern_with_a_bound_is_matched(pattern: str, good: str) -> None:
    assert xml.validate(of_pattern(pattern), f"<a>{good}</a>".encode()) == ()
    assert len(xml.validate(of_pattern(pattern), b"<a>- -</a>")) == 1


@pytest.mark.parametrize(
    ("xsd", "document", "code"),
    [
        (schema(b"<xs:annotation/>" * 7_000), b"<a/>", "xsd.size"),
        (HEAD + b"<!--" + b"x" * xml.XSD_BYTES + b"-->" + TAIL, b"<a/>", "xsd.size"),
        (schema(LIST), b"<a>" + b"<n/>" * 60_001 + b"</a>", "xsd.size"),
        (nested_groups(14), b"<a/>", "xsd.size"),
        (b"<!DOCTYPE a><a/>", b"<a/>", "xml.doctype"),
        (schema(LIST), b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml.doctype"),
    ],
)
def test_what_is_not_validated(xsd: bytes, document: bytes, code: str) -> None:
    assert code_of(xsd, document) == code


@pytest.mark.parametrize(
    ("xsd", "document"),
    [
        (nested_groups(6), b"<a>" + b"<e/>" * 20 + b"<z/></a>"),
        (schema(LIST.replace(b"unbounded", b"99999999999")), b"<a>" + b"<n>1</n>" * 5_000 + b"<z/></a>"),
    ],
)
def test_models_that_unfold_stay_cheap(xsd: bytes, document: bytes) -> None:
    begun = time.process_time()
    assert len(xml.validate(xsd, document)) == 1
    assert time.process_time() - begun < 10


def test_what_is_broken_is_told_from_what_cannot_be_read() -> None:
    assert xml.broken(b"<a/>") is None
    assert xml.broken(b"<a>") == "xml.syntax"
    with pytest.raises(Unjudgeable, match=r"xml\.depth"):
        xml.broken(b"<a>" * 200)
