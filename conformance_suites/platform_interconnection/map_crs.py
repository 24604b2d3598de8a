"""How coordinate reference systems are written, and which of them are CGCS2000."""

from __future__ import annotations

import re

GEOGRAPHIC = 4490
"""CGCS2000 with latitude before longitude."""
CGCS2000 = frozenset({GEOGRAPHIC, *range(4491, 4555)})
"""EPSG codes: geographic, and zones of 6° and 3° with and without the number of the zone in the easting."""
_EPSG = (
    re.compile(r"(?i)\[?epsg:(\d{4,6})\]?"),
    re.compile(r"(?i)https?://(?:www\.)?opengis\.net/def/crs/epsg/[0-9.]{1,12}/(\d{4,6})/?"),
    re.compile(r"(?i)https?://(?:www\.)?opengis\.net/gml/srs/epsg\.xml#(\d{4,6})"),
    re.compile(r"(?i)urn:(?:x-)?ogc:def:crs:epsg:[0-9.]{0,12}:(\d{4,6})"),
)
_SHORT = _EPSG[0]
_NO_VERSION = re.compile(r"(?i)urn:(?:x-)?ogc:def:crs:epsg:(\d{4,6})")
"""A URN without the place of the version, which may be empty but must be there (OGC 07-092r3)."""
_FOREIGN = re.compile(r"(?i)gcj[-_ ]?0?2|bd[-_ ]?0?9|(?<![a-z])mars(?![a-z])|火星|百度坐标|高德坐标")


def epsg(written: str) -> int | None:
    """The EPSG code that is meant: ``EPSG:4490``, URN, URI, even a URN that lacks its version; ``None`` for others."""
    patterns = (*_EPSG, _NO_VERSION)
    found = next((match for pattern in patterns if (match := pattern.fullmatch(written.strip()))), None)
    return int(found[1]) if found else None


def is_cgcs2000(written: str) -> bool:
    """Whether a CRS is CGCS2000."""
    return epsg(written) in CGCS2000


def is_misspelt(written: str) -> bool:
    """Whether an EPSG code is meant, but not written as it must be."""
    return _NO_VERSION.fullmatch(written.strip()) is not None


def fixes_axes(written: str) -> bool:
    """Whether the spelling settles the order of the axes: a URN or URI does, ``EPSG:4490`` alone is used both ways."""
    return _SHORT.fullmatch(written.strip()) is None


def is_shifted(written: str) -> bool:
    """Whether a name is that of a deliberately shifted system (GCJ-02, BD-09)."""
    return _FOREIGN.search(written) is not None
