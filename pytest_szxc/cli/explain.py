"""``szxc explain``: what a code means, in both languages, what to do about it, and what follows for a verdict."""

from __future__ import annotations

import json
from difflib import get_close_matches
from string import Formatter
from typing import TYPE_CHECKING

import click

from pytest_szxc.cli.catalogue import JSON
from pytest_szxc.errors import StatementError
from pytest_szxc.messages import LANGUAGES, render, table
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json

_NEAREST = 5
_MEANS = {
    "inconclusive": (
        "transport encoding framing redirect json http envelope paging file replay budget binding hook run"
    ),
    "absent": "http.absent",
    "permission": "permission-not-given",
    "preflight": "preflight",
    "usage": "statement target document option openapi init command serve-bad explain",
    "claim": "claim",
    "data": "data",
    "catalogue": "catalogue schema audit",
    "tester": "tester",
    "verdict": "status outcome",
}
_MEANING = {prefix: meaning for meaning, prefixes in _MEANS.items() for prefix in prefixes.split()}


@click.command()
@click.argument("code", required=False)
@JSON
@click.pass_obj
def explain(lang: str, code: str | None, *, as_json: bool) -> None:
    """代码的含义、办法和影响 / what a code means, what to do, what follows for a verdict."""
    if code is None:
        found: Json = _families()
        lines = [f"{family}: {' '.join(codes)}" for family, codes in found.items()]
    else:
        found = explanation(code)
        lines = list(_lines(found, lang))
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))


def explanation(code: str) -> dict[str, Json]:
    """All that is known of a code: ``zh`` and ``en`` each with text, hint and meaning, and the behaviours that show it.

    Raises:
        StatementError: ``explain.unknown``.
    """
    if code not in table():
        near = get_close_matches(code, table(), _NEAREST, 0.3)
        raise StatementError("explain.unknown", unknown=show(code, 60), nearest="  ".join(near) or "-")
    from pytest_szxc.hostile.registry import BEHAVIOURS, showing  # noqa: PLC0415 -- heavy, wanted here alone

    behaviour = BEHAVIOURS.get(code.removeprefix("hostile."))
    return {
        "code": code,
        **{lang: _in_words(code, lang) for lang in LANGUAGES},
        "shown_by": [row.name for row in showing(code)],
        "expected": list(behaviour.codes) if behaviour else [],
    }


def _in_words(code: str, lang: str) -> dict[str, str]:
    """Text, hint and meaning of a code, the placeholders of both shown as they are."""
    row = table()[code]
    templates = (row[lang], row.get(f"hint_{lang}", ""))
    names = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}
    params = {name: f"{{{name}}}" for name in names}
    return {
        "text": render(code, lang, params),
        "hint": render(code, lang, params, part="hint"),
        "means": render(f"explain.means.{meaning(code)}", lang, {}),
    }


def meaning(code: str) -> str:
    """What a code means for a verdict: the last part of its message ``explain.means.*``."""
    return _MEANING.get(code) or _MEANING.get(code.partition(".")[0], "words")


def _families() -> dict[str, list[str]]:
    """All codes by their first part."""
    found: dict[str, list[str]] = {}
    for code in sorted(table()):
        family, _, rest = code.partition(".")
        found.setdefault(family, []).append(rest or code)
    return found


def _lines(found: dict[str, Json], lang: str) -> Iterator[str]:
    yield found["code"]
    for shown in sorted(LANGUAGES, key=lambda one: one != lang):
        words = found[shown]
        yield f"  {words['text']}"
        if words["hint"]:
            yield f"    {render('explain.hint', shown, {})}: {words['hint']}"
        yield f"    {render('explain.verdict', shown, {})}: {words['means']}"
    for label, names in (("explain.shown-by", found["shown_by"]), ("explain.is-behaviour", found["expected"])):
        if names:
            yield f"  {render(label, lang, {})}: {' '.join(names)}"
