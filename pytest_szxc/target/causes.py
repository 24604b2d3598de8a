"""Why nothing can be tested: from what single questions failed with to one cause for the whole target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.printable import bare_url, show

if TYPE_CHECKING:
    from pytest_szxc.errors import Unjudgeable
    from pytest_szxc.target.statement import Account
    from pytest_szxc.target.store import ExchangeStore

CAUSES = (
    ("proxy.unreachable", "preflight.proxy"),
    ("proxy.login", "preflight.proxy-login"),
    ("proxy.failed", "preflight.proxy-failed"),
    ("transport.dns", "preflight.dns"),
    ("transport.refused", "preflight.refused"),
    ("transport.unreachable", "preflight.refused"),
    ("transport.connect-timeout", "preflight.silent"),
    ("transport.tls.tlcp", "preflight.tlcp"),
    ("transport.tls.expired", "preflight.certificate-dates"),
    ("transport.tls.not-yet-valid", "preflight.certificate-dates"),
    ("transport.tls", "preflight.tls"),
    ("file.", "preflight.file"),
    ("folder.", "preflight.folder"),
    ("http.unauthorised", "preflight.denied"),
    ("http.forbidden", "preflight.denied"),
    ("envelope.denied", "preflight.denied"),
    ("http.server-error", "preflight.server-error"),
    ("http.rate-limited", "preflight.rate-limited"),
    ("xml.instead", "preflight.xml"),
    ("json.html", "preflight.html"),
    ("http.page", "preflight.html"),
    ("json.encoding", "preflight.encoding"),
    ("json.", "preflight.json"),
    ("encoding.", "preflight.json"),
    ("framing.", "preflight.protocol"),
    ("envelope.", "preflight.envelope"),
    ("redirect.", "preflight.redirect"),
    ("http.redirect", "preflight.redirect"),
    ("transport.timeout", "preflight.timeout"),
    ("transport.", "preflight.protocol"),
    ("http.absent", "preflight.absent"),
    ("binding.missing", "preflight.unbound"),
    ("", "preflight.other"),
)
"""Beginning of a symptom → what it means for the whole target; the first row that any probe matches is the cause."""
HOPELESS = (
    "proxy.",
    "transport.dns",
    "transport.refused",
    "transport.unreachable",
    "transport.tls",
    "transport.connect-timeout",
)
"""Symptoms after which no other question will fare better."""
LATE = ("transport.timeout", "http.rate-limited")
"""Symptoms that cost time; one such may be the operation's own, not two."""
_CONNECTING = ("transport.dns", "transport.refused", "transport.unreachable", "transport.connect-timeout")
_LOGIN, _GATEWAY = 407, frozenset({502, 503, 504})


def symptom_of(reason: Unjudgeable, store: ExchangeStore, proxy: str | None = None) -> str:
    """The code of a reason, made more exact by what else is known: whether it is the proxy's, what kind of text came.

    Args:
        reason: why a question had no usable answer.
        store: holds its exchange.
        proxy: the proxy that requests go through, if any; we connect to nothing else then.
    """
    code, status = reason.code, reason.params.get("status")
    if status == _LOGIN or (code == "transport.proxy" and str(_LOGIN) in str(reason.params.get("problem"))):
        return "proxy.login"
    if proxy and code.startswith(_CONNECTING):
        return "proxy.unreachable"
    if code == "transport.proxy" or (proxy and status in _GATEWAY):
        return "proxy.failed"
    return "xml.instead" if code == "json.html" and _is_xml(reason, store) else code


def _is_xml(reason: Unjudgeable, store: ExchangeStore) -> bool:
    found = store.get(reason.exchange) if reason.exchange else None
    if found is None or found.response is None:
        return False
    kind, start = found.response.header("content-type") or "", found.response.body[:1024].lower()
    return b"<html" not in start and "html" not in kind and ("xml" in kind or start.lstrip().startswith(b"<?xml"))


def code_of(symptom: str, account: Account) -> tuple[int, str]:
    """How grave a symptom is (0 is gravest), and the code of the cause that it stands for.

    Args:
        symptom: of ``symptom_of``.
        account: in whose name was asked; being denied without any is another matter.
    """
    rank, code = next((rank, code) for rank, (start, code) in enumerate(CAUSES) if symptom.startswith(start))
    nameless = code == "preflight.denied" and account.scheme == "none"
    return rank, "preflight.no-account" if nameless else code


def params_of(reason: Unjudgeable, operation: str, account: Account, proxy: str | None) -> dict[str, str]:
    """What the message of a cause may name."""
    place = account.secret.env or account.secret.file or "-"
    shown = {"host": "-", "problem": "-", "account": account.name, "place": show(str(place)), "proxy": "-"}
    if proxy:
        shown["proxy"] = show(bare_url(proxy))
    said = {name: str(value) for name, value in reason.params.items()}
    return {**shown, **said, "operation": operation, "fault": reason.code}
