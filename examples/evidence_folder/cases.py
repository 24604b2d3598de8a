"""What may be wrong with a folder of evidence, and how its judgement has to end."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOG = "session_log/s01-field.csv"
GOOD, FAILED, UNJUDGED = 0, 1, 11
NAMES = {"lat": "纬度", "lon": "经度", "mode": "模式", "speed_mps": "速度"}
Owed = tuple[str, ...]
"""A verdict, and the code of its cause where that matters."""


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        name: of the case.
        change: what it does to the folder.
        exit_code: of the run.
        verdicts: of the requirements that it concerns.
        listed: whether the manifest is written anew after the change.
        statement: file beside this one that maps columns or replaces limits.
        alone: whether all other requirements pass.
    """

    name: str
    change: Callable[[Path], None]
    exit_code: int
    verdicts: Mapping[str, Owed] = field(default_factory=dict)
    listed: bool = True
    statement: str = ""
    alone: bool = True


def on_log(change: Callable[[str], bytes]) -> Callable[[Path], None]:
    """Change the field log's text."""

    def do(folder: Path) -> None:
        path = folder / LOG
        path.write_bytes(change(path.read_text(encoding="utf-8")))

    return do


def coarse(text: str) -> bytes:
    """Positions as JT/T 808 has them: millionths of a degree."""
    return re.sub(r"(\d+\.\d{6})\d{3},(\d+\.\d{6})\d{3}", r"\1,\2", text).encode()


def renamed(text: str) -> str:
    """Chinese names of columns, in the head of a CSV or in every line of an NDJSON."""
    for name, other in NAMES.items():
        text = text.replace(f'"{name}":', f'"{other}":')
    head, rest = text.split("\n", 1)
    return ",".join(NAMES.get(name, name) for name in head.split(",")) + "\n" + rest


def all_renamed(folder: Path) -> None:
    """Every log as this manufacturer writes it."""
    for path in (folder / "session_log").iterdir():
        path.write_text(renamed(path.read_text(encoding="utf-8")), encoding="utf-8")


def reordered(text: str) -> bytes:
    """Two stretches of rows in the wrong order."""
    head, *rows = text.splitlines()
    return "\n".join([head, *rows[:300], *rows[500:700], *rows[300:500], *rows[700:], ""]).encode()


def blanked(text: str) -> bytes:
    """The positions of ten rows of the second pass are not there."""
    rows = list(csv.DictReader(io.StringIO(text)))
    second = [row for row in rows if row["pass_id"].endswith("2")]
    for row in second[100:110]:
        row["lat"] = row["lon"] = "NaN"
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def nothing(folder: Path) -> None:
    """Leave the folder as it is."""


def altered(folder: Path) -> None:
    """One digit of one row, after the manifest was written."""
    path = folder / LOG
    path.write_bytes(path.read_bytes().replace(b"0.7,", b"0.6,", 1))


def removed(folder: Path) -> None:
    """The log that the manifest lists is not there."""
    (folder / LOG).unlink()


_NEEDS_THE_FIELD = ("ADG-031", "ADG-032", "ADG-034", "ADG-041")


def _all(owed: Owed) -> dict[str, Owed]:
    return dict.fromkeys(_NEEDS_THE_FIELD, owed)


CASES = {
    case.name: case
    for case in (
        Case("sound", nothing, GOOD),
        Case("altered-file", altered, UNJUDGED, _all(("inconclusive", "file.altered")), listed=False, alone=False),
        Case("missing-file", removed, UNJUDGED, _all(("inconclusive", "file.missing")), listed=False, alone=False),
        Case(
            "saved-as-gbk",
            on_log(lambda text: renamed(text).encode("gbk")),
            UNJUDGED,
            _all(("inconclusive", "table.encoding-gbk")),
            alone=False,
        ),
        Case(
            "cut-off",
            on_log(lambda text: text[:-40].encode()),
            UNJUDGED,
            _all(("inconclusive", "log.cut-off")),
            alone=False,
        ),
        Case("out-of-order", on_log(reordered), UNJUDGED, _all(("inconclusive", "log.unsorted")), alone=False),
        Case("lost-positions", on_log(blanked), UNJUDGED, _all(("inconclusive", "log.nan")), alone=False),
        Case("millionths-of-a-degree", on_log(coarse), FAILED, {"ADG-042": ("fail",)}, alone=False),
        Case("chinese-columns", all_renamed, GOOD, statement="columns.toml"),
        Case("own-limits", nothing, FAILED, {"ADG-031": ("fail",)}, statement="limits.toml"),
    )
}
