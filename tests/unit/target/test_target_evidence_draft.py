from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from conftest import operation

from pytest_szxc.errors import SzxcError
from pytest_szxc.target import evidence_draft, file_reading
from pytest_szxc.target.evidence_draft import drafted
from pytest_szxc.target.evidence_folder import MANIFEST, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Suite
    from pytest_szxc.target.evidence_draft import Draft


@pytest.fixture
def suite(suite: Suite) -> Suite:
    suite.operations["read_thing"] = operation("read_thing", answer="object")
    return suite


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def listed(folder: Path, suite: Suite, *rows: dict[str, object]) -> None:
    value = {"format": "szxc-evidence-folder/1", "suite": suite.id, "title": "甲", "files": rows}
    (folder / MANIFEST).write_text(json.dumps(value), encoding="utf-8")


def draft(folder: Path, suite: Suite, name: str | None = None) -> Draft:
    return drafted(folder, name, {suite.id: suite})


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def row(path: str, operation: str = "read_thing", digest: str = "0" * 64, **params: str) -> dict[str, object]:
    return {"path": path, "operation": operation, "sha256": digest, **({"params": params} if params else {})}


def test_names_of_files_say_what_they_answer_and_others_are_left_out(tmp_path: Path, suite: Suite) -> None:
    put(tmp_path, list_things="[]", notes="{}")
    (tmp_path / ".hidden").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    put(tmp_path / "a" / "b", deep="{}")
    made = draft(tmp_path, suite, suite.id)
    assert made.value["files"] == [{"path": "list_things.json", "operation": "list_things", "sha256": sha256("[]")}]
    assert (made.left_out, made.gone, made.changed) == (("a/b/deep.json", "notes.json"), (), ("list_things.json",))


def test_what_is_listed_stays_with_its_title_and_new_digests(tmp_path: Path, suite: Suite) -> None:
    put(tmp_path, x="1", y="2")
    rows = (row("./x.json", thing="7"), row("y.json", digest=sha256("2").upper(), thing="8"), row("z.json", thing="9"))
    listed(tmp_path, suite, *rows)
    made = draft(tmp_path, suite)
    assert [(one["path"], one["params"], one["sha256"]) for one in made.value["files"]] == [
        ("x.json", {"thing": "7"}, sha256("1")),
        ("y.json", {"thing": "8"}, sha256("2")),
    ]
    assert (made.value["title"], made.gone, made.changed) == ("甲", ("z.json",), ("x.json",))


def test_a_file_may_answer_several_questions(tmp_path: Path, suite: Suite) -> None:
    put(tmp_path, x="1")
    listed(tmp_path, suite, row("x.json", thing="7"), row("x.json", thing="8"))
    assert [one["params"]["thing"] for one in draft(tmp_path, suite).value["files"]] == ["7", "8"]


def test_what_a_run_could_not_use_is_refused_before_it_is_written(tmp_path: Path, suite: Suite) -> None:
    with pytest.raises(SzxcError, match=r"manifest\.empty"):
        draft(tmp_path, suite, suite.id)
    put(tmp_path, read_thing="{}")
    (tmp_path / "read_thing.csv").write_text("a", encoding="utf-8")
    with pytest.raises(SzxcError, match=r"folder\.twice"):
        draft(tmp_path, suite, suite.id)


def test_a_link_that_leads_elsewhere_is_refused(
    tmp_path: Path, suite: Suite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    put(elsewhere, x="[]")
    (tmp_path / "list_things.json").symlink_to(elsewhere / "x.json")
    with pytest.raises(SzxcError, match=r"folder\.path"):
        draft(tmp_path, suite, suite.id)


def test_a_file_that_is_too_large_to_be_judged_is_said(
    tmp_path: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, list_things="[" + " " * 100 + "]")
    monkeypatch.setattr(file_reading, "FILE_BYTES", 50)
    with pytest.raises(SzxcError, match=r"file\.too-large"):
        draft(tmp_path, suite, suite.id)


def test_a_name_that_is_not_utf_8_is_said(tmp_path: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, list_things="[]")
    gbk = "场次".encode("gbk").decode("utf-8", "surrogateescape")
    monkeypatch.setattr(evidence_draft, "_files", lambda folder: iter([folder / f"{gbk}.json"]))
    monkeypatch.setattr(evidence_draft, "_rows", lambda path, *_: [{"path": path}])
    with pytest.raises(SzxcError, match=r"folder\.name"):
        draft(tmp_path, suite, suite.id)


def test_a_first_draft_needs_a_suite_that_exists(tmp_path: Path, suite: Suite) -> None:
    put(tmp_path, list_things="[]")
    with pytest.raises(SzxcError, match=r"manifest\.suite"):
        draft(tmp_path, suite)
    with pytest.raises(SzxcError, match=r"option\.unknown-suite"):
        draft(tmp_path, suite, "other")


def test_a_manifest_that_cannot_be_read_is_not_overwritten(tmp_path: Path, suite: Suite) -> None:
    put(tmp_path, list_things="[]")
    (tmp_path / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(SzxcError, match=r"folder\.manifest"):
        draft(tmp_path, suite, suite.id)
    listed(tmp_path, suite, row("list_things.json", "list_things"))
    assert read_manifest(tmp_path)["suite"] == suite.id
