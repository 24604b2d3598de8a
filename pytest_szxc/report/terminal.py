"""Lines for the terminal, rendered from values and from the report document; GBK-safe, in zh or en."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pytest_szxc.messages import render
from pytest_szxc.printable import bare_url, show
from pytest_szxc.report.reading import cause_from
from pytest_szxc.target.store import NOT_SENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Cause, Exchange, Finding, Json, Requirement, Verdict

FINDINGS_SHOWN = 5
IDS_SHOWN = 12
_JUDGED = ("pass", "fail", "warn")


def word(code: str, lang: str, **params: object) -> str:
    """One of our own words."""
    return render(f"word.{code}", lang, params)


def failure_lines(  # noqa: PLR0913 -- all that a person is told
    requirement: Requirement,
    verdict: Verdict,
    exchanges: Iterable[Exchange],
    lang: str,
    *,
    again: str,
    account_variables: Mapping[str, str],
) -> Iterator[str]:
    """What a person needs to mend one requirement, from its statement to the command that runs it again."""
    level = render(f"level.{requirement.level}", lang, {})
    basis = render(f"basis.{requirement.basis}", lang, {})
    yield f"{requirement.id} [{level} · {basis}] {requirement.statement.in_(lang)}"
    yield f"  {word('source', lang)}: {requirement.source}"
    for number, finding in enumerate(verdict.findings[:FINDINGS_SHOWN], 1):
        yield f"  {number}. {place(finding, lang)}"
        yield f"     {word('expected', lang)}: {finding.expected}"
        yield f"     {word('observed-value', lang)}: {finding.observed}"
    if verdict.found > FINDINGS_SHOWN:
        yield f"  {word('more', lang, count=verdict.found - FINDINGS_SHOWN)}"
    if verdict.cause:
        yield from cause_lines(verdict.cause, lang)
    if verdict.exhibits:
        yield f"  {word('exhibits', lang, count=len(verdict.exhibits), requirement=requirement.id)}"
    if verdict.tries > 1:
        yield f"  {tried(verdict.tries, lang)}"
    yield from (
        f"  curl: {curl(exchange, account_variables)}"
        for exchange in exchanges
        if exchange.request.method not in NOT_SENT
    )
    if verdict.findings:
        yield f"  {word('fix', lang)}: {requirement.hint.in_(lang)}"
    yield f"  {word('again', lang)}: {again}"


def place(finding: Finding, lang: str) -> str:
    """Where a finding was seen, in one line."""
    at = finding.at
    parts = [show(at.record) if at.record else "", show(at.pointer)]
    if at.file:
        file = show(at.file)
        parts.append(word("file-row", lang, file=file, row=at.row) if at.row else file)
    if at.exchange:
        parts.append(f"({word('exchange', lang)} {at.exchange})")
    return " ".join(part for part in parts if part)


def tried(tries: int, lang: str) -> str:
    """What is to be said where a request had to be sent again; empty where none had."""
    return word("tries", lang, tries=tries) if tries > 1 else ""


def cause_lines(cause: Cause, lang: str) -> Iterator[str]:
    """A cause and what to do about it."""
    yield f"  {word('reason', lang)}: {render(cause.code, lang, cause.params)} [{cause.code}]"
    hint = render(cause.code, lang, cause.params, part="hint")
    if hint:
        yield f"  {word('hint', lang)}: {hint}"


def notice_lines(notices: Iterable[Cause], lang: str) -> Iterator[str]:
    """What a reader of the result should know, and what to do about it."""
    for notice in notices:
        yield f"! {render(notice.code, lang, notice.params)} [{notice.code}]"
        yield f"  {word('hint', lang)}: {render(notice.code, lang, notice.params, part='hint')}"


def curl(exchange: Exchange, account_variables: Mapping[str, str]) -> str:
    """The request as a shell line; a credential stands as the environment variable that holds it, never as a value."""
    request = exchange.request
    words = ["curl", "-sS", "-X", request.method, shlex.quote(show(bare_url(request.url), clip=2000))]
    for name, value in request.headers:
        words += ["-H", _header(name, value, account_variables)]
    if request.body:
        words += ["--data-binary", shlex.quote(show(request.body.decode("utf-8", "replace"), clip=2000))]
    return " ".join(words)


def _header(name: str, value: str, account_variables: Mapping[str, str]) -> str:
    for placeholder, variable in account_variables.items():
        if placeholder in value:
            return '"' + f"{name}: {value}".replace(placeholder, "$" + variable) + '"'
    return shlex.quote(f"{name}: {show(value)}")


def error_lines(error: SzxcError, lang: str) -> list[str]:
    """An error as a user sees it: what, and what to do."""
    lines = [f"szxc {word('error', lang)}: {error.text(lang)} [{error.code}]"]
    hint = error.hint(lang)
    return [*lines, f"  {word('hint', lang)}: {hint}"] if hint else lines


def class_lines(document: Mapping[str, Json], lang: str) -> Iterator[str]:
    """One line for each conformance class: outcome over all bases, outcome over standards only, counts."""
    yield word("classes", lang)
    for row in document["classes"]:
        outcomes = [render(f"outcome.{row[kind]}", lang, {}) for kind in ("profile", "standard")]
        counts = "  ".join(f"{render(f'status.{status}', lang, {})} {count}" for status, count in row["counts"].items())
        yield f"  {' / '.join(outcomes)}  {row['suite']}/{row['class']} {row['title'][lang]}: {counts}"


def root_lines(document: Mapping[str, Json], lang: str) -> Iterator[str]:
    """Each root cause once, with the requirements it keeps from being judged."""
    roots = [*document["contradictions"], *document["rootCauses"]]
    if roots:
        yield word("roots", lang)
    for root in roots:
        cause = cause_from(root["cause"])
        yield from cause_lines(cause, lang)
        ids = root["requirements"]
        yield f"    {word('affects', lang, count=len(ids), ids=_shown(ids))}"


def _shown(ids: list[str]) -> str:
    return " ".join(ids[:IDS_SHOWN]) + (" …" if len(ids) > IDS_SHOWN else "")


def chosen(document: Mapping[str, Json]) -> str:
    """The suites and classes that ``--szxc-suite`` and ``--szxc-class`` chose; empty where everything was."""
    names: list[str] = []
    for key in ("suite", "class"):
        found = document["run"]["options"].get(key) or ()
        names += [found] if isinstance(found, str) else found
    return ", ".join(names)


def closing_lines(document: Mapping[str, Json], lang: str, page: str) -> Iterator[str]:
    """What else is to be said at the end of a run, and where the report is."""
    run = document["run"]
    yield word("requests", lang, sent=run["requests"]["sent"], saved=run["requests"]["saved"])
    if run["requests"]["rateCostSeconds"] >= 1:
        yield word("rate-cost", lang, seconds=round(run["requests"]["rateCostSeconds"]))
    again = [row["requirement"] for row in document["verdicts"] if row["tries"] > 1 and row["status"] in _JUDGED]
    if again:
        yield word("tried-again", lang, count=len(again), ids=_shown(again))
    if not document["system"]["declared"]:
        yield word("observed", lang)
    if run["partial"]:
        yield word("partial", lang)
    if chosen(document):
        yield word("chosen", lang, names=show(chosen(document)))
    yield from (word(f"taint.{taint}", lang) for taint in run["taints"])
    yield from notice_lines(map(cause_from, run["notices"]), lang)
    yield word("not-certificate", lang)
    yield word("report", lang, path=page)
