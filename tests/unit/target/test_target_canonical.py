from __future__ import annotations

from decimal import Decimal

import pytest

from pytest_szxc.target import canonical
from pytest_szxc.target.canonical import TIME_PROFILES, shape_of
from pytest_szxc.target.statement import BoundOperation


def bound(fields: dict[str, str] | None = None, values: dict[str, dict[str, str]] | None = None) -> BoundOperation:
    return BoundOperation("list", "GET", "/", fields=fields or {}, values=values or {})


def test_without_fields_an_object_stays_as_it_is() -> None:
    item = {"a": 1, "b": {"c": None}}
    assert shape_of(None, None, "rfc3339").canonical(dict(item)) == item
    assert shape_of(bound(), None, "rfc3339").canonical(dict(item)) == item


def test_fields_rename_nest_and_leave_the_rest() -> None:
    shape = shape_of(
        bound(
            {
                "code": "res_code",
                "sharing.type": "share",
                "sharing.terms": "absent",
                "items": "from_json(cols)",
                "title": "name",
                "abstract": "name",
                "format": '`"file"`',
                "gone": "`null`",
            }
        ),
        None,
        "rfc3339",
    )
    item = {"res_code": "R1", "share": "2", "cols": "[{}]", "name": "n", "extra": 1, "gone": "x", "sharing": "old"}
    assert shape.canonical(item) == {
        "code": "R1",
        "sharing": {"type": "2"},
        "items": [{}],
        "title": "n",
        "abstract": "n",
        "format": "file",
        "cols": "[{}]",
        "extra": 1,
    }


def test_members_may_be_swapped() -> None:
    assert shape_of(bound({"a": "b", "b": "a"}), None, "rfc3339").canonical({"a": 1, "b": 2}) == {"a": 2, "b": 1}


def test_codes_are_mapped_where_they_stand() -> None:
    values = {
        "level": {"1": "core"},
        "impacts[].harm": {"轻": "general"},
        "kinds[]": {"A": "a"},
        "open": {"true": "yes"},
    }
    shape = shape_of(bound(values=values), None, "rfc3339")
    item = {"level": 1, "impacts": [{"harm": "轻"}, {"harm": "?"}, 7], "kinds": ["A", "B"], "open": True}
    assert shape.canonical(item) == {
        "level": "core",
        "impacts": [{"harm": "general"}, {"harm": "?"}, 7],
        "kinds": ["a", "B"],
        "open": "yes",
    }
    assert shape.canonical({"level": Decimal(1), "impacts": "none"}) == {"level": "core", "impacts": "none"}


@pytest.mark.parametrize(
    ("profile", "written", "read"),
    [
        ("beijing", "2026-01-02 03:04:05", "2026-01-02T03:04:05+08:00"),
        ("beijing", "2026-01-02 03:04:05.123", "2026-01-02T03:04:05.123+08:00"),
        ("beijing", "2026-01-02", "2026-01-02"),
        ("beijing", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("beijing", "２０２６-01-02 03:04:05", "２０２６-01-02 03:04:05"),
        ("beijing", None, None),
        ("offset-space", "2026-01-02 03:04:05+08:00", "2026-01-02T03:04:05+08:00"),
        ("offset-space", "2026-01-02 03:04:05", "2026-01-02 03:04:05"),
        ("compact", "20260102030405", "2026-01-02T03:04:05+08:00"),
        ("compact", 20260102030405, "2026-01-02T03:04:05+08:00"),
        ("compact", "202601020304", "202601020304"),
        ("epoch-ms", 1767323045123, "2026-01-02T03:04:05.123Z"),
        ("epoch-ms", "1767323045123", "2026-01-02T03:04:05.123Z"),
        ("epoch-ms", -1, "1969-12-31T23:59:59.999Z"),
        ("epoch-ms", 999999999999999, "999999999999999"),
        ("epoch-ms", True, True),
        ("epoch-ms", Decimal("1.5"), Decimal("1.5")),
        ("epoch-ms", [1], [1]),
    ],
)
def test_times_become_rfc3339_or_stay(profile: str, written: object, read: object) -> None:
    change = TIME_PROFILES[profile]
    assert change is not None
    expected = written if read == str(written) and not isinstance(written, str) else read
    assert change(written) == expected


def test_only_the_schemas_times_are_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "date_time_paths", lambda _: ("at", "log[].at", "absent.at"))
    shape = shape_of(bound({"at": "when"}), "urn:szxc:tiny:thing", "beijing")
    item = {"when": "2026-01-02 03:04:05", "log": [{"at": "2026-01-02 03:04:06"}], "note": "2026-01-02 03:04:05"}
    assert shape.canonical(item) == {
        "at": "2026-01-02T03:04:05+08:00",
        "log": [{"at": "2026-01-02T03:04:06+08:00"}],
        "note": "2026-01-02 03:04:05",
    }
    assert shape_of(None, "urn:szxc:tiny:thing", "rfc3339").rewrites == ()


def test_an_object_that_is_read_afterwards_stays_as_it_came() -> None:
    item = {"at": {"t": 1780286400000}, "n": [1]}
    shape = shape_of(bound({"at.name": "n"}, {"at.t": {"1780286400000": "then"}}), None, "rfc3339")
    assert shape.of_kept(item) == {"at": {"t": "then", "name": [1]}}
    assert item == {"at": {"t": 1780286400000}, "n": [1]}
    plain = {"a": 1}
    assert shape_of(None, None, "rfc3339").of_kept(plain) is plain
