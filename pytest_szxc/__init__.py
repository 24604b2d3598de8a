"""pytest-szxc: executable conformance suites for digital-village (数字乡村) platforms.

What a suite author needs is here; importing this module costs nothing, each name is loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import reference
    from pytest_szxc.checks import codes, masks, personal, schema
    from pytest_szxc.checks.rules import Observation, expect, record_rule, requirement, set_rule
    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Basis, Finding, Level, Location, Requirement, Status, Suite, Verdict
    from pytest_szxc.record import Record
    from pytest_szxc.target.sut import Reply, Sut

__version__ = "0.1.0"

_HOMES = {
    "Basis": "model",
    "Finding": "model",
    "Level": "model",
    "Location": "model",
    "Observation": "checks.rules",
    "Record": "record",
    "Reply": "target.sut",
    "Requirement": "model",
    "Status": "model",
    "Suite": "model",
    "Sut": "target.sut",
    "SzxcError": "errors",
    "Verdict": "model",
    "expect": "checks.rules",
    "record_rule": "checks.rules",
    "requirement": "checks.rules",
    "set_rule": "checks.rules",
}
_MODULES = {
    "codes": "checks.codes",
    "masks": "checks.masks",
    "personal": "checks.personal",
    "reference": "reference",
    "schema": "checks.schema",
}

__all__ = [
    "Basis",
    "Finding",
    "Level",
    "Location",
    "Observation",
    "Record",
    "Reply",
    "Requirement",
    "Status",
    "Suite",
    "Sut",
    "SzxcError",
    "Verdict",
    "__version__",
    "codes",
    "expect",
    "masks",
    "personal",
    "record_rule",
    "reference",
    "requirement",
    "schema",
    "set_rule",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562), so that an idle plugin imports nothing."""
    if name in _MODULES:
        return import_module(f"pytest_szxc.{_MODULES[name]}")
    if name in _HOMES:
        return getattr(import_module(f"pytest_szxc.{_HOMES[name]}"), name)
    message = f"module 'pytest_szxc' has no attribute {name!r}"
    raise AttributeError(message)
