"""The reference implementation of the suite's operations, mounted into the demo platform."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from . import reference_codes as codes
from .reference_data import tables
from .reference_grading import GRADES, as_members, grade_in, rank
from .reference_service import Catalogue
from .reference_trail import APPROVERS, stamp

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

Entry = dict[str, Any]
SUITE = "data_classification"
ENTRIES, FILINGS, AUDIT = "entries", "filings", "audit"
COLUMNS = ("resourceCode", "title", "agriClass", "provider", "level", "subLevel", "label")
GRAVE = "json_extract(body, '$.level') IN ('core', 'important')"
SINCE = "julianday(json_extract(body, '$.lastUpdated')) >= julianday(?)"


def mount(platform: Platform) -> None:
    """Fill the platform's tables and serve the operations of ``openapi.json``."""
    filled = tables(platform.seed, platform.size, platform.now)
    platform.store.load(ENTRIES, filled.entries)
    platform.store.load(FILINGS, filled.filings)
    platform.store.extend(AUDIT, filled.audit)
    platform.parts[SUITE] = Catalogue(platform.seed, platform.clock)
    _serve(platform, Desk(platform))
    folder = Path(__file__).parent
    platform.describe(json.loads((folder / "openapi.json").read_text(encoding="utf-8")))
    suite = tomllib.loads((folder / "suite.toml").read_text(encoding="utf-8"))
    platform.claim(SUITE, [row["id"] for row in suite["classes"]])


def _serve(platform: Platform, desk: Desk) -> None:
    for method, path, operation in (
        ("GET", "/catalog/entries", desk.list_entries),
        ("POST", "/catalog/entries", desk.create_entry),
        ("PUT", "/catalog/entries/{code}/grading", desk.regrade_entry),
        ("DELETE", "/catalog/entries/{code}", desk.delete_entry),
        ("GET", "/catalog/important", desk.list_important),
        ("GET", "/catalog/filings", desk.list_filings),
        ("GET", "/catalog/export", desk.export_catalogue),
        ("POST", "/grading/evaluate", desk.evaluate_grading),
        ("GET", "/data/{code}", desk.read_data),
        ("GET", "/quality/{code}", desk.quality_report),
        ("GET", "/audit", desk.audit_log),
    ):
        platform.serve(method, path, operation.__name__, operation)


class Desk:
    """The operations, each a method that answers a call."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    @property
    def rules(self) -> Catalogue:
        """The platform's rules."""
        return self._platform.parts[SUITE]

    def list_entries(self, call: Call) -> Answer:
        """The catalogue, a page at a time; with ``updatedSince`` what was updated at or after an instant."""
        since = call.args.get("updatedSince")
        where = demo.Where(SINCE, (_instant(since),)) if since else demo.Where()
        return self._platform.listed(call, ENTRIES, where)

    def list_important(self, call: Call) -> Answer:
        """The important-data list: core and important entries without their data."""
        return self._platform.listed(call, ENTRIES, demo.Where(GRAVE), self.rules.important_item)

    def list_filings(self, call: Call) -> Answer:
        """Two snapshots of each core or important entry, and whether a new report is due."""
        due = self.rules.report_due
        return self._platform.listed(call, FILINGS, each=lambda row: row | {"reReportRequired": due(row)})

    def audit_log(self, call: Call) -> Answer:
        """Who did what; with ``object`` about one entry."""
        return self._platform.listed(call, AUDIT, self._platform.audit.about(call.args.get("object")))

    def evaluate_grading(self, call: Call) -> Answer:
        """Grade by impacts."""
        impacts = call.body.get("impacts") if isinstance(call.body, dict) else None
        if not isinstance(impacts, list) or not impacts:
            raise demo.ApiError(400, 40002, "missing field: impacts")
        try:
            return demo.Answer(self.rules.evaluate(impacts))
        except (KeyError, TypeError, ValueError):
            raise _violation("impacts") from None

    def read_data(self, call: Call) -> Answer:
        """Data rows with their label, masked."""
        entry = self._entry(call)
        if not self.rules.may_read(call.account.clearance, entry):
            raise demo.not_permitted()
        payload = {
            "resourceCode": entry["resourceCode"],
            "label": self.rules.label(entry),
            "rows": self.rules.shown(entry),
        }
        return demo.Answer(payload, {"X-Data-Level": self.rules.header(entry)})

    def quality_report(self, call: Call) -> Answer:
        """The quality report of one entry's data."""
        return demo.Answer(self.rules.quality(self._entry(call)))

    def export_catalogue(self, call: Call) -> Answer:
        """The catalogue as a CSV file, named by the highest grade in it."""
        if call.args.get("format", "csv") != "csv":
            raise demo.bad_parameter("format")
        entries = self._store.all(ENTRIES)
        highest = max((grade_in(entry) for entry in entries if grade_in(entry) in GRADES), key=rank, default=GRADES[0])
        name = f'attachment; filename="catalogue-{highest}-{self._platform.now:%Y%m%d}.csv"'
        table = _table([{column: entry.get(column, "") for column in COLUMNS} for entry in entries])
        return demo.Answer(
            headers={"Content-Disposition": name}, document=table.encode(), content_type="text/csv; charset=utf-8"
        )

    def create_entry(self, call: Call) -> Answer:
        """Add an entry."""
        self._need_write(call)
        entry = call.body
        if not isinstance(entry, dict) or not isinstance(entry.get("resourceCode"), str):
            raise demo.ApiError(400, 40002, "missing field: resourceCode")
        code = entry["resourceCode"]
        if self._store.get(ENTRIES, code) is not None:
            raise demo.ApiError(409, 40902, "version conflict")
        self._store.add(ENTRIES, code, entry)
        self._platform.audit.note(call.account.name, "create", code)
        return demo.Answer(entry)

    def regrade_entry(self, call: Call) -> Answer:
        """Change an entry's grade; a lower one needs evidence."""
        self._need_write(call)
        entry = self._entry(call)
        grade = grade_in(call.body) if isinstance(call.body, dict) else ""
        if grade not in GRADES:
            raise _violation("level")
        before = grade_in(entry)
        if before in GRADES and rank(grade) < rank(before) and not call.body.get("evidence"):
            raise _violation("evidence")
        self._regrade(entry, before, grade, call)
        self._store.replace(ENTRIES, entry["resourceCode"], entry)
        self._platform.audit.note(call.account.name, "grade", entry["resourceCode"])
        return demo.Answer(entry)

    def delete_entry(self, call: Call) -> Answer:
        """Remove an entry."""
        self._need_write(call)
        code = self._entry(call)["resourceCode"]
        self._store.remove(ENTRIES, code)
        self._platform.audit.note(call.account.name, "delete", code)
        return demo.Answer({"resourceCode": code})

    def _entry(self, call: Call) -> Entry:
        found = self._store.get(ENTRIES, call.params["code"])
        if found is None:
            raise demo.no_resource()
        return found

    def _need_write(self, call: Call) -> None:
        if not call.account.may("write"):
            raise demo.ApiError(403, 40301, "not subscribed")

    def _regrade(self, entry: Entry, before: str, grade: str, call: Call) -> None:
        now = stamp(self._platform.clock())
        row = {"from": before, "to": grade, "at": now, "by": call.account.name}
        row |= {name: call.body[name] for name in ("reason", "evidence") if name in call.body}
        entry.pop("subLevel", None)
        entry.update(as_members(grade), **codes.shown_as(grade), lastUpdated=now)
        entry.update(gradedBy=call.account.name, gradedAt=now, approvedBy=APPROVERS[0], approvedAt=now)
        entry.setdefault("history", []).append(row)


def _violation(name: str) -> demo.ApiError:
    return demo.ApiError(400, 40003, f"schema violation: {name}")


def _instant(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise demo.bad_parameter("updatedSince") from None
    if found.tzinfo is None:
        raise demo.bad_parameter("updatedSince")
    return found.astimezone(UTC).isoformat()


def _table(rows: list[Entry]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
