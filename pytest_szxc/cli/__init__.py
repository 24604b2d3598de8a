"""The command ``szxc``: everything around a run. Exit codes: 0 good, 1 finding, 2 usage, 13 our own error."""

from __future__ import annotations

import sys

import click

from pytest_szxc import __version__
from pytest_szxc.cli.binding import binding, init
from pytest_szxc.cli.catalogue import audit_command, list_command, show
from pytest_szxc.cli.proof import rejudge, selftest
from pytest_szxc.errors import CatalogueError, SzxcError
from pytest_szxc.plugin import write_lines
from pytest_szxc.report.terminal import error_lines
from pytest_szxc.settings import read_settings
from pytest_szxc.verdict.decision import ExitCode

LANG = click.Choice(["zh", "en"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="szxc")
@click.option("--lang", type=LANG, help="语言 / language (default: SZXC_LANG, then the locale)")
@click.pass_context
def szxc(context: click.Context, lang: str | None) -> None:
    """数字乡村一致性测试 / conformance suites for digital-village platforms."""
    context.obj = read_settings({"lang": lang}).lang


for command in (list_command, show, audit_command, selftest, init, binding, rejudge):
    szxc.add_command(command)


def main() -> None:
    """Run the command; an error of ours ends in a message, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        szxc()
    except SzxcError as error:
        write_lines(error_lines(error, read_settings({}).lang))
        sys.exit(ExitCode.TESTER_ERROR if isinstance(error, CatalogueError) else 2)
