from __future__ import annotations

import tomllib

import pytest

from pytest_szxc.catalogue.toml_lines import line_of

TEXT = '''\
# a comment with [brackets] and key = 1
top = 1
long = """
[not.a.table]
key = "x" \\"""
"""
'single quoted' = [
  "a]",  # ]
  { x = 1, y = [2] },
]
[a.b]
x.y = 1
"q.\\u0071" = 2

[[rows]]
id = "first"
[rows.inner]
z = \'\'\'
id = 1\'\'\'
[[rows]]
id = "second"
  [rows.inner]
  z = 3
[[rows.deep]]
k = 1
[[rows.deep]]
k = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("long",), 3),
        (("single quoted",), 7),
        (("single quoted", 1, "y"), 7),
        (("a",), 11),
        (("a", "b"), 11),
        (("a", "b", "x", "y"), 12),
        (("a", "b", "q.q"), 13),
        (("rows", 0), 15),
        (("rows", 0, "id"), 16),
        (("rows", 0, "inner", "z"), 18),
        (("rows", 1, "id"), 21),
        (("rows", 1, "inner", "z"), 23),
        (("rows", 1, "inner", "missing"), 22),
        (("rows", 1, "deep", 1, "k"), 27),
        (("nowhere",), 1),
        ((), 1),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert line_of(TEXT, path) == line
