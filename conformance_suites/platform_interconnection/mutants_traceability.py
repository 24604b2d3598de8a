"""Mutants of traceability and machinery docking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import records_of, resources
from .reference_traceability import TOPIC
from .reference_traceability_data import POINTS, TERMINALS, TRACE, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Call, Platform

    from .reference_traceability import Docking

Row = dict[str, Any]
MUTANTS = demo.Mutants()
THIRD, FEW, ONE_SHORT = 3, 9, 19


def _desk(platform: Platform) -> Docking:
    desk: Docking = part(platform, TOPIC)
    return desk


def _one(name: str, titles: tuple[str, str], record: str, change: Callable[[Row], object]) -> None:
    """A mutant in which one stored traceability record is another."""
    where = demo.Where("key = ?", (record,))
    MUTANTS.add(name, *titles)(lambda platform: platform.store.edit(TRACE, change, where))


def _points(name: str, titles: tuple[str, str], change: Callable[[Row], object], every: int = 1) -> None:
    """A mutant in which every so many-th track point is another."""
    where = demo.Where(f"position % {every} = 0")
    MUTANTS.add(name, *titles)(lambda platform: platform.store.edit(POINTS, change, where))


# --- IC-056 -----------------------------------------------------------------------------------------------------------

_one(
    "trace-region-too-short",
    ("区划代码少一位", "a region code lost a digit"),
    "RICE-2",
    lambda row: row.update(regionCode="99999900100"),
)
_one(
    "trace-region-of-no-province",
    ("区划代码的省级码不存在", "a region code of no province"),
    "LEAF-4",
    lambda row: row.update(regionCode="109999001000"),
)
_one(
    "trace-region-as-number",
    ("区划代码以数字传输", "a region code is a number"),
    "ROOT-6",
    lambda row: row.update(regionCode=999999001000),
)


@MUTANTS.add(
    "record-region-malformed", "资源数据的区划代码带空格", "a region code among a resource's records has a blank"
)
def _record_region_malformed(platform: Platform) -> None:
    table = records_of(resources()[0].code)
    platform.store.edit(table, lambda row: row.update(regionCode=row["regionCode"] + " "), demo.Where("position = 2"))


# --- IC-057 -----------------------------------------------------------------------------------------------------------

_one(
    "stored-credit-code-wrong",
    ("已存信用代码校验位错误", "a stored credit code fails its check"),
    "BEAN-6",
    lambda row: row["subject"].update(uscc="12999999000000051Y"),
)
_one(
    "stored-citizen-number-wrong",
    ("已存公民身份号码校验位错误", "a stored citizen number fails its check"),
    "WHEAT-1",
    lambda row: row["subject"].update(idNo="999999190001010016"),
)
_one(
    "stored-identity-card-wrong",
    ("注明居民身份证的号码校验位错误", "a number fails its check whose document is called an identity card"),
    "WHEAT-1",
    lambda row: row["subject"].update(idType="居民身份证", idNo="999999190001010016"),
)
_one(
    "subject-without-code",
    ("主体没有代码", "a subject without code"),
    "MAIZE-3",
    lambda row: row["subject"].pop("uscc"),
)


@MUTANTS.add("wrong-credit-code-taken", "只看信用代码的位数", "only the length of credit codes is looked at")
def _wrong_credit_code_taken(platform: Platform) -> None:
    _desk(platform).is_uscc = lambda code: isinstance(code, str) and len(code) == 18  # type: ignore[method-assign]  # noqa: PLR2004


@MUTANTS.add("wrong-citizen-number-taken", "不校验公民身份号码", "citizen numbers are not checked")
def _wrong_citizen_number_taken(platform: Platform) -> None:
    _desk(platform).is_identity = lambda number: isinstance(number, str)  # type: ignore[method-assign]


@MUTANTS.add("wrong-code-refused-and-stored", "拒绝之后仍然入库", "what is refused is stored all the same")
def _wrong_code_refused_and_stored(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.look_at

    def late(record: Row) -> None:
        try:
            right(record)
        except demo.ApiError:
            desk.keep(TRACE, record["recordId"], record)
            raise

    desk.look_at = late  # type: ignore[method-assign]


@MUTANTS.add("wrong-code-refused-as-not-found", "校验位错误以“无此资源”拒绝", "a wrong code is refused as no resource")
def _wrong_code_refused_as_not_found(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.look_at_subject

    def misnamed(subject: Row) -> None:
        try:
            right(subject)
        except demo.ApiError:
            raise demo.no_resource() from None

    desk.look_at_subject = misnamed  # type: ignore[method-assign]


# --- IC-058 -----------------------------------------------------------------------------------------------------------

_one(
    "trace-without-source",
    ("运输记录没有来源", "a transport record without source"),
    "RICE-4",
    lambda row: row.update(source={}, inBatch="RICE-B"),
)
_one(
    "trace-without-destination",
    ("已出库的记录没有去向", "a record that went out has no destination"),
    "RICE-5",
    lambda row: row.pop("dest"),
)
_one(
    "trace-destination-blank",
    ("去向为空白", "the destination is blank"),
    "LEAF-1",
    lambda row: row["dest"].update(nextSubject="  "),
)
_one("trace-without-product", ("记录没有产品", "a record without product"), "BEAN-3", lambda row: row.pop("product"))
_one(
    "trace-quantity-as-text",
    ("产品数量为文字", "the quantity is a text"),
    "MAIZE-2",
    lambda row: row["product"].update(qty="850"),
)

# --- IC-059 -----------------------------------------------------------------------------------------------------------

_one(
    "source-batch-unknown",
    ("来源批次无人出库", "a source batch that nobody sent out"),
    "WHEAT-4",
    lambda row: row["source"].update(prevBatch="WHEAT-B2"),
)
_one(
    "inbound-batch-missing",
    ("出库批次没有入库批次", "an outbound batch without inbound batch"),
    "LEAF-2",
    lambda row: row.pop("inBatch"),
)
_one(
    "chain-in-a-circle",
    ("收购的来源是自己的下游", "a purchase comes from its own downstream"),
    "ROOT-2",
    lambda row: row["source"].update(prevBatch="ROOT-T1"),
)
_one(
    "batch-from-itself",
    ("批次来源是自己", "a batch comes from itself"),
    "BEAN-2",
    lambda row: row.update(source={"prevBatch": "BEAN-B"}),
)
_one(
    "merged-source-unknown",
    ("合并批次之一来源不明", "one of the merged batches is unknown"),
    "RICE-6",
    lambda row: row["source"].update(prevBatch=["RICE-T1", "NOBODY-T2"]),
)

_one(
    "unknown-source-as-of-this-platform",
    ("来源批次不明，注明来自本平台", "an unknown source batch that is said to be of this very platform"),
    "WHEAT-4",
    lambda row: row["source"].update(prevBatch="WHEAT-B2", platform="node-999999"),
)

# --- IC-060, IC-061 ---------------------------------------------------------------------------------------------------

_one(
    "stage-outside-the-five",
    ("环节取值在五类之外", "a stage outside the five"),
    "WHEAT-5",
    lambda row: row.update(stage="retail"),
)


@MUTANTS.add("stage-never-docked", "运输环节没有对接", "the transport stage is not docked")
def _stage_never_docked(platform: Platform) -> None:
    transport = demo.Where("json_extract(body, '$.stage') = 'transport'")
    platform.store.edit(TRACE, lambda row: row.update(stage="storage"), transport)
    platform.parts["platform_interconnection"].capability["traceStages"].remove("transport")


_one(
    "extra-member-in-record",
    ("自有字段放在记录顶层", "a member of one's own in the record"),
    "MAIZE-5",
    lambda row: row.update(brand="虚构牌"),
)
_one(
    "extra-member-in-subject",
    ("自有字段放在主体内", "a member of one's own in the subject"),
    "RICE-3",
    lambda row: row["subject"].update(star=5),
)
_one(
    "extension-contradicts-base",
    ("扩展改变了环节", "the extension says another stage"),
    "LEAF-6",
    lambda row: row["extension"].update(stage="storage"),
)
_one(
    "extension-as-text",
    ("扩展是一段文字", "the extension is a text"),
    "ROOT-6",
    lambda row: row.update(extension='{"packaging": "袋"}'),
)

# --- IC-062 -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("terminal-listed-twice", "两台终端同一编号", "two terminals have one id")
def _terminal_listed_twice(platform: Platform) -> None:
    first = platform.store.all(TERMINALS)[0]
    platform.store.add(TERMINALS, first["terminalId"], first | {"machineId": "M-9999"})


@MUTANTS.add("second-terminal-taken", "同一编号可登记两次", "an id can be registered twice")
def _second_terminal_taken(platform: Platform) -> None:
    desk = _desk(platform)
    desk.keep = platform.store.add  # type: ignore[method-assign]


@MUTANTS.add(
    "second-terminal-displaces", "返回 409 但换掉了原登记", "409 is said, and the first registration is displaced"
)
def _second_terminal_displaces(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.keep

    def displacing(table: str, key: str, row: Row) -> None:
        platform.store.replace(table, key, row)
        right(table, key, row)

    desk.keep = displacing  # type: ignore[method-assign]


@MUTANTS.add(
    "second-terminal-refused-oddly", "重复编号以“未订阅”拒绝", "a second registration is refused as not subscribed"
)
def _second_terminal_refused_oddly(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.register_terminal

    def odd(call: Call) -> demo.Answer:
        try:
            return right(call)
        except demo.ApiError as error:
            raise demo.ApiError(403, 40301, "not subscribed") from error

    platform.rewire("register_terminal", lambda _: odd)


# --- IC-063, IC-064 ---------------------------------------------------------------------------------------------------

_points(
    "axes-swapped",
    ("经纬度颠倒", "latitude and longitude are swapped"),
    lambda row: row.update(lat=row["lon"], lon=row["lat"]),
    THIRD,
)
_points(
    "point-without-fix",
    ("未定位的点经纬度为零", "points without a fix are at zero"),
    lambda row: row.update(lat=0, lon=0),
    THIRD,
)
_points("point-without-time", ("轨迹点没有时间", "points without time"), lambda row: row.pop("time"), THIRD)
_points("point-status-missing", ("轨迹点没有状态", "points without status"), lambda row: row.pop("status"), THIRD)


def _bare(row: Row) -> None:
    row.pop("width", None)
    row.pop("depth", None)


_points("point-without-width", ("作业点没有幅宽和深度", "points at work without width and depth"), _bare, THIRD)


@MUTANTS.add("too-few-terminals", "只有 9 台终端", "nine terminals only")
def _too_few_terminals(platform: Platform) -> None:
    for row in platform.store.all(TERMINALS)[FEW:]:
        platform.store.remove(TERMINALS, row["terminalId"])


@MUTANTS.add("too-few-work-units", "只有 19 个作业单元", "nineteen work units only")
def _too_few_work_units(platform: Platform) -> None:
    for row in platform.store.all(UNITS)[ONE_SHORT:]:
        platform.store.remove(UNITS, row["unitId"])


@MUTANTS.add("no-work-units", "没有作业单元", "no work unit at all")
def _no_work_units(platform: Platform) -> None:
    for row in platform.store.all(UNITS):
        platform.store.remove(UNITS, row["unitId"])


@MUTANTS.add("one-work-unit-many-times", "同一作业单元重复报送充数", "one work unit is reported again and again")
def _one_work_unit_many_times(platform: Platform) -> None:
    platform.store.edit(UNITS, lambda row: row.update(unitId="U-00001"), demo.Where("position > 10"))
