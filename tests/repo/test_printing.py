"""Nothing is printed but by the faces, and what they print has been made printable."""

from __future__ import annotations

import ast
import re

import pytest
from repo_tree import PACKAGE, ROOT, python_files, shown, tree

from pytest_szxc.messages import table

WRITES = {"echo", "secho", "write_line", "write", "print", "fail", "skip", "exit", "UsageError", "warn"}
FACES = {"plugin.py", "session.py", "items.py"}
NAMES = ("sys.stderr", "sys.stdout", "click", "pytest", "warnings", "terminalreporter")
COMMENTS = re.compile(r"starter\.|^statement\.|^init\.")


def writers():
    """Each call in the package that puts text before a person."""
    for path in python_files(PACKAGE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                name, _, last = called.rpartition(".")
                if called == "print" or (last in WRITES and name.startswith(NAMES)):
                    yield path, node


def test_only_the_faces_print():
    places = {path for path, _ in writers()}
    assert len(places) > 5
    assert {shown(path) for path in places if path.parent.name != "cli" and path.name not in FACES} == set()


def test_logging_and_warnings_are_not_used():
    """Pytest prints both as they come."""
    for path in python_files(PACKAGE):
        names = {alias.name for node in ast.walk(tree(path)) if isinstance(node, ast.Import) for alias in node.names}
        assert not names & {"logging", "warnings"}, shown(path)


@pytest.mark.parametrize("part", ["zh", "en", "hint_zh", "hint_en"])
def test_a_message_is_one_line(part):
    """So that whatever it names cannot begin a line of its own; a starter file's comments have several."""
    many = {code for code, row in table().items() if "\n" in row.get(part, "")}
    assert {code for code in many if not COMMENTS.match(code)} == set()


def test_the_page_has_no_script_and_loads_nothing():
    text = (ROOT / PACKAGE / "report" / "templates" / "page.html.j2").read_text(encoding="utf-8")
    for word in ("<script", "javascript:", "|safe", "| safe", "src=", "href=", "url(", "@import", "autoescape"):
        assert word not in text.lower()
    assert re.search(r" on[a-z]+=", text) is None
    assert "default-src 'none'" in text
