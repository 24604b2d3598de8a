"""The reference platform's own grading: impact objects × harms → level (GB/T 43697 6.5, sub-levels after Annex H).

Written apart from the suite's checks on purpose: where both agree, neither is alone in its reading.
"""

from __future__ import annotations

GRADES = ("G1", "G2", "G3", "G4", "important", "core")
HARMS = ("none", "general", "serious", "extreme")
_SOCIETY = ("G1", "G4", "important", "core")
_RIGHTS = ("G1", "G2", "G3", "G4")
CELLS = {
    "nationalSecurity": ("G1", "important", "core", "core"),
    "economy": _SOCIETY,
    "socialOrder": _SOCIETY,
    "publicInterest": _SOCIETY,
    "orgRights": _RIGHTS,
    "personalRights": _RIGHTS,
}


def rank(grade: str) -> int:
    """1 (G1) to 4 (G4), 5 important, 6 core."""
    return GRADES.index(grade) + 1


def grade_of(impacts: list[dict[str, str]]) -> str:
    """The highest cell that the impacts reach; ``G1`` without any.

    Raises:
        KeyError: an impact object is unknown.
        ValueError: a harm is unknown.
    """
    reached = [CELLS[impact["object"]][HARMS.index(impact["harm"])] for impact in impacts]
    return max(reached, key=rank, default="G1")


def as_members(grade: str) -> dict[str, object]:
    """A grade as an entry writes it: ``level``, and ``subLevel`` for general data."""
    if grade.startswith("G"):
        return {"level": "general", "subLevel": int(grade[1:])}
    return {"level": grade}


def grade_in(members: dict[str, object]) -> str:
    """The grade that an entry's ``level`` and ``subLevel`` say."""
    level = str(members.get("level"))
    return f"G{members.get('subLevel')}" if level == "general" else level
