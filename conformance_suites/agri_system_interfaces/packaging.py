"""Exchange packages that checks send, and what is found out about a digest that does not agree."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json

from .bench import written

if TYPE_CHECKING:
    from pytest_szxc import Record, Reply, Sut

Row = dict[str, Any]
ANY = (0, 500)
VERSION = 0
CODINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("members in the order as sent", {"ensure_ascii": False, "separators": (",", ":")}),
    ("with blanks", {"ensure_ascii": False}),
    ("sorted, with blanks", {"ensure_ascii": False, "sort_keys": True}),
    ("Chinese escaped", {"separators": (",", ":"), "sort_keys": True}),
    ("Chinese escaped, with blanks", {}),
)
"""How a digest that does not agree may have been taken instead, each as ``json.dumps`` writes it."""


class Packer:
    """Makes and sends the packages of one check.

    Args:
        sut: the platform.
        name: of the check: package ids begin with the run's prefix and this.
    """

    def __init__(self, sut: Sut, name: str) -> None:
        self._sut = sut
        self._name = f"{sut.prefix}{name}"
        known = list(sut.records("list_packages"))
        used = [alg for record in known if (alg := record.text("digest.alg")) in canonical_json.computable()]
        usual = sorted(canonical_json.computable())  # SHA-256 before SM3
        self.algorithms = tuple(dict.fromkeys([*map(str, used), *usual]))
        self._like = known[0] if known else None

    def payload(self) -> Row:
        """Something that nobody else sends: Chinese texts, numbers, a list, an instant."""
        items = [{"channelId": f"c{number}", "value": 20 + number, "note": f"互换样例{number}"} for number in range(3)]
        return {"title": f"{self._name} 交换包", "items": items, "at": written(self._sut.now)}

    def package(self, part: str, alg: str) -> Row:
        """A package that is right."""
        payload = self.payload()
        source = self._like.text("sourceOrg") if self._like else None
        return {
            "packageId": f"{self._name}-{part}",
            "version": VERSION,
            "createdAt": written(self._sut.now),
            "sourceOrg": source or "szxc",
            "payloadKind": "monitoring",
            "payload": payload,
            "digest": {"alg": alg, "hex": canonical_json.digest(alg, self._sut.written(payload))},
        }

    def send(self, package: Row) -> Reply:
        """What the platform says to a package.

        Raises:
            SzxcError: no usable answer.
        """
        return self._sut.ask("import_package", body=package, accept=ANY)

    def listed(self) -> set[str]:
        """The ids of this check's packages that the platform shows."""
        names = (record.text("packageId") or "" for record in self._sut.records("list_packages"))
        return {name for name in names if name.startswith(self._name)}


def changed_number(package: Row) -> Row:
    """The package with another number in its first item."""
    made = deepcopy(package)
    made["payload"]["items"][0]["value"] += 1
    return made


def changed_text(package: Row) -> Row:
    """The package with another character in its last item."""
    made = deepcopy(package)
    made["payload"]["items"][-1]["note"] = made["payload"]["items"][-1]["note"].replace("互", "亙")
    return made


def changed_digest(package: Row) -> Row:
    """The package with another last digit of its digest."""
    made = deepcopy(package)
    digits = made["digest"]["hex"]
    made["digest"]["hex"] = digits[:-1] + ("0" if digits[-1] != "0" else "1")
    return made


def digest_mistake(package: Record, alg: str, digits: str) -> str:
    """What a digest that does not agree was taken of instead, as far as that can be told."""
    payload, whole = package.get("payload"), {**package.value}
    whole.pop("digest", None)
    if digits == canonical_json.digest(alg, whole):
        return "taken of the whole package"
    for name, how in CODINGS:
        text = json.dumps(payload, default=float, **how).encode("utf-8", "surrogatepass")
        if hashlib.new(canonical_json.ALGORITHMS[alg], text).hexdigest() == digits:
            return f"taken of JSON that is not canonical: {name}"
    if isinstance(payload, str) and hashlib.new(canonical_json.ALGORITHMS[alg], payload.encode()).hexdigest() == digits:
        return "taken of the text itself, without quotes"
    return "does not match"
