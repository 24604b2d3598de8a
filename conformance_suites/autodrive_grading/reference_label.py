"""The reference's grade labels: made of the declarations in force and the grades issued on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_declaration import DECLARATIONS, GRADES, IN_FORCE

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Works

Row = dict[str, Any]
TOPIC = "label"
TITLES = ("应急/信息辅助", "部分辅助", "组合辅助", "有条件自动", "高度自动", "完全自动")
"""Names of the grades 0 to 5."""
NAMES = ("no", "partial", "combined", "conditional", "high", "full")
"""The same in English, before "automation"."""
LABELLED = demo.Where("json_extract(body, '$.status') = ?", (IN_FORCE,))


def mount(works: Works) -> None:
    """Serve the operation."""
    part = works.parts[TOPIC] = Labels(works)
    works.platform.serve("GET", "/szxc/v1/mach/labels", "list_labels", part.list_labels)


class Labels:
    """Labels of the features whose declaration is in force; a mutant or variant replaces parts of it."""

    def __init__(self, works: Works) -> None:
        self.platform = works.platform

    def list_labels(self, call: Call) -> Answer:
        """All labels."""
        answer: Answer = self.platform.listed(call, DECLARATIONS, LABELLED, self._shown)
        return answer

    def _shown(self, row: Row) -> Row:
        return self.label(row)

    def label(self, row: Row) -> Row:
        """The label of a declaration in force."""
        issued = self.platform.store.get(GRADES, row["feature_id"])
        grade, version = issued["grade"], issued["system_version"]
        return {
            "feature_id": row["feature_id"],
            "grade": grade,
            "title_zh": TITLES[grade],
            "odd_summary": self.summary(row["odd"]),
            "system_version": version,
            "public_roads": row.get("public_roads", "excluded"),
            "text": self.text(grade, version),
        }

    def summary(self, odd: Row) -> Row:
        """An operating domain in short."""
        speed = odd.get("speed_mps", {})
        return {"operations": odd.get("operations", []), "speed_mps_max": speed.get("max"), "zone": "zone" in odd}

    def text(self, grade: int, version: str) -> str:
        """What is printed on the machine."""
        name = f"{NAMES[grade]} automation"
        return f"{grade} 级 {TITLES[grade]} · 软件版本 {version} / grade {grade}, {name}, version {version}"
