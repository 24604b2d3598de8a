"""A canonical record: one JSON object as a suite sees it, with readers that never raise on foreign data.

A rule reads members by dotted path (``sharing.type``). A member that is absent or of another type reads as ``None`` or
as an empty tuple: saying so is the business of the schema requirement, not of every rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_szxc.model import Location

if TYPE_CHECKING:
    from pytest_szxc.model import Json


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One canonical object.

    Attributes:
        value: the JSON object; rules do not change it.
        origin: where it was seen; ``pointer`` is the object's own place below the record.
        observed_at: the instant at which a run judges (aware, UTC); one for the whole run.
    """

    value: dict[str, Json]
    origin: Location
    observed_at: datetime

    def at(self, path: str = "") -> Location:
        """The location of a member, by dotted path."""
        origin = self.origin
        return Location(origin.exchange, origin.record, origin.pointer + pointer(path), origin.file, origin.row)

    def get(self, path: str) -> Json:
        """The member as it is, or ``None``."""
        if "." not in path:  # most reads, and a run makes hundreds of thousands
            return self.value.get(path)
        found: Json = self.value
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def has(self, path: str) -> bool:
        """Whether the member is there and says something: not null, not a blank text, not an empty list or object."""
        found = self.get(path)
        return bool(found.strip()) if isinstance(found, str) else found not in (None, [], {})

    def text(self, path: str) -> str | None:
        """The member if it is a text."""
        found = self.get(path)
        return found if isinstance(found, str) else None

    def number(self, path: str) -> Decimal | None:
        """The member if it is a number, exact."""
        found = self.get(path)
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            return None
        return Decimal(found)

    def flag(self, path: str) -> bool | None:
        """The member if it is true or false."""
        found = self.get(path)
        return found if isinstance(found, bool) else None

    def time(self, path: str) -> datetime | None:
        """The member if it is an RFC 3339 date-time with offset, as an aware instant."""
        return instant(self.text(path))

    def date(self, path: str) -> date | None:
        """The member if it is a calendar date ``YYYY-MM-DD``."""
        try:
            return date.fromisoformat(self.text(path) or "")
        except ValueError:
            return None

    def texts(self, path: str) -> tuple[str, ...]:
        """The texts among the members of a list."""
        found = self.get(path)
        return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()

    def child(self, path: str) -> Record | None:
        """The member if it is an object."""
        found = self.get(path)
        return Record(found, self.at(path), self.observed_at) if isinstance(found, dict) else None

    def children(self, path: str) -> tuple[Record, ...]:
        """The objects among the members of a list."""
        found = self.get(path)
        if not isinstance(found, list):
            return ()
        return tuple(
            Record(item, self.at(f"{path}.{index}"), self.observed_at)
            for index, item in enumerate(found)
            if isinstance(item, dict)
        )


@lru_cache(4096)
def pointer(path: str) -> str:
    """The JSON pointer (RFC 6901) of a dotted path."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path.split(".") if part)


def instant(text: str | None) -> datetime | None:
    """The aware UTC instant of an RFC 3339 date-time with offset; ``None`` for anything else."""
    written = (text or "").upper()
    try:
        parsed = datetime.fromisoformat(written)
        return parsed.astimezone(UTC) if parsed.tzinfo and "T" in written else None
    except (ValueError, OverflowError):  # OverflowError: an instant before year 1 or after year 9999 in UTC
        return None
