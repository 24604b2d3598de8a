"""The nearest of many segments to each of many points: exact, in little memory, fast where points follow each other.

Points come as a machine drives: neighbours in the log are neighbours on the ground. Each bundle of them lies in a
circle. If the centre is d from the nearest segment and r is the radius, no segment further than d + 2r from the centre
is the nearest of any point in the circle; only the others are looked at for the smaller bundles in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

FANOUT, DEPTH = 8, 3
"""A bundle holds 8 smaller ones; the greatest hold 8·8·8 points."""
AT_ONCE = 65_536
"""Bundles times segments looked at in one go: what stays in a processor's cache."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Segments:
    """m straight segments; fields are arrays of m.

    Attributes:
        index: of the segment in its path.
        east: where it begins.
        north: the same.
        to_east: from there to its end.
        to_north: the same.
        length: in metres, above 0.
        least: how far along it begins: 0; for a prolonged first one −∞.
        most: how far along it ends: 1; for a prolonged last one ∞.
    """

    index: Indices
    east: Floats
    north: Floats
    to_east: Floats
    to_north: Floats
    length: Floats
    least: Floats
    most: Floats

    @classmethod
    def through(cls, corners: Floats, *, prolonged: bool) -> Segments:
        """Those of a path through corners (m + 1, 2), each different from the one before."""
        (east, north), (to_east, to_north) = corners[:-1].T, np.diff(corners, axis=0).T
        least, most = np.zeros(len(east)), np.ones(len(east))
        if prolonged:
            least[0], most[-1] = -np.inf, np.inf
        return cls(np.arange(len(east)), east, north, to_east, to_north, np.hypot(to_east, to_north), least, most)

    def __getitem__(self, chosen: Indices) -> Segments:
        return Segments(*(getattr(self, name)[chosen] for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.index)

    def right(self) -> Floats:
        """The unit vectors to the right of travel, (m, 2)."""
        return np.column_stack((self.to_north, -self.to_east)) / self.length[:, None]

    def meet(self, east: Floats, north: Floats) -> tuple[Floats, Floats, Floats]:
        """Where m points meet the segments, one to one: share along it, and the way from there to the point."""
        from_east, from_north = east - self.east, north - self.north
        along = (from_east * self.to_east + from_north * self.to_north) / self.length**2
        np.clip(along, self.least, self.most, out=along)
        return along, from_east - along * self.to_east, from_north - along * self.to_north

    def distance2(self, chosen: Indices, east: Floats, north: Floats) -> Floats:
        """Squared distances of points to the segments chosen; shapes as numpy broadcasts them."""
        to_east, to_north = self.to_east[chosen], self.to_north[chosen]
        from_east, from_north = east - self.east[chosen], north - self.north[chosen]
        along = from_east * to_east + from_north * to_north
        along /= (self.length * self.length)[chosen]
        if self.prolonged:
            np.clip(along, self.least[chosen], self.most[chosen], out=along)
        else:
            np.clip(along, 0.0, 1.0, out=along)
        from_east -= along * to_east
        from_north -= along * to_north
        return from_east * from_east + from_north * from_north

    @property
    def prolonged(self) -> bool:
        """Whether any goes on beyond its ends."""
        return bool(np.isinf(self.least[0]) or np.isinf(self.most[-1]))


@dataclass(frozen=True, slots=True)
class Bundles:
    """b circles, each round the points of one bundle; fields are arrays of b.

    Attributes:
        east: of the centre.
        north: the same.
        diameter: 0 of a single point.
    """

    east: Floats
    north: Floats
    diameter: Floats

    @classmethod
    def of(cls, points: Floats, size: int) -> Bundles:
        """Those of points (n, 2), size by size; n is a multiple of it."""
        sides = [points[:, axis].reshape(-1, size) for axis in (0, 1)]
        (west, east), (south, north) = ((side.min(axis=1), side.max(axis=1)) for side in sides)
        return cls((west + east) / 2, (south + north) / 2, np.hypot(east - west, north - south))


def nearest_segment(segments: Segments, points: Floats) -> Indices:
    """Index of the segment nearest to each of the points (n, 2), all finite; the first of equally near ones."""
    found = np.zeros(len(points), dtype=np.intp)
    if len(segments) == 1 or not len(points):
        return found
    padded = np.concatenate((points, np.repeat(points[-1:], -len(points) % FANOUT**DEPTH, axis=0)))
    greatest, *levels = (Bundles.of(padded, FANOUT**depth) for depth in range(DEPTH, -1, -1))
    step = max(1, AT_ONCE // len(segments))
    for first in range(0, len(greatest.east), step):
        for place, nearest in descended(segments, levels, *first_pairs(segments, greatest, slice(first, first + step))):
            inside = place < len(points)
            found[place[inside]] = nearest[inside]
    return found


def first_pairs(segments: Segments, bundles: Bundles, chosen: slice) -> tuple[Indices, Indices]:
    """Pairs of one of the bundles chosen and a segment that may be the nearest of a point in it."""
    distance2 = segments.distance2(segments.index, bundles.east[chosen, None], bundles.north[chosen, None])
    row, segment = np.nonzero(distance2 <= limit2(distance2.min(axis=1), bundles.diameter[chosen])[:, None])
    return row + chosen.start, segment


def limit2(least: Floats, diameter: Floats) -> Floats:
    """Squared distance from the centre beyond which nothing is near, by that of the nearest."""
    found: Floats = ((np.sqrt(least) + diameter) * (1 + ROUNDING) + ROUNDING) ** 2
    return found


def descended(
    segments: Segments, levels: Sequence[Bundles], bundle: Indices, segment: Indices
) -> Iterator[tuple[Indices, Indices]]:
    """Points and the segments nearest to them, from pairs of a bundle and a segment that may be the nearest in it.

    Args:
        segments: all of them.
        levels: from that below the bundles of the pairs down to the points themselves.
        bundle: of each pair; pairs of a bundle follow each other, those of the lower segment first.
        segment: the same.
    """
    for piece in pieces(bundle):
        of, near = bundle[piece], segment[piece]
        child = of * FANOUT + np.arange(FANOUT)[:, None]
        distance2 = segments.distance2(near, levels[0].east[child], levels[0].north[child])
        starts, counts = groups(of)
        least = np.minimum.reduceat(distance2, starts, axis=1)
        if len(levels) == 1:
            # Of equally near ones the first: it comes last.
            row, pair = (found[::-1] for found in np.nonzero(distance2 == np.repeat(least, counts, axis=1)))
            yield child[row, pair], near[pair]
        else:
            limit = limit2(least, levels[0].diameter[child[:, starts]])
            row, pair = np.nonzero(distance2 <= np.repeat(limit, counts, axis=1))
            yield from descended(segments, levels[1:], child[row, pair], near[pair])


def groups(bundle: Indices) -> tuple[Indices, Indices]:
    """Where the pairs of each bundle begin, and how many they are."""
    starts = np.concatenate(([0], np.nonzero(np.diff(bundle))[0] + 1))
    return starts, np.diff(np.append(starts, len(bundle)))


def pieces(bundle: Indices) -> Iterator[slice]:
    """Slices of the pairs that are of whole bundles and few enough to be looked at in one go, child by child."""
    starts, counts = groups(bundle)
    ends = starts + counts
    last = np.append(np.diff(ends // (AT_ONCE // FANOUT)) > 0, True)
    start = 0
    for end in ends[last].tolist():
        yield slice(start, end)
        start = end
