"""The reference implementation: one node of an exchange network, mounted into the demo platform topic by topic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_data import fill, resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

SUITE = "platform_interconnection"
TOPICS = demo.Topics(__package__ or "", Path(__file__).parent)


def mount(platform: Platform) -> None:
    """Fill the node's tables and serve the operations of all topics."""
    node = Node(platform)
    fill(platform)
    TOPICS.mount(platform, SUITE, node)


class Node:
    """One node: the platform it runs on, and what it says of itself.

    Attributes:
        platform: store, clock, accounts, answers.
        capability: the capability document; each topic adds what it offers.
        parts: what a topic's reference keeps, by topic; a mutant replaces methods of it.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.parts: dict[str, Any] = {}
        self.capability: dict[str, Any] = {
            "version": "1.0.0",
            "apiVersion": "v1",
            "nodeId": "node-999999",
            "region": "999999000000",
            "exchangeModes": [],
            "endpoints": {},
            "resources": [resource.described() for resource in resources()],
            "limits": {},
        }

    def serve(
        self, method: str, path: str, operation: str, handler: Callable[[Call], Answer], *, guarded: bool = True
    ) -> None:
        """Serve an operation, and name its path among the endpoints."""
        self.capability["endpoints"][operation] = path
        self.platform.serve(method, path, operation, handler, guarded=guarded)

    def serve_all(self, *routes: tuple[str, str, Callable[[Call], Answer]]) -> None:
        """Serve operations that are named as their handlers."""
        for method, path, handler in routes:
            self.serve(method, path, handler.__name__, handler)


def part(platform: Platform, topic: str) -> Any:  # noqa: ANN401 -- each topic keeps a class of its own
    """What a topic's reference keeps on a platform."""
    return platform.parts[SUITE].parts[topic]


def need_write(call: Call) -> None:
    """Refuse an account that may not write (40301)."""
    if not call.account.may("write"):
        raise demo.ApiError(403, 40301, "not subscribed")


def missing(name: str) -> demo.ApiError:
    """A member that is not there (40002)."""
    return demo.ApiError(400, 40002, f"missing field: {name}")


def violation(name: str) -> demo.ApiError:
    """A member that breaks the schema (40003)."""
    return demo.ApiError(400, 40003, f"schema violation: {name}")
