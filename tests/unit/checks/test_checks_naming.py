"""Names of members: which are an interface's own, and whether they are camelCase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import naming

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("name", ["code", "requestId", "pageSize", "crs84", "dataX1", "a"])
def test_camel_case(name: str) -> None:
    assert naming.is_camel(name)


@pytest.mark.parametrize("name", ["page_size", "PageSize", "ID", "page-size", "", "1st", "pageSize "])
def test_other_cases(name: str) -> None:
    assert not naming.is_camel(name)


def test_names_are_those_of_the_interface() -> None:
    document = {
        "data": {"list": [{"id": 1, "data": {"plot_name": 1}}], "endpoints": {"list_records": "/v1/x", "no": " "}},
        "@context": {"a:b": 1},
        "地块": 1,
        "_links": {"self": "/x"},
    }
    assert [name for name, _ in naming.names(document)] == ["data", "list", "id", "data", "endpoints"]
    assert ("id", "/data/list/0/id") in list(naming.names(document))


@given(st.from_regex(r"[a-z]+(_[a-z]+)+", fullmatch=True))
def test_snake_case_is_never_camel_case_and_its_camel_form_is(name: str) -> None:
    first, *rest = name.split("_")
    assert not naming.is_camel(name)
    assert naming.is_camel(first + "".join(map(str.capitalize, rest)))


@given(JSON)
def test_any_document_has_names(value: object) -> None:
    assert all(place.endswith(f"/{name}") for name, place in naming.names(value))
