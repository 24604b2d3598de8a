"""Versions of an interface in addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_VERSION = re.compile(r"(?i)v\d+(\.\d+)*")


def has_version(address: str) -> bool:
    """Whether a segment of an address's path is a version (``v1``, ``v2.1``)."""
    return any(_VERSION.fullmatch(segment) for segment in urlsplit(address).path.split("/"))
