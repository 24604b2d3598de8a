"""Where the data is. The only module that knows: a wheel carries it in ``_data/``, a source tree beside the package."""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from pytest_szxc.errors import CatalogueError

ENTRY_POINT_GROUP = "szxc.suites"
SUITE_FILE = "suite.toml"
REQUIREMENTS_FILES = "requirements*.toml"
"""One table of requirements, or several: ``requirements_<topic>.toml``."""
OPENAPI_FILES = "openapi*.json"
"""The default binding in one document, or with more paths in ``openapi_<topic>.json``."""
COMPILED_FILE = "compiled.json"
_PACKAGE = Path(__file__).parents[1]


def _root() -> Path:
    shipped = _PACKAGE / "_data"
    return shipped if shipped.is_dir() else _PACKAGE.parent


def schemas_folder() -> Path:
    """The folder with one folder of JSON Schemas per namespace (``szxc``, ``common``, one per suite)."""
    return _root() / "schemas"


def suites_folder() -> Path:
    """The folder with one folder per conformance suite of this package."""
    return _root() / "conformance_suites"


def suite_folders() -> tuple[Path, ...]:
    """Every suite's folder: those shipped here, then those of other packages (entry point group ``szxc.suites``).

    Raises:
        CatalogueError: an entry point names a package without a ``suite.toml``.
    """
    own = [path for path in sorted(suites_folder().glob("*")) if is_suite(path)]
    others = [_entry_folder(entry.name, entry.value) for entry in sorted(entry_points(group=ENTRY_POINT_GROUP))]
    return (*own, *others)


def requirement_files(folder: Path) -> list[Path]:
    """The tables of requirements of a suite, at least one name."""
    return sorted(folder.glob(REQUIREMENTS_FILES)) or [folder / "requirements.toml"]


def openapi_files(folder: Path) -> list[Path]:
    """The documents of a suite's default binding, the main one first; none for a suite without one."""
    return sorted(folder.glob(OPENAPI_FILES), key=lambda path: path.stem)


def is_suite(folder: Path) -> bool:
    """Whether a folder is a suite, in source or compiled form."""
    return (folder / SUITE_FILE).is_file() or (folder / COMPILED_FILE).is_file()


def schema_folder(suite_folder: Path) -> Path:
    """The folder of a suite's own schemas.

    A package that brings a suite may keep them in ``schemas/`` inside the suite; ours stand in ``schemas/<suite>/``
    beside the suites' folder.
    """
    inside = suite_folder / "schemas"
    return inside if inside.is_dir() else suite_folder.parent.parent / "schemas" / suite_folder.name


def schema_namespaces(suites: tuple[Path, ...] | None = None) -> dict[str, Path]:
    """Folder of schemas by namespace, the second part of ``urn:szxc:<namespace>:<name>``."""
    shared = {path.name: path for path in sorted(schemas_folder().glob("*")) if path.is_dir()}
    chosen = suite_folders() if suites is None else suites
    return shared | {folder.name: schema_folder(folder) for folder in chosen}


def _entry_folder(name: str, package: str) -> Path:
    """The folder of a package that offers a suite; found without running its code."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    for folder in folders:
        if is_suite(folder):
            return folder
    raise CatalogueError("catalogue.entry-point", name=name, package=package)
