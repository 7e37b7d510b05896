"""Hulls against slots: where a ship's outline lies, seen along and across a berth's quay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.ground import Ground
from monitor.detect.presence import Mask, Rows
from monitor.domain.geo import FloatArray
from monitor.domain.place import Place
from monitor.domain.vessel import Hull

_NORTHWARD_DEG = 1e-4
_UNTOLD = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlines:
    """Outlines of ships whose hull and heading are known."""

    rows: Rows
    """Rows of the tracks that have one, ascending, shape (outlines,)."""
    corners: FloatArray
    """Metres on the port's plane, shape (outlines, 4, 2)."""

    def of(self, rows: Rows) -> Outlines:
        """Return those of `rows` only."""
        chosen = np.isin(self.rows, rows)
        return Outlines(rows=self.rows[chosen], corners=self.corners[chosen])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """How outlines lie to one berth; every array has shape (rows known,)."""

    share: FloatArray
    """Share of the hull's length that lies between the slot's two ends, 0-1."""
    covered: FloatArray
    """Share of the slot's length beside which the hull lies, 0-1."""
    off_m: FloatArray
    """Clear water between hull and slot, along or across the quay, whichever is wider."""
    inner: FloatArray
    """Share of the hull's box, along and across, that lies in the slot's, 0-1."""


def outlines(ground: Ground, hulls: Mapping[int, Hull], among: Mask) -> Outlines:
    """Place the known hulls round their antennas, turned by their headings.

    Args:
        ground: Tracks on the port's plane.
        hulls: MMSI -> hull. One whose antenna is given as her very corner is left out: that is
            how a set says that the place of its antenna was not entered.
        among: Which rows to consider.
    """
    of = ground.tracks.rows
    rows = np.flatnonzero(among & ~np.isnan(of.heading_deg))
    ships, whose = np.unique(of.mmsi[rows], return_inverse=True)
    sizes = np.array([_size(hulls.get(mmsi)) for mmsi in ships.tolist()]).reshape(-1, 4)[whose]
    told = ~np.isnan(sizes[:, 0])
    rows, sizes = rows[told], sizes[told]
    at = np.column_stack([ground.x[rows], ground.y[rows]])
    ahead = _directions(ground, rows)
    right = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    bow, stern, port, starboard = (side[:, None] for side in sizes.T)
    ends = ((bow, -port), (bow, starboard), (-stern, starboard), (-stern, -port))
    corners = [at + ahead * length + right * side for length, side in ends]
    return Outlines(rows=rows, corners=np.stack(corners, axis=1))


def fit_of(shapes: Outlines, berth: BaseGeometry, along: FloatArray) -> Fit:
    """Return how each outline lies to a berth (metric) whose quay runs `along` (unit vector)."""
    across = np.array([-along[1], along[0]])
    slot = shapely.get_coordinates(berth)
    beside, length, room = _overlap(shapes.corners @ along, slot @ along)
    over, beam, _ = _overlap(shapes.corners @ across, slot @ across)
    return Fit(
        share=np.clip(beside / length, 0.0, 1.0),
        covered=np.clip(beside / room, 0.0, 1.0),
        off_m=np.maximum(0.0, -np.minimum(beside, over)),
        inner=np.clip(beside / length, 0.0, 1.0) * np.clip(over / beam, 0.0, 1.0),
    )


def quay_direction(ground: Ground, berth: Place) -> FloatArray:
    """Return the unit vector along a berth's quay on the port's plane.

    Where no quay is drawn: along the slot's longer side, or its shorter one if ships moor there
    stern to quay.
    """
    shape = ground.frame.metric(berth.geometry)
    line = ground.gazetteer.quay_line(berth)
    if line is not None:
        quay = ground.frame.metric(line)
        foot = quay.project(shape.centroid)
        ends = [quay.interpolate(max(foot - 5.0, 0.0)), quay.interpolate(foot + 5.0)]
        side = np.array([ends[1].x - ends[0].x, ends[1].y - ends[0].y])
    else:
        box = shapely.get_coordinates(shapely.oriented_envelope(shape))
        sides = np.diff(box[:3], axis=0)
        longer = int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))
        side = sides[longer if berth.mooring == "alongside" else 1 - longer]
    return np.asarray(side / np.hypot(side[0], side[1]))


def _size(hull: Hull | None) -> tuple[float, float, float, float]:
    if hull is None or hull.length_m <= 0 or hull.beam_m <= 0:
        return _UNTOLD
    if hull.to_bow_m == 0 and hull.to_port_m == 0:
        return _UNTOLD
    return hull.to_bow_m, hull.to_stern_m, hull.to_port_m, hull.to_starboard_m


def _directions(ground: Ground, rows: Rows) -> FloatArray:
    """Return unit vectors of the headings; on the plane, north is not quite upward."""
    of = ground.tracks.rows
    x, y = ground.frame.xy(of.lon[rows], of.lat[rows] + _NORTHWARD_DEG)
    north = np.column_stack([x - ground.x[rows], y - ground.y[rows]])
    north /= np.hypot(north[:, 0], north[:, 1])[:, None]
    angle = np.radians(of.heading_deg[rows].astype(np.float64))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack(
        [north[:, 0] * cos + north[:, 1] * sin, north[:, 1] * cos - north[:, 0] * sin]
    )


def _overlap(hulls: FloatArray, slot: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return (overlap, hull's extent, slot's extent) on one axis; a gap is a negative overlap."""
    low, high = hulls.min(axis=1), hulls.max(axis=1)
    overlap = np.minimum(high, slot.max()) - np.maximum(low, slot.min())
    return overlap, high - low, float(slot.max() - slot.min())
