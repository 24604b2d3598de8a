"""The face of the trajectory metrics: it costs nothing until used, and says which extra is missing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

LOADED = "import sys; from pytest_szxc import trajectory; print({'numpy', 'shapely', 'duckdb'} & set(sys.modules))"


@pytest.mark.parametrize("name", trajectory.__all__)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    assert (getattr(trajectory, name).__doc__ or "").strip()


def test_the_face_names_each_once() -> None:
    assert trajectory.__all__ == sorted({*trajectory._HOMES, "numpy"})
    assert not set(trajectory._HOMES) & set(trajectory._HOMES.values())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = trajectory.no_such_name


def test_importing_it_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("package", "used"),
    [
        ("numpy", lambda: trajectory.numpy),
        ("numpy", lambda: trajectory.Path),
        ("shapely", lambda: trajectory.polygon_problem([(0, 0), (1, 0), (1, 1), (0, 0)])),
    ],
)
def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, package: str, used: Any) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Unjudgeable) as caught:
        used()
    assert (caught.value.code, caught.value.params) == ("extra.missing", {"extra": "machinery", "package": package})
    assert package in caught.value.text("zh")
    assert "pytest-szxc[machinery]" in caught.value.hint("en")
