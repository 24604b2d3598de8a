"""Traceability docking: codes of regions and subjects, sources and destinations, chains of batches, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, codes, expect, masks, record_rule, requirement, schema

from .capability import capability, error_codes, resources
from .cascade_tables import code_of, listed, rows
from .some_records import first_records
from .traceability_chain import came_from, in_cycles, origins, sources_of, texts
from .traceability_specimen import SPOILT, citizen_record, company_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

TRACE = "urn:szxc:platform_interconnection:trace-record"
REGION = "6, 9 or 12 digits, the first two a province"
VIOLATION = "40003"
ANY = (0, 500)
"""Whatever is answered is wanted: an outage in the place of a refusal is a finding too."""
RATIO_FROM, TOLERATED = 200, 200
"""From so many distinct credit codes on, one in so many may fail its check; below, none outside the allow-list."""
FIRST, LAST_WORD = "production", "refused with 40003"
DENIALS = ("http.unauthorised", "http.forbidden", "envelope.denied")
PARTS = ("", "subject", "source", "dest", "product")


@requirement("IC-056")
def test_region_codes_are_region_codes(sut: Sut) -> Iterator[Observation]:
    """Region codes of traceability records and of the declared resources' records: form and province."""
    for record in sut.records("list_trace"):
        yield from _region(record, "regionCode")
    for resource in resources(sut):
        member = resource.text("regionField")
        for record in _readable(sut, resource.text("resourceCode")) if member else ():
            yield from _region(record, member or "")


def _readable(sut: Sut, resource: str | None) -> Iterator[Record]:
    """A resource's first records; none of one that this account may not read."""
    try:
        yield from first_records(sut, "list_records", resource=resource)
    except SzxcError as refusal:
        if refusal.code not in DENIALS:
            raise


def _region(record: Record, member: str) -> Iterator[Observation]:
    if record.get(member) is None:
        return
    code = record.text(member) or ""
    known = code[:2] in {row["code"] for row in rows("provinces")}
    holds = codes.is_region_code(code) and known and code.isascii()
    yield expect(holds, record.at(member), expected=REGION, observed=record.get(member))


@requirement("IC-057")
def test_codes_of_subjects_are_checked(sut: Sut) -> Iterator[Observation]:
    """Stored codes are right; a record with a wrong check character is refused, where the right one was taken."""
    yield from _stored_codes(list(sut.records("list_trace")))
    taken = sut.ask("submit_trace", body=company_record(sut))
    yield from _refused(sut, company_record(sut, wrong=True))
    citizen = sut.ask("submit_trace", body=citizen_record(sut), accept=ANY)
    if citizen.fine and taken.fine:
        yield from _refused(sut, citizen_record(sut, wrong=True))


def _stored_codes(records: list[Record]) -> Iterator[Observation]:
    subjects = [subject for record in records if (subject := record.child("subject"))]
    distinct = {code for subject in subjects if _is_legal(subject) and (code := subject.text("uscc"))}
    failing = {code for code in distinct if codes.is_uscc_form(code) and not codes.is_uscc(code)}
    failing -= {row["code"] for row in rows("uscc_allowed")}
    tolerated = failing if len(distinct) >= RATIO_FROM and len(failing) * TOLERATED <= len(distinct) else set()
    for subject in subjects:
        if _is_legal(subject):
            code = subject.text("uscc") or ""
            holds = codes.is_uscc_form(code) and (code not in failing or code in tolerated)
            yield expect(holds, subject.at("uscc"), expected="USCC, 18 characters, right check", observed=code or "-")
        elif subject.text("kind") == "natural" and _has_citizen_number(subject):
            number = subject.text("idNo") or ""
            holds = codes.is_citizen_number(number) or (bool(number) and masks.has_mask(number))
            yield expect(holds, subject.at("idNo"), expected="citizen number, right check, or masked", observed=number)


def _is_legal(subject: Record) -> bool:
    return subject.text("kind") == "legal"


def _has_citizen_number(subject: Record) -> bool:
    """Whether the number is said to be a citizen number, or nothing else is said of it."""
    said = (subject.text("idType") or "").strip().casefold()
    return not said or said in {row["word"] for row in rows("identity_words")}


def _refused(sut: Sut, body: dict[str, object]) -> Iterator[Observation]:
    """A spoilt record is refused with the code for it, and is not there afterwards."""
    reply = sut.ask("submit_trace", body=body, accept=ANY)
    published = {code for code in error_codes(sut) if code != "0"}
    wanted = {VIOLATION} & published or published
    holds = not reply.fine and _is_refusal(reply) and (not wanted or reply.code in wanted)
    yield expect(holds, reply.at(SPOILT), expected=LAST_WORD, observed=f"HTTP {reply.response.status}, {reply.code}")
    name = str(body["recordId"])
    stored = next((row for row in sut.records("list_trace", recordId=name) if row.text("recordId") == name), None)
    at = stored.at("subject") if stored else reply.at()
    yield expect(stored is None, at, expected="nothing stored", observed=name if stored else "nothing stored")


def _is_refusal(reply: Reply) -> bool:
    """A refusal of the record, not of who sends it."""
    return reply.response.status < 500 and not reply.denied  # noqa: PLR2004 -- an outage is no refusal


@record_rule("IC-058", over="list_trace")
def test_a_record_has_source_and_destination(record: Record) -> Iterator[Observation]:
    """The record is whole; after production there is a source; what has gone out went somewhere."""
    yield from schema.conforms(record, TRACE)
    if record.has("stage") and _stage(record) != FIRST:
        named = bool(texts(record, "source.prevBatch")) or record.has("source.prevSubject")
        yield expect(named, record.at("source"), expected="a source", observed=record.get("source"))
    if record.has("outBatch"):
        yield expect(record.has("dest.nextSubject"), record.at("dest"), expected="next subject", observed="absent")


def _stage(record: Record) -> str | None:
    return _stage_of(record.text("stage") or "")


def _stage_of(word: str) -> str | None:
    """A stage's code: the code itself, its Chinese word, or another word for it."""
    said = word.strip()
    other = {row["word"].casefold(): row["code"] for row in rows("trace_stage_words")}
    return code_of("trace_stages", said) or other.get(said.casefold())


@requirement("IC-059")
def test_batches_lead_back_to_where_they_began(sut: Sut) -> Iterator[Observation]:
    """What goes out came in; each source batch is one that went out before; no batch comes from itself."""
    rows_ = list(sut.records("list_trace"))
    here = ("", *(_own_name(sut) if any(row.has("source.platform") for row in rows_) else ()))
    sources, begun = sources_of(rows_), origins(rows_)
    circling = in_cycles(sources)
    for record in rows_:
        batch, first = record.text("outBatch"), _stage(record) == FIRST
        if batch and not first:
            came_in = bool(texts(record, "inBatch"))
            yield expect(came_in, record.at("inBatch"), expected="inbound batch", observed="absent")
        if batch:
            yield expect(batch not in circling, record.at("outBatch"), expected="no cycle", observed=batch)
        if (record.text("source.platform") or "").strip() in here:
            yield from _known(record, begun, first=first)


def _own_name(sut: Sut) -> tuple[str, ...]:
    """What the platform calls itself: a source there is none elsewhere; nothing where it does not say."""
    try:
        return (capability(sut).text("nodeId") or "",)
    except SzxcError:
        return ()


def _known(record: Record, begun: set[str], *, first: bool) -> Iterator[Observation]:
    """Each source batch is known here; a producer's own inbound number need not be anybody's outbound one."""
    for source in texts(record, "source.prevBatch") if first else came_from(record):
        at = record.at("source.prevBatch")
        yield expect(source in begun, at, expected="outbound batch of another record", observed=source)


@requirement("IC-060")
def test_all_stages_can_be_docked(sut: Sut) -> Iterator[Observation]:
    """Each stage is one of the five, and each of the five is seen, or declared under ``traceStages``."""
    seen: dict[str, Record] = {}
    last = None
    for record in sut.records("list_trace"):
        last, stage = record, _stage(record)
        if record.has("stage"):
            yield expect(
                stage is not None, record.at("stage"), expected=listed("trace_stages"), observed=record.get("stage")
            )
        seen.setdefault(stage or "", record)
    missing = [row["code"] for row in rows("trace_stages") if row["code"] not in seen]
    if last is None:
        return
    declared = {_stage_of(word) for word in capability(sut).texts("traceStages")} if missing else set()
    for stage in missing:
        yield expect(stage in declared, last.at("stage"), expected=stage, observed=", ".join(sorted(seen)))


@record_rule("IC-061", over="list_trace")
def test_extensions_stay_in_their_place(record: Record) -> Iterator[Observation]:
    """No member beside those of the base structure; ``extension`` is an object and contradicts none of them."""
    strange = [path for part in PARTS for path in _strange(record, part)]
    extension = record.get("extension")
    yield expect(not strange, record.at(strange[0] if strange else ""), expected="under extension", observed=strange)
    if extension is not None:
        shape = isinstance(extension, dict)
        yield expect(shape, record.at("extension"), expected="an object", observed=extension)
        for name, value in extension.items() if shape else ():
            same = name not in _members("") or record.get(name) in (None, value)
            yield expect(same, record.at(f"extension.{name}"), expected=record.get(name), observed=value)


def _strange(record: Record, part: str) -> list[str]:
    value = record.get(part) if part else record.value
    if not isinstance(value, dict):
        return []
    return [f"{part}.{name}" if part else name for name in value if name not in _members(part)]


def _members(part: str) -> set[str]:
    return {row["member"] for row in rows("trace_members") if row["part"] == part}
