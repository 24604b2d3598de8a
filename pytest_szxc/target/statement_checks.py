"""What a statement says about suites, and whether the suites know it: names, expressions, templates, bound classes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_szxc.catalogue.documents import nearest
from pytest_szxc.catalogue.openapi import names
from pytest_szxc.model import Effect, Level
from pytest_szxc.printable import show
from pytest_szxc.target.default_binding import parameters
from pytest_szxc.target.expressions import syntax_fault, unknown_functions
from pytest_szxc.target.paths import FUNCTIONS
from pytest_szxc.target.signing import profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.statement import BoundOperation

Path = tuple[str | int, ...]

SECRET_KEYS = ("token", "password", "value", "secret")
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
ACCOUNTS = frozenset({"primary", "second", "low_right", "expired"})
BUILT_IN = ("none", "bearer", "basic", "header")
"""Schemes that need no profile."""
EXAMPLES = {
    "client": 'client = "…"',
    "service": 'service = "…"',
    "secret": 'secret = { env = "SZXC_SECRET" }',
    "token_path": 'token_path = "/oauth/token"',
    "sign_path": 'sign_path = "/sign"',
}
"""What to add where an account lacks it."""
_PROFILE_KEYS = ("client", "service", "window", "lifetime", "token_path", "sign_path")
_EFFECTS = tuple(Effect)


def secret_faults(document: Document) -> Iterator[SzxcError]:
    """Secrets that stand in the file itself; looked for first, so that no other message quotes one."""
    for name, account in _tables(document.value.get("accounts")):
        for key in SECRET_KEYS:
            if isinstance(account.get(key), str):
                yield document.fault("statement.secret-value", ("accounts", name, key), account=show(name))
    for suite, binding in _tables(document.value.get("binding")):
        for name, operation in _tables(binding.get("operations")):
            headers = operation.get("headers")
            for header in headers if isinstance(headers, dict) else ():
                if header.lower() in SECRET_HEADERS:
                    path = ("binding", suite, "operations", name, "headers", header)
                    yield document.fault("statement.secret-header", path)
    options = document.value.get("options")
    proxy = options.get("proxy") if isinstance(options, dict) else None
    if isinstance(proxy, str) and "@" in proxy:
        yield document.fault("statement.secret-url", ("options", "proxy"))


def name_faults(document: Document, suites: Mapping[str, Suite]) -> Iterator[SzxcError]:
    """Names of suites, classes, features, operations and accounts that nobody defines."""
    for section in ("claims", "binding"):
        for name, table in _tables(document.value.get(section)):
            if name not in suites:
                yield _unknown(document, (section, name), "suite", name, suites)
            elif section == "claims":
                yield from _claim_faults(document, suites[name], table)
            else:
                yield from _operation_faults(document, suites[name], table)
    yield from _account_faults(document, suites)
    yield from _profile_faults(document)


def _claim_faults(document: Document, suite: Suite, table: dict[str, Json]) -> Iterator[SzxcError]:
    known: dict[str, tuple[str, Iterable[str]]] = {
        "classes": ("class", [item.id for item in suite.classes]),
        "without": ("feature", suite.features),
    }
    for key, (kind, allowed) in known.items():
        for index, name in enumerate(table.get(key, ())):
            if name not in allowed:
                yield _unknown(document, ("claims", suite.id, key, index), kind, name, allowed)


def _operation_faults(document: Document, suite: Suite, table: dict[str, Json]) -> Iterator[SzxcError]:
    for name, operation in table.get("operations", {}).items():
        path = ("binding", suite.id, "operations", name)
        if name not in suite.operations:
            yield _unknown(document, path, "operation", name, suite.operations)
            continue
        owed, said = suite.operations[name].effect, operation.get("effect")
        if said is not None and _EFFECTS.index(Effect(said)) < _EFFECTS.index(owed):
            yield document.fault("statement.effect", (*path, "effect"), effect=said, owed=owed)


def _account_faults(document: Document, suites: Mapping[str, Suite]) -> Iterator[SzxcError]:
    accounts = document.value.get("accounts", {})
    wanted = {name for suite in suites.values() for row in suite.requirements for name in row.permissions}
    known = ACCOUNTS | wanted - {Effect.WRITE, Effect.ACTUATE}
    for name, account in accounts.items():
        # An account that shows one way to sign may have any name.
        if name not in known and account["scheme"] not in profiles():
            yield _unknown(document, ("accounts", name), "account", name, sorted(known))
    if accounts and "primary" not in accounts:
        yield document.fault("statement.account-missing", ("accounts",), account="primary")


def _profile_faults(document: Document) -> Iterator[SzxcError]:
    """What the profile of an account's scheme needs and is not there, and what it has no use for."""
    for name, account in document.value.get("accounts", {}).items():
        profile = profiles().get(account["scheme"])
        if profile is None and account["scheme"] not in BUILT_IN:
            continue  # a plugin's own, which may use them all
        usable = set(profile.usable) if profile else set()
        for key in profile.needs if profile else ():
            if key not in account:
                shown = {"scheme": account["scheme"], "key": key, "example": EXAMPLES[key]}
                yield document.fault("statement.account-key", ("accounts", name), **shown)
        for key in (*_PROFILE_KEYS, *(SECRET_KEYS if profile else ())):
            if key in account and key not in usable:
                shown = {"scheme": account["scheme"], "key": key, "known": ", ".join(sorted(usable)) or "-"}
                yield document.fault("statement.account-spare-key", ("accounts", name, key), **shown)


def scheme_faults(document: Document) -> Iterator[SzxcError]:
    """Schemes that nobody knows, where no plugin is there to know them."""
    known = sorted({*BUILT_IN, *profiles()})
    for name, account in document.value.get("accounts", {}).items():
        if account["scheme"] not in known:
            yield _unknown(document, ("accounts", name, "scheme"), "scheme", account["scheme"], known)


def _unknown(document: Document, path: Path, kind: str, name: str, known: Iterable[str]) -> SzxcError:
    return document.fault(f"statement.unknown-{kind}", path, value=show(name), nearest=nearest(name, known))


def expression_faults(document: Document) -> Iterator[SzxcError]:
    """JMESPath expressions that cannot be read, or call a function that nobody defines."""
    for path, expression in _expressions(document.value):
        fault = syntax_fault(expression)
        if fault is not None:
            shown = {"expression": show(expression), "position": fault[0], "problem": show(fault[1])}
            yield document.fault("statement.expression", path, **shown)
            continue
        for name in unknown_functions(expression):
            near = nearest(name, sorted(FUNCTIONS))
            yield document.fault(
                "statement.unknown-function", path, expression=show(expression), value=show(name), nearest=near
            )


def _expressions(value: dict[str, Json]) -> Iterator[tuple[Path, str]]:
    for suite, binding in _tables(value.get("binding")):
        yield from _in_table(binding.get("envelope"), ("binding", suite, "envelope"), ("payload", "code", "message"))
        for name, operation in _tables(binding.get("operations")):
            path = ("binding", suite, "operations", name)
            yield from _in_table(operation, path, ("items", "total"))
            yield from _in_table(operation.get("envelope"), (*path, "envelope"), ("payload", "code", "message"))
            yield from _in_table(operation.get("paging"), (*path, "paging"), ("next",))
            fields = operation.get("fields", {})
            yield from _in_table(fields, (*path, "fields"), tuple(fields))


def _in_table(table: Json, path: Path, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    if isinstance(table, dict):
        yield from (((*path, key), table[key]) for key in keys if isinstance(table.get(key), str))


def template_faults(document: Document, suites: Mapping[str, Suite]) -> Iterator[SzxcError]:
    """Templates that name a parameter which the suite never gives."""
    for name, binding in _tables(document.value.get("binding")):
        known = parameters(suites[name])
        for operation, table in _tables(binding.get("operations")):
            for key in ("path", "query", "headers", "body"):
                for used in sorted(names(table.get(key)) - known.get(operation, names(table.get(key))) - {"body"}):
                    path = ("binding", name, "operations", operation, key)
                    yield _unknown(document, path, "parameter", used, sorted(known[operation]))


def unbound_faults(
    document: Document, suites: Mapping[str, Suite], bound: Mapping[tuple[str, str], BoundOperation]
) -> Iterator[SzxcError]:
    """Claimed classes with an operation that the statement does not bind.

    Operations that write are left to the run, which says that it may not write; what a system does not have
    (``without``) and what it may leave out need no operation.
    """
    for name, claim in _tables(document.value.get("claims")):
        for index, chosen in enumerate(claim["classes"]):
            for operation in _needed(suites[name], chosen, claim.get("without", ())):
                if (name, operation) not in bound:
                    path = ("claims", name, "classes", index)
                    words = {"suite": name, "class": chosen, "operation": operation}
                    yield document.fault("statement.class-unbound", path, **words)


def _needed(suite: Suite, chosen: str, lacking: Iterable[str | None]) -> list[str]:
    rows = (row for row in suite.requirements if row.conformance_class == chosen and row.attested is None)
    owed = [row for row in rows if row.level is not Level.MAY and row.feature not in lacking]
    used = dict.fromkeys(name for row in owed for name in row.operations)
    known = {name: suite.operations[name] for name in used}
    return [name for name, one in known.items() if one.effect is Effect.READ and one.feature not in lacking]


def url_fault(url: str) -> str | None:
    """The code of what is wrong with a base URL, ``None`` for a good one."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "statement.base-url"
    if parts.username is not None or parts.password is not None:
        return "statement.secret-url"
    return None if good and not parts.query and not parts.fragment else "statement.base-url"


def _tables(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(value, dict):
        yield from ((name, table) for name, table in value.items() if isinstance(table, dict))
