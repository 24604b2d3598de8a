"""Faults before the server, as Django middleware: each changes a question or an answer as a careless system would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

Question = dict[str, str]
OFFSET = re.compile(r"[+-](0\d|1[0-4]):\d\d(?= |$)")


def _asking(change: Callable[[Question], Question]) -> Callable[[Any], Any]:
    """A middleware that changes the query of each request for observations."""

    def middleware(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def answer(request: Any) -> Any:  # noqa: ANN401 -- Django's own
            if request.path.endswith("/Observations"):
                question = dict(parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True))
                request.META["QUERY_STRING"] = urlencode(change(question))
            return get_response(request)

        return answer

    return middleware


def _overlapping(question: Question) -> Question:
    skip = int(question.get("$skip", "0"))
    return question | {"$skip": str(skip - 1)} if skip else question


def _filtering(change: Callable[[str], str]) -> Callable[[Question], Question]:
    return lambda question: question | {"$filter": change(question["$filter"])} if "$filter" in question else question


def _unordered(question: Question) -> Question:
    right = question.get("$orderby", "").endswith((" asc", " desc"))
    return {name: value for name, value in question.items() if name != "$orderby" or not right}


pages_overlap = _asking(_overlapping)
to_included = _asking(_filtering(lambda text: text.replace("phenomenonTime lt ", "phenomenonTime le ")))
offset_dropped = _asking(_filtering(lambda text: OFFSET.sub("+00:00", text)))
order_ignored = _asking(_unordered)


def nothing_is_404(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An empty list is answered with 404."""

    def answer(request: Any) -> Any:  # noqa: ANN401 -- Django's own
        response = get_response(request)
        if request.path.endswith("/Observations") and b'"@iot.count": 0,' in response.content:
            response.status_code = 404
        return response

    return answer
