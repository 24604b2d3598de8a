"""Encryption: the version of TLS, and who answers without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_szxc import Finding, Location, Record, Reply, SzxcError, encryption
from pytest_szxc.model import Response

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def reply(status: int = 200, tls: str = "TLSv1.3", code: str | None = None) -> Reply:
    return Reply("x1", Response(status, (), b"", tls=tls), Record({}, Location("x1"), NOW), code)


class Host:
    """Answers over TLS, and in some way without."""

    def __init__(self, plain: Reply | str, tls: str = "TLSv1.3") -> None:
        self.plain, self.tls = plain, tls

    def ask(self, _: str, *, forged: str = "", accept: tuple[int, ...] = ()) -> Reply:
        if not forged:
            return reply(tls=self.tls)
        assert accept == (0,)
        if isinstance(self.plain, str):
            raise SzxcError(self.plain)
        return self.plain


def faults(host: Host) -> list[str]:
    found = encryption.only_https(host, "capabilities", lambda plain: plain.code == "0")  # type: ignore[arg-type]
    return [one.at.pointer for one in found if isinstance(one, Finding)]


@pytest.mark.parametrize("code", ["transport.refused", "redirect.https", "json.html", "http.absent"])
def test_nobody_or_somebody_else_answers_without_encryption(code: str) -> None:
    assert faults(Host(code)) == []


@pytest.mark.parametrize(
    ("plain", "found"),
    [
        (reply(200, code="0"), ["http:"]),
        (reply(401, code="40101"), ["http:"]),
        (reply(401), []),
        (reply(200), []),
        (reply(403, code="40301"), []),
    ],
)
def test_the_interface_itself_must_not_answer(plain: Reply, found: list[str]) -> None:
    assert faults(Host(plain)) == found


@pytest.mark.parametrize(
    ("tls", "found"),
    [("TLSv1.2", []), ("TLSv1.1", ["TLS"]), ("", ["TLS"]), (encryption.IN_PROCESS, [])],
)
def test_versions_of_tls(tls: str, found: list[str]) -> None:
    assert faults(Host("transport.refused", tls)) == found


def test_what_says_nothing_of_encryption_is_raised() -> None:
    with pytest.raises(SzxcError):
        faults(Host("budget.requests"))
