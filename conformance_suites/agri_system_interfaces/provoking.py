"""Answers that checks of envelopes and errors look at: some that are good, and some that must be refusals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Reply, Sut

UNKNOWN = "szxc-unknown-0"
"""The id of a device, a model, an interface that no platform has."""
NO_TIME = "not-a-time"
NO_VERSION = "v999"
ELSEWHERE = ("unknown interface", "unknown version")
"""Questions to which a good answer is somebody else's, and need not be a message of the interface."""


def good(sut: Sut) -> Iterator[tuple[str, Reply]]:
    """Good answers by operation: capability statement, health, and the first page of some lists."""
    yield "capabilities", sut.ask("capabilities")
    for operation in ("health", "list_devices", "list_objects"):
        reply = answers.possible(partial(sut.ask, operation))
        if reply is not None:
            yield operation, reply


def refusals(sut: Sut) -> Iterator[tuple[str, Reply]]:
    """Answers to questions that are wrong in one way each, by that way; not each platform refuses each.

    Nothing with effect is asked, so that a read-only run sees them too.
    """
    any_status = answers.ANY
    questions: list[tuple[str, Callable[[], Reply]]] = [
        ("no credential", lambda: sut.ask("list_devices", accept=any_status, forged="missing")),
        ("wrong credential", lambda: sut.ask("list_devices", accept=any_status, forged="wrong")),
        ("unknown device", lambda: sut.ask("read_device", accept=any_status, device=UNKNOWN)),
        ("unknown model", lambda: sut.ask("read_model", accept=any_status, model=UNKNOWN)),
        ("no page number", lambda: sut.ask("list_devices", accept=any_status, **{"?page": "abc"})),
        ("no time", lambda: sut.ask("list_observations", accept=any_status, **{"?from": NO_TIME})),
        ("unknown interface", lambda: sut.ask("undeclared_interface", accept=any_status, interface=UNKNOWN)),
        ("unknown version", lambda: sut.ask("other_version", accept=any_status, version=NO_VERSION)),
    ]
    for what, ask in questions:
        reply = answers.possible(ask)
        if reply is not None and not (reply.fine and what in ELSEWHERE):
            yield what, reply
