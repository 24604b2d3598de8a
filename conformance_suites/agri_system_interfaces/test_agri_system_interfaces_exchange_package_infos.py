"""The Tianjin XML upload: what was stored comes back as XML, each record with its six tags."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, xml

from .bench import bench
from .infos import RECORD, ROOT, TAGS, TWO_DECIMALS, Info, local, moment, records, two_decimals, type_of, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc import Observation, Record, Reply, Sut

    from .bench import Bench, Channel

AGES = (1800, 1200, 600)
"""Seconds before the run's present at which the records were observed."""
SHARES = (Decimal("0.25"), Decimal("0.5"), Decimal("0.613"))
SECOND = timedelta(seconds=1)


@requirement("AIF-075")
def test_an_upload_is_told_back(sut: Sut) -> Iterator[Observation]:
    """Three records of a device of ours come back as ``Infos``: whole, in order, as sent, and stored at their time."""
    device = bench(sut, "075")
    channel = _channel(device) if device else None
    if device is None or channel is None:
        return
    sent = _infos(sut, device, channel)
    reply = sut.ask("upload_infos", body=written(sent))
    fault = xml.broken(reply.response.body, reply.response.header("content-type") or "")
    yield expect(fault is None, reply.at(), expected="well-formed XML without DTD or entities", observed=fault)
    if fault is None:
        yield from _echo(reply, sent)
        yield from _stored(device, channel, sent, [sut.now - timedelta(seconds=age) for age in AGES])


def _channel(device: Bench) -> Channel | None:
    """A channel of a kind that the upload has a data type for."""
    return next((channel for channel in device.channels if type_of(channel.kind)), None)


def _infos(sut: Sut, device: Bench, channel: Channel) -> list[Info]:
    """The records: the base of the device's object as company, the device's name as view."""
    objects = {one.text("objectId"): one for one in sut.records("list_objects")}
    place = objects.get(device.document["objectId"])
    base = objects.get(place.text("parentId") or "") or place if place else None
    company = (base.text("name") if base else None) or device.document["orgId"]
    name = type_of(channel.kind) or ""
    values = [channel.low + (channel.high - channel.low) * share for share in SHARES]
    return [
        Info(company, device.document["name"], local(sut.now - timedelta(seconds=age)), name, two_decimals(value), text)
        for age, value, text in zip(AGES, values, ("温室<东>", "a & b", f"{sut.prefix}075"), strict=True)
    ]


# --- what comes back --------------------------------------------------------------------------------------------------


def _echo(reply: Reply, sent: list[Info]) -> Iterator[Observation]:
    root = xml.parse(reply.response.body, reply.response.header("content-type") or "")
    names = {xml.local(one.tag) for one in root}
    yield expect(xml.local(root.tag) == ROOT, reply.at("/"), expected=ROOT, observed=xml.local(root.tag))
    yield expect(names <= {RECORD}, reply.at(f"/{ROOT}"), expected=RECORD, observed=", ".join(sorted(names)))
    found = records(root)
    yield expect(len(found) == len(sent), reply.at(f"/{ROOT}"), expected=len(sent), observed=f"{len(found)} records")
    if len(found) == len(sent):
        for number, (texts, info) in enumerate(zip(found, sent, strict=True), 1):
            yield from _record(reply, number, texts, info)


def _record(reply: Reply, number: int, texts: dict[str, list[str]], info: Info) -> Iterator[Observation]:
    for tag, wanted in zip(TAGS, info.texts, strict=True):
        here, seen = reply.at(f"/{ROOT}/{RECORD}[{number}]/{tag}"), texts.get(tag, [])
        if len(seen) != 1:
            yield expect(holds=False, at=here, expected="once", observed=f"{len(seen)} times")
            continue
        same = moment(seen[0]) == moment(wanted) if tag == "UpdateTime" else seen[0] == wanted
        yield expect(same, here, expected=wanted, observed=_mistake(tag, seen[0]))


def _mistake(tag: str, seen: str) -> str:
    """What came, and for a value whether it has other than two decimals."""
    return f"{seen} (not two decimals)" if tag == "Value" and not TWO_DECIMALS.fullmatch(seen) else seen


# --- what was stored --------------------------------------------------------------------------------------------------


def _stored(device: Bench, channel: Channel, sent: list[Info], times: list[datetime]) -> Iterator[Observation]:
    """The observations that the upload has made, where the device shows any: value and instant."""
    rows = [row for row in device.stored() if row.get("channelId") == channel.id]
    for info, at in zip(sent if rows else (), times, strict=False):
        found = [row for row in rows if row.number("value") == Decimal(info.value)]
        if found:
            yield _timed(found[0], at)


def _timed(row: Record, at: datetime) -> Observation:
    """The instant of an observation: that of the upload, which is Beijing time."""
    seen = row.time("phenomenonTime")
    off = (seen - at).total_seconds() if seen else None
    observed = str(row.get("phenomenonTime")) + (f" (shifted by {off / 3600:g} h)" if off else "")
    return expect(
        off is not None and abs(off) <= SECOND.total_seconds(),
        row.at("phenomenonTime"),
        expected=f"{local(at)}+08:00",
        observed=observed,
    )
