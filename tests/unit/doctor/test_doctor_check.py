"""One line of the doctor's: marks that a GBK console shows, and what to do only where something is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_szxc.doctor.check import MARKS, STAGES, Check, State, good, none
from pytest_szxc.doctor.files import config_faults
from pytest_szxc.messages import LANGUAGES, render
from pytest_szxc.model import Cause

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = Check("connection", State.BAD, Cause("preflight.refused", {"host": "h:1"}))
FAULT = Cause("transport.tls.self-signed", {"host": "h"})
TLS = Check("tls", State.BAD, Cause("preflight.tls", {"host": "h", "reason": "self-signed"}), FAULT)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_stage_and_mark_fits_a_gbk_console(lang: str) -> None:
    assert "".join(MARKS.values()).encode("gbk")
    assert all(render(f"doctor.stage.{stage}", lang, {}).encode("gbk") for stage in STAGES)


def test_a_good_line_is_one_line() -> None:
    assert list(good("media").lines("en")) == ["√ media type  answers are JSON in UTF-8, wrapped as bound"]
    assert list(none("tls").lines("zh")) == ["- TLS  前面没有通过，没有查到这里"]
    assert (none("tls").reached, none("tls", "plain").reached, none("tls").hint("zh")) == (False, True, "")


def test_what_is_bad_says_what_to_do() -> None:
    lines = list(REFUSED.lines("en"))
    assert lines[0].startswith("× connection")
    assert lines[0].endswith("[preflight.refused]")
    assert lines[-1].startswith("    hint: ")


def test_the_advice_of_the_fault_is_given_where_the_cause_covers_many() -> None:
    assert "--szxc-ca" in TLS.hint("en")
    assert TLS.hint("en") == render(FAULT.code, "en", FAULT.params, part="hint")
    assert [line.strip().partition(" ")[0] for line in TLS.lines("en")] == ["×", "the", "hint:"]


def test_for_machines() -> None:
    document = TLS.document()
    assert (document["stage"], document["state"], document["fault"]) == ("tls", "bad", "transport.tls.self-signed")
    assert set(document["text"]) == set(document["hint"]) == set(LANGUAGES)


def test_configuration_files_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "tox.ini").write_bytes("# 县".encode("gbk"))
    (tmp_path / "pytest.ini").write_text("# 县", encoding="utf-8")
    assert [check.cause.params for check in config_faults(tmp_path)] == [{"file": "tox.ini", "offset": "2"}]
