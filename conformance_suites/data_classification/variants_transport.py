"""Legal variants of transport and wording: paging, envelope, compression, JSON text, headers, statuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import ENTRIES

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

VARIANTS = demo.Variants()
DENIED = ("40302", "40301")
OFFSET = demo.Paging(style="offset", offset="offset", size="limit", limit=200)
CURSOR = demo.Paging(style="cursor", cursor="cursor", next="next", size="limit", limit=200)
LINK = demo.Paging(style="link", next="next", size="limit", limit=200)
LINK_HEADER = demo.Paging(style="link", size="limit", limit=200)


def _paged(
    name: str, titles: tuple[str, str], pager: demo.pages.Pager, paging: demo.Paging | None, total: str | None
) -> None:
    def apply(platform: Platform) -> None:
        platform.pager = pager

    change = demo.rebind.paging(paging, total=total) if paging else demo.rebind.unchanged
    VARIANTS.add(name, *titles, change)(apply)


pages = demo.pages
_paged(
    "page-limit-smaller-than-asked",
    ("每页上限小于所求", "smaller pages than asked for"),
    pages.PageNumbers(limit=37),
    None,
    None,
)
_paged(
    "large-pages",
    ("每页一千条", "pages of a thousand"),
    pages.PageNumbers(limit=1000),
    demo.Paging(style="page", page="page", size="pageSize", limit=1000),
    "total",
)
_paged(
    "no-page-size",
    ("不带每页条数", "no page size is sent"),
    pages.PageNumbers(size=61),
    demo.Paging(style="page", page="page"),
    "total",
)
_paged("offset-paging", ("偏移分页", "paging by offset"), pages.Offsets(), OFFSET, "total")
_paged("offset-paging-small", ("偏移分页，页较小", "small pages by offset"), pages.Offsets(limit=41), OFFSET, "total")
_paged("cursor-paging", ("游标分页", "paging by cursor"), pages.Cursors(), CURSOR, None)
_paged(
    "cursor-absent-at-end", ("末页无游标", "no cursor on the last page"), pages.Cursors(null_at_end=False), CURSOR, None
)
_paged("absolute-links", ("绝对地址链接分页", "absolute links to the next page"), pages.Links(), LINK, None)
_paged(
    "relative-links", ("相对地址链接分页", "relative links to the next page"), pages.Links(absolute=False), LINK, None
)
_paged("link-header", ("Link 头分页", "paging by Link header"), pages.Links(header=True), LINK_HEADER, None)
_paged(
    "relative-link-header",
    ("Link 头相对地址分页", "paging by relative Link header"),
    pages.Links(absolute=False, header=True),
    LINK_HEADER,
    None,
)


@VARIANTS.add(
    "total-absent",
    "无总数",
    "no total",
    demo.rebind.paging(demo.Paging(style="page", page="page", size="pageSize", limit=200), total=None),
)
def _total_absent(platform: Platform) -> None:
    platform.alter_all(lambda payload: {name: value for name, value in payload.items() if name != "total"})


for name, zh, en, middleware in (
    ("gzip", "gzip 压缩", "gzip", demo.middleware.gzipped),
    ("deflate", "deflate 压缩", "deflate", demo.middleware.deflated),
    ("chunked", "分块传输", "chunked", demo.middleware.chunked),
    ("no-content-length", "无长度并关闭连接", "no length, connection closed", demo.middleware.without_length),
    ("lower-case-headers", "头名小写", "header names in lower case", demo.middleware.lower_case_headers),
    ("upper-case-headers", "头名大写", "header names in upper case", demo.middleware.upper_case_headers),
    (
        "etag",
        "带 ETag 与缓存头",
        "ETag and cache headers",
        demo.middleware.adding(ETag='"a1"', Cache_Control="no-cache"),
    ),
    ("cookie", "带 Cookie", "a cookie is set", demo.middleware.adding(Set_Cookie="lb=1; Path=/; HttpOnly")),
):
    VARIANTS.add(name, zh, en)(lambda platform, middleware=middleware: platform.wrap(middleware))


def _texts(name: str, titles: tuple[str, str], **options: Any) -> None:  # noqa: ANN401 -- json.dumps has them
    def apply(platform: Platform) -> None:
        platform.answering.dump = lambda value: json.dumps(value, **options).encode()

    VARIANTS.add(name, *titles)(apply)


_texts("pretty-json", ("JSON 带缩进", "indented JSON"), indent=2, ensure_ascii=False)
_texts("escaped-json", ("汉字转义", "Chinese characters escaped"), ensure_ascii=True)
_texts("sorted-json", ("键按字母排序", "sorted keys"), sort_keys=True, ensure_ascii=False)


@VARIANTS.add("keys-reversed", "键顺序相反", "keys in reverse order")
def _keys_reversed(platform: Platform) -> None:
    def turned(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    platform.answering.dump = lambda value: demo.compact(turned(value))


@VARIANTS.add("blank-around-json", "JSON 前后有空白", "white space around the JSON text")
def _blank_around_json(platform: Platform) -> None:
    platform.answering.dump = lambda value: b"\r\n " + demo.compact(value) + b"\n"


for name, zh, en, content_type in (
    ("charset-upper-case", "媒体类型带大写字符集", "charset in upper case", "application/json; charset=UTF-8"),
    ("media-type-mixed-case", "媒体类型大小写混写", "media type in mixed case", "Application/JSON;Charset=utf-8"),
    ("vendor-media-type", "厂商媒体类型", "a vendor's media type", "application/vnd.szxc.v1+json"),
):

    def _typed(platform: Platform, content_type: str = content_type) -> None:
        platform.answering.content_type = content_type

    VARIANTS.add(name, zh, en)(_typed)


@VARIANTS.add("envelope-with-more", "信封带附加成员", "an envelope with further members")
def _envelope_with_more(platform: Platform) -> None:
    usual = platform.answering.wrap
    platform.answering.wrap = lambda payload: usual(payload) | {"success": True, "traceId": None, "extra": {"a": []}}


@VARIANTS.add("envelope-minimal", "信封只有代码与数据", "an envelope of code and data only")
def _envelope_minimal(platform: Platform) -> None:
    platform.answering.wrap = lambda payload: {"code": 0, "data": payload}


@VARIANTS.add(
    "envelope-text-codes",
    "信封代码为文字 200",
    "text code 200 for success",
    demo.rebind.envelope(demo.Envelope("data", "code", ("200",), DENIED, "message")),
)
def _envelope_text_codes(platform: Platform) -> None:
    answering = platform.answering
    answering.wrap = lambda payload: answering.enveloped("200", "操作成功", payload)
    answering.refuse = lambda error: answering.enveloped(str(error.code), error.message, None)


@VARIANTS.add(
    "envelope-renamed",
    "信封成员另名",
    "an envelope with other names",
    demo.rebind.envelope(demo.Envelope("result.body", "status", ("1",), DENIED, "msg")),
)
def _envelope_renamed(platform: Platform) -> None:
    platform.answering.wrap = lambda payload: {"status": 1, "msg": "成功", "result": {"body": payload}}
    platform.answering.refuse = lambda error: {"status": error.code, "msg": error.message}


@VARIANTS.add("no-envelope", "无信封", "no envelope", demo.rebind.envelope(demo.Envelope()))
def _no_envelope(platform: Platform) -> None:
    platform.answering.wrap = lambda payload: payload
    platform.answering.refuse = lambda error: {"error": error.message, "code": error.code}


@VARIANTS.add("denied-by-401", "拒绝用 401", "refusals by 401")
def _denied_by_401(platform: Platform) -> None:
    platform.answering.status = lambda error: 401 if error.status == 403 else error.status  # noqa: PLR2004 -- HTTP


@VARIANTS.add("denied-by-200", "拒绝用 200 与信封代码", "refusals by 200 and the envelope's code")
def _denied_by_200(platform: Platform) -> None:
    platform.answering.status = lambda error: 200 if error.status == 403 else error.status  # noqa: PLR2004 -- HTTP


@VARIANTS.add("rest-statuses", "新建 201、删除 204", "201 for creation, 204 for deletion")
def _rest_statuses(platform: Platform) -> None:
    platform.alter("create_entry", lambda answer: demo.Answer(answer.payload, status=201))
    platform.alter("delete_entry", lambda _: demo.Answer(document=b"", status=204))


@VARIANTS.add("entries-in-other-order", "条目顺序相反", "entries in reverse order")
def _entries_in_other_order(platform: Platform) -> None:
    platform.store.reverse(ENTRIES)


@VARIANTS.add("more-routes", "另有其他接口", "further routes")
def _more_routes(platform: Platform) -> None:
    platform.serve("GET", "/catalog/statistics", "statistics", lambda _: demo.Answer({"count": platform.size}))
    platform.serve("OPTIONS", "/catalog", "options", lambda _: demo.Answer(document=b"", status=204))
