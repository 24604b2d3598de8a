"""The two engines of JSON Schema on generated values, valid and mutated: the same verdict on each, the same findings.

Each family of schemas, one folder of ``schemas/``, gets at least 100,000 values. The quick engine and the reference
are asked directly; then the judge, with and without the quick engine, must list the same findings.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from figures import tell
from instances import Breaker, Maker

from pytest_szxc.catalogue.engines import ENGINE_VARIABLE, quick_engine
from pytest_szxc.catalogue.locate import schema_namespaces
from pytest_szxc.catalogue.schemas import SchemaJudge, SchemaStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Json

GOAL, PROCESSES, BATCH = 100_000, 2, 500


class QuickEngineMissingError(Exception):
    """jsonschema-rs is not installed or cannot take a schema; there is nothing to compare."""


class Engines(NamedTuple):
    """What judges one schema's values: both engines, and the judge with both and with the reference alone."""

    quick: Callable[[Json], bool | None]
    both: SchemaJudge
    reference: SchemaJudge


@cache
def store() -> SchemaStore:
    """All packaged schemas."""
    return SchemaStore(schema_namespaces())


@cache
def engines(urn: str) -> Engines:
    """The engines of one schema; made once in a process."""
    os.environ.pop(ENGINE_VARIABLE, None)
    quick = quick_engine(urn, {name: store().documents[name] for name in store().closure(urn)})
    both = SchemaStore(store().namespaces).judge(urn)
    os.environ[ENGINE_VARIABLE] = "pure"
    reference = SchemaStore(store().namespaces).judge(urn)
    if quick is None or not both.quick or reference.quick:
        raise QuickEngineMissingError(urn)
    return Engines(quick, both, reference)


def judged(urn: str, seed: int) -> Counter[str]:
    """One batch of a schema's values, half of them mutated: how many there were of each kind."""
    random = Random(f"{urn} {seed}")  # noqa: S311 -- to be repeatable
    maker, breaker, found = Maker(store().documents, random), Breaker(random), Counter[str]()
    for number in range(BATCH):
        value = maker.make(store().documents[urn], urn)
        kind = "mutated" if number % 2 else "built"
        found.update(told(urn, breaker.broken(value) if kind == "mutated" else value, kind))
    return found


def told(urn: str, value: Json, kind: str) -> Iterator[str]:
    """What there is to count about one value; a difference is also printed."""
    quick, both, reference = engines(urn)
    said, findings = quick(value), list(reference.errors(value))
    yield from ("instances", kind, "invalid" if findings else "valid", f"{kind} {'in' if findings else ''}valid")
    if said is None:
        yield "not taken"
    elif said is bool(findings) or list(both.errors(value)) != findings:
        yield "differences"
        print(f"{urn}: quick {said}, reference {findings!a}: {value!a}"[:2000], file=sys.stderr)


def family(name: str, count: int, pool: ProcessPoolExecutor) -> dict[str, object]:
    """The figures of one family: at least ``count`` values, the schemas taking turns by batches."""
    start = time.perf_counter()
    urns = [urn for urn in store().files if urn.split(":")[2] == name]
    batches = [(urns[number % len(urns)], number // len(urns)) for number in range(-(-count // BATCH))]
    total: Counter[str] = Counter()
    for found in pool.map(judged, *zip(*batches, strict=True), chunksize=2):
        total += found
    return {
        "family": name,
        "schemas": len(urns),
        **{key: total[key] for key in ("instances", "valid", "invalid", "built valid", "mutated invalid", "not taken")},
        "differences": total["differences"],
        "seconds": round(time.perf_counter() - start, 1),
    }


def main() -> int:
    """Compare, and tell; 1 where the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=GOAL, help="values of each family")
    count = parser.parse_args().instances
    names = sorted({urn.split(":")[2] for urn in store().files})
    with ProcessPoolExecutor(PROCESSES) as pool:
        families = [family(name, count, pool) for name in names]
    differences = sum(int(str(one["differences"])) + int(str(one["not taken"])) for one in families)
    enough = all(int(str(one["instances"])) >= count for one in families)
    sizes = ", ".join(f"{one['family']} {one['instances']} ({one['invalid']} invalid)" for one in families)
    tell(
        "engines_agree",
        {"families": families, "differences": differences, "goal": count, "holds": enough and differences == 0},
        f"both engines on {sizes}: {differences} differences (goal 0 on {count} each)",
    )
    return 0 if enough and differences == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
