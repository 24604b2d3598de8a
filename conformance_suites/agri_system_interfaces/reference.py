"""The reference implementation: a small farm system with devices, observations, commands, alarms and subscribers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_data import ORG_OF, fill, stamp
from .reference_observations import Observations

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
SUITE = "agri_system_interfaces"
TOPICS = demo.Topics(__package__ or "", Path(__file__).parent)
AUDIT = "agri:audit"


def mount(platform: Platform) -> None:
    """Fill the farm's tables and serve the operations of all topics."""
    farm = Farm(platform)
    fill(platform)
    TOPICS.mount(platform, SUITE, farm)


class Farm:
    """One farm system: the platform it runs on, and what it says of itself.

    Attributes:
        platform: store, clock, accounts, answers.
        capability: the capability statement; each topic adds what it offers.
        parts: what a topic's reference keeps, by topic; a mutant replaces methods of it.
        observations: what was observed, by channel and instant.
        heard: what is told of each observation that was stored, in this order.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.parts: dict[str, Any] = {}
        self.observations = Observations(platform.store)
        self.heard: list[Callable[[Row], object]] = []
        self.capability: Row = {
            "profile": "1.0",
            "apiVersion": "v1",
            "roles": ["platform"],
            "interfaces": [],
            "links": ["HTTP"],
            "limits": {},
        }
        platform.store.load(AUDIT, ())

    def serve(  # noqa: PLR0913 -- what a route is made of
        self,
        interface: str,
        method: str,
        path: str,
        handler: Callable[[Call], Answer],
        *,
        operation: str = "",
        guarded: bool = True,
    ) -> None:
        """Serve an operation, named as its handler unless said otherwise, and name its interface (``IF03``)."""
        if interface and interface not in self.capability["interfaces"]:
            self.capability["interfaces"] = sorted([*self.capability["interfaces"], interface])
        self.platform.serve(method, path, operation or handler.__name__, handler, guarded=guarded)

    def audit(self, call: Call, action: str, target: str, result: str) -> None:
        """Write down who did what to what, when, and what came of it."""
        event = {"at": stamp(self.platform.clock()), "by": call.account.name, "action": action}
        self.platform.store.add(AUDIT, target, event | {"object": target, "result": result})


def part(platform: Platform, topic: str) -> Any:  # noqa: ANN401 -- each topic keeps a class of its own
    """What a topic's reference keeps on a platform."""
    return platform.parts[SUITE].parts[topic]


def org_of(call: Call) -> str:
    """The organisation for which an account asks."""
    return ORG_OF.get(call.account.name, ORG_OF["primary"])


def need_write(call: Call) -> None:
    """Refuse an account that may not write (40301)."""
    if not call.account.may("write"):
        raise demo.ApiError(403, 40301, "not authorised")


def invalid(name: str) -> demo.ApiError:
    """A member that is missing or breaks the schema (40002)."""
    return demo.ApiError(400, 40002, f"invalid field: {name}")


def unknown(what: str) -> demo.ApiError:
    """Nothing of that name, or of another organisation (40401)."""
    return demo.ApiError(404, 40401, f"unknown {what}")
