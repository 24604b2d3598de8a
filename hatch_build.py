"""Build hook: the wheel carries ``schemas/`` and ``conformance_suites/`` as data of the package, with compiled suites.

A standard wheel gets both folders below ``pytest_szxc/_data/`` and one ``compiled.json`` per suite, so that an
installed suite loads without parsing TOML. An editable install reads the tree itself: the hook does nothing for it,
so that no stale copy can stand beside the files being edited.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = "pytest_szxc/_data"
FOLDERS = ("schemas", "conformance_suites")


class DataHook(BuildHookInterface[Any]):
    """Adds the data folders and the compiled suites to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include; called by hatchling before it builds ``version``."""
        if version != "standard":
            return
        root = Path(self.root)
        included = build_data["force_include"]
        for path in data_files(root):
            included[str(path)] = f"{DATA}/{path.relative_to(root).as_posix()}"
        self._scratch = tempfile.TemporaryDirectory()
        for path in compile_suites(root, Path(self._scratch.name)):
            included[str(path)] = f"{DATA}/conformance_suites/{path.parent.name}/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 -- hatchling's interface
        """Remove the compiled files; they live in the wheel now."""
        if version == "standard":
            self._scratch.cleanup()


def data_files(root: Path) -> Iterator[Path]:
    """The files of both folders, without caches and hidden files."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
                yield path


def compile_suites(root: Path, scratch: Path) -> Iterator[Path]:
    """Compile each suite into ``<scratch>/<suite>/compiled.json``; a bad row stops the build with file and row."""
    sys.path.insert(0, str(root))
    try:
        # Not at the top: only the source tree being built can compile its own suites.
        from pytest_szxc.catalogue.compile import compile_suite  # noqa: PLC0415
    finally:
        sys.path.remove(str(root))
    for description in sorted((root / "conformance_suites").glob("*/suite.toml")):
        target = scratch / description.parent.name / "compiled.json"
        target.parent.mkdir()
        target.write_text(json.dumps(compile_suite(description.parent), ensure_ascii=False), encoding="utf-8")
        yield target
