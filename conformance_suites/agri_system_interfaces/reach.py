"""How each declared interface is asked something harmless, to see whether it is there at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import Location, SzxcError, answers, expect

from .bench import ACTING, bench
from .capability import capability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Reply, Sut

    Question = Callable[[], Reply]

ANY = (0, 501)
"""Statuses that show whether something is there; an outage does not."""
PAGES = ("json.html", "http.page")
"""What the codes begin with that say: a page for people came, not an answer of an interface."""
TOKENS = frozenset({"bearer", "oauth2"})
"""Profiles of authentication for which there are tokens."""
READS = {
    "IF01": ("capabilities",),
    "IF03": ("list_devices",),
    "IF05": ("list_objects",),
    "IF07": ("list_observations",),
    "IF09": ("list_alarms",),
    "IF11": ("list_packages",),
    "IF12": ("health",),
}
"""What an interface is asked that has a question without parameters."""


def page_instead(reason: SzxcError, what: str, wanted: str) -> Observation:
    """The finding that a page for people came instead of an answer.

    Args:
        reason: why there is no answer.
        what: was asked.
        wanted: what should have come.

    Raises:
        SzxcError: the reason, where it is another one.
    """
    if not reason.code.startswith(PAGES):
        raise reason
    at = Location(exchange=getattr(reason, "exchange", None), pointer=what)
    return expect(holds=False, at=at, expected=wanted, observed="a page for people")


def asked(sut: Sut, interface: str) -> Iterator[Reply | SzxcError]:
    """What an interface answers to its questions; the reason where that is a page for people.

    Raises:
        SzxcError: no connection, no budget.
    """
    for question in _questions(sut, interface):
        try:
            reply = answers.possible(question)
        except SzxcError as reason:
            if not reason.code.startswith(PAGES):
                raise
            yield reason
        else:
            if reply is not None:
                yield reply


def _questions(sut: Sut, interface: str) -> Iterator[Question]:
    for operation in READS.get(interface, ()):
        yield partial(sut.ask, operation, accept=ANY)
    if interface in _MADE:
        yield partial(_MADE[interface], sut)


def _token(sut: Sut) -> Reply:
    """A token, or the refusal of one; where requests are signed only, IF02 is their signature."""
    named = [row.text("profile") for row in capability(sut).children("authentication")]
    _first(iter([None if named and TOKENS.isdisjoint(named) else True]))
    return sut.ask("issue_access_token", accept=ANY)


def _model(sut: Sut) -> Reply:
    """The thing model of a device; of an unknown one nothing could be said."""
    named = (device.text("modelId") for device in sut.records("list_devices"))
    return sut.ask("read_model", model=_first(named), accept=ANY)


def _observation(sut: Sut) -> Reply:
    """An observation of a device of ours: that it is there, any refusal but the absence of the path shows."""
    device = _first(iter([bench(sut, "002")]))
    return device.post(device.row(), accept=ANY)  # type: ignore[no-any-return]


def _command(sut: Sut) -> Reply:
    """A command to a device of ours that lacks everything: it must be refused, and moves nothing."""
    device = _first(iter([bench(sut, "002-a", ACTING)]))
    body = {"commandId": f"{sut.prefix}002", "deviceId": device.id}
    return sut.ask("issue_command", body=body, accept=ANY)


def _subscription(sut: Sut) -> Reply:
    """A subscription without a place to push to: it must be refused, and pushes nothing."""
    return sut.ask("subscribe_observations", body={"subId": f"{sut.prefix}002"}, accept=ANY)


def _first(found: Iterator[Any]) -> Any:  # noqa: ANN401 -- a name or a device
    """The first that is there.

    Raises:
        SzxcError: there is none, and the interface is not asked.
    """
    for one in found:
        if one is not None:
            return one
    raise SzxcError("binding.nothing")


_MADE: dict[str, Callable[[Sut], Reply]] = {
    "IF02": _token,
    "IF04": _model,
    "IF06": _observation,
    "IF08": _command,
    "IF10": _subscription,
}
"""What an interface is asked for which something must be known or made first."""
