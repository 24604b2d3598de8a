"""pygeoapi's configuration and data: parcels in TinyDB, stored in EPSG:4490, and so with latitude first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from parcels import EXTENT, parcels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"
TABLE, FILE = "parcels.json", "parcels.geojson"
"""The same features, as TinyDB and as GeoJSON keep them."""
URL = "http://127.0.0.1"
BEGIN = "2026-01-01T00:00:00Z"


def write(folder: Path, port: int, settings: Mapping[str, Any]) -> Path:
    """Write data and configuration; JSON is YAML too.

    Args:
        folder: where.
        port: on which pygeoapi will answer.
        settings: ``provider`` replaces members of the provider (removes them where ``None``), ``data`` is the
            file it reads, ``longitude_first`` stores the data so.
    """
    first = bool(settings.get("longitude_first"))
    features = _features(longitude_first=first)
    _write(folder / TABLE, {"_default": {str(number): feature for number, feature in enumerate(features, start=1)}})
    _write(folder / FILE, {"type": "FeatureCollection", "features": features})
    path = folder / "pygeoapi.yml"
    _write(path, _configuration(folder, port, settings))
    text = path.read_text(encoding="utf-8").replace(f'"{BEGIN}"', BEGIN)  # a time in YAML, where JSON has only texts
    path.write_text(text, encoding="utf-8")
    return path


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _features(*, longitude_first: bool) -> list[dict[str, Any]]:
    features = parcels()
    for feature in features:
        if not longitude_first:
            rings = feature["geometry"]["coordinates"]
            feature["geometry"]["coordinates"] = [[place[::-1] for place in ring] for ring in rings]
    return features


def _configuration(folder: Path, port: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    url = f"{URL}:{port}"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["zh-CN", "en-US"],
            "limits": {"default_items": 10, "max_items": 100},
            "map": {"url": f"{url}/none/{{z}}/{{x}}/{{y}}.png", "attribution": "-"},
        },
        "logging": {"level": "ERROR"},
        "metadata": _metadata(url),
        "resources": {"parcels": _collection(folder, settings)},
    }


def _collection(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    provider: dict[str, Any] = {
        "type": "feature",
        "name": "TinyDB",
        "data": (folder / settings.get("data", TABLE)).as_posix(),
        "id_field": "id",
        "time_field": "surveyedAt",
        "crs": [CRS84, CRS4490],
        "storage_crs": CRS4490,
        **settings.get("provider", {}),
    }
    return {
        "type": "collection",
        "title": "云禾县地块",
        "description": "合成数据",
        "keywords": ["地块"],
        "links": [],
        "extents": {
            "spatial": {"bbox": list(EXTENT), "crs": CRS84},
            "temporal": {"begin": BEGIN, "end": None},
        },
        "providers": [{name: value for name, value in provider.items() if value is not None}],
    }


def _metadata(url: str) -> dict[str, Any]:
    return {
        "identification": {
            "title": "云禾县地图服务",
            "description": "示例",
            "keywords": ["地图"],
            "keywords_type": "theme",
            "terms_of_service": "-",
            "url": url,
        },
        "license": {"name": "CC0", "url": url},
        "provider": {"name": "云禾县", "url": url},
        "contact": {
            "name": "-",
            "position": "-",
            "address": "-",
            "city": "-",
            "stateorprovince": "-",
            "postalcode": "0",
            "country": "CN",
            "phone": "0",
            "fax": "0",
            "email": "nobody@example.invalid",
            "url": url,
            "hours": "-",
            "instructions": "-",
            "role": "pointOfContact",
        },
    }
