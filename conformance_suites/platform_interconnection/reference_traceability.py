"""The reference node's docking of traceability and machinery: what it takes, what it refuses, what it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import codes, masks
from pytest_szxc import reference as demo

from .reference import missing, need_write, violation
from .reference_traceability_data import POINTS, TERMINALS, TRACE, UNITS, fill

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

    from .reference import Node

Row = dict[str, Any]
TOPIC = "traceability"
STAGES = ("production", "purchase", "storage", "transport", "processing")
PLACES = ("", "subject", "product")
REQUIRED = {"": ("recordId", "stage", "subject", "product"), "subject": ("kind", "name"), "product": ("name",)}


def mount(node: Node) -> None:
    """Fill the tables and serve the operations."""
    fill(node.platform)
    node.capability["traceStages"] = list(STAGES)
    docking = node.parts[TOPIC] = Docking(node.platform)
    trace, machinery = "/v1/trace/records", "/v1/machinery"
    node.serve_all(
        ("GET", trace, docking.list_trace),
        ("POST", trace, docking.submit_trace),
        ("DELETE", f"{trace}/{{record}}", docking.remove_trace),
        ("GET", f"{machinery}/terminals", docking.list_terminals),
        ("POST", f"{machinery}/terminals", docking.register_terminal),
        ("DELETE", f"{machinery}/terminals/{{terminal}}", docking.remove_terminal),
        ("GET", f"{machinery}/track-points", docking.list_track_points),
        ("GET", f"{machinery}/work-units", docking.list_work_units),
    )


class Docking:
    """The operations, and the decisions that a mutant or variant replaces."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.store = platform.store

    def list_trace(self, call: Call) -> Answer:
        """Traceability records; with ``recordId`` that one."""
        return self._listed(call, TRACE, "recordId")

    def submit_trace(self, call: Call) -> Answer:
        """Take a record that is whole and whose subject's code is right."""
        need_write(call)
        record = _object(call)
        self.look_at(record)
        self.keep(TRACE, record["recordId"], record)
        return demo.Answer(record)

    def remove_trace(self, call: Call) -> Answer:
        """Remove a record."""
        return self._remove(call, TRACE, call.params["record"])

    def list_terminals(self, call: Call) -> Answer:
        """Terminals; with ``terminalId`` that one."""
        return self._listed(call, TERMINALS, "terminalId")

    def register_terminal(self, call: Call) -> Answer:
        """Register a terminal whose id nobody has."""
        need_write(call)
        terminal = _object(call)
        if not isinstance(terminal.get("terminalId"), str) or not terminal["terminalId"]:
            raise missing("terminalId")
        self.keep(TERMINALS, terminal["terminalId"], terminal)
        return demo.Answer(terminal)

    def remove_terminal(self, call: Call) -> Answer:
        """Remove a terminal."""
        return self._remove(call, TERMINALS, call.params["terminal"])

    def list_track_points(self, call: Call) -> Answer:
        """Track points; with ``terminalId`` those of one terminal."""
        return self._listed(call, POINTS, "terminalId")

    def list_work_units(self, call: Call) -> Answer:
        """Work units."""
        return self.platform.listed(call, UNITS)

    def look_at(self, record: Row) -> None:
        """Refuse a record that lacks something (40002) or breaks a rule (40003)."""
        for place in PLACES:
            part = record.get(place) if place else record
            for name in REQUIRED[place]:
                if not isinstance(part, dict) or part.get(name) in (None, "", {}):
                    raise missing(f"{place}.{name}" if place else name)
        if record["stage"] not in STAGES:
            raise violation("stage")
        self.look_at_subject(record["subject"])

    def look_at_subject(self, subject: Row) -> None:
        """Refuse a wrong code of a subject (40003)."""
        if subject["kind"] == "legal" and not self.is_uscc(subject.get("uscc")):
            raise violation("subject.uscc")
        if subject["kind"] == "natural" and not self.is_identity(subject.get("idNo")):
            raise violation("subject.idNo")

    def is_uscc(self, code: object) -> bool:
        """Whether a credit code is right."""
        return isinstance(code, str) and codes.is_uscc(code)

    def is_identity(self, number: object) -> bool:
        """Whether a citizen number is right, or masked as agreed."""
        return isinstance(number, str) and (codes.is_citizen_number(number) or masks.is_masked_identity(number))

    def keep(self, table: str, key: str, row: Row) -> None:
        """Keep something whose key nobody has (40901)."""
        if self.store.get(table, key) is not None:
            raise demo.ApiError(409, 40901, f"exists already: {key}")
        self.store.add(table, key, row)

    def _listed(self, call: Call, table: str, member: str) -> Answer:
        wanted = call.args.get(member)
        return self.platform.listed(call, table, demo.Where("key = ?", (wanted,)) if wanted else demo.Where())

    def _remove(self, call: Call, table: str, key: str) -> Answer:
        need_write(call)
        if self.store.get(table, key) is None:
            raise demo.no_resource()
        self.store.remove(table, key)
        return demo.Answer({})


def _object(call: Call) -> Row:
    if not isinstance(call.body, dict):
        raise missing("recordId")
    row: Row = call.body
    return row
