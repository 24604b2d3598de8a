"""One requirement of autodrive_grading judged on the reference platform, as it is or changed."""

from __future__ import annotations

from suite_judging import NOW, PREFIX, Judging

HERE = Judging("autodrive_grading")
SUITE = HERE.suite
part, platform, judged, verdict_on, view = HERE.part, HERE.platform, HERE.judged, HERE.verdict_on, HERE.view

__all__ = ["HERE", "NOW", "PREFIX", "SUITE", "judged", "part", "platform", "verdict_on", "view"]
