"""A session as evidence: its record, its feature's declaration, its log, and what of that is sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_szxc import SzxcError, Unjudgeable, trajectory

from .declarations import in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_szxc import Location, Observation, Record, Sut

Array = Any
"""A numpy array; the library is loaded on first use, with the extra ``machinery``."""
Made = TypeVar("Made")
CLASSES = ("A", "B", "C")
_BASE = frozenset({"t", "lat", "lon", "heading_deg", "roll_deg", "speed_mps", "engaged", "pass_id", "line_id"})
"""Columns that every figure rests on; what is wrong with others matters to who reads them."""
BEYOND_MEASURE = 1e12
"""No length, speed, time or angle of a machine is as much: its square would be none."""
_HARMLESS = frozenset({"log.one-pass"})


@dataclass(frozen=True, eq=False)
class Trial:
    """One session with a log.

    Attributes:
        session: its record.
        feature: the declaration of its feature; ``None`` where there is none.
        log: its log, at the vehicle point, in metres about the first guidance line or the middle of the positions;
            ``None`` where events alone are asked.
        lines: guidance lines by id, as paths in the log's frame.
        line_points: their points (k, 2) in that frame.
        problems: what is wrong with the log and matters here.
        bad: passes that hold samples which cannot be used.
    """

    session: Record
    feature: Record | None
    log: Any
    lines: Mapping[str, Any]
    line_points: Mapping[str, Array]
    problems: tuple[Any, ...]
    bad: frozenset[str]

    @property
    def name(self) -> str:
        """The session's id."""
        return str(self.session.get("session_id"))

    @property
    def accuracy(self) -> str | None:
        """Its accuracy class; of the declaration where the session does not say."""
        told = self.session.get("accuracy_class") or (self.feature and self.feature.get("accuracy_class"))
        return told if told in CLASSES else None

    @property
    def passes(self) -> tuple[str, ...]:
        """Ids of the passes that can be judged, in the order of the log."""
        return tuple(name for name in _rows_by_pass(self.log) if name and name not in self.bad)

    def rows(self, pass_id: str) -> Array:
        """Indices of the samples that belong to a pass (k,), rising."""
        return _rows_by_pass(self.log)[pass_id]

    def kept(self, what: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What somebody has made of this log and these lines before; else it is made, and kept with the table.

        Args:
            what: what it is, and all else that it follows from.
            make: makes it.
        """
        kept = self.log.table.kept
        key = (self.log, repr(self.session.get("lines")), *what)
        if key not in kept:
            kept[key] = make()
        found: Made = kept[key]
        return found

    def at(self, what: str = "") -> Location:
        """Where the log stands; ``what`` names the figure."""
        return self.log.table.origin._replace(record=self.name, pointer=what)


def each_trial(
    sut: Sut, kind: str, look: Callable[[Trial], Iterator[Observation]], columns: frozenset[str] = frozenset()
) -> Iterator[Observation]:
    """What all sessions of a kind show; a session that cannot be judged hides none of the others.

    Args:
        sut: the system under test.
        kind: one of a session's ``kinds``.
        look: yields observations of one trial.
        columns: which columns it reads beside time, place, heading, roll, speed, engagement, pass and line.

    Raises:
        SzxcError: at the end, of the first session that could not be judged, or of which rows were left out.
    """
    lost: SzxcError | None = None
    features = features_of(sut)
    for session in of_kind(sut, kind, features):
        try:
            trial = opened(sut, session, columns, features)
            yield from look(trial)
            if trial.problems:
                raise trial.problems[0].unjudgeable()
        except SzxcError as reason:
            lost = lost or reason
    if lost:
        raise lost


def of_kind(sut: Sut, kind: str, features: Mapping[str, Record]) -> Iterator[Record]:
    """The sessions of a kind that say they have a log.

    Sessions of features that nobody declares, and of another version than the declared one, are evidence of nothing
    that is declared: they are left out.
    """
    for session in sut.records("list_sessions"):
        kinds, feature = session.get("kinds"), features.get(session.text("feature_id") or "")
        wanted = isinstance(kinds, list) and kind in kinds and session.get("log")
        if wanted and session.text("session_id") and feature is not None and of_version(session, feature):
            yield session


def of_version(session: Record, feature: Record) -> bool:
    """Whether a session was held with the version that is declared, as far as both say it."""
    return len({one.text("system_version") for one in (session, feature)} - {None}) <= 1


def opened(
    sut: Sut,
    session: Record,
    columns: frozenset[str] = frozenset(),
    features: Mapping[str, Record] | None = None,
) -> Trial:
    """A session's trial.

    Args:
        sut: the system under test.
        session: its record.
        columns: which columns are read beside the usual ones.
        features: declarations by feature; asked for where they are not given.

    Raises:
        SzxcError: the log cannot be had, or nothing in it can be judged.
    """
    table = sut.ask("session_log", session=session.get("session_id")).table
    lever, origin = lever_of(session), origin_of(session)
    log = trajectory.Log.of(table, lever, origin)
    points, lines = _lines(session, log)
    told = trajectory.problems(log, sut.now, origin, lines=tuple(points.values()), began=session.time("started_at"))
    found = tuple(_of_session(one, session) for one in told if _matters(one, _BASE | columns, table))
    for one in found:
        if not one.usable:
            raise one.unjudgeable()
    feature = (features_of(sut) if features is None else features).get(session.text("feature_id") or "")
    return Trial(session, feature, log, lines, points, found, _bad_passes(log))


def _lines(session: Record, log: Any) -> tuple[dict[str, Array], dict[str, Any]]:  # noqa: ANN401 -- a Log, loaded late
    """Points and paths of the guidance lines; kept with the log's table."""
    kept, key = log.table.kept, (_lines.__name__, log, repr(session.get("lines")))
    if key not in kept:
        points = line_points_m(session, log.origin)
        kept[key] = points, {name: trajectory.Path(rows, prolonged=True) for name, rows in points.items()}
    found: tuple[dict[str, Array], dict[str, Any]] = kept[key]
    return found


def _of_session(problem: Any, session: Record) -> Any:  # noqa: ANN401 -- a Problem, whose module is loaded late
    """The problem, naming the session where the log is no file of its own."""
    return replace(problem, params={**problem.params, "file": file_of(problem.params.get("file"), session)})


def file_of(told: str | None, session: Record) -> str:
    """What a log is called: its file, or the session of which a platform answered it."""
    return told if told and told != "-" else session.text("session_id") or "-"


def unlogged(session: Record, feature: Record | None) -> Trial:
    """A session of which events alone are asked: without log, lines and problems."""
    return Trial(session, feature, None, {}, {}, (), frozenset())


def features_of(sut: Sut) -> dict[str, Record]:
    """The declarations in force by feature."""
    return {name: one for one in in_force(sut) if (name := one.text("feature_id"))}


def _bad_passes(log: Any) -> frozenset[str]:  # noqa: ANN401 -- a Log, whose module is loaded late
    kept = log.table.kept
    key = (_bad_passes.__name__, log)
    if key not in kept:
        kept[key] = trajectory.bad_passes(log)
    found: frozenset[str] = kept[key]
    return found


def _rows_by_pass(log: Any) -> dict[str, Array]:  # noqa: ANN401 -- a Log, whose module is loaded late
    """Indices of the samples of each pass, in the order of the log; kept with its table."""
    kept, key = log.table.kept, (_rows_by_pass.__name__, log)
    if key not in kept:
        np, spans = trajectory.numpy, dict[str, list[Array]]()
        for name, start, end in trajectory.runs([] if log.pass_id is None else log.pass_id):
            spans.setdefault(str(name), []).append(np.arange(start, end))
        kept[key] = {name: np.concatenate(found) for name, found in spans.items()}
    found: dict[str, Array] = kept[key]
    return found


def _matters(problem: Any, columns: frozenset[str], table: Any) -> bool:  # noqa: ANN401 -- of modules that are loaded late
    """Whether a problem is one of whole rows, or of a column that is read; it names the column as the file does."""
    named = problem.params.get("column") or "-"
    canonical = {header: name for name, header in table.names.items()}
    return problem.code not in _HARMLESS and (named == "-" or canonical.get(named, named) in columns)


def lever_of(session: Record) -> Any:  # noqa: ANN401 -- a Lever, whose module is loaded late
    """Where the antenna stands; ``None`` where positions are the vehicle point's already."""
    antenna = session.get("antenna")
    if session.get("reference_point") != "antenna" or not isinstance(antenna, dict):
        return None
    height, forward, right = (number(antenna.get(name)) for name in ("height_m", "forward_m", "right_m"))
    return trajectory.Lever(height or 0.0, forward or 0.0, right or 0.0)


def unreduced(trial: Trial) -> SzxcError | None:
    """Why nobody knows which point of the machine was logged; ``None`` where the session says it.

    An antenna some metres above ground is centimetres aside of the machine on the least slope.
    """
    told, antenna = trial.session.get("reference_point"), trial.session.get("antenna")
    if told == "vehicle":
        return None
    placed = isinstance(antenna, dict) and number(antenna.get("height_m")) is not None
    if told == "antenna" and placed:
        return None
    member = "antenna.height_m" if told == "antenna" else "reference_point"
    return Unjudgeable("evidence.untold", trial.session.origin.exchange, session=trial.name, member=member)


def origin_of(session: Record) -> Any:  # noqa: ANN401 -- an Origin, whose module is loaded late
    """The middle of the declared field, which is that of its guidance lines; ``None`` without one."""
    lines = listed(session, "lines")
    places = [place for line in lines for place in positions(line.get("points"))]
    if not places:
        return None
    lon, lat = ((min(values) + max(values)) / 2 for values in zip(*places, strict=True))
    return trajectory.Origin(lat, lon, 0.0)


def line_points_m(session: Record, origin: Any) -> dict[str, Array]:  # noqa: ANN401 -- an Origin
    """Points (k, 2) of the guidance lines by id, about an origin."""
    found = {}
    for line in listed(session, "lines"):
        places = positions(line.get("points"))
        if isinstance(line.get("line_id"), str) and len(places) > 1:
            found[line["line_id"]] = level(places, origin)
    return found


def level(places: list[tuple[float, float]], origin: Any) -> Array:  # noqa: ANN401 -- an Origin
    """Positions (longitude, latitude) as metres east and north of an origin (n, 2)."""
    lon, lat = zip(*places, strict=True)
    return trajectory.level_m(list(lat), list(lon), origin)


def listed(record: Record, name: str) -> list[dict[str, Any]]:
    """The objects of a member that is a list; empty for whatever else stands there."""
    value = record.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def positions(value: Any) -> list[tuple[float, float]]:  # noqa: ANN401 -- whatever a platform sent
    """Longitudes and latitudes of a list of positions; what is none is left out."""
    pairs = value if isinstance(value, list) else []
    found = [position(pair) for pair in pairs]
    return [pair for pair in found if pair is not None]


def position(value: Any) -> tuple[float, float] | None:  # noqa: ANN401 -- whatever a platform sent
    """A position's longitude and latitude."""
    if not isinstance(value, list) or len(value) < len(("lon", "lat")):
        return None
    lon, lat = number(value[0]), number(value[1])
    return None if lon is None or lat is None else (lon, lat)


def number(value: Any) -> float | None:  # noqa: ANN401 -- whatever a platform sent
    """A JSON number as a float; ``None`` for whatever else, and for what nothing measured can be."""
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return None
    found = float(value)
    return found if abs(found) < BEYOND_MEASURE else None
