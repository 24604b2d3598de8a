"""The real commands on consoles that cannot show everything: nothing breaks, and what can be shown is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

RARE = "🌾 é 𠮷 ₂ \u202e"
"""Printable or not, none of these are in GBK."""
GBK = {"PYTHONIOENCODING": "gbk"}
ASCII = {"PYTHONIOENCODING": "ascii"}
BARE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CONSOLES = {"gbk": (GBK, "gbk"), "ascii": (ASCII, "ascii"), "C": (BARE, "ascii")}


def start(folder, environment, *words):
    """Run a command; gives its exit code and what it wrote, as bytes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SZXC_", "LC_", "LANG"))}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=kept | environment, capture_output=True, check=False
    )
    said = done.stdout + done.stderr
    for trouble in (b"Traceback", b"UnicodeEncodeError", b"UnicodeDecodeError", b"INTERNALERROR"):
        assert trouble not in said, said
    return done.returncode, said


def pytest_of(*options):
    return "-m", "pytest", "-p", "no:cacheprovider", "--szxc-out=out", "--szxc-rate=0", *options


@pytest.mark.parametrize(("environment", "encoding"), CONSOLES.values(), ids=CONSOLES)
def test_a_failing_run(answering, tmp_path, environment, encoding):
    entry = {"resourceCode": RARE, "title": RARE, "level": RARE, "impacts": [{RARE: 1}]}
    data = {"page": 1, "pageSize": 200, "total": 1, "list": [entry]}
    url = answering(body=json.dumps({"code": 0, "message": RARE, "data": data}).encode())
    options = ("--szxc-lang=zh", "--szxc-class=catalogue", "-rA", "--junitxml=junit.xml")
    code, said = start(tmp_path, environment, *pytest_of(f"--szxc-target={url}", *options))
    assert code == 1
    said.decode(encoding)
    if encoding == "gbk":
        assert "不通过".encode("gbk") in said


@pytest.mark.parametrize(("lang", "console"), [("zh", "gbk"), ("en", "C")])
def test_what_a_statement_gets_wrong(tmp_path, lang, console):
    environment, encoding = CONSOLES[console]
    tmp_path.joinpath("szxc.toml").write_text(f"[system]\nname = 'x'\n'{RARE[:7]}' = 1\n", encoding="utf-8")
    code, said = start(tmp_path, environment, *pytest_of("--szxc-config=szxc.toml", f"--szxc-lang={lang}"))
    assert code == 12
    assert "document.unknown-key" in said.decode(encoding)


@pytest.mark.parametrize(
    ("console", "code", "words"),
    [
        ("gbk", 0, ("list",)),
        ("C", 0, ("audit",)),
        ("ascii", 0, ("show", "DC-006")),
        ("gbk", 2, ("show", RARE)),
        ("C", 2, ("show", RARE)),
    ],
)
def test_the_commands(tmp_path, console, code, words):
    environment, encoding = CONSOLES[console]
    encoding = encoding.replace("ascii", "utf-8")  # click takes ASCII for a console that was set up wrongly
    found, said = start(tmp_path, environment, "-c", "from pytest_szxc.cli import main; main()", "--lang=zh", *words)
    assert found == code
    assert said.decode(encoding).strip()


def test_a_demo_run(tmp_path):
    options = pytest_of("--szxc-target=demo", "--szxc-lang=zh", "--szxc-class=grading-service")
    code, said = start(tmp_path, GBK, *options)
    assert code == 0
    assert "定级服务".encode("gbk") in said


def test_verdicts_do_not_depend_on_optimisation(run, answering, tmp_path):
    """``python -O`` takes every ``assert`` away: no verdict may hang on one."""
    entries = [{"resourceCode": "3010011", "level": "G9", "title": "x"}, {"resourceCode": 5, "level": None}]
    data = {"page": 1, "pageSize": 200, "total": 2, "list": entries}
    url = answering(body=json.dumps({"code": 0, "data": data}).encode())
    options = (f"--szxc-target={url}", "--szxc-rate=0", "--szxc-class=catalogue", "--szxc-class=grading-rules")
    plain = run(*options)
    assert {row["status"] for row in plain.report["verdicts"]} >= {"pass", "fail"}
    code, _ = start(tmp_path, {"PYTHONOPTIMIZE": "1", "SZXC_LANG": "en"}, *pytest_of(*options))
    optimised = json.loads(tmp_path.joinpath("out", "report.json").read_text(encoding="utf-8"))
    assert (code, optimised["verdicts"]) == (plain.ret, plain.report["verdicts"])
