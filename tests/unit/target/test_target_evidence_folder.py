from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW, operation

from pytest_szxc.errors import SzxcError, TransportFault, Unjudgeable
from pytest_szxc.model import Effect
from pytest_szxc.target import file_reading
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.evidence_folder import (
    MANIFEST,
    FolderSource,
    is_evidence_folder,
    read_list,
    recorded_folder,
    suite_of,
    verify_files,
)
from pytest_szxc.target.file_reading import FileReader
from pytest_szxc.target.notices import notices
from pytest_szxc.target.statement import Account, BoundOperation, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.streams import Call
from pytest_szxc.target.tabular.shelf import TableShelf

if TYPE_CHECKING:
    from pytest_szxc.model import Suite

FILES = {
    "list_things.json": ("list_things", {}, b'[{"code":"1"},{"code":"2"}]'),
    "read_thing/7.json": ("read_thing", {"thing": "7"}, b'{"code":"7"}'),
    "read_thing/8.json": ("read_thing", {"thing": "8"}, b'{"code":"8"}'),
}


@pytest.fixture
def folder(tmp_path: Path, suite: Suite) -> Path:
    rows = []
    for path, (name, params, body) in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        rows.append({"path": path, "operation": name, "sha256": digest, **({"params": params} if params else {})})
    write(tmp_path, {"format": "szxc-evidence-folder/1", "suite": suite.id, "files": rows})
    return tmp_path


@pytest.fixture
def suite(suite: Suite) -> Suite:
    suite.operations["read_thing"] = operation("read_thing", answer="object")
    return suite


def write(folder: Path, value: object) -> None:
    (folder / MANIFEST).write_text(json.dumps(value), encoding="utf-8")


def manifest(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return value


def opened(folder: Path | None, suite: Suite, store: ExchangeStore | None = None, **statement: object) -> FolderSource:
    made = Statement(**statement)  # type: ignore[arg-type]
    reader = FileReader(store or ExchangeStore(), VirtualClock(NOW))
    suites = {suite.id: suite}
    evidence = read_list(folder, reader, suites)
    if folder is not None:
        verify_files(evidence, reader)
    return FolderSource(evidence, made, reader, now=NOW, suites=suites, tables=TableShelf(made))


def call(suite: Suite, name: str, **params: str) -> Call:
    return Call(suite, suite.operations[name], params, Account("primary"))


def test_each_file_answers_its_operation_with_its_parameters(folder: Path, suite: Suite) -> None:
    source = opened(folder, suite)
    assert [record.value for record in source.stream(call(suite, "list_things"))] == [{"code": "1"}, {"code": "2"}]
    reply = source.reply(call(suite, "read_thing", thing="8"))
    assert (reply.record.value, reply.record.origin.file, reply.fine) == ({"code": "8"}, "read_thing/8.json", True)
    assert source.effect(suite, suite.operations["read_thing"]) is Effect.READ
    assert source.probe(call(suite, "list_things")).came == {"code": "1"}
    assert source.probe(call(suite, "read_thing", thing="7")).came == {"code": "7"}


def test_names_of_members_are_mapped_as_for_a_platform(folder: Path, suite: Suite) -> None:
    bound = BoundOperation("read_thing", "GET", "/x", fields={"name": "code"})
    source = opened(folder, suite, operations={(suite.id, "read_thing"): bound})
    assert source.reply(call(suite, "read_thing", thing="7")).record.value == {"name": "7"}


@pytest.mark.parametrize(
    ("name", "params"), [("read_thing", {"thing": "9"}), ("read_thing", {}), ("list_things", {"a": "b"})]
)
def test_what_no_file_answers_is_said_with_its_parameters(
    folder: Path, suite: Suite, name: str, params: dict[str, str]
) -> None:
    source = opened(folder, suite)
    ask = source.stream if name == "list_things" else source.reply
    with pytest.raises(Unjudgeable, match=r"folder\.unlisted") as caught:
        ask(call(suite, name, **params))
    assert caught.value.params["operation"] == name


def test_a_file_that_is_missing_altered_or_too_large_is_judged_by_nobody(
    folder: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "read_thing/7.json").write_bytes(b'{"code":"9"}')
    (folder / "list_things.json").unlink()
    store = ExchangeStore()
    source = opened(folder, suite, store)
    with pytest.raises(TransportFault, match=r"file\.altered"):
        source.reply(call(suite, "read_thing", thing="7"))
    with pytest.raises(TransportFault, match=r"file\.missing"):
        source.stream(call(suite, "list_things"))
    assert source.reply(call(suite, "read_thing", thing="8")).record.value == {"code": "8"}
    told = notices(store.chronological(), Statement(), {suite.id: suite})
    assert {cause.code for cause in told} == {"file.altered", "file.missing", "notice.evidence-folder"}
    monkeypatch.setattr(file_reading, "FILE_BYTES", (folder / MANIFEST).stat().st_size)
    (folder / "list_things.json").write_bytes(b" " * 10_000)
    again = ExchangeStore()
    opened(folder, suite, again)
    assert "file.too-large" in {made.fault for made in again.all()}


def test_a_recording_is_judged_without_the_folder(folder: Path, suite: Suite) -> None:
    store = ExchangeStore()
    source = opened(folder, suite, store)
    source.reply(call(suite, "read_thing", thing="7"))
    assert recorded_folder(store)
    assert not recorded_folder(ExchangeStore())
    again = opened(None, suite, store)
    assert again.reply(call(suite, "read_thing", thing="7")).record.value == {"code": "7"}
    with pytest.raises(TransportFault, match=r"replay\.missing"):
        again.reply(call(suite, "read_thing", thing="8"))


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"not json", "file.not-json"), (b"[1]", "folder.no-object"), (b'{"a":1,"a":2}', "file.not-json")],
)
def test_what_is_no_object_is_named_with_its_file(folder: Path, suite: Suite, body: bytes, code: str) -> None:
    value = manifest(folder)
    value["files"][1]["sha256"] = hashlib.sha256(body).hexdigest()
    (folder / "read_thing/7.json").write_bytes(body)
    write(folder, value)
    with pytest.raises(TransportFault) as caught:
        opened(folder, suite).reply(call(suite, "read_thing", thing="7"))
    assert (caught.value.code, caught.value.params["file"]) == (code, "read_thing/7.json")


@pytest.mark.parametrize("path", ["../x.json", "/etc/x.json", "a\\x.json", "C:/x.json", "a/../../x.json", "a\0b.json"])
def test_no_path_leads_out_of_the_folder(folder: Path, suite: Suite, path: str) -> None:
    value = manifest(folder)
    value["files"][0]["path"] = path
    write(folder, value)
    with pytest.raises(SzxcError, match=r"folder\.path"):
        opened(folder, suite)


def test_no_link_leads_out_of_the_folder(folder: Path, suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.json"
    outside.write_bytes(b"[]")
    (folder / "list_things.json").unlink()
    (folder / "list_things.json").symlink_to(outside)
    with pytest.raises(SzxcError, match=r"folder\.path"):
        opened(folder, suite)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda value: value.update(suite="other"), "folder.other-suite"),
        (lambda value: value["files"][0].update(operation="list_thing"), "folder.operation"),
        (lambda value: value["files"][2].update(params={"thing": "7"}), "folder.twice"),
        (lambda value: value["files"].append(value["files"][0]), "folder.twice"),
        (lambda value: value["files"].append({**value["files"][0], "sha256": "0" * 64}), "folder.digests"),
        (lambda value: value["files"][0].pop("sha256"), "document.missing-key"),
        (lambda value: value.update(extra=1), "document.unknown-key"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(folder: Path, suite: Suite, change: object, code: str) -> None:
    value = manifest(folder)
    change(value)  # type: ignore[operator]
    write(folder, value)
    with pytest.raises(SzxcError) as caught:
        opened(folder, suite)
    assert caught.value.code == code


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_manifest_that_cannot_be_read_is_refused(folder: Path, suite: Suite, body: bytes) -> None:
    (folder / MANIFEST).write_bytes(body)
    assert is_evidence_folder(str(folder))
    with pytest.raises(SzxcError, match=r"folder\.manifest"):
        opened(folder, suite)
    with pytest.raises(SzxcError, match=r"folder\.manifest"):
        suite_of(folder)


def test_a_folder_without_a_manifest_is_none(tmp_path: Path) -> None:
    assert not is_evidence_folder(str(tmp_path))
    assert not is_evidence_folder("http://x\0")
    with pytest.raises(SzxcError, match=r"folder\.manifest"):
        suite_of(tmp_path)


def pipe(place: Path) -> None:
    """A pipe, where the system has such; else a folder."""
    getattr(os, "mkfifo", os.mkdir)(place)


ODD = {
    "a-pipe": (pipe, "file.unreadable"),
    "a-folder": (Path.mkdir, "file.unreadable"),
    "a-link-to-itself": (lambda place: place.symlink_to(place.name), "file.unreadable"),
    "empty": (Path.touch, "file.altered"),
    "gone": (lambda _: None, "file.missing"),
}


@pytest.mark.parametrize(("make", "code"), ODD.values(), ids=ODD)
def test_what_is_no_file_keeps_nobody_waiting(folder: Path, suite: Suite, make: object, code: str) -> None:
    (folder / "list_things.json").unlink()
    make(folder / "list_things.json")  # type: ignore[operator]
    store = ExchangeStore()
    source = opened(folder, suite, store)
    with pytest.raises(TransportFault) as caught:
        source.stream(call(suite, "list_things"))
    assert caught.value.code == code
    assert {made.fault for made in store.all() if made.request.method == "DIGEST"} == {None, code}


def test_a_name_longer_than_any_file_may_have_is_only_unreadable(folder: Path, suite: Suite) -> None:
    value = manifest(folder)
    value["files"][0]["path"] = "x" * 300
    write(folder, value)
    with pytest.raises(TransportFault, match=r"file\.(unreadable|missing)"):
        opened(folder, suite).stream(call(suite, "list_things"))


def test_a_log_of_gigabytes_is_refused_by_its_size(folder: Path, suite: Suite) -> None:
    with (folder / "list_things.json").open("wb") as file:
        file.truncate(5 << 30)  # sparse: it takes no room
    since = time.monotonic()
    with pytest.raises(TransportFault, match=r"file\.too-large"):
        opened(folder, suite).stream(call(suite, "list_things"))
    assert time.monotonic() - since < 1.0


def test_a_manifest_of_gigabytes_is_refused_by_its_size(folder: Path) -> None:
    with (folder / MANIFEST).open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(SzxcError, match=r"folder\.manifest"):
        suite_of(folder)


def test_of_many_files_with_one_fault_a_few_are_named_and_the_others_counted(folder: Path, suite: Suite) -> None:
    row = {"operation": "read_thing", "sha256": "0" * 64}
    more = [{**row, "path": f"gone/{number}.json", "params": {"thing": f"g{number}"}} for number in range(7)]
    value = manifest(folder)
    write(folder, {**value, "files": [*value["files"], *more]})
    store = ExchangeStore()
    opened(folder, suite, store)
    told = notices(store.chronological(), Statement(), {suite.id: suite})
    assert [cause.params["file"] for cause in told if cause.code == "file.missing"] == [
        f"gone/{number}.json" for number in range(5)
    ]
    (more_of_them,) = (cause for cause in told if cause.code == "notice.evidence-more")
    assert more_of_them.params == {"fault": "file.missing", "count": "2"}
    assert store.counters().sent == 0


def test_a_colon_in_a_name_is_no_drive(folder: Path, suite: Suite) -> None:
    value = manifest(folder)
    value["files"][1]["path"] = "read_thing/08:00.json"
    write(folder, value)
    if os.name == "nt":
        with pytest.raises(SzxcError, match=r"folder\.path"):
            opened(folder, suite)
    else:
        (folder / "read_thing/7.json").rename(folder / "read_thing/08:00.json")
        assert opened(folder, suite).reply(call(suite, "read_thing", thing="7")).record.value == {"code": "7"}


def test_a_folder_for_another_suite_than_chosen_is_said(folder: Path, suite: Suite) -> None:
    reader = FileReader(ExchangeStore(), VirtualClock(NOW))
    with pytest.raises(SzxcError) as caught:
        read_list(folder, reader, {"other": suite})
    assert caught.value.params == {"suite": suite.id, "others": "other"}
    with pytest.raises(SzxcError, match=r"option\.unknown-suite"):
        read_list(folder, reader, {})
