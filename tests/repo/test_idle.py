"""An unrelated pytest run pays nothing for the plugin: none of what it needs for a real run is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = (
    "a2wsgi",
    "click",
    "duckdb",
    "flask",
    "h11",
    "httpcore",
    "httpx",
    "hypothesis",
    "jinja2",
    "jmespath",
    "jsonschema",
    "jsonschema_rs",
    "numpy",
    "pint",
    "referencing",
    "shapely",
    "sqlite3",
    "werkzeug",
)
LIGHT = {f"pytest_szxc.{name}" for name in ("plugin", "hookspecs", "settings", "errors", "messages")}
# Other plugins of the environment load what they like: they are off here, and ours is named.
LOADED = """
import sys

def test_unrelated(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("pytest_szxc.plugin")
    print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}))
    print("own:", *sorted(name for name in sys.modules if name.startswith("pytest_szxc.")))
"""


def unrelated_run(folder: Path) -> dict[str, set[str]]:
    """What is in ``sys.modules`` during a run of one test that has nothing to do with us."""
    (folder / "test_unrelated.py").write_text(LOADED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "pytest_szxc.plugin"]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_", "SZXC_"))}
    quiet |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split(":", 1) for line in done.stdout.splitlines() if line.startswith(("loaded:", "own:"))]
    return {name: set(modules.split()) for name, modules in lines}


def test_heavy_modules_are_not_loaded(tmp_path: Path) -> None:
    assert unrelated_run(tmp_path)["loaded"] & set(HEAVY) == set()


def test_of_our_own_only_the_face_is_loaded(tmp_path: Path) -> None:
    assert unrelated_run(tmp_path)["own"] <= LIGHT


def test_nothing_is_written(tmp_path: Path) -> None:
    unrelated_run(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"test_unrelated.py", "__pycache__"}
