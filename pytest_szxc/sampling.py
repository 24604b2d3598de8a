"""A first look at a platform: its OpenAPI document, and each bound read operation called once."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.openapi import names
from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.intake import address_of, network_options, take_in
from pytest_szxc.model import Effect
from pytest_szxc.printable import show
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.discovery import OPENAPI
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.statement_file import default_statement
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Json, Suite
    from pytest_szxc.settings import Settings
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.statement import BoundOperation

CLIP = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """One operation: the call, the vendor's object, the canonical one, or why there is none. Texts are printable.

    ``lacking`` names parameters that only the suite's own checks supply: nothing was sent, or it was refused for that.
    """

    operation: str
    call: str
    came: str = ""
    seen: str = ""
    error: Unjudgeable | None = None
    lacking: tuple[str, ...] = ()


def sample_operations(settings: Settings) -> Iterator[Sample]:
    """Call each bound read operation of every claimed suite once.

    Parameters of a path or query are taken from the members of that name in answers of the suite that came before.

    Raises:
        SzxcError: statement or target is wrong.
    """
    with ExitStack() as closing:
        intake = take_in(settings, load_suites(), closing, offline=False)
        store = ExchangeStore(None)
        setting = Setting(intake.suites, store, RealClock(), intake.now, intake.seed)
        address = address_of(intake.target, intake.statement)
        options = network_options(intake.recorded_settings(), intake.target)
        sut = open_target(address, intake.statement, setting, options)
        closing.callback(sut.close)
        known: defaultdict[str, dict[str, Json]] = defaultdict(dict)  # a name means something else in another suite
        for (suite, name), bound in intake.statement.operations.items():
            if suite in intake.suites and _reads(intake.suites[suite], name, bound):
                yield _sample(sut, suite, bound, known[suite])


def described(url: str) -> Mapping[str, Json] | None:
    """The OpenAPI document that a platform serves, with ``url`` as its server; ``None`` if it serves none.

    Raises:
        StatementError: the URL is wrong.
    """
    with ExitStack() as closing:
        statement = default_statement(url, {})
        setting = Setting({}, ExchangeStore(None), RealClock(), datetime.now(UTC), "")
        sut = open_target("", statement, setting)
        closing.callback(sut.close)
        try:
            document = sut.look(OPENAPI)
        except TransportFault:
            return None
    return document | {"servers": [{"url": url}]} if isinstance(document, dict) else None


def _reads(suite: Suite, name: str, bound: BoundOperation) -> bool:
    return suite.operations[name].effect is Effect.READ and bound.effect is Effect.READ


def _sample(sut: LiveSut, suite: str, bound: BoundOperation, known: dict[str, Json]) -> Sample:
    call = f"{bound.method} {bound.path}"
    needed = names(bound.path) | names(bound.body)
    missing = needed - set(known) or ({"body"} if bound.method == "POST" and not needed else set())
    if missing:
        return Sample(bound.operation, call, lacking=tuple(sorted(missing)))
    try:
        probe = sut.probe(suite, bound.operation, **{name: known[name] for name in needed})
    except Unjudgeable as reason:
        left_out = tuple(sorted(names(bound.query))) if reason.code == "http.client-error" else ()
        return Sample(bound.operation, call, error=None if left_out else reason, lacking=left_out)
    seen = probe.seen.value if probe.seen else None
    known.update({name: value for name, value in (seen or {}).items() if isinstance(value, str) and name not in known})
    return Sample(bound.operation, call, show(probe.came, CLIP), show(seen, CLIP))
