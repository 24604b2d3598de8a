"""A small suite in a folder, for tests of catalogue and statement: two classes, three operations, four requirements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.formats import formats

if TYPE_CHECKING:
    from pathlib import Path

SUITE = """\
id = "small"
code = "SM"
version = "0.1.0"
title = { zh = "小套件", en = "small suite" }
label = { zh = "参照测试", en = "modelled on a test" }
standards = ["GB/T 1-2020"]

[[classes]]
id = "things"
title = { zh = "事物", en = "things" }
probe = "list_things"

[[classes]]
id = "changes"
title = { zh = "变更", en = "changes" }

[features]
fusion = { zh = "融合", en = "fusion" }

[operations.list_things]
title = { zh = "列出", en = "list" }
effect = "read"
answer = "records"
owner = "SM-001"
schema = "urn:szxc:small:thing"
key = "code"
file = true

[operations.read_thing]
title = { zh = "读取", en = "read" }
effect = "read"
answer = "object"
owner = "SM-003"
schema = "urn:szxc:small:thing"

[operations.create_thing]
title = { zh = "新增", en = "create" }
effect = "write"
answer = "object"
owner = "SM-003"
leaves = "nothing"
"""

REQUIREMENTS = """\
[[requirements]]
id = "SM-001"
class = "things"
level = "must"
statement = { zh = "有清单", en = "there is a list" }
source = "GB/T 1 6.10"
basis = "text"
judged = { zh = "读取", en = "read it" }
hint = { zh = "提供", en = "provide it" }
operations = ["list_things"]
mutants = ["no-list"]

[[requirements]]
id = "SM-002"
class = "things"
level = "should"
statement = { zh = "宜融合", en = "should be fused" }
source = "GB/T 1 6.11"
basis = "abstract"
provisional = true
judged = { zh = "读取", en = "read it" }
hint = { zh = "提供", en = "provide it" }
operations = ["list_things"]
feature = "fusion"
mutants = ["not-fused"]
co_reporters = ["SM-001"]

[[requirements]]
id = "SM-003"
class = "changes"
level = "must"
statement = { zh = "可读取", en = "can be read" }
source = "P"
basis = "profile"
judged = { zh = "读取", en = "read it" }
hint = { zh = "提供", en = "provide it" }
operations = ["read_thing", "create_thing"]
permissions = ["write", "low_right"]
mutants = ["unreadable"]

[[requirements]]
id = "SM-004"
class = "changes"
level = "must"
statement = { zh = "有制度", en = "there is a rule" }
source = "P"
basis = "recalled"
judged = { zh = "见证明", en = "see the statement" }
hint = { zh = "提供", en = "provide it" }
attested = { zh = "机器看不到", en = "no machine sees it" }
"""

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:szxc:small:thing",
    "type": "object",
    "required": ["code"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "pattern": "^[0-9]{4}$"},
        "at": {"$ref": "#/$defs/time"},
        "steps": {"type": "array", "items": {"properties": {"at": {"$ref": "#/$defs/time"}}}},
    },
    "$defs": {"time": {"type": "string", "format": "date-time", "pattern": formats()["date-time"].pattern}},
}

PAGING = {"style": "page", "page": "page", "size": "size", "limit": 50}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "small", "version": "1"},
    "x-szxc-envelope": {"payload": "data", "code": "code", "success": ["0"]},
    "paths": {
        "/things": {
            "get": {
                "operationId": "list_things",
                "parameters": [
                    {"name": "page", "in": "query"},
                    {"name": "size", "in": "query"},
                    {"name": "since", "in": "query"},
                    {"name": "kind", "in": "query", "required": True, "schema": {"enum": ["all"]}},
                ],
                "responses": {"200": {"description": "ok"}},
                "x-szxc": {"items": "list", "total": "total", "paging": PAGING},
            },
            "post": {
                "operationId": "create_thing",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "urn:szxc:small:thing"}}}},
                "responses": {"201": {"description": "ok"}},
            },
        },
        "/things/{code}": {
            "parameters": [{"name": "code", "in": "path", "required": True}],
            "get": {"operationId": "read_thing", "responses": {"200": {"description": "ok"}}},
        },
    },
}


def write_small(root: Path, *, suite: str = SUITE, requirements: str = REQUIREMENTS, name: str = "small") -> Path:
    """Write the suite below ``root`` as a source tree has it, sound in every respect, and return its folder."""
    folder = root / "conformance_suites" / name
    folder.mkdir(parents=True)
    (folder / "suite.toml").write_text(suite, encoding="utf-8")
    (folder / "requirements.toml").write_text(requirements, encoding="utf-8")
    write_json(folder / "openapi.json", OPENAPI)
    write_json(root / "schemas" / name / "thing.schema.json", SCHEMA)
    write_json(folder / "vectors" / "thing" / "valid" / "one.json", {"code": "0371"})
    bad = {"finding": "/code pattern", "value": {"code": "371"}}
    write_json(folder / "vectors" / "thing" / "invalid" / "short.json", bad)
    return folder


def write_json(path: Path, value: object) -> None:
    """Write a JSON file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
