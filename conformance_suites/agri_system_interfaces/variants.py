"""The suite's legal variants, topic by topic."""

from __future__ import annotations

from pytest_szxc import reference as demo

from .reference import FOLDER, TOPICS

VARIANTS = demo.Variants.of_topics(__package__ or "", FOLDER, TOPICS)
