"""The reference farm says of itself what it is and can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .tables import rows

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "capability"


def mount(farm: Farm) -> None:
    """Serve the capability statement, and publish the result codes."""
    part = farm.parts[TOPIC] = Capability(farm)
    farm.capability["errorCodes"] = published_codes()
    farm.capability["limits"]["pageSize"] = part.page_size
    farm.capability.setdefault("policies", {})["unknownMembers"] = "ignore"
    farm.serve("IF01", "GET", "/szxc/v1/capabilities", part.capabilities, guarded=False)


def published_codes() -> list[Row]:
    """The table of result codes as the capability statement shows it."""
    return [
        {"code": int(row["code"]), "status": int(row["status"]), "message": row["zh"]} for row in rows("error_codes")
    ]


class Capability:
    """What the farm says of itself.

    Attributes:
        page_size: entries of a page, at most.
    """

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.page_size = 200

    def capabilities(self, _: Call) -> Answer:
        """The capability statement."""
        return demo.Answer(self.farm.capability)
