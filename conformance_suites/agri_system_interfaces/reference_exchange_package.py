"""The reference farm's exchange packages: shown with their digests, taken in only where the digest is right."""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json
from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_data import ORG_OF, stamp
from .reference_infos import Infos
from .reference_observations import where
from .tables import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "exchange_package"
PACKAGES = "agri:packages"
PATH = "/szxc/v1/exchange/packages"
OWNER = "_org"
"""Member with the organisation whose package it is; it is not shown."""
TEXTS = ("packageId", "createdAt", "sourceOrg", "payloadKind")
USUAL = "SHA-256"
VERSION = 0


def mount(farm: Farm) -> None:
    """Make some packages, and serve the operations."""
    part = farm.parts[TOPIC] = Packages(farm)
    farm.platform.store.load(PACKAGES, ((row["packageId"], json.dumps(row)) for row in part.first()))
    farm.serve("IF11", "GET", PATH, part.list_packages)
    farm.serve("IF11", "POST", PATH, part.import_package)
    farm.serve("IF11", "DELETE", f"{PATH}/{{package}}", part.remove_package)
    path = "/szxc/v1/exchange/infos"
    farm.platform.serve("POST", path, "upload_infos", part.infos.upload_infos, text=True)


class Packages:
    """The farm's packages; a faulty farm shows or takes them otherwise.

    Attributes:
        infos: the Tianjin XML upload.
        algorithms: of digests that are taken.
    """

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.store = farm.platform.store
        self.infos = Infos(farm)
        self.algorithms = canonical_json.computable()

    def first(self) -> Iterator[Row]:
        """The packages that the farm has at first: one of each kind of payload."""
        now = self.farm.platform.now
        for number, kind in enumerate(codes("payload_kinds")):
            items = [{"channelId": "temperature", "value": 20.5 + number, "unit": "Cel", "note": "示例"}]
            payload = {"title": f"交换样例{number + 1}", "items": items, "at": stamp(now - timedelta(days=number + 1))}
            yield self.made(f"pk-{number + 1:04d}", kind, payload, now - timedelta(days=number)) | {
                OWNER: ORG_OF["primary"]
            }

    def made(self, name: str, kind: str, payload: Any, at: datetime) -> Row:  # noqa: ANN401 -- any JSON value
        """A package with its digest."""
        return {
            "packageId": name,
            "version": VERSION,
            "formatDescription": "JSON",
            "createdAt": stamp(at),
            "sourceOrg": ORG_OF["primary"],
            "payloadKind": kind,
            "payload": payload,
            "digest": {"alg": USUAL, "hex": canonical_json.digest(USUAL, payload)},
        }

    # -- operations ---------------------------------------------------------------------------------------------------

    def list_packages(self, call: Call) -> Answer:
        """The packages of the caller's organisation."""
        return self.farm.platform.listed(call, PACKAGES, where(_org=org_of(call)), self.shown)

    def import_package(self, call: Call) -> Answer:
        """Take a package whose digest is right."""
        need_write(call)
        row = self.checked(call.body)
        if not self.is_whole(row):
            self.farm.audit(call, "import_package", row["packageId"], "refused")
            raise demo.ApiError(422, 42201, "digest does not match the payload")
        if self.store.get(PACKAGES, row["packageId"]) is not None:
            raise demo.ApiError(409, 40901, "duplicate package")
        self.store.add(PACKAGES, row["packageId"], row | {OWNER: org_of(call)})
        self.farm.audit(call, "import_package", row["packageId"], "ok")
        return demo.Answer({"packageId": row["packageId"], "status": "accepted"}, status=201)

    def remove_package(self, call: Call) -> Answer:
        """Remove a package."""
        need_write(call)
        row = self.store.get(PACKAGES, call.params["package"])
        if row is None or row[OWNER] != org_of(call):
            raise unknown("package")
        self.store.remove(PACKAGES, row["packageId"])
        self.farm.audit(call, "remove_package", row["packageId"], "ok")
        return demo.Answer({"packageId": row["packageId"]})

    # -- inside -------------------------------------------------------------------------------------------------------

    def shown(self, row: Row) -> Row:
        """A package as answers have it."""
        return {name: value for name, value in row.items() if name != OWNER}

    def checked(self, row: Any) -> Row:  # noqa: ANN401 -- as it came
        """A package that has all that one needs (40002)."""
        if not isinstance(row, dict):
            raise invalid("body")
        for name in TEXTS:
            if not isinstance(row.get(name), str) or not row[name]:
                raise invalid(name)
        digest = row.get("digest")
        if row["payloadKind"] not in codes("payload_kinds") or row.get("payload") is None or "version" not in row:
            raise invalid("payloadKind, payload or version")
        if not isinstance(digest, dict) or digest.get("alg") not in self.algorithms:
            raise invalid("digest")
        return row

    def is_whole(self, row: Row) -> bool:
        """Whether a package's digest is that of its payload."""
        return hmac.compare_digest(str(row["digest"].get("hex")).lower().encode(), self.digest(row).encode())

    def digest(self, row: Row) -> str:
        """The digest that a package ought to have."""
        return canonical_json.digest(row["digest"]["alg"], row["payload"])
