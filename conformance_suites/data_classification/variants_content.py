"""Legal variants of content: times, numbers, names, optional members, labels, masks, what a catalogue may lack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import graded, regrade
from .reference import AUDIT, ENTRIES, FILINGS, SUITE
from .reference_grading import grade_in
from .reference_service import weight
from .reference_trail import BEIJING, stamp
from .reference_values import MASKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Entry = dict[str, Any]
VARIANTS = demo.Variants()
TIMES = frozenset({"gradedAt", "approvedAt", "lastUpdated", "derivedAt", "at", "changedAt", "reportedAt", "measuredAt"})
COUNTS = frozenset({"subLevel", "records", "bytes", "numerator", "denominator"})
WORDS = {"core": "核心", "important": "重要", "general": "一般"}
CORE = 6


def _members(value: Any, names: frozenset[str], change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 -- any JSON value
    """A JSON value with the members of some names changed, wherever they are, data rows left alone."""
    if isinstance(value, list):
        return [_members(item, names, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(inner) if name in names else inner if name == "rows" else _members(inner, names, change)
        for name, inner in value.items()
    }


def _timed(
    name: str,
    titles: tuple[str, str],
    write: Callable[[datetime], str | int],
    read: Callable[[Any], datetime] = datetime.fromisoformat,
    profile: str = "rfc3339",
) -> None:
    """A platform that writes all times in its own way, and reads them so too."""

    def apply(platform: Platform) -> None:
        for operation in platform.routes:
            platform.rewire(operation, lambda handler: lambda call: handler(_read(call, read)))
        platform.alter_all(lambda payload: _members(payload, TIMES, lambda text: write(datetime.fromisoformat(text))))

    VARIANTS.add(name, *titles, demo.rebind.time_profile(profile))(apply)


def _read(call: Call, read: Callable[[Any], datetime]) -> Call:
    """The call with its times as the platform stores them."""
    args = dict(call.args)
    try:
        if "updatedSince" in args:
            args["updatedSince"] = read(args["updatedSince"]).isoformat()
        body = _members(call.body, TIMES, lambda text: stamp(read(text)))
    except (OSError, OverflowError, TypeError, ValueError):
        raise demo.bad_parameter("time") from None
    return replace(call, args=args, body=body)


_timed("times-in-utc", ("时间用 Z", "times with Z"), lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
_timed(
    "times-with-fractions",
    ("时间带小数秒", "times with fractions of a second"),
    lambda at: at.isoformat(timespec="milliseconds"),
)
_timed(
    "times-with-other-offset",
    ("时间用其他时区", "times in another zone"),
    lambda at: at.astimezone(timezone(-timedelta(hours=9, minutes=30))).isoformat(),
)
_timed(
    "times-beijing",
    ("北京时间，无时区", "Beijing time without offset"),
    lambda at: at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
    lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING),
    "beijing",
)
_timed(
    "times-with-blank",
    ("日期时间以空格分隔", "a blank between date and time"),
    lambda at: at.astimezone(BEIJING).isoformat(" ", "seconds"),
    profile="offset-space",
)
_timed(
    "times-compact",
    ("时间为 14 位数字", "times of 14 digits"),
    lambda at: at.astimezone(BEIJING).strftime("%Y%m%d%H%M%S"),
    lambda text: datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING),
    "compact",
)
_timed(
    "times-in-milliseconds",
    ("时间为毫秒数", "times in milliseconds"),
    lambda at: int(at.timestamp() * 1000),
    lambda number: datetime.fromtimestamp(int(number) / 1000, UTC),
    "epoch-ms",
)


def _stored(name: str, titles: tuple[str, str], change: Callable[[Entry], object]) -> None:
    VARIANTS.add(name, *titles)(lambda platform: platform.store.edit(ENTRIES, change))


def _drop(entry: Entry, *names: str) -> None:
    for name in names:
        entry.pop(name, None)


def _bare(entry: Entry) -> None:
    _drop(entry, "relatedCodes", "objectId", "precision", "coverage", "label")
    for item in entry["items"]:
        _drop(item, "sample", "elementId")


_stored(
    "more-members",
    ("条目有扩展成员", "entries with further members"),
    lambda entry: (
        entry.update(x_vendor={"deep": [1, None, "乡"]}, remark="", department=None, dictVersion=3),
        [item.update(length=20, nullable=True) for item in entry["items"]],
        entry["sharing"].update(contact="窗口"),
    ),
)
_stored("optional-members-absent", ("无可选成员", "optional members left out"), _bare)
_stored(
    "empty-lists",
    ("可选列表为空", "optional lists are empty"),
    lambda entry: [
        entry.setdefault(name, []) for name in ("relatedCodes", "piClass", "sensitivePi", "history", "derivedFrom")
    ],
)
_stored(
    "nulls-where-allowed",
    ("可空成员为空值", "nulls where the schema has them"),
    lambda entry: (
        [item.update(sample=None) for item in entry["items"]],
        entry.update(precision=None, coverage=None),
        [row.setdefault("evidence", None) for row in entry.get("history", ())],
    ),
)
_stored(
    "top-classes-only",
    ("只用一级类别", "top classes only"),
    lambda entry: entry.update(agriClass=entry["agriClass"][:3]),
)
_stored(
    "classes-extended",
    ("类别向下扩展一级", "classes one step below the list"),
    lambda entry: entry.update(agriClass=entry["agriClass"][:3] + ".88"),
)
_stored(
    "narrow-mapping",
    ("只给一种映射", "one mapping only"),
    lambda entry: (
        entry.update(mapping={"db33t2351": entry["mapping"]["db33t2351"]})
        if entry["level"] == "general"
        else _drop(entry, "mapping")
    ),
)
_stored(
    "half-quantified",
    ("规模只有条数", "a scale of records only"),
    lambda entry: _drop(entry["scale"], "bytes"),
)


@VARIANTS.add("integers-as-decimals", "整数写作 1.0", "integers written as 1.0")
def _integers_as_decimals(platform: Platform) -> None:
    platform.alter_all(lambda payload: _members(payload, COUNTS, float))


@VARIANTS.add("more-members-everywhere", "各应答有扩展成员", "further members in every answer")
def _more_members_everywhere(platform: Platform) -> None:
    def more(payload: Any) -> Any:  # noqa: ANN401 -- any JSON value
        rows = payload.get("list") if isinstance(payload, dict) else None
        if rows:
            return payload | {"list": [row | {"x_row": {"n": 1}} for row in rows]}
        return payload | {"x_more": [True]} if isinstance(payload, dict) else payload

    platform.alter_all(more)


@VARIANTS.add(
    "levels-in-words",
    "级别用汉字",
    "levels in Chinese words",
    demo.rebind.both(
        *(
            demo.rebind.fields(name, {}, {place: {word: code for code, word in WORDS.items()}})
            for name, place in (
                ("list_entries", "level"),
                ("list_important", "level"),
                ("evaluate_grading", "level"),
                ("read_data", "label.level"),
            )
        )
    ),
)
def _levels_in_words(platform: Platform) -> None:
    for operation in ("list_entries", "list_important", "evaluate_grading", "read_data"):
        platform.alter(operation, _worded)


def _worded(answer: Answer) -> Answer:
    payload = answer.payload
    for row in payload.get("list", [payload, payload.get("label", {})]):
        if "level" in row:
            row["level"] = WORDS[row["level"]]
    return answer


@VARIANTS.add(
    "members-renamed",
    "成员另名、共享属性平铺",
    "other names, and sharing laid flat",
    demo.rebind.fields(
        "list_entries",
        {
            "resourceCode": "res_code",
            "title": "res_name",
            "providerCode": "org.uscc",
            "sharing.type": "share_type",
            "sharing.condition": "share_condition",
            "sharing.method": "share_method",
            "items": "columns[].{name: column_name, dataType: data_type, sample: sample, elementId: element}",
        },
    ),
)
def _members_renamed(platform: Platform) -> None:
    platform.alter("list_entries", lambda answer: answer.with_payload(_renamed(answer.payload)))


def _renamed(payload: Entry) -> Entry:
    return payload | {"list": [_flat(entry) for entry in payload["list"]]}


def _flat(entry: Entry) -> Entry:
    flat = {name: value for name, value in entry.items() if name not in {"sharing", "items", "providerCode"}}
    flat["res_code"], flat["res_name"] = flat.pop("resourceCode"), flat.pop("title")
    flat["org"] = {"uscc": entry["providerCode"]}
    flat |= {f"share_{name}": value for name, value in entry["sharing"].items()}
    names = (("column_name", "name"), ("data_type", "dataType"), ("sample", "sample"), ("element", "elementId"))
    return flat | {"columns": [{new: item[old] for new, old in names} for item in entry["items"]]}


@VARIANTS.add("codes-without-slash", "资源代码无斜线", "resource codes without a slash")
def _codes_without_slash(platform: Platform) -> None:
    store = platform.store
    for key in [entry["resourceCode"] for entry in store.all(ENTRIES)]:
        for table in (ENTRIES, FILINGS, AUDIT):
            store.rename(table, key, key.replace("/", ""))
    for table in (ENTRIES, FILINGS, AUDIT):
        store.edit(table, _without_slash)


def _without_slash(row: Entry) -> None:
    for name in ("resourceCode", "object"):
        if name in row:
            row[name] = row[name].replace("/", "")
    if "derivedFrom" in row:
        row["derivedFrom"] = [code.replace("/", "") for code in row["derivedFrom"]]


@VARIANTS.add("raised-with-reason", "说明理由后上调一级", "raised above the table with a reason")
def _raised_with_reason(platform: Platform) -> None:
    plain = graded("G2")

    def rise(entry: Entry) -> None:
        if plain(entry):
            regrade(entry, "G3")
            entry["raiseReason"] = "涉及范围广,上调一级"

    platform.store.edit(ENTRIES, rise)


@VARIANTS.add("label-in-body-only", "级别标识只在应答体", "labels in the body only")
def _label_in_body_only(platform: Platform) -> None:
    platform.alter("read_data", lambda answer: answer.with_headers(X_Data_Level=None))


@VARIANTS.add("label-in-header-only", "级别标识只在头", "labels in the header only")
def _label_in_header_only(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        return answer.with_payload({name: value for name, value in answer.payload.items() if name != "label"})

    platform.alter("read_data", bare)


@VARIANTS.add("other-mask-characters", "掩码用圆点", "masks of other characters")
def _other_mask_characters(platform: Platform) -> None:
    masks = platform.parts[SUITE].masks
    for kind, mask in MASKS.items():
        masks[kind] = lambda raw, mask=mask: mask(raw).replace("*", "●")


@VARIANTS.add("core-refused-to-all", "核心数据不经接口提供", "core data are refused to everyone")
def _core_refused_to_all(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    rules.may_read = lambda clearance, entry: weight(entry) < CORE and clearance >= weight(entry)


@VARIANTS.add("export-with-mark", "导出文件带字节序标记", "the exported file begins with a byte order mark")
def _export_with_mark(platform: Platform) -> None:
    platform.alter("export_catalogue", lambda answer: _document(answer, b"\xef\xbb\xbf" + (answer.document or b"")))


@VARIANTS.add("export-labelled-by-column", "导出文件只在列中带级别", "the exported file has its labels in columns only")
def _export_labelled_by_column(platform: Platform) -> None:
    platform.alter(
        "export_catalogue",
        lambda answer: answer.with_headers(Content_Disposition='attachment; filename="catalogue.csv"'),
    )


def _document(answer: Answer, document: bytes) -> Answer:
    return demo.Answer(headers=answer.headers, document=document, content_type=answer.content_type)


@VARIANTS.add("repetition-as-one-minus", "重复率写作 1-A/B", "repetition reported as 1 - A/B")
def _repetition_as_one_minus(platform: Platform) -> None:
    def turned(answer: Answer) -> Answer:
        for row in answer.payload["indicators"]:
            if row["code"] == "0303":
                row["numerator"] = row["denominator"] - row["numerator"]
        return answer

    platform.alter("quality_report", turned)


@VARIANTS.add("audit-newest-first", "日志新者在前", "the audit log's newest first")
def _audit_newest_first(platform: Platform) -> None:
    def latest(call: Call) -> Answer:
        about = platform.audit.about(call.args.get("object"))
        return platform.listed(call, AUDIT, about, order="position DESC")

    platform.rewire("audit_log", lambda _: latest)


@VARIANTS.add(
    "no-personal-information",
    "目录中没有个人信息",
    "a catalogue without personal information",
    demo.rebind.without(
        SUITE,
        "personal-information-data",
        "sensitive-personal-information",
        "id-photo-data",
        "fusion",
        "mass-statistics",
    ),
)
def _no_personal_information(platform: Platform) -> None:
    gone = {entry["resourceCode"] for entry in platform.store.all(ENTRIES) if entry["dataSubject"] == "personal"}
    for entry in platform.store.all(ENTRIES):
        if entry["resourceCode"] in gone or entry.get("massStatistics") or entry["processing"] == "fused":
            platform.store.remove(ENTRIES, entry["resourceCode"])
            platform.store.remove(FILINGS, entry["resourceCode"])


@VARIANTS.add(
    "no-important-data",
    "目录中没有重要、核心数据",
    "a catalogue without important and core data",
    demo.rebind.without(SUITE, "important-data"),
)
def _no_important_data(platform: Platform) -> None:
    for entry in platform.store.all(ENTRIES):
        if not grade_in(entry).startswith("G"):
            platform.store.remove(ENTRIES, entry["resourceCode"])
            platform.store.remove(FILINGS, entry["resourceCode"])
