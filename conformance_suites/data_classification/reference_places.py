"""Fictitious places and bodies of county 999999, with computed codes that are valid in form and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

REGION = "999999"
COUNTY = "云禾县"
TOWNSHIPS = ("青穗镇", "谷雨镇", "芒种乡", "白露镇", "惊蛰乡", "霜降镇", "春分镇", "处暑乡")
VILLAGES = ("东禾村", "西畴村", "南垄村", "北圩村", "上塘村", "下坝村")
_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGAN_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """One place: the county, a township or a village."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Body:
    """One body that provides data."""

    name: str
    code: str


@cache
def places() -> tuple[Place, ...]:
    """The county, its townships and their villages, villages last."""
    townships = [Place(COUNTY + name, f"{REGION}{number:03d}") for number, name in enumerate(TOWNSHIPS, 100)]
    villages = [
        Place(township.name + name, f"{township.code}{number:03d}")
        for township in townships
        for number, name in enumerate(VILLAGES, 200)
    ]
    return (Place(COUNTY, REGION), *townships, *villages)


@cache
def credit_code(kind: str, serial: int) -> str:
    """A unified social credit code (GB 32100) of region 999999; ``kind`` is its two leading symbols."""
    organ = f"MF{serial:06d}"
    body = kind + REGION + organ + _organ_check(organ)
    total = sum(_SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(body))
    return body + _SYMBOLS[-total % 31]


def _organ_check(organ: str) -> str:
    total = sum(int(symbol, 36) * weight for symbol, weight in zip(organ, _ORGAN_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


BODIES = {
    name: Body(COUNTY + title, credit_code(kind, serial))
    for serial, (name, kind, title) in enumerate(
        (
            ("agriculture", "11", "农业农村局"),
            ("land", "11", "自然资源局"),
            ("market", "11", "市场监督管理局"),
            ("machinery", "12", "农机技术推广站"),
            ("quality", "12", "农产品质量安全检测中心"),
            ("seed", "12", "种质资源保护中心"),
            ("trade", "91", "农村产权交易有限公司"),
            ("coop", "93", "惠禾农民专业合作社"),
        ),
        1,
    )
}
