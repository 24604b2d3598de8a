"""Ingest: the reference's inlet on odd input, and the checks at their bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, judged, part, platform, view
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.model import Status
from pytest_szxc.reference import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
REFUSED = (400, 422)
ROW: Row = {
    "deviceId": "cl-0001",
    "channelId": "temperature",
    "kind": "airTemperature",
    "value": 21.57,
    "unit": "Cel",
    "phenomenonTime": "2026-06-01T11:59:00+08:00",
    "flag": "N",
}
rows = part("reference_ingest_rows")


@pytest.fixture(scope="module")
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def post(farm: Platform, body: Any, place: str = "", account: str = "primary") -> tuple[int, Any]:
    token = farm.accounts.by_name[account].token
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client(farm).post(f"/szxc/v1/observations{place}", json=body, headers=headers)
    return answer.status_code, answer.get_json()["data"] or answer.get_json()["code"]


def batch(*items: Any) -> Row:
    return {"requestId": "r", "deviceId": "cl-0001", "items": list(items)}


def stored(farm: Platform, channel: str = "temperature") -> int:
    table = part("reference_observations")
    return farm.store.count(table.TABLE, table.where(deviceId="cl-0001", channelId=channel))


# --- the reference's inlet --------------------------------------------------------------------------------------------


def test_an_observation_is_accepted_once_and_then_a_duplicate() -> None:
    with platform() as farm:
        heard: list[Row] = []
        farm.parts["agri_system_interfaces"].heard.append(heard.append)
        assert post(farm, ROW)[0] == 201
        status, result = post(farm, ROW | {"phenomenonTime": "2026-06-01T03:59:00Z", "value": 3})
        assert (status, result["status"]) == (200, "duplicate")
        assert [row["value"] for row in heard] == [21.57]
        assert {"deviceId", "receivedTime", "objectId"} <= heard[0].keys()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "21.57"}, 40002),
        ({"value": True}, 40002),
        ({"value": None}, 40002),
        ({"value": None, "flag": "T"}, 40002),
        ({"value": {}}, 40002),
        ({"value": float("nan")}, 40002),
        ({"value": float("inf")}, 40002),
        ({"flag": "H"}, 40002),
        ({"flag": ""}, 40002),
        ({"channelId": "x"}, 40002),
        ({"kind": "soilEc"}, 40003),
        ({"unit": "K"}, 40003),
        ({"isHistorical": 1}, 40002),
        ({"phenomenonTime": "2026-06-01T11:59:00"}, 40002),
        ({"phenomenonTime": "2026-06-01 11:59:00+08:00"}, 40002),
        ({"phenomenonTime": "2014-4-23 2:48:43"}, 40002),
        ({"phenomenonTime": 1780286340000}, 40002),
        ({"phenomenonTime": "2026-06-02T12:00:01+08:00"}, 42201),
        ({"phenomenonTime": "2006-06-01T11:59:00Z"}, 42201),
        ({"phenomenonTime": "0001-01-01T00:00:00+23:00"}, 40002),
        ({"phenomenonTime": "9999-12-31T23:59:59-23:00"}, 40002),
        ({"deviceId": "cl-1001"}, 40401),
        ({"deviceId": "no-such"}, 40401),
        ({"deviceId": "cl-0009"}, 40301),
        ({"deviceId": 7}, 40002),
    ],
)
def test_what_is_refused_is_not_stored(farm: Platform, change: Row, code: int) -> None:
    before = stored(farm)
    assert post(farm, ROW | change)[1] == code
    assert stored(farm) == before


@pytest.mark.parametrize("name", sorted(ROW))
def test_each_member_is_needed_alone_and_in_batches(farm: Platform, name: str) -> None:
    lacking = {member: value for member, value in ROW.items() if member != name}
    assert post(farm, lacking)[1] == 40002
    assert post(farm, batch(lacking), "/batch")[1]["items"][0]["code"] == 40002


@pytest.mark.parametrize(
    ("value", "flag", "kept"), [(80, "N", "N"), (80.01, "N", "T"), (-40.01, "S", "L"), (99, "D", "D")]
)
def test_values_beyond_the_range_are_flagged(farm: Platform, value: float, flag: str, kept: str) -> None:
    at = (NOW - timedelta(hours=5, seconds=int(value * 100) % 9973)).isoformat()
    status, result = post(farm, ROW | {"value": value, "flag": flag, "phenomenonTime": at})
    assert (status, result["flag"]) == (201, kept)


@pytest.mark.parametrize("flag", ["D", "B", "F", "M"])
def test_nothing_at_all_is_taken_where_the_flag_says_why(farm: Platform, flag: str) -> None:
    at = (NOW - timedelta(hours=7, seconds=ord(flag))).isoformat()
    assert post(farm, ROW | {"value": None, "flag": flag, "phenomenonTime": at})[0] == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], 40002),
        ("text", 40002),
        (batch(), 40002),
        (batch() | {"items": {"0": ROW}}, 40002),
        (batch(ROW) | {"requestId": ""}, 40002),
        (batch(ROW) | {"deviceId": None}, 40002),
        (batch(*[ROW] * 501), 41301),
        (batch(ROW) | {"deviceId": "cl-1001"}, 40401),
    ],
)
def test_batches_that_are_none(farm: Platform, body: Any, code: int) -> None:
    assert post(farm, body, "/batch")[1] == code


def test_a_batch_of_garbage_gets_a_result_for_each_item(farm: Platform) -> None:
    status, told = post(farm, batch(3, None, [], {}, "x", ROW | {"deviceId": "so-0001"}, ROW | {"unit": "K"}), "/batch")
    assert status == 200
    assert [(one["index"], one["status"]) for one in told["items"]] == [(index, "rejected") for index in range(7)]
    assert (told["accepted"], told["rejected"]) == (0, 7)


def test_who_may_not_write_posts_nothing(farm: Platform) -> None:
    readers = [name for name, one in farm.accounts.by_name.items() if one.scheme == "bearer" and not one.may("write")]
    assert readers
    assert post(farm, ROW, account=readers[0])[1] == 40301


def test_writes_are_in_the_audit_log(farm: Platform) -> None:
    post(farm, batch(ROW | {"unit": "K"}), "/batch")
    told = farm.store.all(part("reference").AUDIT)[-1]
    assert (told["object"], told["action"], told["result"]) == ("cl-0001", "post_batch", "0 of 1")


# --- single rows ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001 -- the zone is the other
def test_an_instant_is_the_same_in_every_notation(at: datetime, quarters: int) -> None:
    whole = at.replace(microsecond=0, tzinfo=UTC)
    zone = timezone(timedelta(minutes=15 * quarters))
    text = whole.astimezone(zone).isoformat()
    assert rows.moment(text, local=quarters > 0) == whole


@pytest.mark.parametrize("text", ["", "T", "2026-06-01", "2026-13-01T00:00:00Z", "昨天", "NaN"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ApiError):
        rows.moment(text, local=False)


# --- the checks at their bounds ---------------------------------------------------------------------------------------


def devices_without_range(made: Platform) -> None:
    made.store.edit("agri:devices", lambda row: [channel.pop("rangeMax") for channel in row["channels"]])


@pytest.mark.parametrize("requirement", [f"AIF-{number:03d}" for number in range(36, 48)])
def test_without_a_device_to_play_nothing_is_judged(requirement: str) -> None:
    assert judged(requirement, devices_without_range).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("requirement", [f"AIF-{number:03d}" for number in range(36, 48)])
def test_a_platform_that_refuses_everything_never_passes_but_by_refusing(requirement: str) -> None:
    def refusing(made: Platform) -> None:
        for operation in ("post_observation", "post_batch"):
            made.refuse(operation, ApiError(400, 40002, "no"))

    wanted = Status.FAIL if requirement in ("AIF-036", "AIF-037") else Status.INCONCLUSIVE
    assert judged(requirement, refusing).status is wanted


@pytest.mark.parametrize("requirement", ["AIF-039", "AIF-040", "AIF-042", "AIF-043", "AIF-046"])
def test_a_crash_is_no_refusal(requirement: str) -> None:
    def crashing(made: Platform) -> None:
        def change(handler: Any) -> Any:
            def answer(call: Any) -> Any:
                try:
                    return handler(call)
                except ApiError as reason:
                    raise ApiError(500, 50001, "crash") from reason

            return answer

        made.rewire("post_observation", change)

    verdict = judged(requirement, crashing)
    assert verdict.status is Status.FAIL
    assert any("HTTP 500" in finding.observed for finding in verdict.findings)


def test_garbage_that_is_told_as_accepted_is_named() -> None:
    def blind(made: Platform) -> None:
        inlet = made.parts["agri_system_interfaces"].parts["ingest"]
        inlet.need_value, inlet.flag = lambda _: None, lambda row, _: row["flag"]

    verdict = judged("AIF-040", blind)
    assert any("a text" in one.expected and one.observed == "HTTP 201, accepted" for one in verdict.findings)
    assert any(
        "index 1, a text" in one.expected and one.observed in ("accepted", "duplicate") for one in verdict.findings
    )


def test_nothing_of_ours_is_left_behind() -> None:
    made: list[Platform] = []
    for requirement in ("AIF-037", "AIF-046"):
        assert judged(requirement, made.append).status is Status.PASS
    with view("AIF-036") as sut:
        assert part("bench").bench(sut, "left") is not None
        assert [one.text("deviceId") for one in sut.records("list_devices")].count("szxc-one-left") == 1
