"""Predicates on codes: credit code, organisation code, citizen number, region code, bank card, mobile number.

Each speaks of a text only; whether a code was ever issued is not known here.
Letters are upper case unless said otherwise.
"""

from __future__ import annotations

import re
from datetime import date

USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""

_USCC = re.compile(f"[{USCC_SYMBOLS}]{{2}}[0-9]{{6}}[{USCC_SYMBOLS}]{{10}}")
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION = re.compile("[0-9A-Z]{8}[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN = re.compile("[1-9][0-9]{16}[0-9Xx]")
_REGION = re.compile("[1-9][0-9]{5}(?:[0-9]{3}){0,2}")
_DIGITS = re.compile("[0-9]+")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
_CARD_LENGTHS = range(16, 20)
_FIRST_YEAR, _LAST_YEAR = 1800, 2199


def is_uscc_form(text: str) -> bool:
    """Whether a text has the characters and the length of a unified social credit code; the check is not looked at."""
    return _USCC.fullmatch(text) is not None


def is_uscc(text: str) -> bool:
    """Whether a text is a unified social credit code with its right check character (GB 32100-2015).

    A few codes of the early pilot are legal and fail: a rule needs an allow-list beside this.
    """
    return is_uscc_form(text) and uscc_check(text[:17]) == text[17]


def uscc_check(body: str) -> str:
    """The check character of the first 17 characters: weights 3^i mod 31.

    Raises:
        ValueError: a character is none of ``USCC_SYMBOLS``.
    """
    total = sum(USCC_SYMBOLS.index(symbol) * weight for symbol, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_SYMBOLS[-total % 31]


def is_organisation_code(text: str) -> bool:
    """Whether nine characters are an organisation code with its right check character (GB 11714-1997)."""
    return _ORGANISATION.fullmatch(text) is not None and organisation_check(text[:8]) == text[8]


def organisation_check(body: str) -> str:
    """The check character of eight characters ``0-9A-Z``.

    Raises:
        ValueError: a character is neither a digit nor a letter.
    """
    total = sum(int(symbol, 36) * weight for symbol, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def is_citizen_number(text: str) -> bool:
    """Whether a text is an 18-character citizen number: a date that exists and the right check (GB 11643-1999).

    The region is not looked up, for abolished counties stay in numbers. A lower-case ``x`` is taken.
    """
    return _CITIZEN.fullmatch(text) is not None and _is_day(text[6:14]) and mod_11_2(text[:17]) == text[17].upper()


def _is_day(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        return _FIRST_YEAR <= date(year, month, day).year <= _LAST_YEAR
    except ValueError:
        return False


def mod_11_2(digits: str) -> str:
    """The check character of a text of digits in the pure system ISO 7064 MOD 11-2: ``0`` to ``9`` or ``X``.

    Raises:
        ValueError: a character is not a digit.
    """
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def is_region_code(text: str) -> bool:
    """Whether a text has the form of a region code: 6, 9 or 12 digits (GB/T 2260, GB/T 10114)."""
    return _REGION.fullmatch(text) is not None


def is_luhn(text: str) -> bool:
    """Whether a text of digits passes the Luhn check (ISO/IEC 7812-1)."""
    if not _DIGITS.fullmatch(text):
        return False
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(text))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def is_bank_card(text: str) -> bool:
    """Whether a text looks like a bank card of this country: 16 to 19 digits from 62, and the Luhn check.

    Cards of other ranges are left out: one code in ten of that length passes Luhn by chance.
    """
    return len(text) in _CARD_LENGTHS and text.startswith("62") and is_luhn(text)


def is_mobile(text: str) -> bool:
    """Whether a text is a mobile number: 11 digits from 13 to 19, with or without the country code 86."""
    return _MOBILE.fullmatch(text) is not None
