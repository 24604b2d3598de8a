"""Whether the suites themselves are sound: nothing untested, nothing that cannot fail, nothing that needs a network.

The audit lists everything that it finds; loading a suite stops at its first bad row before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.audit_bindings import binding_problems
from pytest_szxc.catalogue.audit_schemas import schema_problems
from pytest_szxc.catalogue.audit_texts import message_problems, suite_text_problems, table_problems
from pytest_szxc.catalogue.documents import nearest
from pytest_szxc.catalogue.locate import requirement_files, schema_namespaces
from pytest_szxc.catalogue.problem import AuditProblem
from pytest_szxc.catalogue.schemas import SchemaStore
from pytest_szxc.messages import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pytest_szxc.model import Requirement, Suite

__all__ = ["AuditProblem", "audit"]


def audit(
    suites: Mapping[str, Suite],
    checks: Mapping[str, AbstractSet[str]],
    mutants: Mapping[str, AbstractSet[str]],
    store: SchemaStore | None = None,
    messages: Path = FOLDER,
) -> list[AuditProblem]:
    """Everything that is wrong with the suites, their schemas and the messages.

    Args:
        suites: the suites, loaded.
        checks: by suite, the ids of the requirements that have a check.
        mutants: by suite, the names of the mutants.
        store: the schemas; by default those that are packaged and those of the suites.
        messages: the folder of the message tables.
    """
    folders = tuple(suite.folder for suite in suites.values())
    known = SchemaStore(schema_namespaces(folders)) if store is None else store
    found: list[AuditProblem] = []
    for suite in suites.values():
        found += _requirement_problems(suite, checks.get(suite.id, frozenset()), mutants.get(suite.id, frozenset()))
        found += table_problems(suite)
        found += suite_text_problems(suite)
        found += binding_problems(suite, known)
    return [*found, *schema_problems(suites, known), *message_problems(messages)]


def _requirement_problems(suite: Suite, checked: AbstractSet[str], mutants: AbstractSet[str]) -> Iterator[AuditProblem]:
    tables = requirement_files(suite.folder)
    file = str(tables[0] if len(tables) == 1 else suite.folder)
    for row in suite.requirements:
        yield from (AuditProblem(file, row.id, code) for code in _row_codes(row, checked))
        for name in row.mutants:
            if name not in mutants:
                params = {"mutant": name, "nearest": nearest(name, sorted(mutants))}
                yield AuditProblem(file, row.id, "audit.unknown-mutant", params)
    owned = {name for row in suite.requirements for name in row.mutants}
    for name in sorted(mutants - owned):
        yield AuditProblem(str(suite.folder / "mutants.py"), name, "audit.unowned-mutant", {"mutant": name})
    for id_ in sorted(checked - {row.id for row in suite.requirements}):
        yield AuditProblem(str(suite.folder), id_, "audit.unknown-check", {"requirement": id_})


def _row_codes(row: Requirement, checked: AbstractSet[str]) -> Iterator[str]:
    if row.attested is not None:
        if row.id in checked:
            yield "audit.check-of-attested"
        return
    if row.id not in checked:
        yield "audit.no-check"
    if not row.mutants:
        yield "audit.no-mutant"
