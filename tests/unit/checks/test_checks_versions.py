"""Versions of an interface in addresses."""

from __future__ import annotations

import pytest

from pytest_szxc import versions


@pytest.mark.parametrize(("path", "has"), [("/v1/x", True), ("/api/V2.1", True), ("/x/v", False), ("/vip1/x", False)])
def test_versions_in_paths(path: str, *, has: bool) -> None:
    assert versions.has_version(path) is has
