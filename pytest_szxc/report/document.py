"""``report.json``: one run as plain JSON (schema ``urn:szxc:szxc:report``), the truth that every rendering reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc import __version__
from pytest_szxc.checks.exhibits import settled
from pytest_szxc.printable import printable_json, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pytest_szxc.model import Cause, Exhibit, Finding, Json, Requirement, Suite, Text, Verdict
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.verdict.decision import ClassResult, Decision, Root

FORMAT = "szxc-report/1"
VERDICT_BYTES = 32 * 1024
"""What the findings of one requirement may take; what is left out stays counted in ``found``."""
FINDINGS_BYTES = 4 * 1024 * 1024
"""What all findings together may take; past it each requirement keeps its first one."""
EXHIBITS_OF_VERDICT_BYTES = 64 * 1024
"""What the exhibits of one requirement may take; what is left out stays counted in ``exhibited``."""
EXHIBITS_BYTES = 2 * 1024 * 1024
"""What all exhibits together may take; past it a requirement keeps none."""
EXHIBITS_NODES = 100_000
"""Values that all exhibits together may hold: half of what a report may have to be read again."""
PARAM_CLIP = 1_000
"""Characters of one value that a cause names; some are lists of our own names."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is to be said of a run beside its verdicts. Times are UTC, RFC 3339; ``target`` is printable."""

    run: str
    target: str
    seed: str
    started: str
    finished: str
    lang: str
    exit_code: int
    manifest: str
    partial: bool = False
    taints: tuple[str, ...] = ()
    notices: tuple[Cause, ...] = ()
    requests_sent: int = 0
    requests_saved: int = 0
    rate_cost: float = 0.0
    options: Mapping[str, Json] = field(default_factory=dict)


def report_document(
    facts: RunFacts, suites: Iterable[Suite], statement: Statement, decision: Decision
) -> dict[str, Json]:
    """The report of one run."""
    chosen = list(suites)
    rows = (verdict_row(requirement, verdict) for requirement, verdict in decision.verdicts)
    document: dict[str, Json] = printable_json(
        {
            "format": FORMAT,
            "tool": {"name": "pytest-szxc", "version": __version__},
            "run": _run(facts),
            "system": {
                "name": statement.name,
                "version": statement.version,
                "declared": statement.declared,
                "statement": statement.digest,
            },
            "suites": [_suite(suite) for suite in chosen],
            "manifest": {"digest": facts.manifest, "requirements": [row.id for row, _ in decision.verdicts]},
            "classes": [_class(result, chosen) for result in decision.classes],
            "rootCauses": [_root(root) for root in decision.roots],
            "contradictions": [_root(root) for root in decision.contradictions],
            "verdicts": list(_within(FINDINGS_BYTES, rows)),
        }
    )
    return document


def write_report(document: Mapping[str, Json], path: Path) -> None:
    """Write the document in one piece: a reader sees the old file or the new one, never half of it."""
    draft = path.with_suffix(".tmp")
    # A lone surrogate is written as JSON escapes it.
    draft.write_text(_lines(document), encoding="utf-8", errors="backslashreplace")
    draft.replace(path)


def _lines(document: Mapping[str, Json]) -> str:
    """The document as JSON with one row a line, so that two reports can be compared line by line."""
    members = (f"{json.dumps(name)}: {_rows(value)}" for name, value in document.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _rows(value: Json) -> str:
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in value)
    return f"[\n{rows}\n]" if rows else "[]"


def verdict_json(verdict: Verdict) -> dict[str, Json]:
    """A verdict as plain JSON, as it travels between processes and stands in the report; each text is printable."""
    plain: dict[str, Json] = printable_json(
        {
            "requirement": verdict.requirement,
            "status": verdict.status.value,
            "observed": verdict.observed,
            "found": verdict.found,
            "findings": _fitting([_finding(finding) for finding in verdict.findings], VERDICT_BYTES),
            "exhibited": verdict.exhibited,
            "exhibits": _room([_exhibit(exhibit) for exhibit in verdict.exhibits], EXHIBITS_OF_VERDICT_BYTES, _size),
            "cause": _cause(verdict.cause) if verdict.cause else None,
            "exchanges": list(verdict.exchanges),
            "tries": verdict.tries,
        }
    )
    return plain


def _finding(finding: Finding) -> dict[str, Json]:
    """A finding; names of members and records are the system's own words, like what was observed."""
    named = {name: show(value) if isinstance(value, str) else value for name, value in finding.at._asdict().items()}
    return {"at": _given(named), "expected": show(finding.expected), "observed": show(finding.observed)}


def _exhibit(exhibit: Exhibit) -> dict[str, Json]:
    """An exhibit in its bounded, printable form, whoever made it."""
    plain = settled(exhibit)
    return {"kind": plain.kind, "title": _text(plain.title), "data": plain.data}


def _room(exhibits: list[dict[str, Json]], limit: int, measure: Callable[[Json], int]) -> list[dict[str, Json]]:
    """Those exhibits that still find room in the limit; a large one is passed over for a smaller after it."""
    kept = []
    for exhibit in exhibits:
        size = measure(exhibit)
        if size <= limit:
            limit -= size
            kept.append(exhibit)
    return kept


def _nodes(value: Json) -> int:
    """How many values a value is: itself and all that is in it."""
    if isinstance(value, dict):
        return 1 + sum(map(_nodes, value.values()))
    return 1 + sum(map(_nodes, value)) if isinstance(value, list) else 1


def _fitting(findings: list[dict[str, Json]], limit: int) -> list[dict[str, Json]]:
    """The first findings that take at most ``limit`` bytes; always one, if there is any."""
    kept, size = findings[:1], _size(findings[:1])
    for finding in findings[1:]:
        size += _size(finding)
        if size > limit:
            break
        kept.append(finding)
    return kept


def _within(limit: int, rows: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """The rows, with fewer findings once ``limit`` bytes of them have been written, and fewer exhibits likewise."""
    room, nodes = EXHIBITS_BYTES, EXHIBITS_NODES
    for row in rows:
        kept = _fitting(row["findings"], limit)
        shown = _room(_room(row["exhibits"], room, _size), nodes, _nodes)
        limit, room, nodes = limit - _size(kept), room - sum(map(_size, shown)), nodes - sum(map(_nodes, shown))
        yield {**row, "findings": kept, "exhibits": shown}


def _size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def verdict_row(requirement: Requirement, verdict: Verdict) -> dict[str, Json]:
    """One requirement with its verdict."""
    return {
        "suite": requirement.suite,
        "class": requirement.conformance_class,
        "level": requirement.level.value,
        "basis": requirement.basis.value,
        "provisional": requirement.provisional,
        "source": requirement.source,
        "statement": _text(requirement.statement),
        "hint": _text(requirement.hint),
        **verdict_json(verdict),
    }


def _run(facts: RunFacts) -> dict[str, Json]:
    return {
        "id": facts.run,
        "target": facts.target,
        "seed": facts.seed,
        "started": facts.started,
        "finished": facts.finished,
        "lang": facts.lang,
        "exitCode": facts.exit_code,
        "partial": facts.partial,
        "taints": list(facts.taints),
        "notices": [_cause(notice) for notice in facts.notices],
        "requests": {"sent": facts.requests_sent, "saved": facts.requests_saved, "rateCostSeconds": facts.rate_cost},
        "options": dict(facts.options),
    }


def _suite(suite: Suite) -> dict[str, Json]:
    return {
        "id": suite.id,
        "code": suite.code,
        "version": suite.version,
        "digest": suite.digest,
        "title": _text(suite.title),
        "label": _text(suite.label),
        "standards": list(suite.standards),
    }


def _class(result: ClassResult, suites: list[Suite]) -> dict[str, Json]:
    titles = {(suite.id, item.id): item.title for suite in suites for item in suite.classes}
    return {
        "suite": result.suite,
        "class": result.conformance_class,
        "title": _text(titles[result.suite, result.conformance_class]),
        "profile": result.profile.value,
        "standard": result.standard.value,
        "counts": {status.value: count for status, count in sorted(result.counts.items())},
    }


def _root(root: Root) -> dict[str, Json]:
    return {"cause": _cause(root.cause), "requirements": list(root.requirements)}


def _cause(cause: Cause) -> dict[str, Json]:
    params = {name: show(value, PARAM_CLIP) for name, value in cause.params.items()}
    return _given({"code": cause.code, "params": params, "exchange": cause.exchange})


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _given(values: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value not in (None, {}, "")}
