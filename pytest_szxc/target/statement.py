"""The statement: who a system is, what it claims, how to reach it and how its API maps to the suites' operations.

These are the values; ``statement_file`` reads them from ``szxc.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.model import Effect

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is, never the secret: an environment variable or a file."""

    env: str | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account: ``scheme`` is none, bearer, basic or header, or a name that a plugin's auth hook knows."""

    name: str
    scheme: str = "none"
    user: str = ""
    header: str = "Authorization"
    secret: Secret = field(default_factory=Secret)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may cost the target and us: requests per second (0 = unlimited), seconds, bytes, counts."""

    rate: float = 5.0
    connections: int = 2
    deadline: float = 30.0
    body_bytes: int = 8 * 1024 * 1024
    requests: int = 5000
    minutes: float = 30.0
    records: int = 200_000


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of one suite: conformance classes, and features that the system does not have."""

    suite: str
    classes: tuple[str, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """How an API wraps its answers, in JMESPath: ``payload`` content, ``code`` result code, ``message`` its words."""

    payload: str = "@"
    code: str | None = None
    success: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """How a stream is paged: none, page, offset, cursor or link; names are query parameters, ``next`` is JMESPath."""

    style: str = "none"
    page: str = "page"
    offset: str = "offset"
    cursor: str = "cursor"
    size: str | None = None
    limit: int = 100
    first: int = 1
    next: str | None = None


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """One operation of a suite bound to one call of an API; templates name parameters as ``{name}``."""

    operation: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Json = None
    effect: Effect = Effect.READ
    envelope: Envelope = field(default_factory=Envelope)
    items: str = "@"
    total: str | None = None
    paging: Paging = field(default_factory=Paging)
    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Json]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything a vendor declares. ``declared`` is false for a bare URL, whose claims were observed instead.

    ``operations`` are keyed by (suite, operation). ``digest`` is the SHA-256 of the file, for the record.
    """

    name: str = ""
    version: str = ""
    base_url: str = ""
    time_profile: str = "rfc3339"
    limits: Limits = field(default_factory=Limits)
    accounts: dict[str, Account] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    operations: dict[tuple[str, str], BoundOperation] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    regions_date: str = ""
    options: dict[str, Json] = field(default_factory=dict)
    declared: bool = True
    digest: str = ""
    path: Path | None = None
