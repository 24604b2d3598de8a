"""``run.json``: what a verdict depends on beside the exchanges survives the way to a file and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_szxc.errors import SzxcError
from pytest_szxc.evidence.run_record import RECORD, RunRecord, read_record, record_from, record_json, write_record
from pytest_szxc.model import Cause
from pytest_szxc.target.statement import Account, Claim, Secret, Statement


@pytest.fixture
def record(tmp_path):
    return RunRecord(
        run="20260601T040000Z-abc",
        target="wsgi:app:app",
        folder=tmp_path,
        now=datetime(2026, 6, 1, 4, tzinfo=UTC),
        seed="7",
        statement=Statement(
            name="平台",
            accounts={"primary": Account("primary", "bearer", secret=Secret(file=Path("token.txt")))},
            claims={"one": Claim("one", ("a", "b"), ("c",))},
        ),
        suites=("one",),
        classes=("a",),
        permissions=frozenset({"write"}),
        present={"one": {"b": True}},
        strict=True,
        lang="zh",
        preflight=Cause("preflight.dns", {"host": "x"}, "x1"),
        settings={"rate": 5, "proxy": "http://me:k4nary@proxy:1"},
        command=("--szxc-target=x",),
    )


def test_to_a_worker_and_back_nothing_is_lost(record):
    assert record_from(json.loads(json.dumps(record_json(record)))) == record
    bare = replace(record, preflight=None, settings=None)
    assert record_from(record_json(bare)) == bare


def test_to_the_file_no_credentials_go(record, tmp_path):
    write_record(record)
    assert "k4nary" not in (tmp_path / RECORD).read_text(encoding="utf-8")
    assert read_record(tmp_path) == replace(record, settings={"rate": 5, "proxy": "http://***@proxy:1"})


def test_a_moved_folder_is_the_records_folder(record, tmp_path):
    write_record(record)
    moved = tmp_path / "另一处 b"
    moved.mkdir()
    (tmp_path / RECORD).rename(moved / RECORD)
    found = read_record(moved)
    assert (found.folder, found.exchanges.parent, found.prefix) == (moved, moved, "szxc-20260601T040000Z-abc-")


def test_undecodable_bytes_of_an_argument_are_kept(record, tmp_path):
    write_record(replace(record, seed="\udcff"))
    assert read_record(tmp_path).seed == "\udcff"


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', "[" * 100_000, '{"folder": 5}', "\x00"])
def test_what_is_no_record_is_said(tmp_path, text):
    (tmp_path / RECORD).write_text(text, encoding="utf-8")
    with pytest.raises(SzxcError) as caught:
        read_record(tmp_path)
    assert caught.value.code == "report.unreadable"
