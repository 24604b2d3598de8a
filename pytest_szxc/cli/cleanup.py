"""``szxc cleanup``: remove what a run left on a platform."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_szxc.cleaning import clean_up
from pytest_szxc.messages import render, table
from pytest_szxc.printable import line, show
from pytest_szxc.target.ledger import NOT_THERE, REMOVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.cleaning import Cleaned
    from pytest_szxc.target.ledger import Debt

PLACE = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("ledger", type=PLACE)
@click.option("--target", help="被测系统的新地址 / URL (default: the run's)")
@click.option("--config", type=FILE, help="声明文件 / statement file (default: the run's)")
@click.pass_obj
def cleanup(lang: str, ledger: Path, target: str | None, config: Path | None) -> None:
    """按台账撤销一次运行留下的写入,可重复执行 / remove what a run (a folder or a ledger) left on the platform."""
    cleaned = clean_up(ledger, target=target, config=config)
    click.echo("\n".join(map(line, _lines(cleaned, lang))))
    sys.exit(1 if cleaned.left else 0)


def _lines(cleaned: Cleaned, lang: str) -> Iterator[str]:
    if cleaned.torn:
        yield f"! {render('cleanup.torn', lang, {'count': cleaned.torn})}"
    if cleaned.gone:
        yield render("cleanup.demo", lang, {})
        return
    yield from (f"× {_left(debt, how, lang)}" for debt, how in cleaned.left)
    counts = {
        "writes": cleaned.writes,
        "removed": cleaned.count(REMOVED),
        "absent": cleaned.count(NOT_THERE),
        "left": len(cleaned.left),
    }
    yield f"{'×' if cleaned.left else '√'} {render('cleanup.summary', lang, counts)}"


def _left(debt: Debt, how: str, lang: str) -> str:
    known = f"{render(how, lang, {})} [{how}]" if how.startswith("ledger.") and how in table() else how
    named = {
        "at": show(debt.at),
        "operation": show(debt.operation),
        "requirement": show(debt.requirement),
        "undo": show(debt.undo or "-"),
        "params": show(json.dumps(debt.params, ensure_ascii=False, default=str)),
        "reason": known,
    }
    return render("cleanup.left", lang, named)
