"""A day of a farm system, told from a run's own record: a device, its data, a command, an alarm, a push.

    python run.py [--lang zh|en] [--out FOLDER]

A real run judges the embedded reference platform over HTTPS; then each exchange that the chosen requirements have used
is told in order, as it was recorded. Credentials are placeholders there. Exit code: that of the run.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = "agri_system_interfaces"
CHAPTERS = ("AIF-021", "AIF-036", "AIF-060", "AIF-067", "AIF-070")
LONGEST = 220
"""Characters of a body that are told; the record has all of it."""
DATA = '"message":"ok","data":'
Row = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """The few words of the transcript in one language."""

    came: str
    cut: str


WORDS = {"zh": Words("平台推送", "（其余见记录）"), "en": Words("the platform pushes", "(the rest is in the record)")}


def judged(out: Path, lang: str) -> int:
    """Run the chosen requirements on the demo; the exit code of pytest."""
    chosen = ("-k", " or ".join(CHAPTERS))
    options = ("--szxc-target=demo", f"--szxc-suite={SUITE}", "--szxc-allow-write", f"--szxc-lang={lang}")
    command = [sys.executable, "-m", "pytest", "-q", *options, *chosen, f"--szxc-out={out}", "-p", "no:cacheprovider"]
    return subprocess.run(command, check=False).returncode


def told(out: Path, lang: str) -> Iterator[str]:
    """The transcript: a heading for each requirement, two lines for each exchange."""
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    prefix = f"szxc-{report['run']['id']}-"  # of all that the run made; too long to be read again and again
    verdicts = {row["requirement"]: row for row in report["verdicts"]}
    with closing(sqlite3.connect(out / "exchanges.sqlite")) as store:
        store.row_factory = sqlite3.Row
        for name in CHAPTERS:
            row = verdicts[name]
            yield f"\n== {name} {row['statement'][lang]}: {row['status']}"
            lines = (line for key in row["exchanges"] for line in _exchange(_found(store, key), lang))
            yield from (line.replace(prefix, "szxc-*-") for line in lines)


def _found(store: sqlite3.Connection, key: str) -> Row:
    row = store.execute("SELECT * FROM exchange WHERE key = ?", (key,)).fetchone()
    return dict(row) if row else {}


def _exchange(row: Row, lang: str) -> Iterator[str]:
    if not row:
        return
    at = row["started"][11:23]
    if row["method"] == "SINK":
        if row["body"]:  # what was asked of the receiver itself is no exchange with the platform
            at = dict(json.loads(row["headers"]))[":at"][11:23]
            yield f"   {at} <= {WORDS[lang].came} {_body(row['body'], lang)}"
            yield f"              -> {row['status']}"
        return
    url = urlsplit(row["url"])
    path = url.path + (f"?{url.query}" if url.query else "")
    yield f"   {at} -> {row['method']} {path} {_body(row['body'], lang)}".rstrip()
    yield f"              <- {row['status'] or row['fault']} {_body(row['answer_body'], lang)}".rstrip()


def _body(body: bytes, lang: str) -> str:
    text = _data(" ".join(body.decode("utf-8", "replace").split()))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… {WORDS[lang].cut}"


def _data(text: str) -> str:
    """What an envelope holds; the envelope itself is the same each time."""
    return text[text.index(DATA) + len(DATA) : text.rindex(',"requestId"')] if DATA in text else text


def main() -> None:
    """Judge, then tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", choices=sorted(WORDS), default="zh")
    parser.add_argument("--out", type=Path, help="keep the run's results here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = (given.out or Path(folder) / "out").resolve()
        code = judged(out, given.lang)
        print(*told(out, given.lang), sep="\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
