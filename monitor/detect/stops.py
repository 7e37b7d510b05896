"""Tracks to stops: where a vessel stayed put, by the room it took or by its own speed.

Two definitions, because peers differ. Neither counts reports; both look only at elapsed time.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.presence import Rows, runs_in
from monitor.detect.tracks import Tracks
from monitor.domain.geo import FloatArray
from monitor.domain.window import span_ms

_MAJOR_AXIS_M = 6_378_137.0
_ECCENTRICITY2 = 0.006_694_379_990_14
"""WGS 84 (NIMA TR8350.2)."""
_LEAST_M_PER_DEG = 110_500.0
"""No degree of latitude is shorter than this (110,574 m at the equator)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactCriteria:
    """A stop is a run of reports that fits into a small room for long enough.

    Source: MovingPandas, `TrajectoryStopDetector(min_duration, max_diameter)`: the room is the
    diagonal of the smallest rotated rectangle round the reports.
    """

    min_duration: timedelta = timedelta(minutes=30)
    max_diameter_m: float = 200.0
    """Exclusive. A moored ship's antenna stays well inside; one at anchor needs more (own)."""

    def __post_init__(self) -> None:
        if self.min_duration <= timedelta(0):
            raise ValueError(f"min_duration is {self.min_duration}, not more than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowCriteria:
    """A stop is a run of slow reports. Source: Global Fishing Watch, stops in port."""

    enter_kn: float = 0.2
    leave_kn: float = 0.5
    min_duration: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stops:
    """Stops by track and time, none overlapping another; every array has shape (stops,)."""

    first: Rows
    """Row of the first report of each."""
    last: Rows
    """Row of the last one, included."""
    mmsi: npt.NDArray[np.int64]
    start_ms: npt.NDArray[np.int64]
    end_ms: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def stops_in(tracks: Tracks, *, criteria: CompactCriteria | SlowCriteria) -> Stops:
    """Find every stop of every vessel.

    By room (`CompactCriteria`), going forward in time: a stop begins with the first report from
    which on the reports of `min_duration` fit, lasts as long as each further report still fits,
    and the next may begin with the report after it. By speed (`SlowCriteria`): from the first
    report at or below `enter_kn` to the last one before `leave_kn` is reached; a missing speed
    decides nothing.
    """
    if isinstance(criteria, SlowCriteria):
        first, last = _slow(tracks, criteria)
    else:
        first, last = _compact(tracks, criteria)
    rows = tracks.rows
    return Stops(
        first=first,
        last=last,
        mmsi=rows.mmsi[first],
        start_ms=rows.time_ms[first],
        end_ms=rows.time_ms[last],
    )


def _slow(tracks: Tracks, c: SlowCriteria) -> tuple[Rows, Rows]:
    sog = tracks.rows.sog_kn
    runs = runs_in(sog <= c.enter_kn, sog >= c.leave_kn, tracks.starts)
    last = runs.end - 1
    long = tracks.rows.time_ms[last] - tracks.rows.time_ms[runs.first] >= span_ms(c.min_duration)
    return runs.first[long], last[long]


def _compact(tracks: Tracks, c: CompactCriteria) -> tuple[Rows, Rows]:
    place = np.column_stack([_unwrapped(tracks.rows.lon, tracks.starts), tracks.rows.lat])
    begins, until = _roomy_enough(tracks, place, c)
    track = np.searchsorted(tracks.first_row, begins, side="right")
    ends = np.append(tracks.first_row[1:], len(place))[track - 1]
    candidates = begins.tolist()
    first: list[int] = []
    last: list[int] = []
    at = 0
    while at < len(candidates):
        begin = candidates[at]
        stays = _stays_within(place[begin : ends[at]], int(until[at]) - begin + 1, c.max_diameter_m)
        if stays:
            first.append(begin)
            last.append(begin + stays - 1)
        at = bisect_left(candidates, begin + max(stays, 1), at + 1)
    return np.array(first, np.intp), np.array(last, np.intp)


def _roomy_enough(tracks: Tracks, place: FloatArray, c: CompactCriteria) -> tuple[Rows, Rows]:
    """Return the rows from which a stop may begin, and the row `min_duration` after each.

    Only what cannot be a stop is left out: a box wider than the room holds two reports that far
    apart.
    """
    lon, lat = np.ascontiguousarray(place.T)
    until = _row_later(tracks, span_ms(c.min_duration))
    begins = np.flatnonzero(until < len(lat))
    for share in (1.0, 0.5):
        on = begins + np.ceil((until[begins] - begins) * share).astype(np.intp)
        near = np.abs(lat[on] - lat[begins]) * _LEAST_M_PER_DEG < c.max_diameter_m
        begins = begins[near]
    until = until[begins]
    per_lon, per_lat = _metres_per_degree(lat[begins])
    small = (_extent(lat, begins, until) * per_lat < c.max_diameter_m) & (
        _extent(lon, begins, until) * per_lon < c.max_diameter_m
    )
    return begins[small], until[small]


def _row_later(tracks: Tracks, least_ms: int) -> Rows:
    """Return for each row the first of its track at least `least_ms` later, or the row count."""
    times, firsts = tracks.rows.time_ms, tracks.first_row
    n = len(times)
    if not n:
        return np.array([], np.intp)
    lengths = np.diff(firsts, append=n)
    # Tracks are laid one after another on one axis, far enough apart that none reaches the next.
    step = int(times.max() - times.min()) + least_ms + 1
    axis = times + np.repeat(np.arange(len(firsts)) * step, lengths)
    later = np.searchsorted(axis, axis + least_ms)
    ends = np.repeat(firsts + lengths, lengths)
    return np.where(later < ends, later, n)


def _extent(values: FloatArray, first: Rows, last: Rows) -> FloatArray:
    """Return max - min over rows first..last (included) of each window.

    By doubling: a window is covered by two blocks of the largest power of two that fits in it.
    """
    found = np.zeros(len(first))
    level = np.frexp((last - first + 1).astype(np.float64))[1] - 1
    low, high, size = values, values, 1
    for power in range(int(level.max(initial=-1)) + 1):
        if power:
            low = np.minimum(low[:-size], low[size:])
            high = np.maximum(high[:-size], high[size:])
            size *= 2
        here = np.flatnonzero(level == power)
        a, b = first[here], last[here] - size + 1
        found[here] = np.maximum(high[a], high[b]) - np.minimum(low[a], low[b])
    return found


def _stays_within(place: FloatArray, least: int, room_m: float) -> int:
    """Return how many of the points, from the first on, fit; 0 if not even the first `least` do.

    Points inside the hull of those before them change nothing, so only the others are measured.
    """
    # Metres from the first point: exact enough for a room of a few kilometres.
    scale = np.column_stack(_metres_per_degree(place[:1, 1]))
    ring = _hull((place[:least] - place[0]) * scale)
    if not _fits(ring, room_m):
        return 0
    at, step = least, 64
    while at < len(place):
        xy = (place[at : at + step] - place[0]) * scale
        outside = np.flatnonzero(~_within(ring, xy))
        if not len(outside):
            at, step = at + step, min(step * 2, 4096)
            continue
        at += int(outside[0])
        ring = _hull(np.vstack([ring, xy[outside[:1]]]))
        if not _fits(ring, room_m):
            return at
        at += 1
    return len(place)


def _hull(xy: FloatArray) -> FloatArray:
    """Return the convex hull as a closed ring, clockwise; two points or one if it has no area."""
    return shapely.get_coordinates(shapely.convex_hull(shapely.linestrings(xy)))


def _within(ring: FloatArray, xy: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which points lie in a hull or on its line; of one without area, which are corners."""
    if len(ring) < 4:
        return np.asarray((xy[:, None] == ring).all(axis=2).any(axis=1))
    side = ring[1:] - ring[:-1]
    off = xy[:, None] - ring[:-1]
    return np.asarray((side[:, 0] * off[..., 1] <= side[:, 1] * off[..., 0]).all(axis=1))


def _fits(ring: FloatArray, room_m: float) -> bool:
    """Return whether the rectangle of least area round a hull has a diagonal below `room_m`.

    The box along the axes settles most cases: no two points are further apart than its diagonal,
    so neither side of any rectangle is longer; and a side of it is the way between two points.
    """
    width, height = (float(v) for v in ring.max(axis=0) - ring.min(axis=0))
    if max(width, height) >= room_m:
        return False
    if 2.0 * (width**2 + height**2) < room_m**2:
        return True
    return _diagonal(ring) < room_m


def _diagonal(ring: FloatArray) -> float:
    """Return the diagonal of the rectangle of least area: one side of it lies on the hull's own."""
    if len(ring) < 4:
        return float(np.hypot(*(ring[-1] - ring[0])))
    side = ring[1:] - ring[:-1]
    side /= np.hypot(side[:, 0], side[:, 1])[:, None]
    along = ring @ side.T
    across = ring @ np.column_stack([-side[:, 1], side[:, 0]]).T
    length = along.max(axis=0) - along.min(axis=0)
    width = across.max(axis=0) - across.min(axis=0)
    least = int(np.argmin(length * width))
    return float(np.hypot(length[least], width[least]))


def _metres_per_degree(lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return metres per degree of longitude and of latitude on the ellipsoid."""
    phi = np.radians(lat)
    root = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    east = np.radians(_MAJOR_AXIS_M * np.cos(phi) / np.sqrt(root))
    north = np.radians(_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY2) / root**1.5)
    return east, north


def _unwrapped(lon: FloatArray, starts: npt.NDArray[np.bool_]) -> FloatArray:
    """Return longitudes that run on across the antimeridian within a track."""
    step = np.diff(lon, prepend=lon[:1])
    turns = np.where(starts, 0.0, np.round(step / 360.0))
    return lon - 360.0 * np.cumsum(turns) if turns.any() else lon
