"""Golden codes: worked examples of the standards and synthetic ones of county 999999."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.checks import codes

CREDIT = [
    "N2999999MF0000013P",
    "N1999999MF00001A3R",
    "93999999MA0000XY5G",
    "52999999MJ00000L1W",
    "12999999000000051X",
    "9144030071526726XG",
    "914403001922038216",
    "91350100M000100Y43",
]
LEGAL_BUT_FAILING = {"91350100M0001TGQXM": "1", "91350211M0000XUF46": "R", "91350203M0001FUE2P": "J"}
CITIZEN = [
    "11010519491231002X",
    "440524188001010014",
    "999999190001010015",
    "999999202402290025",
    "999999194910011232",
]


@pytest.mark.parametrize("code", CREDIT)
def test_credit_code(code: str) -> None:
    assert codes.is_uscc(code)
    assert codes.uscc_check(code[:17]) == code[17]


@pytest.mark.parametrize(("code", "calculated"), LEGAL_BUT_FAILING.items())
def test_credit_code_that_is_legal_and_fails(code: str, calculated: str) -> None:
    assert codes.is_uscc_form(code)
    assert not codes.is_uscc(code)
    assert codes.uscc_check(code[:17]) == calculated


@pytest.mark.parametrize("code", CREDIT[:1])
def test_credit_code_shows_every_single_substitution(code: str) -> None:
    wrong = [
        code[:place] + symbol + code[place + 1 :]
        for place in range(17)
        for symbol in codes.USCC_SYMBOLS
        if symbol != code[place]
    ]
    assert len(wrong) == 510
    assert not any(codes.uscc_check(one[:17]) == code[17] for one in wrong)


def test_credit_code_shows_every_swap_of_neighbours() -> None:
    code = "93999999MA0000XY5G"
    swapped = [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(16) if code[i] != code[i + 1]]
    assert not any(codes.uscc_check(one[:17]) == one[17] for one in swapped)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n2999999mf0000013p",
        "N2999999MF0000013P ",
        "N2999999MF0000013P\n",
        "I2999999MF0000013P",
        "129999990000000510X",
    ],
)
def test_not_a_credit_code(text: str) -> None:
    assert not codes.is_uscc_form(text)


@pytest.mark.parametrize("code", ["D2143569X", "192203821", "MF0000013", "000000051", "MA00000A9", "MA00000L9"])
def test_organisation_code(code: str) -> None:
    assert codes.is_organisation_code(code)


@pytest.mark.parametrize("code", ["D21435690", "d2143569X", "D2143569", "192203820"])
def test_not_an_organisation_code(code: str) -> None:
    assert not codes.is_organisation_code(code)


@pytest.mark.parametrize("number", [*CITIZEN, "11010519491231002x"])
def test_citizen_number(number: str) -> None:
    assert codes.is_citizen_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "999999190001010016",
        "999999202302290025",
        "999999190013010010",
        "914403001922038216",
        "９９９９９９190001010015",
        "999999190001010015 ",
    ],
)
def test_not_a_citizen_number(number: str) -> None:
    assert not codes.is_citizen_number(number)


@pytest.mark.parametrize(("digits", "check"), [("079", "X"), ("0794", "0"), ("11010519491231002", "X")])
def test_mod_11_2(digits: str, check: str) -> None:
    assert codes.mod_11_2(digits) == check


@pytest.mark.parametrize("code", ["999999", "999999100", "999999100201"])
def test_region_code(code: str) -> None:
    assert codes.is_region_code(code)


@pytest.mark.parametrize("code", ["099999", "9999991", "99999", "9999991002011", "99999A"])
def test_not_a_region_code(code: str) -> None:
    assert not codes.is_region_code(code)


@pytest.mark.parametrize("number", ["79927398713", "4111111111111111", "0"])
def test_luhn(number: str) -> None:
    assert codes.is_luhn(number)


@pytest.mark.parametrize("number", ["79927398710", "", "7992739871x", "７９９２７３９８７１３"])
def test_not_luhn(number: str) -> None:
    assert not codes.is_luhn(number)


def test_bank_card() -> None:
    assert codes.is_bank_card(_with_luhn("622202000000000000"))
    assert not codes.is_bank_card("4111111111111111")
    assert not codes.is_bank_card("62" + "0" * 10)


def _with_luhn(body: str) -> str:
    return next(body + digit for digit in "0123456789" if codes.is_luhn(body + digit))


@pytest.mark.parametrize("number", ["13900000000", "+8613900000000", "8619900000000"])
def test_mobile(number: str) -> None:
    assert codes.is_mobile(number)


@pytest.mark.parametrize("number", ["12900000000", "1390000000", "139000000000", "057712345678", "１3900000000"])
def test_not_a_mobile(number: str) -> None:
    assert not codes.is_mobile(number)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for predicate in (
        codes.is_uscc,
        codes.is_organisation_code,
        codes.is_citizen_number,
        codes.is_region_code,
        codes.is_luhn,
        codes.is_bank_card,
        codes.is_mobile,
    ):
        assert predicate(text) in {True, False}
