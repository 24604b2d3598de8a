"""What all tests share: pytester, Hypothesis without clock (machines differ) and luck, and the network watch."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.append(str(Path(__file__).with_name("network_watch")))

import connection_watch

pytest_plugins = ["pytester"]

settings.register_profile("szxc", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("szxc")

WATCHER = connection_watch.VARIABLE not in os.environ
"""Whether this is the process that all others of the session report to; a worker of pytest-xdist is not."""
if WATCHER:
    os.environ[connection_watch.VARIABLE] = str(Path(tempfile.mkdtemp(prefix="network-watch-")) / "outside.jsonl")
    path = [sys.path[-1], os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in path if part)
LOG = os.environ[connection_watch.VARIABLE]
connection_watch.install(LOG)


def pytest_sessionfinish(session):
    """A test run that left this machine has failed, whatever its tests say."""
    if WATCHER and connection_watch.outside(LOG) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """How many connections there were, and each one that left this machine."""
    if WATCHER:
        left = connection_watch.outside(LOG)
        count = connection_watch.stayed(LOG) + len(left)
        terminalreporter.write_line(f"network watch: {count} connections, {len(left)} outside", red=bool(left))
        for row in left:
            terminalreporter.write_line(f"  {row['event']} {row['address']} by {row['process']} {row['command']}")
