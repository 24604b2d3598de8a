"""The network watch sees what it must see, and what never connects anywhere does not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Thread

import connection_watch
import pytest
from repo_tree import ROOT

from pytest_szxc.catalogue.schemas import SchemaStore, validator
from pytest_szxc.errors import SzxcError

# 192.0.2.0/24 and 2001:db8::/32 are for documentation: nobody is there.
CONNECT = """
import socket
for family, address in ((socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9, 0, 0))):
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setblocking(False)
        try:
            tried.connect(address)
        except OSError:
            pass
"""
SEND = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
    try:
        tried.sendto(b"", ("192.0.2.1", 9))
    except OSError:
        pass
"""
LOOK_UP = """
import socket
for name in ("localhost", "127.0.0.1", "no-such-platform.invalid", None, "printer"):
    try:
        socket.getaddrinfo(name, 9)
    except OSError:
        pass
"""
WORKER = """
import socket
import pytest

@pytest.mark.parametrize("number", range(2))
def test_it(number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
        try:
            tried.connect(("192.0.2.1", number + 1))
        except OSError:
            pass
"""


def watched(log, *words, **options):
    environment = {**os.environ, connection_watch.VARIABLE: str(log)}
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "network_watch"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False, **options
    )


@pytest.mark.parametrize(
    ("script", "addresses"),
    [
        (CONNECT, ["('192.0.2.1', 9)", "('2001:db8::1', 9, 0, 0)"]),
        (SEND, ["('192.0.2.1', 9)"]),
        (LOOK_UP.replace('"printer"', '"-.-"'), ["'-.-'"]),
    ],
    ids=["connect", "sendto", "look-up"],
)
def test_a_process_that_leaves_is_seen(tmp_path, script, addresses):
    log = tmp_path / "log"
    assert watched(log, "-c", script).returncode == 0
    assert [row["address"] for row in connection_watch.outside(str(log))] == addresses


def test_a_worker_of_xdist_is_watched_too(tmp_path):
    tmp_path.joinpath("test_worker.py").write_text(WORKER, encoding="utf-8")
    log = tmp_path / "log"
    done = watched(log, "-m", "pytest", "-q", "-p", "xdist", "-n", "1", "--rootdir=.", "test_worker.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert {row["address"] for row in connection_watch.outside(str(log))} == {"('192.0.2.1', 1)", "('192.0.2.1', 2)"}


def test_a_run_that_left_has_failed(tmp_path):
    """The very conftest of these tests, around one test that leaves."""
    tests = tmp_path / "tests"
    tests.mkdir()
    for name in ("conftest.py", "network_watch"):
        tests.joinpath(name).symlink_to(ROOT / "tests" / name)
    tests.joinpath("test_leaving.py").write_text(WORKER, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != connection_watch.VARIABLE}
    words = [sys.executable, "-m", "pytest", "-q", "--rootdir=.", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "2 passed" in done.stdout
    assert "network watch: 2 connections, 2 outside" in done.stdout
    assert "192.0.2.1" in done.stdout


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        (("127.0.0.1", 1), True),
        (("127.8.9.10", 1), True),
        (("::1", 1, 0, 0), True),
        (("localhost", 1), True),
        ("/run/socket", True),
        (b"\0abstract", True),
        (None, True),
        (("10.0.0.1", 1), False),
        (("169.254.169.254", 80), False),
        (("128.0.0.1", 1), False),
        (("::", 1, 0, 0), False),
        (("127.example.com", 1), False),
        (("example.com", 1), False),
    ],
)
def test_where_an_address_is(address, inside):
    assert connection_watch.is_inside(address) is inside


@pytest.mark.parametrize(
    "name", ["example.com", "localhost.example.com", "internal", b"example.com", "invalid.example"]
)
def test_whose_name_is_asked_for(name):
    assert not connection_watch.is_local(name)


@pytest.fixture
def stub():
    """A listening socket that counts who comes; gives its port and the count."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                came.append(peer.recv(65536))
                peer.close()

        Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1], came
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef", "$schema", "$id"])
@pytest.mark.parametrize("engine", ["", "pure"])
def test_no_schema_is_ever_fetched(stub, tmp_path, monkeypatch, keyword, engine):
    port, came = stub
    monkeypatch.setenv("SZXC_ENGINE", engine)
    away = f"http://127.0.0.1:{port}/thing.schema.json"
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:szxc:away:thing",
        "type": "object",
    }
    document = {**document, keyword: away}
    tmp_path.joinpath("thing.schema.json").write_text(json.dumps(document), encoding="utf-8")
    store = SchemaStore({"away": tmp_path})
    with suppress(SzxcError):  # schema.unresolved, schema.id
        assert list(store.judge("urn:szxc:away:thing").errors({"a": 1})) == []
    assert came == []


def test_a_value_s_own_schema_is_none_of_ours(stub):
    port, came = stub
    value = {"$schema": f"http://127.0.0.1:{port}/", "$ref": f"http://127.0.0.1:{port}/x"}
    list(validator("urn:szxc:data_classification:entry").errors(value))
    assert came == []
