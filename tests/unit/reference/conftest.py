from __future__ import annotations

from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.reference import Answer, Platform, build_platform, no_resource, not_permitted

if TYPE_CHECKING:
    from pytest_szxc.reference import Call

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def _mount(platform: Platform) -> None:
    platform.store.load("things", ((f"T/{n}", f'{{"id":"T/{n}","n":{n}}}') for n in range(platform.size)))
    platform.serve("GET", "/things", "list_things", lambda call: platform.listed(call, "things"))
    platform.serve("GET", "/things/{id}/state", "read_thing", lambda call: _thing(platform, call))
    platform.serve("POST", "/things", "create_thing", lambda call: Answer(call.body))
    platform.claim("toys", ["all"], ["wheels"])
    platform.describe({"openapi": "3.1.0", "paths": {"/things": {"get": {"operationId": "list_things"}}}})


def _thing(platform: Platform, call: Call) -> Answer:
    found = platform.store.get("things", call.params["id"])
    if found is None:
        raise no_resource()
    if call.account.clearance < found["n"]:
        raise not_permitted()
    return Answer(found)


@pytest.fixture
def toys() -> dict[str, ModuleType]:
    module = ModuleType("toys")
    module.mount = _mount  # type: ignore[attr-defined]
    return {"toys": module}


@pytest.fixture
def platform(toys: dict[str, ModuleType]) -> Platform:
    return build_platform(toys, seed=1, size=25, now=NOW)
