from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import HeldCredential, Request, Response
from pytest_szxc.target.auth import Credentials, account_headers, placeholder
from pytest_szxc.target.rotation import prepared
from pytest_szxc.target.statement import Account, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

OLD, NEW = "old-secret-of-the-test", "new-secret-of-the-test"
HOLDS = HeldCredential("(data) | (@) | (secret)", renews=True)


def rotate(
    secret: Secret, send: Callable[[Request], Response], scheme: str = "sd-open"
) -> tuple[Credentials, Callable[[], Response]]:
    account = Account("primary", scheme, secret=secret, client="c")
    credentials = Credentials({"primary": account}, environ={"K": OLD})
    request = Request("POST", "https://x/rotate", account_headers(account), holds=HOLDS)
    return credentials, lambda: credentials.guard(request, send)


def given(secret: str) -> Callable[[Request], Response]:
    return lambda _: Response(200, (), f'{{"data": {{"secret": "{secret}"}}}}'.encode())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "secret"
    made.write_text(OLD + "\n", encoding="utf-8")
    made.chmod(0o600)
    return made


def test_the_new_one_stands_in_the_file_when_the_answer_is_handed_on(file: Path) -> None:
    _, ask = rotate(Secret(file=file), given(NEW))
    answer = ask()
    assert file.read_text(encoding="utf-8") == NEW + "\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert answer.body.decode() == f'{{"data": {{"secret": "{placeholder("primary")}"}}}}'
    assert [one.name for one in file.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_one_in_xml_is_found_and_hidden(file: Path, mark: bytes) -> None:
    body = mark + f"<r><data><secret>{NEW}</secret></data></r>".encode()
    _, ask = rotate(Secret(file=file), lambda _: Response(200, (("content-type", "application/xml"),), body))
    assert ask().body == body.replace(NEW.encode(), placeholder("primary").encode())
    assert file.read_text(encoding="utf-8") == NEW + "\n"


def test_even_a_short_one_is_hidden(file: Path) -> None:
    _, ask = rotate(Secret(file=file), given("k1"))
    assert b"k1" not in ask().body
    assert file.read_text(encoding="utf-8") == "k1\n"


@pytest.mark.parametrize("scheme", ["sd-open", "bearer"])
def test_the_next_request_uses_it_and_the_old_one_is_known_still(file: Path, scheme: str) -> None:
    credentials, ask = rotate(Secret(file=file), given(NEW), scheme)
    ask()
    account = Account("primary", scheme, secret=Secret(file=file), client="c")
    seen: list[dict[str, str]] = []
    for forged in ("", "old"):
        request = Request("GET", "https://x/", account_headers(account), forged=forged)
        answer = credentials.guard(
            request, lambda filled: seen.append(dict(filled.headers)) or Response(200, (), f"{OLD} {NEW}".encode())
        )
        assert answer.body.decode() == f"{placeholder('primary')} {placeholder('primary')}"
    if scheme == "bearer":
        assert [headers["authorization"] for headers in seen] == [f"Bearer {NEW}", f"Bearer {OLD}"]


def test_one_in_the_environment_is_not_asked_for(tmp_path: Path) -> None:
    sent: list[Request] = []
    _, ask = rotate(Secret(env="K"), lambda request: sent.append(request) or Response(200))
    with pytest.raises(TransportFault) as caught:
        ask()
    assert caught.value.code == "auth.rotation-env"
    assert "file" in caught.value.hint("en")
    assert (sent, list(tmp_path.iterdir())) == ([], [])


def test_one_whose_file_cannot_be_replaced_is_not_asked_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    sent: list[Request] = []
    _, ask = rotate(Secret(file=file), lambda request: sent.append(request) or Response(200))
    with pytest.raises(TransportFault) as caught:
        ask()
    assert (caught.value.code, sent) == ("auth.rotation-file", [])


def test_a_new_one_that_could_not_be_written_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    _, ask = rotate(Secret(file=file), given(NEW))
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(TransportFault) as caught:
        ask()
    assert caught.value.code == "auth.rotation-lost"
    assert NEW not in str(caught.value)
    assert file.read_text(encoding="utf-8") == OLD + "\n"


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, (), b'{"data": {"other": 1}}'),
        Response(200, (), b'{"data": {"secret": 7}}'),
        Response(200, (), b'{"data": {"secret": "  "}}'),
        Response(200, (), b"<html>"),
        Response(403, (), b'{"code": 40301, "data": null}'),
    ],
)
def test_an_answer_without_one_leaves_the_file(file: Path, answer: Response) -> None:
    _, ask = rotate(Secret(file=file), lambda _: answer)
    assert ask() == answer
    assert file.read_text(encoding="utf-8") == OLD + "\n"
    assert [one.name for one in file.parent.iterdir()] == ["secret"]


def test_a_fault_leaves_the_file(file: Path) -> None:
    def fail(_: Request) -> Response:
        raise TransportFault("transport.timeout", seconds=1)

    _, ask = rotate(Secret(file=file), fail)
    with pytest.raises(TransportFault):
        ask()
    assert (file.read_text(encoding="utf-8"), [one.name for one in file.parent.iterdir()]) == (OLD + "\n", ["secret"])


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.parent / "link"
    link.symlink_to(file)
    prepared(Account("primary", secret=Secret(file=link))).keep(NEW)
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == NEW + "\n"
