"""The reference node's counter: tokens, remote signatures, new secrets, and records as far as a grant goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import need_write, part

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Node

Row = dict[str, Any]
TOPIC = "authentication"
COLUMNS = ("id", "resourceCode", "regionCode", "kind", "collectedAt", "updatedAt", "data")
GRANTED = {"low_right": ("id", "resourceCode", "regionCode", "kind", "updatedAt")}
"""Columns of accounts that are not granted all of them."""
ZJ_ORDER = ("app_id", "interface_id", "version", "charset", "timestamp", "origin")


def mount(node: Node) -> None:
    """Serve the operations, and declare how requests are authenticated."""
    counter = node.parts[TOPIC] = Counter(node)
    node.serve("POST", "/v1/token", "issue_token", counter.issue_token, guarded=False)
    node.serve_all(
        ("POST", "/v1/secret/rotation", counter.rotate_secret),
        ("GET", "/v1/resources/{resource}/granted", counter.granted_record),
    )
    node.platform.token_path, node.platform.sign_path = "/v1/token", "/v1/sign"
    node.platform.serve("POST", "/v1/sign", "remote_sign", counter.remote_sign, guarded=False)
    accounts = node.platform.accounts.by_name
    node.capability["authentication"] = node.platform.accounts.described()
    node.capability["tokenSeconds"] = int(node.platform.verifier.lifetime)
    node.capability["limits"]["ratePerMinute"] = accounts["metered"].rate


class Counter:
    """What one node issues, and what it shows to whom. A mutant replaces methods of it.

    Attributes:
        granted: columns by account; who is not named sees all.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.granted: dict[str, tuple[str, ...]] = dict(GRANTED)

    def issue_token(self, call: Call) -> Answer:
        """A token for an account that names itself with its secret."""
        return demo.Answer(self.node.platform.verifier.issued(call))

    def remote_sign(self, call: Call) -> Answer:
        """The signature of an account's parameters, for who names itself with its secret."""
        platform = self.node.platform
        account = platform.verifier.client(call, "zj-open")
        if not isinstance(call.body, dict) or call.body.get("app_id") != account.client:
            raise demo.bad_parameter("app_id")
        text = "".join(str(call.body.get(name, "")) for name in ZJ_ORDER)
        return demo.Answer({"sign": demo.verifier.digest(account.scheme, account.secret, text)})

    def rotate_secret(self, call: Call) -> Answer:
        """A new secret for the account that asks; the one that it signed with is void from now on."""
        need_write(call)
        return demo.Answer({"secret": self.node.platform.accounts.renew(call.account)})

    def granted_record(self, call: Call) -> Answer:
        """The first record of a resource, with the columns that the account was granted."""
        resource = part(self.node.platform, "exchange").resource(call)
        found = self.node.platform.store.page(resource.records, 0, 1)
        if not found:
            raise demo.no_resource()
        return demo.Answer(self.shown(call.account.name, found[0]))

    def shown(self, account: str, record: Row) -> Row:
        """A record with the columns that an account was granted, and their names."""
        columns = self.granted.get(account, COLUMNS)
        return {"columns": list(columns), "record": {name: record[name] for name in columns if name in record}}
