"""The map examples' own parts. The whole of them, with their servers, is ``make pygeoapi`` and ``make mapproxy``."""

from __future__ import annotations

import json
import sys
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ic_judging import part

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.target.statement_file import load_statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SUITE = "platform_interconnection"
SERVERS = ("pygeoapi", "mapproxy")


def load(folder: str, name: str) -> ModuleType:
    spec = util.spec_from_file_location(name, EXAMPLES / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[name] = module  # as it is named where it is imported
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=SERVERS)
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """One example: its name, configuration and run."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = dict(sys.modules)
    for folder, name in (("real_servers", "parcels"), ("real_servers", "judging"), (request.param, "configuration")):
        load(folder, name)
    yield load(request.param, "run")
    for name in ("parcels", "judging", "configuration", "run"):
        sys.modules.pop(name, None)
        if name in before:
            sys.modules[name] = before[name]


def verdicts(server: Any, **found: tuple[str, int]) -> dict[str, dict[str, Any]]:
    """Verdicts as the good configuration has them, but for some."""
    rows = {f"IC-{number:03d}": ("pass", 0) for number in range(65, 71)}
    rows |= {name: ("warn", known.findings) for name, known in server.known.items()}
    rows |= {name.replace("_", "-"): value for name, value in found.items()}
    return {name: {"status": status, "found": count, "level": "should"} for name, (status, count) in rows.items()}


def planted(server: Any) -> dict[str, dict[str, Any]]:
    made = {}
    for one in server.planted:
        known = server.known.get(one.requirement)
        count = 1 + (known.findings if known else 0)
        made[one.name] = verdicts(server, **{one.requirement.replace("-", "_"): ("warn", count)})
    return made


def test_what_is_known_and_each_planted_fault_are_what_is_owed(example: Any) -> None:
    server = example.SERVER
    assert sys.modules["judging"].deviations(server, verdicts(server), planted(server)) == []
    assert len(server.planted) == 3


def test_deviations_are_told(example: Any) -> None:
    server, deviations = example.SERVER, sys.modules["judging"].deviations
    assert len(deviations(server, verdicts(server, IC_067=("warn", 1)), planted(server))) >= 1
    assert len(deviations(server, verdicts(server, IC_067=("inconclusive", 0)), planted(server))) >= 1
    mended = verdicts(server, **{name.replace("-", "_"): ("pass", 0) for name in server.known})
    assert len(deviations(server, mended, planted(server))) >= len(server.known)
    unseen = {name: verdicts(server) for name in planted(server)}
    assert [line for line in deviations(server, verdicts(server), unseen) if "not found" in line]
    first = server.planted[0].name
    wider = planted(server) | {first: planted(server)[first] | {"IC-065": {"status": "warn", "found": 1}}}
    assert any(line.startswith(f"{first}: IC-065") for line in deviations(server, verdicts(server), wider))


def test_the_statement_binds_what_the_class_needs(example: Any) -> None:
    folder = EXAMPLES / example.SERVER.name
    statement = load_statement(folder / "szxc.toml", load_suites())
    assert statement.claims[SUITE].classes == ("map-services",)
    lacking = statement.claims[SUITE].without
    suite = load_suites()[SUITE]
    for name, operation in suite.operations.items():
        if operation.owner in {"IC-065", "IC-066", "IC-067", "IC-069", "IC-070"}:
            assert ((SUITE, name) in statement.operations) == (operation.feature not in lacking)


def test_the_county_does_not_exist_and_lies_in_china(example: Any) -> None:
    made = sys.modules["parcels"]
    west, south, east, north = made.EXTENT
    for parcel in made.parcels():
        assert parcel["id"].startswith("999999")
        assert parcel["properties"]["region"].startswith("999999")
        for x, y in parcel["geometry"]["coordinates"][0]:
            assert west <= x <= east
            assert south <= y <= north
            assert part("map_geometry").is_in_china((x, y))
    assert made.parcels() == made.parcels()
    assert example.SERVER.conformance_class == "map-services"


def test_a_configuration_is_written(example: Any, tmp_path: Path) -> None:
    configuration = sys.modules["configuration"]
    for one in (None, *example.SERVER.planted):
        settings = one.settings if one else {}
        arguments = (tmp_path, 5000, settings) if example.SERVER.name == "pygeoapi" else (tmp_path, settings)
        path = configuration.write(*arguments)
        text = path.read_text(encoding="utf-8")
        assert "云禾县" in text
        assert tmp_path.as_posix() in text


@pytest.mark.parametrize("example", ["pygeoapi"], indirect=True)
def test_pygeoapi_stores_latitude_first_unless_told_otherwise(example: Any, tmp_path: Path) -> None:
    configuration = sys.modules["configuration"]
    text = configuration.write(tmp_path, 5000, {}).read_text(encoding="utf-8")
    assert '"storage_crs": "http://www.opengis.net/def/crs/EPSG/0/4490"' in text
    assert '"begin": 2026-' in text
    stored = json.loads((tmp_path / "parcels.json").read_text(encoding="utf-8"))["_default"]["1"]
    assert stored["geometry"]["coordinates"][0][0][0] < 54
    configuration.write(tmp_path, 5000, example.PLAIN)
    stored = json.loads((tmp_path / "parcels.json").read_text(encoding="utf-8"))["_default"]["1"]
    assert stored["geometry"]["coordinates"][0][0][0] > 73


@pytest.mark.parametrize("example", ["mapproxy"], indirect=True)
def test_mapproxy_has_whole_tiles_at_every_level(example: Any, tmp_path: Path) -> None:
    assert example.SERVER.name == "mapproxy"
    sys.modules["configuration"].write(tmp_path, {})
    found = sorted((tmp_path / "cache").rglob("*.png"))
    assert {path.relative_to(tmp_path / "cache").parts[0] for path in found} == {"0", "1", "2", "3"}
    for path in found:
        assert part("map_image").picture(path.read_bytes()) == ("image/png", 256, 256, True)
    assert any(b"\x01" in path.read_bytes() for path in found)
