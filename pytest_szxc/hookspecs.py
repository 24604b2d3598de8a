"""Hooks for what a binding file cannot say. Implement them in a plugin or a conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Json, Request
    from pytest_szxc.target.statement import Account


@pytest.hookspec(firstresult=True)
def pytest_szxc_auth(request: Request, account: Account) -> Mapping[str, str] | None:
    """Headers that authenticate one request of ``account``, for a scheme that the statement's own four do not cover.

    Called just before sending; what it returns is sent and never recorded.
    """


@pytest.hookspec(firstresult=True)
def pytest_szxc_observe(operation: str, payload: Json) -> Json:
    """The payload of an answer as the binding should see it, or ``None`` to leave it as it is.

    For answers that a JMESPath expression cannot unwrap.
    """
