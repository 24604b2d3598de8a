"""The two pages on the dialect say the same, and all that the code bans, takes and bounds."""

from __future__ import annotations

import re
import tomllib

import pytest
from repo_tree import ROOT

from pytest_szxc.catalogue.bounds import DEPTH, NODES
from pytest_szxc.catalogue.formats import formats
from pytest_szxc.catalogue.linear import MOST_PLACES, MOST_VARIANTS
from pytest_szxc.catalogue.pattern_syntax import MOST_REPEATS
from pytest_szxc.catalogue.schema_lint import KEYWORDS
from pytest_szxc.catalogue.schema_words import CAP, MOST_SOUGHT
from pytest_szxc.messages import table

PAGES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("schema-dialect.md", "schema-dialect.zh-CN.md")
}


@pytest.mark.parametrize("name", PAGES)
def test_each_ban_keyword_format_and_bound_is_told(name: str) -> None:
    page = PAGES[name]
    bans = {code for code in table() if code.startswith("dialect.")}
    assert set(re.findall(r"`(dialect\.[a-z-]+)`", page)) == bans
    assert set(re.findall(r"(?s)`(\$ref \$defs .*?)`", page)[0].split()) == KEYWORDS
    assert re.findall(r"(?m)^\| `([a-z0-9-]+)` \| RFC", page) == list(formats())
    truth = tomllib.loads((ROOT / "tests/unit/catalogue/format_truth.toml").read_text(encoding="utf-8"))
    texts = sum(len(kind) for row in truth.values() for kind in row.values())
    for bound in (DEPTH, NODES, MOST_PLACES, MOST_VARIANTS, CAP, MOST_SOUGHT, texts):
        assert f"{bound:,}" in page
    assert str(MOST_REPEATS) in page


def test_both_pages_have_the_same_shape() -> None:
    english, chinese = (
        [
            (line.count("#") if line.startswith("#") else line.count("|"))
            for line in page.splitlines()
            if line[:1] in {"#", "|"}
        ]
        for page in PAGES.values()
    )
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_the_files_that_are_named_are_there(name: str) -> None:
    named = re.findall(r"`((?:tests|pytest_szxc)/[^` ]+)`|\]\(([^)]+)\)", PAGES[name])
    assert named
    assert [path for path, link in named if path and not (ROOT / path).exists()] == []
    assert [link for _, link in named if link and not (ROOT / "docs" / link).exists()] == []
