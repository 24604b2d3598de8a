"""Query and incremental exchange: records of a resource, their count, a search with conditions, and their changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import missing, violation
from .reference_data import Resource, resources

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Node

TOPIC = "exchange"
LIMIT = 50
"""Records on a page, at most."""
SINCE = "julianday(json_extract(body, '$.updatedAt')) >= julianday(?)"
AFTER = "json_extract(body, '$.watermark') > ?"


def mount(node: Node) -> None:
    """Serve the operations, and declare how records are paged and how changes are told."""
    exchange = node.parts[TOPIC] = Exchange(node)
    place = "/v1/resources/{resource}"
    node.serve_all(
        ("GET", f"{place}/records", exchange.list_records),
        ("GET", f"{place}/count", exchange.count_records),
        ("POST", f"{place}/search", exchange.search_records),
        ("GET", f"{place}/changes", exchange.list_changes),
    )
    node.capability["limits"]["pageSize"] = exchange.limit
    node.capability["incremental"] = ["watermark", "updatedSince"]


@dataclass
class Exchange:
    """How one node answers queries; a mutant or variant replaces parts of it.

    Attributes:
        node: whose tables these are.
        limit: records on a page, at most.
        order: how records are ordered, in SQL.
        after: which changes come after a watermark, in SQL.
        pager: how its lists are paged, if not as all lists of the platform.
    """

    node: Node
    limit: int = LIMIT
    order: str = "position"
    after: str = AFTER
    pager: demo.pages.Pager | None = None
    known: dict[str, Resource] = field(default_factory=lambda: {one.code: one for one in resources()})

    def list_records(self, call: Call) -> Answer:
        """One page of a resource's records, of those updated at ``updatedSince`` or later where that is asked for."""
        return self._page(call, self.resource(call).records, self.since(call), self.order)

    def count_records(self, call: Call) -> Answer:
        """How many records a resource has."""
        resource = self.resource(call)
        return demo.Answer({"resourceCode": resource.code, "total": self.count(resource)})

    def search_records(self, call: Call) -> Answer:
        """One page of the records that meet the conditions of ``whereList``."""
        resource = self.resource(call)
        if not isinstance(call.body, dict):
            raise violation("body")
        if "whereList" not in call.body:
            raise missing("whereList")
        return self._page(replace(call, args=_asked(call)), resource.records, self.where(call.body["whereList"]))

    def list_changes(self, call: Call) -> Answer:
        """One page of what happened to a resource's records after a watermark, from the start without one."""
        since = call.args.get("since", "0")
        if not (since.isascii() and since.isdigit()) or len(since) > 18:  # noqa: PLR2004 -- as SQLite's integers
            raise demo.bad_parameter("since")
        where = demo.Where(self.after, (int(since),)) if "since" in call.args else demo.Where()
        return self._page(call, self.resource(call).changes, where)

    def resource(self, call: Call) -> Resource:
        """The resource that is asked for, if the account may read it (40301)."""
        found = self.known.get(call.params["resource"])
        if found is None:
            raise demo.no_resource()
        if found.restricted and call.account.name != "primary":
            raise demo.ApiError(403, 40301, "not subscribed")
        return found

    def count(self, resource: Resource) -> int:
        """How many records a resource has."""
        return self.node.platform.store.count(resource.records)

    def since(self, call: Call) -> demo.Where:
        """The condition of ``updatedSince``."""
        since = call.args.get("updatedSince")
        if since is None:
            return demo.Where()
        if not _is_time(since):
            raise demo.bad_parameter("updatedSince")
        return demo.Where(SINCE, (since,))

    def where(self, alternatives: object) -> demo.Where:
        """The condition of a ``whereList``: a disjunction of conjunctions.

        Raises:
            ApiError: not such a list, or a field or comparison that is not offered (40003).
        """
        if not isinstance(alternatives, list) or not alternatives:
            raise violation("whereList")
        parts = [self._all_of(conditions) for conditions in alternatives]
        sql = " OR ".join(f"({part.sql})" for part in parts)
        return demo.Where(sql, tuple(value for part in parts for value in part.values))

    def _all_of(self, conditions: object) -> demo.Where:
        if not isinstance(conditions, list) or not conditions:
            raise violation("whereList")
        parts = [self.compare(condition) for condition in conditions]
        return demo.Where(" AND ".join(part.sql for part in parts), tuple(v for part in parts for v in part.values))

    def compare(self, condition: object) -> demo.Where:
        """One comparison of a field with a value."""
        if not isinstance(condition, dict) or condition.get("logical") != "equals":
            raise violation("logical")
        name, value = condition.get("queryField"), condition.get("queryValue")
        if name not in ("regionCode", "kind"):
            raise violation("queryField")
        if not isinstance(value, str):
            raise violation("queryValue")
        return demo.Where(f"json_extract(body, '$.{name}') = ?", (value,))

    def _page(self, call: Call, table: str, where: demo.Where, order: str = "position") -> Answer:
        platform = self.node.platform
        own: Any = self.pager or platform.pager
        pager = replace(own, limit=min(own.limit, self.limit))
        window = pager.window(call.args)
        items = platform.store.page(table, window.offset, window.limit, where, order)
        return pager.answer(call, window, items, platform.store.count(table, where))


def _asked(call: Call) -> dict[str, str]:
    """The parameters of a search: members of its body, or of its query."""
    return {**{name: str(value) for name, value in call.body.items() if isinstance(value, int)}, **call.args}


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
