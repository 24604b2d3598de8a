"""The farm's observations: one of each channel at each instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from pytest_szxc.reference import Where

Row = dict[str, Any]
TABLE = "agri:observations"
INSTANT = "_at"
"""Member with the instant in milliseconds, by which rows are found; it is not shown."""
NEWEST = "json_extract(body, '$._at') DESC, position DESC"
OLDEST = "json_extract(body, '$._at'), position"


class Observations:
    """The table of observations; rows are as section 4.3 of the suite's facts has them, and hold their instant.

    Args:
        store: the platform's.
    """

    def __init__(self, store: Any) -> None:  # noqa: ANN401 -- the platform's store has no public name
        self.store = store
        store.load(TABLE, ())

    def add(self, row: Row) -> bool:
        """Store a row; false where its channel has one at that instant already."""
        key = key_of(row)
        if self.store.get(TABLE, key) is not None:
            return False
        self.store.add(TABLE, key, row | {INSTANT: instant(row["phenomenonTime"])})
        return True

    def newest(self, device: str) -> list[Row]:
        """The newest row of each channel of a device, by channel."""
        rows: dict[str, Row] = {}
        for row in self.store.page(TABLE, 0, -1, where(deviceId=device), OLDEST):
            rows[row["channelId"]] = row
        return [rows[channel] for channel in sorted(rows)]

    def remove(self, device: str) -> None:
        """Forget all that a device observed."""
        for row in self.all(where(deviceId=device)):
            self.store.remove(TABLE, key_of(row))

    def all(self, condition: Where) -> list[Row]:
        """The rows that meet a condition, the oldest first."""
        found: list[Row] = self.store.page(TABLE, 0, -1, condition, OLDEST)
        return found


def key_of(row: Row) -> str:
    """What tells a row apart: device, channel, instant."""
    return f"{row['deviceId']}|{row['channelId']}|{instant(row['phenomenonTime'])}"


def instant(text: str) -> int:
    """An instant in milliseconds since 1970 (UTC).

    Raises:
        ValueError: the text is no date-time with an offset.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return round(found.astimezone(UTC).timestamp() * 1000)


def where(*, since: int | None = None, until: int | None = None, **members: str | tuple[str, ...]) -> Where:
    """Rows whose members have one of some values, from an instant on and before another (milliseconds)."""
    parts: list[str] = []
    values: list[object] = []
    for name, wanted in members.items():
        among = (wanted,) if isinstance(wanted, str) else wanted
        parts.append(f"json_extract(body, '$.{name}') IN ({', '.join('?' * len(among))})")
        values.extend(among)
    for sign, bound in ((">=", since), ("<", until)):
        if bound is not None:
            parts.append(f"json_extract(body, '$.{INSTANT}') {sign} ?")
            values.append(bound)
    return demo.Where(" AND ".join(parts) or "1", tuple(values))


def shown(row: Row) -> Row:
    """A row as answers have it."""
    return {name: value for name, value in row.items() if name != INSTANT}
