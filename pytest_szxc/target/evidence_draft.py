"""A manifest for a folder of evidence, drafted from the files that are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import names
from pytest_szxc.errors import SzxcError
from pytest_szxc.printable import show
from pytest_szxc.target.default_binding import default_operations
from pytest_szxc.target.evidence_folder import FORMAT, MANIFEST, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Json, Suite


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest and what became of each file.

    Attributes:
        value: the manifest.
        left_out: files of which nothing says what they answer.
        gone: files that the manifest before listed and that are no longer there.
        changed: files whose digest is new or another one.
    """

    value: dict[str, Json]
    left_out: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


def drafted(folder: Path, suite: str | None, suites: Mapping[str, Suite]) -> Draft:
    """The manifest of a folder: what one lists that is there already stays, with the digests as they are now.

    A new file answers the operation that its name or its folder's name is: ``list_things.json``, or
    ``thing_log/7.csv`` for the operation ``thing_log`` asked with its one parameter, 7.

    Args:
        folder: of the evidence.
        suite: its id; ``None`` for the one that the manifest names.
        suites: all suites, by id.

    Raises:
        SzxcError: ``manifest.suite``, ``option.unknown-suite``; ``folder.manifest`` and what the schema says, of the
            manifest that is there.
    """
    before = read_manifest(folder) if (folder / MANIFEST).is_file() else {}
    name = suite or before.get("suite", "")
    if not name:
        raise SzxcError("manifest.suite")
    if name not in suites:
        raise SzxcError("option.unknown-suite", suite=show(name))
    known = {row["path"]: row for row in before.get("files", ())}
    found = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    rows = [_row(path, known.get(path), suites[name]) for path in found]
    listed = [{**row, "sha256": _digest(found[row["path"]])} for row in rows if row]
    value = {"format": FORMAT, "suite": name, **_titled(before), "files": listed}
    return Draft(
        value,
        left_out=tuple(path for path, row in zip(found, rows, strict=True) if row is None),
        gone=tuple(path for path in known if path not in found),
        changed=tuple(row["path"] for row in listed if known.get(row["path"], {}).get("sha256") != row["sha256"]),
    )


def _titled(before: Mapping[str, Json]) -> dict[str, Json]:
    return {"title": before["title"]} if "title" in before else {}


def _files(folder: Path) -> Iterator[Path]:
    """What a manifest may list: no hidden files, and not itself."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts != (MANIFEST,) and not any(part.startswith(".") for part in parts):
            yield path


def _row(path: str, known: Mapping[str, Json] | None, suite: Suite) -> dict[str, Json] | None:
    if known is not None:
        return dict(known)
    place = Path(path)
    if len(place.parts) == 1:
        return {"path": path, "operation": place.stem} if place.stem in suite.operations else None
    operation = place.parts[0]
    bound = default_operations(suite).get(operation)
    asked = sorted(names(bound.path)) if bound else []
    if len(place.parts) != len(("operation", "file")) or len(asked) != 1:
        return None
    return {"path": path, "operation": operation, "params": {asked[0]: place.stem}}


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
