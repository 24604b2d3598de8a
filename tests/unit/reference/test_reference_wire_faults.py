"""What mutants and variants change in what all answers have in common: each is seen in an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from pytest_szxc.reference import wire_faults
from pytest_szxc.reference.calls import Answer, ApiError
from pytest_szxc.reference.platform import Platform, build_platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

NOW = datetime(2026, 6, 1, 4, 0, 20, tzinfo=UTC)
GIVEN = "a-request-id-of-the-caller"


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = build_platform({}, now=NOW)
    made.serve("GET", "/good", "good", lambda _: Answer({"n": 1}), guarded=False)
    made.serve("GET", "/metered", "metered", lambda _: Answer({}))
    yield made
    made.close()


def ask(platform: Platform, path: str = "/good", scheme: str = "https", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(platform).get(path, base_url=f"{scheme}://szxc.invalid", headers=named)


def ids(platform: Platform, count: int) -> list[str]:
    return [ask(platform).get_json()["requestId"] for _ in range(count)]


def test_envelopes_and_refusals_pass_through_a_change(platform: Platform) -> None:
    wire_faults.envelopes(platform, lambda row: row | {"message": "changed"})
    wire_faults.refusals(platform, lambda error, row: row | {"message": str(error.status)}, 401)
    assert ask(platform).get_json()["message"] == "changed"
    assert ask(platform, "/metered").get_json()["message"] == "401"
    assert ask(platform, "/nowhere").get_json()["message"] != "404"


def test_ids_are_constant_or_repeat(platform: Platform) -> None:
    wire_faults.request_ids_repeat(platform)
    assert len(set(ids(platform, 20))) == 8
    wire_faults.request_id_constant(platform)
    assert len(set(ids(platform, 3))) == 1


@pytest.mark.parametrize("fault", [wire_faults.request_id_not_echoed, wire_faults.request_id_cut_short])
def test_the_callers_id_does_not_come_back_whole(platform: Platform, fault: Callable[[Platform], None]) -> None:
    assert ask(platform, X_Request_Id=GIVEN).get_json()["requestId"] == GIVEN
    fault(platform)
    assert ask(platform, X_Request_Id=GIVEN).get_json()["requestId"] != GIVEN


def test_the_callers_id_comes_back_in_a_header_alone(platform: Platform) -> None:
    wire_faults.request_id_in_header(platform)
    answer = ask(platform, X_Request_Id=GIVEN)
    assert (answer.headers["X-Request-Id"], answer.get_json()["requestId"] == GIVEN) == (GIVEN, False)


@pytest.mark.parametrize(
    ("fault", "status"), [(wire_faults.plain_http_redirects, 301), (wire_faults.plain_http_is_a_portal, 200)]
)
def test_without_encryption_something_else_answers(
    platform: Platform, fault: Callable[[Platform], None], status: int
) -> None:
    fault(platform)
    answer = ask(platform, scheme="http")
    assert (answer.status_code, answer.is_json, platform.plain) == (status, False, True)
    assert ask(platform).is_json


def test_who_asks_too_often_is_told_a_date(platform: Platform) -> None:
    account = platform.accounts.by_name["metered"]
    wire_faults.retry_after_as_date(platform)
    refused = _until_refused(platform, account)
    assert parsedate_to_datetime(refused.headers["Retry-After"]) > NOW


def test_requests_are_counted_by_the_minute(platform: Platform) -> None:
    account = platform.accounts.by_name["metered"]
    wire_faults.rate_in_whole_minutes(platform)
    assert _until_refused(platform, account).headers == {"Retry-After": "40"}


def _until_refused(platform: Platform, account: Any) -> ApiError:
    for _ in range(account.rate):
        platform.verifier.meter(account)
    with pytest.raises(ApiError) as caught:
        platform.verifier.meter(account)
    return caught.value
