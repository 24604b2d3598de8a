"""How the reference works out a grade: by the questions of the flow form, not by the decision table.

The checks read the table (``decision.py``); who is judged and who judges must not share a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    Told = Mapping[str, Any]

VALUES = {
    "lateral": ("operator", "system"),
    "longitudinal": ("operator", "system"),
    "headland": ("operator", "assisted", "system", "na"),
    "implement": ("operator", "sequenced", "system", "na"),
    "oedr": ("operator", "shared", "system"),
    "fallback": ("operator", "user", "system"),
    "odd_limit": ("limited", "unlimited"),
}
"""What is graded, and what each may be."""
NOTES = {
    "N1": "作业任务未全部自动 / work task not fully automated",
    "N2": "未定义后援用户 / no fallback-ready user defined",
}
REASONS = {
    "X1": "fallback by the system without full OEDR",
    "X2": "fallback-ready user without full OEDR",
    "X3": "full OEDR without both motions by the system",
    "X4": "unlimited ODD although not all is done by the system",
}


class Issue(NamedTuple):
    """A grade with the rule that gave it; without a grade, the rule says why there is none."""

    rule: str
    grade: int | None
    notes: tuple[str, ...] = ()


def unknown_member(told: Told) -> str | None:
    """The first member that is missing or has a value that is none of its own."""
    for name, values in VALUES.items():
        value = told.get(name)
        if not isinstance(value, str) or value not in values:
            return name
    return None


def issued(told: Told, odd: Told | None = None) -> Issue:
    """The grade of a feature.

    Args:
        told: the seven inputs, all with values that exist.
        odd: the operating domain; what the task does not have is no gap in its automation.
    """
    motions = sum(told[name] == "system" for name in ("lateral", "longitudinal"))
    task = [done_by_system(told, odd or {}, name) for name in ("headland", "implement")]
    forbidden = _forbidden(told, motions, all(task))
    return Issue(forbidden, None) if forbidden else _graded(told, motions, whole_task=all(task))


def done_by_system(told: Told, odd: Told, name: str) -> bool:
    """Whether the system does the headland or the implement, or the domain says that there is none."""
    if told[name] != "na":
        return bool(told[name] == "system")
    if name == "implement":
        return odd.get("implements") == []
    width = odd.get("headland_width_m")
    return width == 0 and not isinstance(width, bool)


def _forbidden(told: Told, motions: int, task: bool) -> str:  # noqa: FBT001 -- two answers of the flow form
    full = told["oedr"] == "system"
    if not full and told["fallback"] != "operator":
        return "X1" if told["fallback"] == "system" else "X2"
    if full and motions < 2:  # noqa: PLR2004 -- steering and speed
        return "X3"
    everything = full and task and told["fallback"] == "system"
    return "X4" if told["odd_limit"] == "unlimited" and not everything else ""


def _graded(told: Told, motions: int, *, whole_task: bool) -> Issue:
    """The flow form: motion, full OEDR, the whole task, fallback, limits of the domain."""
    if told["oedr"] != "system":
        return Issue(f"G{motions}", motions)
    if not whole_task:
        return Issue("G2a", 2, ("N1",))
    if told["fallback"] == "operator":
        return Issue("G2b", 2, ("N2",))
    if told["fallback"] == "user":
        return Issue("G3", 3)
    return Issue("G4", 4) if told["odd_limit"] == "limited" else Issue("G5", 5)
