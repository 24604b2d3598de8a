"""The suite's legal variants: odd but conforming platforms, by name."""

from __future__ import annotations

from pytest_szxc import reference as demo

from . import variants_content, variants_edges, variants_transport

VARIANTS = demo.Variants()
for part in (variants_transport, variants_content, variants_edges):
    for name, variant in part.VARIANTS.items():
        VARIANTS.add(name, variant.title.zh, variant.title.en, variant.statement)(variant.apply)
