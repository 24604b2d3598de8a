"""Ports behind which nobody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import Behaviour, Door

if TYPE_CHECKING:
    from pytest_szxc.hostile.peer import Peer

FAMILY = "connection"


def _nobody(peer: Peer) -> None:
    """There is no connection to do anything with."""


BEHAVIOURS = (
    Behaviour("refused-port", FAMILY, "transport.refused", _nobody, Door.SHUT),
    Behaviour("never-accepted", FAMILY, "transport.connect-timeout", _nobody, Door.FULL),
)
