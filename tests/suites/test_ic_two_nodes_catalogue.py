"""The cascade of the catalogue between two real servers: a county reports to its province over HTTPS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import CERTIFICATE, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = load_suites()["platform_interconnection"]
REFERENCE = load_reference(SUITE)
relay = import_module(f"{REFERENCE.__package__}.reference_cascade_relay")
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
CATALOGUE = "catalogue"


def node(name: str, region: str, entries: int) -> Platform:
    """A node of the network with the first entries of the reference catalogue as its own."""
    platform = build_platform({SUITE.id: REFERENCE}, now=NOW)
    platform.parts[SUITE.id].capability.update(nodeId=name, region=region)
    for entry in platform.store.all(CATALOGUE)[entries:]:
        platform.store.remove(CATALOGUE, entry["resourceCode"])
    platform.store.edit(CATALOGUE, lambda entry: entry.update(nodeId=name))
    return platform


@pytest.fixture
def county() -> Iterator[Platform]:
    platform = node("node-999999", "999999000000", 6)
    yield platform
    platform.close()


@pytest.fixture
def province() -> Iterator[Platform]:
    platform = node("node-upper", "999999000000", 0)
    yield platform
    platform.close()


@pytest.fixture
def upper(province: Platform) -> Iterator[Any]:
    """The province behind a real socket, as the county reaches it."""
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    with serve(province, encrypted=True) as url:
        yield relay.Upper(url, province.accounts.by_name["second"].token, trust)


def codes(platform: Platform) -> set[str]:
    return {entry["resourceCode"] for entry in platform.store.all(CATALOGUE)}


def test_the_county_s_catalogue_reaches_the_province_whole(county: Platform, province: Platform, upper: Any) -> None:
    done = relay.cascade(county, upper)
    assert set(done.reported) == codes(county) == codes(province)
    assert done.withdrawn == ()
    assert upper.entries() == county.store.all(CATALOGUE)


def test_a_second_round_reports_nothing(county: Platform, upper: Any) -> None:
    relay.cascade(county, upper)
    assert relay.cascade(county, upper) == relay.Cascaded((), ())


def test_changes_and_removals_follow(county: Platform, province: Platform, upper: Any) -> None:
    relay.cascade(county, upper)
    first, second, *_ = sorted(codes(county))
    county.store.edit(CATALOGUE, lambda entry: entry.update(updateCycle="annual") if _is(entry, first) else None)
    county.store.remove(CATALOGUE, second)
    assert relay.cascade(county, upper) == relay.Cascaded((first,), (second,))
    assert codes(province) == codes(county)
    assert province.store.get(CATALOGUE, first)["updateCycle"] == "annual"
    assert len(province.store.all(CATALOGUE)) == 5


def _is(entry: dict[str, Any], code: str) -> bool:
    return bool(entry["resourceCode"] == code)


def test_what_other_nodes_reported_stays(county: Platform, province: Platform, upper: Any) -> None:
    other = county.store.all(CATALOGUE)[0] | {"resourceCode": "310999077/000001", "nodeId": "node-other"}
    upper.ask("POST", "/v1/catalogue", other)
    relay.cascade(county, upper)
    county.store.remove(CATALOGUE, min(codes(county)))
    relay.cascade(county, upper)
    assert "310999077/000001" in codes(province)
    assert len(codes(province)) == 6


def test_a_node_without_the_right_to_write_changes_nothing(county: Platform, province: Platform, upper: Any) -> None:
    reader = relay.Upper(upper.base_url, province.accounts.by_name["low_right"].token, upper.trust)
    with pytest.raises(HTTPError, match="403"):
        relay.cascade(county, reader)
    assert codes(province) == set()


def test_a_round_that_broke_off_is_ended_by_the_next(
    county: Platform, province: Platform, upper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = relay.Upper.ask
    left = [3]

    def breaks_off(self: Any, method: str, path: str, body: Any = None) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise ConnectionResetError
        return asked(self, method, path, body)

    with monkeypatch.context() as context:
        context.setattr(relay.Upper, "ask", breaks_off)
        with pytest.raises(ConnectionResetError):
            relay.cascade(county, upper)
    assert len(codes(province)) == 2
    relay.cascade(county, upper)
    assert codes(province) == codes(county)
