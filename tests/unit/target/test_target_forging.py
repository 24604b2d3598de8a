from __future__ import annotations

import base64
import string
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Request
from pytest_szxc.target.forging import (
    MARGIN,
    OF_REQUEST,
    Forgery,
    altered,
    altered_part,
    forgery_of,
    other_request,
    shift,
)


@pytest.mark.parametrize(
    ("forged", "kind", "about"),
    [
        ("", "", ""),
        ("missing", "missing", ""),
        ("altered:time", "altered", "time"),
        ("as:second", "as", "second"),
        ("replayed", "replayed", ""),
        ("query:access_token", "query", "access_token"),
        ("stale:300", "stale", "300"),
    ],
)
def test_kinds(forged: str, kind: str, about: str) -> None:
    assert forgery_of(forged) == Forgery(kind, about)
    assert str(forgery_of(forged)) == forged


@pytest.mark.parametrize(
    "forged", ["altered", "altered:", "as:", "wrong:x", "forged", ":", " wrong", "query", "stale:x", "late:-1"]
)
def test_what_is_no_kind(forged: str) -> None:
    with pytest.raises(TransportFault) as caught:
        forgery_of(forged)
    assert caught.value.code == "forging.unknown"


@pytest.mark.parametrize("window", [1.0, 60.0, 120.0, 600.0])
def test_times_are_beside_the_edges_of_the_window(window: float) -> None:
    distances = {kind: shift(Forgery(kind), window) for kind in ("stale", "future", "early", "late", "", "wrong")}
    assert distances["stale"] == -distances["future"] == -timedelta(seconds=window + MARGIN)
    assert distances["early"] == -distances["late"]
    assert timedelta(0) <= distances["late"] < timedelta(seconds=window)
    assert distances[""] == distances["wrong"] == timedelta(0)


def test_a_window_may_be_said_with_the_kind() -> None:
    for kind in ("stale", "future", "early", "late"):
        assert shift(Forgery(kind, "300"), 60.0) == shift(Forgery(kind, "300"), None) == shift(Forgery(kind), 300.0)


@pytest.mark.parametrize("kind", ["", "wrong", "altered:time", "altered:signature", "as:second"])
def test_a_signature_is_made_for_the_request_that_is_sent(kind: str) -> None:
    request = Request("POST", "https://x.invalid/a?b=1", body=b"{}")
    assert other_request(request, forgery_of(kind)) is request


@given(st.sampled_from(OF_REQUEST), st.sampled_from(["GET", "POST", "PATCH"]), st.binary(max_size=9))
def test_but_for_another_one_where_that_is_forged(part: str, method: str, body: bytes) -> None:
    request = Request(method, "https://x.invalid/a?b=1", body=body)
    other = other_request(request, Forgery("altered", part))
    differ = {
        "method": other.method != request.method,
        "path": other.url != request.url,
        "body": other.body != request.body,
    }
    assert [name for name, differs in differ.items() if differs] == [part]
    assert other.url.startswith("https://x.invalid/a")


def test_an_unknown_window_has_no_edges() -> None:
    assert shift(Forgery("wrong"), None) == timedelta(0)
    with pytest.raises(TransportFault) as caught:
        shift(Forgery("stale"), None)
    assert caught.value.code == "forging.no-window"


@given(st.binary(min_size=1, max_size=70))
def test_changed_base64_means_other_bytes(raw: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(raw).decode()
        changed = altered(text)
        assert len(changed) == len(text)
        assert sum(one != other for one, other in zip(text, changed, strict=True)) == 1
        assert base64.b64decode(changed, altchars=b"-_" if "-" in changed or "_" in changed else None) != raw


@given(st.text(alphabet=string.printable, max_size=40))
def test_a_change_changes(text: str) -> None:
    assert altered(text) != text


def test_how_parts_are_changed() -> None:
    assert altered_part("time", "1780000000000") == "1780000000001"
    assert altered_part("signature", "aB3=") == "Ab3="
    assert altered_part("client", "app-1") != "app-1"


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=40))
def test_swapped_letters_are_another_signature(text: str) -> None:
    assume(any(char.isalpha() for char in text))
    assert altered_part("signature", text) != text
