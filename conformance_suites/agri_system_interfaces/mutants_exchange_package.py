"""Mutants of exchange packages and of the Tianjin XML upload."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json
from pytest_szxc import reference as demo

from .reference import org_of, part
from .reference_exchange_package import OWNER, PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
COMPARED = 8
DOCTYPE = b'<!DOCTYPE Infos [<!ENTITY company "\xe5\x9f\xba\xe5\x9c\xb0">]>'


def packages(platform: Platform) -> Any:  # noqa: ANN401 -- Packages whose methods are replaced
    """The platform's packages."""
    return part(platform, "exchange_package")


# --- packages that are shown ------------------------------------------------------------------------------------------


def _shown(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant that shows one of its own packages otherwise."""

    def apply(platform: Platform) -> None:
        made = packages(platform)
        right = made.shown
        made.shown = lambda row: change(right(row)) if row["packageId"] == "pk-0003" else right(row)

    MUTANTS.add(name, zh, en)(apply)


def _digested(row: Row, text: str) -> Row:
    return row | {"digest": {"alg": "SHA-256", "hex": hashlib.sha256(text.encode()).hexdigest()}}


_shown(
    "package-without-source",
    "交换包缺来源单位",
    "a package without its source",
    lambda row: {name: value for name, value in row.items() if name != "sourceOrg"},
)
_shown(
    "package-of-unknown-kind",
    "交换包内容种类不在表中",
    "a payload of unknown kind",
    lambda row: row | {"payloadKind": "video"},
)
_shown(
    "package-created-without-zone",
    "交换包创建时间无时区",
    "a time of creation without zone",
    lambda row: row | {"createdAt": row["createdAt"][:19]},
)
_shown(
    "package-digest-of-something-else",
    "交换包摘要与内容不符",
    "a digest of another payload",
    lambda row: row | {"payload": row["payload"] | {"title": "另一内容"}},
)
_shown(
    "package-digest-of-raw-text",
    "摘要取自未规范的 JSON",
    "a digest of JSON that is not canonical",
    lambda row: _digested(row, json.dumps(row["payload"])),
)
_shown(
    "package-digest-of-the-whole",
    "摘要取自整个包",
    "a digest of the whole package",
    lambda row: _digested(
        row, canonical_json.canonical({name: value for name, value in row.items() if name != "digest"}).decode()
    ),
)


# --- packages that are taken ------------------------------------------------------------------------------------------


def _whole(name: str, zh: str, en: str, is_whole: Callable[[Any, Row], bool]) -> None:
    """A mutant that holds other packages for whole."""

    def apply(platform: Platform) -> None:
        made = packages(platform)
        made.is_whole = lambda row: is_whole(made, row)

    MUTANTS.add(name, zh, en)(apply)


def _texts(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """What is left of a value if only texts count."""
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return value if isinstance(value, str) else None


class Known:
    """Payloads that were seen before, so that a faulty comparison can be put together."""

    def __init__(self, seen: Callable[[Any], Any]) -> None:
        self._seen = seen
        self._digests: dict[str, str] = {}

    def is_whole(self, made: Any, row: Row) -> bool:  # noqa: ANN401 -- Packages
        """Whether the part that is looked at agrees with a package of the same digest, or the digest with all."""
        digits, told = row["digest"]["hex"].lower(), canonical_json.digest("SHA-256", self._seen(row["payload"]))
        if digits == made.digest(row):
            self._digests[told] = digits
        return digits == made.digest(row) or told in self._digests


_whole("altered-package-taken", "不核对摘要", "digests are not compared", lambda *_: True)
_whole(
    "digest-compared-in-part",
    "摘要只比对开头",
    "only the first digits are compared",
    lambda made, row: row["digest"]["hex"][:COMPARED] == made.digest(row)[:COMPARED],
)
_whole(
    "sm3-not-compared",
    "SM3 摘要不核对",
    "digests in SM3 are not compared",
    lambda made, row: row["digest"]["alg"] == "SM3" or row["digest"]["hex"] == made.digest(row),
)


@MUTANTS.add("digest-of-texts-only", "核对摘要时不计数值", "numbers do not count in the comparison")
def _texts_only(platform: Platform) -> None:
    made, known = packages(platform), Known(lambda payload: [_texts(payload["items"])])
    made.is_whole = lambda row: known.is_whole(made, row)


@MUTANTS.add("digest-of-the-first-item", "核对摘要时只看第一条", "only the first item counts in the comparison")
def _first_item(platform: Platform) -> None:
    made, known = packages(platform), Known(lambda payload: payload["items"][0])
    made.is_whole = lambda row: known.is_whole(made, row)


def _importing(name: str, zh: str, en: str, change: Callable[[Any, Call], Answer]) -> None:
    """A mutant that does something else with a package whose digest does not match."""

    def apply(platform: Platform) -> None:
        made = packages(platform)

        def rewired(handler: Handler) -> Handler:
            return lambda call: handler(call) if made.is_whole(call.body) else change(made, call)

        platform.rewire("import_package", rewired)

    MUTANTS.add(name, zh, en)(apply)


def _dropped(_: Any, call: Call) -> Answer:  # noqa: ANN401 -- Packages
    return demo.Answer({"packageId": call.body["packageId"], "status": "accepted"}, status=201)


def _kept(made: Any, call: Call) -> Answer:  # noqa: ANN401 -- Packages
    made.store.add(PACKAGES, call.body["packageId"], call.body | {OWNER: org_of(call)})
    raise demo.ApiError(422, 42201, "digest does not match the payload")


def _crashed(_: Any, call: Call) -> Answer:  # noqa: ANN401 -- Packages
    raise demo.ApiError(500, 50001, f"assertion failed: {call.body['packageId']}")


_importing(
    "altered-package-accepted-and-dropped",
    "改动的包应答成功而丢弃",
    "an altered package is answered 201 and dropped",
    _dropped,
)
_importing(
    "altered-package-refused-and-stored", "改动的包被拒而仍入库", "what is refused is stored all the same", _kept
)
_importing("altered-package-crashes", "改动的包引发内部错误", "an altered package is answered 500", _crashed)


# --- the Tianjin XML upload -------------------------------------------------------------------------------------------


def _echo(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant that tells one record back otherwise."""

    def apply(platform: Platform) -> None:
        infos = packages(platform).infos
        right = infos.echo
        infos.echo = lambda info, row: change(right(info, row))

    MUTANTS.add(name, zh, en)(apply)


def _written(name: str, zh: str, en: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """A mutant that tells other records back."""

    def apply(platform: Platform) -> None:
        infos = packages(platform).infos
        right = infos.written
        infos.written = lambda rows: right(change(rows))

    MUTANTS.add(name, zh, en)(apply)


def _with_doctype(text: bytes) -> bytes:
    return text.replace(b"<Infos>", DOCTYPE + b"<Infos>", 1)


def _document(name: str, zh: str, en: str, change: Callable[[bytes], bytes]) -> None:
    """A mutant whose answer is another document."""

    def apply(platform: Platform) -> None:
        infos = packages(platform).infos
        right = infos.written
        infos.written = lambda rows: change(right(rows))

    MUTANTS.add(name, zh, en)(apply)


_echo(
    "echo-without-description",
    "回显缺 Description",
    "an echo without Description",
    lambda info: {name: text for name, text in info.items() if name != "Description"},
)
_echo(
    "echo-rounds-values",
    "回显把数值舍成一位小数",
    "values rounded to one",
    lambda info: info | {"Value": info["Value"][:-1]},
)
_written("echo-of-the-first-record", "只回显第一条", "only the first record comes back", lambda rows: rows[:1])
_written("echo-of-nothing", "回显为空", "nothing comes back", lambda _: [])
_written("echo-in-another-order", "回显次序颠倒", "records come back in another order", lambda rows: rows[::-1])
_document(
    "echo-as-json",
    "应答为 JSON",
    "the answer is JSON",
    lambda _: b'{"code":0,"message":"ok","data":{"Infos":[]}}',
)
_document("echo-with-doctype", "回显含 DOCTYPE", "an echo with a document type", _with_doctype)
_document(
    "echo-with-entities",
    "回显含实体",
    "an echo with entities",
    lambda text: _with_doctype(text).replace(b"</CompanyName>", b"&company;</CompanyName>"),
)


@MUTANTS.add("infos-stored-in-utc", "把北京时间当作 UTC 存储", "Beijing time is stored as UTC")
def _in_utc(platform: Platform) -> None:
    packages(platform).infos.zone = UTC
