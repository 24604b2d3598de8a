"""Which grade a label's words name: a number, or Chinese words, apart from versions and other numbers."""

from __future__ import annotations

import re

NUMERALS = "零一二三四五"
WORDS = (
    ("应急辅助", "信息辅助"),
    ("部分辅助", "部分驾驶辅助"),
    ("组合辅助", "组合驾驶辅助"),
    ("有条件自动", "条件自动"),
    ("高度自动",),
    ("完全自动",),
)
"""Names of the grades 0 to 5 (GB/T 40429, facts 4.1)."""
_FOLDED = str.maketrans("０１２３４５６７８９．：", "0123456789.:")
_NUMBERED = re.compile(
    rf"(?:等级|级别|自动化级|grade|level|(?<![0-9A-Za-z])L)\s*(?:[:=为是]|is)?\s*([0-5{NUMERALS}])(?![0-9.])"
    rf"|(?<![0-9.])([0-5{NUMERALS}])\s*级",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?<![0-9A-Za-z.])([0-5])(?![0-9A-Za-z.])")


def grades_in(text: str, version: str = "") -> frozenset[int]:
    """The grades that a text names: by number or name; where there are none of these, by a digit that stands alone.

    Args:
        text: of a label.
        version: of the system, whose digits are no grade.
    """
    plain = text.translate(_FOLDED)
    plain = plain.replace(version, " ") if len(version) > 1 else plain
    found = {_number(one or other) for one, other in _NUMBERED.findall(plain)}
    found |= grades_named(plain)
    return frozenset(found or {int(digit) for digit in _ALONE.findall(plain)})


def grades_named(text: str) -> frozenset[int]:
    """The grades whose names stand in a text."""
    return frozenset(grade for grade, words in enumerate(WORDS) if any(word in text for word in words))


def _number(written: str) -> int:
    return NUMERALS.index(written) if written in NUMERALS else int(written)
