from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_suite import write_small

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import StatementError
from pytest_szxc.target.signing import profiles
from pytest_szxc.target.statement import Account, Statement
from pytest_szxc.target.statement_file import load_statement, require_known_schemes
from pytest_szxc.target.statement_json import statement_from, statement_json

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Suite

ACCOUNT = "[accounts.primary]\nscheme = 'none'\n[accounts.signer]\n"
SECRET = "secret = { env = 'K' }\n"  # noqa: S105 -- where one is
WHOLE = {
    "gov-exchange": "client = 'a'\nservice = 's'\n",
    "sd-open": "client = 'a'\nwindow = 300\n",
    "sm": "client = 'a'\n",
    "sm2": "client = 'a'\n",
    "whole-request": "client = 'a'\nwindow = 300\n",
    "zj-open": "client = 'a'\nservice = 's'\nsign_path = '/sign'\n",
    "bj-proxy": "client = 'a'\nservice = 's'\ntoken_path = '/token'\nlifetime = 60\n",
    "oauth2": "client = 'a'\ntoken_path = '/token'\nlifetime = 60.5\n",
}


@pytest.fixture
def suites(tmp_path: Path) -> dict[str, Suite]:
    return load_suites((write_small(tmp_path / "tree"),))


def load(folder: Path, suites: dict[str, Suite], text: str) -> Statement:
    path = folder / "szxc.toml"
    path.write_text(text, encoding="utf-8")
    return load_statement(path, suites)


def schemed(scheme: str, keys: str) -> str:
    return f"{ACCOUNT}scheme = '{scheme}'\n{keys}"


@pytest.mark.parametrize("scheme", WHOLE)
def test_each_profile_has_its_keys(tmp_path: Path, suites: dict[str, Suite], scheme: str) -> None:
    found = load(tmp_path, suites, schemed(scheme, WHOLE[scheme] + SECRET)).accounts["signer"]
    assert (found.scheme, found.client, found.secret.env) == (scheme, "a", "K")
    told = {"service": "s", "token_path": "/token", "sign_path": "/sign", "window": 300}
    for key, value in told.items():
        assert getattr(found, key) == (value if key in WHOLE[scheme] else getattr(Account("x"), key))


@pytest.mark.parametrize(
    ("scheme", "key"), [(scheme, key) for scheme, profile in profiles().items() for key in profile.needs]
)
def test_a_key_that_a_profile_needs_is_missed(tmp_path: Path, suites: dict[str, Suite], scheme: str, key: str) -> None:
    lines = [line for line in (WHOLE[scheme] + SECRET).splitlines() if not line.startswith(f"{key} ")]
    with pytest.raises(StatementError) as caught:
        load(tmp_path, suites, schemed(scheme, "\n".join(lines) + "\n"))
    assert caught.value.code == "statement.account-key"
    assert {**caught.value.params, "key": key, "scheme": scheme} == caught.value.params
    assert ":3" in str(caught.value.params["place"])
    assert key in caught.value.hint("zh")


@pytest.mark.parametrize(
    ("scheme", "keys", "key"),
    [
        ("sd-open", "service = 's'\n", "service"),
        ("sd-open", "lifetime = 60\n", "lifetime"),
        ("gov-exchange", "token_path = '/t'\n", "token_path"),
        ("oauth2", "window = 60\n", "window"),
        ("bearer", "token = { env = 'K' }\nclient = 'a'\n", "client"),
        ("sd-open", "token = { env = 'K' }\n", "token"),
    ],
)
def test_a_key_that_a_scheme_has_no_use_for_is_said(
    tmp_path: Path, suites: dict[str, Suite], scheme: str, keys: str, key: str
) -> None:
    whole = WHOLE[scheme] + SECRET if scheme in WHOLE else ""
    with pytest.raises(StatementError) as caught:
        load(tmp_path, suites, schemed(scheme, whole + keys).replace("signer", "second"))
    assert (caught.value.code, caught.value.params["key"]) == ("statement.account-spare-key", key)


def test_a_plugins_own_scheme_may_use_them_all(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text = schemed("county-seal", "client = 'a'\nservice = 's'\nwindow = 60\n" + SECRET).replace("signer", "second")
    assert load(tmp_path, suites, text).accounts["second"].client == "a"


@pytest.mark.parametrize(
    "line",
    [
        "window = 0",
        "window = -1",
        "window = '300'",
        "window = 100000",
        "client = 'a b'",
        "client = ''",
        "window = nan",
        "token_path = 'token'",
        "sign_path = '/a b'",
        "lifetime = 0",
        "token_path = 'https://elsewhere/token'",
    ],
)
def test_a_key_that_says_nothing_usable(tmp_path: Path, suites: dict[str, Suite], line: str) -> None:
    with pytest.raises(StatementError) as caught:
        load(tmp_path, suites, schemed("sd-open", f"{line}\n{SECRET}"))
    assert caught.value.code.startswith("document."), caught.value.code


def test_a_scheme_that_nobody_knows(tmp_path: Path, suites: dict[str, Suite]) -> None:
    found = load(tmp_path, suites, ACCOUNT.replace("signer", "second") + "scheme = 'sd-opne'\n" + SECRET)
    with pytest.raises(StatementError) as caught:
        require_known_schemes(found)
    assert (caught.value.code, caught.value.params["nearest"]) == ("statement.unknown-scheme", "sd-open")
    assert ":4" in str(caught.value.params["place"])
    require_known_schemes(load(tmp_path, suites, schemed("sm", WHOLE["sm"] + SECRET)))
    require_known_schemes(Statement())


@pytest.mark.parametrize("scheme", WHOLE)
def test_workers_and_the_record_are_told_every_key(tmp_path: Path, suites: dict[str, Suite], scheme: str) -> None:
    found = load(tmp_path, suites, schemed(scheme, WHOLE[scheme] + SECRET))
    assert statement_from(statement_json(found)) == found
