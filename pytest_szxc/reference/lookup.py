"""Finds what a suite's folder has for the self-test and the demo: ``reference.py``, ``mutants.py``, ``variants.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.checks.suite_package import import_part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from pytest_szxc.model import Suite
    from pytest_szxc.reference.deviations import Mutants, Variants


def load_reference(suite: Suite) -> ModuleType:
    """The suite's reference implementation: a module with ``mount(platform)``."""
    return import_part(suite.id, suite.folder, "reference")


def load_references(suites: Iterable[Suite]) -> dict[str, ModuleType]:
    """The reference implementations of those suites that have one, by suite id."""
    return {suite.id: load_reference(suite) for suite in suites if has_reference(suite)}


def has_reference(suite: Suite) -> bool:
    """Whether the suite comes with a reference implementation."""
    return (suite.folder / "reference.py").is_file()


def load_mutants(suite: Suite) -> Mutants:
    """The suite's mutants by name."""
    found: Mutants = import_part(suite.id, suite.folder, "mutants").MUTANTS
    return found


def load_variants(suite: Suite) -> Variants:
    """The suite's legal variants by name."""
    found: Variants = import_part(suite.id, suite.folder, "variants").VARIANTS
    return found
