"""Makes the catalogue of an invented county as pycsw keeps it: records in a SQLite table, always the same.

    python build.py FILE [--count N]

The table must be there: ``pycsw-admin.py -c setup_db`` makes it.
"""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

COUNT = 137
TOPICS = ("农田地块", "高标准农田", "农资经营主体", "种植补贴", "农机作业", "病虫监测", "农产品追溯", "土壤墒情")
TYPES = ("dataset", "service", "series")
FORMATS = ("CSV", "XLSX", "KingbaseES", "服务接口")
PUBLISHERS = ("禾澜县农业农村局", "禾澜县农机站", "禾澜县水利局")
FIRST = date(2026, 1, 1)
RECORD = (
    '<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dct="http://purl.org/dc/terms/">'
    "<dc:identifier>{identifier}</dc:identifier><dc:title>{title}</dc:title><dc:type>{type}</dc:type>"
    "<dc:format>{format}</dc:format><dc:publisher>{publisher}</dc:publisher><dct:modified>{modified}</dct:modified>"
    "<dct:abstract>{abstract}</dct:abstract></csw:Record>"
)


@dataclass(frozen=True)
class Entry:
    """One catalogue entry, by its number from 1."""

    number: int

    def members(self) -> dict[str, str]:
        """What the entry says."""
        topic = TOPICS[self.number % len(TOPICS)]
        return {
            "identifier": f"urn:x-catalogue:999999:{self.number:04d}",
            "title": f"禾澜县{topic}第{self.number:04d}号",
            "type": TYPES[self.number % len(TYPES)],
            "format": FORMATS[self.number % len(FORMATS)],
            "publisher": PUBLISHERS[self.number % len(PUBLISHERS)],
            "modified": (FIRST + timedelta(days=self.number % 150)).isoformat(),
            "abstract": f"{topic},合成数据。",
        }

    def row(self) -> dict[str, str]:
        """The entry's row in the table of records."""
        said = self.members()
        return {
            "identifier": said["identifier"],
            "typename": "csw:Record",
            "schema": "http://www.opengis.net/cat/csw/2.0.2",
            "mdsource": "local",
            "insert_date": f"{said['modified']}T00:00:00Z",
            "xml": RECORD.format(**said),
            "anytext": " ".join(said.values()),
            "type": said["type"],
            "title": said["title"],
            "abstract": said["abstract"],
            "format": said["format"],
            "publisher": said["publisher"],
            "date_modified": said["modified"],
        }


def build(path: Path, count: int = COUNT, table: str = "records") -> int:
    """Write the entries into a table that is there; gives how many."""
    with closing(sqlite3.connect(path)) as base, base:
        for number in range(1, count + 1):
            insert(base, table, Entry(number).row())
    return count


def insert(base: sqlite3.Connection, table: str, row: dict[str, str]) -> None:
    """Insert one row; table and column names are this file's own."""
    columns = ", ".join(f'"{name}"' for name in row)
    base.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(row))})', list(row.values()))  # noqa: S608 -- own names


def main() -> None:
    """Fill a file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    given = parser.parse_args()
    print(f"{given.file}: {build(given.file, given.count)} entries")


if __name__ == "__main__":
    main()
