"""The error tree. Each error has a code; its cause and hint stand in zh and en in ``message_tables/``.

::

    SzxcError                 anything we say to a user
    ├── CatalogueError        a suite's own files are wrong (file, row)
    ├── StatementError        szxc.toml, a claim or an option is wrong (exit 12)
    ├── PreflightError        the target cannot be tested at all (exit 10)
    └── Unjudgeable           a requirement could not be judged: becomes *inconclusive*, never *fail*
        ├── TransportFault    no usable answer came back (time-out, framing, encoding, JSON …)
        ├── Refused           an answer came, and it is an error status or an error code of the envelope
        ├── Absent            the platform says that the operation does not exist (404, 405, 501)
        └── PermissionMissing the user did not allow what the check needs (writing, a second account)
    ConformanceFailure        the only exception that may become *fail*
    RunEnded                  tells a thread that the run is over; nothing catches it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.messages import render

if TYPE_CHECKING:
    from pytest_szxc.model import Finding


class SzxcError(Exception):
    """An error with a message code; the words come from the message tables.

    Args:
        code: dotted code, a key of ``message_tables/*.toml`` (``statement.unknown-key``).
        params: the values the message names, as text-like objects.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def text(self, lang: str) -> str:
        """One sentence: what went wrong."""
        return render(self.code, lang, self.params)

    def hint(self, lang: str) -> str:
        """One sentence: what to do about it; empty where nothing can be done."""
        return render(self.code, lang, self.params, part="hint")

    def __str__(self) -> str:
        return f"{self.code}: {self.text('en')}"


class CatalogueError(SzxcError):
    """A suite's own files are wrong."""


class StatementError(SzxcError):
    """``szxc.toml``, a claim or an option is wrong."""


class PreflightError(SzxcError):
    """The target cannot be tested at all."""


class Unjudgeable(SzxcError):  # noqa: N818 -- no error of anybody: a state of our knowledge
    """A requirement could not be judged. ``exchange`` names the exchange that shows why, if there is one."""

    def __init__(self, code: str, exchange: str | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.exchange = exchange


class TransportFault(Unjudgeable):
    """No usable answer came back."""


class Refused(Unjudgeable):
    """An answer came, and it is an error."""


class Absent(Unjudgeable):
    """The platform says that the operation does not exist."""

    def __init__(self, operation: str, exchange: str | None = None, **params: object) -> None:
        super().__init__("http.absent", exchange, operation=operation, **params)
        self.operation = operation


class PermissionMissing(Unjudgeable):
    """The user did not allow what the check needs; ``permission`` is ``write``, ``actuate`` or an account's name."""

    def __init__(self, permission: str, operation: str) -> None:
        super().__init__(f"permission-not-given.{permission}", operation=operation)
        self.permission = permission


class RunEnded(BaseException):
    """The run is over; a thread that is still asking shall stop. What ``KeyboardInterrupt`` is to the main thread."""


class ConformanceFailure(Exception):  # noqa: N818 -- the field's word: a failure of the SUT, not an error of ours
    """What the system under test did breaks a requirement; the only exception that may become *fail*."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} finding(s)")
        self.findings = findings
