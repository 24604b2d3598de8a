"""``szxc cleanup``: what it is given, in both languages; what it removes is tested with whole runs."""

from __future__ import annotations

import json

import pytest

from pytest_szxc.evidence.run_record import RECORD
from pytest_szxc.target.ledger import LEDGER, Debt, Ledger, read_ledger


@pytest.fixture
def owing(tmp_path):
    """A ledger with one debt; gives its path."""

    def make(**changes):
        row = {"suite": "data_classification", "operation": "create_entry", "requirement": "DC-060"}
        row |= {"account": "primary", "undo": "delete_entry", "params": {"resourceCode": "1"}}
        Ledger(tmp_path / LEDGER).write(Debt(**{**row, **changes}))
        return tmp_path / LEDGER

    return make


@pytest.mark.parametrize(
    ("args", "said"),
    [((), "Missing argument"), (("none",), "does not exist"), ((".", "--config", "none.toml"), "does not exist")],
)
def test_what_is_wrong_is_said(szxc, args, said):
    code, found = szxc("cleanup", *args)
    assert code == 2
    assert said in found


@pytest.mark.parametrize(("lang", "said"), [("zh", "台账共 0 次写入"), ("en", "0 writes in the ledger")])
def test_a_folder_without_ledger_owes_nothing(szxc, lang, said):
    code, found = szxc("--lang", lang, "cleanup", ".")
    assert (code, said in found) == (0, True)


@pytest.mark.parametrize("text", [None, "{}", "[", '{"run": 5}'])
def test_a_ledger_without_its_run_is_said(szxc, owing, text):
    ledger = owing()
    if text is not None:
        ledger.with_name(RECORD).write_text(text, encoding="utf-8")
    code, found = szxc("cleanup", ledger)
    assert code == 2
    assert "[ledger.no-record]" in found


def test_a_ledger_of_junk_owes_nothing(szxc, tmp_path):
    (tmp_path / LEDGER).write_bytes(b"\x00\xff\n" + json.dumps([1]).encode() + b"\n{")
    code, found = szxc("cleanup", tmp_path)
    assert (code, "3 lines of the ledger are cut off" in found) == (0, True)
    assert read_ledger(tmp_path / LEDGER).debts == ()
