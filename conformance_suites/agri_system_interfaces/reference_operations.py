"""The reference farm's operation: health with devices by status, the status of one, the audit log, the rate."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import AUDIT, org_of
from .reference_data import DEVICES, ORG_OF, stamp
from .reference_observations import where
from .tables import codes

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "operations"
VERSION = "2.4.1"


def mount(farm: Farm) -> None:
    """Serve the operations, and declare the rate."""
    part = farm.parts[TOPIC] = Operations(farm)
    farm.serve("IF12", "GET", "/szxc/v1/health", part.health, guarded=False)
    farm.serve("IF12", "GET", "/szxc/v1/devices/{device}/status", part.device_status)
    farm.serve("IF12", "GET", "/szxc/v1/audit", part.operation_log)
    farm.capability["limits"]["ratePerMinute"] = farm.platform.accounts.by_name["metered"].rate


class Operations:
    """What operators ask; a mutant or variant replaces methods of it."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.store = farm.platform.store

    def health(self, call: Call) -> Answer:
        """State, version and time; for whom has credentials the devices of the organisation too."""
        told: Row = {"status": "UP", "version": VERSION, "time": stamp(self.farm.platform.clock())}
        if call.account.may("read"):
            told["devices"] = self.counts(call)
        return demo.Answer(told)

    def counts(self, call: Call) -> Row:
        """The devices of the caller's organisation, by status and all."""
        found = Counter(row["status"] for row in self.store.all(DEVICES, where(orgId=org_of(call))))
        return {status: found[status] for status in codes("device_statuses")} | {"total": found.total()}

    def device_status(self, call: Call) -> Answer:
        """The status of a device."""
        row = self.farm.parts["registry"].device(call, call.params["device"])
        return demo.Answer({name: row[name] for name in ("deviceId", "status", "lastSeenAt") if name in row})

    def operation_log(self, call: Call) -> Answer:
        """What the caller's organisation did, or what of that concerns one object; the oldest first."""
        wanted = where(object=call.args["object"]) if call.args.get("object") else where()
        found = [row for row in self.store.all(AUDIT, wanted) if self.is_shown(row, call)]
        pager = self.farm.platform.pager
        window = pager.window(call.args)
        return pager.answer(call, window, found[window.offset : window.offset + window.limit], len(found))

    def is_shown(self, row: Row, call: Call) -> bool:
        """Whether an event is one of the caller's organisation."""
        return bool(ORG_OF.get(row["by"], ORG_OF["primary"]) == org_of(call))
