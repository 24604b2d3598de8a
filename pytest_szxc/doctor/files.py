"""The files that pytest itself reads in this folder: one saved as GBK ends every run with a bare UnicodeDecodeError."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.doctor.check import Check, State
from pytest_szxc.model import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIGS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def config_faults(folder: Path | None = None) -> Iterator[Check]:
    """One bad check for each of pytest's configuration files that is not UTF-8.

    Args:
        folder: where to look; the current one if none is given.
    """
    for name in CONFIGS:
        path = (folder or Path.cwd()) / name
        try:
            if path.is_file():
                path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            cause = Cause("doctor.statement.config", {"file": name, "offset": str(error.start)})
            yield Check("statement", State.BAD, cause)
        except OSError:  # unreadable for us is unreadable for pytest, which says so itself
            continue
