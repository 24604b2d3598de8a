"""What all tests share: pytester, and Hypothesis without clock (machines differ) and without luck (CI repeats)."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

settings.register_profile("szxc", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("szxc")
