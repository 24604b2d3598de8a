"""Registries of mutants and variants, gathered from the files of their topics."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.reference.deviations import Mutants, Variants
from pytest_szxc.reference.topics import Topics

if TYPE_CHECKING:
    from pathlib import Path

MUTANT = "from pytest_szxc import reference as demo\nMUTANTS = demo.Mutants()\nMUTANTS.add('{}', 'z', 'e')(str)\n"
VARIANT = "from pytest_szxc import reference as demo\nVARIANTS = demo.Variants({})\nVARIANTS.add('{}', 'z', 'e')(str)\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of no suite."""
    folder = tmp_path / "szxc_topics"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    return folder


def topics(package: Path, *names: str) -> Topics:
    """The topics of a package that describes these."""
    for name in names:
        (package / f"openapi_{name}.json").write_text("{}", encoding="utf-8")
    return Topics(package.name, package)


def test_each_has_the_longest_topic_that_its_file_begins_with(package: Path) -> None:
    for stem, name in (("map_tiles", "a"), ("thing_model", "b"), ("map", "c")):
        (package / f"mutants_{stem}.py").write_text(MUTANT.format(name), encoding="utf-8")
    found = Mutants.of_topics(topics(package, "map", "thing", "thing_model"))
    assert {name: one.topic for name, one in found.items()} == {"a": "map", "b": "thing_model", "c": "map"}


def test_what_concerns_everything_has_no_topic(package: Path) -> None:
    (package / "variants_map.py").write_text(VARIANT.format("", "a"), encoding="utf-8")
    (package / "variants_transport.py").write_text(VARIANT.format("everywhere=True", "b"), encoding="utf-8")
    found = Variants.of_topics(topics(package, "map", "transport"))
    assert {name: one.topic for name, one in found.items()} == {"a": "map", "b": ""}


def test_a_name_stands_once(package: Path) -> None:
    for stem in ("map", "push"):
        (package / f"mutants_{stem}.py").write_text(MUTANT.format("a"), encoding="utf-8")
    with pytest.raises(KeyError):
        Mutants.of_topics(topics(package, "map", "push"))
