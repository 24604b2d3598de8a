"""Redirects: in circles, away from the origin, to nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, answer, head, sends

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act
    from pytest_szxc.hostile.peer import Peer

FAMILY = "redirect"
_AWAY = "redirect.cross-origin"


def _to(place: str, status: str = "302 Found") -> Act:
    return sends(head(f"Location: {place}", "Content-Length: 0", status=status))


def _further(peer: Peer) -> None:
    """One more part of the path each time: never the same place twice, and never an end."""
    peer.send(head(f"Location: {peer.path}/x", "Content-Length: 0", status="302 Found"))


def _once(peer: Peer) -> None:
    arrived = peer.path.endswith("/there")
    peer.send(answer(GOOD) if arrived else head(f"Location: {peer.path}/there", "Content-Length: 0", status="307 Go"))


BEHAVIOURS = (
    Behaviour("redirect-loop", FAMILY, "redirect.loop", _to("/redirect-loop")),
    Behaviour("redirect-endless", FAMILY, "redirect.loop", _further),
    Behaviour("redirect-to-another-host", FAMILY, _AWAY, _to("http://elsewhere.invalid/")),
    Behaviour("redirect-to-another-port", FAMILY, _AWAY, _to("http://127.0.0.1:1/", "307 Temporary Redirect")),
    Behaviour("redirect-to-https", FAMILY, _AWAY, _to("https://127.0.0.1/", "301 Moved Permanently")),
    Behaviour("redirect-to-a-file", FAMILY, _AWAY, _to("file:///etc/passwd")),
    Behaviour("redirect-to-metadata", FAMILY, _AWAY, _to("http://169.254.169.254/latest/meta-data/")),
    Behaviour("redirect-without-scheme", FAMILY, _AWAY, _to("//elsewhere.invalid/", "308 Permanent Redirect")),
    Behaviour("redirect-to-a-script", FAMILY, _AWAY, _to("javascript:alert(1)")),
    Behaviour("redirect-to-nonsense", FAMILY, _AWAY, _to("http://[")),
    Behaviour("redirect-to-commands", FAMILY, _AWAY, _to("//x/::error::forged##vso[task.complete]%1b[2J")),
    Behaviour("redirect-without-location", FAMILY, "http.redirect", sends(answer(b"", status="302 Found"))),
    Behaviour("redirect-of-many-choices", FAMILY, "http.redirect", sends(answer(b"", status="300 Multiple Choices"))),
    Behaviour("redirect-once", FAMILY, LAWFUL, _once),
)
