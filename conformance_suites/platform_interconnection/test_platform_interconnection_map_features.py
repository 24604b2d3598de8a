"""OGC API - Features: bbox, limit and datetime do what they say, and pages lead on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .map_collections import feature_collections, features
from .map_crs import GEOGRAPHIC, epsg
from .map_geometry import Box, Lies, extent, lies, places
from .map_times import clocks, declared, spans, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_szxc import Observation, Record, Sut

    from .map_collections import Features
    from .map_times import Clock, Span

STEPS = 4
"""Pages that are followed by their links."""
SMALL = 7
LEAST = 1e-4
"""Degrees that a box is at least wider than what it shall hold."""
AWAY = (Box(-151.0, -61.0, -150.0, -60.0), Box(20.0, -61.0, 21.0, -60.0))
"""Boxes in oceans."""
OUTAGES = (500, 501)
BAD = range(400, 500)


@requirement("IC-069")
def test_query_parameters_are_honoured(sut: Sut) -> Iterator[Observation]:
    """Each parameter against what follows from the features themselves; a collection without any shows nothing."""
    for collection in feature_collections(sut):
        whole = features(sut, collection)
        if whole.records:
            yield from _pages(sut, collection, whole)
            yield from _boxes(sut, collection, whole)
            yield from _times(sut, collection, whole)
            yield from _odd_parameters(sut, collection)


# --- limit and pages --------------------------------------------------------------------------------------------------


def _pages(sut: Sut, collection: Record, whole: Features) -> Iterator[Observation]:
    """No page is larger than its limit, counts are right, and pages lead on without telling a feature twice."""
    yield _each_once(whole)
    if whole.complete and whole.total is not None:
        seen = len(whole.records)
        yield expect(seen == whole.total, whole.reply.at("numberMatched"), expected=seen, observed=whole.total)
    limit = _some(len(whole.records))
    for size in (1, limit):
        page = features(sut, collection, size=size, pages=1)
        good = 1 <= len(page.records) <= size
        yield expect(good, page.reply.at(f"limit={size}"), expected=f"1–{size}", observed=len(page.records))
        yield from _counts(page, whole)
    steps = features(sut, collection, size=limit, pages=STEPS)
    yield _each_once(steps)
    yield from _counts(steps, whole)
    more = len(whole.records) - len(steps.records)
    led_on = steps.pages == STEPS or more <= 0
    yield expect(led_on, steps.reply.at("links"), expected="rel=next", observed=f"absent, {more} more")


def _some(count: int) -> int:
    """How many to ask for on a page: so that a short walk needs several, and the last is not full."""
    limit = max(2, min(SMALL, count // 3))
    return limit if count % limit else limit + 1


def _each_once(found: Features) -> Observation:
    keys = found.keys
    twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    return expect(not twice, found.reply.at("features"), expected="each once", observed=twice)


def _counts(page: Features, whole: Features) -> Iterator[Observation]:
    document = page.reply.document
    returned = document.get("numberReturned") if isinstance(document, dict) else None
    if returned is not None:
        yield expect(returned == page.last, page.reply.at("numberReturned"), expected=page.last, observed=returned)
    if page.total is not None and whole.complete:
        seen = len(whole.records)
        yield expect(page.total == seen, page.reply.at("numberMatched"), expected=seen, observed=page.total)


# --- bbox -------------------------------------------------------------------------------------------------------------


def _boxes(sut: Sut, collection: Record, whole: Features) -> Iterator[Observation]:
    """The whole, each half, a small place and an ocean; a half in EPSG:4490 too, where that is offered."""
    around = extent(whole.records)
    if around is None:
        return
    boxes = _asked(sut, collection, whole.records, around)
    for box in boxes:
        yield from _box(sut, collection, whole, box)
    uri = next((one for one in collection.texts("crs") if epsg(one) == GEOGRAPHIC and one.startswith("http")), None)
    if uri is not None:
        yield from _box(sut, collection, whole, boxes[1], uri)


def _asked(sut: Sut, collection: Record, records: Sequence[Record], around: Box) -> list[Box]:
    width, height = around.east - around.west, around.north - around.south
    west, south, east, north = around.grown(max(width / 100, height / 100, LEAST))
    longitude, latitude = _middle(records, 0), _middle(records, 1)
    random = sut.random(f"map {collection.text('id')}")
    place = random.choice([place for feature in records for place in places(feature)])
    small = Box(*place, *place).grown(max(width / 20, height / 20, LEAST))
    return [
        Box(west, south, east, north),
        Box(west, south, longitude, north),
        Box(longitude, south, east, north),
        Box(west, south, east, latitude),
        Box(west, latitude, east, north),
        small,
        *[box for box in AWAY if box.apart(around)][:1],
    ]


def _middle(records: Sequence[Record], axis: int) -> float:
    """Where half of the features begin before; no feature's own edge, so that none is there by chance."""
    begins = sorted({min(place[axis] for place in found) for feature in records if (found := places(feature))})
    at = len(begins) // 2
    return (begins[at - 1] + begins[at]) / 2 if at else begins[0]


def _box(sut: Sut, collection: Record, whole: Features, box: Box, crs: str | None = None) -> Iterator[Observation]:
    written = str(box.swapped if crs else box)
    found = features(sut, collection, bbox=written, bboxCrs=crs)
    what = f"bbox={written}" + (f" bbox-crs={crs}" if crs else "")
    yield from _compared(found, whole, lambda feature: lies(feature, box), what)


def _compared(found: Features, whole: Features, lies_: Callable[[Record], Lies], what: str) -> Iterator[Observation]:
    """What came is not out, what is in came; a refusal is neither."""
    if _refused(found):
        yield expect(holds=False, at=found.reply.at(what), expected="200", observed=found.reply.response.status)
        return
    strays, missing = _differences(found, whole, lies_)
    yield expect(not strays, found.reply.at(what), expected="nothing from outside", observed=strays)
    if found.complete:
        yield expect(not missing, found.reply.at(what), expected="all from inside", observed=f"missing: {missing}")


def _differences(found: Features, whole: Features, lies_: Callable[[Record], Lies]) -> tuple[list[str], list[str]]:
    came = set(found.keys)
    known = dict(zip(whole.keys, whole.records, strict=True))
    strays = [key for key, one in zip(found.keys, found.records, strict=True) if lies_(known.get(key, one)) is Lies.OUT]
    missing = [key for key, one in known.items() if key not in came and lies_(one) is Lies.IN] if found.complete else []
    return strays, missing


# --- datetime ---------------------------------------------------------------------------------------------------------


def _times(sut: Sut, collection: Record, whole: Features) -> Iterator[Observation]:
    """Halves, middle and future against the member that explains the answers best.

    A collection that declares no extent in time may have none: then nothing can be said. Nor can it where the answers
    fit together, but follow a time that the features do not show.
    """
    known = clocks(whole.records)
    if not known or not collection.has("extent.temporal.interval"):
        return
    told = declared(collection, whole.records, known)
    asked = spans(whole.records, (told or known)[0])
    answers = [(span, features(sut, collection, datetime=str(span))) for span in asked]
    score = {clock: sum(_explains(clock, span, found, whole) for span, found in answers) for clock in told or known}
    best = max(score, key=lambda clock: score[clock])
    if told or score[best] == len(answers) or not _fit(answers, _timed(whole, best)):
        for span, found in answers:
            what = f"datetime={span} ({best.begin})"
            yield from _compared(found, whole, partial(best.lies, span=span), what)


def _timed(whole: Features, clock: Clock) -> set[str]:
    """The features that have a time."""
    return {key for key, one in zip(whole.keys, whole.records, strict=True) if time_of(one, clock.begin)}


def _fit(answers: list[tuple[Span, Features]], timed: set[str]) -> bool:
    """Whether two halves make the whole, neither of it twice over, and nothing lies in the far future."""
    if len(answers) < STEPS:
        return False
    before, after, _, future = (timed.intersection(found.keys) for _, found in answers)
    return before | after == timed and len(before) + len(after) < len(timed) + STEPS and not future


def _refused(found: Features) -> bool:
    return not found.reply.fine


def _explains(clock: Clock, span: Span, found: Features, whole: Features) -> bool:
    return not any(_differences(found, whole, lambda one: clock.lies(one, span)))


# --- other parameters -------------------------------------------------------------------------------------------------


def _odd_parameters(sut: Sut, collection: Record) -> Iterator[Observation]:
    """What is not known is refused or passed over; a box that is none is refused."""
    unknown = _status(sut, collection, unknown="1")
    holds = unknown < OUTAGES[0]
    at = collection.at("id")
    yield expect(holds, at, expected="an unknown parameter: 400, or passed over", observed=unknown)
    broken = _status(sut, collection, bbox="1,2,3")
    yield expect(broken in BAD, at, expected="bbox=1,2,3: 400", observed=broken)


def _status(sut: Sut, collection: Record, bbox: str | None = None, unknown: str | None = None) -> int:
    name, accept = collection.text("id"), (0, *OUTAGES)
    walk = sut.walk("map_features", size=1, pages=1, accept=accept, collectionId=name, bbox=bbox, unknown=unknown)
    return next(iter(walk)).reply.response.status
