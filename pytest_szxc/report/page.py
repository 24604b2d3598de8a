"""``report.html``: the report as one self-contained page: no script, nothing loaded, zh and en inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pytest_szxc.messages import render
from pytest_szxc.printable import show
from pytest_szxc.report.charts import picture
from pytest_szxc.report.terminal import chosen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_szxc.model import Json

_ENVIRONMENT = Environment(
    loader=PackageLoader("pytest_szxc.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
PAGE_BYTES = 4 * 1024 * 1024
"""What the findings on a page may take; ``report.json`` may hold more of them."""
PICTURES_BYTES = 4 * 1024 * 1024
"""What the pictures on a page may take."""
_SHOWN_LEVELS = {"ok": {0}, "open": {10, 11}}


def write_page(document: Mapping[str, Json], path: Path) -> None:
    """Render the page beside its report."""
    template = _ENVIRONMENT.get_template("page.html.j2")
    run = document["run"]
    tone = next((name for name, codes in _SHOWN_LEVELS.items() if run["exitCode"] in codes), "bad")
    facts = {"report": document, "run": run, "tone": tone, "lang": run["lang"], "chosen": chosen(document)}
    text = template.render(facts, both=both, cause=cause, show=show, fitting=_fitting(document), shown=_shown(document))
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _fitting(document: Mapping[str, Json]) -> dict[str, int]:
    """How many findings of each requirement the page has room for; one at least."""
    room, fitting = PAGE_BYTES, {}
    for row in document["verdicts"]:
        for number, finding in enumerate(row["findings"], 1):
            room -= len(escape(json.dumps(finding, ensure_ascii=False)).encode("utf-8", "backslashreplace"))
            if number == 1 or room >= 0:
                fitting[row["requirement"]] = number
    return fitting


def _shown(document: Mapping[str, Json]) -> dict[str, list[tuple[Json, Markup | None]]]:
    """The exhibits of each requirement that has any, with their pictures, as far as the page has room for them."""
    room = PICTURES_BYTES
    shown: dict[str, list[tuple[Json, Markup | None]]] = {}
    for row in document["verdicts"]:
        for number, exhibit in enumerate(row["exhibits"], 1):
            drawn = picture(exhibit, f"{row['requirement']}-{number}")
            size = len((drawn or "").encode("utf-8", "backslashreplace"))
            if size <= room:
                room -= size
                shown.setdefault(row["requirement"], []).append((exhibit, drawn))
    return shown


def both(code: str, **params: object) -> Markup:
    """A message in zh and en; the page's switch shows one of them."""
    return _pair(render(code, "zh", params), render(code, "en", params))


def cause(row: Mapping[str, Json], part: Literal["text", "hint"] = "text") -> Markup:
    """A cause, or its hint, in zh and en."""
    return _pair(*(render(row["code"], lang, row.get("params", {}), part) for lang in ("zh", "en")))


def _pair(zh: str, en: str) -> Markup:
    return Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>').format(escape(zh), escape(en))
