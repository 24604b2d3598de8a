"""The tree that the repository's own tests look at: Python files, parsed once, with what each imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "pytest_szxc"
SUITES = ROOT / "conformance_suites"
HOUSE = ("pytest_szxc", "conformance_suites", "tests", "benchmarks", "examples")


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the given folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if not hidden(path))


def hidden(path: Path) -> bool:
    """Whether the path lies in a cache or a hidden folder, such as a virtual environment."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)


def shown(path: Path) -> str:
    """The path as a reader of a failure wants it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> list[str]:
    """What a file imports, by dotted name: also lazily, for types only, or by a literal ``import_module``."""
    names: list[str] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names += [f"{base}.{alias.name}" if node.module else base + alias.name for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names += [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
    return names
