"""A grade belongs to a version: with another one it is void until the feature is declared anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc import answers, expect, requirement

from .next_version import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
CREATE, CHANGE, REMOVE, READ = "declare_feature", "update_declaration", "remove_declaration", "read_grade"
GONE = (404, 410)
NO_GRADE = "404 / status void"
PLATFORMS_OWN = ("status", "declared_at")
"""Members of a declaration that the platform says."""


# --- versions ---------------------------------------------------------------------------------------------------------


@requirement("ADG-043")
def test_another_version_voids_the_grade(sut: Sut) -> Iterator[Observation]:
    """A feature of our own, declared and graded: with another version its grade is void until it is declared anew."""
    bench = _Bench.declared(sut)
    if bench is None or not bench.graded(bench.version):
        return
    old, new = bench.version, after(bench.version)
    if not sut.ask(CHANGE, feature=bench.feature, body={"system_version": new}, accept=answers.ANY).fine:
        return
    for _ in range(2):  # what is void stays so, however often somebody looks
        yield _void(bench.read(), f"{old} → {new}")
    if bench.declare(bench.document | {"system_version": new}):
        reply = bench.read()
        right = _valid(reply) and reply.record.text("system_version") in (None, new)
        expected = f"declared anew: valid, {new}"
        yield expect(right, reply.at(), expected=expected, observed=_said(reply))


def _void(reply: Reply, change: str) -> Observation:
    return expect(not _valid(reply), reply.at("status"), expected=f"{change}: {NO_GRADE}", observed=_said(reply))


def _valid(reply: Reply) -> bool:
    """Whether an answer shows a grade that counts; one that does not say so counts."""
    return reply.fine and reply.record.get("grade") is not None and reply.record.text("status") in (None, "valid")


def _said(reply: Reply) -> str:
    if not reply.fine:
        return f"HTTP {reply.response.status}"
    told = reply.record
    return f"grade {told.get('grade')}, status {told.get('status')}, version {told.get('system_version')}"


@dataclass(frozen=True, slots=True)
class _Bench:
    """A feature of the run's own, and how it was declared."""

    sut: Sut
    feature: str
    document: Row

    @classmethod
    def declared(cls, sut: Sut) -> _Bench | None:
        """Declare one like the first that is in force; ``None`` where there is none, or where ours is refused."""
        known = next((row for row in sut.records("list_declarations") if _usable(sut, row)), None)
        if known is None:
            return None
        feature = f"{sut.prefix}043"
        like = {name: value for name, value in known.value.items() if name not in PLATFORMS_OWN}
        bench = cls(sut, feature, {**like, "feature_id": feature})
        return bench if sut.ask(CREATE, body=bench.document, accept=(0,)).fine else None

    @property
    def version(self) -> str:
        return str(self.document["system_version"])

    def graded(self, version: str) -> bool:
        """Whether there is a grade that counts, of this feature and version."""
        reply = self.read()
        own = reply.record.text("feature_id") in (None, self.feature)
        return own and _valid(reply) and reply.record.text("system_version") in (None, version)

    def read(self) -> Reply:
        return self.sut.ask(READ, feature=self.feature, accept=GONE)

    def declare(self, document: Row) -> bool:
        """Declare it anew; where that is a conflict, what was declared before is withdrawn first."""
        reply = self.sut.ask(CREATE, body=document, accept=answers.ANY)
        if reply.response.status == 409:  # noqa: PLR2004 -- HTTP's own
            self.sut.ask(REMOVE, feature=self.feature, accept=answers.ANY)
            reply = self.sut.ask(CREATE, body=document, accept=answers.ANY)
        return reply.fine


def _usable(sut: Sut, row: Record) -> bool:
    name = row.text("feature_id") or sut.prefix
    in_force = row.text("status") in (None, "in_force")
    return not name.startswith(sut.prefix) and in_force and bool(row.text("system_version"))
