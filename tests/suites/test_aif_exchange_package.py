"""Exchange packages and the Tianjin XML upload: digests, alterations, safe XML, replays."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from aif_judging import HERE, NOW, judged, part, platform, verdict_on
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc import canonical_json, xml
from pytest_szxc.model import Location, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import Answer, ApiError
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import ReplayTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform
    from pytest_szxc.target.statement import Statement

Row = dict[str, Any]
packaging, infos, reference = part("packaging"), part("infos"), part("reference_exchange_package")
mutants = part("mutants_exchange_package").MUTANTS
PATH, UPLOAD = "/szxc/v1/exchange/packages", "/szxc/v1/exchange/infos"
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF), max_size=20)
BOMB = '<!DOCTYPE a [<!ENTITY x "ha">' + "".join(f'<!ENTITY x{n} "&x;&x;&x;">' for n in range(9)) + "]><a>&x8;</a>"


def package(**changes: Any) -> Row:
    payload = {"title": "样例", "items": [{"value": 1, "note": "互换"}, {"value": 2, "note": "互换"}]}
    made = {
        "packageId": "p-1",
        "version": 0,
        "createdAt": "2026-06-01T12:00:00+08:00",
        "sourceOrg": "org-a",
        "payloadKind": "monitoring",
        "payload": payload,
        "digest": {"alg": "SHA-256", "hex": canonical_json.digest("SHA-256", payload)},
    }
    return made | changes


# --- alterations and digests ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["changed_number", "changed_text", "changed_digest"])
def test_what_is_altered_does_not_agree_any_longer(change: str) -> None:
    before = package()
    after = getattr(packaging, change)(before)
    assert before == package()
    assert after != before
    assert after["digest"]["hex"] != canonical_json.digest("SHA-256", after["payload"])


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_an_altered_digest_differs_in_one_digit(digits: str) -> None:
    after = packaging.changed_digest(package(digest={"alg": "SHA-256", "hex": digits}))["digest"]["hex"]
    assert sum(one != other for one, other in zip(digits, after, strict=True)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(package()["payload"], ensure_ascii=False, separators=(",", ":")), "in the order as sent"),
        (json.dumps(package()["payload"]), "Chinese escaped, with blanks"),
        (json.dumps(package()["payload"], ensure_ascii=False), "with blanks"),
        ("anything", "does not match"),
    ],
)
def test_of_what_a_digest_was_taken(text: str, said: str) -> None:
    record = Record(package(), Location(exchange="x"), NOW)
    assert said in packaging.digest_mistake(record, "SHA-256", hashlib.sha256(text.encode()).hexdigest())


def test_a_text_may_be_digested_without_its_quotes() -> None:
    record = Record(package(payload="aW1n"), Location(exchange="x"), NOW)
    said = packaging.digest_mistake(record, "SHA-256", hashlib.sha256(b"aW1n").hexdigest())
    assert said == "taken of the text itself, without quotes"


def test_the_finding_says_of_what_it_was_taken() -> None:
    verdict = judged("AIF-073", mutants["package-digest-of-the-whole"].apply)
    assert ["taken of the whole package" in one.observed for one in verdict.findings] == [True]


@pytest.mark.parametrize("payload", [float("1e400"), {"a": "\ud800"}, [], 0, False, "", None])
def test_payloads_of_all_sorts_end_with_a_verdict(payload: Any) -> None:
    listed = {"page": 1, "pageSize": 200, "total": 1, "list": [package(payload=payload)]}
    verdict = judged("AIF-073", lambda made: made.alter("list_packages", lambda _: Answer(listed)))
    assert verdict.status in (Status.FAIL, Status.INCONCLUSIVE)


# --- the reference ----------------------------------------------------------------------------------------------------


@pytest.fixture
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def post(made: Platform, path: str, body: bytes, kind: str = "application/json") -> Any:
    return Client(made).post(path, data=body, content_type=kind, headers={"Authorization": f"Bearer {token(made)}"})


def token(made: Platform) -> str:
    return made.accounts.by_name["primary"].token


# --- the checks at their bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [(400, 40002), (403, 40301), (500, 50001)])
def test_a_platform_that_takes_no_package_is_not_judged(error: tuple[int, int]) -> None:
    verdict = judged("AIF-074", lambda made: made.refuse("import_package", ApiError(*error, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


def test_packages_that_are_not_shown_are_not_looked_for() -> None:
    empty = {"page": 1, "pageSize": 200, "total": 0, "list": []}
    verdict = judged("AIF-074", lambda made: made.alter("list_packages", lambda _: Answer(empty)))
    whole = judged("AIF-074")
    assert whole.status is verdict.status is Status.PASS
    assert verdict.observed < whole.observed


def test_nothing_is_left_behind() -> None:
    found: list[int] = []

    def change(made: Platform) -> None:
        made.close, close = (lambda: (found.append(made.store.count(reference.PACKAGES)), close())), made.close  # type: ignore[method-assign, assignment]

    judged("AIF-074", change)
    assert found == [5]


# --- the upload -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(*[TEXTS] * 6), min_size=1, max_size=3))
def test_records_are_read_as_they_were_written(rows: list[tuple[str, ...]]) -> None:
    sent = [infos.Info(*row) for row in rows]
    found = infos.records(xml.parse(infos.written(sent).encode()))
    wanted = [
        {tag: [" ".join(text.split("\r")).strip()] for tag, text in zip(infos.TAGS, one.texts, strict=True)}
        for one in sent
    ]
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2014-4-23 2:48:43", (2014, 4, 23, 2, 48, 43)),
        (" 2026/06/01 12:00:00.000 ", (2026, 6, 1, 12, 0, 0)),
        ("2026-06-01T12:00:00", (2026, 6, 1, 12, 0, 0)),
        ("2026-06-01T12:00:00Z", None),
        ("2026-06-01", None),
        ("", None),
    ],
)
def test_local_times(text: str, wanted: tuple[int, ...] | None) -> None:
    assert infos.moment(text) == wanted


def test_an_instant_is_written_in_beijing_time() -> None:
    assert infos.local(NOW) == "2026-06-01 12:00:00"
    assert infos.moment(infos.local(NOW + timedelta(hours=13))) == (2026, 6, 2, 1, 0, 0)


def test_only_kinds_with_a_type_can_be_uploaded() -> None:
    assert infos.type_of("airTemperature") == "fTemp"
    assert infos.type_of("rssi") is None


@pytest.mark.parametrize(
    "document",
    [
        BOMB.encode(),
        b'<!DOCTYPE Infos SYSTEM "file:///etc/passwd"><Infos/>',
        b'<!DOCTYPE Infos [<!ENTITY % a SYSTEM "http://192.0.2.1/x">%a;]><Infos/>',
        b"<Infos>&company;</Infos>",
        b"<Infos><Info></Infos>",
        b"",
        b'<?xml version="1.0" encoding="utf-16"?><Infos/>',
        "<Infos>互</Infos>".encode("gbk"),
        b'{"Infos": []}',
    ],
)
def test_an_echo_that_is_no_good_xml_is_a_finding(document: bytes) -> None:
    kind = "application/xml; charset=utf-8"
    verdict = judged(
        "AIF-075",
        lambda made: made.alter("upload_infos", lambda _: Answer(document=document, content_type=kind)),
    )
    assert verdict.status is Status.WARN
    assert verdict.findings[0].observed.startswith("xml.")


@pytest.mark.parametrize("root", ["<Infos/>", "<a><Info/></a>", "<Infos><b/><b/><b/></Infos>", "<Infos>text</Infos>"])
def test_an_echo_of_something_else_is_a_finding(root: str) -> None:
    answer = Answer(document=root.encode(), content_type="application/xml")
    assert judged("AIF-075", lambda made: made.alter("upload_infos", lambda _: answer)).status is Status.WARN


def test_a_shift_of_zones_is_told_in_hours() -> None:
    verdict = judged("AIF-075", mutants["infos-stored-in-utc"].apply)
    assert all("shifted by 8 h" in finding.observed for finding in verdict.findings)


def test_an_upload_is_recorded_as_it_went_out_and_replays() -> None:
    store, statements = ExchangeStore(None), list[Any]()

    def kept(said: Statement) -> Statement:
        statements.append(said)
        return said

    live = judged("AIF-075", statement=kept, store=store)
    (sent,) = (one for one in store.all() if one.operation == "upload_infos")
    assert dict(sent.request.headers)["content-type"] == "application/xml"
    assert len(ET.fromstring(sent.request.body)) == 3  # noqa: S314 -- our own
    assert b"&lt;\xe4\xb8\x9c&gt;" in sent.request.body
    recorded = ExchangeStore.of(store.all())
    assert verdict_on("AIF-075", statements[0], ReplayTransport(recorded), recorded, VirtualClock(NOW)) == live


def test_a_secret_that_comes_back_in_xml_is_not_recorded() -> None:
    store, secrets = ExchangeStore(None), list[str]()

    def change(made: Platform) -> None:
        secrets.append(token(made))
        text = f"<Infos><!-- {secrets[0]} --><Info>{secrets[0]}</Info></Infos>"
        made.alter("upload_infos", lambda _: Answer(document=text.encode(), content_type="application/xml"))

    judged("AIF-075", change, store=store)
    (answered,) = (one for one in store.all() if one.operation == "upload_infos")
    assert answered.response is not None
    assert secrets[0].encode() not in answered.response.body
    assert b"{{account:primary}}" in answered.response.body


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode(),
        b"<Infos/>",
        b"<Infos><Other/></Infos>",
        b"<Infos><Info/></Infos>",
        b"not xml",
        b"",
    ],
)
def test_the_reference_refuses_what_is_no_upload(farm: Platform, body: bytes) -> None:
    answer = post(farm, UPLOAD, body, "application/xml")
    assert (answer.status_code, answer.get_json()["code"]) == (400, 40002)


@pytest.mark.parametrize(
    "changes",
    [
        {"packageId": ""},
        {"payloadKind": "video"},
        {"payload": None},
        {"digest": {"alg": "MD5", "hex": "0" * 32}},
        {"digest": "0"},
    ],
)
def test_the_reference_refuses_what_is_no_package(farm: Platform, changes: Row) -> None:
    answer = post(farm, PATH, json.dumps(package(**changes)).encode())
    assert (answer.status_code, answer.get_json()["code"]) == (400, 40002)


def test_the_reference_takes_a_package_once(farm: Platform) -> None:
    body = json.dumps(package()).encode()
    assert [post(farm, PATH, body).status_code for _ in range(2)] == [201, 409]
    assert post(farm, PATH, json.dumps(package(packageId="p-2", payload=[])).encode()).status_code == 422


def test_the_checks_are_there() -> None:
    assert {"AIF-073", "AIF-074", "AIF-075"} <= set(HERE.checks)
