"""Batches that a platform should accept: one record of its own first resource under other keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json

from .capability import capability, resources

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_szxc import Record, Sut

USUAL = "SHA-256"


@dataclass(frozen=True, slots=True)
class SpecimenBatch:
    """What batches of one record are made of; read before anything is written, for what is read later is asked anew.

    Attributes:
        document: the capability document.
        resource: as declared there.
        record: the first of that resource.
        prefix: what everything that is made is named with.
        now: when it is sent.
    """

    document: Record
    resource: Record
    record: Record
    prefix: str
    now: datetime

    def marked(self, mark: str) -> dict[str, Any]:
        """The body of one batch; those of other marks are other batches."""
        name = f"{self.prefix}{mark}"
        records = [self.record.value | {self.resource.text("key") or "id": name}]
        alg = self.algorithm()
        return {
            "messageId": f"{name}-m",
            "messageType": "push",
            "sender": self.prefix.strip("-") or "szxc",
            "receiver": self.document.text("nodeId") or "node",
            "resourceCode": self.resource.text("resourceCode"),
            "batchNo": name,
            "seq": 1,
            "total": 1,
            "mode": "incr",
            "op": "I",
            "count": 1,
            "digest": {"alg": alg, "value": canonical_json.digest(alg, records)},
            "sentAt": self.now.isoformat(timespec="seconds"),
            "records": records,
        }

    def algorithm(self) -> str:
        """The first declared algorithm of digests that this Python can compute; the usual one where none is."""
        declared = self.document.texts("digestAlgorithms")
        return next((alg for alg in declared if alg in canonical_json.computable()), USUAL)


def specimen_of(sut: Sut) -> SpecimenBatch | None:
    """What batches can be made of; ``None`` where no resource has a record."""
    for resource in resources(sut):
        for page in sut.walk("list_records", pages=1, resource=resource.get("resourceCode")):
            for record in page.records[:1]:
                return SpecimenBatch(capability(sut), resource, record, sut.prefix, sut.now)
    return None
