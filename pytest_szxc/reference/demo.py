"""The demo's own statement: what the vendor of the reference platform would have written in ``szxc.toml``."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference.platform import NAME, VERSION
from pytest_szxc.target.statement import Account, Claim, Limits, Secret, Statement
from pytest_szxc.target.statement_file import default_operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Suite
    from pytest_szxc.reference.platform import Platform

REGIONS = ("999999",)
REGIONS_DATE = "2026-01-01"


def demo_statement(platform: Platform, base_url: str, suites: Mapping[str, Suite] | None = None) -> Statement:
    """The statement of a demo platform: everything claimed, all accounts given, no rate limit.

    The accounts' tokens are put into environment variables of this process, under names of this statement alone;
    ``withdraw`` takes them away again.

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
    """Take the demo's tokens out of the environment."""
    for account in statement.accounts.values():
        if account.secret.env:
            os.environ.pop(account.secret.env, None)


def _accounts(platform: Platform) -> dict[str, Account]:
    mark = secrets.token_hex(4).upper()
    return {name: _account(name, held.token, mark) for name, held in platform.accounts.by_name.items()}


def _account(name: str, token: str, mark: str) -> Account:
    variable = f"SZXC_DEMO_{name.upper()}_{mark}"
    os.environ[variable] = token
    return Account(name, scheme="bearer", secret=Secret(env=variable))
