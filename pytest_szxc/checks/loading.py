"""The checks of a suite: every marked function in its ``test_*.py`` files, by requirement id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.checks.rules import ATTRIBUTE
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from types import ModuleType

    from pytest_szxc.checks.rules import Check
    from pytest_szxc.model import Suite


def load_checks(suite: Suite) -> dict[str, Check]:
    """Import a suite's check modules.

    Raises:
        CatalogueError: a module cannot be imported, two checks for one requirement, or a check for a requirement that
            the suite does not have.
    """
    checks: dict[str, Check] = {}
    known = {requirement.id for requirement in suite.requirements}
    for path in sorted(suite.folder.glob("test_*.py")):
        module = _imported(suite, path.stem)
        for check in _marked(vars(module)):
            if check.requirement in checks:
                raise CatalogueError("catalogue.check-twice", file=path.name, requirement=check.requirement)
            if check.requirement not in known:
                raise CatalogueError("catalogue.check-unknown", file=path.name, requirement=check.requirement)
            checks[check.requirement] = check
    return checks


def _imported(suite: Suite, name: str) -> ModuleType:
    try:
        return import_part(suite.id, suite.folder, name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # pytest's own skip, which importorskip raises, and SystemExit are no Exceptions
        problem = show(f"{type(error).__name__}: {error}")
        raise CatalogueError("catalogue.check-import", file=f"{name}.py", problem=problem) from error


def _marked(names: dict[str, object]) -> list[Check]:
    return [getattr(value, ATTRIBUTE) for value in names.values() if hasattr(value, ATTRIBUTE)]
