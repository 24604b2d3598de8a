"""A suite that is written topic by topic: its reference, its mutants and variants, the description of its API."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from pytest_szxc.model import Json
    from pytest_szxc.reference.platform import Platform


@dataclass(frozen=True)
class Topics:
    """The topics of one suite.

    Each has its routes in ``reference_<topic>.py`` and their description in ``openapi_<topic>.json``.

    Attributes:
        package: of the suite's modules.
        folder: of the suite.
    """

    package: str
    folder: Path

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All topics, sorted."""
        return tuple(sorted(path.stem.removeprefix("openapi_") for path in self.folder.glob("openapi_*.json")))

    def mount(self, platform: Platform, suite: str, whole: object) -> None:
        """Serve all topics and describe them, and claim every class.

        Args:
            platform: what serves.
            suite: its id.
            whole: what each topic's ``mount`` is given.
        """
        platform.parts[suite] = whole
        for topic in self.names:
            import_module(f".reference_{topic}", self.package).mount(whole)
        for name in ("openapi", *(f"openapi_{topic}" for topic in self.names)):
            platform.describe(_document(self.folder / f"{name}.json"))
        platform.claim(suite, _classes(self.folder / "suite.toml"))

    def parts(self, kind: str) -> Iterator[tuple[str, ModuleType]]:
        """The modules ``<kind>_*.py``, each with its topic: the longest that its name begins with."""
        longest = sorted(self.names, key=len, reverse=True)
        for path in sorted(self.folder.glob(f"{kind}_*.py")):
            rest = path.stem.removeprefix(f"{kind}_")
            topic = next((one for one in longest if rest.startswith(one)), "")
            yield topic, import_module(f".{path.stem}", self.package)


@cache
def _document(path: Path) -> dict[str, Json]:
    found: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def _classes(path: Path) -> tuple[str, ...]:
    return tuple(row["id"] for row in tomllib.loads(path.read_text(encoding="utf-8"))["classes"])
