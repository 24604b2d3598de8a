"""The reference's declarations, and the grades that it issues on them."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError
from pytest_szxc import reference as demo

from .reference import need_write
from .reference_issuing import NOTES, REASONS, issued, unknown_member

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.reference import Answer, Call, Platform

    from .reference import Works

Row = dict[str, Any]
TOPIC = "declaration"
PATH = "/szxc/v1/mach/declarations"
DECLARATIONS, GRADES = "autodrive:declarations", "autodrive:grades"
GUIDE, COMBO, SUPERVISED, AUTO = "sz240-row-guide", "sz240-row-combo", "sz240-field-supervised", "sz240-field-auto"
"""The features of the machine, of grade 1 to 4."""
SHOWN_BY = {
    "speed_error": "speed",
    "headland_entry": "headland",
    "off_zone_area": "headland",
    "implement_position": "implement",
    "zone_excursion": "zone",
    "zone_excursion_time": "zone",
}
"""Metric → kind of session that shows it, where others only happen to hold it."""
IN_FORCE, VOID = "in_force", "void"
OWN = ("status", "declared_at")
"""Members that the platform says, whatever a declaration has there."""
DECLARED_BEFORE = timedelta(days=7)
"""How long before the platform's present, and after the test sessions, the features were declared."""
ZONED_FROM = 3
"""From this grade on the domain names its zone."""


def mount(works: Works) -> None:
    """Serve the operations; the declarations of the machine were made before the platform's present."""
    part = works.parts[TOPIC] = Declarations(works)
    works.platform.serve("GET", PATH, "list_declarations", part.list_declarations)
    works.platform.serve("POST", PATH, "declare_feature", part.declare_feature)
    works.platform.serve("PUT", f"{PATH}/{{feature}}", "update_declaration", part.update_declaration)
    works.platform.serve("DELETE", f"{PATH}/{{feature}}", "remove_declaration", part.remove_declaration)
    works.platform.serve("GET", "/szxc/v1/mach/grades/{feature}", "read_grade", part.read_grade)


@cache
def _told() -> Row:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def declared() -> list[Row]:
    """The declarations that the platform begins with, each anew, without evidence and what the platform says itself."""
    told = json.loads(json.dumps(_told()))
    return [_whole(told, row) for row in told["features"]]


def field_zone() -> Row:
    """The zone of the test field, anew."""
    found: Row = json.loads(json.dumps(_told()["zone"]))
    return found


def field_exclusions() -> list[Row]:
    """The exclusions of the test field, anew."""
    found: list[Row] = json.loads(json.dumps(_told()["exclusions"]))
    return found


def _whole(told: Row, row: Row) -> Row:
    odd = told["odd"] | row.pop("odd", {})
    if row["claimed_grade"] >= ZONED_FROM:
        odd |= {"zone": told["zone"], "exclusions": told["exclusions"]}
    return {**told["common"], **row, "odd": odd}


def evidence(works: Works, feature: str) -> list[Row]:
    """What the test sessions of a feature showed; nothing where the extra ``machinery`` is missing, and so the logs."""
    try:
        held = works.sessions.values()
    except SzxcError:
        return []
    mine = [(one, row) for one in held if one.feature_id == feature for row in one.evidence(works.day)]
    return [row for one, row in mine if SHOWN_BY.get(row["metric"], one.kinds[0]) in one.kinds]


def stamp(at: datetime) -> str:
    """An instant as the platform writes it: seconds of Beijing time."""
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S+08:00")


def changed(platform: Platform, feature: str, change: Callable[[Row], object]) -> None:
    """Let ``change`` alter a feature's declaration in place; what was issued stays."""
    platform.store.edit(DECLARATIONS, change, demo.Where("key = ?", (feature,)))


class Declarations:
    """Declarations and grades, both by feature."""

    def __init__(self, works: Works) -> None:
        self.platform = works.platform
        self.store = works.platform.store
        self.store.load(DECLARATIONS, ())
        self.store.load(GRADES, ())
        for row in declared():
            told = {**row, "evidence": evidence(works, row["feature_id"])}
            self.keep(told, stamp(self.platform.now - DECLARED_BEFORE))

    # -- operations ---------------------------------------------------------------------------------------------------

    def list_declarations(self, call: Call) -> Answer:
        """All declarations."""
        return self.platform.listed(call, DECLARATIONS)

    def read_grade(self, call: Call) -> Answer:
        """The grade that was issued for a feature."""
        row = self.store.get(GRADES, call.params["feature"])
        if row is None:
            raise demo.no_resource()
        return demo.Answer(row)

    def declare_feature(self, call: Call) -> Answer:
        """Declare a feature, or declare it again: its grade is issued anew."""
        need_write(call)
        row = _object(call)
        self.check(row)
        kept = self.keep(row, stamp(self.platform.clock()))
        return demo.Answer(kept, status=201)

    def update_declaration(self, call: Call) -> Answer:
        """Change the members that are given; another version makes the issued grade void."""
        need_write(call)
        row = self._existing(call)
        changed = row | {name: value for name, value in _object(call).items() if name not in OWN}
        changed["feature_id"] = row["feature_id"]
        self.check(changed)
        if changed["system_version"] != row["system_version"]:
            return demo.Answer(self.voided(changed, row["system_version"]))
        self.store.replace(DECLARATIONS, row["feature_id"], changed)
        return demo.Answer(changed)

    def remove_declaration(self, call: Call) -> Answer:
        """Withdraw a declaration, and with it the grade."""
        need_write(call)
        row = self._existing(call)
        for collection in (DECLARATIONS, GRADES):
            self.store.remove(collection, row["feature_id"])
        return demo.Answer({"feature_id": row["feature_id"]})

    # -- inside -------------------------------------------------------------------------------------------------------

    def check(self, row: Row) -> None:
        """Refuse what is no declaration (400), what does not go together, and a claim that is not borne out (422)."""
        name = row.get("feature_id")
        texts = ("feature_id", "machine", "system_version")
        wrong = next((one for one in texts if not isinstance(row.get(one), str) or not row[one].strip()), None)
        wrong = wrong or unknown_member(row) or (None if isinstance(row.get("odd"), dict) else "odd")
        if wrong or "/" in str(name):
            raise demo.bad_parameter(wrong or "feature_id")
        issue = issued(row, row["odd"])
        if issue.grade is None:
            raise demo.ApiError(422, 42201, f"{issue.rule}: {REASONS[issue.rule]}")
        if row.get("claimed_grade") != issue.grade or isinstance(row["claimed_grade"], bool):
            raise demo.ApiError(422, 42201, f"claimed_grade: rule {issue.rule} gives {issue.grade}")

    def keep(self, row: Row, at: str) -> Row:
        """Keep a declaration in force, instead of what was declared of the feature before, and issue its grade."""
        kept = {**row, "status": IN_FORCE, "declared_at": at}
        name = kept["feature_id"]
        for collection, document in ((DECLARATIONS, kept), (GRADES, self.issue(kept))):
            self.store.remove(collection, name)
            self.store.add(collection, name, document)
        return kept

    def issue(self, row: Row) -> Row:
        """The grade of a declaration."""
        issue = issued(row, row["odd"])
        return {
            "feature_id": row["feature_id"],
            "grade": issue.grade,
            "rule": issue.rule,
            "notes": [{"code": code, "text": NOTES[code]} for code in issue.notes],
            "system_version": row["system_version"],
            "status": "valid",
            "issued_at": row["declared_at"],
        }

    def voided(self, row: Row, before: str) -> Row:
        """Keep a declaration whose version is another: neither it nor its grade counts until it is declared again."""
        kept = {**row, "status": VOID}
        self.store.replace(DECLARATIONS, row["feature_id"], kept)
        reason = f"版本由 {before} 变为 {row['system_version']}，须重新声明 / version changed, declare again"
        grade = self.store.get(GRADES, row["feature_id"])
        self.store.replace(GRADES, row["feature_id"], {**grade, "status": VOID, "void_reason": reason})
        return kept

    def _existing(self, call: Call) -> Row:
        row: Row | None = self.store.get(DECLARATIONS, call.params["feature"])
        if row is None:
            raise demo.no_resource()
        return row


def _object(call: Call) -> Row:
    if not isinstance(call.body, dict):
        raise demo.bad_parameter("body")
    return call.body
