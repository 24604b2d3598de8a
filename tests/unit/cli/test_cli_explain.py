"""``szxc explain`` and ``szxc serve-bad``: every code in words of both languages, every behaviour listed."""

from __future__ import annotations

import json
import socket

import pytest

from pytest_szxc.cli.explain import explanation, meaning
from pytest_szxc.hostile.registry import BEHAVIOURS
from pytest_szxc.messages import table


@pytest.mark.parametrize("code", table())
def test_every_code_is_explained_in_both_languages(code):
    found = explanation(code)
    for lang in ("zh", "en"):
        assert found[lang]["text"]
        assert found[lang]["means"]
    json.dumps(found)


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("transport.timeout", "inconclusive"),
        ("framing.surplus", "inconclusive"),
        ("http.absent", "absent"),
        ("permission-not-given.write", "permission"),
        ("preflight.dns", "preflight"),
        ("statement.unknown-suite", "usage"),
        ("claim.absent", "claim"),
        ("data.empty", "data"),
        ("catalogue.duplicate", "catalogue"),
        ("tester.error", "tester"),
        ("status.pass", "verdict"),
        ("word.header", "words"),
    ],
)
def test_what_a_code_means_follows_from_its_kind(code, means):
    assert code in table()
    assert meaning(code) == means


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_explanation_says_all(szxc, lang):
    code, said = szxc("--lang", lang, "explain", "transport.tls.tlcp")
    assert code == 0
    assert said.encode("gbk")
    for part in ("{host} 的端口只说国密", "the port of {host} speaks TLCP", "网关", "gateway", "无法判定", "tlcp-only"):
        assert part in said
    assert said.index("网关") < said.index("gateway") or lang == "en"


def test_braces_are_shown_as_a_reader_types_them(szxc):
    assert 'paging = { style = "none" }' in szxc("explain", "paging.loop")[1]


def test_a_behaviour_is_explained_by_its_code(szxc):
    assert "transport.timeout" in szxc("explain", "hostile.silence")[1]


def test_an_explanation_is_also_json(szxc):
    found = json.loads(szxc("explain", "transport.tls.tlcp", "--json")[1])
    assert found["shown_by"] == ["tlcp-only", "tlcp-only-other-alert"]
    families = json.loads(szxc("explain", "--json")[1])
    assert "timeout" in families["transport"]
    assert sum(len(codes) for codes in families.values()) == len(table())


def test_without_a_code_all_are_listed(szxc):
    code, said = szxc("explain")
    assert code == 0
    assert any(line.startswith("framing: ") and "surplus" in line for line in said.splitlines())


def test_an_unknown_code_ends_with_the_nearest(szxc):
    code, said = szxc("explain", "transport.tiemout\x1b[2J")
    assert code == 2
    assert "transport.timeout" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_behaviours_are_listed(szxc, lang):
    code, said = szxc("--lang", lang, "serve-bad", "--list")
    assert code == 0
    assert said.encode("gbk")
    assert len([line for line in said.splitlines() if line.startswith("  ")]) == len(BEHAVIOURS)


def test_behaviours_are_also_json(szxc):
    rows = json.loads(szxc("serve-bad", "--list", "--json")[1])["behaviours"]
    assert {row["name"] for row in rows} == BEHAVIOURS.keys()
    assert {row["url"] for row in rows} == {None}


def test_a_server_tells_its_addresses_and_ends_on_an_interrupt(szxc, monkeypatch):
    class Interrupted:
        def wait(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("pytest_szxc.cli.hostile.Event", Interrupted)
    code, said = szxc("serve-bad", "--port", 0)
    assert code == 0
    assert "authority.pem" in said
    assert "/gzip-bomb  " in said
    assert "https://127.0.0.1:" in said


def test_a_port_that_is_taken_is_said_in_words(szxc):
    def free(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    port = next(port for port in range(20_000, 30_000) if free(port))
    with socket.create_server(("127.0.0.1", port)):
        code, said = szxc("serve-bad", "--port", port)
    assert code == 2
    assert "[serve-bad.port]" in said
