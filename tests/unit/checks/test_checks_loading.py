"""The checks of a suite, found by their marks: each once, for a requirement that there is, in a module that imports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.errors import CatalogueError

HEAD = "from pytest_szxc import requirement\n"
CHECK = "@requirement({id!r})\ndef test_{name}(sut): yield\n"


@pytest.fixture
def suite(tmp_path):
    """The suite with its check modules replaced by these."""

    def build(**modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return replace(load_suites()["data_classification"], id="loading", folder=tmp_path)

    return build


def test_marked_functions_are_found_by_requirement(suite):
    text = HEAD + CHECK.format(id="DC-001", name="a") + CHECK.format(id="DC-002", name="b")
    checks = load_checks(suite(test_one=text, other="raise RuntimeError('never imported')"))
    assert {name: check.name for name, check in checks.items()} == {"DC-001": "test_a", "DC-002": "test_b"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + CHECK.format(id="DC-001", name="a") + CHECK.format(id="DC-001", name="b"), "catalogue.check-twice"),
        (HEAD + CHECK.format(id="DC-999", name="a"), "catalogue.check-unknown"),
        ("raise RuntimeError('boom')", "catalogue.check-import"),
        ("def", "catalogue.check-import"),
        ("import pytest\npytest.importorskip('no_such_module')", "catalogue.check-import"),
        ("raise SystemExit(0)", "catalogue.check-import"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(suite, text, code):
    with pytest.raises(CatalogueError) as caught:
        load_checks(suite(test_one=text))
    assert caught.value.code == code


def test_an_interrupt_is_no_fault_of_the_suite(suite):
    with pytest.raises(KeyboardInterrupt):
        load_checks(suite(test_one="raise KeyboardInterrupt"))
