"""What the cascade checks report, ask for and correct: harmless, named with the run's prefix, taken back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from pytest_szxc import Sut

DIGITS = 9


def entry(sut: Sut, taken: Collection[str]) -> dict[str, object]:
    """A catalogue entry that satisfies every rule, with a code that the catalogue does not have yet."""
    random = sut.random("IC-049")
    codes = ("399999" + "".join(str(random.randrange(10)) for _ in range(DIGITS)) for _ in range(len(taken) + 1))
    return {
        "resourceClass": {"lei": "部门信息资源", "xiang": "农业农村", "mu": "一致性测试"},
        "title": f"{sut.prefix}一致性测试条目",
        "resourceCode": next(code for code in codes if code not in taken),
        "provider": "测试县农业农村局",
        "providerCode": "12999999000000051X",
        "abstract": "一致性测试用条目，测试结束即撤回",
        "format": "xlsx",
        "items": [{"name": "乡镇名称", "dataType": "C"}],
        "sharing": {"type": "1", "condition": "无条件", "method": "下载"},
        "openness": "closed",
        "updateCycle": "irregular",
        "publishDate": sut.now.date().isoformat(),
        "relatedCodes": [],
        "regionCode": "999999000000",
    }


def application(sut: Sut, code: str, number: int) -> dict[str, str]:
    """A request for a resource; a platform that gives ids of its own passes over this one."""
    return {
        "id": f"{sut.prefix}request-{number}",
        "resourceCode": code,
        "title": f"{sut.prefix}一致性测试申请",
        "applicant": "测试镇农业服务中心",
        "purpose": "一致性测试，结束即撤回",
        "kind": "ordinary",
    }


def correction(sut: Sut, code: str, number: int) -> dict[str, str]:
    """A correction of a resource's data; a platform that gives ids of its own passes over this one."""
    return {
        "id": f"{sut.prefix}correction-{number}",
        "resourceCode": code,
        "recordId": f"{sut.prefix}{number}",
        "field": "area",
        "problem": f"{sut.prefix}一致性测试：第 {number} 处数值存疑",
        "suggestion": "一致性测试，无需更正",
        "reporter": "测试镇农业服务中心",
    }
