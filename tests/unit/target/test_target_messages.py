"""Every fault that the target layer can raise has words in both languages."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

from pytest_szxc import messages
from pytest_szxc.target import __file__ as target_init

TABLE = tomllib.loads((messages.FOLDER / "faults.toml").read_text(encoding="utf-8"))
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(target_init).parent.glob("*.py")))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", TABLE)
def test_a_message_is_complete_and_speaks_of_the_same_things(code: str) -> None:
    row = TABLE[code]
    assert set(row) == {"zh", "en", "hint_zh", "hint_en"}
    assert fields(row["zh"]) == fields(row["en"])
    assert fields(row["hint_zh"]) == fields(row["hint_en"])
    assert all(name.isidentifier() for text in row.values() for name in fields(text))
    for text in row.values():
        text.encode("gbk")


def test_every_code_in_the_source_has_a_message() -> None:
    topics = "transport|framing|encoding|redirect|json|http|envelope|paging|file|replay|budget|preflight|binding|target"
    used = set(re.findall(rf'"((?:{topics})\.[a-z0-9.-]*[a-z0-9])"', SOURCE)) - {"json.dumps"}
    assert used <= set(messages.table())
    assert len(used) > 80
