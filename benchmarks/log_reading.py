"""Reading a ten-hour log at 10 Hz (360,000 rows, 17 columns) as CSV, NDJSON and Parquet: seconds and peak memory.

Each format is read in a process of its own, for the peak; of some tries the shortest counts.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from figures import tell

from pytest_szxc.target.tabular.table import read_table

ROWS, ROUNDS, GOAL_S, GOAL_MIB = 360_000, 3, 1.2, 400
FORMATS = {"csv": "FORMAT csv", "ndjson": "FORMAT json", "parquet": "FORMAT parquet"}
SCHEMA = "urn:szxc:autodrive_grading:log-row"
COLUMNS = """
    strftime(TIMESTAMP '2026-04-01 08:00:00' + INTERVAL (range * 100) MILLISECONDS, '%Y-%m-%dT%H:%M:%S.%g+08:00') t,
    printf('%.10f', 31.1 + range * 1e-7)::DECIMAL(13, 10) lat, (117.1 + random() * 1e-6)::DECIMAL(13, 10) lon,
    (20 + random())::DECIMAL(6, 3) h, 4 fix, (0.5 + random() / 9)::DECIMAL(3, 1) hdop,
    random()::DECIMAL(3, 1) corr_age_s, (random() * 360)::DECIMAL(6, 2) heading_deg,
    (2 + random())::DECIMAL(5, 3) speed_mps, random()::DECIMAL(4, 2) roll_deg, (random() / 50)::DECIMAL(6, 4) xte_m,
    'L1' line_id, 'P' || (range // 3000) pass_id, 'auto' AS mode, true engaged, random()::DECIMAL(5, 3) curvature_1_km,
    'working' implement_state
"""


def write(folder: Path) -> None:
    """The same log in every format."""
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(f"CREATE TABLE log AS SELECT {COLUMNS} FROM range({ROWS})")  # noqa: S608 -- ours
        for suffix, how in FORMATS.items():
            connection.execute(f"COPY log TO '{folder / f'log.{suffix}'}' ({how})")


def alone(path: Path) -> str:
    """What a process of its own tells of a folder (it writes there) or a file (it reads it).

    This one stays small: on Linux a new process inherits the peak of the one that starts it.
    """
    command = [sys.executable, __file__, str(path)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def read(path: Path) -> None:
    """Read one file and tell the figures: seconds of the clock and of the processor, peak memory in MiB."""
    body = path.read_bytes()
    wall, cpu = [], []
    for _ in range(ROUNDS):
        start, spent = time.perf_counter(), time.process_time()
        read_table(body, path.suffix[1:], schema=SCHEMA)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - spent)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"s": min(wall), "cpu_s": min(cpu), "mib": peak, "file_mib": len(body) / 2**20}))


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        alone(Path(folder))
        found = {suffix: json.loads(alone(Path(folder) / f"log.{suffix}")) for suffix in FORMATS}
    holds = found["csv"]["cpu_s"] <= GOAL_S and max(one["mib"] for one in found.values()) <= GOAL_MIB
    flat = {f"{suffix}_{name}": value for suffix, one in found.items() for name, value in one.items()}
    said = ", ".join(f"{suffix} {one['cpu_s']:.2f} s and {one['mib']:.0f} MiB" for suffix, one in found.items())
    tell(
        "log_reading",
        {**flat, "goal_s": GOAL_S, "goal_mib": GOAL_MIB, "holds": holds, "rows": ROWS},
        f"{ROWS:,} rows: {said} (goal for CSV {GOAL_S} s, for all {GOAL_MIB} MiB)",
    )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif (given := Path(sys.argv[1])).is_dir():
        write(given)
    else:
        read(given)
