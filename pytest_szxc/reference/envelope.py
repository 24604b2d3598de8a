"""How the demo platform words its answers: envelope, codes, JSON text. A legal variant may exchange every part."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING

from flask import Response, g, has_request_context, request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.model import Json
    from pytest_szxc.reference.calls import Answer, ApiError


REQUEST_ID = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Answering:
    """Turns answers and refusals into HTTP responses.

    Attributes:
        wrap: payload → body of a good answer.
        refuse: refusal → body of an error answer.
        status: refusal → its HTTP status.
        dump: JSON value → bytes.
        content_type: of JSON answers.
        named: the id that the caller gave, if it can be one → the id of the request.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._numbers = count(1)
        self.wrap: Callable[[Json], Json] = lambda payload: self.enveloped(0, "ok", payload)
        self.refuse: Callable[[ApiError], Json] = lambda error: self.enveloped(error.code, error.message, None)
        self.status: Callable[[ApiError], int] = lambda error: error.status
        self.dump: Callable[[Json], bytes] = compact
        self.content_type = "application/json"
        self.named: Callable[[str | None], str] = lambda given: given or f"r{next(self._numbers):08d}"

    def request_id(self) -> str:
        """The id of the request that is being answered: the caller's own, or the next of ours."""
        if not has_request_context():
            return self.named(None)
        if "request_id" not in g:
            given = request.headers.get(REQUEST_ID, "")
            g.request_id = self.named(given if _GIVEN.fullmatch(given) else None)
        return str(g.request_id)

    def enveloped(self, code: Json, message: str, payload: Json) -> Json:
        """``{code, message, data, requestId, timestamp}``."""
        timestamp = self._clock().isoformat(timespec="seconds")
        return {
            "code": code,
            "message": message,
            "data": payload,
            "requestId": self.request_id(),
            "timestamp": timestamp,
        }

    def good(self, answer: Answer) -> Response:
        """The response of a good answer."""
        headers = {REQUEST_ID: self.request_id(), **answer.headers}
        if answer.document is not None:
            return Response(answer.document, answer.status, headers, content_type=answer.content_type)
        return Response(self.dump(self.wrap(answer.payload)), answer.status, headers, content_type=self.content_type)

    def plain(self, document: Json) -> Response:
        """A JSON document outside the envelope (discovery, OpenAPI)."""
        return Response(compact(document), content_type="application/json")

    def bad(self, error: ApiError) -> Response:
        """The response of a refusal."""
        headers = {REQUEST_ID: self.request_id(), **error.headers}
        if error.status == 401:  # noqa: PLR2004 -- the HTTP status itself
            headers["WWW-Authenticate"] = "Bearer"
        return Response(self.dump(self.refuse(error)), self.status(error), headers, content_type=self.content_type)


def compact(value: Json) -> bytes:
    """The JSON text without blanks, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
