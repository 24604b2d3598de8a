"""What a suite's reference routes are given and what they give back; no web framework shows here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Json
    from pytest_szxc.reference.accounts import Account


class ApiError(Exception):
    """An answer of the API that says no: HTTP status, result code of the envelope, words, further headers."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code, message)
        self.headers = dict(headers or {})
        self.status = status
        self.code = code
        self.message = message


def bad_parameter(name: str) -> ApiError:
    """A parameter that cannot be read (40001)."""
    return ApiError(400, 40001, f"bad parameter: {name}")


def no_resource() -> ApiError:
    """Nothing of that name (40401)."""
    return ApiError(404, 40401, "no resource")


def not_permitted() -> ApiError:
    """The account's clearance or permissions do not reach (40302)."""
    return ApiError(403, 40302, "level not permitted")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that passed authentication.

    Attributes:
        account: who asks.
        args: query parameters, the first value of each.
        params: what the path template named.
        body: the JSON body, ``None`` without one.
        url: the full URL as asked.
        headers: of the request, by name in lower case.
        raw: the body as it came.
        method: of the request.
        target: decoded path, with the query as it came.
    """

    account: Account
    args: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    method: str = "GET"
    target: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: a JSON payload for the envelope, or a ``document`` of its own ``content_type``."""

    payload: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    document: bytes | None = None
    content_type: str = ""

    def with_payload(self, payload: Json) -> Answer:
        """The same answer with another payload."""
        return replace(self, payload=payload)

    def with_headers(self, **headers: str | None) -> Answer:
        """The same answer with headers set, or removed where ``None``; ``_`` in a name stands for ``-``."""
        changed: dict[str, str | None] = {**self.headers}
        changed.update({name.replace("_", "-"): value for name, value in headers.items()})
        return replace(self, headers={name: value for name, value in changed.items() if value is not None})


Handler = Callable[[Call], Answer]
