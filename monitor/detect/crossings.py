"""The 12-mile line off a port, and the ships that cross it.

The line is drawn 12 nautical miles from the land in the area file, or where none is drawn from
the port's own limits. It is a distance, not a legal baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.presence import Mask, last_true, runs_in
from monitor.detect.tracks import Tracks
from monitor.domain.geo import METRES_PER_NM, FloatArray, MetricFrame
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import PositionColumns
from monitor.domain.visit import Fix
from monitor.domain.window import span_ms

Points = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingCriteria:
    """Where the line runs and when a ship has crossed it."""

    line_nm: float = 12.0
    """Breadth of the territorial sea. Source: UNCLOS, article 3."""
    hysteresis_nm: float = 0.3
    """A ship inside is outside only this far beyond the line: one that circles on it, or whose
    antenna scatters, does not come and go (own)."""
    longest_gap: timedelta = timedelta(hours=6)
    """Between reports further apart the crossing was not followed. Source: gap rules of peers."""
    cut_m: float = 500.0
    """A straight stretch of land this long on the edge of what is drawn is where the map was cut,
    not coast (own)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A ship passed the line between two reports."""

    inward: bool
    before: Fix
    after: Fix
    before_nm: float
    """Distance of the reports from what the line is measured from."""
    after_nm: float
    anchor_ms: int
    """Names the stay within the line it begins or ends, whatever comes late."""


@dataclass(frozen=True, slots=True)
class Line:
    """What distances are measured from, in the port's plane, metres."""

    frame: MetricFrame
    shore: BaseGeometry
    measured_from: str
    """`land` or `port`."""

    def distance_nm(self, points: Points) -> FloatArray:
        """Return the distances of points of the plane from the shore."""
        return np.asarray(shapely.distance(self.shore, points), np.float64) / METRES_PER_NM

    def points(self, lon: FloatArray, lat: FloatArray) -> Points:
        """Return positions as points of the plane, shape (n,)."""
        return np.asarray(shapely.points(np.column_stack(self.frame.xy(lon, lat))), object)

    def lies_on_map(self, before: Points, after: Points, *, line_nm: float, cut_m: float) -> Mask:
        """Return of which crossings the nearest shore is drawn coast, not the map's edge.

        Land ends where the area file was cut. Beyond, the coast runs on unseen and the true
        distance may be much shorter, so nothing is said there.
        """
        if self.measured_from != "land" or not len(before):
            return np.ones(len(before), bool)
        a, b = self.distance_nm(before), self.distance_nm(after)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(a != b, np.clip((line_nm - a) / (b - a), 0.0, 1.0), 0.0)
        p, q = shapely.get_coordinates(before), shapely.get_coordinates(after)
        at = shapely.points(p + share[:, None] * (q - p))
        nearest = shapely.get_point(shapely.shortest_line(self.shore, at), 0)
        edge = _cut(shapely.to_wkb(self.shore), cut_m)
        return np.asarray(shapely.distance(edge, nearest) > cut_m, np.bool_)


@lru_cache(maxsize=64)
def _cut(shore: bytes, cut_m: float) -> BaseGeometry:
    """Return the straight stretches along the shore's own bounding box, where the map was cut.

    Land is cut along meridians and parallels, which a metric plane turns by up to a degree or two.
    """
    whole = shapely.from_wkb(shore)
    if whole.is_empty:
        return whole
    edges = []
    west, south, east, north = whole.bounds
    slack = 0.05 * max(east - west, north - south)
    rim = shapely.box(west + slack, south + slack, east - slack, north - slack)
    for part in shapely.get_parts(whole.boundary):
        xy = shapely.get_coordinates(part)
        step = np.diff(xy, axis=0)
        long_ = np.hypot(step[:, 0], step[:, 1]) >= cut_m
        along = np.minimum(np.abs(step[:, 0]), np.abs(step[:, 1])) <= 0.04 * np.hypot(
            step[:, 0], step[:, 1]
        )
        for i in np.flatnonzero(long_ & along):
            edge = shapely.LineString(xy[i : i + 2])
            if not rim.intersects(edge):
                edges.append(edge)
    return shapely.union_all(edges) if edges else shapely.LineString()


def line_off(gazetteer: Gazetteer, port: str) -> Line:
    """Return what the line off a port is measured from: the land drawn, else the port's limits."""
    frame = gazetteer.frame
    land = [p.geometry for p in gazetteer.of_kind(PlaceKind.LAND, port=port)]
    if land:
        return Line(frame, frame.metric(shapely.union_all(land)), "land")
    limits = [p.geometry for p in gazetteer.of_kind(PlaceKind.PORT_BOUNDARY, port=port)]
    shore = shapely.union_all([gazetteer.port_area(port), *limits])
    return Line(frame, frame.metric(shore), "port")


def crossings_in(
    tracks: Tracks,
    line: Line,
    *,
    criteria: CrossingCriteria,
    shaky: Callable[[Fix, Fix], bool] = lambda _before, _after: False,
) -> tuple[Crossing, ...]:
    """Find every crossing of the line that was followed by AIS.

    Args:
        tracks: Cleaned positions.
        line: From `line_off`.
        criteria: Thresholds.
        shaky: Whether the edge between two reports proves nothing, as amid interference.

    Returns:
        By ship and time. A track that begins inside, or jumps a long gap, has not crossed.
    """
    rows = tracks.rows
    if not len(rows):
        return ()
    shore, epsg = shapely.to_wkb(line.shore), line.frame.epsg
    inside = _within(rows, shore, epsg, criteria.line_nm)
    outside = ~_within(rows, shore, epsg, criteria.line_nm + criteria.hysteresis_nm)
    runs = runs_in(inside, outside, tracks.starts)
    crossed_out = last_true(inside)
    edges: list[tuple[int, bool, int]] = []
    for first, end, left in zip(
        runs.first.tolist(), runs.end.tolist(), runs.left.tolist(), strict=True
    ):
        held = first + np.flatnonzero(inside[first:end])
        anchor = int(rows.time_ms[held[np.argmin(rows.received_ms[held])]])
        if not tracks.starts[first]:
            edges.append((first - 1, True, anchor))
        if left:
            edges.append((int(crossed_out[end - 1]), False, anchor))
    row = np.array([r for r, _, _ in edges], np.intp)
    followed = rows.time_ms[row + 1] - rows.time_ms[row] <= span_ms(criteria.longest_gap)
    edges, row = [e for e, ok in zip(edges, followed.tolist(), strict=True) if ok], row[followed]
    before, after = (line.points(rows.lon[at], rows.lat[at]) for at in (row, row + 1))
    drawn = line.lies_on_map(before, after, line_nm=criteria.line_nm, cut_m=criteria.cut_m)
    told = zip(
        edges,
        drawn.tolist(),
        line.distance_nm(before).tolist(),
        line.distance_nm(after).tolist(),
        strict=True,
    )
    found = []
    for (at, inward, anchor), is_drawn, before_nm, after_nm in told:
        one, other = tracks.fix(at), tracks.fix(at + 1)
        if not is_drawn or shaky(one, other):
            continue
        found.append(
            Crossing(
                inward=inward,
                before=one,
                after=other,
                before_nm=before_nm,
                after_nm=after_nm,
                anchor_ms=anchor,
            )
        )
    return tuple(found)


def _within(rows: PositionColumns, shore: bytes, epsg: int, nm: float) -> Mask:
    """Return which reports lie within a distance of the shore."""
    belt = _belt(shore, epsg, nm)
    mask = np.zeros(len(rows), bool)
    if belt.is_empty:
        return mask
    west, south, east, north = belt.bounds
    box = (rows.lon >= west) & (rows.lon <= east) & (rows.lat >= south) & (rows.lat <= north)
    near = np.flatnonzero(box)
    shapely.prepare(belt)
    mask[near] = shapely.contains_xy(belt, rows.lon[near], rows.lat[near])
    return mask


@lru_cache(maxsize=64)
def _belt(shore: bytes, epsg: int, nm: float) -> BaseGeometry:
    """Return all within a distance of the shore, OGC:CRS84; true to 30 m."""
    # 64 steps to a quarter circle keep the chord within 2 m of a 12-mile arc.
    belt = shapely.from_wkb(shore).buffer(nm * METRES_PER_NM, quad_segs=64).simplify(5.0)
    return MetricFrame(epsg).geographic(belt)
