"""pytest-szxc: executable conformance suites for digital-village (数字乡村) platforms.

What a suite author needs is here; importing this module costs nothing, each name is loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import reference
    from pytest_szxc.checks import (
        answers,
        canonical_json,
        codes,
        credentials,
        encryption,
        envelopes,
        exhibits,
        leaks,
        linked,
        masks,
        media,
        naming,
        personal,
        rates,
        regions,
        schema,
        trajectory,
        units,
        versions,
        xml,
    )
    from pytest_szxc.checks.explore import explore
    from pytest_szxc.checks.rules import Observation, expect, record_rule, requirement, set_rule
    from pytest_szxc.errors import SzxcError, Unjudgeable
    from pytest_szxc.model import Basis, Exhibit, Finding, Level, Location, Requirement, Status, Suite, Text, Verdict
    from pytest_szxc.record import Record
    from pytest_szxc.target.accounts import AccountFacts
    from pytest_szxc.target.sink import Sink
    from pytest_szxc.target.sut import PageSeen, Reply, Sut

__version__ = "0.1.0"

_HOMES = {
    "AccountFacts": "target.accounts",
    "Basis": "model",
    "Exhibit": "model",
    "Finding": "model",
    "Level": "model",
    "Location": "model",
    "Observation": "checks.rules",
    "PageSeen": "target.sut",
    "Record": "record",
    "Reply": "target.sut",
    "Requirement": "model",
    "Sink": "target.sink",
    "Status": "model",
    "Suite": "model",
    "Sut": "target.sut",
    "SzxcError": "errors",
    "Text": "model",
    "Unjudgeable": "errors",
    "Verdict": "model",
    "expect": "checks.rules",
    "explore": "checks.explore",
    "record_rule": "checks.rules",
    "requirement": "checks.rules",
    "set_rule": "checks.rules",
}
_MODULES = {
    "answers": "checks.answers",
    "canonical_json": "checks.canonical_json",
    "codes": "checks.codes",
    "credentials": "checks.credentials",
    "encryption": "checks.encryption",
    "envelopes": "checks.envelopes",
    "exhibits": "checks.exhibits",
    "leaks": "checks.leaks",
    "linked": "checks.linked",
    "masks": "checks.masks",
    "media": "checks.media",
    "naming": "checks.naming",
    "personal": "checks.personal",
    "rates": "checks.rates",
    "reference": "reference",
    "regions": "checks.regions",
    "schema": "checks.schema",
    "trajectory": "checks.trajectory",
    "units": "checks.units",
    "versions": "checks.versions",
    "xml": "checks.xml",
}

__all__ = [
    "AccountFacts",
    "Basis",
    "Exhibit",
    "Finding",
    "Level",
    "Location",
    "Observation",
    "PageSeen",
    "Record",
    "Reply",
    "Requirement",
    "Sink",
    "Status",
    "Suite",
    "Sut",
    "SzxcError",
    "Text",
    "Unjudgeable",
    "Verdict",
    "__version__",
    "answers",
    "canonical_json",
    "codes",
    "credentials",
    "encryption",
    "envelopes",
    "exhibits",
    "expect",
    "explore",
    "leaks",
    "linked",
    "masks",
    "media",
    "naming",
    "personal",
    "rates",
    "record_rule",
    "reference",
    "regions",
    "requirement",
    "schema",
    "set_rule",
    "trajectory",
    "units",
    "versions",
    "xml",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562), so that an idle plugin imports nothing."""
    if name in _MODULES:
        return import_module(f"pytest_szxc.{_MODULES[name]}")
    if name in _HOMES:
        return getattr(import_module(f"pytest_szxc.{_HOMES[name]}"), name)
    message = f"module 'pytest_szxc' has no attribute {name!r}"
    raise AttributeError(message)
