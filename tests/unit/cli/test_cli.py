"""The command ``szxc``: good and bad input, both languages, exit codes 0, 1, 2 and 13, never a traceback."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.locate import suites_folder
from pytest_szxc.errors import CatalogueError
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.platform import build_platform
from pytest_szxc.reference.server import serve
from pytest_szxc.selftest.matrix import Kill, Matrix, Peace
from pytest_szxc.target.statement_file import load_statement

SUITE = "data_classification"


@pytest.fixture
def base_url():
    made = build_platform(load_references(load_suites().values()), size=130)
    with serve(made) as url:
        yield url, made.accounts.by_name["primary"].token
    made.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "args",
    [
        ("list",),
        ("list", "--class", "labels", "--level", "must", "--basis", "abstract"),
        ("show", "dc-015"),
        ("audit",),
        ("--help",),
        ("--version",),
    ],
    ids="-".join,
)
def test_what_is_listed_fits_a_gbk_console(szxc, lang, args):
    code, said = szxc("--lang", lang, *args)
    assert code == 0
    assert said.encode("gbk")
    assert ("\\u" in said) is False


@pytest.mark.parametrize("args", [("list", "--suite", SUITE), ("show", "DC-060"), ("audit",)], ids="-".join)
def test_what_is_listed_is_also_json(szxc, args):
    code, said = szxc(*args, "--json")
    assert code == 0
    assert isinstance(json.loads(said), list if args[0] != "show" else dict)


def test_filters_filter(szxc):
    rows = json.loads(szxc("list", "--json", "--class", "labels", "--level", "must")[1])
    assert {(row["conformance_class"], row["level"]) for row in rows} == {("labels", "must")}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nonsense",), "No such command"),
        (("--lang", "fr", "list"), "'fr' is not one of"),
        (("list", "--suite", "none"), "[option.unknown-suite]"),
        (("list", "--class", "none"), "[option.unknown-class]"),
        (("list", "--level", "none"), "'none' is not one of"),
        (("show",), "Missing argument"),
        (("show", "DC-\x1b[31m"), "no requirement 'DC-\\x1b[31m'"),
        (("selftest", "--suite", "none"), "[option.unknown-suite]"),
        (("selftest", "--workers", "-1"), "-1 is not in the range"),
        (("selftest", "--json", "no/such/folder.json"), "[command.file]"),
        (("init", "garbage"), "[openapi.source]"),
        (("init", "none.json"), "[document.not-found]"),
        (("init", "ftp://x"), "[statement.base-url]"),
        (("init", "http://me:k4nary@x"), "[statement.secret-url]"),
        (("binding", "check"), "[document.not-found]"),
        (("binding", "check", "--config", "none.toml"), "[document.not-found]"),
        (("rejudge", "none"), "does not exist"),
        (("rejudge", "."), "[report.unreadable]"),
    ],
)
def test_what_is_wrong_is_said(szxc, args, said):
    code, found = szxc(*args)
    assert code == 2
    assert said in found
    assert "k4nary" not in found


def test_an_error_speaks_the_language_that_was_asked_for(szxc):
    assert "没有套件" in szxc("--lang", "zh", "list", "--suite", "none")[1]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CatalogueError("catalogue.check-twice", file="x", requirement="y"), 13, "[catalogue.check-twice]"),
        (LookupError("\x1b[31mboom"), 13, "LookupError: \\x1b[31mboom"),
        (PermissionError(13, "Permission denied", "there"), 2, "there cannot be read or written: Permission denied"),
    ],
)
def test_our_own_faults_are_told_in_words(szxc, monkeypatch, error, code, said):
    def broken():
        raise error

    monkeypatch.setattr("pytest_szxc.cli.catalogue.load_suites", broken)
    found = szxc("list")
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_init_from_the_suites_own_document_loads(szxc, tmp_path, lang):
    source = suites_folder() / SUITE / "openapi.json"
    assert szxc("--lang", lang, "init", source)[0] == 0
    suites = load_suites()
    statement = load_statement(tmp_path / "szxc.toml", suites)
    assert {name for suite, name in statement.operations if suite == SUITE} == set(suites[SUITE].operations)
    assert szxc("init", source) == (2, szxc("init", source)[1])
    assert "--force" in szxc("init", source)[1]
    assert szxc("init", source, "--force", "--out", "other.toml")[0] == 0
    assert szxc("init", source, "--out", "no/such/x.toml")[0] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "[document.json-syntax]"),
        (b"[]", "[document.wrong-type]"),
        (b"{}", "[openapi.version]"),
        (b"\xff\xfe{", "[document.encoding]"),
        (b"[" * 100_000, "[document.json-syntax]"),
    ],
)
def test_init_from_garbage(szxc, tmp_path, content, said):
    (tmp_path / "api.json").write_bytes(content)
    code, found = szxc("init", "api.json")
    assert (code, said in found) == (2, True)
    assert not (tmp_path / "szxc.toml").exists()


def test_binding_check_shows_what_came_and_what_is_seen(szxc, base_url, monkeypatch):
    url, token = base_url
    monkeypatch.setenv("MY_TOKEN", token)
    assert szxc("init", url)[0] == 0
    text = Path("szxc.toml").read_text(encoding="utf-8")
    account = '[accounts.primary]\nscheme = "bearer"\ntoken = { env = "MY_TOKEN" }\n[target.limits]\nrate = 0\n'
    Path("szxc.toml").write_text(text + account, encoding="utf-8")
    code, said = szxc("binding", "check")
    assert code == 0, said
    assert "√ list_entries  GET /catalog/entries" in said
    assert "○ evaluate_grading" in said
    assert token not in said
    monkeypatch.setenv("MY_TOKEN", "wrong-token")
    code, said = szxc("binding", "check")
    assert code == 1
    assert "× list_entries" in said


def test_binding_check_of_a_dead_host_or_of_nothing(szxc):
    code, said = szxc("binding", "check", "--target", "http://127.0.0.1:9")
    assert (code, "[transport.refused]" in said) == (1, True)
    Path("szxc.toml").write_text('[target]\nbase_url = "http://127.0.0.1:9"\n[binding.data_classification]\n')
    Path("szxc.toml").write_text(
        '[target]\nbase_url = "http://127.0.0.1:9"\n[binding.data_classification]\ndefault = false\n', encoding="utf-8"
    )
    assert szxc("binding", "check")[0] == 1


def matrix(**changes):
    kills = (Kill("DC-015", "m", killed=True, also=("DC-016",), stray=()),)
    whole = {"testable": ("DC-015",), "kills": kills, "variants": tuple(Peace(f"v{n}", {}) for n in range(25))}
    return Matrix(suite=SUITE, requirements=1, reference=Peace("reference", {}), **{**whole, **changes})


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, 0, "√ DC-015  m: killed  + DC-016"),
        ({"kills": (Kill("DC-015", "m", killed=False, also=(), stray=()),)}, 1, "× DC-015  m: missed"),
        ({"kills": (Kill("DC-015", "m", killed=True, also=("X-1",), stray=("X-1",)),)}, 1, "(unlisted reporters: X-1)"),
        ({"variants": (Peace("odd", {"DC-015": "fail"}),)}, 1, "× odd: DC-015 fail"),
    ],
)
def test_selftest_prints_and_writes_the_matrix(szxc, monkeypatch, tmp_path, changes, code, said):
    monkeypatch.setattr("pytest_szxc.cli.proof.prove", lambda *_, **__: matrix(**changes))
    found = szxc("selftest", "--json", "out.json")
    assert found[0] == code
    assert said in found[1]
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[0]["gates"] == matrix(**changes).gates()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A finished run's folder; copied before it is tampered with."""
    from pytest_szxc.opening import open_run  # noqa: PLC0415 -- this fixture alone runs anything
    from pytest_szxc.settings import read_settings  # noqa: PLC0415 -- the same

    folder = tmp_path_factory.mktemp("run") / "out"
    given = {"target": "demo", "out": str(folder), "lang": "en", "class": ["grading-service", "quality"]}
    run = open_run(read_settings(given, {}))
    run.finish({row.id: run.judge(row) for row in run.manifest.owed()})
    run.close()
    return folder


@pytest.fixture
def copied(recorded, tmp_path):
    def copy():
        folder = tmp_path / "moved 到别处"
        folder.mkdir()
        for file in recorded.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return folder

    return copy


def test_rejudge_of_a_moved_folder_agrees_and_touches_nothing(szxc, copied):
    folder = copied()
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    code, said = szxc("rejudge", folder)
    assert code == 0, said
    assert " 0 changed" in said
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def changed(folder, name, change):
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    change(document)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("report.json", lambda it: it["verdicts"].clear(), "0 requirements judged again"),
        ("report.json", lambda it: it["verdicts"].pop(), ": - →"),
        ("report.json", lambda it: it["verdicts"][0].update(status="fail"), ": fail → pass"),
        ("report.json", lambda it: it["verdicts"][0].update(status="not-run", cause=None), "run.partial"),
        ("report.json", lambda it: it["verdicts"][0].update(exhibited=1), ": pass → pass"),
        ("report.json", lambda it: it["classes"][0].update(profile="broken"), "'classes'"),
        ("report.json", lambda it: it["manifest"].update(digest="0" * 64), "'manifest'"),
        ("report.json", lambda it: it["run"].update(exitCode=1), "'run.exitCode'"),
        ("run.json", lambda it: it.update(suites=[]), "→ -"),
        ("run.json", lambda it: it.update(seed="another"), "changed"),
    ],
)
def test_rejudge_finds_what_was_tampered_with(szxc, copied, file, change, said):
    folder = copied()
    changed(folder, file, change)
    code, found = szxc("rejudge", folder)
    assert code == 1, found
    assert said in found


def test_rejudge_of_a_recording_that_lacks_an_exchange(szxc, copied):
    folder = copied()
    store = sqlite3.connect(folder / "exchanges.sqlite")
    store.execute("DELETE FROM exchange")
    store.commit()
    store.close()
    assert szxc("rejudge", folder)[0] == 1


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("report.json", b"[]", "[report.unreadable]"),
        ("report.json", b"\xff", "[report.unreadable]"),
        ("report.json", b'{"format": "szxc-report/1"}', "[report.unreadable]"),
        ("run.json", b"{}", "[report.unreadable]"),
        ("exchanges.sqlite", b"junk" * 100, "[rejudge.recording]"),
        ("exchanges.sqlite", None, "[rejudge.recording]"),
    ],
)
def test_rejudge_of_what_cannot_be_read(szxc, copied, file, content, said):
    folder = copied()
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    code, found = szxc("rejudge", folder)
    assert (code, said in found) == (2, True), found
