"""Twelve faults for a copy of the catalogue: each a little SQL, each breaking exactly one named requirement."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        requirement: the requirement that must report it, and the only one that may.
        zh: what went wrong in the office, in Chinese.
        en: the same in English.
        pick: SQL that selects the ids of candidate entries; the first that no fault has touched yet is taken.
        change: SQL statements, run with that id as ``:id``.
    """

    requirement: str
    zh: str
    en: str
    pick: str
    change: tuple[str, ...]


FAULTS = (
    Fault(
        "DC-002",
        "摘要未填",
        "an abstract was left empty",
        "SELECT id FROM resources WHERE cycle = '每周'",
        ("UPDATE resources SET summary = NULL WHERE id = :id",),
    ),
    Fault(
        "DC-003",
        "分级方案版本未填",
        "the edition of the grading scheme is missing",
        "SELECT id FROM resources WHERE cycle = '每日'",
        ("UPDATE resources SET scheme_edition = NULL WHERE id = :id",),
    ),
    Fault(
        "DC-004",
        "同一条目导入两次",
        "an entry was imported twice",
        "SELECT id FROM resources WHERE open_kind = 2",
        (
            "CREATE TEMP TABLE twice AS SELECT * FROM resources WHERE id = :id",
            "UPDATE twice SET id = (SELECT max(id) + 1 FROM resources)",
            "INSERT INTO resources SELECT * FROM twice",
            "CREATE TEMP TABLE impacts_twice AS SELECT * FROM impacts WHERE resource_id = :id",
            "UPDATE impacts_twice SET resource_id = (SELECT id FROM twice), id = id + (SELECT max(id) FROM impacts)",
            "INSERT INTO impacts SELECT * FROM impacts_twice",
        ),
    ),
    Fault(
        "DC-005",
        "统一社会信用代码末位抄错",
        "the last character of a credit code was copied wrongly",
        "SELECT resources.id FROM resources JOIN departments ON departments.id = dept_id WHERE uscc NOT LIKE '%7'",
        (
            """UPDATE departments SET uscc = substr(uscc, 1, 17) || '7'
               WHERE id = (SELECT dept_id FROM resources WHERE id = :id)""",
        ),
    ),
    Fault(
        "DC-007",
        "类别代码不在代码表",
        "a class code stands in no table",
        "SELECT id FROM resources WHERE agri_code = 'A09.01'",
        ("UPDATE resources SET agri_code = 'A17.02' WHERE id = :id",),
    ),
    Fault(
        "DC-013",
        "重要数据仍带一般子级",
        "important data kept the sub-level of general data",
        "SELECT id FROM resources WHERE tier = 'ZY'",
        ("UPDATE resources SET sub_no = 4 WHERE id = :id",),
    ),
    Fault(
        "DC-015",
        "影响程度上调后未重新定级",
        "a harm was raised and the entry not graded again",
        "SELECT resource_id FROM impacts GROUP BY resource_id HAVING count(*) = 1 AND min(harm_zh) = '一般'",
        ("UPDATE impacts SET harm_zh = '特别严重' WHERE resource_id = :id",),
    ),
    Fault(
        "DC-016",
        "两项影响中只看了较轻的一项",
        "of two impacts only the lighter one was heeded",
        "SELECT resource_id FROM impacts WHERE object_zh = '社会秩序' AND harm_zh = '无' AND seq = 2",
        ("UPDATE impacts SET harm_zh = '严重' WHERE resource_id = :id AND seq = 2",),
    ),
    Fault(
        "DC-018",
        "某字段级别高于数据集",
        "a field is graded above its data set",
        "SELECT id FROM resources WHERE tier = 'YB' AND sub_no = 3",
        ("UPDATE resources SET fields_json = json_set(fields_json, '$[0].定级', 4) WHERE id = :id",),
    ),
    Fault(
        "DC-029",
        "重要数据列为无条件共享",
        "important data are shared unconditionally",
        "SELECT id FROM resources WHERE tier = 'ZY'",
        ("UPDATE resources SET share_kind = '无条件共享', share_terms = '无条件' WHERE id = :id",),
    ),
    Fault(
        "DC-033",
        "自己批准自己的定级",
        "someone approved their own grading",
        "SELECT id FROM resources WHERE cycle = '每季度'",
        ("UPDATE resources SET approved_by = graded_by WHERE id = :id",),
    ),
    Fault(
        "DC-053",
        "每月更新的数据一年未更新",
        "monthly data were not renewed for a year",
        "SELECT id FROM resources WHERE cycle = '每月'",
        ("UPDATE resources SET touched_at = datetime(touched_at, '-365 days') WHERE id = :id",),
    ),
)
"""The faults, in the order of their requirements. All are musts, so that each is a failure and none a warning."""


def plant(path: Path) -> dict[str, int]:
    """Plant every fault in the catalogue at ``path``, each in an entry of its own.

    Returns:
        The id of the entry that each requirement must report.
    """
    touched: dict[str, int] = {}
    with closing(sqlite3.connect(path)) as base, base:
        for fault in FAULTS:
            entry = next(row[0] for row in base.execute(fault.pick) if row[0] not in touched.values())
            for statement in fault.change:
                base.execute(statement, {"id": entry})
            touched[fault.requirement] = entry
    return touched
