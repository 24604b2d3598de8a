"""A lower node's side of the catalogue cascade: it reports its entries to the upper node over HTTP.

What is new or changed is reported, what the node no longer has is withdrawn; what other nodes reported stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from .reference import SUITE
from .reference_cascade_data import CATALOGUE

if TYPE_CHECKING:
    import ssl

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
PAGE = 100
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Upper:
    """An upper node: where it answers, the token this node has there, and whose certificates are trusted."""

    base_url: str
    token: str = field(repr=False)
    trust: ssl.SSLContext | None = None

    def ask(self, method: str, path: str, body: Row | None = None) -> Row:
        """The payload of one answer.

        Raises:
            OSError: no answer, or an error status (``urllib.error.HTTPError``).
        """
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        asked = Request(f"{self.base_url}{path}", content, headers, method=method)  # noqa: S310 -- the demo's own address
        with urlopen(asked, timeout=SECONDS, context=self.trust) as answer:  # noqa: S310 -- the same
            payload: Row = json.loads(answer.read())["data"]
        return payload

    def entries(self) -> list[Row]:
        """The whole catalogue."""
        found: list[Row] = []
        while True:
            page = self.ask("GET", f"/v1/catalogue?page={len(found) // PAGE + 1}&pageSize={PAGE}")
            found += page["list"]
            if len(found) >= page["total"] or not page["list"]:
                return found


@dataclass(frozen=True, slots=True)
class Cascaded:
    """What one round did, by resource code."""

    reported: tuple[str, ...]
    withdrawn: tuple[str, ...]


def cascade(lower: Platform, upper: Upper) -> Cascaded:
    """Bring the upper node's catalogue to what a lower node has now.

    Raises:
        OSError: the upper node gave no answer, or an error; what was done until then stays, and a second round ends it.
    """
    node = lower.parts[SUITE].capability["nodeId"]
    own = {entry["resourceCode"]: entry | {"nodeId": node} for entry in lower.store.all(CATALOGUE)}
    there = {entry["resourceCode"]: entry for entry in upper.entries() if entry.get("nodeId") == node}
    reported = tuple(code for code, entry in own.items() if there.get(code) != entry)
    withdrawn = tuple(code for code in there if code not in own)
    for code in reported:
        upper.ask("POST", "/v1/catalogue", own[code])
    for code in withdrawn:
        upper.ask("DELETE", f"/v1/catalogue/{quote(code, safe='')}")
    return Cascaded(reported, withdrawn)
