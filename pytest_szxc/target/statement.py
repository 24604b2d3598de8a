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
    from pytest_szxc.target.profiles import Profile


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is, never the secret: an environment variable or a file."""

    env: str | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        scheme: none, bearer, basic, header, a profile of ``signing_profiles.toml``, or a name that a plugin's auth hook
            knows.
        client: how the platform names the account, where a profile says it.
        service: what the platform calls the service that is asked, where a profile says it.
        window: seconds between the clocks within which the platform takes a signed time; ``None`` as the profile says.
        lifetime: seconds that a token of the account lives; ``None`` as the platform says when it issues one.
        token_path: where tokens are issued, below the base URL.
        sign_path: where the platform signs, below the base URL.
    """

    name: str
    scheme: str = "none"
    user: str = ""
    header: str = "Authorization"
    secret: Secret = field(default_factory=Secret)
    client: str = ""
    service: str = ""
    window: float | None = None
    lifetime: float | None = None
    token_path: str = ""
    sign_path: str = ""


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
    """How an API wraps its answers, in JMESPath.

    Attributes:
        payload: the content.
        code: the result code; ``success`` and ``denied`` say what it means.
        message: its words.
        request_id: what the platform calls this one call.
        timestamp: when it answered.
    """

    payload: str = "@"
    code: str | None = None
    success: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    message: str | None = None
    request_id: str | None = None
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """How a stream is paged: none, page, offset, cursor or link.

    Attributes:
        page: name of the query parameter that counts pages; so are ``offset``, ``cursor`` and ``size``.
        limit: records on a page.
        first: number of the first page.
        start: offset of the first record.
        next: where an answer names the next page (JMESPath).
        place: where the names stand, in the ``query`` or as members of the JSON ``body``.
    """

    style: str = "none"
    page: str = "page"
    offset: str = "offset"
    cursor: str = "cursor"
    size: str | None = None
    limit: int = 100
    first: int = 1
    start: int = 0
    next: str | None = None
    place: str = "query"


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """One operation of a suite bound to one call of an API; templates name parameters as ``{name}``.

    ``format`` is what it answers in: json or xml. ``body_type`` is the media type of a body that is a text and is sent
    as it is; empty, a body is sent as JSON.
    """

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
    format: str = "json"
    body_type: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything a vendor declares. ``declared`` is false for a bare URL, whose claims were observed instead.

    ``sink`` is the address under which the platform reaches the tester, for notices that it sends of itself.

    ``profiles`` are the tables of limits that it replaces, by suite and table.

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
    sink: str = ""
    profiles: dict[str, dict[str, Profile]] = field(default_factory=dict)
    declared: bool = True
    digest: str = ""
    path: Path | None = None
