"""What an unrelated pytest run pays: the plugin on against ``-p no:szxc``, and against an environment without it."""

from __future__ import annotations

import argparse
import importlib.metadata
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import interleaved, paired_ratio, pytest_command, tell

ROOT = Path(__file__).parents[1]
GOAL = 1.05


def environment(name: str, *packages: str) -> Path:
    """A virtual environment with these packages, made once; its Python."""
    folder = ROOT / f".venv-bench-{name}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "-qq", "install", *packages], check=True)
    return python


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    bare = environment("bare", f"pytest=={importlib.metadata.version('pytest')}")
    ours = environment("ours", f"pytest=={importlib.metadata.version('pytest')}", "--editable", str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_unrelated.py").write_text("def test_unrelated():\n    pass\n", encoding="utf-8")
        commands = {
            "on": pytest_command(python=ours),
            "off": pytest_command("-p", "no:szxc", python=ours),
            "bare": pytest_command(python=bare),
        }
        seconds = interleaved(commands, Path(folder), rounds)
    on_off, on_bare = (paired_ratio(seconds["on"], seconds[other]) for other in ("off", "bare"))
    medians = {f"{name}_seconds": statistics.median(values) for name, values in seconds.items()}
    tell(
        "startup",
        {"on_off": on_off, "on_bare": on_bare, "goal": GOAL, "holds": on_off <= GOAL, "rounds": rounds, **medians},
        f"plugin on / off {on_off:.3f} (goal {GOAL}); on / environment with pytest alone {on_bare:.3f}",
    )


if __name__ == "__main__":
    main()
