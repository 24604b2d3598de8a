"""Values that a check makes once: noted among the exchanges, so that judging the recording again finds them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.target.binding import encode
from pytest_szxc.target.store import exchange_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Json
    from pytest_szxc.target.store import ExchangeStore

METHOD = "NOTE"
"""Method of the records that hold such a value; nothing was sent."""
OPERATION = "noted"
"""What these records are named; they belong to no suite."""


def noted(store: ExchangeStore, name: str, make: Callable[[], Json]) -> Json:
    """The value that is noted under a name, made now if there is none.

    Args:
        store: the run's exchanges.
        name: unique in the run.
        make: gives plain JSON.
    """
    request = Request(METHOD, name)
    key = exchange_id(OPERATION, request)
    known = store.get(key)
    if known is None:
        made = Exchange(key, OPERATION, request, Response(HTTPStatus.OK, (), encode(make())))
        known = store.fetch(key, lambda: made)
    return json.loads(known.response.body) if known.response else None
