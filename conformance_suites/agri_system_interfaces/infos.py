"""Records of the Tianjin XML upload (DB12/T 740.1): how they are written, and read from what comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pytest_szxc import xml

from .tables import rows

if TYPE_CHECKING:
    from decimal import Decimal
    from xml.etree.ElementTree import Element

ROOT, RECORD = "Infos", "Info"
TAGS = ("CompanyName", "ViewName", "UpdateTime", "DataType", "Value", "Description")
BEIJING = timezone(timedelta(hours=8))
TWO_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{2}")
_LOCAL = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Info:
    """One record: the six texts, in the order of ``TAGS``."""

    company: str
    view: str
    time: str
    type: str
    value: str
    description: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts by the order of the tags."""
        return (self.company, self.view, self.time, self.type, self.value, self.description)


def type_of(kind: str) -> str | None:
    """The data type that stands for a kind; ``None`` where none is known."""
    return next((row["code"] for row in rows("tianjin_types") if row["kind"] == kind), None)


def two_decimals(value: Decimal) -> str:
    """A value as the upload has it."""
    return f"{value:.2f}"


def local(at: datetime) -> str:
    """An instant as the upload has it: Beijing time, to the second, without zone."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> tuple[int, ...] | None:
    """A local time as numbers, padded or not; ``None`` if it is none."""
    found = _LOCAL.fullmatch(text.strip())
    return tuple(map(int, found.groups())) if found else None


def written(infos: list[Info]) -> str:
    """An upload."""
    root = ET.Element(ROOT)
    for info in infos:
        element = ET.SubElement(root, RECORD)
        for tag, text in zip(TAGS, info.texts, strict=True):
            ET.SubElement(element, tag).text = text
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def records(root: Element) -> list[dict[str, list[str]]]:
    """The records of an echo: for each, its tags with the texts that stand there."""
    found = []
    for element in root:
        texts: dict[str, list[str]] = {}
        for child in element:
            texts.setdefault(xml.local(child.tag), []).append((child.text or "").strip())
        found.append(texts)
    return found
