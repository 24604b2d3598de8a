"""A supplier's own application, as small as it gets: one endpoint, with the supplier's own names, codes and paging.

The suite knows nothing of it; ``szxc.toml`` beside this file says how its answers are to be read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

NOW = datetime.now(UTC)


def dataset(number: int, name: str, topic: str, columns: dict[str, str]) -> dict[str, Any]:
    """One row of the supplier's table of data sets."""
    return {
        "code": f"1{topic}/{number:04d}",
        "name": name,
        "topic": {"class": "部门", "subject": "农业农村", "matter": name},
        "columns": [{"label": label, "kind": kind} for label, kind in columns.items()],
        "shared": "C",
        "terms": "经数据提供部门审批后使用",
        "refreshed": (NOW - timedelta(days=number)).isoformat(timespec="seconds"),
    }


DATASETS = [
    dataset(1, "村级耕地面积统计", "01001", {"村名": "C", "耕地面积": "N", "统计年度": "N"}),
    dataset(2, "农机站点名录", "02002", {"站点名称": "C", "所在乡镇": "C", "在站农机数": "N"}),
    dataset(3, "田间墒情监测", "03001", {"监测点": "C", "土壤含水量": "N", "监测时间": "T"}),
]


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """``GET /datasets?from=0&count=50[&changedAfter=…]``: a slice of the table, and how long the table is."""
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    if environ["PATH_INFO"] != "/datasets":
        return answer(start_response, "404 Not Found", {"ok": False, "error": "no such path"})
    found = [row for row in DATASETS if changed_after(row, query.get("changedAfter"))]
    start, count = int(query.get("from", "0")), int(query.get("count", "50"))
    return answer(start_response, "200 OK", {"ok": True, "list": found[start : start + count], "length": len(found)})


def changed_after(row: dict[str, Any], instant: str | None) -> bool:
    """Whether a row changed after an RFC 3339 instant; every row did if none is given."""
    return instant is None or datetime.fromisoformat(row["refreshed"]) > datetime.fromisoformat(instant)


def answer(start_response: StartResponse, status: str, body: dict[str, Any]) -> list[bytes]:
    """A JSON answer."""
    start_response(status, [("Content-Type", "application/json; charset=utf-8")])
    return [json.dumps(body, ensure_ascii=False).encode()]
