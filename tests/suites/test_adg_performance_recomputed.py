"""What is stated against what the log shows: tolerances, units, methods, numbers; and no junk raises."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import part
from adg_logs import DAY, IDS, Shown, drives, outcome, sessions, shown
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pytest_szxc import Finding

agreement = part("agreement")
table = part("figure_table")
held = part("held_session")
Row = dict[str, Any]
JUNK: list[Any] = [
    *(None, True, 0, -1, 1e300, 1e-300, "", "轨迹", "\x00", "track", [], [[]], [{}], {}, ["x", 1]),
    *("9999-12-31T23:59:59Z", "2026-05-11T09:00:00", [126.2, 45.1], [1e300, -1e300], [None, None]),
]


def evidence(told: Any) -> dict[str, Row]:
    return {row["metric"]: row for row in told.evidence(DAY)}


def session(name: str = shown.FIELD) -> Any:
    return replace(sessions.session(name), feature_id=sessions.AUTO)


def judged(told: Any, *items: Row) -> tuple[str, list[Finding]]:
    verdict, reason, findings = outcome("ADG-040", Shown(told, evidence=list(items)))
    return (reason.code if reason and verdict == "inconclusive" else verdict), findings


def test_every_metric_of_the_reference_is_known() -> None:
    assert {metric for units in held.METRICS.values() for metric in units} <= set(table.KNOWN)


@pytest.mark.parametrize("name", [one.session_id for one in sessions.sessions() if one.drive])
def test_what_was_planted_is_recomputed(name: str) -> None:
    told = session(name)
    items = [row for row in evidence(told).values() if not table.KNOWN[row["metric"]].of_events]
    assert judged(told, *items)[0] == ("pass" if items else "nothing")


@pytest.mark.parametrize(
    ("metric", "change", "verdict"),
    [
        ("track_rms", {"value": 0.09}, "pass"),
        ("track_rms", {"value": -0.11}, "fail"),
        ("track_rms", {"value": 0.11}, "fail"),
        ("on_line", {"value": 0.004}, "pass"),
        ("on_line", {"value": -0.06}, "fail"),
    ],
)
def test_tolerance(metric: str, change: Row, verdict: str) -> None:
    item = evidence(session())[metric]
    assert judged(session(), {**item, "value": item["value"] + change["value"]})[0] == verdict


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda it: {"value": it["value"] * 10, "unit": "mm"}, "pass"),
        (lambda it: {"value": it["value"] / 100, "unit": "m"}, "pass"),
        (lambda it: {"value": it["value"], "unit": "厘米"}, "pass"),
        (lambda _: {"unit": "in"}, "fail"),
        (lambda _: {"unit": "m"}, "fail"),
        (lambda it: {"value": -it["value"]}, "pass"),
        (lambda it: {"n": it["n"] - 300}, "pass"),
        (lambda it: {"n": it["n"] + 7}, "pass"),
        (lambda it: {"n": it["n"] + 9}, "fail"),
        (lambda _: {"log_ref": "s99"}, "fail"),
        (lambda _: {"metric": "fuel"}, "nothing"),
        (lambda _: {"metric": None}, "nothing"),
        (lambda _: {"value": "1.2"}, "nothing"),
        (lambda _: {"log_ref": 7}, "nothing"),
        (lambda _: {"method": "by ruler"}, "pass"),
        (lambda _: {"n": "many"}, "pass"),
    ],
)
def test_ways_to_state_it(change: Any, verdict: str) -> None:
    item = evidence(session())["track_mean"]
    assert judged(session(), item | change(item))[0] == verdict


@pytest.mark.parametrize(("sign", "verdict"), [(1, "pass"), (-1, "fail")])
def test_a_signed_mean_keeps_its_sign(sign: int, verdict: str) -> None:
    told = replace(session(), row_spacing_m=2.99)
    item = evidence(told)["row_mean"]
    wide = item["value"] + 1.0
    assert wide > 0.2
    assert judged(told, {**item, "value": sign * wide})[0] == verdict


@pytest.mark.parametrize(
    ("said", "methods"),
    [
        ("linear", ("linear",)),
        ("线性插值", ("linear",)),
        ("Nearest rank", ("nearest-rank",)),
        ("最近秩法", ("nearest-rank",)),
        ("project profile", ("nearest-rank", "linear")),
        ("linear or nearest-rank", ("nearest-rank", "linear")),
    ],
)
def test_methods(said: str, methods: tuple[str, ...]) -> None:
    assert agreement.methods(said) == methods


def test_evidence_of_another_version_or_feature() -> None:
    item = evidence(session())["track_mean"]
    assert judged(replace(session(), system_version="3.1.0"), item)[0] == "fail"
    assert judged(replace(session(), feature_id=sessions.GUIDE), item)[0] == "fail"


def test_what_the_log_does_not_show_is_unfounded() -> None:
    item = {**evidence(session(shown.LASTING))["endurance"], "log_ref": shown.FIELD}
    assert judged(session(), item)[0] == "fail"


def test_an_unsound_log_recomputes_nothing_and_hides_nothing() -> None:
    gapped = replace(session(), drive=drives.outage(session().drive, 60.0, 66.0))
    items = evidence(session())
    assert judged(gapped, items["track_rms"])[0] == "log.gap"
    assert judged(gapped, items["track_rms"], {**items["track_mean"], "log_ref": "s99"})[0] == "fail"


def spoiled(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        return {name: _spoiled(member, random) for name, member in value.items()}
    return [_spoiled(item, random) for item in value] if isinstance(value, list) else value


def _spoiled(value: Any, random: Random) -> Any:
    return random.choice(JUNK) if random.random() < 0.05 else spoiled(value, random)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000_000))
def test_checks_on_junk(seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- junk, the same each time
    told = [session(), session(shown.LASTING), session(shown.STOPS), session(shown.BEGUN)]
    items = [row for one in told for row in evidence(one).values()]
    suite = Shown(*told, evidence=items)
    suite.told = {operation: [spoiled(row, random) for row in rows] for operation, rows in suite.told.items()}
    for requirement in IDS:
        outcome(requirement, suite)
