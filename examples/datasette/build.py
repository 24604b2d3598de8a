"""Makes the example's catalogue: synthetic entries of an invented county in SQLite, the same for one seed and instant.

python build.py catalogue.db
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tomllib
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

HERE = Path(__file__).parent
BEIJING = timezone(timedelta(hours=8))
SEED = "datasette"
LAW = "《中华人民共和国数据安全法》第二十一条"
PRIVACY_LAW = "《中华人民共和国个人信息保护法》第二十八条"
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CORE, IMPORTANT, G1 = 6, 5, 1
HARMS = ("无", "一般", "严重", "特别严重")
RIGHTS, SOCIETY = (1, 2, 3, 4), (1, 4, 5, 6)
TABLE = {
    "国家安全": (1, 5, 6, 6),
    "经济运行": SOCIETY,
    "社会秩序": SOCIETY,
    "公共利益": SOCIETY,
    "组织权益": RIGHTS,
    "个人权益": RIGHTS,
}
CYCLE_DAYS = {
    "实时": 0.01,
    "每日": 1,
    "每周": 7,
    "每旬": 10,
    "每月": 31,
    "每季度": 92,
    "每半年": 184,
    "每年": 366,
    "不定期": 700,
}
SHARING = {"open": ("无条件共享", 2), "terms": ("有条件共享", 1), "none": ("不予共享", 0)}
QUESTIONS = ("naturalResources", "strategicReserves", "farmlandWater", "biologicalResources", "geographicPrecision")
Row: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Topic:
    """One table of topics.toml: what a kind of data set is, its impacts, fields and sharing."""

    name: str
    agri: str
    dept: int
    cycle: str
    fields: list[str]
    impacts: list[str]
    share: str
    subject: str = "GG"
    thing: int = 2
    processed: str = "原始"
    pi: list[str] = field(default_factory=list)
    spi: list[str] = field(default_factory=list)
    floor: int | None = None
    raised: str | None = None
    important: list[str] = field(default_factory=list)

    @cached_property
    def columns(self) -> list[Row]:
        """The data set's fields as the catalogue keeps them."""
        parts = [text.split("|") for text in self.fields]
        names = ("字段", "类型", "定级", "数据元")
        return [dict(zip(names, [part[0], part[1], int(part[2]), *part[3:]], strict=False)) for part in parts]

    @cached_property
    def grade(self) -> int:
        """1 (G1) to 4 (G4), 5 important, 6 core: the highest impact, one more where the office raised it."""
        cells = [TABLE[thing][HARMS.index(harm)] for thing, harm, _ in (text.split("|") for text in self.impacts)]
        return max(cells) + (self.raised is not None)


@dataclass(frozen=True)
class Draft:
    """One entry in the making: a topic in a township."""

    number: int
    place: int
    township: str
    topic_number: int
    topic: Topic
    now: datetime
    random: Random

    def row(self) -> Row:
        """The entry's row of the table ``resources``."""
        return {**self.identity(), **self.access(), **self.currency(), **self.facets(), **self.grading(), **self.size()}

    def identity(self) -> Row:
        """Who and what: number, name, department, class and fields."""
        topic = self.topic
        name = f"禾澜县{self.township}{topic.name}"
        names = "、".join(str(column["字段"]) for column in topic.columns)
        return {
            "id": self.number,
            "res_no": f"3{int(topic.agri[1:3]):02d}{self.topic_number:03d}/{self.number:05d}",
            "res_name": name,
            "dept_id": topic.dept if self.place % 3 else 100 + self.place,
            "summary": f"{name},含{names}等信息项。",
            "cat_1": "部门信息资源",
            "cat_2": "农业农村",
            "cat_3": topic.agri,
            "cat_4": topic.name,
            "carrier": ("xlsx", "KingbaseES", "Dm", "服务接口")[self.number % 4],
            "fields_json": text_of(topic.columns),
            "oid": f"1.2.156.326.{self.topic_number}.{self.number}" if self.number % 2 else None,
        }

    def access(self) -> Row:
        """How the data are shared and opened."""
        kind, open_kind = SHARING[self.topic.share]
        law = PRIVACY_LAW if self.topic.subject == "GR" else LAW
        terms = {
            "open": "无条件",
            "terms": "用于本县农业农村业务办理,经提供部门核准后使用",
            "none": f"依据{law},不予共享",
        }
        closed = self.topic.grade >= IMPORTANT
        way = ("系统对接", "联机查询", "在线浏览", "调用在线服务")[self.place % 4]
        return {
            "share_kind": kind,
            "share_terms": terms[self.topic.share],
            "share_way": way,
            "open_kind": 0 if closed else open_kind,
        }

    def currency(self) -> Row:
        """How often the data are renewed and when they were last."""
        age = timedelta(days=CYCLE_DAYS[self.topic.cycle] * self.random.uniform(0.05, 0.95))
        return {
            "cycle": self.topic.cycle,
            "published_on": (self.now - timedelta(days=800 + self.number)).date().isoformat(),
            "touched_at": stamp(self.now - age),
        }

    def facets(self) -> Row:
        """How the data are classified."""
        topic = self.topic
        return {
            "scheme_no": "GB/T 43697",
            "scheme_edition": "2024",
            "agri_code": topic.agri,
            "数据主体": topic.subject,
            "thing_kind": topic.thing,
            "processed": topic.processed,
            "pi_json": text_of(topic.pi) if topic.pi else None,
            "spi_json": text_of(topic.spi) if topic.spi else None,
            "factors_json": text_of(self.factors()),
        }

    def factors(self) -> Row:
        """The eight factors behind a grading, in words."""
        return {
            "领域": self.topic.agri,
            "群体": "农户" if self.topic.subject == "GR" else "经营主体",
            "区域": f"禾澜县{self.township}",
            "精度": "户级" if self.topic.subject == "GR" else "村级",
            "规模": "全量",
            "深度": self.topic.processed,
            "覆盖度": "全域",
            "重要性": self.topic.name,
        }

    def grading(self) -> Row:
        """The grade with its reasons, the people and the dates."""
        topic, grade = self.topic, self.topic.grade
        graded = self.now - timedelta(days=self.random.randint(30, 300), minutes=self.random.randint(0, 900))
        return {
            "tier": {CORE: "HX", IMPORTANT: "ZY"}.get(grade, "YB"),
            "sub_no": grade if grade < IMPORTANT else None,
            "floor_no": topic.floor,
            "raise_note": topic.raised,
            "important_json": text_of(self.answers()) if grade >= IMPORTANT else None,
            "grade_basis": "GB/T 43697—2024 及本县数据分类分级清单",
            "graded_by": f"数据管理员{self.number % 3 + 1}号",
            "graded_at": stamp(graded),
            "approved_by": f"数据安全责任人{self.number % 2 + 1}号",
            "approved_at": stamp(graded + timedelta(days=self.random.randint(1, 12))),
            "review_on": (graded + timedelta(days=365)).date().isoformat(),
            "zj_level": f"L{grade}" if grade < IMPORTANT else None,
            "delta_level": {CORE: "核心", IMPORTANT: "重要"}.get(grade, f"一般{grade}级"),
        }

    def answers(self) -> list[Row]:
        """The questionnaire of important-data factors."""
        applies = self.topic.important
        return [{"因素": name, "是否": int(name in applies), "说明": "见定级报告"} for name in QUESTIONS]

    def size(self) -> Row:
        """How much, how exact, how complete, what for."""
        rows = self.random.randint(200, 90_000)
        return {
            "row_count": rows,
            "byte_count": rows * self.random.randint(80, 900),
            "accuracy": self.random.choice((0.1, 0.5, 1.0, 30.0)),
            "accuracy_unit": "m",
            "cover_percent": self.random.randint(800, 1000) / 10,
            "use_for": f"{self.topic.name}的统计、监管与服务",
        }

    def impact_rows(self) -> list[Row]:
        """The entry's rows of the table ``impacts``."""
        names = ("object_zh", "harm_zh", "reason_zh")
        return [
            {"resource_id": self.number, "seq": seq, **dict(zip(names, text.split("|"), strict=True))}
            for seq, text in enumerate(self.topic.impacts, 1)
        ]

    def log_rows(self, row: Row) -> list[Row]:
        """The entry's rows of the table ``grade_log``: the first grading, and for every third entry a rise."""
        grade = self.topic.grade
        changed = self.number % 3 == 0 and grade > G1
        act = {"resource_id": self.number, "changed_by": row["graded_by"]}
        first = {
            "to_no": grade - changed,
            "reason_zh": "主管部门要求",
            "changed_at": stamp(self.now - timedelta(days=600)),
        }
        last = {"from_no": grade - 1, "to_no": grade, "reason_zh": "内容变化", "changed_at": row["graded_at"]}
        return [{**act, **step} for step in ([first, last] if changed else [first])]


def build(path: Path, now: datetime, seed: str = SEED) -> int:
    """Write the catalogue to a new file and say how many entries it has.

    Args:
        path: the file; one that is there is replaced.
        now: the instant up to which the data are fresh.
        seed: what the sizes, dates and people depend on.
    """
    path.unlink(missing_ok=True)
    plan = tomllib.loads((HERE / "topics.toml").read_text(encoding="utf-8"))
    made = list(drafts(plan, now, seed))
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript((HERE / "schema.sql").read_text(encoding="utf-8"))
        for department in departments(plan):
            insert(base, "departments", department)
        for draft in made:
            write(base, draft)
    return len(made)


def drafts(plan: dict[str, Any], now: datetime, seed: str) -> list[Draft]:
    """Each topic once for each township."""
    pairs = [
        (place, township, number, Topic(**table))
        for place, township in enumerate(plan["townships"], 1)
        for number, table in enumerate(plan["topics"], 1)
    ]
    local = now.astimezone(BEIJING)
    return [Draft(entry, *pair, local, Random(f"{seed}/{entry}")) for entry, pair in enumerate(pairs, 1)]  # noqa: S311 -- synthetic data


def departments(plan: dict[str, Any]) -> list[Row]:
    """The county's offices, and the townships' own governments from number 101 on."""
    offices = [(number, f"禾澜县{name}") for number, name in enumerate(plan["departments"], 1)]
    offices += [(number, f"禾澜县{name}人民政府") for number, name in enumerate(plan["townships"], 101)]
    return [{"id": number, "dept_name": name, "uscc": credit_code(number)} for number, name in offices]


def write(base: sqlite3.Connection, draft: Draft) -> None:
    """Write one entry with its impacts and its log."""
    row = draft.row()
    insert(base, "resources", row)
    for impact in draft.impact_rows():
        insert(base, "impacts", impact)
    for step in draft.log_rows(row):
        insert(base, "grade_log", step)


def insert(base: sqlite3.Connection, table: str, row: Row) -> None:
    """Insert one row; table and column names are this file's own."""
    columns = ", ".join(f'"{name}"' for name in row)
    base.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 -- own names


def credit_code(serial: int) -> str:
    """A unified social credit code (GB 32100) of a public body in region 999999, which no body can have."""
    organ = f"DX{serial:06d}"
    total = sum(int(symbol, 36) * weight for symbol, weight in zip(organ, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    organ += "0123456789X0"[11 - total % 11]
    body = f"11999999{organ}"
    return body + SYMBOLS[-sum(SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(body)) % 31]


def stamp(at: datetime) -> str:
    """An instant as this catalogue writes it: Beijing time without an offset."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def text_of(value: object) -> str:
    """JSON as it is kept in a text column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> int:
    """Build a file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    print(f"{path}: {build(path, datetime.now(UTC))} entries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
