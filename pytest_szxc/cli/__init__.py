"""The command ``szxc``: everything around a run. Exit codes: 0 good, 1 finding, 2 usage, 13 our own error."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

import click

from pytest_szxc import __version__
from pytest_szxc.cli.binding import binding, init
from pytest_szxc.cli.catalogue import audit_command, list_command, show_command
from pytest_szxc.cli.cleanup import cleanup
from pytest_szxc.cli.doctor import doctor
from pytest_szxc.cli.explain import explain
from pytest_szxc.cli.hostile import serve_bad
from pytest_szxc.cli.manifest import manifest
from pytest_szxc.cli.proof import rejudge, selftest
from pytest_szxc.errors import CatalogueError, SzxcError
from pytest_szxc.plugin import write_lines
from pytest_szxc.printable import show
from pytest_szxc.report.terminal import error_lines
from pytest_szxc.settings import read_settings
from pytest_szxc.verdict.decision import ExitCode
from pytest_szxc.verdict.judge import own_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

LANG = click.Choice(["zh", "en"])
USAGE = 2
_LANG: ContextVar[str | None] = ContextVar("lang", default=None)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="szxc")
@click.option("--lang", type=LANG, help="语言 / language (default: SZXC_LANG, then the locale)")
@click.pass_context
def szxc(context: click.Context, lang: str | None) -> None:
    """数字乡村一致性测试 / conformance suites for digital-village platforms."""
    context.obj = read_settings({"lang": lang}).lang
    _LANG.set(context.obj)


for command in (
    list_command,
    show_command,
    audit_command,
    selftest,
    init,
    binding,
    doctor,
    rejudge,
    cleanup,
    manifest,
    serve_bad,
    explain,
):
    szxc.add_command(command)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command; an error of ours ends in a message, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        szxc(args)
    except SzxcError as error:
        _end(error, ExitCode.TESTER_ERROR if isinstance(error, CatalogueError) else USAGE)
    except OSError as error:
        _end(SzxcError("command.file", file=show(str(error.filename)), problem=show(str(error.strerror))), USAGE)
    except Exception as error:  # noqa: BLE001 -- whatever it is, a user is told in words
        _end(SzxcError("tester.error", **own_fault(error).params), ExitCode.TESTER_ERROR)


def _end(error: SzxcError, code: int) -> NoReturn:
    write_lines(error_lines(error, _chosen_lang()))
    sys.exit(code)


def _chosen_lang() -> str:
    """The language of the command that just failed; click has let go of its context by then."""
    return _LANG.get() or read_settings({}).lang
