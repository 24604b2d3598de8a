from __future__ import annotations

import pytest

from pytest_szxc.checks.xsd_models import MAX_DEPTH, refuse_deep
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.safe_xml import parse

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'


def nested(depth: int, inside: str = "") -> str:
    return "<xs:sequence>" * depth + inside + "</xs:sequence>" * depth


def typed(name: str, content: str) -> str:
    return f'<xs:complexType name="{name}">{content}</xs:complexType>'


@pytest.mark.parametrize(
    "content",
    [
        typed("t", nested(MAX_DEPTH)),
        typed("t", nested(6, f'<xs:element name="e"><xs:complexType>{nested(10)}</xs:complexType></xs:element>')),
        typed("t", nested(4, '<xs:group ref="g"/>')) + f'<xs:group name="g">{nested(5)}</xs:group>',
        typed("t", nested(4, '<xs:group ref="elsewhere"/>')),
    ],
)
def test_models_that_a_validator_follows(content: str) -> None:
    refuse_deep(parse(f"{HEAD}{content}</xs:schema>".encode()))


@pytest.mark.parametrize(
    "content",
    [
        typed("t", nested(MAX_DEPTH + 1)),
        typed("t", nested(7, '<xs:group ref="g"/>')) + f'<xs:group name="g">{nested(5)}</xs:group>',
        '<xs:group name="g"><xs:sequence><xs:group ref="g"/></xs:sequence></xs:group>',
        typed("t", f'<xs:complexContent><xs:extension base="b">{nested(2)}</xs:extension></xs:complexContent>')
        + typed("b", nested(MAX_DEPTH + 1)),
    ],
)
def test_models_that_are_too_deep(content: str) -> None:
    with pytest.raises(Unjudgeable, match=r"xsd\.size"):
        refuse_deep(parse(f"{HEAD}{content}</xs:schema>".encode()))
