"""Mutants of batches: results that lack, lie or stand in another order; rows dropped; partial failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_ingest import inlet
from .reference_ingest import ACCEPTED, REJECTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_ingest import Ingest

Row = dict[str, Any]
MUTANTS = demo.Mutants()
UNKNOWN_CODE = 40003
MANY = 10
"""Items of a batch that goes another way than a short one."""


def answering(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant whose answers to batches are changed as they go out."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter("post_batch", lambda answer: answer.with_payload(change(answer.payload)))
    )


def renumbered(results: list[Row]) -> list[Row]:
    """Results with the indices of the places where they stand."""
    return [result | {"index": index} for index, result in enumerate(results)]


def _rejected(batch: Row) -> list[Row]:
    return [one for one in batch["items"] if one["status"] == REJECTED]


def _others(batch: Row) -> list[Row]:
    return [one for one in batch["items"] if one["status"] != REJECTED]


# --- results ----------------------------------------------------------------------------------------------------------

answering(
    "batch-results-turned-round",
    "批量结果倒序",
    "the results of a batch stand in reverse",
    lambda batch: batch | {"items": renumbered(batch["items"][::-1])},
)
answering(
    "batch-results-bad-first",
    "批量结果先列拒绝的",
    "the rejected items of a batch are listed first",
    lambda batch: batch | {"items": _rejected(batch) + _others(batch)},
)
answering(
    "batch-results-bad-only",
    "批量结果只列拒绝的",
    "only the rejected items of a batch are listed",
    lambda batch: batch | {"items": _rejected(batch)} if len(batch["items"]) > 1 else batch,
)
answering(
    "batch-index-from-one",
    "批量序号自 1 起",
    "the items of a batch are counted from 1",
    lambda batch: batch | {"items": [one | {"index": one["index"] + 1} for one in batch["items"]]},
)
answering(
    "batch-counts-all-as-accepted",
    "批量计数全算接受",
    "the counts of a batch take all items for accepted",
    lambda batch: batch | {"accepted": len(batch["items"]), "rejected": 0},
)
answering(
    "batch-of-another-request",
    "批量应答不带回批次标识",
    "the answer to a batch does not name it",
    lambda batch: batch | {"requestId": "batch"},
)


def _forgiven(batch: Row) -> Row:
    """Items of an unknown kind or unit are told as accepted."""
    fine = {"status": ACCEPTED, "code": 0, "message": "ok"}
    items = [one | fine if one["code"] == UNKNOWN_CODE else one for one in batch["items"]]
    count = sum(one["status"] == REJECTED for one in items)
    return batch | {"items": items, "accepted": len(items) - count, "rejected": count}


answering("batch-garbage-accepted", "批内错误行也称接受", "bad items of a batch are told as accepted", _forgiven)


# --- rows -------------------------------------------------------------------------------------------------------------


def _losing(platform: Platform, lost: Callable[[list[bool]], bool]) -> None:
    """Rows of a batch are told as accepted and not stored: by what came of the rows up to and with this one."""
    box = inlet(platform)
    right, attempt, take = box.results, box.attempted, box.taken

    def results(items: list[Any], device: Row) -> list[Row]:
        fine: list[bool] = []
        gone: set[int] = set()

        def attempted(item: Any, device: Row) -> Row | demo.ApiError:  # noqa: ANN401 -- as it came
            made: Row | demo.ApiError = attempt(item, device)
            fine.append(isinstance(made, dict))
            if fine[-1] and lost(fine):
                gone.add(id(made))
            return made

        def taken(row: Row) -> Row:
            told: Row = row | {"status": ACCEPTED, "code": 0, "message": "ok"} if id(row) in gone else take(row)
            return {name: told[name] for name in ("status", "code", "message", "flag")}

        box.attempted, box.taken = attempted, taken
        try:
            return right(items, device)  # type: ignore[no-any-return]
        finally:
            box.attempted, box.taken = attempt, take

    box.results = results


@MUTANTS.add("batch-rows-dropped", "批量每七行悄悄丢一行", "every seventh row of a batch is dropped without a word")
def _batch_rows_dropped(platform: Platform) -> None:
    _losing(platform, lambda fine: len(fine) % 7 == 0)


@MUTANTS.add("batch-tenth-row-dropped", "批量第十行悄悄丢失", "the tenth row of a batch is dropped without a word")
def _batch_tenth_row_dropped(platform: Platform) -> None:
    _losing(platform, lambda fine: len(fine) == MANY)


@MUTANTS.add("batch-values-mixed-up", "批内各行的值错位", "the rows of a batch are stored with each other's values")
def _batch_values_mixed_up(platform: Platform) -> None:
    box = inlet(platform)
    right = box.results

    def results(items: list[Any], device: Row) -> list[Row]:
        plain = [isinstance(item, dict) and item.get("flag") == "N" and "value" in item for item in items]
        channels = {str(item.get("channelId")) for item in items if isinstance(item, dict)}
        if not all(plain) or len(channels) > 1 or len(items) < MANY:
            return right(items, device)  # type: ignore[no-any-return]
        turned = [*items[1:], items[0]]
        mixed = [item | {"value": other["value"]} for item, other in zip(items, turned, strict=True)]
        return right(mixed, device)  # type: ignore[no-any-return]

    box.results = results


# --- partial failure --------------------------------------------------------------------------------------------------


@MUTANTS.add("rollback-not-declared", "未声明而整批回滚", "one bad row has the whole batch refused, undeclared")
def _rollback_not_declared(platform: Platform) -> None:
    inlet(platform).whole = True


@MUTANTS.add("rollback-only-declared", "声明回滚而未回滚", "a rollback is declared, and the good rows are stored")
def _rollback_only_declared(platform: Platform) -> None:
    _declare(inlet(platform), "rollback")


@MUTANTS.add("rollback-told-as-accepted", "已回滚仍称接受", "rows are rolled back and told as accepted")
def _rollback_told_as_accepted(platform: Platform) -> None:
    box = inlet(platform)
    box.whole = True
    _declare(box, "rollback")

    def told(answer: demo.Answer) -> demo.Answer:
        fine = {"status": ACCEPTED, "code": 0, "message": "ok"}
        items = [one | fine if "rolled back" in one["message"] else one for one in answer.payload["items"]]
        count = sum(one["status"] == REJECTED for one in items)
        return answer.with_payload(answer.payload | {"items": items, "accepted": len(items) - count, "rejected": count})

    platform.alter("post_batch", told)


def _declare(box: Ingest, policy: str) -> None:
    box.farm.capability["policies"]["partialFailure"] = policy


@MUTANTS.add("rows-after-a-bad-one-lost", "坏行之后的行丢失", "the rows after a bad one are told as accepted, and lost")
def _rows_after_a_bad_one_lost(platform: Platform) -> None:
    _losing(platform, lambda fine: not all(fine))


@MUTANTS.add("rejected-rows-kept", "拒绝的行仍入库", "rows of an unknown kind or unit are rejected, yet stored")
def _rejected_rows_kept(platform: Platform) -> None:
    box = inlet(platform)
    right = box.attempted

    def attempted(item: Any, device: Row) -> Row | demo.ApiError:  # noqa: ANN401 -- as it came
        made: Row | demo.ApiError = right(item, device)
        if isinstance(made, demo.ApiError) and made.code == UNKNOWN_CODE:
            known = next(one for one in device["channels"] if one["channelId"] == item["channelId"])
            box.store(box.checked(item | {name: known[name] for name in ("kind", "unit")}, device))
        return made

    box.attempted = attempted
