"""TLS: the one context of a run, and what a failed handshake means, in words a vendor can act on."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.printable import show

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

# Numbers of OpenSSL's x509_vfy.h.
_CERTIFICATE = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed",
    20: "unknown-issuer",
    21: "unknown-issuer",
    62: "host-name",
    64: "host-name",
}
_HANDSHAKE = {
    "WRONG_VERSION_NUMBER": "not-tls",
    "HTTP_REQUEST": "not-tls",
    "RECORD_LAYER_FAILURE": "not-tls",
    "PACKET_LENGTH_TOO_LONG": "not-tls",
    "UNSUPPORTED_PROTOCOL": "version",
    "TLSV1_ALERT_PROTOCOL_VERSION": "version",
    "NO_PROTOCOLS_AVAILABLE": "version",
    "UNEXPECTED_EOF_WHILE_READING": "closed",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "client-certificate",
}
_TLCP = (b"\x15\x01\x01", b"\x16\x01\x01")
"""Alert and handshake records of TLCP (GB/T 38636): the version is 1.1, which no version of SSL or TLS uses."""


def make_context(ca: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """The context of a run: the machine's own authorities, or those of ``ca`` beside them, or no verification at all.

    Raises:
        StatementError: ``target.ca-file``, the file cannot be read as PEM certificates.
    """
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except (OSError, ssl.SSLError) as error:
            raise StatementError("target.ca-file", file=ca, problem=show(str(error))) from error
    return context


def handshake_fault(error: ssl.SSLError, host: str) -> TransportFault:
    """The fault of a failed handshake: ``transport.tls.<reason>``, or ``transport.tls`` with OpenSSL's own word."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = _CERTIFICATE.get(error.verify_code)
    else:
        reason = "closed" if isinstance(error, ssl.SSLEOFError) else _HANDSHAKE.get(error.reason or "")
    code = f"transport.tls.{reason}" if reason else "transport.tls"
    return TransportFault(code, host=show(host), reason=reason or show(error.reason or str(error), 80))


def read_fault(error: OSError, host: str, *, begun: bool) -> TransportFault:
    """The fault of a read that failed; ``begun`` says whether something of the answer had come.

    TLS 1.3 refuses a missing client certificate only after the handshake. An end without TLS's own good-bye may be
    somebody else's cut: what has no other end is incomplete then (RFC 9112 section 9.8).
    """
    if isinstance(error, ssl.SSLEOFError):
        code = "transport.cut-short" if begun else "transport.closed"
        return TransportFault(code, problem=show(str(error)))
    if isinstance(error, ssl.SSLError) and _HANDSHAKE.get(error.reason or "") == "client-certificate":
        return handshake_fault(error, host)
    return TransportFault("transport.reset", problem=show(str(error)))


def speaks_tlcp(sock: socket.socket, context: ssl.SSLContext, left: Callable[[], float]) -> bool:
    """Whether a peer answers a greeting of TLS with a record of TLCP.

    Args:
        sock: a new connection.
        context: makes the greeting.
        left: seconds left.

    Raises:
        OSError: the peer broke off, or said nothing.
    """
    outgoing = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="tlcp.invalid").do_handshake()
    except ssl.SSLWantReadError:
        sock.settimeout(left())
        sock.sendall(outgoing.read())
    start = b""
    while len(start) < len(_TLCP[0]):
        sock.settimeout(left())
        part = sock.recv(len(_TLCP[0]) - len(start))
        if not part:
            break
        start += part
    return start in _TLCP
