"""Frozen values that every layer shares. No I/O, no logic beyond what a value knows about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Json = Any
"""A JSON value: ``dict``, ``list``, ``str``, ``int``, ``Decimal``, ``bool`` or ``None`` (never a float from a peer)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The sentence in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


class Level(StrEnum):
    """How binding a requirement is (应 / 宜 / 可)."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Basis(StrEnum):
    """What a requirement rests on: a text that was read, an abstract, memory, or this project's own profile."""

    TEXT = "text"
    ABSTRACT = "abstract"
    RECALLED = "recalled"
    PROFILE = "profile"

    @property
    def standard_based(self) -> bool:
        """Whether the standard-based result counts it (decision 3)."""
        return self in {Basis.TEXT, Basis.ABSTRACT}


class Effect(StrEnum):
    """What an operation does to the SUT; safety follows this, not the HTTP method."""

    READ = "read"
    WRITE = "write"
    ACTUATE = "actuate"


class Status(StrEnum):
    """The nine verdicts."""

    PASS = "pass"  # noqa: S105 -- a verdict
    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"
    NOT_RUN = "not-run"
    TESTER_ERROR = "tester-error"
    ATTESTED = "attested"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of ``requirements.toml``.

    Attributes:
        judged: how a machine judges it, in one sentence.
        hint: what a vendor does to mend a breach.
        operations: operations whose answers the check reads.
        permissions: what the user must allow: ``write``, ``actuate`` or an account's name (``low_right``).
        feature: what a system may lack (``without`` in the statement); if unseen, the requirement is not applicable.
        attested: why no machine can judge it; such a row has no check.
        mutants: names in ``mutants.py``, each caught by this requirement.
        co_reporters: requirements that may report the same mutants (decision 17).
    """

    id: str
    suite: str
    conformance_class: str
    level: Level
    statement: Text
    source: str
    basis: Basis
    judged: Text
    hint: Text
    provisional: bool = False
    operations: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    feature: str | None = None
    attested: Text | None = None
    mutants: tuple[str, ...] = ()
    co_reporters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConformanceClass:
    """What a vendor claims as a whole; ``probe`` is the read operation that shows its presence."""

    id: str
    title: Text
    probe: str | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """What removes again what an operation has made: an operation, and its parameters.

    ``params`` are JMESPath over ``{params, body, answer}`` of the call that made it; the answer is canonical.
    """

    operation: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something a suite asks of the SUT, named by the suite and bound to HTTP by a binding.

    Attributes:
        answer: ``records`` (a paged stream), ``object`` (one canonical object), ``document`` (bytes) or ``table`` (many
            rows as columns: CSV, NDJSON or Parquet; ``schema`` is that of a row).
        owner: id of the requirement that fails if the operation is claimed but absent.
        schema: ``$id`` of the canonical record or object; its date-time members follow the declared time profile.
        key: member that names a record to a person.
        file: whether rows of a file target can stand for its answer.
        undo: how to remove what it makes; ``None`` for what makes nothing (reads, removals, changes).
        moves: JMESPath over ``{params, body}`` of a call: the device that it moves.
        pushes: whether the system then sends messages of its own, so that it must be able to reach the tester.
        harmless: whether the suite says of a write that it makes nothing (``leaves = "nothing"``), or only parts of
            something that is removed as a whole (``leaves = "parts"``).
        credential: member of the answer that holds a credential: a token, or of a write the account's new secret.
        feature: what a system may lack; without it the operation need not be bound.
    """

    id: str
    suite: str
    title: Text
    effect: Effect
    answer: str
    owner: str
    schema: str | None = None
    key: str | None = None
    file: bool = False
    undo: Undo | None = None
    moves: str | None = None
    pushes: bool = False
    harmless: bool = False
    credential: str | None = None
    feature: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """One conformance suite: everything its folder says.

    ``write_probe`` is the operation that does nothing to an object that does not exist: it shows the right to write.
    ``profiles`` are the tables of limits that a statement may replace.
    """

    id: str
    code: str
    version: str
    title: Text
    label: Text
    standards: tuple[str, ...]
    classes: tuple[ConformanceClass, ...]
    features: dict[str, Text]
    operations: dict[str, Operation]
    requirements: tuple[Requirement, ...]
    folder: Path
    digest: str = ""
    write_probe: str | None = None
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """Where an answer holds a credential (JMESPath), and whether that is the account's new secret."""

    path: str
    renews: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is recorded: credentials are placeholders (``{{account:primary}}``).

    ``forged`` names what is wrong with its credentials on purpose (``target.forging``); empty where nothing is.
    ``holds`` says where its answer holds a credential; it is not recorded, for the recorded answer does not hold it.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    account: str = "primary"
    forged: str = ""
    holds: HeldCredential | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One response as it came, decoded from transfer and content encoding only; header names in lower case.

    ``tls`` is the protocol version of the connection it came over (``TLSv1.3``); empty without encryption, and
    ``in-process`` where there was no connection.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    tls: str = ""

    def header(self, name: str) -> str | None:
        """The first value of a header, by lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at a request that was not the last: why it was tried again, when (UTC, RFC 3339), for how many seconds.

    ``fault`` is a code of ours (``transport.reset``, ``http.server-error``), ``status`` that of a refusal.
    """

    fault: str
    status: int | None = None
    started: str = ""
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it: a response, or the code of a transport fault.

    ``id`` is derived from operation and request, so that two runs that send the same requests name them alike.
    ``started`` is UTC (RFC 3339), ``elapsed`` seconds; ``earlier`` are the tries before the one that counts.
    """

    id: str
    operation: str
    request: Request
    response: Response | None = None
    fault: str | None = None
    fault_params: dict[str, str] = field(default_factory=dict)
    started: str = ""
    elapsed: float = 0.0
    earlier: tuple[Attempt, ...] = ()


class Location(NamedTuple):
    """Where something was seen: exchange or file with row, the record's key, a JSON pointer into its value.

    A tuple, because a run makes hundreds of thousands.
    """

    exchange: str | None = None
    record: str | None = None
    pointer: str = ""
    file: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A deviation: where, what was expected, what was observed. Texts are printable and clipped already."""

    at: Location
    expected: str
    observed: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is not judged: a message code with its parameters, and the exchange that shows it."""

    code: str
    params: dict[str, str] = field(default_factory=dict)
    exchange: str | None = None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a check shows beside its observations: a picture, or an explanation. It proves nothing and is not counted.

    A check yields one; ``exhibits.curve``, ``field_map``, ``timeline`` and ``explanation`` make them. ``data`` is plain
    JSON, each kind in its own form (schema ``urn:szxc:szxc:report``).
    """

    kind: Literal["curve", "map", "timeline", "text"]
    title: Text
    data: Json


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided about one requirement.

    ``observed`` counts the observations judged; ``findings`` holds the first of ``found``, ``exhibits`` the first of
    ``exhibited``. ``tries`` is how often the request was sent that needed most: a pass at the second try is said to be
    one.
    """

    requirement: str
    status: Status
    findings: tuple[Finding, ...] = ()
    found: int = 0
    observed: int = 0
    cause: Cause | None = None
    exchanges: tuple[str, ...] = ()
    tries: int = 1
    exhibits: tuple[Exhibit, ...] = ()
    exhibited: int = 0
