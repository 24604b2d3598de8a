"""From options to what a run is made of: suites, statement, target. Everything a user can get wrong is found here."""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import StatementError, Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target.evidence_folder import is_evidence_folder, suite_of
from pytest_szxc.target.network import NetworkOptions
from pytest_szxc.target.statement_file import default_statement, find_statement, load_statement
from pytest_szxc.target.streams import Adapter
from pytest_szxc.target.transports import IN_PROCESS, IN_PROCESS_URL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from pytest_szxc.model import Json, Suite
    from pytest_szxc.settings import Settings
    from pytest_szxc.target.statement import Limits, Statement

DEMO = "demo"
DEMO_CERTIFICATE = Path(__file__).parent / "reference" / "demo.pem"
_HOOKS = threading.Lock()
"""A plugin need not know that requirements are judged side by side."""
RECORDED = (
    "strict",
    "insecure",
    "allow_write",
    "allow_actuation",
    "class",
    "suite",
    "rate",
    "ca",
    "proxy",
    "budget",
    "explore",
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run is made of, before anything was asked.

    ``target`` is what the user named (``demo``, a URL, an application, a file); ``statement.base_url`` is where
    requests go.
    """

    run: str
    now: datetime
    seed: str
    settings: Settings
    suites: Mapping[str, Suite]
    statement: Statement
    target: str

    def recorded_settings(self) -> dict[str, Json]:
        """The options that a reader of the report should know."""
        return {name: self.settings.values[name] for name in RECORDED if self.settings.values.get(name)}

    def probed(self, place: tuple[str, str]) -> bool:
        """Whether a class is within the user's choice of classes."""
        chosen = self.settings.list("class")
        return not chosen or place[1] in chosen


def take_in(settings: Settings, catalogue: Mapping[str, Suite], closing: ExitStack, *, offline: bool) -> Intake:
    """Settle everything that options and statement say.

    Raises:
        StatementError: an option or the statement is wrong, or nothing says what to test.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    settings.check()
    statement, target = _statement(settings, catalogue, closing, offline=offline)
    settings = settings.merged(statement.options)
    settings.check()
    statement = replace(statement, limits=_limits(settings, statement.limits, paced=_paced(target)))
    suites = _suites(settings, catalogue, statement, target)
    run = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    return Intake(run, now, settings.text("seed") or secrets.token_hex(4), settings, suites, statement, target)


def address_of(target: str, statement: Statement) -> str:
    """What to open for a target: itself, but for the demo, which has got an address only now."""
    return statement.base_url if target == DEMO else target


def network_options(settings: Mapping[str, Json], target: str) -> NetworkOptions:
    """How to reach the target, from recorded settings; the demo has a certificate of its own."""
    ca = DEMO_CERTIFICATE if target == DEMO else settings.get("ca")
    return NetworkOptions(Path(ca) if ca else None, settings.get("proxy"), bool(settings.get("insecure")))


def authenticates(hook: object) -> bool:
    """Whether a plugin authenticates accounts in its own way, under a scheme of its own name."""
    caller = getattr(hook, "pytest_szxc_auth", None)
    return caller is not None and bool(caller.get_hookimpls())


def adapter_of(hook: object) -> Adapter | None:
    """Pytest's hooks as the target layer knows them."""
    if hook is None:
        return None
    return Adapter(
        auth=lambda request, account: _headers(_called(hook, "pytest_szxc_auth", request=request, account=account)),
        observe=lambda name, payload: _exact(_called(hook, "pytest_szxc_observe", operation=name, payload=payload)),
    )


def _called(hook: object, name: str, **given: object) -> Json:
    """What a plugin's hook gives; its mistake is neither the system's nor ours. One call at a time, in any thread."""
    try:
        with _HOOKS:
            return getattr(hook, name)(**given)
    except Exception as error:
        raise Unjudgeable("hook.failed", hook=name, problem=show(f"{type(error).__name__}: {error}")) from error


def _exact(value: Json) -> Json:
    """A hook's payload with its floats as the decimals they were written as: rules know exact numbers only."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unjudgeable("hook.failed", hook="pytest_szxc_observe", problem=repr(value))
        return Decimal(repr(value))
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if value is None or isinstance(value, str | int | Decimal):
        return value
    raise Unjudgeable("hook.failed", hook="pytest_szxc_observe", problem=f"JSON != {type(value).__name__}")


def _headers(made: Json) -> Mapping[str, str] | None:
    if made is None:
        return None
    if isinstance(made, Mapping) and all(isinstance(part, str) for row in made.items() for part in row):
        return made
    raise Unjudgeable("hook.failed", hook="pytest_szxc_auth", problem=f"dict[str, str] != {type(made).__name__}")


def _statement(
    settings: Settings, catalogue: Mapping[str, Suite], closing: ExitStack, *, offline: bool
) -> tuple[Statement, str]:
    target = settings.text("target") or ""
    if target == DEMO:
        return _demo(catalogue, closing, offline=offline), DEMO
    path = find_statement(settings.text("config"), Path.cwd())
    statement = load_statement(path, catalogue) if path else default_statement(_url_of(target), catalogue)
    if "://" in target:
        statement = replace(statement, base_url=default_statement(target, {}).base_url)
    if not target and not statement.base_url:
        raise StatementError("option.no-target", file=path.name if path else "-")
    if not statement.base_url:
        statement = replace(statement, base_url=IN_PROCESS_URL)  # applications and files have none of their own
    return statement, target or statement.base_url


def _answerable(catalogue: Mapping[str, Suite], target: str) -> Iterator[str]:
    """The suites that speak of what a target can have: files hold records, and answer no questions."""
    of_files = target != DEMO and "://" not in target and not target.startswith(IN_PROCESS)
    if of_files and is_evidence_folder(target):
        yield suite_of(Path(target))  # its manifest says what it is evidence for
        return
    for suite in catalogue.values():
        if not of_files or any(operation.file for operation in suite.operations.values()):
            yield suite.id


def _url_of(target: str) -> str:
    """The base URL of a target without a statement."""
    return target if "://" in target else IN_PROCESS_URL


def _demo(catalogue: Mapping[str, Suite], closing: ExitStack, *, offline: bool) -> Statement:
    from pytest_szxc.reference.demo import demo_statement, withdraw  # noqa: PLC0415 -- Flask is for the demo alone
    from pytest_szxc.reference.lookup import load_references  # noqa: PLC0415 -- the same
    from pytest_szxc.reference.platform import build_platform  # noqa: PLC0415 -- the same
    from pytest_szxc.reference.server import serve  # noqa: PLC0415 -- the same

    platform = build_platform(load_references(catalogue.values()))
    closing.callback(platform.close)
    url = IN_PROCESS_URL if offline else closing.enter_context(serve(platform, encrypted=True))
    statement = demo_statement(platform, url, catalogue)
    closing.callback(withdraw, statement)
    return statement


def _paced(target: str) -> bool:
    """Whether a target is somebody's platform, to be spared (decision 11)."""
    return "://" in target


def _limits(settings: Settings, limits: Limits, *, paced: bool) -> Limits:
    changes: dict[str, Json] = {} if paced else {"rate": 0.0}
    for name, kind in (("rate", float), ("connections", int), ("deadline", float)):
        value = settings.number(name)
        if value is not None:
            changes[name] = kind(value)
    requests, minutes = settings.budget()
    if requests is not None:
        changes["requests"] = requests
    if minutes is not None:
        changes["minutes"] = minutes
    return replace(limits, **changes)


def _meant(claimed: tuple[str, ...], answerable: tuple[str, ...], target: str) -> tuple[str, ...]:
    """The suites that are claimed; a folder of evidence is for one of them only."""
    if is_evidence_folder(target) and set(answerable) <= set(claimed):
        return answerable
    return claimed or answerable


def _suites(settings: Settings, catalogue: Mapping[str, Suite], statement: Statement, target: str) -> dict[str, Suite]:
    """The suites that the user chose, else those that are claimed, else all that a target of this kind can answer."""
    chosen = settings.list("suite")
    for name in chosen:
        if name not in catalogue:
            raise StatementError("option.unknown-suite", suite=show(name))
    wanted = chosen or _meant(tuple(statement.claims), tuple(_answerable(catalogue, target)), target)
    suites = {name: catalogue[name] for name in catalogue if name in wanted}
    known = {row.id for suite in suites.values() for row in suite.classes}
    for name in settings.list("class"):
        if name not in known:
            raise StatementError("option.unknown-class", **{"class": show(name)})
    return suites
