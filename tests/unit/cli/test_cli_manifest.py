"""``szxc manifest``: what it writes, what it says of files that it leaves out, what it refuses."""

from __future__ import annotations

import hashlib
import json

import pytest

SUITE = "autodrive_grading"


@pytest.fixture
def evidence(tmp_path):
    """A folder with two files that say what they answer, and one that does not."""
    folder = tmp_path / "证据"
    (folder / "session_log").mkdir(parents=True)
    (folder / "list_sessions.json").write_text("[]", encoding="utf-8")
    (folder / "session_log" / "场次1.csv").write_text("t,lat\n", encoding="utf-8")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    return folder


def files(folder):
    return {row["path"]: row for row in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]}


def test_a_first_manifest_names_operation_parameter_and_digest(szxc, evidence):
    code, said = szxc("manifest", evidence, "--suite", SUITE)
    assert (code, "2 files, 2 of them new or changed" in said, "notes.txt is left out" in said) == (0, True, True)
    rows = files(evidence)
    assert rows["list_sessions.json"]["sha256"] == hashlib.sha256(b"[]").hexdigest()
    assert rows["session_log/场次1.csv"] | {"sha256": ""} == {
        "path": "session_log/场次1.csv",
        "operation": "session_log",
        "params": {"session": "场次1"},
        "sha256": "",
    }
    assert sorted(path.name for path in evidence.iterdir()) == [
        "list_sessions.json",
        "manifest.json",
        "notes.txt",
        "session_log",
    ]


def test_written_again_it_needs_no_suite_and_says_what_changed(szxc, evidence):
    szxc("manifest", evidence, "--suite", SUITE)
    (evidence / "session_log" / "场次1.csv").unlink()
    (evidence / "list_sessions.json").write_text("[ ]", encoding="utf-8")
    code, said = szxc("manifest", evidence)
    assert (code, "1 files, 1 of them" in said, "is gone" in said) == (0, True, True)
    assert list(files(evidence)) == ["list_sessions.json"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "已写出"), ("en", "is written")])
def test_both_languages_on_a_gbk_console(szxc, evidence, lang, word):
    code, said = szxc("--lang", lang, "manifest", evidence, "--suite", SUITE)
    assert (code, word in said) == (0, True)
    assert said.encode("gbk")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), "manifest.suite"),
        (("--suite", "none"), "option.unknown-suite"),
        (("--suite", "data_classification"), "manifest.empty"),
    ],
)
def test_without_a_suite_that_the_files_answer_nothing_is_written(szxc, evidence, args, code):
    ended, said = szxc("manifest", evidence, *args)
    assert (ended, f"[{code}]" in said) == (2, True)
    assert not (evidence / "manifest.json").exists()


def test_no_folder_is_a_usage_error(szxc, evidence):
    for place in ("absent", evidence / "notes.txt"):
        assert szxc("manifest", place, "--suite", SUITE)[0] == 2


def test_a_manifest_that_is_a_folder_is_said_in_words(szxc, evidence):
    (evidence / "manifest.json").mkdir()
    (evidence / "manifest.json" / "x").touch()
    code, said = szxc("manifest", evidence, "--suite", SUITE)
    assert (code, "[command.file]" in said) == (2, True)


def test_a_manifest_that_is_a_link_is_replaced_and_not_followed(szxc, evidence, tmp_path):
    szxc("manifest", evidence, "--suite", SUITE)
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes((evidence / "manifest.json").read_bytes())
    before = elsewhere.read_bytes()
    (evidence / "manifest.json").unlink()
    (evidence / "manifest.json").symlink_to(elsewhere)
    (evidence / "list_sessions.json").write_text("[ ]", encoding="utf-8")
    assert szxc("manifest", evidence)[0] == 0
    assert elsewhere.read_bytes() == before
    assert files(evidence)["list_sessions.json"]["sha256"] == hashlib.sha256(b"[ ]").hexdigest()


def test_control_characters_of_a_name_reach_no_terminal(szxc, evidence):
    (evidence / "a\u202e.txt").touch()
    code, said = szxc("manifest", evidence, "--suite", SUITE)
    assert (code, "\u202e" in said, "a\\u202e.txt" in said) == (0, False, True)
