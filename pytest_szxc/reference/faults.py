"""Faults of authentication that any suite's mutants may have: credentials that are not looked at, or not wholly.

Each function breaks one thing of a platform's verifier. Those that are about signatures leave some schemes as they are,
so that a check must try all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc.reference.calls import ApiError, bad_parameter
from pytest_szxc.reference.verifier import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.reference.accounts import Account
    from pytest_szxc.reference.calls import Call
    from pytest_szxc.reference.platform import Platform
    from pytest_szxc.reference.verifier import Layout

_BEGINNING = 12
_SIGNED = frozenset({"sd-open", "gov-exchange"})
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def around(platform: Platform, name: str, change: Callable[..., Any]) -> None:
    """Replace a method of the verifier by ``change(right)``."""
    setattr(platform.verifier, name, change(getattr(platform.verifier, name)))


def _usual(account: Account) -> bool:
    """Whether an account signs, and its secret does not change meanwhile."""
    return account.scheme in _SIGNED and account.name != "rotating"


# -- signatures --------------------------------------------------------------------------------------------------------


def agreeing(platform: Platform, agrees: Callable[[Any, Account, str, str], bool]) -> None:
    """Let signatures of two schemes agree by another rule; ``agrees(right, account, text, signature)``."""
    around(
        platform,
        "agrees",
        lambda right: (
            lambda account, text, signature: (
                agrees(right, account, text, signature) if _usual(account) else right(account, text, signature)
            )
        ),
    )


def signature_ignored(platform: Platform) -> None:
    """Signatures are not verified."""

    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: Layout, parts: Mapping[str, str]) -> None:
            if not _usual(account):
                right(account, layout, parts)

        return check

    around(platform, "check_signature", change)


def signature_beginning_compared(platform: Platform) -> None:
    """Only the beginning of a signature is compared."""
    agreeing(
        platform,
        lambda _, account, text, signature: (
            digest(account.scheme, account.secret, text)[:_BEGINNING] == signature[:_BEGINNING]
        ),
    )


def signature_case_ignored(platform: Platform) -> None:
    """Signatures are compared without regard to case."""
    agreeing(
        platform,
        lambda _, account, text, signature: digest(account.scheme, account.secret, text).lower() == signature.lower(),
    )


def any_secret_signs(platform: Platform) -> None:
    """The secret of any account signs for all."""

    def agrees(_: object, account: Account, text: str, signature: str) -> bool:
        held = platform.accounts.by_name.values()
        return any(digest(account.scheme, one.secret, text) == signature for one in held)

    agreeing(platform, agrees)


def wrong_signature_bad_request(platform: Platform) -> None:
    """A wrong signature is answered with 400."""

    def change(right: Callable[..., bool]) -> Callable[..., bool]:
        def agrees(account: Account, text: str, signature: str) -> bool:
            if _usual(account) and not right(account, text, signature):
                raise bad_parameter("signature")
            return right(account, text, signature)

        return agrees

    around(platform, "agrees", change)


def bearer_beginning_compared(platform: Platform) -> None:
    """Only the beginning of a bearer token is compared."""

    def known(token: str) -> Account | None:
        held = (one for one in platform.accounts.by_name.values() if one.scheme == "bearer")
        return next((one for one in held if one.token[:_BEGINNING] == token[:_BEGINNING]), None)

    platform.accounts.by_token = known  # type: ignore[method-assign]


def parts_in_other_order(platform: Platform, scheme: str) -> None:
    """The text that a scheme signs is put together in another order."""

    def change(right: Callable[..., str]) -> Callable[..., str]:
        def text(account: Account, layout: Layout, parts: Mapping[str, str]) -> str:
            if account.scheme != scheme:
                return right(account, layout, parts)
            return "".join(parts[name] for name in reversed(layout.order))

        return text

    around(platform, "text", change)


# -- parts that are not covered ----------------------------------------------------------------------------------------


def part_not_covered(platform: Platform, part: str, scheme: str) -> None:
    """A signature agrees that is right but for one part."""

    def change(right: Callable[..., None]) -> Callable[..., None]:
        def check(account: Account, layout: Layout, parts: Mapping[str, str]) -> None:
            try:
                right(account, layout, parts)
            except ApiError:
                if account.scheme != scheme or not nearly(platform, account, layout, parts, part):
                    raise

        return check

    around(platform, "check_signature", change)


def nearly(platform: Platform, account: Account, layout: Layout, parts: Mapping[str, str], part: str) -> bool:
    """Whether a signature is right but for one part, whose right values are tried."""
    value = parts[part]
    if part == "time":
        tried = [str(int(value) + step) for step in range(-3, 4)]
    else:  # one character was changed
        tried = [value[:-1] + letter for letter in _LETTERS]
    texts = (platform.verifier.text(account, layout, {**parts, part: one}) for one in tried)
    return any(digest(account.scheme, account.secret, text) == parts["signature"] for text in texts)


# -- times and nonces --------------------------------------------------------------------------------------------------


def timed(platform: Platform, distance: Callable[[float], float]) -> None:
    """The distance of a signed time from the present is taken for another one."""
    around(platform, "distance", lambda right: lambda milliseconds: distance(right(milliseconds)))


def stale_time_accepted(platform: Platform) -> None:
    """Stale times are accepted."""
    timed(platform, lambda seconds: max(seconds, 0.0))


def future_time_accepted(platform: Platform) -> None:
    """Times of the future are accepted."""
    timed(platform, lambda seconds: min(seconds, 0.0))


def window_twice_as_wide(platform: Platform) -> None:
    """The window is twice as wide as declared."""
    timed(platform, lambda seconds: seconds / 2)


def window_too_narrow(platform: Platform) -> None:
    """The window is a tenth of the one that is declared."""
    timed(platform, lambda seconds: seconds * 10)


def replay_accepted(platform: Platform) -> None:
    """A replay is accepted."""
    around(platform, "check_nonce", lambda _: lambda _account, _nonce: None)


def nonce_forgotten_at_once(platform: Platform) -> None:
    """A nonce is forgotten after three seconds."""
    around(platform, "check_nonce", lambda right: lambda account, nonce: right(replace(account, window=1.5), nonce))


def nonce_kept_per_path(platform: Platform) -> None:
    """Nonces are remembered for each path by itself."""
    asked: list[str] = []

    def seen(right: Callable[[Call], Account]) -> Callable[[Call], Account]:
        def identified(call: Call) -> Account:
            asked.append(call.url)
            return right(call)

        return identified

    around(platform, "identify", seen)
    around(platform, "check_nonce", lambda right: lambda account, nonce: right(account, f"{asked[-1]} {nonce}"))


# -- tokens ------------------------------------------------------------------------------------------------------------


def token_never_ends(platform: Platform) -> None:
    """A token is taken after its end."""
    around(platform, "check_life", lambda _: lambda _issued: None)
