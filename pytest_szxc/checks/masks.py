"""Predicates on masked values: whether a value is hidden, and whether the digits that remain are those agreed.

Agreed (project profile): mobile ``138****0000``, identity number first 6 and last 4, account last 4 only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Json

# One star hides a character of a name; # and x also occur in clear values, so only runs of them count.
_HIDING = re.compile("[*＊●•█■×]|#{2,}|[xX]{3,}")
_CHARACTERS = "*＊●•█■×#"
_RUN = "(?:[*＊●•█■×#xX]+)"
_MOBILE = re.compile(rf"(?:\+?86)?1[3-9][0-9]{_RUN}[0-9]{{4}}")
_IDENTITY = re.compile(rf"[0-9]{{6}}{_RUN}[0-9]{{3}}[0-9Xx]")
_ACCOUNT = re.compile(rf"{_RUN}[0-9]{{4}}")
_DIGEST = re.compile("(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})")
_CIPHER = re.compile("[0-9A-Za-z+/_-]{22,}={1,2}")
_SHOWN = re.compile("[0-9A-Za-z\u4e00-\u9fff]")
_LETTER = re.compile("[A-Za-z\u4e00-\u9fff]")
_SEPARATORS = re.compile("[ -]")
# 泛化: a range, a bound, or somebody of that family name.
_VAGUE = re.compile(
    "[0-9.]+[^0-9.]{0,3}[~～][0-9.]+[^0-9.]{0,3}|[^*]{0,10}(?:以上|以下|以内)|[^某]{0,3}某{1,3}[^某]{0,2}"
)
_PLACEHOLDERS = frozenset({"已脱敏", "脱敏", "已隐藏", "隐藏", "已屏蔽", "保密", "masked", "hidden", "redacted", "n/a"})


def is_masked(value: Json) -> bool:
    """Whether a value shows nothing or is masked.

    That is: absent, empty, with mask characters, a placeholder, a hex digest, padded Base64, or something vague in its
    place (``30~40岁``, ``60岁以上``, ``张某``). Numbers, truth values and filled lists or objects are not masked.
    """
    if value in (None, "", [], {}):
        return True
    if not isinstance(value, str):
        return False
    text = value.strip()
    return has_mask(text) or _CIPHER.fullmatch(text) is not None or _is_replaced(text.strip("[]()（）【】<>").lower())


def _is_replaced(text: str) -> bool:
    return text in _PLACEHOLDERS or any(pattern.fullmatch(text) for pattern in (_DIGEST, _VAGUE))


def has_mask(text: str) -> bool:
    """Whether a text holds mask characters."""
    return _HIDING.search(text) is not None


def without_ends(value: Json) -> Json:
    """A value without the mask characters around it: a star behind a whole number hides nothing."""
    return value.strip(_CHARACTERS) if isinstance(value, str) else value


def shows_nothing(text: str) -> bool:
    """Whether a masked text shows no digit, letter or Chinese character but mask characters."""
    return _SHOWN.search(re.sub("[xX]{3,}", "", text)) is None


def shows_letters(text: str) -> bool:
    """Whether a masked text shows a letter or a Chinese character."""
    return _LETTER.search(re.sub("[xX]{3,}", "", text)) is not None


def is_masked_mobile(text: str) -> bool:
    """Whether a mobile number shows its first 3 and last 4 digits only; blanks and hyphens do not count."""
    return _MOBILE.fullmatch(_bare(text)) is not None


def is_masked_identity(text: str) -> bool:
    """Whether an identity number shows its first 6 and last 4 characters only."""
    return _IDENTITY.fullmatch(_bare(text)) is not None


def is_masked_account(text: str) -> bool:
    """Whether an account or card number shows its last 4 digits only."""
    return _ACCOUNT.fullmatch(_bare(text)) is not None


def _bare(text: str) -> str:
    return _SEPARATORS.sub("", text)
