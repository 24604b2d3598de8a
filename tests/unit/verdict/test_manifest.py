from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_szxc.model import ConformanceClass, Suite, Text
from pytest_szxc.target.statement import Claim, Statement
from pytest_szxc.verdict.manifest import draw_up

TEXT = Text("甲", "a")


@pytest.fixture
def suite(row):
    return Suite(
        id="xx",
        code="XX",
        version="1",
        title=TEXT,
        label=TEXT,
        standards=(),
        classes=(ConformanceClass("core", TEXT), ConformanceClass("more", TEXT)),
        features={},
        operations={},
        requirements=(row(), row(id="XX-002", conformance_class="more"), row(id="XX-003", attested=TEXT)),
        folder=Path(),
        digest="a" * 64,
    )


CLAIMED = Statement(claims={"xx": Claim("xx", ("core",))})


def test_what_is_claimed_is_owed(suite):
    manifest = draw_up([suite], CLAIMED)
    assert [row.id for row in manifest.owed()] == ["XX-001"]
    assert [entry.reason and entry.reason.code for entry in manifest.entries] == [
        None,
        "claim.not-claimed",
        "claim.attested",
    ]


def test_discovery_that_disagrees_is_a_contradiction(suite):
    manifest = draw_up([suite], CLAIMED, present={"xx": {"more": True}})
    assert manifest.entries[1].reason.code == "claim.denied-but-present"
    assert manifest.digest == draw_up([suite], CLAIMED).digest


def test_without_a_claim_nothing_is_owed(suite):
    assert draw_up([suite], Statement()).owed() == ()


def test_chosen_classes_only(suite):
    assert [entry.requirement.id for entry in draw_up([suite], CLAIMED, classes=("more",)).entries] == ["XX-002"]


def test_the_digest_follows_everything_that_is_owed(suite):
    digest = draw_up([suite], CLAIMED).digest
    assert digest == draw_up([suite], CLAIMED).digest
    assert digest != draw_up([replace(suite, digest="b" * 64)], CLAIMED).digest
    assert digest != draw_up([suite], replace(CLAIMED, digest="c")).digest
    assert digest != draw_up([replace(suite, requirements=suite.requirements[:2])], CLAIMED).digest
