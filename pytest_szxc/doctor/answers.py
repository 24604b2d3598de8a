"""What the answers show: clock, base path, media type, account, rate, seed data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.doctor.check import Check, State, good, none
from pytest_szxc.doctor.connection import STAGE_OF, bad
from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Cause, Exchange, Request
from pytest_szxc.printable import show
from pytest_szxc.target.causes import code_of
from pytest_szxc.target.network import Network, NetworkOptions
from pytest_szxc.target.notices import notices
from pytest_szxc.target.skew import skew_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.doctor.visit import Visit
    from pytest_szxc.target.preflight import Place, Preflight

_STAGES = ("path", "media", "account", "rate", "data")
_NOTICED = {"notice.redirect": "path", "notice.media-type": "media", "notice.evidence-more": "data"}
_ABSENT = frozenset({"http.absent", "folder.unlisted"})
"""What a target without a statement need not have."""


def about_clock(visit: Visit, found: Preflight) -> Check:
    """By how much the clocks differ; where the certificate's dates are in the way, that is asked for without it."""
    skew = skew_of(visit.store.chronological())
    dates = found.cause is not None and found.cause.code == "preflight.certificate-dates"
    if dates:
        skew = skew_of(_unverified(visit))
    if skew is None:
        return none("clock", "undated") if found.cause is None else none("clock")
    if skew.telling:
        return Check("clock", State.NOTE, Cause("notice.clock-skew", {"difference": skew.words}))
    return good("clock")


def _unverified(visit: Visit) -> Iterator[Exchange]:
    """The answer to one question that says nothing of us, over a connection that proves nothing."""
    clock = visit.clock
    options = NetworkOptions(proxy=visit.proxy, insecure=True)
    network = Network(visit.statement.limits, options, clock, https=True)
    request, started = Request("HEAD", visit.statement.base_url + "/"), clock.now()
    try:
        response = network.send(request)
    except TransportFault:
        return
    finally:
        network.close()
    yield Exchange(
        "-", "-", request, response, started=started.isoformat(), elapsed=(clock.now() - started).total_seconds()
    )


def about_answers(visit: Visit, found: Preflight) -> Iterator[Check]:
    """Base path, media type, account, rate, seed data: each fine unless a probe shows otherwise."""
    if found.cause:
        yield from _with_cause(found)
        yield from _stay_away(visit)
        return
    troubles = list(_troubles(visit, found))
    for stage in _STAGES:
        mine = [check for check in troubles if check.stage == stage]
        yield from mine or [_fine(visit, found, stage)]
    yield from (check for check in troubles if check.stage not in _STAGES)


def _with_cause(found: Preflight) -> Iterator[Check]:
    broken = bad(found)
    for stage in _STAGES:
        yield broken if stage == broken.stage else none(stage)


def _troubles(visit: Visit, found: Preflight) -> Iterator[Check]:
    """What single probes failed with though others answered, and what the answers are odd in."""
    answered = {(place[0], operation) for place, operation in visit.probes().items() if found.observed.get(place)}
    noticed = notices(visit.store.chronological(), visit.statement, visit.suites)
    evidence = [notice for notice in noticed if notice.code.startswith("file.")]
    for place, reason in found.reasons.items():
        symptom = found.symptoms[place]
        absent = symptom in _ABSENT and not visit.statement.declared
        if reason is None or place in answered or absent or not symptom or symptom.startswith("target.file-"):
            continue
        if evidence and symptom.startswith("file."):  # is named below with all others that are not as stated
            continue
        if symptom.startswith("budget."):
            yield none("path", "unasked", operation=place[1])
            continue
        stage = STAGE_OF[code_of(symptom, visit.sut.primary)[1]]
        params = {name: str(value) for name, value in reason.params.items()}
        yield Check(stage, State.BAD, Cause("doctor.operation", {"operation": place[1]}), Cause(reason.code, params))
    yield from (Check("data", State.BAD, notice) for notice in evidence)
    yield from (Check(_NOTICED[notice.code], State.NOTE, notice) for notice in noticed if notice.code in _NOTICED)
    yield from _stay_away(visit)
    yield from (_no_data(visit, place) for place in sorted(found.empty))


def _stay_away(visit: Visit) -> Iterator[Check]:
    """For how long the platform wants to be left alone, if it says so."""
    for exchange in visit.store.all():
        asked = exchange.response.header("retry-after") if exchange.response else None
        if asked:
            params = {"seconds": show(asked, 40), "rate": f"{visit.statement.limits.rate:g}"}
            yield Check("rate", State.NOTE, Cause("doctor.rate.retry-after", params))
            return


def _no_data(visit: Visit, place: Place) -> Check:
    classes = [name for (suite, name), probe in visit.probes().items() if (suite, probe) == place]
    return Check("data", State.BAD, Cause("doctor.data.empty", {"operation": place[1], "classes": ", ".join(classes)}))


def _fine(visit: Visit, found: Preflight, stage: str) -> Check:
    if stage == "data":
        return good("data", count=sum(found.observed.values()))
    if not visit.interactive and stage in ("account", "rate"):
        return none(stage, "local")
    if stage == "account":
        account = visit.sut.primary
        return none("account", "open") if account.scheme == "none" else good("account", account=account.name)
    if stage == "rate":
        sent = visit.store.counters().sent
        return good("rate", sent=sent, rate=f"{visit.statement.limits.rate:g}")
    return good(stage)
