"""How checks walk through the pages of resources: which pages they ask for, and what they keep of them: hashes.

A resource of any size is judged within a bounded number of requests: a whole walk where few pages make the whole, one
whole walk by the largest page where that is still bearable, and seeded windows otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from pytest_szxc import Finding, SzxcError

from .capability import FALLBACK_PAGE, limit, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from pytest_szxc import Location, Observation, PageSeen, Record, Sut

T = TypeVar("T")
WHOLE = 200
"""Pages of a whole walk that may be made more than once."""
LARGEST = 600
"""Pages of a whole walk that is made once, by the largest page."""
RESOURCES = 3
"""Resources that are looked at, drawn by the seed; the largest of them is looked at closely."""
WINDOWS = 24
"""Windows into a resource that is too large to be walked through twice."""
AGAIN = 2
"""How often an attempt that found something is made again, at most: while one was made, data may have changed."""
DENIED = (401, 403)
NO_RANDOM_ACCESS = "paging.no-random-access"
LIST = "list_records"


@dataclass(frozen=True, slots=True)
class Front:
    """A resource by its first page.

    Attributes:
        code: resource code.
        page: the first page, as large as pages may be.
        size: records on the largest page.
        asked: records that were asked for on the first page.
        fields: members that conditions may name.
    """

    code: str
    page: PageSeen
    size: int
    asked: int
    fields: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many records there are said to be; without a total those of the first page."""
        return len(self.page.records) if self.page.total is None else self.page.total

    @property
    def held(self) -> int:
        """How many records the first page holds, at least one: what a page may hold after all."""
        return max(len(self.page.records), 1)

    @property
    def here(self) -> Location:
        """Where the first page was seen."""
        return self.page.reply.at()

    def pages(self, size: int) -> int:
        """Pages of a size that hold the declared total."""
        return -(-self.total // size)

    def again(self, sut: Sut) -> Front:
        """The resource as it is now."""
        pages = sut.walk(LIST, size=self.asked, pages=1, resource=self.code)
        return replace(self, page=next(pages))

    def walk(self, sut: Sut, size: int, first: int = 1, pages: int | None = None) -> Iterator[PageSeen]:
        """Pages of this resource; a stream that says no total is bounded too."""
        most = pages or (None if self.page.total is not None else WHOLE)
        return sut.walk(LIST, size=size, first=first, pages=most, resource=self.code)


def fronts(sut: Sut) -> list[Front]:
    """The resources that are looked at, the largest first; those that the account may not read are passed over.

    Raises:
        Unjudgeable: no capability document, or a resource gives no usable answer.
    """
    declared = sorted(resources(sut), key=lambda one: one.text("resourceCode") or "")
    chosen = sut.random("exchange").sample(declared, min(RESOURCES, len(declared)))
    found = [front for one in chosen for front in _front(sut, one)]
    return sorted(found, key=lambda front: (-front.total, front.code))


def _front(sut: Sut, resource: Record) -> Iterator[Front]:
    declared, code = limit(sut, "pageSize"), resource.text("resourceCode") or ""
    asked = declared or FALLBACK_PAGE
    for page in sut.walk(LIST, size=asked, pages=1, accept=DENIED, resource=code):
        held = len(page.records)
        capped = held if 0 < held < min(page.total or 0, FALLBACK_PAGE) else FALLBACK_PAGE
        if not page.reply.denied:
            yield Front(code, page, declared or capped, asked, resource.texts("filterFields"))


def sizes(random: Random, front: Front) -> tuple[int, int]:
    """Two page sizes for whole walks: some ten pages each, or few where nobody says how many there are to come."""
    if front.page.total is None:
        return front.size, max(front.size * 2 // 3, 1)
    first = min(max(front.total // random.randint(6, 10), 2), front.size)
    second = min(first + random.randint(1, first), front.size)
    return first, second if second != first else max(first - 1, 1)


def at_once(found: Iterable[T]) -> Iterator[T]:
    """What a page in the middle shows; nothing where pages can only be followed from the first."""
    try:
        yield from found
    except SzxcError as reason:
        if reason.code != NO_RANDOM_ACCESS:
            raise


def key_of(record: Record) -> int:
    """64 bits that stand for a record's identifier, or for all of it where it has none."""
    name = record.get("id")
    text = json.dumps(record.value, sort_keys=True, default=str) if name is None else str(name)
    return hashed(text)


def content_of(record: Record) -> int:
    """64 bits that stand for a record's content."""
    return hashed(json.dumps(record.value, sort_keys=True, default=str))


def hashed(text: str) -> int:
    """64 bits that stand for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _said_total(_: Sut, front: Front) -> object:
    return front.page.total


def agreed(
    sut: Sut,
    front: Front,
    attempt: Callable[[Sut, Front], Iterator[Observation]],
    stand: Callable[[Sut, Front], object] = _said_total,
) -> list[Observation]:
    """What two attempts agree on: a platform that is in use changes, and a fault is there the second time too.

    A walk that is made again is asked afresh, and so is the first page. Findings of an attempt during which the
    resource grew or shrank show nothing; where no attempt was spared, nothing is said.

    Args:
        sut: the system under test.
        front: the resource.
        attempt: what is observed of it.
        stand: what is another after a change: the total without it.
    """
    seen = list(attempt(sut, front))
    for _ in range(AGAIN):
        if not _found(seen):
            return seen
        front = front.again(sut)
        before, seen = stand(sut, front), list(attempt(sut, front))
        if _found(seen) and stand(sut, front.again(sut)) == before:
            return seen
    return [] if _found(seen) else seen


def _found(seen: Iterable[Observation]) -> bool:
    return any(isinstance(one, Finding) for one in seen)
