"""The demo's own statement: what the vendor of the reference platform would have written in ``szxc.toml``."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference.accounts import LIFETIME, ROTATING, SIGNED_REMOTELY, TOKEN_SCHEMES
from pytest_szxc.reference.platform import NAME, VERSION
from pytest_szxc.target.statement import Account, Claim, Limits, Secret, Statement
from pytest_szxc.target.statement_file import default_operations
from pytest_szxc.target.toml_text import inline, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.model import Suite
    from pytest_szxc.reference.accounts import Account as Held
    from pytest_szxc.reference.platform import Platform

REGIONS = ("999999",)
REGIONS_DATE = "2026-01-01"


def demo_statement(platform: Platform, base_url: str, suites: Mapping[str, Suite] | None = None) -> Statement:
    """The statement of a demo platform: everything claimed, all accounts given, no rate limit.

    The accounts' secrets are put into environment variables of this process, under names of this statement alone, and
    one that changes into a file; ``withdraw`` takes them away again.

    Args:
        platform: the platform, running or called in process.
        base_url: where it answers.
        suites: the catalogue, if it is loaded already.
    """
    known = load_suites() if suites is None else suites
    claimed = {
        suite: Claim(suite, tuple(said["classes"]), tuple(said["without"])) for suite, said in platform.claims.items()
    }
    return Statement(
        name=NAME,
        version=VERSION,
        base_url=base_url,
        limits=Limits(rate=0, requests=50_000),
        accounts=_accounts(platform),
        claims=claimed,
        operations={
            (suite, name): bound for suite in claimed for name, bound in default_operations(known[suite]).items()
        },
        regions=REGIONS,
        regions_date=REGIONS_DATE,
    )


def withdraw(statement: Statement) -> None:
    """Take the demo's secrets out of the environment, and away from the disk."""
    for account in statement.accounts.values():
        if account.secret.env:
            os.environ.pop(account.secret.env, None)
        if account.secret.file:
            shutil.rmtree(account.secret.file.parent, ignore_errors=True)


def statement_toml(statement: Statement) -> str:
    """The same as the text of a ``szxc.toml``; operations are bound as the suites have them by default."""
    accounts = (line for account in statement.accounts.values() for line in _account_lines(account))
    claims = (line for claim in statement.claims.values() for line in _claim_lines(claim))
    head = ["[system]", f"name = {quoted(statement.name)}", f"version = {quoted(statement.version)}"]
    target = ["[target]", f"base_url = {quoted(statement.base_url)}", "[target.limits]", "rate = 0"]
    return "\n".join([*head, *target, f"requests = {statement.limits.requests}", *accounts, *claims, ""])


def secrets_of(statement: Statement) -> dict[str, str]:
    """The environment variables that hold the accounts' secrets, for another process."""
    names = [account.secret.env for account in statement.accounts.values() if account.secret.env]
    return {name: os.environ[name] for name in names}


def _claim_lines(claim: Claim) -> Iterator[str]:
    yield f"[claims.{claim.suite}]"
    yield f"classes = {inline(claim.classes)}"
    yield f"without = {inline(claim.without)}"


def _account_lines(account: Account) -> Iterator[str]:
    secret = {"env": account.secret.env, "file": str(account.secret.file) if account.secret.file else None}
    yield f"[accounts.{account.name}]"
    yield f"scheme = {quoted(account.scheme)}"
    yield f"{'token' if account.scheme == 'bearer' else 'secret'} = {inline(secret)}"
    for name in ("client", "service", "window", "lifetime", "token_path", "sign_path"):
        value = getattr(account, name)
        if value:
            yield f"{name} = {inline(value)}"


def _accounts(platform: Platform) -> dict[str, Account]:
    mark = secrets.token_hex(4).upper()
    able = find_spec("gmalg") is not None  # who cannot sign with SM2 gives no account for it
    held = [one for one in platform.accounts.by_name.values() if one.scheme != "sm2" or able]
    return {one.name: _account(one, platform, mark) for one in held if _served(one, platform)}


def _served(held: Held, platform: Platform) -> bool:
    """Whether the platform has what an account asks for its credentials."""
    tokens = platform.token_path or held.scheme not in TOKEN_SCHEMES
    return bool(tokens and (platform.sign_path or held.scheme != SIGNED_REMOTELY))


def _account(held: Held, platform: Platform, mark: str) -> Account:
    """What a vendor would say of an account; what it is known by depends on its scheme."""
    bearer = held.scheme == "bearer"
    return Account(
        held.name,
        held.scheme,
        secret=_secret(held, held.token if bearer else held.secret, mark),
        client="" if bearer else held.client,
        service=held.service,
        window=held.window if held.scheme in ("gov-exchange", SIGNED_REMOTELY) else None,
        lifetime=LIFETIME if held.scheme in TOKEN_SCHEMES else None,
        token_path=platform.token_path if held.scheme in TOKEN_SCHEMES else "",
        sign_path=platform.sign_path if held.scheme == SIGNED_REMOTELY else "",
    )


def _secret(held: Held, text: str, mark: str) -> Secret:
    """In the environment; in a file where it changes, so that the new one can be kept."""
    if held.name == ROTATING:
        file = Path(tempfile.mkdtemp(prefix="szxc-demo-")) / "secret"
        file.touch(mode=0o600)
        file.write_text(text + "\n", encoding="utf-8")
        return Secret(file=file)
    variable = f"SZXC_DEMO_{held.name.upper()}_{mark}"
    os.environ[variable] = text
    return Secret(env=variable)
