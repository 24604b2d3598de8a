"""A suite that is written topic by topic."""

from __future__ import annotations

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference.lookup import has_reference, load_reference, load_references
from pytest_szxc.reference.platform import build_platform

SUITES = {name: suite for name, suite in load_suites().items() if has_reference(suite)}
BY_TOPIC = sorted(name for name, suite in SUITES.items() if hasattr(load_reference(suite), "TOPICS"))
NOT_THERE = {"undeclared_interface", "other_version"}
"""What a check asks for to see that it is refused."""


@pytest.mark.parametrize("name", BY_TOPIC)
def test_every_topic_is_served_described_and_claimed(name: str) -> None:
    suite = SUITES[name]
    topics = load_reference(suite).TOPICS
    platform = build_platform(load_references([suite]))
    try:
        assert set(suite.operations) - set(platform.routes) <= NOT_THERE
        assert set(platform.parts[name].parts) <= set(topics.names)
        assert platform.claims[name]["classes"] == [one.id for one in suite.classes]
        described = {one["operationId"] for path in platform.description()["paths"].values() for one in path.values()}
        assert set(suite.operations) <= described
    finally:
        platform.close()


def test_there_are_such_suites() -> None:
    assert BY_TOPIC == ["agri_system_interfaces", "autodrive_grading", "platform_interconnection"]


@pytest.mark.parametrize("name", BY_TOPIC)
def test_every_file_of_deviations_has_a_topic(name: str) -> None:
    topics = load_reference(SUITES[name]).TOPICS
    assert all(topic for kind in ("mutants", "variants") for topic, _ in topics.parts(kind))
