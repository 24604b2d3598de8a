"""What schemas expect at each place, for formats that do not tell types."""

from __future__ import annotations

import pytest

from pytest_szxc.catalogue.expectations import expectation
from pytest_szxc.errors import CatalogueError

ENTRY = expectation("urn:szxc:data_classification:entry")


def test_types_members_and_items_are_found_through_references_and_alternatives() -> None:
    assert ENTRY.members["subLevel"].types == {"integer"}
    assert ENTRY.members["items"].only_list
    assert ENTRY.members["items"].items is not None
    assert "name" in ENTRY.members["items"].items.members
    assert ENTRY.members["crossBorder"].types == {"boolean", "string"}


def test_a_schema_that_is_not_there_is_refused() -> None:
    with pytest.raises(CatalogueError):
        expectation("urn:szxc:nobody:nothing")
