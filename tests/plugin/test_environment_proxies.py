"""Proxies of the environment are none of ours: the same verdicts, and the proxy never hears of it."""

from __future__ import annotations

import socket
from threading import Thread

import pytest


@pytest.fixture
def proxy():
    """A listening socket that notes who comes."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            while True:
                try:
                    peer, address = listening.accept()
                except OSError:
                    return
                came.append(address)
                peer.close()

        Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", came
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def verdicts(run, platform, serving, statement):
    made = platform(size=5)
    statement(made)
    url = serving(made)

    def judge():
        result = run(f"--szxc-target={url}", "--szxc-class=grading-service")
        return result.ret, [(row["requirement"], row["status"]) for row in result.report["verdicts"]]

    return judge


VARIABLES = {
    "HTTP_PROXY": "http://",
    "http_proxy": "http://",
    "HTTPS_PROXY": "http://",
    "ALL_PROXY": "socks5://",
    "all_proxy": "http://",
    "NO_PROXY": "",
}


def test_the_same_verdicts(verdicts, proxy, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    plain = verdicts()
    assert plain[0] == 0
    address, came = proxy
    for name, scheme in VARIABLES.items():
        with monkeypatch.context() as changed:
            changed.setenv(name, scheme + address)
            assert verdicts() == plain, name
    assert came == []
