"""What the checks of traceability and machinery write: harmless, named with the run's prefix, in the test county."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import Sut

COMPANY, CITIZEN = "12999999000000051X", "999999190001010015"
"""A credit code and a citizen number with right check characters, of the county that does not exist."""
SPOILT = "subject with a wrong check character"
_NEXT = {"X": "Y", "5": "6"}


def company_record(sut: Sut, *, wrong: bool = False) -> dict[str, object]:
    """A record of a legal person; its credit code is right, or wrong in its last character."""
    subject = {"kind": "legal", "name": f"{sut.prefix}测试合作社", "uscc": _spoilt(COMPANY) if wrong else COMPANY}
    return _record(sut, "company-wrong" if wrong else "company", subject)


def citizen_record(sut: Sut, *, wrong: bool = False) -> dict[str, object]:
    """A record of a natural person; the citizen number is right, or wrong in its last character."""
    subject = {"kind": "natural", "name": f"{sut.prefix}测试某", "idNo": _spoilt(CITIZEN) if wrong else CITIZEN}
    return _record(sut, "citizen-wrong" if wrong else "citizen", subject)


def terminal_body(sut: Sut, machine: str) -> dict[str, object]:
    """A terminal; ``machine`` tells which machine it is bound to."""
    return {
        "terminalId": f"{sut.prefix}terminal",
        "machineId": f"{sut.prefix}{machine}",
        "model": "测试型",
        "maker": "测试厂",
        "regionCode": "999999001000",
        "registeredAt": sut.now.isoformat(),
    }


def _record(sut: Sut, name: str, subject: dict[str, str]) -> dict[str, object]:
    return {
        "recordId": f"{sut.prefix}{name}",
        "regionCode": "999999001000",
        "recordedAt": sut.now.isoformat(),
        "stage": "production",
        "subject": {**subject, "address": "测试县测试路"},
        "own": {"method": "一致性测试"},
        "dest": {"nextSubject": "测试市场"},
        "outBatch": f"{sut.prefix}{name}-batch",
        "product": {"code": "010101", "name": "一致性测试用稻谷", "qty": 1, "unit": "kg"},
    }


def _spoilt(code: str) -> str:
    """A code with another last character: no longer the right check."""
    return code[:-1] + _NEXT[code[-1]]
