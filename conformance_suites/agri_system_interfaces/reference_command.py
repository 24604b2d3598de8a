"""The reference farm's commands: issued, handed to the device, followed through their states, ended in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_command_rules import check_command, check_parameters, moment
from .reference_data import DEVICES, stamp
from .tables import codes, followers, is_legal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "command"
COMMANDS, STATUSES = "agri:commands", "agri:command-statuses"
"""Commands by id, with what became of them; their statuses, by the id of the command."""
TIMEOUT = 8.0
"""Seconds after which a command that its device has not taken has failed."""
RETRY = 2.0
"""Seconds after which a device is called back again."""
CALLBACK = "callback"
WAITING = ("PENDING", "ACCEPTED", "SCHEDULED", "UPDATED")
"""States in which a command that is not handed over yet can be."""
REPORTED = ("percentCompletion", "executionTime", "message", "resultCode")
"""Members of a report that are kept."""
OUTAGE = 300


def mount(farm: Farm) -> None:
    """Serve the operations, and declare how devices get their commands and for how long one waits."""
    part = farm.parts[TOPIC] = Commands(farm)
    for table in (COMMANDS, STATUSES):
        farm.platform.store.load(table, ())
    path = "/szxc/v1/commands"
    farm.serve("IF08", "POST", path, part.issue_command)
    farm.serve("IF08", "GET", f"{path}/{{command}}", part.read_command)
    farm.serve("IF08", "GET", f"{path}/{{command}}/status", part.command_history)
    farm.serve("IF08", "POST", f"{path}/{{command}}/status", part.report_command)
    farm.serve("IF08", "POST", f"{path}/{{command}}/cancel", part.cancel_command)
    farm.serve("IF08", "POST", "/szxc/v1/devices/{device}/commands/take", part.take_commands)
    farm.capability["commandDelivery"] = ["poll", CALLBACK]
    farm.capability["commandTimeoutS"] = int(part.timeout)
    farm.capability.setdefault("policies", {})["offlineCommand"] = "queue"


@dataclass
class Commands:
    """How one farm keeps commands; a mutant or variant replaces parts of it.

    Attributes:
        farm: whose commands they are.
        timeout: seconds for which a command waits for its device.
        legal: whether a command in one state may be reported in another.
        check: refuses parameters that an action cannot have.
    """

    farm: Farm
    timeout: float = TIMEOUT
    legal: Callable[[str, str], bool] = is_legal
    check: Callable[[Row], None] = check_parameters
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.store, self.clock = self.farm.platform.store, self.farm.platform.clock

    # -- the operator -------------------------------------------------------------------------------------------------

    def issue_command(self, call: Call) -> Answer:
        """Take a command: 202; the same one again gets its present status, another of its id is refused (40903)."""
        name = str(call.body.get("commandId", "-")) if isinstance(call.body, dict) else "-"
        self.need_right(call, "issue_command", name)
        body = check_command(call.body)
        with self.lock:
            earlier = self.store.get(COMMANDS, name)
            if earlier is not None:
                return self.again(earlier, body, call)
            device = self.device(call, body["deviceId"])
            self.check(body)
            self.keep(call, body)
        self.farm.audit(call, "issue_command", name, "ok")
        self.begin(name, device)
        return demo.Answer(self.status(name), {}, 202)

    def need_right(self, call: Call, action: str, name: str) -> None:
        """Refuse an account that may not command, and write down that it tried."""
        if not call.account.may("write"):
            self.farm.audit(call, action, name, "denied")
        need_write(call)

    def again(self, earlier: Row, body: Row, call: Call) -> Answer:
        """What a command that came before is answered."""
        if earlier["org"] != org_of(call) or earlier["body"] != body:
            raise demo.ApiError(409, 40903, "commandId used for another command")
        return demo.Answer(self.status(body["commandId"]))

    def keep(self, call: Call, body: Row) -> None:
        """Store a new command."""
        name = body["commandId"]
        self.store.add(COMMANDS, name, {"body": body, "org": org_of(call), "handed": False})
        self.note(name, "PENDING")

    def begin(self, name: str, device: Row) -> None:
        """Plan, call the device back if it wants that, and set the time limits."""
        body = self.found(name)["body"]
        starts = moment(body.get("notBefore"))
        wait = max(0.0, self.until(starts)) if starts else 0.0
        if wait:
            self.note(name, "ACCEPTED")
            self.note(name, "SCHEDULED", executionTime={"start": body["notBefore"]})
        later = self.farm.platform.later
        later(max(0.0, self.until(moment(body["expiresAt"]))), lambda: self.give_up(name, "expired"))
        later(wait + self.timeout, lambda: self.give_up(name, "device does not answer"))
        url = callback_of(device)
        if url and wait:
            later(wait, lambda: self.call_back(name, url))
        elif url:
            self.call_back(name, url)

    def until(self, at: datetime | None) -> float:
        """Seconds from now to an instant."""
        return (at - self.clock()).total_seconds() if at else 0.0

    def read_command(self, call: Call) -> Answer:
        """A command and its present state."""
        name = self.own(call)
        return demo.Answer(self.shown(name))

    def command_history(self, call: Call) -> Answer:
        """One page of a command's statuses, the oldest first."""
        where = demo.Where("key = ?", (self.own(call),))
        return self.farm.platform.listed(call, STATUSES, where, self.shown_status)

    def shown_status(self, status: Row) -> Row:
        """A status as the history has it."""
        return status

    def cancel_command(self, call: Call) -> Answer:
        """Cancel a command that is not final yet (40902)."""
        name = call.params["command"]
        self.need_right(call, "cancel_command", name)
        self.own(call)
        with self.lock:
            answer = self.move(name, "CANCELED")
        self.farm.audit(call, "cancel_command", name, "ok")
        return answer

    # -- the device ---------------------------------------------------------------------------------------------------

    def take_commands(self, call: Call) -> Answer:
        """Hand a device what waits for it."""
        need_write(call)
        device = self.device(call, call.params["device"])
        with self.lock:
            waiting = [row["body"]["commandId"] for row in self.waiting(device["deviceId"])]
            for name in waiting:
                self.hand_over(name)
            return demo.Answer({"commands": [self.shown(name) for name in waiting]})

    def waiting(self, device: str) -> list[Row]:
        """The commands that a device has not got yet, are due and can still be executed."""
        where = demo.Where("json_extract(body, '$.body.deviceId') = ?", (device,))
        return [row for row in self.store.all(COMMANDS, where) if self.is_due(row)]

    def is_due(self, row: Row) -> bool:
        """Whether a command is to be handed over now."""
        body = row["body"]
        begun = self.until(moment(body.get("notBefore"))) <= 0
        return not row["handed"] and begun and not self.is_over(row) and self.state(body["commandId"]) in WAITING

    def is_over(self, row: Row) -> bool:
        """Whether the time in which a command may be executed has passed."""
        return self.until(moment(row["body"]["expiresAt"])) <= 0

    def hand_over(self, name: str) -> None:
        """Note that a device has got a command."""
        self.store.replace(COMMANDS, name, self.found(name) | {"handed": True})
        if self.state(name) == "PENDING":
            self.note(name, "ACCEPTED")

    def call_back(self, name: str, url: str) -> None:
        """Send a command to its device; if that does not answer, again after a while."""
        if not self.is_due(self.found(name)):
            return
        status = self.farm.platform.deliver(url, self.shown(name))
        if 0 < status < OUTAGE:
            with self.lock:
                self.hand_over(name)
        else:
            self.farm.platform.later(RETRY, lambda: self.call_back(name, url))

    def report_command(self, call: Call) -> Answer:
        """Take a device's report, if its state may follow (40902) and is one of the nine (40002)."""
        need_write(call)
        name = self.own(call)
        body = call.body if isinstance(call.body, dict) else {}
        state = body.get("statusCode")
        if not isinstance(state, str) or state not in codes("command_states"):
            raise invalid("statusCode")
        with self.lock:
            kept = {member: body[member] for member in REPORTED if body.get(member) is not None}
            return self.move(name, state, **kept)

    # -- inside -------------------------------------------------------------------------------------------------------

    def move(self, name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        """Let a command pass into a state."""
        before = self.state(name)
        if not self.legal(before, state):
            raise demo.ApiError(409, 40902, f"{before} to {state}")
        if state == "COMPLETED" and not isinstance(members.get("executionTime"), dict):
            members["executionTime"] = self.executed(name)
        self.note(name, state, **members)
        return demo.Answer(self.status(name))

    def executed(self, name: str) -> Row:
        """When a command was executed, as far as the farm itself has seen it."""
        begun = [row["reportTime"] for row in self.statuses(name) if row["statusCode"] in ("ACCEPTED", "EXECUTING")]
        now = stamp(self.clock())
        return {"start": begun[-1] if begun else now, "end": now}

    def give_up(self, name: str, why: str) -> None:
        """End a command that its device has not got."""
        with self.lock:
            if not self.found(name)["handed"] and self.state(name) in WAITING:
                self.note(name, "FAILED", message=why)

    def note(self, name: str, state: str, **members: Any) -> None:  # noqa: ANN401 -- of a status
        """Write down a status."""
        status = {"commandId": name, "reportTime": stamp(self.clock()), "statusCode": state}
        self.store.add(STATUSES, name, status | members)

    def statuses(self, name: str) -> list[Row]:
        """The statuses of a command, the oldest first."""
        found: list[Row] = self.store.all(STATUSES, demo.Where("key = ?", (name,)))
        return found

    def status(self, name: str) -> Row:
        """The present status of a command."""
        return self.statuses(name)[-1]

    def state(self, name: str) -> str:
        """The present state of a command."""
        return str(self.status(name)["statusCode"])

    def shown(self, name: str) -> Row:
        """A command with its state."""
        return {**self.found(name)["body"], "statusCode": self.state(name)}

    def found(self, name: str) -> Row:
        """What is kept of a command."""
        row: Row = self.store.get(COMMANDS, name)
        return row

    def own(self, call: Call) -> str:
        """The id of a command of the caller's organisation (40401)."""
        name = call.params["command"]
        row = self.store.get(COMMANDS, name)
        if row is None or row["org"] != org_of(call):
            raise unknown("command")
        return name

    def device(self, call: Call, name: str) -> Row:
        """A device of the caller's organisation (40401)."""
        row: Row | None = self.store.get(DEVICES, name)
        if row is None or row["orgId"] != org_of(call):
            raise unknown("device")
        return row


def callback_of(device: Row) -> str:
    """Where a device wants to be called back; empty where it asks of itself."""
    links = (one for one in device.get("links", ()) if isinstance(one, dict))
    return next((str(one.get("url", "")) for one in links if one.get("profile") == CALLBACK), "")


def is_final(state: str) -> bool:
    """Whether nothing can follow a state."""
    return not followers()[state]
