"""The data-classification checks that ask a platform, against made-up answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from dc_rules import RECORD_RULES, FakeSut, entry, judge, reply

from pytest_szxc.checks.rules import HELD

if TYPE_CHECKING:
    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.target.sut import Reply

CATALOGUE = [entry(resourceCode=f"307001{n}", subLevel=n) for n in range(1, 5)]


def broken(observed: list[Observation]) -> int:
    assert observed
    return sum(one is not HELD for one in observed)


def data(code: str, rows: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, Any]:
    return {"resourceCode": code, "rows": rows or [], **members}


def rank(code: str) -> int:
    return int(code[-1])


def sut(answer: Any, catalogue: list[dict[str, Any]] | None = None) -> FakeSut:
    return FakeSut({"list_entries": CATALOGUE if catalogue is None else catalogue}, answer)


def test_grading_service_is_asked_24_times() -> None:
    fake = sut(lambda *_, **__: reply({"level": "core"}))
    assert broken(fake.observe("DC-017")) == 24 - 5
    assert len(fake.asked) == 24
    divided = sut(lambda *_, **__: reply({"level": "core", "subLevel": 4}))
    assert broken(divided.observe("DC-017")) == 24


@pytest.mark.parametrize(
    ("headers", "label"),
    [
        ({"x-data-level": "G2"}, None),
        ({"x-data-level": "g2"}, {"level": "general", "subLevel": 2}),
        ({}, {"level": "general"}),
        ({}, "G2"),
        ({"x-data-level": "general"}, None),
        ({"x-data-level": "L2"}, {"level": "G2"}),
        ({}, "一般数据2级"),
    ],
)
def test_labels_that_agree(headers: dict[str, str], label: Any) -> None:
    def answer(*_: Any, resourceCode: str, **__: Any) -> Reply:  # noqa: N803 -- the suite's name
        return reply(data(resourceCode, label=label), headers=headers)

    one = [entry(subLevel=2)]
    assert broken(sut(answer, one).observe("DC-046")) == 0
    assert broken(sut(answer, one).observe("DC-047")) == 0


@pytest.mark.parametrize("headers", [{"x-data-level": "G1"}, {"x-data-level": "L3"}])
def test_labels_that_differ(headers: dict[str, str]) -> None:
    fake = sut(lambda *_, **__: reply(data("1"), headers=headers), [entry(subLevel=2)])
    assert broken(fake.observe("DC-047")) == 1


@pytest.mark.parametrize("label", [None, " ", {"level": " "}])
def test_no_label(label: Any) -> None:
    fake = sut(lambda *_, **__: reply(data("1", label=label)))
    assert broken(fake.observe("DC-046")) == 4
    assert label or fake.observe("DC-047") == []


def test_data_that_are_refused_to_all_show_nothing() -> None:
    fake = sut(lambda *_, **__: reply(status=403))
    assert fake.observe("DC-046") == fake.observe("DC-050") == fake.observe("DC-049") == []


def test_data_that_are_nowhere_are_asked_for_once_more_so_that_the_absence_is_told() -> None:
    fake = sut(lambda *_, **__: reply(status=404))
    assert fake.observe("DC-046") == []
    assert [("accept" in params) for _, _, params in fake.asked] == [True] * 4 + [False]


def test_not_found_is_no_refusal() -> None:
    def answer(*_: Any, resourceCode: str, **__: Any) -> Reply:  # noqa: N803 -- the suite's name
        return reply(data(resourceCode)) if rank(resourceCode) < 3 else reply(status=404)

    assert sut(answer).observe("DC-049") == []


def test_an_answer_without_rows_is_neither_data_nor_a_refusal() -> None:
    def answer(*_: Any, resourceCode: str, **__: Any) -> Reply:  # noqa: N803 -- the suite's name
        return reply(data(resourceCode, [{"x": 1}] if rank(resourceCode) < 3 else []))

    assert sut(answer).observe("DC-049") == []


@pytest.mark.parametrize(("lowest_refused", "count"), [(3, 0), (4, 1), (5, 2)])
def test_clearance(lowest_refused: int, count: int) -> None:
    def answer(*_: Any, resourceCode: str, account: str, **__: Any) -> Reply:  # noqa: N803 -- the suite's name
        assert account == "low_right"
        return reply(status=403) if rank(resourceCode) >= lowest_refused else reply(data(resourceCode, [{"x": 1}]))

    assert broken(sut(answer).observe("DC-049")) == count


@pytest.mark.parametrize(
    ("headers", "body", "good"),
    [
        ({"content-disposition": 'attachment; filename="catalogue-G2.csv"'}, b"", True),
        ({"content-disposition": "attachment; filename*=UTF-8''%E9%87%8D%E8%A6%81.csv"}, b"", True),
        ({"content-disposition": 'attachment; filename="score-g20.csv"'}, b"a,b\n1,2\n", False),
        ({}, "\ufeff资源名称,级别\nx,重要\n".encode(), True),
        ({}, "资源名称,级别\nx,重要\n".encode("gb18030"), True),
        ({}, "资源名称,级别\nx,\n".encode(), False),
        ({}, "# 数据级别:一般2级\na\n1\n".encode(), True),
        ({"x-data-level": "important"}, b"", True),
        ({}, "代码;数据等级\nx;3\n".encode(), True),
        ({}, "代码\t行政级别\nx\t3\n".encode(), False),
        ({}, b"\x00\xff", False),
        ({}, b"", False),
    ],
)
def test_export_labels(headers: dict[str, str], body: bytes, good: bool) -> None:
    assert broken(sut(lambda *_, **__: reply(headers=headers, body=body)).observe("DC-048")) == (not good)


def test_a_file_that_is_no_text_may_be_labelled_within() -> None:
    assert sut(lambda *_, **__: reply(body=b"PK\x03\x04...")).observe("DC-048") == []


ROW = {"户主姓名": "测*", "身份证号": "999999********0015", "补贴金额": 1200}


@pytest.mark.parametrize(
    ("changes", "masked", "format_"),
    [
        ({}, 0, 0),
        ({"身份证号": "999999190001010015"}, 1, 0),
        ({"身份证号": "99999919000101****"}, 0, 1),
        ({"身份证号": None}, 0, 0),
        ({"身份证号": "999999190001010015*"}, 1, 1),
        ({"身份证号": 999999190001010015}, 1, 0),
        ({"身份证号": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="}, 0, 0),
        ({"登录账号": "ad***n"}, 0, 0),
        ({"联系": ["无", "13900000000"]}, 1, 0),
        ({"身份证号": "****"}, 0, 0),
        ({"户主姓名": "13900000000"}, 1, 0),
        ({"联系手机": "1390000**00"}, 0, 1),
    ],
)
def test_masks(changes: dict[str, Any], masked: int, format_: int) -> None:
    fake = sut(lambda *_, **__: reply(data("1", [{**ROW, **changes}])), [entry()])
    assert broken(fake.observe("DC-050")) == masked
    assert sum(one is not HELD for one in fake.observe("DC-051")) == format_


def test_fields_without_level_and_without_personal_numbers_show_nothing() -> None:
    bare = entry(drop=["fieldLevels"])
    assert sut(lambda *_, **__: reply(data("1", [{"col1": "明文", "col2": 3}])), [bare]).observe("DC-050") == []
    assert broken(sut(lambda *_, **__: reply(data("1", [{"col1": "13900000000"}])), [bare]).observe("DC-050")) == 1


def test_deltas_may_or_may_not_hold_the_instant_itself() -> None:
    catalogue = [entry(resourceCode=f"307001{n}", lastUpdated=f"2026-05-{n:02d}T00:00:00+08:00") for n in range(1, 10)]
    fake = sut(None, catalogue)
    assert broken(fake.observe("DC-052")) == 0
    assert sut(None, catalogue[:2]).observe("DC-052") == []


def _report(rows: int, filled: tuple[int, int], **values: Any) -> dict[str, Any]:
    fractions = {"0101": (1, 1), "0201": filled, "0302": (1, 1), "0303": (0, rows), "0304": (rows, rows)}
    fractions |= {"0401": (1, 1), "0501": (1, 1), "0601": (1, 1)}
    indicators = [
        {"code": code, "numerator": a, "denominator": b, "value": values.get(f"v{code}", round(a / b, 4))}
        for code, (a, b) in fractions.items()
    ]
    return {"resourceCode": "1", "measuredAt": "2026-05-30T00:00:00Z", "indicators": indicators}


CLEAR = [{"户主姓名": f"测试{n}", "身份证号": f"X{n}", "补贴金额": n} for n in range(20)]


def _quality(report: dict[str, Any], rows: list[dict[str, Any]]) -> FakeSut:
    exact = json.loads(json.dumps(report), parse_float=Decimal)  # as strict JSON reads it
    return sut(
        lambda operation, **_: reply(exact if operation == "quality_report" else data("1", rows)), [entry(subLevel=1)]
    )


def test_quality_is_recomputed() -> None:
    assert broken(_quality(_report(20, (60, 60)), CLEAR).observe("DC-056")) == 0
    blank = [{**CLEAR[0], "补贴金额": None}, *CLEAR[1:]]
    assert broken(_quality(_report(20, (59, 60)), blank).observe("DC-056")) == 0
    assert broken(_quality(_report(20, (60, 60)), blank).observe("DC-056")) == 1


def test_repetition_may_be_reported_as_its_complement() -> None:
    assert broken(_quality(_report(20, (60, 60), v0303=1), CLEAR).observe("DC-056")) == 0
    assert broken(_quality(_report(20, (60, 60), v0601=0), CLEAR).observe("DC-056")) == 1


def test_report_over_other_records_is_not_recomputed() -> None:
    assert broken(_quality(_report(5000, (50, 60)), CLEAR).observe("DC-056")) == 0


def test_indicators_that_are_not_given_are_not_recomputed() -> None:
    report = _report(20, (60, 60))
    report["indicators"] = [one for one in report["indicators"] if one["code"] not in {"0303", "0304"}]
    assert broken(_quality(report, CLEAR).observe("DC-056")) == 0
    assert broken(_quality(report, [{**row, "补贴金额": None} for row in CLEAR]).observe("DC-056")) == 1


@pytest.mark.parametrize(("repeated", "unique", "count"), [(1, 19, 0), (0, 20, 2), (5, 15, 0)])
def test_reports_may_be_stricter_and_not_better_than_the_rows(repeated: int, unique: int, count: int) -> None:
    rows = [*CLEAR[:19], CLEAR[0]]
    values = {"v0303": repeated / 20, "v0304": unique / 20}
    report = _report(20, (60, 60), **values)
    for one in report["indicators"]:
        one["numerator"] = {"0303": repeated, "0304": unique}.get(one["code"], one["numerator"])
    assert broken(_quality(report, rows).observe("DC-056")) == count


def test_rows_with_other_names_are_not_judged() -> None:
    rows = [{"c1": n, "c2": None} for n in range(20)]
    assert _quality(_report(20, (60, 60)), rows).observe("DC-056") == []
    assert _quality({}, rows).observe("DC-057") == []


def test_numbers_with_exponents_have_the_format_of_numbers() -> None:
    rows = [{**row, "补贴金额": Decimal(f"{n + 1}E-9")} for n, row in enumerate(CLEAR)]
    assert broken(_quality(_report(20, (60, 60)), rows).observe("DC-056")) == 0


def test_completeness_and_repeats() -> None:
    assert broken(_quality({}, CLEAR).observe("DC-057")) == 0
    assert broken(_quality({}, [*CLEAR, CLEAR[0]]).observe("DC-057")) == 1
    assert broken(_quality({}, [{**row, "补贴金额": " "} for row in CLEAR]).observe("DC-057")) == 1


@pytest.mark.parametrize(("at", "bad"), [("2026-06-01T04:00:09Z", 0), ("2026-05-01T04:00:00Z", 3), (None, 3)])
def test_acts_are_of_this_run(at: str | None, bad: int) -> None:
    fake = sut(lambda *_, **__: reply({"resourceCode": "3999999"}))
    acts = ("create", "grade", "delete")
    fake.streams["audit_log"] = [{"at": at, "by": "x", "action": act, "object": "3999999"} for act in acts]
    assert broken(fake.observe("DC-060")) == bad


def test_what_is_to_be_taken_away_is_left_to_the_engine_if_the_change_fails() -> None:
    def answer(operation: str, **_: Any) -> Reply:
        if operation == "regrade_entry":
            raise LookupError
        return reply({"resourceCode": "3999999"})

    fake = sut(answer)
    with pytest.raises(LookupError):
        fake.observe("DC-060")
    assert [operation for operation, *_ in fake.asked] == ["create_entry", "regrade_entry"]


def test_the_test_entry_satisfies_the_rules_of_its_own_suite() -> None:
    fake = sut(lambda *_, **__: reply({}))
    fake.observe("DC-060")
    body = fake.asked[0][2]["body"]
    assert str(body["title"]).startswith(fake.prefix)
    for id_ in (id_ for id_, check in RECORD_RULES.items() if check.over == "list_entries"):
        assert all(one is HELD for one in judge(id_, body)), id_
