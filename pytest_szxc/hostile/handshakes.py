"""TLS: bad certificates, ports that speak something else, handshakes that go nowhere.

The certificates are throw-away ones made once by ``tests/unit/hostile/make_certificates.py``; the keys of their
authorities were never stored. They name 127.0.0.1, ::1 and localhost. What is expired, not yet valid or for another
host shows as such to a client that trusts ``AUTHORITY``; to one that does not, it is of an unknown issuer.
"""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, Door, answer, head
from pytest_szxc.hostile.peer import Gone, Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.hostile.behaviour import Act

FAMILY = "tls"
CERTIFICATES = Path(__file__).with_name("certificates")
AUTHORITY = CERTIFICATES / "authority.pem"
"""The authority to trust: it issued all certificates but those of an unknown issuer and of their own."""
_ALERT = b"\x15%b\0\x02\x02%b"
_TLS_1_0, _TLCP = b"\x03\x01", b"\x01\x01"
_PROTOCOL_VERSION, _HANDSHAKE_FAILURE = b"\x46", b"\x28"
_PLAIN = head("Content-Length: 0", "Connection: close", status="400 Bad Request")


@cache
def _context(name: str, *, wants_certificate: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    if wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(AUTHORITY)
    return context


def _secured(peer: Peer, context: ssl.SSLContext) -> Peer:
    """The same connection under TLS; a client that breaks off has gone."""
    try:
        return Peer(context.wrap_socket(peer.sock, server_side=True))
    except OSError:
        raise Gone from None


def _under(name: str, act: Callable[[Peer], None]) -> Act:
    """Do the handshake with a certificate, read the request, then act."""

    def whole(peer: Peer) -> None:
        peer.sock.settimeout(10)
        secured = _secured(peer, _context(name))
        try:
            secured.head()
            act(secured)
        finally:
            secured.sock.close()

    return whole


def _good(peer: Peer) -> None:
    peer.send(answer(GOOD))
    peer.stall()


def _wants_certificate(peer: Peer) -> None:
    """Refuse the client after the handshake, and wait until it has read that."""
    peer.sock.settimeout(10)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    shake = _context("good", wants_certificate=True).wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            shake.do_handshake()
        except ssl.SSLWantReadError:
            peer.send(outgoing.read())
            incoming.write(peer.received())
        except ssl.SSLError:
            peer.stall(outgoing.read())


def _alerts(version: bytes, description: bytes) -> Act:
    """Read the greeting, answer with a fatal alert."""

    def whole(peer: Peer) -> None:
        peer.received()
        peer.close(_ALERT % (version, description))

    return whole


def _says(data: bytes) -> Act:
    def whole(peer: Peer) -> None:
        peer.received()
        peer.close(data)

    return whole


def _breaks(peer: Peer) -> None:
    peer.received()
    peer.reset()


def _cut_short(peer: Peer) -> None:
    """An answer that only the end of the connection ends, and no good-bye of TLS before it."""
    peer.send(head("Content-Type: application/json", "Connection: close") + GOOD)
    peer.nap(0.02)


_CERTIFICATES = ("self-signed", "unknown-issuer", "expired", "not-yet-valid", "host-name")
_ACTS: dict[str, tuple[str, Act]] = {
    "tls-1.0-only": ("transport.tls.version", _alerts(_TLS_1_0, _PROTOCOL_VERSION)),
    "tls-no-common-cipher": ("transport.tls", _alerts(_TLS_1_0, _HANDSHAKE_FAILURE)),
    "tlcp-only": ("transport.tls.tlcp", _alerts(_TLCP, _PROTOCOL_VERSION)),
    "tlcp-only-other-alert": ("transport.tls.tlcp", _alerts(_TLCP, _HANDSHAKE_FAILURE)),
    "plain-http-on-tls-port": ("transport.tls.not-tls", _says(_PLAIN)),
    "noise-on-tls-port": ("transport.tls.not-tls", _says(bytes(range(256)))),
    "tls-hanging": ("transport.timeout", lambda peer: peer.stall()),
    "tls-closed": ("transport.tls.closed", _says(b"")),
    "tls-reset": ("transport.tls.closed", _breaks),
    "tls-client-certificate": ("transport.tls.client-certificate", _wants_certificate),
    "tls-then-silence": ("transport.timeout", _under("good", lambda peer: peer.stall())),
    "tls-then-surplus": ("framing.surplus", _under("good", lambda peer: peer.stall(answer(GOOD) + b"surplus"))),
    "tls-cut-short": ("transport.cut-short", _under("good", _cut_short)),
    "tls-good": (LAWFUL, _under("good", _good)),
}
BEHAVIOURS = (
    *(
        Behaviour(f"tls-{name}", FAMILY, f"transport.tls.{name}", _under(name, _good), Door.TLS)
        for name in _CERTIFICATES
    ),
    *(Behaviour(name, FAMILY, expected, act, Door.TLS) for name, (expected, act) in _ACTS.items()),
)
