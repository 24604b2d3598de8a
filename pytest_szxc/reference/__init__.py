"""The demo platform, and what a suite's ``reference.py``, ``mutants.py`` and ``variants.py`` need of it."""

from __future__ import annotations

from pytest_szxc.model import Text
from pytest_szxc.reference import faults, middleware, pages, rebind, verifier, wire_faults
from pytest_szxc.reference.accounts import Account
from pytest_szxc.reference.calls import Answer, ApiError, Call, Handler, bad_parameter, no_resource, not_permitted
from pytest_szxc.reference.deviations import Mutant, Mutants, Variant, Variants
from pytest_szxc.reference.envelope import compact
from pytest_szxc.reference.platform import Platform, build_platform
from pytest_szxc.reference.store import Where
from pytest_szxc.reference.topics import Topics
from pytest_szxc.reference.xml_text import as_xml
from pytest_szxc.target.statement import Envelope, Paging, Statement

__all__ = [
    "Account",
    "Answer",
    "ApiError",
    "Call",
    "Envelope",
    "Handler",
    "Mutant",
    "Mutants",
    "Paging",
    "Platform",
    "Statement",
    "Text",
    "Topics",
    "Variant",
    "Variants",
    "Where",
    "as_xml",
    "bad_parameter",
    "build_platform",
    "compact",
    "faults",
    "middleware",
    "no_resource",
    "not_permitted",
    "pages",
    "rebind",
    "verifier",
    "wire_faults",
]
