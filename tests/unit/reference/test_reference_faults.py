"""Faults of authentication: each breaks one thing of a verifier, and leaves other schemes as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.reference import ApiError, Platform, faults
from pytest_szxc.reference.accounts import NOBODY
from pytest_szxc.reference.calls import Call
from pytest_szxc.reference.verifier import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = Platform(seed=1, size=1, clock=lambda: NOW)
    yield made
    made.close()


def signed(platform: Platform, *, late: float = 0.0, scheme: str = "signer", secret: str = "", url: str = "") -> Call:
    account = platform.accounts.by_name[scheme]
    at = NOW - timedelta(seconds=late)
    parts = {"x-client-id": account.client, "x-timestamp": str(int(at.timestamp() * 1000)), "x-nonce": "n1"}
    signature = digest("sd-open", secret or account.secret, "".join(parts.values()))
    return Call(NOBODY, headers={**parts, "x-signature": signature}, url=url)


def changed(call: Call, **headers: str) -> Call:
    return Call(NOBODY, headers={**call.headers, **headers}, url=call.url)


def code(platform: Platform, call: Call) -> int:
    """The code of the refusal; 0 where the call is let in."""
    try:
        platform.verifier.identify(call)
    except ApiError as reason:
        return reason.code
    return 0


def cut(call: Call) -> Call:
    """The call with another end of its signature."""
    return changed(call, **{"x-signature": call.headers["x-signature"][:-4] + "AAA="})


def other_case(call: Call) -> Call:
    return changed(call, **{"x-signature": call.headers["x-signature"].swapcase()})


def by_another(platform: Platform) -> Call:
    return signed(platform, secret=platform.accounts.by_name["second"].secret)


@pytest.mark.parametrize(
    ("fault", "make", "right", "wrong"),
    [
        (faults.signature_ignored, lambda on: changed(signed(on), **{"x-signature": "A"}), 40102, 0),
        (faults.signature_beginning_compared, lambda on: cut(signed(on)), 40102, 0),
        (faults.signature_case_ignored, lambda on: other_case(signed(on)), 40102, 0),
        (faults.any_secret_signs, by_another, 40102, 0),
        (faults.wrong_signature_bad_request, lambda on: cut(signed(on)), 40102, 40001),
        (faults.stale_time_accepted, lambda on: signed(on, late=700), 40103, 0),
        (faults.future_time_accepted, lambda on: signed(on, late=-700), 40103, 0),
        (faults.window_twice_as_wide, lambda on: signed(on, late=700), 40103, 0),
        (faults.window_too_narrow, lambda on: signed(on, late=500), 0, 40103),
        (lambda on: faults.parts_in_other_order(on, "sd-open"), signed, 0, 40102),
        (
            lambda on: faults.part_not_covered(on, "nonce", "sd-open"),
            lambda on: changed(signed(on), **{"x-nonce": "n2"}),
            40102,
            0,
        ),
    ],
)
def test_a_fault_changes_what_is_let_in(
    platform: Platform, fault: Callable[[Platform], None], make: Callable[[Platform], Call], right: int, wrong: int
) -> None:
    call = make(platform)
    assert code(platform, call) == right
    platform.verifier.nonces.clear()
    fault(platform)
    assert code(platform, call) == wrong


@pytest.mark.parametrize("fault", [faults.stale_time_accepted, faults.future_time_accepted])
def test_a_fault_of_one_side_leaves_the_other(platform: Platform, fault: Callable[[Platform], None]) -> None:
    fault(platform)
    late = 700 if fault is faults.future_time_accepted else -700
    assert code(platform, signed(platform, late=late)) == 40103


def test_nonces_count_for_nothing(platform: Platform) -> None:
    assert [code(platform, signed(platform)) for _ in range(2)] == [0, 40104]
    faults.replay_accepted(platform)
    assert code(platform, signed(platform)) == 0


def test_nonces_count_on_each_path_alone(platform: Platform) -> None:
    faults.nonce_kept_per_path(platform)
    asked = ("https://x.invalid/a", "https://x.invalid/b", "https://x.invalid/a")
    assert [code(platform, signed(platform, url=url)) for url in asked] == [0, 0, 40104]


def test_half_a_bearer_token_is_enough(platform: Platform) -> None:
    token = platform.accounts.by_name["primary"].token
    other = token[:-1] + ("y" if token.endswith("x") else "x")
    call = Call(NOBODY, headers={"authorization": f"Bearer {other}"})
    assert code(platform, call) in {40101, 40102}
    faults.bearer_beginning_compared(platform)
    assert code(platform, call) == 0


def test_a_token_lives_for_ever(platform: Platform) -> None:
    now = [NOW]
    platform.verifier.clock = lambda: now[0]
    account = next(one for one in platform.accounts.by_name.values() if one.scheme == "oauth2")
    call = Call(NOBODY, headers={"authorization": f"Bearer {platform.verifier.issue(account)}"})
    now[0] += timedelta(hours=1)
    assert code(platform, call) == 40105
    faults.token_never_ends(platform)
    assert code(platform, call) == 0
