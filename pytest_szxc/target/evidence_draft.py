"""A manifest for a folder of evidence, drafted from the files that are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import names
from pytest_szxc.errors import SzxcError
from pytest_szxc.printable import show
from pytest_szxc.target.default_binding import default_operations
from pytest_szxc.target.evidence_folder import FORMAT, MANIFEST, evidence_of, read_manifest
from pytest_szxc.target.file_reading import DataFile, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
    ``thing_log/7.csv`` for the operation ``thing_log`` asked with its one parameter, 7. A run can use the manifest, or
    there is none.

    Args:
        folder: of the evidence.
        suite: its id; ``None`` for the one that the manifest names.
        suites: all suites, by id.

    Raises:
        SzxcError: ``manifest.suite``, ``manifest.empty``, ``option.unknown-suite``; ``folder.*`` and what the schema
            says; ``file.*`` of a file that nobody could judge.
    """
    before = read_manifest(folder) if (folder / MANIFEST).is_file() else {}
    name = suite or before.get("suite", "")
    if not name:
        raise SzxcError("manifest.suite")
    if name not in suites:
        raise SzxcError("option.unknown-suite", suite=show(name))
    known = _known(before)
    found = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    rows = {path: _rows(path, known.get(path, []), suites[name]) for path in found}
    if not any(rows.values()):
        raise SzxcError("manifest.empty", folder=show(str(folder)), suite=name)
    for path, ours in rows.items():
        if ours and _is_foreign(path):
            raise SzxcError("folder.name", file=show(path))
    digests = {path: digest_of(DataFile(path, found[path])) for path, ours in rows.items() if ours}
    listed = [{**row, "sha256": digests[path]} for path, ours in rows.items() for row in ours]
    value = {"format": FORMAT, "suite": name, **_titled(before), "files": listed}
    evidence_of(value, folder, {name: suites[name]})
    return Draft(
        value,
        left_out=tuple(path for path, ours in rows.items() if not ours),
        gone=tuple(path for path in known if path not in found),
        changed=tuple(
            path for path in digests if {row["sha256"].lower() for row in known.get(path, [])} != {digests[path]}
        ),
    )


def _is_foreign(path: str) -> bool:
    """Whether a name is not UTF-8, as those of an archive made under a Chinese Windows: no manifest can write it."""
    return any("\ud800" <= char <= "\udfff" for char in path)


def _titled(before: Mapping[str, Json]) -> dict[str, Json]:
    return {"title": before["title"]} if "title" in before else {}


def _known(before: Mapping[str, Json]) -> dict[str, list[dict[str, Json]]]:
    """What a manifest lists, by path as it is written here: one file may answer several questions."""
    known: dict[str, list[dict[str, Json]]] = {}
    for row in before.get("files", ()):
        path = str(PurePosixPath(row["path"]))
        known.setdefault(path, []).append({**row, "path": path})
    return known


def _files(folder: Path) -> Iterator[Path]:
    """What a manifest may list: no hidden files, and not itself."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts != (MANIFEST,) and not any(part.startswith(".") for part in parts):
            yield path


def _rows(path: str, known: list[dict[str, Json]], suite: Suite) -> list[dict[str, Json]]:
    """The questions that a file answers; none where nothing says so."""
    if known:
        return known
    place = PurePosixPath(path)
    if len(place.parts) == 1:
        return [{"path": path, "operation": place.stem}] if place.stem in suite.operations else []
    operation = place.parts[0]
    bound = default_operations(suite).get(operation)
    asked = sorted(names(bound.path)) if bound else []
    if len(place.parts) != len(("operation", "file")) or len(asked) != 1:
        return []
    return [{"path": path, "operation": operation, "params": {asked[0]: place.stem}}]
