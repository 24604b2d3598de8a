"""Exchange packages are whole, and one that was altered on its way is not taken."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json, expect, record_rule, requirement, schema

from .packaging import Packer, changed_digest, changed_number, changed_text, digest_mistake
from .registering import is_refused, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
PACKAGE = "urn:szxc:agri_system_interfaces:package"
CHANGES: tuple[tuple[str, Callable[[Row], Row]], ...] = (
    ("number", changed_number),
    ("text", changed_text),
    ("digest", changed_digest),
)


@record_rule("AIF-073", over="list_packages")
def check_a_package_is_whole(package: Record) -> Iterator[Observation]:
    """A package has all that one needs, and its digest is that of its payload's canonical JSON."""
    yield from schema.conforms(package, PACKAGE)
    alg, digits, payload = package.text("digest.alg"), package.text("digest.hex"), package.get("payload")
    if alg not in canonical_json.computable() or digits is None or payload is None:
        return
    try:
        right = canonical_json.digest(alg, payload)
    except ValueError:
        yield expect(holds=False, at=package.at("payload"), expected="JSON of RFC 8785", observed="no canonical form")
        return
    agrees = digits.lower() == right
    observed = digits if agrees else f"{digits}: {digest_mistake(package, alg, digits.lower())}"
    yield expect(agrees, package.at("digest.hex"), expected=right, observed=observed)


@requirement("AIF-074")
def test_an_altered_package_is_refused(sut: Sut) -> Iterator[Observation]:
    """Once a package is taken: the same with one number, character or digit altered is refused, and not stored.

    The first algorithm that the platform takes tries all alterations, each further one tries one of them.
    """
    packer = Packer(sut, "074")
    taken: list[str] = []
    altered: dict[str, Reply] = {}
    for alg in packer.algorithms:
        package = packer.package(alg, alg)
        if not packer.send(package).fine:
            continue
        changes = islice(CHANGES, 1) if taken else iter(CHANGES)
        taken.append(package["packageId"])
        for name, change in changes:
            sent = change(packer.package(f"{alg}-{name}", alg))
            reply = altered[sent["packageId"]] = packer.send(sent)
            wanted = f"refused: {name} altered, {alg}"
            yield expect(is_refused(reply), reply.at("digest"), expected=wanted, observed=said(reply))
    if taken:
        yield from _not_stored(packer, taken, altered)


def _not_stored(packer: Packer, taken: list[str], altered: dict[str, Reply]) -> Iterator[Observation]:
    """What is refused is not shown, where what is taken is."""
    shown = packer.listed()
    if not shown.issuperset(taken):
        return
    for name, reply in altered.items():
        observed = "stored" if name in shown else "not stored"
        yield expect(name not in shown, reply.at("list_packages"), expected="not stored", observed=observed)
