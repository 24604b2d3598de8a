"""Judges MapProxy, as it is, with a good configuration and three planted ones, and compares with what is owed.

    python run.py [--out FOLDER]

MapProxy is looked for in this interpreter, then in the one that SZXC_MAPPROXY_PYTHON names, then in .venv-mapproxy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real_servers"))

from configuration import write
from judging import Known, Planted, Server, main

if TYPE_CHECKING:
    from collections.abc import Mapping


def prepare(folder: Path, python: str, port: int, settings: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Tiles and configuration; then what serves them: MapProxy's own server, of two processes."""
    configuration = write(folder, settings)
    script = next(path for path in Path(python).parent.glob("mapproxy-util*") if path.is_file())
    start = [str(script)] if script.suffix == ".exe" else [python, str(script)]
    return [*start, "serve-develop", "--bind", f"127.0.0.1:{port}", str(configuration)], {"PYTHONUTF8": "1"}


SERVER = Server(
    name="mapproxy",
    module="mapproxy",
    conformance_class="map-services",
    prepare=prepare,
    ready="/service?service=WMTS&request=GetCapabilities&version=1.0.0",
    known={
        "IC-068": Known(
            1,
            "WMTS 的 SupportedCRS 写作 urn:ogc:def:crs:EPSG:4490，缺版本段（应为两个冒号） / "
            "a WMTS's SupportedCRS is written urn:ogc:def:crs:EPSG:4490, without the place of the version (two colons)",
        )
    },
    planted=(
        Planted(
            "wgs84",
            "IC-068",
            "网格与 WMS 均为 WGS84",
            "grid and WMS are in WGS 84",
            {"srs": "EPSG:4326"},
        ),
        Planted(
            "tiles-of-another-size",
            "IC-066",
            "缓存瓦片的像素与网格不符",
            "cached tiles of another size than the grid's",
            {"tile_size": 128},
        ),
        Planted(
            "tiles-of-another-format",
            "IC-066",
            "配置为 JPEG，缓存瓦片是 PNG",
            "JPEG is configured, and the cached tiles are PNG",
            {"format": "jpeg"},
        ),
    ),
)

if __name__ == "__main__":
    sys.exit(main(SERVER, __doc__ or ""))
