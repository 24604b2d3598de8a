"""What mutants and variants of any suite change in what all answers have in common: envelopes, encryption, rates."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc.reference.calls import ApiError
from pytest_szxc.reference.middleware import Outcome, rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference.accounts import Account
    from pytest_szxc.reference.platform import Platform

Row = dict[str, Any]


# -- envelopes ---------------------------------------------------------------------------------------------------------


def envelopes(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let the envelopes of good answers pass through ``change``."""
    usual = platform.answering.wrap
    platform.answering.wrap = lambda payload: change(usual(payload))


def refusals(platform: Platform, change: Callable[[ApiError, Row], Row], *statuses: int) -> None:
    """Let the bodies of refusals with some statuses pass through ``change``; of all refusals without any."""
    usual = platform.answering.refuse
    platform.answering.refuse = lambda error: (
        change(error, usual(error)) if not statuses or error.status in statuses else usual(error)
    )


def request_id_constant(platform: Platform) -> None:
    """Always the same id where the caller gives none."""
    platform.answering.named = lambda given: given or "r00000001"


def request_id_not_echoed(platform: Platform) -> None:
    """The caller's id does not come back."""
    usual = platform.answering.named
    platform.answering.named = lambda _: usual(None)


def request_id_cut_short(platform: Platform) -> None:
    """The caller's id is cut short."""
    usual = platform.answering.named
    platform.answering.named = lambda given: usual(given[:18] if given else None)


def request_ids_repeat(platform: Platform) -> None:
    """Ids repeat after eight calls."""
    done = iter(range(1_000_000))
    platform.answering.named = lambda given: given or f"r{next(done) % 8:08d}"


def request_id_in_header(platform: Platform) -> None:
    """The caller's id comes back in a header only."""
    request_id_not_echoed(platform)

    def change(outcome: Outcome, environ: WSGIEnvironment) -> Outcome:
        given = environ.get("HTTP_X_REQUEST_ID")
        return outcome.having(X_Request_Id=given) if given else outcome

    platform.wrap(rewriting(change))


# -- encryption --------------------------------------------------------------------------------------------------------


def unencrypted(platform: Platform, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
    """Answer otherwise what comes without encryption."""

    def middleware(app: WSGIApplication) -> WSGIApplication:
        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["wsgi.url_scheme"] == "https":
                return app(environ, start_response)
            start_response(status, headers)
            return [body]

        return wrapped

    platform.plain = True
    platform.wrap(middleware)


def plain_http_redirects(platform: Platform) -> None:
    """Port 80 redirects to https."""
    unencrypted(platform, "301 Moved Permanently", [("Location", "https://szxc.invalid/")], b"")


def plain_http_is_a_portal(platform: Platform) -> None:
    """Port 80 is a portal."""
    unencrypted(platform, "200 OK", [("Content-Type", "text/html")], b"<!DOCTYPE html><title>portal</title>")


# -- rates -------------------------------------------------------------------------------------------------------------


def too_often(platform: Platform, change: Callable[[ApiError], ApiError]) -> None:
    """Let the refusals of who asks too often pass through ``change``."""
    right = platform.verifier.meter

    def meter(account: Account) -> None:
        try:
            right(account)
        except ApiError as error:
            raise change(error) from None

    platform.verifier.meter = meter  # type: ignore[method-assign]


def retry_after_as_date(platform: Platform) -> None:
    """``Retry-After`` is a date."""

    def dated(error: ApiError) -> ApiError:
        until = platform.clock() + timedelta(seconds=int(error.headers["Retry-After"]))
        date = {"Retry-After": format_datetime(until, usegmt=True)}
        return ApiError(error.status, error.code, error.message, date)

    too_often(platform, dated)


def rate_in_whole_minutes(platform: Platform) -> None:
    """Requests are counted by the minute of the clock."""
    counts: Counter[tuple[str, str]] = Counter()

    def meter(account: Account) -> None:
        now = platform.clock()
        key = (account.name, f"{now:%H:%M}")
        counts[key] += 1
        if account.rate and counts[key] > account.rate:
            raise ApiError(429, 42901, "too many requests", {"Retry-After": str(60 - now.second)})

    platform.verifier.meter = meter  # type: ignore[method-assign]
