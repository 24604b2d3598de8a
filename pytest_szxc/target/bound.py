"""Tables of a binding as values: ``[binding.<suite>.operations.<name>]`` of szxc.toml and ``x-szxc`` alike."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc.target.statement import BoundOperation, Envelope, Paging

if TYPE_CHECKING:
    from pytest_szxc.model import Effect, Json


def envelope_from(table: dict[str, Json]) -> Envelope:
    """The envelope that a table describes."""
    return Envelope(
        payload=table.get("payload", "@"),
        code=table.get("code"),
        success=tuple(table.get("success", ())),
        denied=tuple(table.get("denied", ())),
        message=table.get("message"),
        request_id=table.get("request_id"),
        timestamp=table.get("timestamp"),
    )


def operation_from(name: str, table: dict[str, Json], effect: Effect, envelope: Envelope) -> BoundOperation:
    """The bound operation that a table describes.

    Args:
        name: the suite's name of the operation.
        table: a table that the schema of statements takes.
        effect: the suite's own effect, used where the table names none.
        envelope: the envelope of the binding, used where the table names none; ``false`` there means no envelope.
    """
    own = table.get("envelope")
    return BoundOperation(
        operation=name,
        method=table.get("method", "GET"),
        path=table["path"],
        query={key: as_text(value) for key, value in table.get("query", {}).items()},
        headers=dict(table.get("headers", {})),
        body=table.get("body"),
        effect=type(effect)(table.get("effect", effect)),
        envelope=envelope if own is None else envelope_from(own or {}),
        items=table.get("items", "@"),
        total=table.get("total"),
        paging=Paging(**table.get("paging", {})),
        fields=dict(table.get("fields", {})),
        values={path: _codes(codes) for path, codes in table.get("values", {}).items()},
        format=table.get("format", "json"),
        body_type=table.get("body_type", ""),
    )


def _codes(table: dict[str, Json]) -> dict[str, Json]:
    """A code table; decimals are exact, as everywhere in canonical values."""
    return {code: Decimal(str(value)) if isinstance(value, float) else value for code, value in table.items()}


def as_text(value: Json) -> str:
    """A TOML value as a query carries it: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def paging_names(paging: Paging) -> frozenset[str]:
    """The query parameters that paging itself sends."""
    own = {"page": paging.page, "offset": paging.offset, "cursor": paging.cursor}
    return frozenset(name for name in (own.get(paging.style), paging.size) if name)
