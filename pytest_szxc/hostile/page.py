"""The table of all behaviours as the docs have it: ``python -m pytest_szxc.hostile.page docs`` writes both pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import LAWFUL, Door
from pytest_szxc.hostile.registry import BEHAVIOURS, FAMILIES
from pytest_szxc.messages import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.hostile.behaviour import Behaviour

PAGES = {"en": "hostile-server.md", "zh": "hostile-server.zh-CN.md"}
"""File name of the page by language."""
_START = {
    "en": """# The hostile server

`szxc serve-bad` does {count} things wrong (or right in an unusual way), each at its own address. Our own engine must
end each within the deadline + 0.5 s with the code below; your gateway or client can be tried at it as well.
`szxc explain CODE` says what a code means and what to do. "{lawful}": nasty, and yet allowed; the answer comes through.
The certificates name 127.0.0.1, ::1 and localhost; a client must trust `authority.pem` to tell them apart.

This page is generated: `python -m pytest_szxc.hostile.page docs`.
""",
    "zh": """# 敌意服务器

`szxc serve-bad` 提供 {count} 种错误的（或合规但少见的）行为，每种有自己的地址。
本工具自己的引擎须在时限 + 0.5 秒内以下表的代码结束；你的网关或客户端也可以用它来检验。
`szxc explain 代码` 说明代码的含义和处理办法。“{lawful}”：少见但允许，应答应被接受。
证书签给 127.0.0.1、::1 和 localhost；客户端须信任 `authority.pem` 才能分辨各种证书错误。

本页自动生成：`python -m pytest_szxc.hostile.page docs`。
""",
}
_HEADER = {
    "en": ("Name", "What the server does", "Expected code"),
    "zh": ("名称", "服务器做什么", "期望的代码"),
}
_OWN_PORT = {"en": "own port", "zh": "独立端口"}


def page(lang: str) -> str:
    """The whole page in Markdown, in ``zh`` or ``en``."""
    start = _START[lang].format(count=len(BEHAVIOURS), lawful=_lawful(lang))
    return "\n".join([start, *(line for family in FAMILIES for line in _table(family, lang))])


def _table(family: str, lang: str) -> Iterator[str]:
    yield f"## {render(f'hostile.family.{family}', lang, {})}\n"
    yield "| {} | {} | {} |".format(*_HEADER[lang])
    yield "|---|---|---|"
    yield from (_row(row, lang) for row in BEHAVIOURS.values() if row.family == family)
    yield ""


def _row(row: Behaviour, lang: str) -> str:
    place = "" if row.door is Door.PATH else f" ({_OWN_PORT[lang]})"
    codes = ", ".join(_lawful(lang) if code == LAWFUL else f"`{code}`" for code in row.codes)
    return f"| `{row.name}`{place} | {row.title(lang)} | {codes} |"


def _lawful(lang: str) -> str:
    return render("serve-bad.lawful", lang, {})


def main() -> None:
    """Write both pages into the folder named."""
    for lang, name in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(page(lang), encoding="utf-8")


if __name__ == "__main__":
    main()
