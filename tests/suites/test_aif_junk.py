"""No check of registry, thing models, ingest and queries raises, whatever a platform answers."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import HERE, judged, part

from pytest_szxc.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform

DEVICES = part("reference_data").DEVICES
LARGE, SMALL = 1e300, 1e-300
JUNK: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        LARGE,
        SMALL,
        -273.15,
        "",
        "测点",
        "\x00",
        "Cel",
        "mg/m3",
        "base",
        [],
        [[]],
        [{}],
        {},
        ["x", 1],
    ),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00"),
]
CLASSES = ("registry", "thing-model", "ingest", "query")
OPERATIONS = (
    "list_devices",
    "read_device",
    "list_objects",
    "read_model",
    "post_observation",
    "post_batch",
    "list_observations",
    "latest_observations",
    "aggregate_observations",
)
SHARE = 0.01


def spoiled(value: Any, random: Random) -> Any:
    """An answer in which some parts are junk."""
    if isinstance(value, dict):
        return {name: _spoiled(member, random) for name, member in value.items()}
    return [_spoiled(item, random) for item in value] if isinstance(value, list) else value


def _spoiled(value: Any, random: Random) -> Any:
    return random.choice(JUNK) if random.random() < SHARE else spoiled(value, random)


def spoiling(random: Random) -> Callable[[Platform], None]:
    """A platform that answers junk here and there."""

    def change(answer: Answer) -> Answer:
        return answer.with_payload(spoiled(answer.payload, random))

    def apply(made: Platform) -> None:
        for operation in OPERATIONS:
            made.alter(operation, change)

    return apply


ROWS = [row.id for row in HERE.suite.requirements if row.conformance_class in CLASSES]


@pytest.mark.parametrize("requirement", ROWS)
def test_no_check_raises_on_junk(requirement: str) -> None:
    verdict = judged(requirement, spoiling(Random(requirement)))  # noqa: S311 -- the same junk each time
    assert verdict.status is not Status.TESTER_ERROR, verdict.cause


@pytest.mark.parametrize("odd", [7, "channelId", None, {"kind": "co2"}, {"channelId": 7}])
def test_what_is_no_channel_is_not_taken_over(odd: Any) -> None:
    def change(made: Platform) -> None:
        made.store.edit(DEVICES, lambda row: row["channels"].append(odd))

    assert judged("AIF-022", change).status is Status.PASS


def test_a_date_that_stands_for_none_is_passed_over() -> None:
    def shown(answer: Answer) -> Answer:
        rows = [row | {"phenomenonTime": "9999-12-31T23:59:59Z"} for row in answer.payload["list"][:1]]
        return answer.with_payload(answer.payload | {"list": [*rows, *answer.payload["list"][1:]]})

    def change(made: Platform) -> None:
        made.alter("list_observations", shown)
        made.refuse("register_device", HERE.part("reference").demo.ApiError(403, 40301, "read only"))

    for requirement in ("AIF-048", "AIF-049", "AIF-054"):
        assert judged(requirement, change).status is not Status.TESTER_ERROR


def test_a_gas_at_absolute_zero_has_no_scale() -> None:
    channels, tables = part("declared_channels"), part("tables")
    gas = tables.kinds()["nh3"]
    assert channels.scale(gas, "mg/m3", channels.COLDEST) is None
    assert channels.scale(gas, "mg/m3", channels.COLDEST + 300) is not None


@pytest.mark.parametrize(
    ("kind", "span", "step"),
    [
        ("soilMoistureVwc", "0.6", "0.001"),
        ("soilMoistureVwc", "1", "0.01"),
        ("airTemperature", "120", "1"),
        ("airTemperature", "12000", "1"),
        ("x-own", "0.6", "1"),
        ("windDirection", "360", "1"),
    ],
)
def test_a_channel_that_does_not_say_what_it_resolves(kind: str, span: str, step: str) -> None:
    assert part("bench")._step(kind, Decimal(span)) == Decimal(step)


@pytest.mark.parametrize(
    ("member", "text", "found"),
    [
        ("modelId", "modelId不能为空", True),
        ("modelId", "缺少model_id字段", True),
        ("modelId", "Model ID is required", True),
        ("modelId", "modelIds", False),
        ("name", "username", False),
        ("name", "the name", True),
        ("设备名称", "设备名称必填", True),
    ],
)
def test_a_refusal_names_a_member(member: str, text: str, *, found: bool) -> None:
    assert part("registering").is_named(member, text) is found


def test_a_refusal_names_a_member_in_chinese() -> None:
    worded = part("registering").is_worded
    assert worded("name", "设备名称不能为空")
    assert not worded("location", "设备名称不能为空")
