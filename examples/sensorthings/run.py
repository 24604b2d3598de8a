"""Judges a SensorThings server, as it is and with five planted faults, and compares with what is owed.

    python run.py [--out FOLDER]

django-ogc-sensorthings is looked for in this interpreter, then in the one that SZXC_SENSORTHINGS_PYTHON names, then in
.venv-sensorthings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real_servers"))

from greenhouse import feature, observations, things
from judging import Known, Planted, Server, main

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
SERVICE = "/v1.1"
SECONDS = 20
APPLICATION = "django.core.wsgi:get_wsgi_application"


def prepare(folder: Path, python: str, port: int, settings: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Put a filled database into the folder, and give what serves it."""
    database = folder / "observations.sqlite3"
    database.write_bytes(_filled(python, port))
    return _command(python, port), _variables(database, port) | {"SZXC_STA_FAULT": settings.get("fault", "")}


_ONCE: dict[str, bytes] = {}
"""The filled database, made once by each interpreter: all configurations begin with the same."""


def _filled(python: str, port: int) -> bytes:
    """A database, filled through the server's own interface."""
    if python not in _ONCE:
        with tempfile.TemporaryDirectory() as name:
            database = Path(name) / "observations.sqlite3"
            _make(python, port, database)
            _ONCE[python] = database.read_bytes()
    return _ONCE[python]


def _make(python: str, port: int, database: Path) -> None:
    variables = _variables(database, port)
    _run([python, "-m", "django", "migrate", "-v", "0"], variables)
    with database.with_suffix(".log").open("wb") as log:
        everything = {**os.environ, **variables}
        running = subprocess.Popen(_command(python, port), stdout=log, stderr=subprocess.STDOUT, env=everything)
        try:
            _fill(f"http://127.0.0.1:{port}{SERVICE}")
        finally:
            running.terminate()
            running.wait(SECONDS)


def _command(python: str, port: int) -> list[str]:
    return [python, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--call", APPLICATION]


def _variables(database: Path, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "sta_settings",
        "PYTHONPATH": str(HERE),
        "PYTHONUTF8": "1",
        "SZXC_STA_DATABASE": str(database),
        "SZXC_STA_URL": f"http://127.0.0.1:{port}",
    }


def _run(command: list[str], variables: dict[str, str]) -> None:
    everything = {**os.environ, **variables}
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8", env=everything)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def _fill(service: str) -> None:
    """Post greenhouses, datastreams, features and observations, once the server answers."""
    with httpx.Client(trust_env=False, timeout=SECONDS) as client:
        _await(client, f"{service}/Things")
        for entity in things():
            client.post(f"{service}/Things", json=entity).raise_for_status()
        names = [entity["name"] for entity in things()]
        streams = {(thing, name): one for thing in names for name, one in _streams(client, service, thing)}
        features = {thing: _posted(client, f"{service}/FeaturesOfInterest", feature(thing)) for thing in names}
        for thing, stream, row in observations():
            linked = {
                "Datastream": {"@iot.id": streams[thing, stream]},
                "FeatureOfInterest": {"@iot.id": features[thing]},
            }
            client.post(f"{service}/Observations", json=row | linked).raise_for_status()


def _streams(client: httpx.Client, service: str, thing: str) -> list[tuple[str, str]]:
    """Name and id of each datastream of a thing."""
    rows = client.get(f"{service}/Datastreams", params={"$filter": f"Thing/name eq '{thing}'"}).json()["value"]
    return [(row["name"], row["@iot.id"]) for row in rows]


def _posted(client: httpx.Client, url: str, entity: dict[str, Any]) -> str:
    """Post an entity; its id, as the place says where it is."""
    return client.post(url, json=entity).raise_for_status().headers["location"].split("'")[1]


def _await(client: httpx.Client, url: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            if client.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    message = f"{url} 没有应答 / does not answer"
    raise SystemExit(message)


SERVER = Server(
    name="sensorthings",
    module="sensorthings",
    conformance_class="query",
    prepare=prepare,
    ready=f"{SERVICE}/Things",
    known={
        "AIF-051": Known(
            2, "页大小越界时应答 422 而非 400 / page sizes beyond the bounds are answered with 422, not 400"
        ),
        "AIF-055": Known(
            5,
            "不存在的日期、未知属性与 NaN 使其出错 500 / days that do not exist, unknown properties and NaN: 500",
        ),
    },
    planted=(
        Planted("pages-overlap", "AIF-050", "相邻页重复一条", "pages share one", {"fault": "pages_overlap"}),
        Planted("to-included", "AIF-049", "终点被包含", "`to` is included", {"fault": "to_included"}),
        Planted("offset-dropped", "AIF-049", "忽略时区", "offsets are dropped", {"fault": "offset_dropped"}),
        Planted("order-ignored", "AIF-052", "忽略排序", "the order is ignored", {"fault": "order_ignored"}),
        Planted("nothing-is-404", "AIF-056", "无数据时 404", "nothing found is a 404", {"fault": "nothing_is_404"}),
    ),
)

if __name__ == "__main__":
    sys.exit(main(SERVER, __doc__ or ""))
