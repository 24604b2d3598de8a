"""The reference node's cascade: catalogue, services, requests, corrections, back-flow, exchanged files and tables.

Every decision is one small method of ``Cascade``, so that a faulty node differs from this one in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import missing, need_write, violation
from .reference_cascade_data import CATALOGUE, CORRECTIONS, FILES, REQUESTS, SERVICES, TABLES, digest, fill
from .reference_data import records_of, resources, stamp

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

    from .reference import Node

Row = dict[str, Any]
TOPIC = "cascade"
MODES = ("service", "file", "db", "message", "manual")
WORKING_DAYS = {"immediate": 1, "ordinary": 10, "complex": 20}
NEXT = {
    "submitted": {"reviewing", "returned", "approved", "rejected"},
    "reviewing": {"returned", "approved", "rejected"},
    "approved": {"provided"},
}
LEVELS = (2, 4, 6, 9, 12)
"""Digits of a region code that name a province, a city, a county, a township, a village."""


def mount(node: Node) -> None:
    """Fill the tables of the cascade and serve its operations."""
    fill(node.platform)
    node.capability["exchangeModes"] = list(MODES)
    node.capability["replyWorkingDays"] = dict(WORKING_DAYS)
    cascade = node.parts[TOPIC] = Cascade(node.platform)
    _serve_catalogue(node, Catalogue(node.platform, cascade))
    _serve_demand(node, Demand(node.platform, cascade))
    _serve_flow(node, Flow(node.platform, cascade))


def _serve_catalogue(node: Node, desk: Catalogue) -> None:
    node.serve_all(
        ("GET", "/v1/catalogue", desk.list_catalogue),
        ("POST", "/v1/catalogue", desk.report_catalogue),
        ("DELETE", "/v1/catalogue/{resource}", desk.withdraw_catalogue),
        ("GET", "/v1/services", desk.list_resources),
    )


def _serve_demand(node: Node, desk: Demand) -> None:
    node.serve_all(
        ("GET", "/v1/requests", desk.list_requests),
        ("POST", "/v1/requests", desk.request_resource),
        ("GET", "/v1/requests/{request}", desk.read_request),
        ("POST", "/v1/requests/{request}/answer", desk.answer_request),
        ("DELETE", "/v1/requests/{request}", desk.withdraw_request),
        ("POST", "/v1/corrections", desk.submit_correction),
        ("GET", "/v1/corrections/{correction}", desk.read_correction),
        ("DELETE", "/v1/corrections/{correction}", desk.withdraw_correction),
    )


def _serve_flow(node: Node, desk: Flow) -> None:
    node.serve_all(
        ("GET", "/v1/return-flow/{region}/records", desk.return_flow),
        ("GET", "/v1/files/manifest", desk.file_manifest),
        ("GET", "/v1/files/{name}", desk.file_content),
        ("GET", "/v1/exchange-tables", desk.exchange_tables),
    )


class Cascade:
    """The rules of one node."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._made = 0

    def id_for(self, collection: str, body: Row) -> str:
        """The id that the sender gives, or one that nothing else has.

        Raises:
            ApiError: there is something of that id (40901).
        """
        self._made += 1
        wanted = body.get("id") or f"{collection}-{stamp(self._platform.clock())[:10]}-{self._made:06d}"
        if not isinstance(wanted, str):
            raise violation("id")
        if self._platform.store.get(collection, wanted) is not None:
            raise demo.ApiError(409, 40901, "there already")
        return wanted

    def may_follow(self, state: str, decision: str) -> bool:
        """Whether a request in a state may be answered so."""
        return decision in NEXT.get(state, ())

    def answered(self, request: Row, decision: str, by: str) -> None:
        """Write an answer into a request."""
        now = stamp(self._platform.clock())
        request["history"].append({"from": request["state"], "to": decision, "at": now, "by": by})
        request.update(state=decision, answeredAt=now)

    def flows_to(self, region: str) -> str:
        """What the region codes of records begin with that flow back to a region: its code without the lower levels."""
        level = next(digits for digits in LEVELS if not region[digits:].strip("0"))
        return region[:level]

    def described(self, file: Row) -> Row:
        """A file as the manifest names it."""
        content = file["content"].encode()
        return {
            "name": file["name"],
            "size": len(content),
            "digest": {"alg": file["alg"], "value": digest(file["alg"], content)},
            "records": file["records"],
            "format": file["name"].rpartition(".")[2],
            "resourceCode": file["resourceCode"],
            "createdAt": file["createdAt"],
        }

    def manifest(self) -> Row:
        """The manifest of all files."""
        files = [self.described(file) for file in self._platform.store.all(FILES)]
        return {"generatedAt": stamp(self._platform.clock()), "count": len(files), "files": files}


class Catalogue:
    """Operations of the catalogue and of what is bound to it."""

    def __init__(self, platform: Platform, cascade: Cascade) -> None:
        self._platform = platform
        self._store = platform.store
        self._cascade = cascade

    def list_catalogue(self, call: Call) -> Answer:
        """The catalogue; with ``resourceCode`` one entry."""
        return self._platform.listed(call, CATALOGUE, _equal("resourceCode", call))

    def report_catalogue(self, call: Call) -> Answer:
        """Take an entry; one that is there already is replaced."""
        need_write(call)
        entry = _object(call, "title", "resourceCode", "provider", "sharing")
        code = entry["resourceCode"]
        if self._store.get(CATALOGUE, code) is None:
            self._store.add(CATALOGUE, code, entry)
        else:
            self._store.replace(CATALOGUE, code, entry)
        return demo.Answer(entry)

    def withdraw_catalogue(self, call: Call) -> Answer:
        """Take an entry out."""
        return _removed(self._platform, call, CATALOGUE, "resource")

    def list_resources(self, call: Call) -> Answer:
        """The services."""
        return self._platform.listed(call, SERVICES)


class Demand:
    """Operations of requests for data and of corrections."""

    def __init__(self, platform: Platform, cascade: Cascade) -> None:
        self._platform = platform
        self._store = platform.store
        self._cascade = cascade

    def list_requests(self, call: Call) -> Answer:
        """The requests."""
        return self._platform.listed(call, REQUESTS)

    def request_resource(self, call: Call) -> Answer:
        """Take a request; it waits for an answer."""
        need_write(call)
        body = _object(call, "resourceCode", "title", "purpose")
        if self._store.get(CATALOGUE, body["resourceCode"]) is None:
            raise demo.no_resource()
        now = stamp(self._platform.clock())
        first = {"to": "submitted", "at": now, "by": call.account.name}
        request = body | {"id": self._cascade.id_for(REQUESTS, body), "state": "submitted", "submittedAt": now}
        request |= {"kind": body.get("kind", "ordinary"), "history": [first]}
        self._store.add(REQUESTS, request["id"], request)
        return demo.Answer(request)

    def read_request(self, call: Call) -> Answer:
        """One request."""
        return demo.Answer(_found(self._platform, call, REQUESTS, "request"))

    def answer_request(self, call: Call) -> Answer:
        """Answer a request, where its state allows it (40902 otherwise)."""
        need_write(call)
        request = _found(self._platform, call, REQUESTS, "request")
        decision = _object(call, "decision")["decision"]
        if not isinstance(decision, str) or not any(decision in states for states in NEXT.values()):
            raise violation("decision")
        if not self._cascade.may_follow(request["state"], decision):
            raise demo.ApiError(409, 40902, f"not possible in state {request['state']}")
        self._cascade.answered(request, decision, call.account.name)
        self._store.replace(REQUESTS, request["id"], request)
        return demo.Answer(request)

    def withdraw_request(self, call: Call) -> Answer:
        """Take a request out."""
        return _removed(self._platform, call, REQUESTS, "request")

    def submit_correction(self, call: Call) -> Answer:
        """Take a correction; it waits to be verified."""
        need_write(call)
        body = _object(call, "resourceCode", "problem")
        submitted = stamp(self._platform.clock())
        correction = body | {
            "id": self._cascade.id_for(CORRECTIONS, body),
            "state": "submitted",
            "submittedAt": submitted,
        }
        self._store.add(CORRECTIONS, correction["id"], correction)
        return demo.Answer(correction)

    def read_correction(self, call: Call) -> Answer:
        """One correction."""
        return demo.Answer(_found(self._platform, call, CORRECTIONS, "correction"))

    def withdraw_correction(self, call: Call) -> Answer:
        """Take a correction out."""
        return _removed(self._platform, call, CORRECTIONS, "correction")


class Flow:
    """Operations of back-flow, files and tables."""

    def __init__(self, platform: Platform, cascade: Cascade) -> None:
        self._platform = platform
        self._store = platform.store
        self._cascade = cascade

    def return_flow(self, call: Call) -> Answer:
        """The records of a region, of one resource or of the first."""
        region, code = call.params["region"], call.args.get("resourceCode", resources()[0].code)
        if not (region.isascii() and region.isdigit() and len(region) == LEVELS[-1]):
            raise demo.bad_parameter("region")
        resource = next((one for one in resources() if one.code == code), None)
        if resource is None:
            raise demo.no_resource()
        if resource.restricted and call.account.name != "primary":
            raise demo.ApiError(403, 40301, "not subscribed")
        return self._platform.listed(call, records_of(code), _begins(self._cascade.flows_to(region)))

    def file_manifest(self, call: Call) -> Answer:  # noqa: ARG002 -- a handler
        """What files there are."""
        return demo.Answer(self._cascade.manifest())

    def file_content(self, call: Call) -> Answer:
        """One file."""
        file = _found(self._platform, call, FILES, "name")
        return demo.Answer(document=file["content"].encode(), content_type="application/octet-stream")

    def exchange_tables(self, call: Call) -> Answer:  # noqa: ARG002 -- a handler
        """What tables there are."""
        return demo.Answer({"tables": self._store.all(TABLES)})


def _equal(member: str, call: Call) -> demo.Where:
    wanted = call.args.get(member)
    return demo.Where(f"json_extract(body, '$.{member}') = ?", (wanted,)) if wanted else demo.Where()


def _begins(prefix: str) -> demo.Where:
    return demo.Where("substr(json_extract(body, '$.regionCode'), 1, ?) = ?", (len(prefix), prefix))


def _object(call: Call, *needed: str) -> Row:
    """The body, if it is an object with some members.

    Raises:
        ApiError: it is none (40003), a member is missing (40002) or is of another type (40003).
    """
    if not isinstance(call.body, dict):
        raise violation("body")
    for name in needed:
        if call.body.get(name) in (None, ""):
            raise missing(name)
        if not isinstance(call.body[name], dict if name == "sharing" else str):
            raise violation(name)
    return dict(call.body)


def _found(platform: Platform, call: Call, collection: str, param: str) -> Row:
    found = platform.store.get(collection, call.params[param])
    if found is None:
        raise demo.no_resource()
    return dict(found)


def _removed(platform: Platform, call: Call, collection: str, param: str) -> Answer:
    need_write(call)
    _found(platform, call, collection, param)
    platform.store.remove(collection, call.params[param])
    return demo.Answer({param: call.params[param]})
