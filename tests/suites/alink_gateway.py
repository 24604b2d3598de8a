"""The reference farm behind a gateway in the style of Alink: other paths, members, codes, times, envelope."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
PLACES = {"history": "", "latest": "/latest", "statistics": "/aggregate"}
ASKED = {
    "deviceName": "deviceId",
    "identifier": "channelId",
    "type": "kind",
    "group": "objectId",
    "quality": "flag",
    "startTime": "from",
    "endTime": "to",
    "asc": "order",
    "pageNo": "page",
    "pageSize": "pageSize",
    "filter": "szxcUnknown",
}
SHOWN = {"deviceId": "deviceName", "channelId": "identifier", "kind": "type", "objectId": "group", "flag": "quality"}
SHOWN |= {"phenomenonTime": "time", "mean": "avg", "count": "num"}
KINDS = {"CurrentTemperature": "airTemperature", "CurrentHumidity": "airHumidity", "CO2Value": "co2"}
KINDS |= {"Pressure": "airPressure"}
CODES: dict[str, dict[str, str]] = {
    "type": KINDS,
    "quality": {"0": "N", "1": "S", "2": "T", "3": "D"},
    "asc": {"1": "asc", "0": "desc"},
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BAD = 460


class AlinkGateway:
    """A WSGI application in front of a platform."""

    def __init__(self, platform: Platform) -> None:
        self.client = Client(platform)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one question: HTTP 200 always, the code in the body."""
        request = Request(environ)
        asked = json.loads(request.get_data())
        asked.pop("version", None)
        place = PLACES[request.path.rpartition("/")[2]]
        query = {ASKED[name]: _asked(name, value) for name, value in asked.items()}
        headers = {"Authorization": request.headers.get("Authorization", "")}
        answer = self.client.get(f"/szxc/v1/observations{place}", query_string=query, headers=headers)
        told = answer.get_json()
        body: Row = {"code": 200, "id": told["requestId"], "message": "success", "data": _shown(told["data"])}
        if not answer.status_code < BAD - 60:  # 400 and above
            body |= {"code": BAD if answer.status_code == BAD - 60 else answer.status_code, "data": {}}
        return Response(json.dumps(body), content_type="application/json")(environ, start_response)


def _asked(name: str, value: Any) -> str:
    """A value as the farm is asked for it; what is none is passed on, and refused there."""
    if name in CODES:
        return CODES[name].get(str(value), f"{value}?")
    if name in ("startTime", "endTime") and isinstance(value, int):
        return (EPOCH + timedelta(milliseconds=value)).isoformat()
    return str(value)


def _shown(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    if "list" in data:
        return {"total": data["total"], "items": [_row(row) for row in data["list"]]}
    return _row(data)


def _row(row: Row) -> Row:
    return {SHOWN.get(name, name): _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    for table in (CODES["type"] if name == "kind" else {}, CODES["quality"] if name == "flag" else {}):
        for code, meaning in table.items():
            if meaning == value:
                return int(code) if name == "flag" else code
    if name in ("phenomenonTime", "receivedTime", "from", "to"):
        return (datetime.fromisoformat(value) - EPOCH) // timedelta(milliseconds=1)
    return value
