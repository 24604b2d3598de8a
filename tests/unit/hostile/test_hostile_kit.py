"""The engine at all that the hostile server does: the right code, in time, within memory, nothing unclassified."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_szxc.hostile.page import PAGES, page
from pytest_szxc.hostile.registry import BEHAVIOURS, FAMILIES, showing
from pytest_szxc.hostile.trial import MEMORY, SLACK, UNCLASSIFIED
from pytest_szxc.messages import table

DEADLINE, WHOLE_KIT = 1.5, 60.0
SERVER = [sys.executable, "-c", "from pytest_szxc.cli import main; main()", "serve-bad", "--port=0", "--json"]
CLIENT = [sys.executable, "-m", "pytest_szxc.hostile.trial", str(DEADLINE)]
DOCS = Path(__file__).parents[3] / "docs"
COMMANDS = ("::", "##vso", "##[", "##teamcity", "section_")
TOPICS = ("transport", "framing", "encoding", "redirect", "json", "http", "envelope")
NOT_SHOWN = {
    "transport.dns": "no server is reached",
    "transport.unreachable": "no server is reached",
    "transport.request": "the statement is wrong, nothing is sent",
    "transport.proxy": "a proxy says it, and none is used",
    "transport.stalled": "of clients that bound single reads; ours bounds the whole request",
    "transport.app-raised": "of an application in process",
    "transport.other": "the net below all others: nothing may fall into it",
    "http.informational": "of an application in process; over a socket no 1xx is final",
    "http.page": "of documents; where JSON is asked for, it is json.html",
    "envelope.denied": "the binding says which codes deny",
    "envelope.items-missing": "of streams, read above single answers",
    "envelope.item-not-object": "of streams, read above single answers",
    "envelope.object-missing": "of the binding's items, read above single answers",
}


class Whole:
    """The whole kit, run once: the server in one process, the client in another."""

    def __init__(self):
        with subprocess.Popen(SERVER, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
            self.rows = json.loads(server.stdout.readline())
            urls = {row["name"]: row["url"] for row in self.rows["behaviours"]}
            done = subprocess.run(CLIENT, input=json.dumps(urls).encode(), capture_output=True, check=False)
            server.send_signal(signal.SIGINT)
            self.errors = done.stderr.decode() + server.stderr.read().decode()
        self.server_code = server.returncode
        self.found = json.loads(done.stdout)
        self.trials = {row["name"]: row for row in self.found["trials"]}


@pytest.fixture(scope="module")
def whole():
    return Whole()


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_each_behaviour_gives_its_code_in_time(whole, name):
    trial = whole.trials[name]
    assert trial["got"] in BEHAVIOURS[name].codes, trial
    assert trial["seconds"] <= DEADLINE + SLACK


def test_the_whole_kit_is_quick_small_and_classified(whole):
    assert whole.errors == ""
    assert whole.found["seconds"] <= WHOLE_KIT
    assert whole.found["extra_mib"] <= MEMORY
    assert UNCLASSIFIED not in {trial["got"] for trial in whole.trials.values()}
    assert whole.trials.keys() == BEHAVIOURS.keys()


def test_the_server_ends_on_an_interrupt(whole):
    assert whole.server_code == 0


@pytest.mark.parametrize("name", [row.name for row in BEHAVIOURS.values() if row.family in ("output", "redirect")])
def test_what_is_said_of_it_harms_nobody(whole, name):
    for text in whole.trials[name]["said"]:
        assert text.isprintable()
        assert not text.startswith(COMMANDS)


def test_there_are_enough_and_each_has_a_name_that_fits_a_url():
    assert len(BEHAVIOURS) >= 66
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in BEHAVIOURS)
    assert {row.family for row in BEHAVIOURS.values()} == set(FAMILIES)


def test_every_behaviour_has_a_title_and_every_title_a_behaviour():
    titles = {code.removeprefix("hostile.") for code in table() if re.fullmatch(r"hostile\.(?!family\.).*", code)}
    assert titles == BEHAVIOURS.keys()


@pytest.mark.parametrize("lang", PAGES)
def test_the_docs_are_in_step(lang):
    written = (DOCS / PAGES[lang]).read_text(encoding="utf-8")
    assert written == page(lang), "python -m pytest_szxc.hostile.page docs"


@pytest.mark.parametrize("code", [code for code in table() if code.split(".")[0] in TOPICS])
def test_every_fault_is_shown_or_cannot_be(code):
    assert bool(showing(code)) != (code in NOT_SHOWN)
