"""The stored data of the reference node's cascade: catalogue, services, requests, exchanged files and tables."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .reference_data import records_of, stamp

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

Row = dict[str, Any]
CATALOGUE, SERVICES, REQUESTS, CORRECTIONS = "catalogue", "services", "requests", "corrections"
FILES, TABLES = "files", "exchange-tables"
PROVIDER = "云禾县农业农村局"
PROVIDER_CODE = "12999999000000051X"
COLUMNS = ("id", "regionCode", "kind", "updatedAt")


@cache
def _tables() -> dict[str, list[Row]]:
    return tomllib.loads(Path(__file__).with_name("reference_cascade.toml").read_text(encoding="utf-8"))


def fill(platform: Platform) -> None:
    """Make the tables of the cascade; files are written from the records that the node has now."""
    published = platform.now - timedelta(days=90)
    for collection, key, rows in (
        (CATALOGUE, "resourceCode", [_entry(row, published) for row in _tables()["entries"]]),
        (SERVICES, "serviceId", [_service(row, published) for row in _tables()["services"]]),
        (REQUESTS, "id", [_request(row, platform.now) for row in _tables()["requests"]]),
        (CORRECTIONS, "id", []),
        (FILES, "name", [_file(row, platform) for row in _tables()["files"]]),
        (TABLES, "name", [_table(row) for row in _tables()["tables"]]),
    ):
        platform.store.load(collection, ((row[key], json.dumps(row, ensure_ascii=False)) for row in rows))


def _entry(row: Row, published: datetime) -> Row:
    return {
        "resourceClass": {"lei": "部门信息资源", "xiang": "农业农村", "mu": row["mu"]},
        "title": row["title"],
        "resourceCode": row["code"],
        "provider": PROVIDER,
        "providerCode": PROVIDER_CODE,
        "abstract": row["abstract"],
        "format": row["format"],
        "items": [dict(zip(("name", "dataType"), item.split(":"), strict=True)) for item in row["items"]],
        "sharing": {name: row[name] for name in ("type", "condition", "method")},
        "openness": "unconditional" if row["type"] == "1" else "closed",
        "updateCycle": row["cycle"],
        "publishDate": published.date().isoformat(),
        "relatedCodes": [],
        "regionCode": "999999000000",
        "nodeId": "node-999999",
    }


def _service(row: Row, published: datetime) -> Row:
    return {
        "serviceId": row["id"],
        "resourceCode": row["code"],
        "title": row["title"],
        "mode": "service",
        "endpoint": f"/v1/resources/{row['code']}/records",
        "state": "online",
        "publishedAt": stamp(published),
    }


def _request(row: Row, now: datetime) -> Row:
    submitted = now - timedelta(days=row["days"])
    history: list[Row] = []
    for hours, state in (step.split(":") for step in row["states"]):
        made = {"to": state, "at": stamp(submitted + timedelta(hours=int(hours))), "by": "测试审核员"}
        history.append(({"from": history[-1]["to"]} if history else {}) | made)
    answers = [step["at"] for step in history if step["to"] in {"approved", "rejected", "returned"}]
    return {
        "id": row["id"],
        "resourceCode": row["code"],
        "title": "申请使用共享数据",
        "applicant": "测试镇农业服务中心",
        "purpose": "农业生产管理",
        "kind": row["kind"],
        "state": history[-1]["to"],
        "submittedAt": stamp(submitted),
        **({"answeredAt": answers[0], "opinion": "已阅"} if answers else {}),
        "history": history,
    }


def _file(row: Row, platform: Platform) -> Row:
    records = platform.store.all(records_of(row["code"]))
    text = _as_lines(records) if row["name"].endswith(".jsonl") else _as_csv(records)
    return {
        "name": row["name"],
        "resourceCode": row["code"],
        "alg": row["digest"],
        "records": len(records),
        "createdAt": stamp(platform.now),
        "content": text,
    }


def _as_csv(records: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _as_lines(records: list[Row]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _table(row: Row) -> Row:
    return {
        "name": row["name"],
        "resourceCode": row["code"],
        "columns": [dict(zip(("name", "type"), column.split(":"), strict=True)) for column in row["columns"]],
        "primaryKey": row["key"],
        "operationColumn": row["operation"],
        "timestampColumn": row["timestamp"],
    }


def digest(alg: str, content: bytes) -> str:
    """The digest of a file, hexadecimal."""
    return hashlib.new(alg.lower().replace("-", ""), content).hexdigest()
