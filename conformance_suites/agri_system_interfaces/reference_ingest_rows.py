"""What the reference farm makes of one observation: a row that is stored, or the reason why it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from typing import Any

from pytest_szxc import reference as demo

from .reference import invalid

Row = dict[str, Any]
FLAGS = tuple("NFMSDCTBLI")
"""Normal, stopped, maintenance, by hand, faulty, calibrating, above range, no link, below range, interpolated."""
WITHOUT_VALUE = ("D", "B", "F", "M")
"""Flags under which there may be no value."""
PLAIN = ("N", "S")
"""Flags that make a value count: one beyond the channel's range does not get them."""
TEXTS = ("deviceId", "channelId", "kind", "unit", "phenomenonTime", "flag")
MORE = ("reportTime", "seq", "aggregate")
"""Members that are kept where they came."""
ZONE = timezone(timedelta(hours=8))


def unknown_code(name: str) -> demo.ApiError:
    """A kind or unit that the channel does not have (40003)."""
    return demo.ApiError(400, 40003, f"unknown {name}")


def out_of_range() -> demo.ApiError:
    """A value that the channel cannot measure (40004)."""
    return demo.ApiError(400, 40004, "value out of range")


def impossible_time() -> demo.ApiError:
    """A time that lies too far ahead, or before everything that is kept (42201)."""
    return demo.ApiError(422, 42201, "phenomenonTime out of bounds")


def need_texts(row: Row) -> None:
    """Refuse a row that lacks a member, or has one of another type (40002)."""
    for name in TEXTS:
        if not isinstance(row.get(name), str) or not row[name]:
            raise invalid(name)
    if "value" not in row:
        raise invalid("value")
    if row["flag"] not in FLAGS:
        raise invalid("flag")
    if not isinstance(row.get("isHistorical", False), bool):
        raise invalid("isHistorical")


def need_value(value: Any, flag: str) -> None:  # noqa: ANN401 -- as it came
    """Refuse what is no number (40002); nothing at all only where the flag says why."""
    if value is None and flag in WITHOUT_VALUE:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise invalid("value")


def channel_of(row: Row, device: Row) -> Row:
    """The channel that a row speaks of, if it is one of the device's, of this kind and unit."""
    found = next((one for one in device["channels"] if one["channelId"] == row["channelId"]), None)
    if found is None:
        raise invalid("channelId")
    for name in ("kind", "unit"):
        if row[name] != found[name]:
            raise unknown_code(name)
    kept: Row = found
    return kept


def moment(text: str, *, local: bool) -> datetime:
    """The instant of a row; with ``local``, Beijing time where the text has no offset.

    Raises:
        ApiError: it is no date-time with an offset (40002).
    """
    try:
        found = datetime.fromisoformat(text)
        if "T" not in text.upper() or (found.tzinfo is None and not local):
            raise invalid("phenomenonTime")
        return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # OverflowError: before year 1 or after year 9999 in UTC
        raise invalid("phenomenonTime") from error


def beyond(value: Any, channel: Row) -> str:  # noqa: ANN401 -- as it came
    """``T`` for a value above the channel's range, ``L`` for one below it, nothing otherwise."""
    low, high = channel.get("rangeMin"), channel.get("rangeMax")
    if value is None:
        return ""
    return "T" if high is not None and value > high else "L" if low is not None and value < low else ""
