"""Preflight: each class's probe asked once before anything is judged, so that one root cause is said once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.errors import PermissionMissing, Unjudgeable
from pytest_szxc.model import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Suite
    from pytest_szxc.target.live import LiveSut

Place = tuple[str, str]
"""A conformance class (or an operation) by suite and id."""

_CAUSES = (
    ("transport.dns", "preflight.dns"),
    ("transport.refused", "preflight.refused"),
    ("transport.unreachable", "preflight.refused"),
    ("transport.tls", "preflight.tls"),
    ("file.", "preflight.file"),
    ("http.unauthorised", "preflight.denied"),
    ("http.forbidden", "preflight.denied"),
    ("envelope.denied", "preflight.denied"),
    ("http.server-error", "preflight.server-error"),
    ("http.rate-limited", "preflight.rate-limited"),
    ("json.html", "preflight.html"),
    ("json.", "preflight.json"),
    ("encoding.", "preflight.json"),
    ("envelope.", "preflight.envelope"),
    ("redirect.", "preflight.redirect"),
    ("http.redirect", "preflight.redirect"),
    ("transport.timeout", "preflight.timeout"),
    ("transport.connect-timeout", "preflight.timeout"),
    ("transport.", "preflight.protocol"),
    ("http.absent", "preflight.absent"),
    ("binding.missing", "preflight.unbound"),
    ("", "preflight.other"),
)
"""Beginning of a fault's code → what it means for the whole target; the first row that a probe matches is the cause."""
_HOPELESS = (
    "transport.dns",
    "transport.refused",
    "transport.unreachable",
    "transport.tls",
    "transport.connect-timeout",
)
_PATIENCE = 2
"""Time-outs after which no further probe is sent."""
_ANSWERED = {"http.client-error", "envelope.refused"}
"""A question asked without its parameters may be refused; whoever refuses it is there."""


_TROUBLE = (
    "http.unauthorised",
    "http.forbidden",
    "http.rate-limited",
    "http.server-error",
    "envelope.denied",
    "transport.",
    "encoding.",
    "budget.",
)
"""Faults that do not say that an operation is absent. A page in HTML does: that is how many platforms say 404."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the probes showed.

    Attributes:
        cause: why nothing can be tested, or ``None``; ``params["fault"]`` is the code of the fault behind it.
        observed: by suite and class, whether its probe answered.
        troubled: classes whose probe failed in a way in which only something that is there fails.
    """

    cause: Cause | None
    observed: dict[Place, bool]
    troubled: frozenset[Place] = frozenset()


@dataclass(slots=True)
class _Seen:
    """Answers so far, by suite and operation; ``None`` is a usable answer."""

    reasons: dict[Place, Unjudgeable | None] = field(default_factory=dict)

    @property
    def hopeless(self) -> bool:
        codes = [reason.code for reason in self.reasons.values() if reason]
        late = sum(code == "transport.timeout" for code in codes)
        return len(codes) == len(self.reasons) and (
            late >= _PATIENCE or any(code.startswith(_HOPELESS) for code in codes)
        )


def probes_of(suites: Mapping[str, Suite]) -> dict[Place, str]:
    """The probe operation of each class that has one."""
    return {(suite.id, row.id): row.probe for suite in suites.values() for row in suite.classes if row.probe}


def preflight(sut: LiveSut, probes: Mapping[Place, str]) -> Preflight:
    """Ask each probe once.

    Args:
        sut: the run's SUT.
        probes: by suite and class, the operation that shows its presence.
    """
    seen = _Seen()
    for (suite, _), operation in probes.items():
        if (suite, operation) not in seen.reasons and not seen.hopeless:
            seen.reasons[suite, operation] = _ask(sut, suite, operation)
    observed = {place: _answers(sut, seen, place, operation) for place, operation in probes.items()}
    telling = [observed[place] for place, operation in probes.items() if _telling(sut, place, operation)]
    usable = any(telling or observed.values())
    troubled = frozenset(place for place, operation in probes.items() if _troubled(seen, place, operation))
    return Preflight(None if usable else _cause(seen), observed, troubled)


def _telling(sut: LiveSut, place: Place, operation: str) -> bool:
    """Whether an answer shows the platform: any page at all would do for a document, a login page too."""
    return sut.suites[place[0]].operations[operation].answer != "document"


def _ask(sut: LiveSut, suite: str, operation: str) -> Unjudgeable | None:
    try:
        sut.probe(suite, operation)
    except Unjudgeable as reason:
        return reason
    return None


def _answers(sut: LiveSut, seen: _Seen, place: Place, operation: str) -> bool:
    key = (place[0], operation)
    if key not in seen.reasons:
        return False
    reason = seen.reasons[key]
    if reason is None:
        return True
    incomplete = sut.suites[place[0]].operations[operation].answer != "records"
    return incomplete and reason.code in _ANSWERED and not _said_to_all(seen, key, reason)


def _said_to_all(seen: _Seen, key: Place, reason: Unjudgeable) -> bool:
    """Whether another question got the very same refusal by code: then it says nothing of what was asked."""
    if not reason.code.startswith("envelope."):
        return False
    others = [why for other, why in seen.reasons.items() if other != key and why is not None]
    return any((why.code, why.params) == (reason.code, reason.params) for why in others)


def _troubled(seen: _Seen, place: Place, operation: str) -> bool:
    reason = seen.reasons.get((place[0], operation))
    return reason is not None and reason.code.startswith(_TROUBLE)


def _cause(seen: _Seen) -> Cause | None:
    """The most telling of the reasons; without any probe there is nothing to say."""
    reasons = [(place, why) for place, why in seen.reasons.items() if why and not isinstance(why, PermissionMissing)]
    for beginning, code in _CAUSES:
        for (_, operation), reason in reasons:
            if reason.code.startswith(beginning):
                params = {name: str(value) for name, value in reason.params.items()}
                return Cause(code, {**params, "operation": operation, "fault": reason.code}, reason.exchange)
    return None
