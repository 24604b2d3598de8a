"""The causes that are told apart, as a table for people: the stage, what is said, what to do, how a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.doctor.check import STAGES
from pytest_szxc.doctor.connection import STAGE_OF
from pytest_szxc.messages import render, table

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = {
    "10": tuple((stage, code) for code, stage in STAGE_OF.items()),
    "inconclusive": (
        ("data", "doctor.data.empty"),
        ("data", "file.missing"),
        ("data", "file.altered"),
        ("path", "doctor.operation"),
        ("accounts", "doctor.accounts.refused"),
        ("write", "doctor.write.denied"),
        ("write", "doctor.write.unclear"),
    ),
    "12": (
        ("statement", "document.not-found"),
        ("statement", "document.encoding"),
        ("statement", "document.unknown-key"),
        ("statement", "statement.secret-missing"),
        ("statement", "statement.class-unbound"),
    ),
    "1": (("statement", "doctor.statement.config"),),
    "notice": (
        ("tls", "notice.insecure"),
        ("clock", "notice.clock-skew"),
        ("path", "notice.redirect"),
        ("media", "notice.media-type"),
        ("data", "notice.evidence-folder"),
        ("data", "notice.evidence-more"),
        ("data", "notice.profile"),
        ("rate", "notice.slowed"),
        ("rate", "doctor.rate.retry-after"),
        ("sink", "notice.sink"),
        ("version", "notice.version"),
        ("version", "notice.suite-version"),
    ),
}
"""How a run ends (exit code, inconclusive requirements, or a notice only) → stages and codes."""


class _Blanks(dict[str, str]):
    """Parameters of a message that is shown without a case."""

    def __missing__(self, name: str) -> str:
        return "…"


def table_lines(lang: str) -> Iterator[str]:
    """The table in Markdown, a row a cause, in the order of the stages."""
    yield f"| {' | '.join(render(f'doctor.table.{name}', lang, {}) for name in ('stage', 'seen', 'what', 'run'))} |"
    yield "|---|---|---|---|"
    rows = [(stage, code, ends) for ends, places in ENDS.items() for stage, code in places]
    for stage, code, ends in sorted(rows, key=lambda row: STAGES.index(row[0])):
        row = table()[code]
        seen, what = (_blank(row.get(name, "-")) for name in (lang, f"hint_{lang}"))
        shown = ends if ends.isdigit() else render(f"doctor.table.{ends}", lang, {})
        yield f"| {render(f'doctor.stage.{stage}', lang, {})} | {seen} `{code}` | {what} | {shown} |"


def _blank(template: str) -> str:
    return template.format_map(_Blanks()).replace("|", "\\|")
