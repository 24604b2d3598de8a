"""``szxc list``, ``szxc show``, ``szxc audit``: what the suites hold, and whether they are sound."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pytest_szxc.catalogue.audit import audit
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.errors import StatementError
from pytest_szxc.messages import render
from pytest_szxc.model import Basis, Level
from pytest_szxc.printable import show
from pytest_szxc.reference.lookup import load_mutants
from pytest_szxc.target.statement_file import default_operations

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pytest_szxc.model import Json, Requirement, Suite
    from pytest_szxc.target.statement import BoundOperation

JSON = click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")


@click.command("list")
@click.option("--suite", multiple=True, help="套件 / suite")
@click.option("--class", "classes", multiple=True, help="一致性类 / conformance class")
@click.option("--level", multiple=True, type=click.Choice([level.value for level in Level]))
@click.option("--basis", multiple=True, type=click.Choice([basis.value for basis in Basis]))
@JSON
@click.pass_obj
def list_command(  # noqa: PLR0913 -- one argument an option
    lang: str,
    suite: tuple[str, ...],
    classes: tuple[str, ...],
    level: tuple[str, ...],
    basis: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """列出套件、一致性类和要求 / suites, classes and requirements."""

    def wanted(row: Requirement) -> bool:
        chosen = ((suite, row.suite), (classes, row.conformance_class), (level, row.level), (basis, row.basis))
        return all(not allowed or value in allowed for allowed, value in chosen)

    suites = load_suites()
    require_known(suite, suites, "option.unknown-suite", "suite")
    known = {row.id for found in suites.values() for row in found.classes}
    require_known(classes, known, "option.unknown-class", "class")
    rows = [row for found in suites.values() for row in found.requirements if wanted(row)]
    if as_json:
        click.echo(json.dumps([_requirement_json(row) for row in rows], ensure_ascii=False, indent=1))
        return
    for found in suites.values():
        mine = [row for row in rows if row.suite == found.id]
        if mine:
            click.echo("\n".join(_suite_lines(found, mine, lang)))


def require_known(chosen: tuple[str, ...], known: Container[str], code: str, kind: str) -> None:
    """Refuse a name that nothing has: an empty answer would look like a good one.

    Raises:
        StatementError: with ``code``.
    """
    for name in chosen:
        if name not in known:
            raise StatementError(code, **{kind: show(name)})


def _suite_lines(suite: Suite, rows: list[Requirement], lang: str) -> Iterator[str]:
    yield f"{suite.code}  {suite.id} {suite.version}  {suite.title.in_(lang)}"
    yield f"    {suite.label.in_(lang)}"
    for item in suite.classes:
        mine = [row for row in rows if row.conformance_class == item.id]
        if mine:
            yield f"  {item.id}  {item.title.in_(lang)}  ({len(mine)})"
        for row in mine:
            level, basis = (
                render(f"{kind}.{value}", lang, {}) for kind, value in (("level", row.level), ("basis", row.basis))
            )
            yield f"    {row.id}  [{level} · {basis}]  {row.statement.in_(lang)}"


@click.command("show")
@click.argument("requirement")
@JSON
@click.pass_obj
def show_command(lang: str, requirement: str, *, as_json: bool) -> None:
    """说明一条要求:依据、发送什么、什么会使它不通过 / explain one requirement."""
    suites = load_suites()
    for suite in suites.values():
        for row in suite.requirements:
            if row.id == requirement.upper():
                click.echo(
                    json.dumps(_shown(suite, row), ensure_ascii=False, indent=1) if as_json else _told(suite, row, lang)
                )
                return
    raise click.UsageError(render("catalogue.no-requirement", lang, {"requirement": show(requirement)}))


def _shown(suite: Suite, row: Requirement) -> dict[str, Json]:
    bound = default_operations(suite)
    mutants = load_mutants(suite)
    return {
        **_requirement_json(row),
        "sends": [_call(bound[name]) for name in row.operations if name in bound],
        "failsOn": [asdict(mutants[name].title) | {"mutant": name} for name in row.mutants],
    }


def _told(suite: Suite, row: Requirement, lang: str) -> str:
    shown = _shown(suite, row)
    level, basis = (render(f"{kind}.{value}", lang, {}) for kind, value in (("level", row.level), ("basis", row.basis)))
    provisional = f" ({render('page.provisional', lang, {})})" if row.provisional else ""
    lines = [
        f"{row.id}  {row.statement.zh}",
        f"{' ' * len(row.id)}  {row.statement.en}",
        *(
            _field(name, text, lang)
            for name, text in (
                ("class", f"{row.suite}/{row.conformance_class}"),
                ("level", level),
                ("basis", basis + provisional),
                ("source", f"{row.source}  ({suite.label.in_(lang)})"),
                ("judged", row.judged.in_(lang)),
                ("sends", "; ".join(shown["sends"])),
                ("needs", ", ".join(row.permissions)),
                ("fails-on", "; ".join(mutant[lang] for mutant in shown["failsOn"])),
                ("fix", row.hint.in_(lang)),
            )
            if text
        ),
    ]
    return "\n".join(lines)


def _field(name: str, text: str, lang: str) -> str:
    return f"  {render(f'show.{name}', lang, {})}: {text}"


def _call(bound: BoundOperation) -> str:
    query = "&".join(f"{name}={value}" for name, value in bound.query.items())
    return f"{bound.method} {bound.path}{'?' + query if query else ''} ({bound.operation}, {bound.effect})"


def _requirement_json(row: Requirement) -> dict[str, Json]:
    return {name: value for name, value in asdict(row).items() if value not in (None, ())}


@click.command("audit")
@JSON
@click.pass_obj
def audit_command(lang: str, *, as_json: bool) -> None:
    """检查套件自身是否健全 / whether the suites themselves are sound."""
    suites = load_suites()
    checks = {suite.id: set(load_checks(suite)) for suite in suites.values()}
    mutants = {suite.id: set(load_mutants(suite)) for suite in suites.values()}
    problems = audit(suites, checks, mutants)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=1, default=str))
    else:
        for problem in problems:
            click.echo(f"× {problem.file} {problem.row}: {render(problem.code, lang, problem.params)} [{problem.code}]")
        requirements = sum(len(suite.requirements) for suite in suites.values())
        counts = {
            "suites": len(suites),
            "requirements": requirements,
            "checks": sum(map(len, checks.values())),
            "problems": len(problems),
        }
        click.echo(render("audit.summary", lang, counts))
    sys.exit(1 if problems else 0)
