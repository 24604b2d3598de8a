from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema._utils import equal

from pytest_szxc.catalogue.distinct import all_distinct, canonical_text

NUMBERS = st.integers(-30, 30) | st.decimals(-3, 3, places=1) | st.sampled_from([10**20, Decimal("1E+20"), 1.5, 1.0])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "1", "true", '"', "a\u2028"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", '":']), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(VALUES, VALUES)
def test_texts_are_equal_where_values_are(one: Any, other: Any) -> None:
    assert (canonical_text(one) == canonical_text(other)) == equal(one, other)


def test_each_spelling_of_a_number_is_the_same_text() -> None:
    for spellings in (
        [0, Decimal("-0.0"), Decimal("0E+5"), 0.0],
        [100, Decimal("1E+2"), Decimal("100.0"), 100.0],
        [-(10**25), Decimal("-1E+25")],
        [10**5000, Decimal("1E+5000")],
    ):
        assert all(canonical_text(one) == canonical_text(other) for one, other in pairwise(spellings))
    assert canonical_text(10**25 + 1) != canonical_text(10**25)
    assert canonical_text(math.inf) == "Infinity"


def test_many_items_that_a_plain_hash_would_put_in_one_place() -> None:
    assert all_distinct([number * (2**61 - 1) for number in range(20_000)])
    assert all_distinct([{"a": number, "b": [number]} for number in range(20_000)])
    assert not all_distinct([*range(20_000), Decimal("777.0")])
