"""The suite's legal variants, topic by topic."""

from __future__ import annotations

from pytest_szxc import reference as demo

from .reference import TOPICS

VARIANTS = demo.Variants.of_topics(TOPICS)
