from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from werkzeug.test import Client

from pytest_szxc.reference import Answer, ApiError, Platform, build_platform, middleware, pages
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from types import ModuleType

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Call


def ask(platform: Platform, path: str, account: str = "primary", **more: object) -> TestResponse:
    token = platform.accounts.by_name[account].token
    return Client(platform).open(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_answer_is_enveloped(platform: Platform) -> None:
    body = ask(platform, "/things/T/1/state").get_json()
    assert body == {
        "code": 0,
        "message": "ok",
        "data": {"id": "T/1", "n": 1},
        "requestId": "r00000001",
        "timestamp": "2026-06-01T08:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, 40401),
        ("/things/T/99/state", 404, 40401),
        ("/things?page=0", 400, 40001),
        ("/things?page=x", 400, 40001),
        ("/things?pageSize=²", 400, 40001),
    ],
)
def test_refusals_have_status_and_code(platform: Platform, path: str, status: int, code: int) -> None:
    answer = ask(platform, path)
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["data"]) == (status, code, None)


def test_method_that_is_not_served(platform: Platform) -> None:
    answer = ask(platform, "/things", method="PATCH")
    assert (answer.status_code, answer.get_json()["code"]) == (405, 40501)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic eDp5"])
def test_no_credential(platform: Platform, header: str | None) -> None:
    answer = Client(platform).get("/things", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.get_json()["code"]) == (401, 40101)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_low_clearance(platform: Platform) -> None:
    assert ask(platform, "/things/T/2/state", "low_right").status_code == 200
    refused = ask(platform, "/things/T/3/state", "low_right")
    assert (refused.status_code, refused.get_json()["code"]) == (403, 40302)


def test_body_that_is_not_json(platform: Platform) -> None:
    assert ask(platform, "/things", method="POST", data=b"{").status_code == 400
    assert ask(platform, "/things", method="POST", json={"a": 1}).get_json()["data"] == {"a": 1}


def test_a_route_may_take_a_text(platform: Platform) -> None:
    def echo(call: Call) -> Answer:
        return Answer({"body": call.body, "raw": call.raw.decode()})

    platform.serve("POST", "/texts", "take_text", echo, text=True)
    answer = ask(platform, "/texts", method="POST", data="<a>村</a>", content_type="application/xml")
    assert answer.get_json()["data"] == {"body": None, "raw": "<a>村</a>"}


def test_discovery_and_description_need_no_account(platform: Platform) -> None:
    client = Client(platform)
    assert client.get("/.well-known/szxc.json").get_json()["claims"] == {
        "toys": {"classes": ["all"], "without": ["wheels"]}
    }
    assert client.get("/openapi.json").get_json()["paths"]["/things"]["get"]["operationId"] == "list_things"


def test_tokens_are_made_for_each_platform(toys: dict[str, ModuleType], platform: Platform) -> None:
    other = build_platform(toys, size=1, now=platform.now)
    assert other.accounts.by_name["primary"].token != platform.accounts.by_name["primary"].token
    assert platform.accounts.by_name["primary"].token not in repr(platform.accounts.by_name["primary"])


def test_a_clock_runs(toys: dict[str, ModuleType]) -> None:
    ticks = count(2020)
    platform = build_platform(toys, size=1, now=lambda: datetime(next(ticks), 1, 1, tzinfo=UTC))
    assert platform.now.year == 2020
    assert ask(platform, "/things").get_json()["timestamp"].startswith("2021")


def test_a_handler_that_breaks_is_an_internal_error(platform: Platform) -> None:
    platform.app.logger.disabled = True
    platform.rewire("list_things", lambda _: lambda _call: 1 / 0)
    answer = ask(platform, "/things")
    assert (answer.status_code, answer.get_json()["code"]) == (500, 50001)


def test_two_descriptions_may_agree_but_not_differ(platform: Platform) -> None:
    path = {"/things": {"get": {"operationId": "list_things"}}}
    platform.describe({"paths": path})
    platform.describe({"paths": path})
    assert platform.description()["paths"] == path
    platform.describe({"paths": {"/things": {"get": {"operationId": "other"}}}})
    with pytest.raises(ValueError, match="operationId"):
        platform.description()


def _walk_numbers(platform: Platform, first: str, step: str) -> list[int]:
    seen: list[int] = []
    for number in count(0 if step == "offset" else 1):
        place = number * 10 if step == "offset" else number
        page = ask(platform, first.format(place)).get_json()["data"]["list"]
        if not page:
            return seen
        seen += [item["n"] for item in page]
    raise AssertionError


def test_page_numbers_cover_everything_once(platform: Platform) -> None:
    assert _walk_numbers(platform, "/things?page={}&pageSize=10", "page") == list(range(25))


def test_page_size_is_cut(platform: Platform) -> None:
    platform.pager = pages.PageNumbers(limit=7)
    data = ask(platform, "/things?pageSize=100").get_json()["data"]
    assert (data["pageSize"], len(data["list"]), data["total"]) == (7, 7, 25)


def test_offsets_cover_everything_once(platform: Platform) -> None:
    platform.pager = pages.Offsets()
    assert _walk_numbers(platform, "/things?offset={}&limit=10", "offset") == list(range(25))


@pytest.mark.parametrize("null_at_end", [True, False])
def test_cursors_cover_everything_once(platform: Platform, *, null_at_end: bool) -> None:
    platform.pager = pages.Cursors(size=10, null_at_end=null_at_end)
    seen, cursor = [], ""
    while cursor is not None:
        data = ask(platform, f"/things?cursor={cursor}").get_json()["data"]
        seen += [item["n"] for item in data["list"]]
        cursor = data.get("next")
    assert seen == list(range(25))
    assert ("next" in data) is null_at_end
    assert ask(platform, "/things?cursor=zz").status_code == 400


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("header", [True, False])
def test_links_cover_everything_once(platform: Platform, *, absolute: bool, header: bool) -> None:
    platform.pager = pages.Links(size=10, absolute=absolute, header=header)
    seen, link = [], "/things?limit=10"
    while link:
        answer = ask(platform, link)
        seen += [item["n"] for item in answer.get_json()["data"]["list"]]
        link = (
            answer.headers.get("Link", "<>")[1:].split(">")[0] if header else answer.get_json()["data"].get("next", "")
        )
        assert not link or bool(urlsplit(link).netloc) is absolute
    assert seen == list(range(25))


def test_handlers_can_be_rewired(platform: Platform) -> None:
    platform.alter("read_thing", lambda answer: answer.with_payload(7).with_headers(X_Mark="a"))
    answer = ask(platform, "/things/T/1/state")
    assert (answer.get_json()["data"], answer.headers["X-Mark"]) == (7, "a")
    platform.refuse("list_things", ApiError(503, 50301, "maintenance"))
    assert ask(platform, "/things").status_code == 503


@pytest.mark.parametrize(
    "wrapping",
    [
        middleware.gzipped,
        middleware.deflated,
        middleware.chunked,
        middleware.without_length,
        middleware.lower_case_headers,
        middleware.upper_case_headers,
        middleware.adding(X_Extra="1"),
    ],
)
def test_middlewares_over_a_socket(platform: Platform, wrapping: middleware.Middleware) -> None:
    platform.wrap(wrapping)
    token = platform.accounts.by_name["primary"].token
    with serve(platform) as base, httpx.Client(base_url=base, trust_env=False) as client:
        answer = client.get("/things?pageSize=25", headers={"Authorization": f"Bearer {token}"})
        again = client.get("/things?pageSize=25", headers={"Authorization": f"Bearer {token}"})
    assert len(answer.json()["data"]["list"]) == 25
    assert again.status_code == 200


def test_chunks_are_sent_as_chunks(platform: Platform) -> None:
    platform.wrap(middleware.chunked)
    with serve(platform) as base, closing(HTTPConnection(urlsplit(base).netloc)) as connection:
        connection.request("GET", "/openapi.json")
        answer = connection.getresponse()
        assert (answer.getheader("Transfer-Encoding"), answer.getheader("Content-Length")) == ("chunked", None)
        assert json.loads(answer.read())["openapi"] == "3.1.0"
