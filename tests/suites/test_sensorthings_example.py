"""The SensorThings example's own parts. The whole of it, with the server, is ``make sensorthings``."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.target.statement_file import load_statement

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "sensorthings"
SUITE = "agri_system_interfaces"


def load(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"sensorthings_example_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


greenhouse, faults = load("greenhouse"), load("sta_faults")


def test_sixty_observations_of_the_first_greenhouse_lie_on_three_datastreams() -> None:
    rows = [(stream, row) for thing, stream, row in greenhouse.observations() if thing == "gh-1"]
    assert len({row["phenomenonTime"] for _, row in rows}) == len(rows) == 60
    assert {stream for stream, _ in rows} == {one["name"] for one in greenhouse.things()[0]["Datastreams"]}
    assert greenhouse.observations() == greenhouse.observations()


def test_the_statement_binds_what_the_class_needs_and_has_no_aggregation() -> None:
    statement = load_statement(FOLDER / "szxc.toml", load_suites())
    assert statement.claims[SUITE].classes == ("query",)
    assert statement.claims[SUITE].without == ("aggregation",)
    assert {name for suite, name in statement.operations if suite == SUITE} == {
        "list_observations",
        "latest_observations",
    }


@pytest.mark.parametrize(
    ("fault", "asked", "wanted"),
    [
        ("pages_overlap", "%24skip=14&%24top=7", "%24skip=13&%24top=7"),
        ("pages_overlap", "%24top=7", "%24top=7"),
        ("to_included", "%24filter=phenomenonTime+lt+2026", "%24filter=phenomenonTime+le+2026"),
        ("offset_dropped", "%24filter=t+ge+00%3A00%2B08%3A00+and+x", "%24filter=t+ge+00%3A00%2B00%3A00+and+x"),
        ("offset_dropped", "%24filter=t+ge+00%3A00%2B25%3A00", "%24filter=t+ge+00%3A00%2B25%3A00"),
        ("order_ignored", "%24orderby=resultTime+asc", ""),
        ("order_ignored", "%24orderby=resultTime+up", "%24orderby=resultTime+up"),
    ],
)
def test_a_planted_fault_changes_the_question(fault: str, asked: str, wanted: str) -> None:
    request = SimpleNamespace(path="/v1.1/Observations", META={"QUERY_STRING": asked})
    seen: list[Any] = []
    getattr(faults, fault)(seen.append)(request)
    assert [one.META["QUERY_STRING"] for one in seen] == [wanted]


@pytest.mark.parametrize(("content", "status"), [(b'{"@iot.count": 0, "value": []}', 404), (b'{"value": []}', 200)])
def test_nothing_becomes_a_404(content: bytes, status: int) -> None:
    response = SimpleNamespace(content=content, status_code=200)
    request = SimpleNamespace(path="/v1.1/Observations")
    assert faults.nothing_is_404(lambda _: response)(request).status_code == status


def test_each_planted_fault_is_one_of_the_middleware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "greenhouse", greenhouse)
    monkeypatch.syspath_prepend(str(FOLDER.parent / "real_servers"))
    server = load("run").SERVER
    assert all(callable(getattr(faults, one.settings["fault"])) for one in server.planted)
    assert len({one.name for one in server.planted}) == 5
