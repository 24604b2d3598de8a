"""The reference farm's registry: devices and the objects at which they stand, each organisation's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_data import DEVICES, MODELS, OBJECTS, REMOVED
from .reference_device_rules import REQUIRED, RULES, check_channel, check_form
from .reference_observations import where

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "registry"
PATH = "/szxc/v1/devices"
FIXED = ("deviceId", "orgId")
"""Members that stay as they were registered."""
GATEWAY = "gateway"


def mount(farm: Farm) -> None:
    """Serve the operations, and say what becomes of a removed device's history."""
    part = farm.parts[TOPIC] = Registry(farm)
    farm.serve("IF03", "POST", PATH, part.register_device)
    farm.serve("IF03", "GET", PATH, part.list_devices)
    farm.serve("IF03", "GET", f"{PATH}/{{device}}", part.read_device)
    farm.serve("IF03", "PATCH", f"{PATH}/{{device}}", part.update_device)
    farm.serve("IF03", "DELETE", f"{PATH}/{{device}}", part.remove_device)
    farm.serve("IF05", "GET", "/szxc/v1/objects", part.list_objects)
    farm.capability.setdefault("policies", {})["deletedHistory"] = "kept"


class Registry:
    """Devices and objects.

    Attributes:
        required: members without which no device is registered.
        rules: see ``RULES``.
    """

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.store = farm.platform.store
        self.required = REQUIRED
        self.rules = dict(RULES)

    # -- what other parts ask -----------------------------------------------------------------------------------------

    def device(self, call: Call, name: str) -> Row:
        """A device of the caller's organisation; its ``status`` says whether it is disabled.

        Raises:
            ApiError: 404, there is none.
        """
        row: Row | None = self.store.get(DEVICES, name)
        if row is None or row["orgId"] != org_of(call):
            raise unknown("device")
        return row

    # -- operations ---------------------------------------------------------------------------------------------------

    def register_device(self, call: Call) -> Answer:
        """Register a device: 201, its place, and the device itself."""
        need_write(call)
        row = {name: value for name, value in _object(call).items() if name in self.rules and value is not None}
        self.check(call, row)
        name = row["deviceId"]
        if self.is_taken(name):
            raise demo.ApiError(409, 40901, f"duplicate device: {name}")
        self.store.add(DEVICES, name, row)
        self.farm.audit(call, "register_device", name, "ok")
        return demo.Answer(self.shown(row), {"Location": f"{PATH}/{quote(name)}"}, 201)

    def list_devices(self, call: Call) -> Answer:
        """The devices of the caller's organisation."""
        return self.farm.platform.listed(call, DEVICES, where(orgId=org_of(call)), self.shown)

    def read_device(self, call: Call) -> Answer:
        """One device."""
        return demo.Answer(self.shown(self.device(call, call.params["device"])))

    def update_device(self, call: Call) -> Answer:
        """Change the members that are given, no other; ``null`` takes a member away."""
        need_write(call)
        row = self.device(call, call.params["device"])
        changes = {name: value for name, value in _object(call).items() if name in self.rules}
        for name in FIXED:
            if name in changes and changes[name] != row[name]:
                raise invalid(name)
        changed = self.merged(row, changes)
        self.check(call, changed)
        self.store.replace(DEVICES, row["deviceId"], changed)
        self.farm.audit(call, "update_device", row["deviceId"], "ok")
        return demo.Answer(self.shown(changed))

    def remove_device(self, call: Call) -> Answer:
        """Remove a device; those below it are below nothing then."""
        need_write(call)
        row = self.device(call, call.params["device"])
        self.forget(row)
        self.farm.audit(call, "remove_device", row["deviceId"], "ok")
        return demo.Answer({"deviceId": row["deviceId"]})

    def list_objects(self, call: Call) -> Answer:
        """The target objects of the caller's organisation."""
        return self.farm.platform.listed(call, OBJECTS, where(orgId=org_of(call)))

    # -- inside -------------------------------------------------------------------------------------------------------

    def check(self, call: Call, row: Row) -> None:
        """Refuse a device that is not well-formed, or names what is not there."""
        check_form(row, self.required, self.rules)
        for channel in row["channels"]:
            check_channel(channel)
        self.check_references(call, row)

    def check_references(self, call: Call, row: Row) -> None:
        """Refuse a device of another organisation, or with a model, an object or a gateway that is not there."""
        if row["orgId"] != org_of(call):
            raise demo.ApiError(403, 40301, "another organisation")
        self.check_object(row)
        if self.store.get(MODELS, row["modelId"]) is None:
            raise invalid("modelId")
        self.check_gateway(call, row)

    def check_object(self, row: Row) -> None:
        """Refuse an object that is not there, or another organisation's."""
        place = self.store.get(OBJECTS, row["objectId"])
        if place is None or place["orgId"] != row["orgId"]:
            raise invalid("objectId")

    def check_gateway(self, call: Call, row: Row) -> None:
        """Refuse a gateway that is none, and one that stands below the device itself."""
        name = row.get("gatewayId")
        while name is not None:
            gateway = self.store.get(DEVICES, name)
            known = gateway is not None and gateway["orgId"] == org_of(call) and gateway["category"] == GATEWAY
            if not known or name == row["deviceId"]:
                raise invalid("gatewayId")
            name = gateway.get("gatewayId")

    def is_taken(self, name: str) -> bool:
        """Whether a device has that id, of whichever organisation."""
        return self.store.get(DEVICES, name) is not None

    def merged(self, row: Row, changes: Row) -> Row:
        """A device with changes."""
        return {name: value for name, value in (row | changes).items() if value is not None}

    def forget(self, row: Row) -> None:
        """Take a device out of the registry; its history stays, or goes, as the capability statement has it."""
        name = row["deviceId"]
        self.store.remove(DEVICES, name)
        self.store.edit(DEVICES, lambda child: child.pop("gatewayId", None), where(gatewayId=name))
        self.store.remove(REMOVED, name)
        if self.farm.capability["policies"]["deletedHistory"] == "kept":
            self.store.add(REMOVED, name, row)
        else:
            self.farm.observations.remove(name)

    def shown(self, row: Row) -> Row:
        """A device as answers have it: a gateway with the ids of those below it."""
        return row | {"children": self.children(row["deviceId"])} if row["category"] == GATEWAY else row

    def children(self, name: str) -> list[str]:
        """The devices directly below a gateway."""
        return [row["deviceId"] for row in self.store.all(DEVICES, where(gatewayId=name))]


def _object(call: Call) -> Row:
    if not isinstance(call.body, dict):
        raise invalid("body")
    return call.body
