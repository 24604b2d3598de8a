"""That pushes cannot come is said before anything is judged, and only where somebody waits for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.messages import render
from pytest_szxc.target.reachability import reachability, waiting
from pytest_szxc.target.statement import Claim, Statement

SUITES = load_suites()
AIF = "agri_system_interfaces"
ELSEWHERE = "https://platform.example"


def claiming(*classes: str, suite: str = AIF) -> Statement:
    return Statement(base_url=ELSEWHERE, claims={suite: Claim(suite, classes)})


def test_whoever_waits_for_pushes_is_named() -> None:
    assert waiting(claiming("subscription", "alarm"), SUITES) == ("AIF-070", "AIF-071", "AIF-072")
    assert waiting(claiming("push", suite="platform_interconnection"), SUITES) == ("IC-075",)
    assert waiting(claiming("alarm"), SUITES) == waiting(Statement(), SUITES) == ()


def test_a_platform_elsewhere_needs_an_address() -> None:
    (told,) = reachability(claiming("subscription"), SUITES, in_process=False)
    assert (told.code, told.params) == ("notice.sink", {"requirements": "AIF-070 AIF-071 AIF-072"})
    for lang in ("zh", "en"):
        assert "AIF-071" in render(told.code, lang, told.params)
        assert "sink" in render(told.code, lang, told.params, part="hint")


@pytest.mark.parametrize(
    ("changes", "in_process"),
    [
        ({"sink": "http://10.0.0.9:8099"}, False),
        ({"base_url": "http://127.0.0.1:8000"}, False),
        ({"base_url": "http://localhost"}, False),
        ({"base_url": ""}, False),  # files
        ({}, True),
        ({"claims": {}}, False),
    ],
)
def test_where_nothing_is_to_be_said(changes: dict[str, object], in_process: bool) -> None:
    said = replace(claiming("subscription"), **changes)  # type: ignore[arg-type] # values of members
    assert reachability(said, SUITES, in_process=in_process) == ()
