"""Text that attacks whoever prints it: terminals, CI runners, pages. In an error's message, and in a value."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import LAWFUL, Behaviour, answer, envelope, sends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FAMILY = "output"
ATTACKS: Mapping[str, str] = MappingProxyType(
    {
        "terminal": "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b2J\x7f\b\b",
        "bidi": "\u202egnp.exe\u2066\u200f\u200b\ufeff",
        "line-separator": "one\u2028::error::two\u2029##vso[task.complete]",
        "carriage-return": "forged\r::error::forged\r\n::warning::forged\v\f",
        "github": "\n::error file=a,line=1::forged\n::add-mask::a\n::stop-commands::x\n",
        "azure": "\n##vso[task.complete result=Succeeded;]forged\n##[error]forged\n",
        "teamcity": "\n##teamcity[testFailed name='a' message='forged']\n",
        "gitlab": "\nsection_start:1:forged\r\x1b[0Kforged\nsection_end:1:forged\r\x1b[0K\n",
        "markup": "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}",
        "formula": '=HYPERLINK("http://elsewhere.invalid")\t＝1+1 | a `b` [c](javascript:alert(1))',
    }
)
"""Each attack's text by name."""


def _behaviours() -> Iterator[Behaviour]:
    for name, text in ATTACKS.items():
        refusal = answer(envelope(None, 40001, text), status="400 Bad Request")
        yield Behaviour(f"{name}-in-error", FAMILY, "http.client-error", sends(refusal))
        yield Behaviour(f"{name}-in-value", FAMILY, LAWFUL, sends(answer(envelope({text: text}))))
    everything = "".join(ATTACKS.values())
    outage = answer(envelope(None, 50001, everything), status="500 Internal Server Error")
    yield Behaviour("everything-in-outage", FAMILY, "http.server-error", sends(outage))
    refused = answer(envelope(None, 50001, everything))
    yield Behaviour("everything-behind-200", FAMILY, "envelope.refused", sends(refused))
    key = answer(envelope(None).replace(b'"data"', b'"\\u001b[2J::error::"'))
    yield Behaviour("commands-as-key", FAMILY, "envelope.payload-missing", sends(key))


BEHAVIOURS = tuple(_behaviours())
