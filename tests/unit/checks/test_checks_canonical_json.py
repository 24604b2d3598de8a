"""Canonical JSON: the samples of RFC 8785, and the laws that make a digest one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import canonical_json

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_sample_of_rfc_8785() -> None:
    sample = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json.canonical(json.loads(sample)) == wanted.encode()


def test_the_order_of_rfc_8785() -> None:
    names = ("\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6")
    made = json.loads(canonical_json.canonical(dict.fromkeys(names, 0)))
    assert list(made) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-1.7976931348623157e308, "-1.7976931348623157e+308"),
        (9007199254740992, "9007199254740992"),
        (295147905179352830000, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1e21, "1e+21"),
        (999999999999999700000.0, "999999999999999700000"),
        (0.000001, "0.000001"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (333333333.3333332, "333333333.3333332"),
        (100.0, "100"),
        (Decimal("1.50"), "1.5"),
        (-12, "-12"),
    ],
)
def test_numbers_as_in_appendix_b(number: float, text: str) -> None:
    assert canonical_json.canonical(number) == text.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "\ud800", {"\udc00": 1}, Decimal("NaN")])
def test_what_has_no_canonical_text(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of whatever kind
        canonical_json.canonical(value)


@given(JSON_VALUES)
def test_canonical_text_means_the_same_and_is_its_own_canonical_text(value: Any) -> None:
    text = canonical_json.canonical(value)
    assert json.loads(text, parse_int=float) == value
    assert canonical_json.canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON_VALUES, max_size=5), st.randoms())
def test_order_and_spelling_do_not_matter(value: dict[str, Any], random: Any) -> None:
    names = list(value)
    random.shuffle(names)
    other = json.loads(json.dumps({name: value[name] for name in names}, indent=2))
    for alg in canonical_json.computable():
        assert canonical_json.digest(alg, other) == canonical_json.digest(alg, value)


def test_digests_of_known_texts() -> None:
    assert canonical_json.digest("SHA-256", []) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    assert set(canonical_json.computable()) <= {"SM3", "SHA-256"}
