"""Values of the reference platform's data rows by kind, and how each kind is masked.

Phone numbers lie in a range that no person holds (1400000…), identity and card numbers begin with 999999.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from .reference_topics import Item

Value = str | int | float | None

WORDS = {
    "actor": ("生产主体", "加工主体", "流通主体"),
    "affair": ("低保评议", "工程招标", "救灾救济"),
    "animal": ("猪", "牛", "羊", "鸡"),
    "asset": ("房屋", "机电设备", "经营性土地", "库塘"),
    "corner": ("村部", "文化广场", "东头路口"),
    "course": ("果树栽培", "电商运营", "农机维修"),
    "credit": ("甲", "乙", "丙"),
    "crop": ("水稻", "小麦", "玉米", "大豆", "油菜"),
    "diagnosis": ("肠炎", "口蹄疫疑似", "产后瘫痪"),
    "dispute": ("邻里", "土地承包", "婚姻家庭"),
    "drug": ("抗菌药", "驱虫药", "疫苗"),
    "duty": ("值班主任", "网格员", "护林员"),
    "formula": ("15-15-15", "20-10-12", "18-8-16"),
    "hall": ("一类", "二类"),
    "illness": ("甲类", "乙类", "慢病"),
    "keeping": ("原生境", "种质圃", "低温库"),
    "landuse": ("水田", "旱地", "水浇地"),
    "ledger": ("土地租金", "道路维修", "办公支出"),
    "machine": ("拖拉机", "联合收割机", "插秧机", "植保无人机"),
    "nick": ("云禾小店", "谷雨鲜果", "白露茶铺"),
    "person": ("禾样一", "禾样二", "禾样三", "禾样四", "禾样五"),
    "pest": ("条锈病", "赤霉病", "蚜虫"),
    "pesticide": ("吡虫啉", "三环唑", "草铵膦"),
    "produce": ("番茄", "草鱼", "鸡蛋", "苹果"),
    "reuse": ("民宿", "仓储", "出租"),
    "schooling": ("初中", "高中", "大专"),
    "soil": ("水稻土", "潮土", "褐土"),
    "tag": ("规模经营", "绿色认证", "订单农业"),
    "verdict": ("合格", "不合格"),
    "water": ("水库", "坑塘", "河流"),
    "work": ("深松", "播种", "收获"),
}
MASKED_FROM = 3
_CHECKS = "10X98765432"


def value(item: Item, number: int, random: Random) -> Value:
    """The raw value of an item in row ``number`` (from 1)."""
    if item.kind in WORDS:
        return random.choice(WORDS[item.kind])
    return _MAKERS[item.kind](number, random)


def masked(kind: str, raw: Value) -> Value:
    """A value as it is shown where its field is graded G3 or higher."""
    return None if raw is None else MASKS.get(kind, stars)(str(raw))


def _serial(number: int, _: Random) -> str:
    return f"NO-{number:05d}"


def _citizen(number: int, random: Random) -> str:
    body = (
        f"999999{random.randint(1950, 2005)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}{number % 1000:03d}"
    )
    return body + _CHECKS[sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body)) % 11]


def _bank(number: int, random: Random) -> str:
    body = f"999999{random.randrange(10**8):08d}{number % 10**4:04d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(part // 10 + part % 10 for part in doubled) % 10)


def _phone(number: int, random: Random) -> str:
    return f"1400000{(random.randrange(10) * 1000 + number) % 10000:04d}"


def _date(_: int, random: Random) -> str:
    return f"{random.randint(2021, 2025)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"


def _time(number: int, random: Random) -> str:
    return f"{_date(number, random)}T{random.randint(5, 19):02d}:{random.randint(0, 59):02d}:00+08:00"


def _whole(least: int, most: int, _: int, random: Random) -> int:
    return random.randint(least, most)


def _tenths(least: int, most: int, _: int, random: Random) -> float:
    return random.randint(least * 10, most * 10) / 10


def _place(degrees: int, _: int, random: Random) -> float:
    return degrees + random.randrange(10**6) / 10**6


def _file(suffix: str, number: int, _: Random) -> str:
    return f"f{number:05d}.{suffix}"


_MAKERS: dict[str, Callable[[int, Random], Value]] = {
    "serial": _serial,
    "citizen": _citizen,
    "bank": _bank,
    "phone": _phone,
    "date": _date,
    "time": _time,
    "age": partial(_whole, 3, 13),
    "count": partial(_whole, 10, 4000),
    "small": partial(_whole, 1, 9),
    "year": partial(_whole, 2019, 2025),
    "decimal": partial(_tenths, 1, 90),
    "ph": partial(_tenths, 5, 8),
    "money": partial(_tenths, 100, 90000),
    "longitude": partial(_place, 100),
    "latitude": partial(_place, 30),
    "photo": partial(_file, "jpg"),
    "feature": partial(_file, "bin"),
}


def stars(raw: str) -> str:
    """All but a leading character that is no digit, masked."""
    return raw[:1] + "***" if raw and not raw[0].isdigit() else "***"


MASKS: dict[str, Callable[[str], str]] = {
    "phone": lambda raw: raw[:3] + "****" + raw[-4:],
    "citizen": lambda raw: raw[:6] + "********" + raw[-4:],
    "bank": lambda raw: "*" * (len(raw) - 4) + raw[-4:],
    "person": lambda raw: raw[:1] + "**",
    "date": lambda raw: raw[:4] + "-**-**",
}
