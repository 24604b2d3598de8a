from __future__ import annotations

from decimal import Decimal

import pytest

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.paths import FUNCTIONS, compiled, number_in


@pytest.mark.parametrize(
    ("expression", "value", "found"),
    [
        ("@", [1], [1]),
        ("a", {"a": 0}, 0),
        ("a.b", {"a": {"b": "x"}}, "x"),
        ("a.b", {"a": [1]}, None),
        ("a", [1], None),
        ("a[].b", {"a": [{"b": 1}, {"b": 2}]}, [1, 2]),
        ('`"云禾"`', {}, "云禾"),
        ("from_json(a)", {"a": '[{"x": 1.50}]'}, [{"x": Decimal("1.50")}]),
        ("from_json(a)", {"a": "[oops"}, "[oops"),
        ("from_json(a)", {"a": [1]}, [1]),
        ("from_json(a)", {}, None),
        ("split(a, ',')", {"a": "x, y"}, ["x", "y"]),
        ("split(a, ',')", {"a": " "}, []),
        ("split(a, ',')", {"a": ["x"]}, ["x"]),
        ("split(a, '')", {"a": "x"}, "x"),
        ("split(a, ',')", {}, None),
        ("to_number_or_null(a)", {"a": "19.90"}, Decimal("19.90")),
        ("to_number_or_null(a)", {"a": " 7 "}, 7),
        ("to_number_or_null(a)", {"a": 7}, 7),
        ("to_number_or_null(a)", {"a": True}, None),
        ("to_number_or_null(a)", {"a": "seven"}, None),
    ],
)
def test_expressions(expression: str, value: object, found: object) -> None:
    assert compiled(expression)(value) == found


@pytest.mark.parametrize("expression", ["a[", "a ||", "length(a)", "no_such(a)"])
def test_what_cannot_be_evaluated_is_named(expression: str) -> None:
    with pytest.raises(Unjudgeable) as caught:
        compiled(expression)({"a": 7})
    assert caught.value.code == "binding.expression"
    assert caught.value.params["expression"] == expression
    assert "\n" not in caught.value.text("en")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("-1.0", Decimal("-1.0")), ("１", None), ("1e5", None), ("", None), ("9" * 61, None), ("0x1", None)],
)
def test_numbers_are_plain_digits(text: str, number: object) -> None:
    assert number_in(text) == number


def test_our_functions_are_among_those_a_statement_may_call() -> None:
    assert {"from_json", "split", "to_number_or_null", "join", "length"} <= FUNCTIONS
