"""The suite's mutants, topic by topic."""

from __future__ import annotations

from pytest_szxc import reference as demo

from .reference import TOPICS

MUTANTS = demo.Mutants.of_topics(TOPICS)
