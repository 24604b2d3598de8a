"""The options of a run: one table, read from the command line, then ``SZXC_*``, then ``[options]`` of szxc.toml.

This module is imported by every pytest start, so it knows the standard library only.
"""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import StatementError
from pytest_szxc.messages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``kind`` is text, number, count, flag or list; ``in_file`` says whether szxc.toml may hold it."""

    name: str
    kind: str
    metavar: str
    help: str
    in_file: bool = True

    @property
    def key(self) -> str:
        """The option as a Python name."""
        return self.name.replace("-", "_")


OPTIONS = (
    Option(
        "target",
        "text",
        "TARGET",
        "被测系统 / system under test: URL, demo, wsgi:module:app, asgi:module:app, file or folder",
        in_file=False,
    ),
    Option("config", "text", "FILE", "声明文件 / statement file (default: szxc.toml in this folder)", in_file=False),
    Option("allow-write", "flag", "", "允许写入 / allow operations that write to the target", in_file=False),
    Option("allow-actuation", "flag", "", "允许动作 / allow operations that move machines", in_file=False),
    Option("plan", "flag", "", "只列出请求,不发送 / print what would be sent, send nothing", in_file=False),
    Option("out", "text", "DIR", "结果目录 / folder of this run's results (default: szxc-results/<run>)"),
    Option("suite", "list", "ID", "只测这些套件 / only these suites (repeatable)"),
    Option("class", "list", "ID", "只测这些一致性类 / only these conformance classes (repeatable)"),
    Option("lang", "text", "zh|en", "语言 / language (default: from the locale)"),
    Option("rate", "number", "N", "每秒请求数,0 不限 / requests per second, 0 = unlimited (default 5)"),
    Option("connections", "count", "N", "连接数 / connections at once (default 2)"),
    Option("deadline", "number", "S", "单个请求时限(秒) / seconds for one whole request (default 30)"),
    Option(
        "budget",
        "text",
        "N[,M]",
        "整次运行的请求数与分钟数上限 / requests and minutes of the whole run (default 5000,30)",
    ),
    Option("wait", "number", "S", "等待被测系统就绪(秒) / seconds to wait for the target to answer (default 0)"),
    Option("ca", "text", "FILE", "CA 证书 / certificate authorities to trust (PEM)"),
    Option("proxy", "text", "URL", "代理 / proxy; none is taken from the environment"),
    Option("insecure", "flag", "", "不校验证书(结果作标记) / do not verify certificates (taints the run)"),
    Option("strict", "flag", "", "“宜”也计入失败 / broken and unjudged shoulds count too"),
    Option("explore", "flag", "", "在固定计划之外搜索反例 / search for counter-examples beyond the seeded plan"),
    Option("seed", "text", "SEED", "随机种子 / seed of everything random (default: drawn, printed)"),
)


YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})
BOUNDS = {
    "rate": (0.0, 100_000.0),
    "connections": (1.0, 64.0),
    "deadline": (0.001, 3_600.0),
    "budget": (1.0, 1e9),
    "minutes": (0.001, 1e6),
    "wait": (0.0, 86_400.0),
}
"""Least and most of each number, as the statement's schema has them."""
WHOLE = frozenset({"connections", "budget"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The options in effect, before the statement's own are merged in (``merged``)."""

    values: Mapping[str, object]

    def text(self, key: str) -> str | None:
        """A text option, or ``None``."""
        value = self.values.get(key)
        return None if value is None else str(value)

    def flag(self, key: str) -> bool:
        """A yes/no option.

        Raises:
            StatementError: ``option.not-a-flag``; taking an unknown word for *no* would quietly judge less.
        """
        word = str(self.values.get(key) or "").strip().lower()
        if word not in YES | NO:
            raise StatementError("option.not-a-flag", option=key, value=_plain(word))
        return word in YES

    def number(self, key: str) -> float | None:
        """A number option within its bounds, or ``None``.

        Raises:
            StatementError: ``option.not-a-number``, ``option.out-of-bounds``.
        """
        value = self.text(key)
        return None if value is None else number_of(key, value)

    def budget(self) -> tuple[int | None, float | None]:
        """Requests and minutes that the whole run may take, as far as they are given.

        Raises:
            StatementError: ``option.not-a-number``, ``option.out-of-bounds``.
        """
        requests, _, minutes = (self.text("budget") or "").partition(",")
        return (
            int(number_of("budget", requests)) if requests.strip() else None,
            number_of("minutes", minutes) if minutes.strip() else None,
        )

    def list(self, key: str) -> tuple[str, ...]:
        """A list option; a comma separates too."""
        value = self.values.get(key) or ()
        parts = [value] if isinstance(value, str) else [str(part) for part in value]  # type: ignore[attr-defined]
        return tuple(name.strip() for part in parts for name in part.split(",") if name.strip())

    def merged(self, file: Mapping[str, object]) -> Settings:
        """These settings over those of szxc.toml."""
        return Settings({**file, **{key: value for key, value in self.values.items() if value is not None}})

    @property
    def lang(self) -> str:
        """``zh`` or ``en``; without an option from the locale."""
        chosen = (self.text("lang") or _locale()).lower()
        return "zh" if chosen.startswith(("zh", "chinese")) else "en"

    def check(self) -> None:
        """Look at every option that has bounds or a choice, before anything is done with one.

        Raises:
            StatementError: ``option.*``.
        """
        for option in OPTIONS:
            if option.kind == "flag":
                self.flag(option.key)
            elif option.kind in ("number", "count"):
                self.number(option.key)
        self.budget()
        if (self.text("lang") or "en") not in LANGUAGES:
            raise StatementError("option.unknown-lang", value=_plain(self.text("lang")))
        if self.flag("explore") and not _can_explore():
            raise StatementError("option.explore-missing")

    @property
    def active(self) -> bool:
        """Whether a run was asked for at all."""
        return bool(self.text("target") or self.text("config"))


def read_settings(given: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> Settings:
    """Options from the command line (``given``, by option key; None or empty where not given) over ``SZXC_*``."""
    values: dict[str, object] = {}
    for option in OPTIONS:
        value = given.get(option.key)
        missing = value is None or value is False or value == []
        values[option.key] = environment.get(f"SZXC_{option.key.upper()}") if missing else value
    return Settings(values)


def number_of(option: str, value: str) -> float:
    """A number within the bounds of its option.

    Raises:
        StatementError: ``option.not-a-number``, ``option.out-of-bounds``.
    """
    try:
        number = float(value)
    except ValueError:
        raise StatementError("option.not-a-number", option=option, value=_plain(value)) from None
    least, most = BOUNDS[option]
    if not least <= number <= most or (option in WHOLE and number != int(number)):
        bounds = f"{least:g}–{most:g}"
        raise StatementError("option.out-of-bounds", option=option, value=_plain(value), bounds=bounds)
    return number


def results_folder(settings: Settings, run: str) -> Path:
    """The folder this run writes to."""
    return Path(settings.text("out") or Path("szxc-results") / run)


def _can_explore() -> bool:
    """Whether the extra ``explore`` is installed; asked without importing it."""
    from importlib.util import find_spec  # noqa: PLC0415 -- an idle start asks nothing

    return find_spec("hypothesis") is not None


def _plain(value: object) -> str:
    """An option's value on one line; ``printable`` is more than an idle start should load."""
    return repr(str(value))[1:-1][:80]


def _locale() -> str:
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((name for name in names if name), None) or locale.getlocale()[0] or "en"
