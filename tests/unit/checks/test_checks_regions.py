"""Regions as places in a tree, and whether a list knows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import regions


@pytest.mark.parametrize(
    ("code", "region", "within"),
    [
        ("999999001000", "999999000000", True),
        ("999999001002", "999999001000", True),
        ("999999001000", "999999001000", True),
        ("999999001", "999999000000", True),
        ("999999001000", "999999", True),
        ("999999011000", "999999010000", False),
        ("999999100000", "999999010000", False),
        ("999991001000", "999990000000", False),
        ("999999000000", "999999001000", False),
        ("999998001000", "999999000000", False),
        ("999999001000", "990000000000", True),
    ],
)
def test_a_place_lies_within_a_region_by_the_levels_of_its_code(code: str, region: str, *, within: bool) -> None:
    assert regions.is_within(code, region) is within


TREE = st.builds(
    lambda town, village: f"999999{town:03d}{village:03d}",
    st.integers(0, 999),
    st.integers(0, 999),
)


@given(TREE, TREE, TREE)
def test_within_is_an_order(one: str, other: str, third: str) -> None:
    assert regions.is_within(one, one)
    if regions.is_within(one, other) and regions.is_within(other, third):
        assert regions.is_within(one, third)
    if regions.is_within(one, other) and regions.is_within(other, one):
        assert regions.stem(one) == regions.stem(other)


@given(TREE)
def test_every_place_lies_within_its_county_and_no_other(code: str) -> None:
    assert regions.is_within(code, "999999000000")
    assert not regions.is_within(code, "999998000000")


LIST = ("999999", "999999001000", "999999002000", "999998001001")


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("999999", True),
        ("999999000000", True),
        ("999999001", True),
        ("999999001003", True),  # the list ends at townships there
        ("999999003000", False),
        ("999999003001", False),
        ("999998", True),  # only a village of it is listed
        ("999998001", True),
        ("999998001001", True),
        ("999998001002", False),
        ("999998002000", False),
        ("999997", False),
        ("990000", True),
    ],
)
def test_a_list_knows_places_as_far_down_as_it_goes(code: str, *, known: bool) -> None:
    assert regions.is_listed(code, LIST) is known


@given(TREE)
def test_a_list_knows_what_it_holds_and_what_lies_above(code: str) -> None:
    assert regions.is_listed(code, [code])
    assert regions.is_listed(code[:9], [code])
    assert regions.is_listed(code[:6], [code])


@given(TREE)
def test_a_listed_county_knows_all_its_places_and_an_empty_list_none(code: str) -> None:
    assert regions.is_listed(code, ["999999"])
    assert not regions.is_listed(code, [])
    assert not regions.is_listed(code, ["999998000000", "99"])
