"""The comments of a first statement, from the message tables (``starter.*``)."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_szxc.messages import render


@dataclass(frozen=True, slots=True)
class Words:
    """Comments in one language."""

    lang: str

    def __call__(self, name: str) -> str:
        """One text."""
        return render(f"starter.{name}", self.lang, {})

    def comment(self, name: str) -> list[str]:
        """One text as comment lines."""
        return [f"# {line}" for line in self(name).splitlines()]
