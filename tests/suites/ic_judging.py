"""One requirement of platform_interconnection judged on the reference platform, as it is or changed."""

from __future__ import annotations

from suite_judging import NOW, Judging

HERE = Judging("platform_interconnection")
SUITE = HERE.suite
CHECKS = HERE.checks
part, platform, judged, verdict_on = HERE.part, HERE.platform, HERE.judged, HERE.verdict_on

__all__ = ["CHECKS", "NOW", "SUITE", "judged", "part", "platform", "verdict_on"]
