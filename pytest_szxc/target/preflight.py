"""Preflight: each class's probe asked once before anything is judged, so that one root cause is said once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.errors import PermissionMissing, Unjudgeable
from pytest_szxc.model import Cause
from pytest_szxc.target.accounts import facts_of
from pytest_szxc.target.answers import BYTES
from pytest_szxc.target.causes import HOPELESS, LATE, code_of, params_of, symptom_of
from pytest_szxc.target.skew import skew_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_szxc.model import Suite
    from pytest_szxc.target.live import LiveSut

Place = tuple[str, str]
"""A conformance class (or an operation) by suite and id."""

_PATIENCE = 2
"""Time-outs, or refusals for asking too often, after which no further probe is sent."""
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
    "framing.",
    "budget.",
    "proxy.",
    "file.",
    "folder.no-object",
    "paging.",
)
"""Symptoms that do not say that an operation is absent. A page in HTML does: that is how many platforms say 404.

A file that cannot be used is there, or was to be there: altered evidence must not end as a class that nobody claims.
"""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the probes showed.

    Attributes:
        cause: why nothing can be tested, or ``None``; ``params["fault"]`` is the code of the fault behind it.
        observed: by suite and class, whether its probe answered.
        troubled: classes whose probe failed in a way in which only something that is there fails.
        reasons: by suite and operation, why its answer was not usable; ``None`` where it was.
        symptoms: the same as exact codes; empty where it was usable.
        empty: operations that answered with no record at all.
    """

    cause: Cause | None
    observed: dict[Place, bool]
    troubled: frozenset[Place] = frozenset()
    reasons: Mapping[Place, Unjudgeable | None] = field(default_factory=dict)
    symptoms: Mapping[Place, str] = field(default_factory=dict)
    empty: frozenset[Place] = frozenset()


@dataclass(slots=True)
class _Seen:
    """Answers so far, by suite and operation; ``None`` is a usable answer.

    Attributes:
        sut: the run's SUT.
        proxy: the proxy that requests go through, if any.
    """

    sut: LiveSut
    proxy: str | None
    reasons: dict[Place, Unjudgeable | None] = field(default_factory=dict)
    empty: set[Place] = field(default_factory=set)

    def ask(self, places: Sequence[Place]) -> None:
        """Ask some operations, side by side."""
        for place, probe in zip(places, self.sut.probe_each(places), strict=True):
            if isinstance(probe, Unjudgeable):
                self.reasons[place] = probe
                continue
            if isinstance(probe, Exception):
                raise probe
            self.reasons[place] = None
            if self.sut.suites[place[0]].operations[place[1]].answer == "records" and probe.came is None:
                self.empty.add(place)

    @property
    def answered(self) -> bool:
        """Whether any answer was usable."""
        return None in self.reasons.values()

    @property
    def hopeless(self) -> bool:
        """Whether nothing else will answer either."""
        symptoms = [self.symptom(place) for place, reason in self.reasons.items() if reason]
        late = sum(symptom.startswith(LATE) for symptom in symptoms)
        return len(symptoms) == len(self.reasons) and (
            late >= _PATIENCE or any(symptom.startswith(HOPELESS) for symptom in symptoms)
        )

    def symptom(self, place: Place) -> str:
        """What a place's answer failed with; empty for a usable answer."""
        reason = self.reasons.get(place)
        return symptom_of(reason, self.sut.store, self.proxy) if reason else ""


def probes_of(suites: Mapping[str, Suite]) -> dict[Place, str]:
    """The probe operation of each class that has one."""
    return {(suite.id, row.id): row.probe for suite in suites.values() for row in suite.classes if row.probe}


def preflight(
    sut: LiveSut, probes: Mapping[Place, str], *, proxy: str | None = None, before: Unjudgeable | None = None
) -> Preflight:
    """Ask each probe once: the first alone, because what it fails with may settle all; if it failed, the next one too.

    What was not asked is not known to be there: only a target that answers nothing at all is spared the rest, so that
    any run, at any number of connections, sees the same.

    Args:
        sut: the run's SUT.
        probes: by suite and class, the operation that shows its presence.
        proxy: the proxy that requests go through, if any.
        before: what the platform was already found to fail with.
    """
    seen = _Seen(sut, proxy, {("", "-"): before} if before else {})
    places = list(dict.fromkeys((suite, operation) for (suite, _), operation in probes.items()))
    while places and not (seen.reasons and seen.hopeless):
        alone = len(seen.reasons) < _PATIENCE and not seen.answered
        seen.ask(places[: 1 if alone else None])
        places = [place for place in places if place not in seen.reasons]
    observed = {place: _answers(seen, place, operation) for place, operation in probes.items()}
    telling = [observed[place] for place, operation in probes.items() if _telling(sut, place, operation)]
    usable = any(telling or observed.values())
    troubled = frozenset(place for place, operation in probes.items() if _troubled(seen, place, operation))
    symptoms = {place: seen.symptom(place) for place in seen.reasons}
    return Preflight(
        None if usable else _cause(seen), observed, troubled, seen.reasons, symptoms, frozenset(seen.empty)
    )


def _telling(sut: LiveSut, place: Place, operation: str) -> bool:
    """Whether an answer shows the platform: any page at all would do for a document, a login page too."""
    return sut.suites[place[0]].operations[operation].answer not in BYTES


def _answers(seen: _Seen, place: Place, operation: str) -> bool:
    key = (place[0], operation)
    if key not in seen.reasons:
        return False
    reason = seen.reasons[key]
    if reason is None:
        return True
    incomplete = seen.sut.suites[place[0]].operations[operation].answer != "records"
    return incomplete and seen.symptom(key) in _ANSWERED and not _said_to_all(seen, key, reason)


def _said_to_all(seen: _Seen, key: Place, reason: Unjudgeable) -> bool:
    """Whether another question got the very same refusal by code: then it says nothing of what was asked."""
    if not reason.code.startswith("envelope."):
        return False
    others = [why for other, why in seen.reasons.items() if other != key and why is not None]
    return any((why.code, why.params) == (reason.code, reason.params) for why in others)


def _troubled(seen: _Seen, place: Place, operation: str) -> bool:
    return seen.symptom((place[0], operation)).startswith(_TROUBLE)


def _cause(seen: _Seen) -> Cause | None:
    """The gravest of the reasons; without any probe there is nothing to say."""
    reasons = [
        (place[1], seen.symptom(place), why)
        for place, why in seen.reasons.items()
        if why and not isinstance(why, PermissionMissing)
    ]
    if not reasons:
        return None
    account = seen.sut.primary
    _, code, operation, reason = min(
        ((*code_of(symptom, account), operation, why) for operation, symptom, why in reasons), key=lambda row: row[0]
    )
    params = params_of(reason, operation, account, seen.proxy)
    off = _clock_off(seen.sut) if code == "preflight.denied" else ""
    return Cause("preflight.clock" if off else code, params | ({"difference": off} if off else {}), reason.exchange)


def _clock_off(sut: LiveSut) -> str:
    """By how much the clocks differ, where that is more than signed requests may be old; else an empty text."""
    window, skew = facts_of(sut.primary).window, skew_of(sut.store.chronological())
    return skew.words if window and skew and abs(skew.seconds) > window else ""
