"""Write a folder of evidence, as a test lab hands it over: what the reference platform says of its machine, as files.

    python hand_over.py FOLDER

A lab would export its own data so; each file is named after the operation that it answers, and ``szxc manifest`` makes
the manifest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_references

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = "autodrive_grading"
URL = "https://szxc.invalid"
BASE = "/szxc/v1/mach"
LISTS = {
    "list_declarations": "/declarations",
    "list_sessions": "/sessions",
    "list_scenarios": "/scenarios",
    "list_labels": "/labels",
}
ENDINGS = {"text/csv": "csv", "application/x-ndjson": "ndjson", "application/vnd.apache.parquet": "parquet"}
Row = dict[str, Any]


def exported(client: httpx.Client) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file."""
    lists = {name: _list(client, path) for name, path in LISTS.items()}
    yield from ((f"{name}.json", _json(rows)) for name, rows in lists.items())
    for row in lists["list_declarations"]:
        grade = client.get(f"{BASE}/grades/{row['feature_id']}").json()["data"]
        yield f"read_grade/{row['feature_id']}.json", _json(grade)
    for row in lists["list_sessions"]:
        name = row["session_id"]
        if row["log"]:
            log = client.get(f"{BASE}/sessions/{name}/log")
            yield f"session_log/{name}.{ENDINGS[log.headers['content-type'].partition(';')[0]]}", log.content
        if row["events"]:
            yield f"session_events/{name}.json", _json(_list(client, f"/sessions/{name}/events"))


def _list(client: httpx.Client, path: str) -> list[Row]:
    page = client.get(f"{BASE}{path}", params={"page": 1, "pageSize": 200}).json()["data"]
    return list(page["list"])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def hand_over(folder: Path) -> None:
    """Write the files and their manifest."""
    suites = load_suites()
    platform = build_platform(load_references([suites[SUITE]]))
    statement = demo_statement(platform, URL, suites)
    secret = os.environ[str(statement.accounts["primary"].secret.env)]
    try:
        transport, head = httpx.WSGITransport(app=platform), {"Authorization": f"Bearer {secret}"}
        with httpx.Client(transport=transport, base_url=URL, headers=head) as client:
            for name, body in exported(client):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(body)
    finally:
        withdraw(statement)
        platform.close()
    list_files(folder)


def list_files(folder: Path) -> None:
    """Write the manifest of what is there."""
    command = [
        sys.executable,
        "-c",
        "from pytest_szxc.cli import main; main()",
        "manifest",
        str(folder),
        "--suite",
        SUITE,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    hand_over(Path(sys.argv[1]))
