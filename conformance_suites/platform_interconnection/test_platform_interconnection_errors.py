"""Errors: codes of the published table, texts that give nothing away, members that are named, unknown members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import answers, expect, leaks, requirement

from .answers import refusals
from .capability import error_codes, resources
from .naming_errors import as_names, lost, members, names_one, told
from .specimen_batch import specimen_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

LEAST = 3
"""Different errors that must have been seen before anything is said of a platform's errors."""
MOST_OTHERS = 3
"""Other members that a text may name beside the one that is missing; one that names all of them tells nothing."""
CRASHES = frozenset({500, 502})
ODD = "szxcUnknownField"


@requirement("IC-024")
def test_error_codes_are_published(sut: Sut) -> Iterator[Observation]:
    """Each error that can be provoked has a code of the published table, with the HTTP status that stands there.

    An error without any code is no envelope, which is another requirement's matter.
    """
    table = error_codes(sut)
    seen = [(what, reply) for what, reply in refusals(sut) if not reply.fine and reply.code is not None]
    if not table or len({what for what, _ in seen}) < LEAST:
        return
    for what, reply in seen:
        status = table.get(reply.code or "")
        wanted = f"{what}: {reply.code if status else 'a published code'} with HTTP {status or '4xx'}"
        observed = f"{reply.code} with HTTP {reply.response.status}"
        yield expect(status == reply.response.status, reply.at("code"), expected=wanted, observed=observed)


@requirement("IC-025")
def test_errors_give_nothing_away(sut: Sut) -> Iterator[Observation]:
    """No error shows traces, statements, paths or pages of the programs behind the interface."""
    for _, reply in refusals(sut):
        if not reply.fine:
            shown = leaks.leak(answers.text_of(reply))
            yield expect(shown is None, reply.at(), expected="no inner detail", observed=shown)


@requirement("IC-026")
def test_missing_members_are_named(sut: Sut) -> Iterator[Observation]:
    """Each member that a batch needs is left out once: the batch is refused, and the answer names it and few others."""
    specimen = specimen_of(sut)
    if specimen is None:
        return
    whole = sut.ask("push_batch", body=specimen.marked("whole"), accept=(0,))
    if not whole.fine or whole.record.text("status") == "rejected":
        return
    for number, member in enumerate(members()):
        reply = sut.ask("push_batch", body=_without(specimen.marked(f"part-{number}"), member), accept=answers.ANY)
        names = lost(whole, reply)
        if names and not _pending(reply):
            yield _named(reply, member, names)


def _without(body: dict[str, object], member: str) -> dict[str, object]:
    return {name: value for name, value in body.items() if name != member}


def _pending(reply: Reply) -> bool:
    """Whether a batch was only taken in, and is judged later."""
    return reply.fine and not reply.record.has("status")


def _named(reply: Reply, member: str, names: frozenset[str]) -> Observation:
    if reply.fine and reply.record.text("status") != "rejected":
        return expect(holds=False, at=reply.at(), expected=f"refused without {member}", observed="accepted")
    text = told(reply)
    others = sum(names_one(text, as_names(other)) for other in members() if other != member and other not in names)
    holds = names_one(text, (*names, *as_names(member))) and others <= MOST_OTHERS
    return expect(holds, reply.at("message"), expected=f"{member} named", observed=reply.envelope.get("message"))


@requirement("IC-073")
def test_unknown_members_do_no_harm(sut: Sut) -> Iterator[Observation]:
    """What a query or a body has beyond the interface is passed over or refused; it crashes and changes nothing."""
    for resource in resources(sut)[:1]:
        asked: dict[str, object] = {"resource": resource.get("resourceCode")}
        rows = _rows(sut, "list_records", asked)
        yield from _tolerant(sut, "list_records", asked, {f"?{ODD}": "1"}, rows)
        for field in resource.texts("filterFields")[:1]:
            for row in rows[:1]:
                some = asked | {"field": field, "value": row.get(field)}
                beside = {f"+{ODD}": {"a": [1]}}
                yield from _tolerant(sut, "search_records", some, beside, _rows(sut, "search_records", some))


def _tolerant(
    sut: Sut, operation: str, asked: dict[str, object], beside: dict[str, object], rows: list[Record]
) -> Iterator[Observation]:
    """One observation; rows that differ are compared once more, for data may change while they are read."""
    reply = answers.possible(lambda: sut.ask(operation, accept=answers.ANY, **asked, **beside))
    if reply is None or not rows:
        return
    crashed = reply.response.status in CRASHES
    if crashed or reply.response.status >= 400:  # noqa: PLR2004 -- HTTP
        observed = f"HTTP {reply.response.status}"
        yield expect(not crashed, reply.at(), expected="passed over, or refused with 4xx", observed=observed)
        return
    before, shown = _values(rows), _values(_rows(sut, operation, asked | beside))
    after = before if shown == before else _values(_rows(sut, operation, asked))
    if after in (shown, before):  # else they change by themselves
        wanted = f"the same {len(rows)} records without and with {ODD}"
        seen = f"{len(shown)} records, {len(set(shown) - set(before))} of them others"
        yield expect(shown == after, reply.at(), expected=wanted, observed=seen)


def _rows(sut: Sut, operation: str, asked: dict[str, object]) -> list[Record]:
    return [row for page in sut.walk(operation, pages=1, **asked) for row in page.records]


def _values(rows: list[Record]) -> list[str]:
    return sorted(repr(row.value) for row in rows)
