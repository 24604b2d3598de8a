"""A suite's folder as the package ``szxc_suites.<suite>``, so that its files import one another relatively.

The folder is shipped as data and is no package of its own; the package is made here, in memory.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "szxc_suites"


def import_part(suite_id: str, folder: Path, name: str) -> ModuleType:
    """The module ``name`` of a suite's folder, as ``szxc_suites.<suite>.<name>``.

    A suite that was loaded from another folder before is forgotten first.

    Raises:
        ModuleNotFoundError: the folder has no such file.
    """
    package = f"{ROOT}.{suite_id}"
    _ensure(ROOT, [])
    if list(getattr(sys.modules.get(package), "__path__", [str(folder)])) != [str(folder)]:
        _forget(package)
    _ensure(package, [str(folder)])
    return import_module(f"{package}.{name}")


def _ensure(name: str, path: list[str]) -> None:
    if name in sys.modules:
        return
    module = ModuleType(name)
    module.__path__ = path
    module.__spec__ = ModuleSpec(name, None, is_package=True)
    module.__spec__.submodule_search_locations = path
    sys.modules[name] = module


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
