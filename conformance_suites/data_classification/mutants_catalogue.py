"""Mutants of the catalogue: core metadata, codes, classes, facets, sharing, freshness."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import PLAIN, altered, both, entries, one, victim
from .reference import ENTRIES
from .reference_trail import stamp

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

Entry = dict[str, Any]
MUTANTS = demo.Mutants()
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _shared(kind: str) -> Any:  # noqa: ANN401 -- a condition
    return lambda entry: entry["sharing"]["type"] == kind


def _sharing(entry: Entry, **members: str) -> None:
    entry["sharing"].update(members)


@MUTANTS.add("catalogue-absent", "目录接口不存在", "the catalogue does not exist")
def _catalogue_absent(platform: Platform) -> None:
    platform.refuse("list_entries", demo.no_resource())


one(MUTANTS, "core-member-missing", ("缺提供方", "no provider"), PLAIN, lambda entry: entry.pop("provider"))
one(
    MUTANTS,
    "item-without-type",
    ("信息项无数据类型", "an item without data type"),
    PLAIN,
    lambda entry: entry["items"][0].pop("dataType"),
)
one(MUTANTS, "scheme-unknown", ("自定分级方案", "a scheme of its own"), PLAIN, lambda entry: entry.update(scheme="own"))
one(
    MUTANTS,
    "scheme-version-missing",
    ("缺分级方案版本", "no version of the scheme"),
    PLAIN,
    lambda entry: entry.pop("version"),
)
one(
    MUTANTS,
    "resource-code-malformed",
    ("资源代码结构错误", "a malformed resource code"),
    PLAIN,
    lambda entry: entry.update(resourceCode="9X0001"),
)


@MUTANTS.add("resource-code-duplicate", "资源代码重复", "a resource code stands twice")
def _resource_code_duplicate(platform: Platform) -> None:
    copy = victim(platform, PLAIN)
    copy["title"] += "(又一份)"
    platform.store.add(ENTRIES, copy["resourceCode"], copy)


@MUTANTS.add("provider-code-check-digit", "提供方代码校验位错误", "a provider's code fails its check")
def _provider_code_check_digit(platform: Platform) -> None:
    code = entries(platform)[0]["providerCode"]
    wrong = code[:-1] + SYMBOLS[(SYMBOLS.index(code[-1]) + 1) % len(SYMBOLS)]
    where = demo.Where("json_extract(body, '$.providerCode') = ?", (code,))
    platform.store.edit(ENTRIES, lambda entry: entry.update(providerCode=wrong), where)


one(
    MUTANTS,
    "provider-code-truncated",
    ("提供方代码少一位", "a provider's code of 17 characters"),
    PLAIN,
    lambda entry: entry.update(providerCode=entry["providerCode"][:17]),
)
one(
    MUTANTS,
    "level-without-class",
    ("有级别无类别", "a level without class"),
    PLAIN,
    lambda entry: entry.pop("agriClass"),
)
one(
    MUTANTS,
    "class-unknown",
    ("类别不在表中", "a class outside the list"),
    PLAIN,
    lambda entry: entry.update(agriClass="A12"),
)
one(
    MUTANTS,
    "class-without-parent",
    ("类别的上级不存在", "a class without parent"),
    PLAIN,
    lambda entry: entry.update(agriClass="A07.77.01"),
)
one(
    MUTANTS,
    "several-primary-classes",
    ("一条两个主类", "two primary classes"),
    PLAIN,
    lambda entry: entry.update(agriClass=["A01", "A07"]),
)
one(MUTANTS, "data-subject-missing", ("缺数据主体", "no data subject"), PLAIN, lambda entry: entry.pop("dataSubject"))
one(
    MUTANTS,
    "data-subject-unknown",
    ("数据主体不在表中", "a data subject outside the list"),
    PLAIN,
    lambda entry: entry.update(dataSubject="enterprise"),
)


@MUTANTS.add("facets-missing", "五分之一的条目缺描述对象", "one entry in five has no described object")
def _facets_missing(platform: Platform) -> None:
    platform.store.edit(ENTRIES, lambda entry: entry.pop("describedObject"), demo.Where("position % 5 = 0"))


@MUTANTS.add("facet-unknown", "五分之一的原始数据加工程度不在表中", "one raw entry in five has an unknown processing")
def _facet_unknown(platform: Platform) -> None:
    raw = demo.Where("position % 5 = 0 AND json_extract(body, '$.processing') = 'raw'")
    platform.store.edit(ENTRIES, lambda entry: entry.update(processing="other"), raw)


one(
    MUTANTS,
    "update-cycle-unknown",
    ("更新周期不在表中", "an update cycle outside the list"),
    PLAIN,
    lambda entry: entry.update(updateCycle="fortnightly"),
)


@MUTANTS.add("data-stale", "按月更新的数据百日未更新", "monthly data not updated for a hundred days")
def _data_stale(platform: Platform) -> None:
    with altered(platform, PLAIN) as entry:
        entry.update(updateCycle="monthly", lastUpdated=stamp(platform.now - timedelta(days=100)))


one(
    MUTANTS,
    "sharing-type-unknown",
    ("共享类型不在表中", "a sharing type outside the list"),
    PLAIN,
    lambda entry: _sharing(entry, type="4"),
)
one(
    MUTANTS,
    "unconditional-sharing-with-condition",
    ("无条件共享却有条件", "unconditional sharing with a condition"),
    _shared("1"),
    lambda entry: _sharing(entry, condition="须经审批"),
)
one(
    MUTANTS,
    "conditional-sharing-without-condition",
    ("有条件共享未写条件", "conditional sharing without condition"),
    both(PLAIN, _shared("2")),
    lambda entry: _sharing(entry, condition=""),
)
one(
    MUTANTS,
    "non-shared-without-law",
    ("不予共享未引法规", "not shared, and no law cited"),
    _shared("3"),
    lambda entry: _sharing(entry, condition="按规定不予共享"),
)
one(MUTANTS, "secrecy-label", ("标识为密级", "a secrecy label"), PLAIN, lambda entry: entry.update(label="机密"))
one(
    MUTANTS,
    "military-entry",
    ("军事数据入目录", "military data in the catalogue"),
    PLAIN,
    lambda entry: entry.update(title="军事设施分布数据"),
)
one(
    MUTANTS,
    "object-id-other-root",
    ("对象标识符不在农业根下", "an object id under another root"),
    PLAIN,
    lambda entry: entry.update(objectId="1.2.156.999.1"),
)
one(
    MUTANTS,
    "element-id-malformed",
    ("数据元标识无标准号", "an element id without standard"),
    PLAIN,
    lambda entry: entry["items"][0].update(elementId="05001"),
)


@MUTANTS.add("updated-since-ignored", "增量查询给出全部", "a delta query answers everything")
def _updated_since_ignored(platform: Platform) -> None:
    platform.rewire("list_entries", lambda _: lambda call: platform.listed(call, ENTRIES))


@MUTANTS.add("updated-since-inverted", "增量查询给出更早的条目", "a delta query answers what is older")
def _updated_since_inverted(platform: Platform) -> None:
    older = "julianday(json_extract(body, '$.lastUpdated')) < julianday(?)"

    def inverted(call: demo.Call) -> demo.Answer:
        since = call.args.get("updatedSince")
        return platform.listed(call, ENTRIES, demo.Where(older, (since,)) if since else demo.Where())

    platform.rewire("list_entries", lambda _: inverted)
