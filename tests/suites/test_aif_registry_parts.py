"""What the checks of the registry are made of: positions, chains of things above, words of refusals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from aif_judging import part
from hypothesis import given
from hypothesis import strategies as st

positions, forest = part("positions"), part("forest")
BOX = st.tuples(
    st.decimals(73, 136, places=4, allow_nan=False),
    st.decimals(Decimal("3.1"), Decimal("53.9"), places=4, allow_nan=False),
)


@pytest.mark.parametrize(
    ("longitude", "latitude", "wrong"),
    [
        ("116.31", "39.92", None),
        ("39.92", "116.31", "latitude first"),
        ("30.5", "86.2", "latitude first"),
        ("0", "0", "no position: 0, 0"),
        ("181", "0", "beyond the Earth"),
        ("-180", "90", None),
        ("-0.1", "51.5", None),
        ("151.2", "-33.9", None),
        ("116", "-91", "beyond the Earth"),
        ("1e400", "0", "beyond the Earth"),
    ],
)
def test_what_is_wrong_with_a_pair(longitude: str, latitude: str, wrong: str | None) -> None:
    assert positions.mistake(Decimal(longitude), Decimal(latitude)) == wrong


@given(BOX)
def test_a_place_in_the_box_is_right_and_turned_round_is_told(place: tuple[Decimal, Decimal]) -> None:
    assert positions.mistake(*place) is None
    assert positions.mistake(place[1], place[0]) == "latitude first"


@pytest.mark.parametrize(
    "location",
    [
        None,
        {},
        [116.3, 39.9],
        "116.3,39.9",
        {"type": "Point"},
        {"type": "Point", "coordinates": [116]},
        {"type": "Point", "coordinates": [116, 39, 40, 1]},
        {"type": "Point", "coordinates": ["116", "39"]},
        {"type": "Point", "coordinates": [True, False]},
        {"type": "Point", "coordinates": [None, None]},
        {"type": "point", "coordinates": [116, 39]},
        {"type": "Point", "coordinates": {"0": 116, "1": 39}},
    ],
)
def test_what_is_no_point(location: Any) -> None:
    assert positions.point(location) is None


def test_a_point_may_have_a_height() -> None:
    location = {"type": "Point", "coordinates": [116, Decimal("39.9"), 43]}
    assert positions.point(location) == (Decimal(116), Decimal("39.9"))


NAMES = st.sampled_from("abcdef")
PARENTS = st.dictionaries(NAMES, st.none() | NAMES)


@given(PARENTS, NAMES)
def test_a_chain_ends_and_holds_nothing_twice(parents: dict[str, str | None], name: str) -> None:
    chain = forest.above(name, parents)
    assert len(set(chain)) == len(chain)
    assert name not in chain
    assert len(chain) <= len(set("abcdef"))


@given(PARENTS, NAMES)
def test_whoever_is_in_a_circle_is_met_again(parents: dict[str, str | None], name: str) -> None:
    here, met = parents.get(name), False
    for _ in range(len(parents) + 1):
        met = met or here == name
        here = parents.get(here) if here is not None else None
    assert forest.is_in_circle(name, parents) == met


def test_what_leads_into_a_circle_is_not_in_it() -> None:
    parents = {"a": "b", "b": "c", "c": "b"}
    assert not forest.is_in_circle("a", parents)
    assert forest.is_in_circle("b", parents)
    assert forest.above("a", parents) == ("b", "c")
