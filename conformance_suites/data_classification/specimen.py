"""The test entry of DC-060: whole, harmless, named with the run's prefix, in the county that does not exist."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from . import tables

if TYPE_CHECKING:
    from pytest_szxc import Sut

DIGITS = 12


def specimen(sut: Sut) -> dict[str, object]:
    """A catalogue entry of grade G1 that satisfies every rule of the suite."""
    random, now = sut.random("DC-060"), sut.now.replace(microsecond=0)
    code = "3" + "".join(str(random.randrange(10)) for _ in range(DIGITS))
    return {
        **_core(sut.prefix, code, now.date().isoformat()),
        **_grading(now.isoformat(), (now + timedelta(days=180)).date().isoformat()),
    }


def regrading() -> dict[str, object]:
    """The body of the change: one grade up, for a reason of the table."""
    return {"level": "general", "subLevel": 2, "reason": "contextChanged"}


def _core(prefix: str, code: str, today: str) -> dict[str, object]:
    return {
        "resourceClass": {"lei": "部门信息资源", "xiang": "农业农村", "mu": "一致性测试"},
        "title": f"{prefix}一致性测试条目",
        "resourceCode": code,
        "provider": "测试县农业农村局",
        "providerCode": "12999999000000051X",
        "abstract": "一致性测试用条目，测试结束即删除",
        "format": "xlsx",
        "items": [{"name": "乡镇名称", "dataType": "C"}],
        "sharing": {"type": "1", "condition": "无条件", "method": "下载"},
        "openness": "conditional",
        "updateCycle": "irregular",
        "publishDate": today,
        "relatedCodes": [],
    }


def _grading(now: str, review: str) -> dict[str, object]:
    return {
        "lastUpdated": now,
        "scheme": "gbt43697",
        "version": "2024",
        "agriClass": "A11",
        "dataSubject": "public",
        "describedObject": "business",
        "processing": "raw",
        "factors": dict.fromkeys(tables.column("factors", "zh"), "低"),
        "impacts": [{"object": "publicInterest", "harm": "none", "reason": "测试数据"}],
        "level": "general",
        "subLevel": 1,
        "fieldLevels": [{"field": "乡镇名称", "level": "G1"}],
        "scale": {"records": 1, "bytes": 64},
        "basis": "GB/T 43697-2024",
        "gradedBy": "测试定级员",
        "gradedAt": now,
        "approvedBy": "测试审核员",
        "approvedAt": now,
        "nextReviewDate": review,
        "mapping": {"db31t310030": "一般1级", "db33t2351": "L1", "cac2026": "常规一般"},
    }
