"""The pytest plugin. Without ``--szxc-*`` it registers its options and does nothing else.

What a run does lives in ``pytest_szxc.session``, which is imported only when a target or a statement is named.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.settings import OPTIONS, read_settings

if TYPE_CHECKING:
    from pytest_szxc.settings import Settings

_ACTIONS = {"flag": "store_true", "list": "append"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register ``--szxc-*``; defaults stay empty, so that SZXC_* and szxc.toml can speak."""
    group = parser.getgroup("szxc", "数字乡村一致性测试 / digital-village conformance (pytest-szxc)")
    for option in OPTIONS:
        shape = {} if option.kind == "flag" else {"metavar": option.metavar}
        group.addoption(
            f"--szxc-{option.name}",
            dest=f"szxc_{option.key}",
            action=_ACTIONS.get(option.kind, "store"),
            default=False if option.kind == "flag" else None,
            help=option.help,
            **shape,
        )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hooks of ``hookspecs``."""
    from pytest_szxc import hookspecs  # noqa: PLC0415 -- kept out of an idle start's way

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Open the run before pytest's session starts; what is wrong with the statement ends here, in our own words."""
    settings = _settings(config)
    if not settings.active or _only_informs(config) or hasattr(config, "workerinput"):
        return None
    from pytest_szxc import session  # noqa: PLC0415 -- only a run pays for it

    opened = session.open_session(config, settings)
    if isinstance(opened, int):
        return opened
    config.pluginmanager.register(opened, "szxc-session")
    return None


def pytest_configure(config: pytest.Config) -> None:
    """In a worker of pytest-xdist, join the run that the controller has opened."""
    plan = getattr(config, "workerinput", {}).get("szxc")
    if plan is None:
        return
    from pytest_szxc import session  # noqa: PLC0415 -- only a run pays for it

    config.pluginmanager.register(session.join_session(config, plan), "szxc-session")


def _settings(config: pytest.Config) -> Settings:
    given = {option.key: getattr(config.option, f"szxc_{option.key}", None) for option in OPTIONS}
    return read_settings(given)


def _only_informs(config: pytest.Config) -> bool:
    """Whether pytest was asked to tell something instead of running anything."""
    asked = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")
    return any(getattr(config.option, name, None) for name in asked)


def write_lines(lines: list[str]) -> None:
    """Lines to the error stream in the console's own encoding: what it cannot show is escaped, nothing is lost."""
    from pytest_szxc.printable import line  # noqa: PLC0415 -- kept out of an idle start's way

    encoding = sys.stderr.encoding or "utf-8"
    text = "\n".join(map(line, lines)) + "\n"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
