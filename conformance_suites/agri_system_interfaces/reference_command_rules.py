"""What the reference farm demands of a command: its members, its times, and the parameters of its action."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import invalid
from .tables import codes, parameters, rows

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
NEEDED = ("commandId", "deviceId", "action", "parameters", "issueTime", "expiresAt", "issuer")
TEXTS = ("commandId", "deviceId", "action", "issueTime", "expiresAt", "issuer")
TIMES = ("issueTime", "notBefore", "expiresAt")
MOST_PRIORITY = 9
ABOVE = "above "
TYPES: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
}


def check_command(body: Any) -> Row:  # noqa: ANN401 -- as it came
    """The command, if it is well-formed: 40002 names the member; 42201 where times contradict each other."""
    if not isinstance(body, dict):
        raise invalid("body")
    for name in NEEDED:
        if body.get(name) is None or (name in TEXTS and not _is_text(body[name])):
            raise invalid(name)
    for name in TIMES:
        if name in body and moment(body[name]) is None:
            raise invalid(name)
    if not isinstance(body["parameters"], dict):
        raise invalid("parameters")
    if "priority" in body and not (TYPES["integer"](body["priority"]) and 0 <= body["priority"] <= MOST_PRIORITY):
        raise invalid("priority")
    if "mode" in body and body["mode"] not in codes("command_modes"):
        raise invalid("mode")
    check_times(body)
    return body


def check_times(body: Row) -> None:
    """Refuse a command that is over before it begins (42201)."""
    issued, ends = moment(body["issueTime"]), moment(body["expiresAt"])
    begins = moment(body.get("notBefore")) or issued
    if issued is None or ends is None or begins is None or ends <= max(issued, begins):
        raise demo.ApiError(422, 42201, "expiresAt not after issueTime")


def check_parameters(body: Row) -> None:
    """Refuse an unknown action, and parameters that are missing, of another type or outside their bounds (40002)."""
    action, given = body["action"], body["parameters"]
    if action not in {row["action"] for row in rows("actuator_actions")}:
        raise invalid("action")
    table = parameters(action)
    for row in table:
        name = row["parameter"]
        if name in given and not is_allowed(row, given[name]):
            raise invalid("parameters." + name)
        if name not in given and row["required"] == "yes":
            raise invalid("parameters." + name)
    for group in {row["exactly_one"] for row in table} - {""}:
        names = [row["parameter"] for row in table if row["exactly_one"] == group]
        if sum(name in given for name in names) != 1:
            raise invalid("parameters." + " or ".join(names))


def is_allowed(row: dict[str, str], value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a parameter may have a value, by its row of the table."""
    if not TYPES[row["type"]](value):
        return False
    if row["min"].startswith(ABOVE):
        return bool(value > float(row["min"].removeprefix(ABOVE)))
    return not (row["min"] and value < float(row["min"])) and not (row["max"] and value > float(row["max"]))


def moment(text: Any) -> datetime | None:  # noqa: ANN401 -- as it came
    """An instant with an offset; ``None`` for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _is_text(value: Any) -> bool:  # noqa: ANN401 -- as it came
    return isinstance(value, str) and bool(value.strip())
