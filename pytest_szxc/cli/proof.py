"""``szxc selftest`` and ``szxc rejudge``: proof that checks can fail, and that a recording gives the same verdicts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_szxc.cli.catalogue import require_known
from pytest_szxc.messages import render
from pytest_szxc.printable import show
from pytest_szxc.reference.lookup import has_reference
from pytest_szxc.rejudging import rejudge_report
from pytest_szxc.selftest.trial import catalogue, prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.selftest.matrix import Kill, Matrix, Peace

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--suite", multiple=True, help="套件 / suite")
@click.option("--json", "file", type=PATH, help="写入文件 / write the kill matrix to a file")
@click.option("--all", "whole", is_flag=True, help="由全部要求判定 / all requirements judge each mutant and variant")
@click.option("--workers", type=click.IntRange(min=0), help="进程数 / processes (default: one per core)")
@click.pass_obj
def selftest(lang: str, suite: tuple[str, ...], file: Path | None, workers: int | None, *, whole: bool) -> None:
    """变异体必须被发现,合法变体不得误报 / each mutant is caught, no legal variant is reported."""
    require_known(suite, catalogue(), "option.unknown-suite", "suite")
    if file:
        file.touch()  # a place that cannot be written is said now, not after all the work
    chosen = [found for found in catalogue().values() if has_reference(found) and (not suite or found.id in suite)]
    matrices = [prove(found, workers, whole=whole) for found in chosen]
    for matrix in matrices:
        click.echo("\n".join(_matrix_lines(matrix, lang)))
    if file:
        file.write_text(
            json.dumps([matrix.document() for matrix in matrices], ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
    sys.exit(0 if matrices and all(all(matrix.gates().values()) for matrix in matrices) else 1)


def _matrix_lines(matrix: Matrix, lang: str) -> Iterator[str]:
    yield from (_kill_line(kill, lang) for kill in matrix.kills)
    yield from (_peace_line(peace, lang) for peace in (matrix.reference, *matrix.variants))
    counts = {
        "suite": matrix.suite,
        "requirements": matrix.requirements,
        "testable": len(matrix.testable),
        "mutants": len(matrix.kills),
        "killed": sum(kill.killed for kill in matrix.kills),
        "precise": sum(kill.precise for kill in matrix.kills),
        "variants": len(matrix.variants),
        "clean": sum(variant.clean for variant in matrix.variants),
    }
    yield render("selftest.summary", lang, counts)
    for gate, holds in matrix.gates().items():
        yield f"  {'√' if holds else '×'} {render(f'selftest.gate.{gate}', lang, {})}"


def _kill_line(kill: Kill, lang: str) -> str:
    state = render("selftest.killed" if kill.killed else "selftest.missed", lang, {})
    also = f"  + {' '.join(kill.also)}" if kill.also else ""
    stray = f"  ({render('selftest.stray', lang, {})}: {' '.join(kill.stray)})" if kill.stray else ""
    return f"{'√' if kill.precise else '×'} {kill.requirement}  {kill.mutant}: {state}{also}{stray}"


def _peace_line(peace: Peace, lang: str) -> str:
    found = "; ".join(f"{name} {status}" for name, status in peace.deviations.items())
    return f"{'√' if peace.clean else '×'} {peace.name}: {found or render('selftest.no-finding', lang, {})}"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def rejudge(lang: str, folder: Path) -> None:
    """离线重判一次记录下来的运行 / judge a recorded run again, offline."""
    found = rejudge_report(folder)
    for name, was, now in found.changed:
        click.echo(f"× {show(name)}: {was} → {now}")
    for part in found.differing:
        click.echo(f"× {render('rejudge.differs', lang, {'part': part})}")
    click.echo(render("rejudge.summary", lang, {"count": found.count, "changed": len(found.changed)}))
    sys.exit(0 if found.agrees else 1)
