"""Messages that a platform pushes, as a receiver reads them: observations wherever they stand, id, signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Record

ALGORITHMS = {"HMAC-SHA256": "sha256", "HMAC-SHA512": "sha512", "HMAC-SM3": "sm3"}
"""Declared name → the hash; what this machine cannot compute is not judged."""
DEFAULT_ID, DEFAULT_ALGORITHM = "messageId", "HMAC-SHA256"
CONTEXT = ("deviceId", "channelId", "kind")
"""What may stand once above several observations."""


@dataclass(frozen=True, slots=True)
class Told:
    """One observation in a message: its device, channel, instant and value."""

    device: str
    channel: str
    at: datetime
    value: Any

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What tells it apart from all others."""
        return self.device, self.channel, self.at


def told(message: Record) -> list[Told]:
    """The observations of a message, in whatever shape it has; a message of another kind has none."""
    return list(_told(message.get("body"), {}))


def _told(value: Any, above: dict[str, Any]) -> Iterator[Told]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, list):
        for one in value:
            yield from _told(one, above)
    elif isinstance(value, dict):
        known = above | {name: value[name] for name in CONTEXT if isinstance(value.get(name), str)}
        at = _instant(value.get("phenomenonTime"))
        if at is not None and "value" in value and {"deviceId", "channelId"} <= known.keys():
            yield Told(known["deviceId"], known["channelId"], at, value["value"])
        else:
            for one in value.values():
                yield from _told(one, known)


def _instant(text: Any) -> datetime | None:  # noqa: ANN401 -- as it came
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def same_value(one: Any, other: Any) -> bool:  # noqa: ANN401 -- values of observations
    """Whether two values are the same number, however it is written."""
    numbers = [Decimal(value) for value in (one, other) if isinstance(value, int | Decimal)]
    return numbers[0] == numbers[1] if len(numbers) > 1 else bool(one == other)


def id_of(message: Record, member: str) -> str | None:
    """The id of a message: a member of its body, by dotted path, or else a header of that name."""
    found: Any = message.get("body")
    for name in member.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    headers = message.get("headers")
    if found is None and isinstance(headers, dict):
        found = headers.get(member.lower())
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip() else None


def header_of(message: Record, name: str) -> str | None:
    """A header of a message."""
    headers = message.get("headers")
    return headers.get(name.lower()) if isinstance(headers, dict) else None


def computable(algorithm: str) -> bool:
    """Whether this machine can compute a declared algorithm."""
    return ALGORITHMS.get(algorithm.upper(), "-") in hashlib.algorithms_available


def is_signed(message: Record, header: str, algorithm: str, secret: str) -> bool:
    """Whether a header holds the signature of the body as it came: in hexadecimal or base64, alone or after ``…=``."""
    given = (header_of(message, header) or "").strip()
    raw = (message.text("text") or "").encode()
    digest = hmac.new(secret.encode(), raw, ALGORITHMS[algorithm.upper()]).digest()
    rest = given.partition("=")[2]
    plain = {base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode()}
    return any(text.lower() == digest.hex() or text in plain for text in (given, rest))
