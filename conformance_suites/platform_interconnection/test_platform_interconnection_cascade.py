"""The cascade of catalogue and resources between levels, and the flow of data back to the region they speak of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, regions, requirement, schema

from . import cascade_specimens as specimens
from . import cascade_tables as tables
from .capability import resources
from .some_records import MOST, first_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc import Observation, Record, Sut

ENTRY = "urn:szxc:platform_interconnection:catalogue-entry"
RESOURCE = "urn:szxc:platform_interconnection:resource"
REGION = "urn:szxc:common:region-code"
FREE = frozenset({"无条件", "无条件共享"})
NOTHING = frozenset({"", "无", "暂无", "无要求", "空", "/", "-", "--", "—", "——", "none", "null", "n/a"})
NOT_SHARED = "3"
SERVICE = "服务接口"
LOOKS = 3
PAUSE = 2.0
"""Seconds until it is looked again whether a change of the catalogue is seen."""
TOWNSHIPS = 2


@requirement("IC-049")
def test_catalogue_is_cascaded(sut: Sut) -> Iterator[Observation]:
    """Entries are whole and stand once; one that is reported is listed, and no longer once it is withdrawn."""
    seen: Counter[str] = Counter()
    for entry in sut.records("list_catalogue"):
        yield from schema.conforms(entry, ENTRY)
        yield from _shared_rightly(entry)
        yield from _updated_in_a_known_cycle(entry)
        code = entry.text("resourceCode") or ""
        seen[code] += 1
        if code:
            yield expect(seen[code] == 1, entry.at("resourceCode"), expected="unique", observed=code)
    yield from _reported_and_withdrawn(sut, seen)


def _shared_rightly(entry: Record) -> Iterator[Observation]:
    """Type 1 has no condition, type 2 a concrete one, type 3 names what forbids to share."""
    written = entry.text("sharing.type")
    if written is None:
        return
    kind = tables.code_of("sharing_types", written)
    condition = (entry.text("sharing.condition") or "").strip()
    here = entry.at("sharing.condition")
    if kind is None:
        wanted = tables.listed("sharing_types")
        yield expect(holds=False, at=entry.at("sharing.type"), expected=wanted, observed=written)
    elif kind == "1":
        good = condition in FREE or condition.lower() in NOTHING
        yield expect(good, here, expected="无条件", observed=condition)
    else:
        said = condition not in FREE and condition.lower() not in NOTHING
        wanted = "a law or policy" if kind == NOT_SHARED else "a concrete condition"
        yield expect(said, here, expected=wanted, observed=condition)


def _updated_in_a_known_cycle(entry: Record) -> Iterator[Observation]:
    cycle = entry.text("updateCycle")
    if cycle:
        good = tables.code_of("update_cycles", cycle) is not None
        yield expect(good, entry.at("updateCycle"), expected=tables.listed("update_cycles"), observed=cycle)


def _reported_and_withdrawn(sut: Sut, taken: Mapping[str, int]) -> Iterator[Observation]:
    body = specimens.entry(sut, taken)
    code, title = str(body["resourceCode"]), body["title"]
    reported = sut.ask("report_catalogue", body=body)
    listed = _entries(sut, code, there=True)
    yield expect(len(listed) == 1, reported.at(), expected=f"{code} listed once", observed=f"{len(listed)} entries")
    if not listed:
        return
    found = listed[0].text("title")
    yield expect(found == title, listed[0].at("title"), expected=title, observed=found)
    yield from schema.conforms(listed[0], ENTRY)
    withdrawn = sut.ask("withdraw_catalogue", resource=code)
    left = _entries(sut, code, there=False)
    yield expect(not left, withdrawn.at(), expected=f"{code} not listed", observed=f"{len(left)} entries")


def _entries(sut: Sut, code: str, *, there: bool) -> list[Record]:
    """The entries of a code, once there are some, or none; where a platform takes its time, the last that were seen."""
    found: list[Record] = []
    for look in range(LOOKS):
        if look:
            sut.wait(PAUSE)
        listed = sut.records("list_catalogue", resourceCode=code)
        found = [entry for entry in listed if entry.text("resourceCode") == code]
        if bool(found) is there:
            break
    return found


@requirement("IC-050")
def test_resources_are_bound_to_the_catalogue(sut: Sut) -> Iterator[Observation]:
    """Every service has an entry, and every entry that says it is shared as a service has one."""
    entries = {code: entry for entry in sut.records("list_catalogue") if (code := entry.text("resourceCode"))}
    bound: set[str] = set()
    ids: Counter[str] = Counter()
    for service in sut.records("list_resources"):
        yield from schema.conforms(service, RESOURCE)
        code, id_ = service.text("resourceCode"), service.text("serviceId")
        if code:
            bound.add(code)
            here = service.at("resourceCode")
            yield expect(code in entries, here, expected="in list_catalogue", observed=code)
        if id_:
            ids[id_] += 1
            yield expect(ids[id_] == 1, service.at("serviceId"), expected="unique", observed=id_)
    for code, entry in entries.items():
        if _is_service(entry):
            yield expect(code in bound, entry.at("resourceCode"), expected="in list_resources", observed="absent")


def _is_service(entry: Record) -> bool:
    """Whether an entry says that it is shared, and as a service."""
    if tables.code_of("sharing_types", entry.text("sharing.type")) in (None, NOT_SHARED):
        return False
    online = {row["zh"] for row in tables.rows("sharing_methods") if row["online"]}
    methods = {entry.text("sharing.method"), *entry.texts("sharing.method")}
    return not online.isdisjoint(methods) or SERVICE in {entry.text("format"), *entry.texts("format")}


@requirement("IC-054")
def test_data_flow_back_to_their_region(sut: Sut) -> Iterator[Observation]:
    """What flows back to a region is of the region, and all of it; a region without data is given nobody else's."""
    for resource in resources(sut):
        held = _regions(sut, resource)
        if len(set(held.values())) > 1:
            for region in _asked(sut, held):
                yield from _flows(sut, resource, region, held)
            yield from _flows_to_nobody(sut, resource, held)
            return


def _regions(sut: Sut, resource: Record) -> dict[str, str]:
    """Region by record of a resource; empty where this account may not read it or nothing says the region."""
    key, field = resource.text("key") or "id", resource.text("regionField") or "regionCode"
    try:
        records = list(first_records(sut, "list_records", resource=resource.text("resourceCode")))
    except SzxcError as reason:
        if reason.code not in ("http.forbidden", "envelope.denied"):
            raise
        return {}
    found = ((record.text(key), record.text(field)) for record in records)
    return {id_: region for id_, region in found if id_ and region and schema.holds(region, REGION)}


def _asked(sut: Sut, held: Mapping[str, str]) -> list[str]:
    """The county of most records, and two of the regions that records name; one that ends with a zero tells most."""
    seen = sorted(set(held.values()))
    county = Counter(region[: regions.COUNTY] for region in held.values()).most_common(1)[0][0]
    random = sut.random("IC-054")
    telling = [region for region in seen if regions.stem(region).endswith("0")]
    chosen = [*telling[:1], *random.sample(seen, min(TOWNSHIPS, len(seen)))][:TOWNSHIPS]
    return [*dict.fromkeys([county.ljust(max(map(len, seen)), "0"), *chosen])]


def _flows(sut: Sut, resource: Record, region: str, held: Mapping[str, str]) -> Iterator[Observation]:
    given: set[str] = set()
    answered = list(first_records(sut, "return_flow", region=region, resourceCode=resource.text("resourceCode")))
    for id_, place, record in _placed(answered, resource, held):
        given.add(id_)
        yield expect(
            regions.is_within(place, region), record.at(), expected=f"within {region}", observed=f"{id_}: {place}"
        )
    owed = sorted(id_ for id_, place in held.items() if regions.is_within(place, region))
    left = [id_ for id_ in owed if id_ not in given]
    if owed and len(answered) < MOST:  # else the rest may come on pages that nobody asks for
        observed = f"{len(left)} of {len(owed)} left out: {', '.join(left[:3])}"
        yield expect(not left, resource.at(), expected=f"all records of {region}", observed=observed)


def _flows_to_nobody(sut: Sut, resource: Record, held: Mapping[str, str]) -> Iterator[Observation]:
    """A region of which there is no record is given none of another; to refuse it is as good."""
    longest = max(map(len, held.values()))
    county = min(held.values())[: regions.COUNTY]
    nobody = f"{county}989".ljust(longest, "0") if longest > regions.COUNTY else str(int(county) - 1)
    if any(regions.is_within(place, nobody) for place in held.values()):
        return
    try:
        answered = list(first_records(sut, "return_flow", region=nobody, resourceCode=resource.text("resourceCode")))
    except SzxcError:
        return
    others = [
        f"{id_}: {place}" for id_, place, _ in _placed(answered, resource, held) if not regions.is_within(place, nobody)
    ]
    observed = f"{len(others)} records, {', '.join(others[:3])}"
    yield expect(not others, resource.at(), expected=f"nothing for {nobody}", observed=observed)


def _placed(records: Iterable[Record], resource: Record, held: Mapping[str, str]) -> Iterator[tuple[str, str, Record]]:
    """Records of a resource with id and region, where both are known."""
    key, field = resource.text("key") or "id", resource.text("regionField") or "regionCode"
    for record in records:
        id_ = record.text(key)
        place = record.text(field) or held.get(id_ or "")
        if id_ and place and record.text("resourceCode") in (None, resource.text("resourceCode")):
            yield id_, place, record
