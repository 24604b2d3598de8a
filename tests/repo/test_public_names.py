"""What ``pytest_szxc`` promises to suite authors exists, is documented, and is imported only when used."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import pytest_szxc

DOCUMENTED = [name for name in pytest_szxc.__all__ if not name.startswith("__")]


@pytest.mark.parametrize("name", pytest_szxc.__all__)
def test_importable(name: str) -> None:
    assert getattr(pytest_szxc, name) is not None


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented(name: str) -> None:
    value = getattr(pytest_szxc, name)
    if inspect.ismodule(value) or inspect.isclass(value) or inspect.isfunction(value):
        assert (value.__doc__ or "").strip()
    else:
        # A union of documented classes, such as Observation.
        assert all((part.__doc__ or "").strip() for part in value.__args__)


def test_sorted_and_complete() -> None:
    assert pytest_szxc.__all__ == sorted(pytest_szxc.__all__)
    assert set(DOCUMENTED) == set(pytest_szxc._HOMES) | set(pytest_szxc._MODULES)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = pytest_szxc.no_such_name


def test_importing_the_package_loads_none_of_its_modules() -> None:
    code = "import sys, pytest_szxc; print(sum(name.startswith('pytest_szxc.') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
