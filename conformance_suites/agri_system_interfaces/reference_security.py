"""The reference farm's counter: tokens are issued and revoked there, and it says how requests are authenticated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

TOPIC = "security"
TOKEN_PATH = "/szxc/v1/token"  # noqa: S105 -- a path
EVERYTHING = frozenset({"read", "write"})
WHOLE = "whole"
"""The account whose signature covers method, path and body."""
CLEARANCE = 99


def mount(farm: Farm) -> None:
    """Serve the operations, give the account that signs whole requests, and declare how requests are authenticated."""
    platform = farm.platform
    part = farm.parts[TOPIC] = Counter(farm)
    whole = demo.Account(WHOLE, CLEARANCE, EVERYTHING, scheme="whole-request", client="app-whole")
    platform.accounts.by_name.setdefault(WHOLE, whole)
    platform.token_path = platform.token_path or TOKEN_PATH
    farm.serve("IF02", "POST", TOKEN_PATH, part.issue_access_token, guarded=False)
    farm.serve("IF02", "POST", f"{TOKEN_PATH}/revoke", part.revoke_access_token)
    farm.capability["authentication"] = platform.accounts.described()


class Counter:
    """Tokens. A mutant replaces methods of it."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm

    def issue_access_token(self, call: Call) -> Answer:
        """A token for an account that names itself with its secret."""
        return demo.Answer(self.farm.platform.verifier.issued(call))

    def revoke_access_token(self, call: Call) -> Answer:
        """Void the token of the request, and every other one of the account."""
        self.farm.platform.verifier.revoke(call.account)
        self.farm.audit(call, "revoke_access_token", call.account.name, "ok")
        return demo.Answer({"revoked": True})
