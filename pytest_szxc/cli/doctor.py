"""``szxc doctor``: look at a target before a run, within ten seconds; a line a stage, and what to do."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.doctor.check import NOT_REACHED, State
from pytest_szxc.doctor.examination import examine
from pytest_szxc.doctor.table import table_lines
from pytest_szxc.messages import render
from pytest_szxc.settings import OPTIONS, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.doctor.check import Check
    from pytest_szxc.model import Json

FORMAT = "szxc-doctor/1"
TAKEN = ("target", "config", "allow-write", "suite", "class", "rate", "deadline", "ca", "proxy", "insecure")
"""The options of a run that mean the same here."""


def _as_in_a_run(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a run, without their prefix."""
    for option in reversed([option for option in OPTIONS if option.name in TAKEN]):
        words = {"help": option.help} if option.kind == "flag" else {"help": option.help, "metavar": option.metavar}
        shape = {"is_flag": option.kind == "flag", "multiple": option.kind == "list", **words}
        command = click.option(f"--{option.name}", option.key, **shape)(command)  # type: ignore[arg-type]
    return command


@click.command()
@_as_in_a_run
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
@click.option(
    "--causes", is_flag=True, help="列出能分辨的原因,不发送请求 / list the causes it tells apart, send nothing"
)
@click.pass_obj
def doctor(lang: str, /, *, as_json: bool, causes: bool, **given: object) -> None:
    """逐项检查能否测试,不通时说明怎么办(10 秒以内) / what stands in the way of a run, and what to do about it."""
    if causes:
        click.echo("\n".join(table_lines(lang)))
        return
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    since, checks = time.monotonic(), []
    with ExitStack() as closing:
        for check in examine(read_settings(given), load_suites(), closing):
            checks.append(check)
            if check.reached and not as_json:
                click.echo("\n".join(check.lines(lang)))
    seconds = round(time.monotonic() - since, 1)
    bad, note = (sum(check.state is state for check in checks) for state in (State.BAD, State.NOTE))
    if as_json:
        click.echo(json.dumps(_document(checks, seconds), ensure_ascii=False, indent=1))
    else:
        unseen = [render(f"doctor.stage.{check.stage}", lang, {}) for check in checks if not check.reached]
        if unseen:
            click.echo(f"- {', '.join(unseen)}  {render(NOT_REACHED, lang, {})}")
        word = "bad" if bad or note else "good"
        click.echo(render(f"doctor.summary.{word}", lang, {"bad": bad, "note": note, "seconds": seconds}))
    sys.exit(1 if bad else 0)


def _document(checks: list[Check], seconds: float) -> dict[str, Json]:
    return {"format": FORMAT, "seconds": seconds, "checks": [check.document() for check in checks]}
