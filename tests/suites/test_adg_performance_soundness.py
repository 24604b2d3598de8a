"""Bad logs are named with file and rows, never passed; and a breach in what is sound still fails."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from adg_logs import Shown, drives, outcome, passes, shown, status, texts

from pytest_szxc.messages import render

if TYPE_CHECKING:
    from collections.abc import Callable

Change = Any
FIELD, SHOWN = shown.FIELD, shown.SHOWN


@cache
def field() -> Any:
    """The field session, as evidence of tracking alone."""
    return shown.held(FIELD, "track", "row_spacing", "on_line")


def second(pass_id: str, after_s: float = 20.0) -> float:
    """So many seconds after a pass began."""
    drive = field().drive
    return float(drive["t_s"][np.argmax(drive["pass_id"] == pass_id)]) + after_s


def driven(name: str, *args: Any) -> Callable[[Any], Any]:
    return lambda told: replace(told, drive=getattr(drives, name)(told.drive, *args))


def cells(column: str, text: str) -> Callable[[Any], Any]:
    rows = range(400, 430)
    return lambda told: replace(told, on_columns=lambda columns: texts.put(columns, column, text, rows))


def in_columns(change: Any) -> Callable[[Any], Any]:
    return lambda told: replace(told, on_columns=change)


def in_bytes(change: Any) -> Callable[[Any], Any]:
    return lambda told: replace(told, on_bytes=change)


def during(name: str, lasting_s: float, *args: Any) -> Callable[[Any], Any]:
    """A fault in the middle of the second pass."""
    return driven(name, *args, second("P2"), second("P2", 20.0 + lasting_s))


PARTLY: dict[str, tuple[Callable[[Any], Any], str]] = {
    "gap": (during("outage", 5.0), "log.gap"),
    "duplicates": (during("duplicated", 2.0), "log.duplicate-time"),
    "clock stopped": (during("clock_stopped", 4.0), "log.duplicate-time"),
    "clock set back": (driven("clock_back", second("P2"), 30.0), "log.clock-back"),
    "wrong year": (driven("clock_shifted", 400 * 86_400.0), "log.future"),
    "local times": (in_columns(texts.local_time), "log.no-offset"),
    "NaN": (cells("lat", "NaN"), "log.nan"),
    "blank": (cells("lon", ""), "log.blank"),
    "dash": (cells("lon", "--"), "log.not-a-number"),
    "speed in words": (cells("speed_mps", "fast"), "log.not-a-number"),
    "engaged in words": (cells("engaged", "perhaps"), "log.not-a-boolean"),
    "km/h": (driven("in_kmh"), "log.units"),
    "a short row": (in_bytes(texts.short_row), "log.cells"),
    "cut off": (in_bytes(lambda body: texts.truncated(body, 0.97)), "log.cut-off"),
}
"""What leaves a part of the log to be judged."""
WHOLLY: dict[str, tuple[Callable[[Any], Any], str]] = {
    "unsorted": (during("unsorted", 3.0), "log.unsorted"),
    "GCJ-02": (driven("gcj02"), "log.gcj02"),
    "swapped axes": (driven("swapped_axes"), "log.swapped"),
    "empty": (in_bytes(texts.emptied), "table.empty"),
    "header alone": (in_bytes(texts.header_only), "table.no-rows"),
    "no header": (in_bytes(texts.headless), "table.no-known-column"),
    "a column twice": (in_bytes(texts.column_twice), "table.duplicate-header"),
    "GBK": (
        in_bytes(lambda body: texts.in_gbk(body.replace(b"pass_id", "趟号".encode()))),
        "table.encoding-gbk",
    ),
    "no speed": (in_columns(lambda columns: texts.without(columns, "lat")), "table.column-missing"),
}
"""What leaves nothing of it."""


@pytest.mark.parametrize("name", [*PARTLY, *WHOLLY])
def test_named_and_never_passed(name: str) -> None:
    change, code = (PARTLY | WHOLLY)[name]
    verdict, reason, findings = outcome("ADG-031", Shown(change(field())))
    assert (verdict, reason and reason.code, findings) == ("inconclusive", code, [])
    if code.startswith("log."):
        assert reason
        assert reason.params["file"] == SHOWN
        assert reason.params["rows"]
    for lang in ("zh", "en"):
        assert reason
        assert render(code, lang, reason.params)
        assert reason.hint(lang)


@pytest.mark.parametrize("name", PARTLY)
def test_a_breach_beside_it_still_fails(name: str) -> None:
    change, _ = PARTLY[name]
    worse = replace(field(), drive=drives.beside(field().drive, 0.3, "P3" if name != "cut off" else "P1"))
    assert status("ADG-031", change(worse)) == "fail"


@pytest.mark.parametrize("name", WHOLLY)
def test_a_breach_in_another_session_still_fails(name: str) -> None:
    change, _ = WHOLLY[name]
    worse = replace(field(), session_id="s72-worse", drive=drives.beside(field().drive, 0.3))
    for told in ((change(field()), worse), (worse, change(field()))):
        assert status("ADG-031", *told) == "fail"


@pytest.mark.parametrize("name", ["gap", "duplicates", "NaN", "clock stopped"])
def test_a_bad_part_cannot_be_hidden(name: str) -> None:
    """The pass whose errors are large is the one that is blanked, doubled, left out: no pass of the requirement."""
    change, code = PARTLY[name]
    worse = replace(field(), drive=drives.beside(field().drive, 0.3, "P2"))
    for requirement in ("ADG-031", "ADG-032", "ADG-041"):
        verdict, reason, _ = outcome(requirement, Shown(change(worse)))
        assert (verdict, reason and reason.code) == ("inconclusive", code), requirement


def test_what_a_requirement_does_not_read_does_not_matter() -> None:
    told = replace(field(), drive=drives.in_centimetres(field().drive))
    assert {one: status(one, told) for one in ("ADG-031", "ADG-032", "ADG-034", "ADG-041", "ADG-042")} == dict.fromkeys(
        ("ADG-031", "ADG-032", "ADG-034", "ADG-041", "ADG-042"), "pass"
    )


def test_one_pass_is_not_enough() -> None:
    told = replace(field(), drive=drives.passes_kept(field().drive, "P2"))
    assert status("ADG-031", told) == "pass"
    assert status("ADG-041", told) == "fail"
    assert status("ADG-032", told) == "inconclusive"


def test_a_log_that_nobody_has_hides_nothing() -> None:
    worse = replace(field(), session_id="s72-worse", drive=drives.beside(field().drive, 0.3))
    suite = Shown(field(), worse)
    del suite.logs[SHOWN]
    assert outcome("ADG-031", suite)[0] == "fail"
    suite = Shown(field(), replace(field(), session_id="s72-sound"))
    del suite.logs[SHOWN]
    assert outcome("ADG-031", suite)[0] == "inconclusive"


def test_coarse_positions_neither_prove_nor_disprove() -> None:
    coarse = replace(field(), drive=drives.quantised(field().drive, 6, 9))
    verdict, reason, _ = outcome("ADG-031", Shown(coarse))
    assert (verdict, reason and reason.code, reason and reason.params["file"]) == ("inconclusive", "log.coarse", SHOWN)
    worse = replace(field(), drive=drives.quantised(drives.beside(field().drive, 0.3), 6))
    assert status("ADG-031", worse) == "fail"
    assert status("ADG-034", coarse) == "inconclusive"
    fine = replace(field(), drive=passes.stepped(field().drive, 1e-8))
    assert status("ADG-034", fine) == "pass"


@pytest.mark.parametrize("columns", [("pass_id",), ("pass_id", "line_id")])
def test_samples_taken_out_of_a_pass(columns: tuple[str, ...]) -> None:
    """The bad part of a pass is said to belong to none."""
    drive = drives.astray(field().drive, 0.4, second("P2"), 5.0)
    midst = (drive["t_s"] >= second("P2")) & (drive["t_s"] < second("P2", 25.0))
    blank = {name: np.where(midst, "", drive[name]) for name in columns}
    assert status("ADG-031", replace(field(), drive=drive)) == "fail"
    verdict, reason, _ = outcome("ADG-031", Shown(replace(field(), drive=drive.with_columns(**blank))))
    assert (verdict, reason and reason.code) == ("inconclusive", "evidence.pass-with-hole")


def test_a_pass_on_a_line_that_nobody_declares() -> None:
    drive = drives.beside(field().drive, 0.4, "P2")
    told = replace(
        field(), drive=drive.with_columns(line_id=np.where(drive["line_id"] == "L2", "L9", drive["line_id"]))
    )
    verdict, reason, _ = outcome("ADG-031", Shown(told))
    assert (verdict, reason and reason.code) == ("inconclusive", "evidence.no-line")
    assert reason
    assert reason.params["name"] == "P2"


def test_a_feature_without_a_session_cannot_pass() -> None:
    suite = Shown(field())
    other = {**suite.told["list_declarations"][0], "feature_id": "szxc-other"}
    suite.told["list_declarations"].append(other)
    for requirement in ("ADG-031", "ADG-032", "ADG-041"):
        verdict, reason, _ = outcome(requirement, suite)
        assert (verdict, reason and reason.code) == ("inconclusive", "evidence.of-no-feature")
    other["lateral"] = "operator"
    assert outcome("ADG-031", suite)[0] == "pass"


def test_a_log_that_does_not_show_it() -> None:
    told = shown.held(FIELD, "endurance", "stop_start", "initialisation")
    for requirement in ("ADG-033", "ADG-036"):
        verdict, reason, _ = outcome(requirement, Shown(told))
        assert (verdict, reason and reason.code) == ("inconclusive", "evidence.not-shown")
