from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pytest_szxc.errors import StatementError, TransportFault, Unjudgeable
from pytest_szxc.model import Request, Response
from pytest_szxc.target.auth import Credentials, account_headers, read_secret
from pytest_szxc.target.redirects import follow
from pytest_szxc.target.statement import Account, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

CANARY = "canary/ 令牌+token=="
PLACE = "{{account:primary}}"


def credentials(scheme: str, secret: str = CANARY, **members: str) -> tuple[Credentials, Request]:
    account = Account("primary", scheme, secret=Secret(env="SZXC_TOKEN"), **members)
    request = Request("GET", "http://x/", account_headers(account))
    return Credentials({"primary": account}, environ={"SZXC_TOKEN": secret}), request


def sent(held: Credentials, request: Request) -> dict[str, str]:
    seen: list[Request] = []
    held.guard(request, lambda filled: seen.append(filled) or Response(200))  # type: ignore[func-returns-value]
    return dict(seen[0].headers)


@pytest.mark.parametrize(
    ("scheme", "members", "recorded", "wire"),
    [
        ("none", {}, {}, {}),
        ("bearer", {}, {"authorization": f"Bearer {PLACE}"}, {"authorization": "Bearer secret-1"}),
        (
            "basic",
            {"user": "u"},
            {"authorization": f"Basic {PLACE}"},
            {"authorization": "Basic " + base64.b64encode(b"u:secret-1").decode()},
        ),
        ("header", {"header": "X-Api-Key"}, {"x-api-key": PLACE}, {"x-api-key": "secret-1"}),
    ],
)
def test_credentials_go_in_last(
    scheme: str, members: dict[str, str], recorded: dict[str, str], wire: dict[str, str]
) -> None:
    held, request = credentials(scheme, "secret-1", **members)
    assert dict(request.headers) == recorded
    assert sent(held, request) == wire


def test_a_header_of_the_binding_may_name_the_credential_too() -> None:
    held, _ = credentials("header", "secret-1", header="x-key")
    assert sent(held, Request("GET", "http://x/", (("x-app", f"k={PLACE}"),))) == {"x-app": "k=secret-1"}


@pytest.mark.parametrize("secret", [CANARY, "plain-secret-value", 'p@ss"w\\rd/and-more'])
def test_an_echoed_secret_is_taken_out_in_every_form(secret: str) -> None:
    held, request = credentials("basic", secret, user="admin")
    raw = secret.encode()
    pair = base64.b64encode(f"admin:{secret}".encode())
    inside = [base64.b64encode(b"x" * lead + raw + b"yyy") for lead in range(6)]
    forms = [
        raw,
        raw.hex().encode(),
        quote(secret, safe="").encode(),
        base64.b64encode(raw),
        pair,
        json.dumps(secret).encode(),
        *inside,
    ]
    answer = Response(200, (("x-echo", f"got {secret}"), ("x-b", pair.decode())), b" | ".join(forms))
    seen = held.guard(request, lambda _: answer)
    rest = seen.body + repr(seen.headers).encode()
    core = base64.b64encode(raw)[4:-8]
    for trace in (
        raw,
        raw.hex().encode(),
        quote(secret, safe="").encode(),
        json.dumps(secret)[1:-1].encode(),
        pair,
        core,
    ):
        assert trace not in rest
    assert PLACE.encode() in rest


def test_faults_are_cleaned_too() -> None:
    held, request = credentials("bearer", "secret-1")

    def fail(_: Request) -> Response:
        raise TransportFault("redirect.cross-origin", location="http://y/?t=secret-1", status=302)

    with pytest.raises(TransportFault) as caught:
        held.guard(request, fail)
    assert caught.value.params == {"location": f"http://y/?t={PLACE}", "status": "302"}


@pytest.mark.parametrize("where", ["https://login.invalid/?", "/elsewhere?"])
@pytest.mark.parametrize("before", range(100, 200, 12))
def test_no_redirect_shows_half_of_a_credential_that_stood_in_the_query(where: str, before: int) -> None:
    held, request = credentials("bearer", "planted-credential+of/some-length")
    asked = replace(request, forged="query:token")

    def away(filled: Request) -> Response:
        return Response(302, (("location", f"{where}{'p' * before}&back={filled.url}"),))

    with pytest.raises(TransportFault, match=r"redirect\.") as caught:
        held.guard(asked, lambda filled: follow(filled, away))
    assert "planted" not in f"{caught.value} {caught.value.args}"


def test_a_secret_in_a_url_within_a_url_is_taken_out() -> None:
    held, request = credentials("bearer", "planted+credential/==")
    twice = quote(quote("planted+credential/==", safe=""), safe="")
    assert held.guard(request, lambda _: Response(200, (), twice.encode())).body == PLACE.encode()


def test_what_could_be_ordinary_data_stays() -> None:
    held, request = credentials("bearer", "12345")
    assert held.guard(request, lambda _: Response(200, (), b"[12345]")).body == b"[12345]"


def test_secrets_come_from_environment_or_file(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("from file\n", encoding="utf-8")
    assert read_secret("primary", Secret(file=tmp_path / "token.txt")) == "from file"
    assert read_secret("primary", Secret(env="T"), {"T": "from environment"}) == "from environment"
    assert read_secret("primary", Secret()) == ""


@pytest.mark.parametrize("secret", [Secret(env="SZXC_NOT_SET"), Secret(file=Path("/nonexistent/token"))])
def test_a_missing_secret_is_named(secret: Secret) -> None:
    with pytest.raises(StatementError) as caught:
        Credentials({"primary": Account("primary", "bearer", secret=secret)}, environ={})
    assert caught.value.code == "statement.secret-missing"
    assert "SZXC_NOT_SET" in caught.value.text("zh") or "/nonexistent/token" in caught.value.text("zh")


def test_an_adapter_signs_what_the_four_schemes_cannot() -> None:
    account = Account("primary", "hmac", secret=Secret(env="K"))

    def sign(request: Request, account: Account) -> Mapping[str, str]:
        assert all("{{" not in value for _, value in request.headers)
        return {"X-Signature": f"signed-{account.name}-{request.method}"}

    held = Credentials({"primary": account}, sign, {"K": "key-material"})
    request = Request("GET", "http://x/", (("accept", "a"), *account_headers(account)))
    assert request.headers[1] == ("authorization", PLACE)
    assert sent(held, request) == {"accept": "a", "x-signature": "signed-primary-GET"}
    echo = held.guard(request, lambda _: Response(200, (), b"signed-primary-GET key-material"))
    assert echo.body == f"{PLACE} {PLACE}".encode()


def test_a_scheme_that_nobody_knows_sends_nothing() -> None:
    account = Account("primary", "hmac")
    request = Request("GET", "http://x/", account_headers(account))
    with pytest.raises(Unjudgeable) as caught:
        Credentials({"primary": account}).guard(request, lambda _: Response(200))
    assert caught.value.code == "target.scheme-unknown"


@pytest.mark.parametrize("value", ["x\r\nEvil: 1", "令牌", "a\x00b", "\udcff"])
def test_a_secret_that_no_header_can_hold_is_refused_and_not_shown(value):
    account = Account("primary", "bearer", secret=Secret(env="T"))
    with pytest.raises(StatementError) as caught:
        Credentials({"primary": account}, environ={"T": value})
    assert caught.value.code == "statement.secret-form"
    assert value not in caught.value.text("zh")
