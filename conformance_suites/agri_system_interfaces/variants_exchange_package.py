"""Legal variants of exchange packages and of the Tianjin XML upload."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json
from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_exchange_package import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform, Statement

Row = dict[str, Any]
VARIANTS = demo.Variants()
PADDED = re.compile(r"\b0([0-9])")


def _packages(platform: Platform) -> Any:  # noqa: ANN401 -- Packages whose methods are replaced
    return part(platform, "exchange_package")


def _infos(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Every record that is told back passes through ``change``."""
    infos = _packages(platform).infos
    right = infos.echo
    infos.echo = lambda info, row: change(right(info, row))


def _document(platform: Platform, change: Callable[[bytes], Answer]) -> None:
    platform.alter("upload_infos", lambda answer: change(answer.document or b""))


@VARIANTS.add("digests-in-capitals", "摘要十六进制为大写", "digests in upper-case digits")
def _capitals(platform: Platform) -> None:
    def change(row: Row) -> None:
        row["digest"]["hex"] = row["digest"]["hex"].upper()

    platform.store.edit(PACKAGES, change)


@VARIANTS.add("packages-in-sm3-only", "交换包只用 SM3", "packages in SM3 only")
def _sm3(platform: Platform) -> None:
    if "SM3" not in canonical_json.computable():
        return  # an OpenSSL without it

    def change(row: Row) -> None:
        row["digest"] = {"alg": "SM3", "hex": canonical_json.digest("SM3", row["payload"])}

    platform.store.edit(PACKAGES, change)
    _packages(platform).algorithms = ("SM3",)


@VARIANTS.add("package-versions-as-text", "版本写作文字，且有扩展成员", "versions as texts, and further members")
def _versions(platform: Platform) -> None:
    platform.store.edit(PACKAGES, lambda row: row.update(version="1.0", sequence=7, formatDescription="-"))


@VARIANTS.add("payloads-of-all-sorts", "内容为文字、列表、小数等", "payloads are texts, lists, fractions")
def _sorts(platform: Platform) -> None:
    payloads = iter(["aW1hZ2U=", [1.0, 1e-7, 0.1, 1e21, -0.0], {"b": {"亙": 1, "a": [True, None]}}, "互联", 12.5])

    def change(row: Row) -> None:
        row["payload"] = next(payloads)
        row["digest"]["hex"] = canonical_json.digest(row["digest"]["alg"], row["payload"])

    platform.store.edit(PACKAGES, change)


@VARIANTS.add("altered-package-refused-with-200", "拒收以信封码表示", "a refusal is told by the envelope's code")
def _by_code(platform: Platform) -> None:
    right = platform.answering.status
    platform.answering.status = lambda error: 200 if error.message.startswith("digest") else right(error)


@VARIANTS.add("imports-answered-without-body", "接收成功时应答 204", "a package that is taken is answered 204")
def _without_body(platform: Platform) -> None:
    platform.alter("import_package", lambda _: demo.Answer(document=b"", status=204, content_type="application/json"))


@VARIANTS.add("echo-times-unpadded", "回显的时间不补零", "times come back unpadded")
def _unpadded(platform: Platform) -> None:
    _infos(platform, lambda info: info | {"UpdateTime": PADDED.sub(r"\1", info["UpdateTime"])})


@VARIANTS.add("echo-in-gbk", "回显为 GBK 编码", "the echo is written in GBK")
def _gbk(platform: Platform) -> None:
    def change(document: bytes) -> Answer:
        text = document.decode().replace("encoding='utf-8'", "encoding='GBK'")
        return demo.Answer(document=text.encode("gbk"), content_type="text/xml; charset=gbk")

    _document(platform, change)


@VARIANTS.add("echo-in-a-namespace", "回显有命名空间、换行与更多标签", "an echo with namespace, blanks, further tags")
def _namespace(platform: Platform) -> None:
    def change(document: bytes) -> Answer:
        text = document.replace(b"<Infos>", b'<Infos xmlns="urn:x-szxc:tianjin">').replace(
            b"</Info>", b"\n  <Id>7</Id>\n</Info>\n"
        )
        return demo.Answer(document=text, content_type="application/xml")

    _document(platform, change)


def _without_upload(statement: Statement) -> Statement:
    claim = replace(statement.claims[SUITE], without=(*statement.claims[SUITE].without, "tianjin-xml"))
    return replace(statement, claims=statement.claims | {SUITE: claim})


@VARIANTS.add("without-tianjin-xml", "没有天津 XML 上报", "no Tianjin XML upload", _without_upload)
def _no_upload(platform: Platform) -> None:
    platform.refuse("upload_infos", demo.ApiError(404, 40401, "no such interface"))
