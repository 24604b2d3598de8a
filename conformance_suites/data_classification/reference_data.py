"""The reference platform's synthetic catalogue: the same for the same seed, size and instant.

Each topic stands once for each place of county 999999; when the places are used up, once more for the year before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from . import reference_codes as codes
from .reference_grading import GRADES, as_members, grade_of, rank
from .reference_places import BODIES, Body, Place, credit_code, places
from .reference_topics import Topic, topics
from .reference_trail import BEIJING, Trail, stamp, trail
from .reference_values import MASKED_FROM, Value, masked, value

Entry = dict[str, Any]
ROWS = 40
_G3, _G4, _IMPORTANT, _CORE = 3, 4, 5, 6
_YEAR = 2025


@dataclass(frozen=True, slots=True)
class Tables:
    """What the platform stores: (key, JSON text) of each table."""

    entries: tuple[tuple[str, str], ...]
    filings: tuple[tuple[str, str], ...]
    audit: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4)
def tables(seed: int, size: int, now: datetime) -> Tables:
    """All tables of a platform of ``size`` entries, filled at ``now``."""
    made = entries(seed, size, now)
    grave = [entry for entry in made if entry["level"] != "general"]
    return Tables(
        entries=tuple((str(entry["resourceCode"]), _text(entry)) for entry in made),
        filings=tuple((str(entry["resourceCode"]), _text(_filing(n, entry, now))) for n, entry in enumerate(grave)),
        audit=tuple((str(event["object"]), _text(event)) for entry in made for event in _events(entry)),
    )


def entries(seed: int, size: int, now: datetime) -> list[Entry]:
    """The catalogue's entries."""
    made: dict[tuple[int, str], Entry] = {}
    known = topics()
    for number in range(size):
        round_, index = divmod(number, len(known))
        topic = known[index]
        sources = [made[round_, title] for title in topic.sources]
        made[round_, topic.title] = _Draft(topic, number, round_, now, _random(f"{seed}/{number}")).entry(sources)
    return list(made.values())


def rows(seed: int, entry: Entry) -> list[dict[str, Value]]:
    """The raw data rows behind an entry, members named as its items; two optional values are missing.

    An entry that was added through the API has none.
    """
    kinds = {topic.title: topic.items for topic in topics()}.get(entry["resourceClass"].get("ximu"), ())
    random = _random(f"{seed}/rows/{entry['resourceCode']}")
    made = [[value(item, number, random) for item in kinds] for number in range(1, ROWS + 1)] if kinds else []
    for row in random.sample(made, 2) if made else ():
        row[-1] = None
    names = [item["name"] for item in entry["items"]]
    return [dict(zip(names, row, strict=True)) for row in made]


def kinds(entry: Entry) -> dict[str, str]:
    """What kind of value each of the entry's items holds."""
    known = {topic.title: topic.items for topic in topics()}.get(entry["resourceClass"].get("ximu"), ())
    return {item["name"]: kind.kind for item, kind in zip(entry["items"], known, strict=False)}


@dataclass(frozen=True, slots=True)
class _Draft:
    """One entry in the making."""

    topic: Topic
    number: int
    round_: int
    now: datetime
    random: Random

    def entry(self, sources: list[Entry]) -> Entry:
        grade = self.grade()
        trailed = trail(self.topic, self.number, grade, self.now, self.random)
        return {
            **self.core(),
            **self.access(rank(grade)),
            **self.currency(trailed),
            **self.classes(),
            **self.personal(),
            **self.weighing(grade),
            **self.fields(),
            **self.measures(),
            **_grading(trailed),
            **self.derivation(sources, trailed),
            **self.handling(rank(grade)),
            **codes.shown_as(grade),
            "objectId": f"1.2.156.326.{self.topic.number}.{self.number + 1}",
        }

    def grade(self) -> str:
        least = [rank(grade_of(_pairs(self.topic))) + bool(self.topic.raised), self.topic.reference]
        least += [item.rank for item in self.topic.items]
        return GRADES[max(least) - 1]

    def place(self) -> Place:
        known = places()
        return known[self.round_ % len(known)]

    def core(self) -> Entry:
        topic, place = self.topic, self.place()
        body = _body(topic.body, place, self.round_)
        year = _YEAR - self.round_ // len(places())
        title = f"{place.name}{topic.title}({year}年)"
        names = "、".join(item.name for item in topic.items)
        return {
            "resourceClass": {"lei": "部门信息资源", "xiang": "农业农村", "mu": topic.agri_class, "ximu": topic.title},
            "title": title,
            "resourceCode": f"3{int(topic.agri_class[1:3]):02d}{topic.number:03d}/{self.number + 1:06d}",
            "provider": body.name,
            "providerCode": body.code,
            "abstract": f"{title}的数据资源,由{body.name}汇总,含{names}等信息项。",
            "format": self.random.choice(codes.FORMATS),
            "items": [self.item(place_) for place_ in range(len(topic.items))],
        }

    def item(self, index: int) -> Entry:
        item = self.topic.items[index]
        raw = value(item, 1, self.random)
        sample = masked(item.kind, raw) if item.rank >= MASKED_FROM else raw
        element = f"DB37/T 4223.3-2022:{self.topic.number:03d}{index + 1:02d}"
        return {"name": item.name, "dataType": item.data_type, "sample": sample, "elementId": element}

    def access(self, weight: int) -> Entry:
        kind, condition, openness = self.sharing(weight)
        related = {"relatedCodes": []} if self.number % 5 == 0 else {}
        method = codes.METHODS[self.number % len(codes.METHODS)]
        return {"sharing": {"type": kind, "condition": condition, "method": method}, "openness": openness, **related}

    def sharing(self, weight: int) -> tuple[str, str, str]:
        if weight == 1:
            return "1", "无条件", "unconditional"
        if weight == _CORE:
            return "3", f"依据{codes.LAW}第二十一条,国家核心数据不予共享", "closed"
        if weight == _IMPORTANT:
            return "2", "经主管部门批准并通过安全评估后按清单提供", "closed"
        if weight == _G4 and self.number % 2 == 0:
            law = codes.PRIVACY_LAW if self.topic.sensitive else f"{codes.LAW}第二十一条"
            return "3", f"依据{law},不予共享", "closed"
        return "2", "用于本县农业农村业务办理,经提供方核准后提供", "closed" if weight == _G4 else "conditional"

    def currency(self, trailed: Trail) -> Entry:
        cycle, days = list(codes.CYCLES.items())[self.number % len(codes.CYCLES)]
        age = timedelta(minutes=10) if cycle == "realtime" else timedelta(days=days) * self.random.uniform(0.05, 0.9)
        return {
            "updateCycle": cycle,
            "publishDate": (trailed.graded - timedelta(days=500)).astimezone(BEIJING).date().isoformat(),
            "lastUpdated": stamp(self.now - age),
        }

    def classes(self) -> Entry:
        topic = self.topic
        mass = {} if topic.mass is None else {"massStatistics": topic.mass}
        return {
            "scheme": codes.SCHEME,
            "version": codes.SCHEME_VERSION,
            "agriClass": topic.agri_class,
            "dataSubject": topic.subject,
            "describedObject": topic.described,
            "processing": topic.processing,
            **mass,
        }

    def personal(self) -> Entry:
        if not self.topic.pi:
            return {}
        found: Entry = {"piClass": list(self.topic.pi)}
        if self.topic.sensitive:
            found["sensitivePi"] = list(self.topic.sensitive)
        return found

    def weighing(self, grade: str) -> Entry:
        found: Entry = {"impacts": [_impact(*pair) for pair in self.topic.impacts], **as_members(grade)}
        if self.topic.reference > 1 or self.number % 4 == 0:
            found["minReferenceLevel"] = GRADES[self.topic.reference - 1]
        if rank(grade) > rank(grade_of(_pairs(self.topic))):
            found["raiseReason"] = self.topic.raised or "按最低参考级别及最高字段级别就高从严"
        if rank(grade) >= _IMPORTANT:
            found["importantDataFactors"] = [_factor(name, name in self.topic.factors) for name in codes.FACTOR_GROUPS]
        return found

    def fields(self) -> Entry:
        return {"fieldLevels": [{"field": item.name, "level": GRADES[item.rank - 1]} for item in self.topic.items]}

    def measures(self) -> Entry:
        records = self.random.randint(2_000, 900_000)
        return {
            "factors": {
                "domain": self.topic.agri_class,
                "group": self.topic.subject,
                "region": self.place().code,
                "precision": "分米级" if self.topic.number % 2 else "户级",
                "scale": f"{records}条",
                "depth": self.topic.processing,
                "coverage": "全域",
                "importance": self.topic.described,
            },
            "scale": {"records": records, "bytes": records * self.random.randint(80, 900)},
            "precision": {"value": self.random.choice((0.1, 0.5, 1, 30)), "unit": "m"},
            "coverage": {"value": self.random.randint(60, 100), "unit": "%"},
        }

    def derivation(self, sources: list[Entry], trailed: Trail) -> Entry:
        if not sources:
            return {}
        found: Entry = {
            "derivedFrom": [source["resourceCode"] for source in sources],
            "derivedAt": stamp(trailed.graded - timedelta(days=2)),
        }
        if self.topic.processing == "masked":
            found["maskMethod"] = "删除直接标识符并按村聚合"
        return found

    def handling(self, weight: int) -> Entry:
        grave = weight >= _IMPORTANT
        return {
            "purpose": f"{self.topic.title}的统计、监管与服务,系统内自动化处理",
            "useScope": "云禾县农业农村主管部门内部" if weight >= _G3 else "云禾县农业农村系统及合作单位",
            "responsible": _body(self.topic.body, self.place(), self.round_).name,
            "externalSharing": "经批准向上级主管部门共享" if grave else weight < _G4,
            "crossBorder": "不出境" if grave else False,
            "protection": ["分级授权", "传输加密", "存储加密", "操作审计"][: 1 + min(weight, _G3)],
        }


def _body(name: str, place: Place, round_: int) -> Body:
    if name != "village":
        return BODIES[name]
    kind = {6: "N9", 9: "N3", 12: "N2"}[len(place.code)]
    return Body(f"{place.name}股份经济合作社", credit_code(kind, 100 + round_ % len(places())))


def _pairs(topic: Topic) -> list[dict[str, str]]:
    return [{"object": obj, "harm": harm} for obj, harm in topic.impacts]


def _impact(obj: str, harm: str) -> Entry:
    return {"object": obj, "harm": harm, "reason": f"泄露或篡改对{codes.OBJECT_WORDS[obj]}:{codes.HARM_WORDS[harm]}"}


def _factor(name: str, present: bool) -> Entry:  # noqa: FBT001 -- the answer itself
    return {"factor": name, "present": present, "note": "未公开的汇总数据" if present else "不涉及"}


def _grading(trailed: Trail) -> Entry:
    found: Entry = {
        "basis": "GB/T 43697—2024 及本县农业农村数据分类分级清单",
        "gradedBy": trailed.by,
        "gradedAt": stamp(trailed.graded),
        "approvedBy": trailed.approver,
        "approvedAt": stamp(trailed.approved),
        "nextReviewDate": (trailed.graded + timedelta(days=365)).astimezone(BEIJING).date().isoformat(),
    }
    return found | {"history": trailed.history} if trailed.history else found


def _filing(number: int, entry: Entry, now: datetime) -> Entry:
    """Snapshots of one core or important entry: in turn much growth, little, shrinking, exactly 30 %, volume alone."""
    was = {"records": 1_000 + 10 * number, "bytes": 1_000_000 + 10_000 * number}
    records, volume = ((150, 140), (110, 108), (60, 65), (130, 130), (105, 150), (101, 100))[number % 6]
    age = 20 + number * 7 % 200
    changed = now - timedelta(days=age)
    found = {
        "resourceCode": entry["resourceCode"],
        "changedAt": stamp(changed),
        "previous": was,
        "current": {"records": was["records"] * records // 100, "bytes": was["bytes"] * volume // 100},
    }
    if number % 6 == 5:  # noqa: PLR2004 -- the last turn
        found |= {"otherReason": "类别变更"}
    over = max(abs(records - 100), abs(volume - 100)) > 30  # noqa: PLR2004 -- per cent
    if over and (number % 4 or age > 60):  # noqa: PLR2004 -- the others have time left
        found["reportedAt"] = stamp(changed + timedelta(days=min(10 + number % 70, age - 1)))
    return found


def _events(entry: Entry) -> list[Entry]:
    code = entry["resourceCode"]
    published = datetime.fromisoformat(f"{entry['publishDate']}T09:00:00+08:00")
    acts = (
        (stamp(published), str(entry["provider"]), "create"),
        (str(entry["gradedAt"]), str(entry["gradedBy"]), "grade"),
        (str(entry["approvedAt"]), str(entry["approvedBy"]), "approve"),
    )
    return [{"at": at, "by": by, "action": action, "object": code} for at, by, action in acts]


def _random(name: str) -> Random:
    return Random(name)  # noqa: S311 -- repeatable on purpose


def _text(value_: object) -> str:
    return json.dumps(value_, ensure_ascii=False, separators=(",", ":"))
