"""TLS: the one context of a run, and what a failed handshake means, in words a vendor can act on."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.printable import show

if TYPE_CHECKING:
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
}


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
