"""Encryption: an interface is reached over TLS 1.2 or later, and not without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.checks.rules import expect
from pytest_szxc.errors import SzxcError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.target.sut import Reply, Sut

TLS = ("TLSv1.2", "TLSv1.3")
IN_PROCESS = "in-process"
CLOSED = ("transport.", "redirect.", "json.", "http.", "envelope.")
"""What the codes begin with that say: on the unencrypted port is nobody, or somebody else."""
_UNAUTHORISED = 401


def only_https(sut: Sut, operation: str, is_document: Callable[[Reply], bool]) -> Iterator[Observation]:
    """Whether the connection is encrypted with TLS 1.2 or later, and the same host serves nothing without.

    Args:
        sut: the platform.
        operation: a read that needs no credentials.
        is_document: whether an answer is what the interface says there.

    Raises:
        SzxcError: no usable answer over the usual connection.
    """
    reply = sut.ask(operation)
    tls = reply.response.tls
    if tls != IN_PROCESS:
        yield expect(tls in TLS, reply.at("TLS"), expected=" | ".join(TLS), observed=tls or "none")
    try:
        plain = sut.ask(operation, forged="plain", accept=(0,))
    except SzxcError as reason:
        if not reason.code.startswith(CLOSED):
            raise
        yield expect(holds=True, at=reply.at(), expected="no plain HTTP", observed=reason.code)
    else:
        holds = not (_asks_for_credentials(plain) or is_document(plain))
        yield expect(holds, plain.at("http:"), expected="refused, or redirected to https", observed=_seen(plain))


def _asks_for_credentials(plain: Reply) -> bool:
    """Whether the interface itself answered: only it speaks in its envelope."""
    return plain.response.status == _UNAUTHORISED and plain.code is not None


def _seen(reply: Reply) -> str:
    return f"HTTP {reply.response.status} {reply.code or ''}".strip()
