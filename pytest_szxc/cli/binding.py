"""``szxc init`` and ``szxc binding check``: write a statement, and see what a binding makes of real answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.messages import render
from pytest_szxc.printable import line
from pytest_szxc.report.terminal import error_lines
from pytest_szxc.sampling import described, sample_operations
from pytest_szxc.settings import read_settings
from pytest_szxc.target.starter import starter_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.sampling import Sample


@click.command()
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default="szxc.toml", show_default=True)
@click.option("--force", is_flag=True, help="覆盖已有文件 / overwrite an existing file")
@click.pass_obj
def init(lang: str, source: str, out: Path, *, force: bool) -> None:
    """由网址或 OpenAPI 文档生成带注释的声明文件 / write a commented szxc.toml from a URL or an OpenAPI document."""
    if out.exists() and not force:
        raise click.UsageError(render("init.exists", lang, {"file": out}))
    document = described(source) if "://" in source else None
    out.write_text(starter_statement(document or source, load_suites(), lang), encoding="utf-8")
    click.echo(render("init.written", lang, {"file": out}))


@click.group()
def binding() -> None:
    """绑定 / the binding of a statement."""


@binding.command()
@click.option("--target", help="被测系统 / URL (default: the statement's)")
@click.option("--config", help="声明文件 / statement file (default: szxc.toml)")
@click.pass_obj
def check(lang: str, target: str | None, config: str | None) -> None:
    """每个只读操作调用一次,显示收到的和套件看到的 / call each bound read operation once: what came, what is seen."""
    settings = read_settings({"target": target, "config": config or (None if target else "szxc.toml")})
    samples = list(sample_operations(settings))
    for sample in samples:
        click.echo("\n".join(map(line, _sample_lines(sample, lang))))
    answered = any(sample.came for sample in samples)
    sys.exit(1 if any(sample.error for sample in samples) or not answered else 0)


def _sample_lines(sample: Sample, lang: str) -> Iterator[str]:
    mark = "×" if sample.error else "○" if sample.lacking else "√"
    yield f"{mark} {sample.operation}  {sample.call}"
    if sample.lacking:
        yield f"    {render('binding-check.lacking', lang, {'names': ', '.join(sample.lacking)})}"
    elif sample.error:
        yield from (f"    {said}" for said in error_lines(sample.error, lang))
    else:
        yield f"    {render('binding-check.came', lang, {})}: {sample.came}"
        yield f"    {render('binding-check.seen', lang, {})}: {sample.seen}"
