"""What an audit finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.messages import render

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """One thing that is wrong: file, row (a requirement's id, a pointer, a line), message code and parameters."""

    file: str
    row: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """One sentence: what is wrong."""
        return render(self.code, lang, self.params)
