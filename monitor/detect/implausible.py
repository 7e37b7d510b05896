"""Single reports and steps that cannot be true: on land, at a sink, frozen, too fast.

Everything here is decided on columns, all ships at once.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.track_criteria import KNOWN_SINKS, TrackCriteria
from monitor.domain.geo import EARTH_RADIUS_M, KNOT_MS, distance_m
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import PositionColumns
from monitor.domain.window import span_ms

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.intp]
_METRES_PER_DEGREE = np.pi * EARTH_RADIUS_M / 180.0


def forbidden_land(gazetteer: Gazetteer, *, land_m: float) -> BaseGeometry | None:
    """Return where no ship can be: land less a belt of `land_m`, airfields, runways.

    Returns:
        OGC:CRS84 lon/lat geometry, or None where the gazetteer draws none of them.
    """
    frame = gazetteer.frame
    shapes = [frame.metric(p.geometry).buffer(-land_m) for p in gazetteer.of_kind(PlaceKind.LAND)]
    shapes += [
        frame.metric(p.geometry).buffer(0 if p.kind is PlaceKind.AIRBASE else _RUNWAY_HALF_M)
        for p in gazetteer.of_kind(PlaceKind.AIRBASE, PlaceKind.RUNWAY)
    ]
    whole = shapely.union_all(shapes)
    return None if whole.is_empty else frame.geographic(whole)


_RUNWAY_HALF_M = 100.0
"""Half a runway with its shoulders; runways may be drawn as lines."""


def on_land(rows: PositionColumns, land: BaseGeometry, criteria: TrackCriteria) -> Mask:
    """Return which rows lie in a lon/lat geometry in which no ship can be."""
    west, south, east, north = land.bounds
    box = (rows.lon >= west) & (rows.lon <= east) & (rows.lat >= south) & (rows.lat <= north)
    box &= rows.precision_m <= criteria.land_m
    mask = np.zeros(len(rows), bool)
    near = np.flatnonzero(box)
    shapely.prepare(land)
    mask[near] = shapely.contains_xy(land, rows.lon[near], rows.lat[near])
    return mask


def in_sinks(rows: PositionColumns) -> Mask:
    """Return which rows lie where spoofed receivers are known to put ships."""
    mask = np.zeros(len(rows), bool)
    for sink in KNOWN_SINKS:
        reach = 2 * sink.radius_m / _METRES_PER_DEGREE
        near = np.flatnonzero(
            (np.abs(rows.lat - sink.lat) < reach) & (np.abs(rows.lon - sink.lon) < reach)
        )
        away = distance_m(rows.lon[near], rows.lat[near], sink.lon, sink.lat)
        mask[near[away <= sink.radius_m]] = True
    return mask


def frozen(rows: PositionColumns, leader: npt.NDArray[np.int64], criteria: TrackCriteria) -> Mask:
    """Return which rows repeat the place before them although both say that the ship moves."""
    mask = np.zeros(len(rows), bool)
    if len(rows) < 2:
        return mask
    again = np.flatnonzero(
        (np.diff(rows.lon) == 0) & (np.diff(rows.lat) == 0) & (np.diff(leader) == 0)
    )
    passed_ms = rows.time_ms[again + 1] - rows.time_ms[again]
    slower = np.minimum(rows.sog_kn[again], rows.sog_kn[again + 1]).astype(np.float64)
    ought_m = slower * KNOT_MS * passed_ms / 1000.0
    coarse = rows.precision_m[again] + rows.precision_m[again + 1]
    mask[again + 1] = (
        (slower >= criteria.frozen_kn)
        & (ought_m >= criteria.frozen_m + coarse)
        & (passed_ms <= span_ms(criteria.frozen_window))
    )
    return mask


def too_fast(
    rows: PositionColumns,
    a: Index | slice,
    b: Index | slice,
    criteria: TrackCriteria,
    limit_kn: npt.NDArray[np.float64] | None = None,
    floor_m: npt.NDArray[np.float64] | None = None,
) -> Mask:
    """Return where the way from rows `a` to rows `b` needs more than `limit_kn`.

    Ways shorter than `floor_m` (`spike_m` where not given) never do; how coarse both positions
    are is granted to them. Distances are only worked out where a bound on them (the way along a
    meridian and a parallel) leaves the question open.
    """
    limit = criteria.max_speed_kn if limit_kn is None else limit_kn
    seconds = np.maximum((rows.time_ms[b] - rows.time_ms[a]) / 1000.0, 1.0)
    floor = criteria.spike_m if floor_m is None else floor_m
    allowed_m = np.maximum(limit * KNOT_MS * seconds, floor)
    allowed_m += rows.precision_m[a] + rows.precision_m[b]
    turn = np.abs(rows.lon[b] - rows.lon[a])
    bound_m = (np.minimum(turn, 360.0 - turn) + np.abs(rows.lat[b] - rows.lat[a])) * (
        _METRES_PER_DEGREE
    )
    fast: Mask = bound_m > allowed_m
    open_ = np.flatnonzero(fast)
    fast[open_] = (
        distance_m(rows.lon[a][open_], rows.lat[a][open_], rows.lon[b][open_], rows.lat[b][open_])
        > allowed_m[open_]
    )
    return fast


def spikes(
    rows: PositionColumns, leader: npt.NDArray[np.int64], left: Index, criteria: TrackCriteria
) -> Mask:
    """Return which of the rows `left` are single jumps there and back.

    Where one number jumps as often as would make a second track, or jumps turn by turn, it takes
    more than three reports to tell who is where: those are left alone here.
    """
    mask = np.zeros(len(left), bool)
    if len(left) < 3:
        return mask
    a, b, c = left[:-2], left[1:-1], left[2:]
    sog = np.maximum(np.maximum(rows.sog_kn[a], rows.sog_kn[b]), rows.sog_kn[c])
    brief = rows.time_ms[c] - rows.time_ms[a] <= span_ms(criteria.sog_window)
    sog = np.where(brief & ~np.isnan(sog), sog, np.inf).astype(np.float64)
    limit = np.minimum(sog + criteria.sog_excess_kn, criteria.max_speed_kn)
    by_clock_m = sog * KNOT_MS * (span_ms(criteria.clock) / 1000.0)
    floor = np.minimum(criteria.noise_m + by_clock_m, criteria.spike_m)
    within = (leader[a] == leader[b]) & (leader[b] == leader[c])
    into = np.flatnonzero(within & too_fast(rows, a, b, criteria, limit, floor))
    a, b, c, limit, floor = a[into], b[into], c[into], limit[into], floor[into]
    out = too_fast(rows, b, c, criteria, limit, floor)
    back = out & ~too_fast(rows, a, c, criteria, limit, floor)
    into, b, a = into[back], b[back], a[back]
    alone = ~(np.isin(into - 1, into) | np.isin(into + 1, into))
    hard = too_fast(rows, a, b, criteria)
    often = np.unique(leader[b][hard], return_counts=True)
    many = np.isin(leader[b], often[0][often[1] >= criteria.least_fixes])
    mask[into[alone & ~(hard & many)] + 1] = True
    return mask


def contradictory(
    rows: PositionColumns, leader: npt.NDArray[np.int64], left: Index, criteria: TrackCriteria
) -> Iterable[Index]:
    """Yield the rows of each number among whose rows `left` some step is impossible."""
    same = leader[left[:-1]] == leader[left[1:]]
    jumps = same & too_fast(rows, left[:-1], left[1:], criteria)
    for number in np.unique(leader[left[:-1][jumps]]).tolist():
        a, b = np.searchsorted(leader[left], [number, number + 1])
        yield left[a:b]
