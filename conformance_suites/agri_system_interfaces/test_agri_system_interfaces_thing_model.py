"""Channels declare what they observe, kinds are known, and thing models agree with the devices made after them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema, units

from .bench import bench, document, pattern
from .capability import capability
from .declared_channels import channels, devices
from .registering import is_refused, said
from .tables import EXTENSION, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

MODEL = "urn:szxc:agri_system_interfaces:model"
TEXTS, NUMBERS = ("kind", "unit"), ("rangeMin", "rangeMax", "intervalS")
NO_KIND = "szxcNoSuchKind"
MOST_MODELS = 10
ANSWERED = (0, 500)


@requirement("AIF-025")
def test_channels_declare_what_they_observe(sut: Sut) -> Iterator[Observation]:
    """Each channel of each device: kind and unit, a range whose low end lies below its high end, an interval."""
    for device in devices(sut):
        for channel in channels(device):
            yield from _declared(channel)


def _declared(channel: Record) -> Iterator[Observation]:
    for name in TEXTS:
        said_, here = channel.get(name), channel.at(name)
        yield expect(bool((channel.text(name) or "").strip()), here, expected=f"{name}: text", observed=said_)
    for name in NUMBERS:
        said_, here = channel.get(name), channel.at(name)
        yield expect(channel.number(name) is not None, here, expected=f"{name}: number", observed=said_)
    low, high, every = (channel.number(name) for name in NUMBERS)
    if low is not None and high is not None:
        observed = f"{low}, {high}" + (" (swapped)" if low > high else "")
        yield expect(low < high, channel.at("rangeMin"), expected="rangeMin < rangeMax", observed=observed)
    if every is not None:
        yield expect(every > Decimal(0), channel.at("intervalS"), expected="intervalS > 0", observed=every)


@requirement("AIF-026")
def test_kinds_are_known(sut: Sut) -> Iterator[Observation]:
    """Each channel's kind is one of the table, or an own one that is declared; an unknown one is not registered."""
    own = capability(sut).texts("kinds")
    for device in devices(sut):
        for channel in channels(device):
            yield from _known(channel, own)
    yield from _unknown_refused(sut)


def _known(channel: Record, own: tuple[str, ...]) -> Iterator[Observation]:
    kind = channel.text("kind")
    if kind is None:
        return
    known = kind in kinds() or (kind.startswith(EXTENSION) and (kind in own or not own))  # no kinds: see AIF-001
    why = f"{kind} (not in kinds of the capability statement)" if kind.startswith(EXTENSION) else _near(kind)
    yield expect(known, channel.at("kind"), expected=f"a kind of the table, or {EXTENSION}… as declared", observed=why)


def _near(kind: str) -> str:
    """An unknown kind, with the one of the table that differs in case or separators only."""
    plain = kind.replace("_", "").replace("-", "").casefold()
    near = next((code for code in kinds() if code.casefold() == plain), None)
    return f"{kind} ({near}?)" if near and near != kind else kind


def _unknown_refused(sut: Sut) -> Iterator[Observation]:
    """Once a device is registered: the same with a channel of a kind that nobody knows is refused."""
    like, known = pattern(sut, ("sensor", "multi", "meter")), bench(sut, "026")
    if like is None or known is None:
        return
    first, *rest = known.document["channels"]
    body = document(sut, "026-unknown", like, channels=[first | {"kind": NO_KIND}, *rest])
    reply = sut.ask("register_device", body=body, accept=ANSWERED)
    wanted = f"refused: unknown kind {NO_KIND}"
    yield expect(is_refused(reply), reply.at("channels.0.kind"), expected=wanted, observed=said(reply))


@requirement("AIF-028")
def test_models_agree_with_their_devices(sut: Sut) -> Iterator[Observation]:
    """The model of each device can be read, is well-formed, and has a property for each channel."""
    made: dict[str, list[Record]] = {}
    for device in devices(sut):
        if (name := device.text("modelId")) is not None:
            made.setdefault(name, []).append(device)
    names = list(made)[:MOST_MODELS]
    replies = [sut.ask("read_model", model=name, accept=(0,)) for name in names]
    if names and not any(reply.fine for reply in replies):
        sut.ask("read_model", model=names[0])  # that there is none at all is told as it always is
    for name, reply in zip(names, replies, strict=True):
        yield expect(reply.fine, reply.at(), expected=f"model {name}", observed=said(reply))
        if reply.fine:
            yield from _model(reply, name, made[name])


def _model(reply: Reply, name: str, made: list[Record]) -> Iterator[Observation]:
    """One model: form, name, properties that are told apart, and what refers to them."""
    model = reply.record
    yield from schema.conforms(model, MODEL)
    seen = model.text("modelId")
    yield expect(seen in (None, name), model.at("modelId"), expected=name, observed=seen)
    properties = {one.text("id"): one for one in model.children("properties")}
    counts = Counter(one.text("id") for one in model.children("properties"))
    twice = [str(id_) for id_, count in counts.items() if count > 1]
    yield expect(not twice, model.at("properties"), expected="ids that differ", observed=", ".join(twice))
    for one in properties.values():
        yield from _range(one)
    for service in model.children("services"):
        feedback = service.text("feedback")
        if feedback is not None:
            yield expect(feedback in properties, service.at("feedback"), expected="a property", observed=feedback)
    for channel in (channel for device in made for channel in channels(device)):
        yield from _mapped(channel, properties, name)


def _range(one: Record) -> Iterator[Observation]:
    low, high = one.number("min"), one.number("max")
    if low is not None and high is not None:
        yield expect(low < high, one.at("min"), expected="min < max", observed=f"{low}, {high}")


def _mapped(channel: Record, properties: dict[str | None, Record], model: str) -> Iterator[Observation]:
    """A channel's property: the one that it names, or that is called as it is; of the same kind, in a like unit."""
    name = channel.text("propertyId") or channel.text("channelId")
    found = properties.get(name)
    yield expect(
        found is not None, channel.at("channelId"), expected=f"a property of model {model}", observed=f"{name}: none"
    )
    if found is None:
        return
    kind, unit = found.text("kind"), found.text("unit")
    if kind is not None:
        yield expect(channel.get("kind") == kind, channel.at("kind"), expected=kind, observed=channel.get("kind"))
    if unit is not None and (own := channel.text("unit")) is not None:
        yield expect(_is_like(own, unit), channel.at("unit"), expected=f"{unit}, as the model", observed=own)


def _is_like(one: str, other: str) -> bool:
    """Whether two units are the same, or one can be told in the other."""
    return one == other or units.compatible(one, other)
