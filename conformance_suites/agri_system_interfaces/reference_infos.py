"""The reference farm's Tianjin XML upload: ``Infos`` with ``Info`` elements; what is stored is told back as XML."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pytest_szxc import SzxcError, xml
from pytest_szxc import reference as demo

from .reference import need_write, org_of
from .reference_data import DEVICES
from .reference_observations import where
from .tables import rows

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
CONTENT_TYPE = "application/xml; charset=utf-8"
TAGS = ("CompanyName", "ViewName", "UpdateTime", "DataType", "Value", "Description")
LOCAL = "%Y-%m-%d %H:%M:%S"
VALUE = re.compile(r"-?[0-9]+\.[0-9]{2}")
BEIJING = timezone(timedelta(hours=8))


def refused(what: str) -> demo.ApiError:
    """XML that is no upload (40002)."""
    return demo.ApiError(400, 40002, f"invalid: {what}")


class Infos:
    """How uploads are read, stored and told back; a faulty farm does one of them otherwise."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.zone = BEIJING

    def upload_infos(self, call: Call) -> Answer:
        """Store the records of an upload, and tell them back."""
        need_write(call)
        told = self.read(call)
        stored = [(info, self.row(info, call)) for info in told]
        for _, row in stored:
            self.farm.observations.add(row)
        self.farm.audit(call, "upload_infos", ", ".join(sorted({info["ViewName"] for info in told})), "ok")
        return demo.Answer(
            document=self.written([self.echo(info, row) for info, row in stored]), content_type=CONTENT_TYPE
        )

    def read(self, call: Call) -> list[Row]:
        """The records of an upload (40002)."""
        try:
            root = xml.parse(call.raw, call.headers.get("content-type", ""))
        except SzxcError as error:
            raise refused(error.code) from error
        if xml.local(root.tag) != "Infos" or not len(root) or any(xml.local(one.tag) != "Info" for one in root):
            raise refused("Infos")
        return [self.info(one) for one in root]

    def info(self, element: Element) -> Row:
        """One record: each tag once, its text."""
        found = {xml.local(one.tag): one.text or "" for one in element}
        if len(found) != len(element) or set(found) != set(TAGS) or not VALUE.fullmatch(found["Value"]):
            raise refused("Info")
        return found

    def row(self, info: Row, call: Call) -> Row:
        """The observation that a record is, of the device that is called as its view (40002)."""
        device = next(
            iter(self.farm.platform.store.all(DEVICES, where(orgId=org_of(call), name=info["ViewName"]))), None
        )
        kind = next((row["kind"] for row in rows("tianjin_types") if row["code"] == info["DataType"]), None)
        channel = next((one for one in (device or {}).get("channels", ()) if one["kind"] == kind), None)
        if device is None or channel is None:
            raise refused("ViewName or DataType")
        at = self.moment(info["UpdateTime"]).isoformat()
        return {
            "deviceId": device["deviceId"],
            "channelId": channel["channelId"],
            "objectId": device["objectId"],
            "kind": kind,
            "value": float(Decimal(info["Value"])),
            "unit": channel["unit"],
            "phenomenonTime": at,
            "receivedTime": self.farm.platform.clock().isoformat(),
            "flag": "N",
            "isHistorical": False,
        }

    def moment(self, text: str) -> datetime:
        """The instant of a local time without zone (40002)."""
        try:
            return datetime.strptime(text, LOCAL).replace(tzinfo=self.zone)
        except ValueError as error:
            raise refused("UpdateTime") from error

    def echo(self, info: Row, row: Row) -> Row:
        """A stored record as it is told back."""
        return info | {"Value": f"{row['value']:.2f}"}

    def written(self, infos: list[Row]) -> bytes:
        """Records as XML."""
        root = ET.Element("Infos")
        for info in infos:
            element = ET.SubElement(root, "Info")
            for name, text in info.items():
                ET.SubElement(element, name).text = text
        text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return text
