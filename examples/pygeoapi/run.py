"""Judges pygeoapi, as it is, with a good configuration and three planted ones, and compares with what is owed.

    python run.py [--out FOLDER]

pygeoapi is looked for in this interpreter, then in the one that SZXC_PYGEOAPI_PYTHON names, then in .venv-pygeoapi.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real_servers"))

from configuration import write
from judging import Known, Planted, Server, main

if TYPE_CHECKING:
    from collections.abc import Mapping

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
PLAIN: dict[str, Any] = {"longitude_first": True}
"""Stored as CRS84, where the fault is another: pygeoapi takes half a second for each transformation."""
COMMAND = "import sys; from pygeoapi import cli; sys.argv[0] = 'pygeoapi'; cli()"


def prepare(folder: Path, python: str, port: int, settings: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Data, configuration and pygeoapi's own description of its interface; then what serves them."""
    configuration, description = write(folder, port, settings), folder / "openapi.yml"
    variables = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(description), "PYTHONUTF8": "1"}
    command = [python, "-W", "ignore", "-c", COMMAND, "openapi", "generate", str(configuration)]
    done = subprocess.run(
        [*command, "--output-file", str(description)], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return [python, "-W", "ignore", "-c", COMMAND, "serve"], variables


SERVER = Server(
    name="pygeoapi",
    module="pygeoapi",
    conformance_class="map-services",
    prepare=prepare,
    ready="/?f=json",
    known={
        "IC-069": Known(
            1,
            "TinyDB 数据源的末页 numberReturned 按整页计 / "
            "on its last page the TinyDB provider's numberReturned is that of a full page",
        )
    },
    planted=(
        Planted(
            "only-crs84",
            "IC-068",
            "集合只声明 CRS84",
            "the collection declares CRS84 alone",
            {"provider": {"crs": [CRS84], "storage_crs": None}, "longitude_first": True},
        ),
        Planted(
            "time-field-missing",
            "IC-069",
            "未配置时间字段",
            "no time field is configured",
            PLAIN | {"provider": {"time_field": None, "storage_crs": CRS84}},
        ),
        Planted(
            "provider-ignores-datetime",
            "IC-069",
            "数据源不支持 datetime",
            "a data source that ignores datetime",
            PLAIN | {"provider": {"name": "GeoJSON", "storage_crs": CRS84}, "data": "parcels.geojson"},
        ),
    ),
)

if __name__ == "__main__":
    sys.exit(main(SERVER, __doc__ or ""))
