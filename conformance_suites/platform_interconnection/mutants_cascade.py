"""Mutants of the cascade: modes, files, tables, catalogue, services, requests, corrections, back-flow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_cascade_data import CATALOGUE, FILES, SERVICES, TABLES, digest
from .reference_data import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TOPIC = "cascade"
FIELD, DEALERS, CONTRACTS = "310999001/000001", "310999002/000001", "310999004/000001"
FIRST, LAST = "310999001.csv", "310999001.jsonl"


def _of(member: str, value: str) -> demo.Where:
    return demo.Where(f"json_extract(body, '$.{member}') = ?", (value,))


def _stored(name: str, words: tuple[str, str], place: tuple[str, str, str], change: Callable[[Row], object]) -> None:
    """A mutant that changes one stored document: collection, member and value that find it."""
    collection, member, value = place
    MUTANTS.add(name, *words)(lambda platform: platform.store.edit(collection, change, _of(member, value)))


def _entry(name: str, words: tuple[str, str], change: Callable[[Row], object], code: str = FIELD) -> None:
    _stored(name, words, (CATALOGUE, "resourceCode", code), change)


def _described(name: str, words: tuple[str, str], file: str, change: Callable[[Row], object]) -> None:
    """A mutant that describes one file otherwise."""

    def apply(platform: Platform) -> None:
        rules = part(platform, TOPIC)
        original = rules.described

        def described(row: Row) -> Row:
            made: Row = original(row)
            if row["name"] == file:
                change(made)
            return made

        rules.described = described

    MUTANTS.add(name, *words)(apply)


# --- exchange modes ---------------------------------------------------------------------------------------------------


def _capability(platform: Platform) -> Row:
    found: Row = platform.parts[SUITE].capability
    return found


@MUTANTS.add("exchange-mode-unknown", "声明表外的交换方式", "an exchange mode outside the table")
def _exchange_mode_unknown(platform: Platform) -> None:
    _capability(platform)["exchangeModes"].append("courier")


@MUTANTS.add("file-mode-not-there", "声明文件交换而无清单接口", "files declared, and no manifest")
def _file_mode_not_there(platform: Platform) -> None:
    platform.refuse("file_manifest", demo.no_resource())


@MUTANTS.add("table-mode-without-tables", "声明库表交换而无表", "database tables declared, and none described")
def _table_mode_without_tables(platform: Platform) -> None:
    platform.alter("exchange_tables", lambda answer: answer.with_payload({"tables": []}))


@MUTANTS.add("first-file-not-there", "清单首个文件无法下载", "the manifest's first file cannot be had")
def _first_file_not_there(platform: Platform) -> None:
    _hidden(platform, FIRST)


# --- files and tables -------------------------------------------------------------------------------------------------


def _hidden(platform: Platform, name: str) -> None:
    def hide(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if call.params["name"] == name:
                raise demo.no_resource()
            return handler(call)

        return answer

    platform.rewire("file_content", hide)


@MUTANTS.add("file-listed-but-gone", "清单所列文件不存在", "a file is listed and not there")
def _file_listed_but_gone(platform: Platform) -> None:
    _hidden(platform, LAST)


@MUTANTS.add("file-digest-of-another", "两个文件的摘要互换", "two files have each other's digest")
def _file_digest_of_another(platform: Platform) -> None:
    rules, store = part(platform, TOPIC), platform.store
    original = rules.described

    def described(row: Row) -> Row:
        name = str(row["name"])
        other: Row = original(store.get(FILES, {FIRST: LAST, LAST: FIRST}.get(name, name)))
        return {**original(row), "digest": other["digest"]}

    rules.described = described


_described(
    "file-digest-weak",
    ("摘要用 MD5", "a digest by MD5"),
    LAST,
    lambda file: file.update(digest={"alg": "MD5", "value": digest("MD5", b"")}),
)
_described(
    "file-digest-under-another-name",
    ("SHA-256 摘要标为 SM3", "a SHA-256 digest called SM3"),
    LAST,
    lambda file: file["digest"].update(alg="SM3"),
)
_described(
    "file-size-wrong",
    ("文件大小少一字节", "a size one byte short"),
    LAST,
    lambda file: file.update(size=file["size"] - 1),
)
_described(
    "file-records-wrong",
    ("记录条数多一条", "one record more than the file holds"),
    LAST,
    lambda file: file.update(records=file["records"] + 1),
)
_described("file-without-digest", ("文件无摘要", "a file without digest"), LAST, lambda file: file.pop("digest"))


@MUTANTS.add("manifest-count-wrong", "清单文件数与清单不符", "a manifest that counts wrong")
def _manifest_count_wrong(platform: Platform) -> None:
    platform.alter("file_manifest", lambda answer: answer.with_payload(answer.payload | {"count": 4}))


@MUTANTS.add("file-listed-twice", "同一文件列两次", "a file is listed twice")
def _file_listed_twice(platform: Platform) -> None:
    def twice(answer: Answer) -> Answer:
        files = answer.payload["files"]
        return answer.with_payload(answer.payload | {"files": [*files, files[0]], "count": len(files) + 1})

    platform.alter("file_manifest", twice)


TABLE = (TABLES, "name", "EX_FIELD")
_stored("table-without-key", ("交换表无主键", "a table without key"), TABLE, lambda table: table.pop("primaryKey"))
_stored(
    "table-operation-not-a-column",
    ("操作类型列不存在", "the column of the operation is not there"),
    TABLE,
    lambda table: table.update(operationColumn="OPERATION"),
)
_stored(
    "table-without-timestamp",
    ("交换表无时间戳列", "a table without timestamp"),
    TABLE,
    lambda table: table.pop("timestampColumn"),
)
_stored(
    "table-timestamp-boolean",
    ("时间戳列为布尔型", "a timestamp of type boolean"),
    TABLE,
    lambda table: table["columns"][-1].update(type="BOOLEAN"),
)
_stored(
    "table-operation-is-timestamp",
    ("操作类型列即时间戳列", "operation and timestamp in one column"),
    (TABLES, "name", "EX_VACCINATION"),
    lambda table: table.update(operationColumn="TS"),
)

# --- catalogue and services -------------------------------------------------------------------------------------------

_entry("cascade-entry-without-provider", ("条目缺提供方", "no provider"), lambda entry: entry.pop("provider"))
_entry(
    "cascade-region-malformed",
    ("区域代码 5 位", "a region code of five digits"),
    lambda entry: entry.update(regionCode="99999"),
)
_entry(
    "cascade-cycle-unknown",
    ("更新周期不在表中", "an update cycle outside the table"),
    lambda entry: entry.update(updateCycle="fortnightly"),
)
_entry(
    "cascade-condition-missing",
    ("有条件共享未写条件", "conditional sharing without condition"),
    lambda entry: entry["sharing"].pop("condition"),
)
_entry(
    "cascade-refusal-unexplained",
    ("不予共享未写依据", "not shared, and no reason given"),
    lambda entry: entry["sharing"].update(condition="无"),
    CONTRACTS,
)
_entry(
    "cascade-free-with-condition",
    ("无条件共享却有条件", "unconditional sharing with a condition"),
    lambda entry: entry["sharing"].update(condition="须经审批"),
    DEALERS,
)
_entry(
    "cascade-sharing-type-unknown",
    ("共享类型不在表中", "a sharing type outside the table"),
    lambda entry: entry["sharing"].update(type="4"),
    CONTRACTS,
)


@MUTANTS.add("cascade-code-duplicate", "资源代码重复", "a resource code stands twice")
def _cascade_code_duplicate(platform: Platform) -> None:
    copy = platform.store.get(CATALOGUE, FIELD)
    platform.store.add(CATALOGUE, FIELD, copy | {"title": "农田地块（又一份）"})


@MUTANTS.add("cascade-entry-not-listed", "上报的条目查不到", "a reported entry is accepted and not listed")
def _cascade_entry_not_listed(platform: Platform) -> None:
    platform.rewire("report_catalogue", lambda _: lambda call: demo.Answer(call.body))


@MUTANTS.add("cascade-entry-altered", "上报条目的名称被截断", "a reported entry is stored with its title cut")
def _cascade_entry_altered(platform: Platform) -> None:
    def cut(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            answered = handler(call)
            code = answered.payload["resourceCode"]
            platform.store.replace(CATALOGUE, code, answered.payload | {"title": answered.payload["title"][:8]})
            return answered

        return answer

    platform.rewire("report_catalogue", cut)


@MUTANTS.add("cascade-withdrawn-still-listed", "撤回的条目仍在", "a withdrawn entry is still listed")
def _cascade_withdrawn_still_listed(platform: Platform) -> None:
    platform.rewire("withdraw_catalogue", lambda _: lambda call: demo.Answer({"resource": call.params["resource"]}))


_stored(
    "service-of-a-missing-entry",
    ("服务挂在不存在的条目上", "a service bound to no entry"),
    (SERVICES, "serviceId", "svc-0003"),
    lambda service: service.update(resourceCode="310999003/000099"),
)
_stored(
    "service-id-twice",
    ("服务编号重复", "a service id stands twice"),
    (SERVICES, "serviceId", "svc-0002"),
    lambda service: service.update(serviceId="svc-0001"),
)


@MUTANTS.add("service-without-entry-code", "服务未写资源代码", "a service that names no entry")
def _service_without_entry_code(platform: Platform) -> None:
    def drop(answer: Answer) -> Answer:
        services = [{name: row[name] for name in row if name != "resourceCode"} for row in answer.payload["list"]]
        return answer.with_payload(answer.payload | {"list": services})

    platform.alter("list_resources", drop)


@MUTANTS.add("shared-service-unbound", "称以服务共享而未挂接服务", "an entry shared as a service, and no service")
def _shared_service_unbound(platform: Platform) -> None:
    platform.store.remove(SERVICES, "svc-0001")


# --- back-flow --------------------------------------------------------------------------------------------------------


@MUTANTS.add("back-flow-to-neighbours", "回流按八位前缀取数", "what flows back is chosen by eight digits")
def _back_flow_to_neighbours(platform: Platform) -> None:
    part(platform, TOPIC).flows_to = lambda region: region[:8]


@MUTANTS.add("back-flow-without-zeros", "回流按去零前缀取数", "what flows back is chosen by the code without its zeros")
def _back_flow_without_zeros(platform: Platform) -> None:
    for resource in resources():
        platform.store.edit(resource.records, _moved)
        platform.store.edit(resource.changes, lambda change: _moved(change.get("record", {})))
    part(platform, TOPIC).flows_to = lambda region: region.rstrip("0")


def _moved(record: Row) -> None:
    """Township 2 is 010, and township 3 its neighbour 011 in code."""
    moved = {"999999002000": "999999010000", "999999003000": "999999011000"}
    if record.get("regionCode") in moved:
        record["regionCode"] = moved[record["regionCode"]]


@MUTANTS.add("back-flow-of-everything", "回流不分区域", "what flows back is everything")
def _back_flow_of_everything(platform: Platform) -> None:
    part(platform, TOPIC).flows_to = lambda _: ""


@MUTANTS.add("back-flow-leaves-out", "回流缺早期数据", "what flows back lacks the older records")
def _back_flow_leaves_out(platform: Platform) -> None:
    since = (platform.now - timedelta(days=2)).isoformat()

    def later(answer: Answer) -> Answer:
        kept = [record for record in answer.payload["list"] if record["updatedAt"] >= since]
        return answer.with_payload(answer.payload | {"list": kept, "total": len(kept)})

    platform.alter("return_flow", later)


@MUTANTS.add("back-flow-exact-code-only", "回流不含下级区域", "what flows back to a county lacks its townships")
def _back_flow_exact_code_only(platform: Platform) -> None:
    part(platform, TOPIC).flows_to = lambda region: region


@MUTANTS.add("back-flow-not-there", "无回流接口", "no back-flow")
def _back_flow_not_there(platform: Platform) -> None:
    platform.refuse("return_flow", demo.no_resource())
