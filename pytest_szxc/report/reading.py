"""Plain JSON back to values: a verdict that travelled between processes, a report read from its file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.errors import SzxcError
from pytest_szxc.model import Cause, Exhibit, Finding, Location, Status, Text, Verdict
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_szxc.model import Json

SCHEMA = "urn:szxc:szxc:report"


def verdict_from(row: Mapping[str, Json]) -> Verdict:
    """The verdict that ``document.verdict_json`` wrote."""
    return Verdict(
        requirement=row["requirement"],
        status=Status(row["status"]),
        findings=tuple(Finding(Location(**item["at"]), item["expected"], item["observed"]) for item in row["findings"]),
        found=row["found"],
        observed=row["observed"],
        cause=cause_from(row["cause"]) if row["cause"] else None,
        exchanges=tuple(row["exchanges"]),
        tries=row["tries"],
        exhibits=tuple(Exhibit(item["kind"], Text(**item["title"]), item["data"]) for item in row["exhibits"]),
        exhibited=row["exhibited"],
    )


def cause_from(row: Mapping[str, Json]) -> Cause:
    """The cause that stands in a report."""
    return Cause(row["code"], dict(row.get("params", {})), row.get("exchange"))


def read_report(path: Path) -> dict[str, Json]:
    """A report file.

    Raises:
        SzxcError: the file is not there or is not one of our reports.
    """
    try:
        document: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SzxcError("report.unreadable", file=show(path.name), reason=type(error).__name__) from error
    fault = next(validator(SCHEMA).errors(document), None)
    if fault is not None:
        reason = show(f"{fault.pointer or '/'}: {fault.keyword}")
        raise SzxcError("report.unreadable", file=show(path.name), reason=reason)
    return document
