"""Mutants of tenants: what one organisation sees of another, or can do to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import reference as demo

from .reference_data import DEVICES

if TYPE_CHECKING:
    from pytest_szxc.reference import Call, Platform

MUTANTS = demo.Mutants()
OWNER = "primary"


def _for_anybody(platform: Platform, operation: str) -> None:
    """An operation asks nobody of which organisation he is: all are taken for the owner."""

    def opened(handler: demo.Handler) -> demo.Handler:
        return lambda call: handler(replace(call, account=platform.accounts.by_name[OWNER]))

    platform.rewire(operation, opened)


@MUTANTS.add("foreign-device-read", "可读其他组织的设备", "a device of another organisation can be read")
def _foreign_device_read(platform: Platform) -> None:
    _for_anybody(platform, "read_device")


@MUTANTS.add("foreign-devices-listed", "设备列表含其他组织的设备", "devices of other organisations are listed")
def _foreign_devices_listed(platform: Platform) -> None:
    def listed(call: Call) -> demo.Answer:
        return platform.listed(call, DEVICES)

    platform.rewire("list_devices", lambda handler: lambda call: listed(call) if _is_foreign(call) else handler(call))


def _is_foreign(call: Call) -> bool:
    return call.account.name == "second"


@MUTANTS.add("foreign-observations-shown", "可查其他组织的观测", "observations of another organisation are shown")
def _foreign_observations_shown(platform: Platform) -> None:
    _for_anybody(platform, "list_observations")


@MUTANTS.add("foreign-aggregates-shown", "可统计其他组织的观测", "observations of another organisation are aggregated")
def _foreign_aggregates_shown(platform: Platform) -> None:
    _for_anybody(platform, "aggregate_observations")


@MUTANTS.add("foreign-device-changed", "可修改其他组织的设备", "a device of another organisation can be changed")
def _foreign_device_changed(platform: Platform) -> None:
    _for_anybody(platform, "update_device")


@MUTANTS.add("foreign-device-changed-silently", "回复 403 却已修改", "a change is refused and made nevertheless")
def _foreign_device_changed_silently(platform: Platform) -> None:
    def silent(handler: demo.Handler) -> demo.Handler:
        def answered(call: Call) -> demo.Answer:
            answer = handler(replace(call, account=platform.accounts.by_name[OWNER]))
            if _is_foreign(call):
                raise demo.ApiError(403, 40301, "another organisation")
            return answer

        return answered

    platform.rewire("update_device", silent)


@MUTANTS.add("foreign-device-fed", "可为其他组织的设备上报", "observations for a foreign device are taken")
def _foreign_device_fed(platform: Platform) -> None:
    _for_anybody(platform, "post_observation")


@MUTANTS.add("foreign-device-fed-in-batches", "可为其他组织的设备批量上报", "batches for a foreign device are taken")
def _foreign_device_fed_in_batches(platform: Platform) -> None:
    _for_anybody(platform, "post_batch")


@MUTANTS.add(
    "foreign-commands-taken", "可取走其他组织设备的指令", "commands for a foreign device are handed to anybody"
)
def _foreign_commands_taken(platform: Platform) -> None:
    _for_anybody(platform, "take_commands")


@MUTANTS.add("foreign-device-commanded", "可控制其他组织的设备", "a device of another organisation can be commanded")
def _foreign_device_commanded(platform: Platform) -> None:
    _for_anybody(platform, "issue_command")


@MUTANTS.add("foreign-command-cancelled", "可取消其他组织的指令", "a command of another organisation can be cancelled")
def _foreign_command_cancelled(platform: Platform) -> None:
    _for_anybody(platform, "cancel_command")


@MUTANTS.add("foreign-device-removed", "可注销其他组织的设备", "a device of another organisation can be removed")
def _foreign_device_removed(platform: Platform) -> None:
    _for_anybody(platform, "remove_device")
