"""Packages that come with an extra: imported when first used; where one is missing, that is said and nothing fails."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from types import ModuleType


def extra_package(package: str, extra: str = "machinery") -> ModuleType:
    """The package as a module.

    Args:
        package: its import name.
        extra: the extra of ours that brings it.

    Raises:
        Unjudgeable: ``extra.missing``; it is not installed, or it does not load on this machine.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise Unjudgeable("extra.missing", extra=extra, package=package) from error
