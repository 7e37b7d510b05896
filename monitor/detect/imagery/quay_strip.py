"""From quays to strips: the water beside each quay in its own coordinates, metres along and out.

A ship at a quay lies along it or square to it, so in these coordinates she is an upright
rectangle at any port. Which pixels make up a cell depends on the areas and the grid alone; it is
worked out once for both and kept. Pure: no pixels here, only where they are to be taken from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from monitor.detect.imagery.port_pixels import TheSame
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripCriteria:
    """How much of the water beside a quay is looked at; metres."""

    inner_m: float = -15.0
    """Where the strip begins: quays are traced to about this, so a hull may lie behind a line."""
    plain_m: float = 120.0
    """Width where no berth tells how far out ships lie: three hulls side by side, or one of
    100 m lying stern to."""
    beyond_m: float = 60.0
    """How far the strip reaches beyond the outermost berth: one hull and the radar's blur."""
    most_m: float = 330.0
    """No wider than this: a ship of 250 m lying stern to off her anchor."""
    ends_m: float = 40.0
    """How far it runs on beyond either end of the quay's line."""
    quayside_m: float = 30.0
    """How far from the line its wall, fenders and cranes show (as for berths)."""
    turn_deg: float = 25.0
    """A quay that turns by more than this is looked at leg by leg."""
    shore_m: float = 15.0
    """Land is taken to begin this far behind its traced edge."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuayStrip:
    """The water beside one straight stretch of quay. Arrays have shape (out, along)."""

    quay_id: str
    """The quay, or the berth that stands alone."""
    berth_ids: tuple[str, ...]
    along_m: Vector
    """Middle of each column, metres from the first point of the quay's line, shape (along,)."""
    out_m: Vector
    """Middle of each row, metres from the line towards the water, shape (out,)."""
    cell_m: float
    x_m: Vector
    """Middle of each cell on the grid's plane."""
    y_m: Vector
    quay_deg: float
    """Direction of the quay on the grid's plane, degrees from its north, 0-180."""
    water: BoolArray
    """Cells that may hold a ship: in the grid, not land, not behind another quay."""
    quayside: BoolArray
    """Cells close enough to the line to show the quay itself; none for a berth without one."""
    in_berth: BoolArray
    """Shape (berth, out, along): cells in each of `berth_ids`."""
    off_berths: BoolArray
    """Cells in a berth or within `_OFF_M` of one, but not at the quay: open water, where nothing
    is built."""
    has_quay: bool
    index: npt.NDArray[np.intp]
    """Shape (4, out, along): the four pixels round each cell's middle, in the flat grid."""
    weight: FloatArray
    """Their bilinear weights."""

    def sampled(self, layer: FloatArray) -> FloatArray:
        """Return a layer of the grid, shape (row, col), in the strip's coordinates.

        A cell is NaN where it lies outside `water`, or where pixels that hold more than half of
        its weight are NaN.
        """
        values = layer.ravel()[self.index]
        known = np.isfinite(values)
        weight = np.where(known, self.weight, 0)
        total = weight.sum(axis=0)
        summed = (np.where(known, values, 0) * weight).sum(axis=0)
        seen = self.water & (total >= 0.5)
        return np.asarray(
            np.where(seen, summed / np.where(total > 0, total, 1), np.nan), np.float32
        )

    def ground(self, along_m: float, out_m: float) -> tuple[float, float]:
        """Return the point of the plane so far along and out from the first cell's corner."""
        column, row = along_m / self.cell_m - 0.5, out_m / self.cell_m - 0.5
        along = (self.x_m[0, -1] - self.x_m[0, 0], self.y_m[0, -1] - self.y_m[0, 0])
        out = (self.x_m[-1, 0] - self.x_m[0, 0], self.y_m[-1, 0] - self.y_m[0, 0])
        columns, rows = max(len(self.along_m) - 1, 1), max(len(self.out_m) - 1, 1)
        return (
            float(self.x_m[0, 0] + along[0] * column / columns + out[0] * row / rows),
            float(self.y_m[0, 0] + along[1] * column / columns + out[1] * row / rows),
        )


def quay_strips(
    gazetteer: Gazetteer, grid: Grid, *, criteria: StripCriteria | None = None
) -> tuple[QuayStrip, ...]:
    """Return the strips of every quay that is a line, and of every berth without such a quay.

    A pier drawn as one line with water on both sides has two strips, a quay that turns one for
    each leg. Ordered by quay id, then along it. Strips wholly outside the grid are left out.
    """
    return _strips(TheSame(gazetteer), grid, criteria or StripCriteria())


@lru_cache(maxsize=16)
def _strips(key: TheSame, grid: Grid, criteria: StripCriteria) -> tuple[QuayStrip, ...]:
    gazetteer = key.gazetteer
    frame = MetricFrame(grid.epsg)
    lines = {
        q.id: frame.metric(q.geometry)
        for q in gazetteer.of_kind(PlaceKind.QUAY, PlaceKind.PIER)
        if isinstance(q.geometry, LineString)
    }
    land = shapely.union_all(
        [frame.metric(p.geometry) for p in gazetteer.of_kind(PlaceKind.LAND)]
    ).buffer(-criteria.shore_m)
    found = []
    for quay_id, line in lines.items():
        others = shapely.union_all([other for i, other in lines.items() if i != quay_id])
        berths = [b for b in gazetteer.berths if b.quay_id == quay_id]
        for leg, start_m in _legs(line, criteria):
            for side in _sides(gazetteer.places[quay_id], leg, berths, frame):
                own = [b for b in berths if _side_of(leg, frame.metric(b.geometry)) == side]
                shapes = {b.id: frame.metric(b.geometry) for b in own}
                found.append(
                    _strip(quay_id, leg, start_m, side, shapes, (land, others), grid, criteria)
                )
    found.extend(
        _lone_strip(berth, frame, land, grid, criteria)
        for berth in gazetteer.berths
        if berth.quay_id not in lines
    )
    return tuple(s for s in found if s is not None and s.water.any())


def _legs(line: BaseGeometry, criteria: StripCriteria) -> Iterator[tuple[LineString, float]]:
    """Yield the nearly straight stretches of a line as chords, and where each begins along it."""
    points = shapely.get_coordinates(line)
    step = np.diff(points, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    step, length = step[length > 0], length[length > 0]
    corners = np.vstack([points[:1], points[:1] + np.cumsum(step, axis=0)])
    first, begun = 0, 0.0
    for i in range(len(step)):
        whole = corners[i + 1] - corners[first]
        ahead = step[i + 1] if i + 1 < len(step) else None
        if ahead is not None and _turn_deg(whole, ahead) <= criteria.turn_deg:
            continue
        run = float(length[first : i + 1].sum())
        yield LineString([corners[first], corners[i + 1]]), begun
        first, begun = i + 1, begun + run


def _turn_deg(one: Vector, other: Vector) -> float:
    cross = one[0] * other[1] - one[1] * other[0]
    return abs(math.degrees(math.atan2(cross, float(one @ other))))


def _side_of(leg: LineString, shape: BaseGeometry) -> str:
    start, end = shapely.get_coordinates(leg)
    middle = np.array([shape.centroid.x, shape.centroid.y]) - start
    along = end - start
    return "left" if along[0] * middle[1] - along[1] * middle[0] > 0 else "right"


def _sides(quay: Place, leg: LineString, berths: Sequence[Place], frame: MetricFrame) -> list[str]:
    if quay.water_side:
        return [quay.water_side]
    sides = {_side_of(leg, frame.metric(b.geometry)) for b in berths}
    return sorted(sides) or ["left", "right"]


def _strip(
    quay_id: str,
    leg: LineString,
    start_m: float,
    side: str,
    berths: dict[str, BaseGeometry],
    shut: tuple[BaseGeometry, BaseGeometry],
    grid: Grid,
    criteria: StripCriteria,
) -> QuayStrip | None:
    (x0, y0), (x1, y1) = shapely.get_coordinates(leg)
    length = math.hypot(x1 - x0, y1 - y0)
    along = np.array([x1 - x0, y1 - y0]) / length
    out = np.array([-along[1], along[0]]) * (1 if side == "left" else -1)
    near: dict[str, BaseGeometry] = {}
    reach = criteria.plain_m
    for berth_id, shape in berths.items():
        corners = shapely.get_coordinates(shape) - (x0, y0)
        where = corners @ along
        if where.max() < 0 or where.min() > length:
            continue  # another leg's
        near[berth_id] = shape
        reach = max(reach, float((corners @ out).max()) + criteria.beyond_m)
    cell = grid.gsd_m / 2
    span = (-criteria.ends_m, length + criteria.ends_m)
    depth = (criteria.inner_m, min(reach, criteria.most_m))
    return _cells(
        quay_id, near, np.array([x0, y0]), along, out, span, depth, cell, grid, shut, start_m,
        criteria.quayside_m,
    )  # fmt: skip


def _lone_strip(
    berth: Place, frame: MetricFrame, land: BaseGeometry, grid: Grid, criteria: StripCriteria
) -> QuayStrip | None:
    """Return the strip of a berth that names no quay: its own rectangle, along its long side."""
    shape = frame.metric(berth.geometry)
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(corners) < 4:
        return None
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*first) < np.hypot(*second):
        corners, first, second = corners[1:], second, -first
    length, width = float(np.hypot(*first)), float(np.hypot(*second))
    margin = min(criteria.beyond_m / 2, criteria.ends_m)
    nowhere = shapely.union_all([])
    return _cells(
        berth.id, {berth.id: shape}, corners[0], first / length, second / width,
        (-criteria.ends_m, length + criteria.ends_m), (-margin, width + margin),
        grid.gsd_m / 2, grid, (land, nowhere), 0.0, None,
    )  # fmt: skip


def _cells(
    quay_id: str,
    berths: dict[str, BaseGeometry],
    origin: Vector,
    along: Vector,
    out: Vector,
    span_m: tuple[float, float],
    depth_m: tuple[float, float],
    cell_m: float,
    grid: Grid,
    shut: tuple[BaseGeometry, BaseGeometry],
    start_m: float,
    quayside_m: float | None,
) -> QuayStrip | None:
    a = np.arange(span_m[0], span_m[1], cell_m) + cell_m / 2
    o = np.arange(depth_m[0], depth_m[1], cell_m) + cell_m / 2
    if a.size * o.size > _MAX_CELLS:
        return None  # a coast drawn as a quay; its berths are judged by their polygons
    aa, oo = np.meshgrid(a, o)
    x = origin[0] + aa * along[0] + oo * out[0]
    y = origin[1] + aa * along[1] + oo * out[1]
    index, weight, held = _pixels(x, y, grid)
    land, others = shut
    water = held & ~shapely.contains_xy(land, x, y)
    if not shapely.is_empty(others):
        foot = np.stack([x - oo * out[0], y - oo * out[1]], axis=-1)
        rays = shapely.linestrings(np.stack([foot, np.stack([x, y], axis=-1)], axis=-2))
        shapely.prepare(others)
        water &= ~shapely.intersects(others, rays) | (oo <= 0)
    ordered = sorted(berths)
    in_berth = np.zeros((len(ordered), *x.shape), np.bool_)
    for layer, berth_id in zip(in_berth, ordered, strict=True):
        layer[:] = shapely.contains_xy(berths[berth_id], x, y)
    quayside = np.zeros_like(held) if quayside_m is None else oo <= quayside_m
    far_m = ndimage.distance_transform_edt(np.asarray(~np.any(in_berth, axis=0), np.bool_)) * cell_m
    return QuayStrip(
        quay_id=quay_id,
        berth_ids=tuple(ordered),
        along_m=start_m + a,
        out_m=o,
        cell_m=cell_m,
        x_m=x,
        y_m=y,
        quay_deg=math.degrees(math.atan2(along[0], along[1])) % 180,
        water=np.asarray(water, np.bool_),
        quayside=np.asarray(quayside, np.bool_),
        in_berth=in_berth,
        off_berths=np.asarray((far_m <= _OFF_M) & ~quayside & bool(ordered), np.bool_),
        has_quay=quayside_m is not None,
        index=index,
        weight=weight,
    )


_OFF_M = 60.0
_MAX_CELLS = 400_000
"""About 30 km of quay at 10 m pixels."""


def _pixels(x: Vector, y: Vector, grid: Grid) -> tuple[npt.NDArray[np.intp], FloatArray, BoolArray]:
    """Return the four pixels round each point, their weights, and which points the grid holds."""
    col = (x - grid.west_m) / grid.gsd_m - 0.5
    row = (grid.north_m - y) / grid.gsd_m - 0.5
    held = (col >= 0) & (col <= grid.width - 1) & (row >= 0) & (row <= grid.height - 1)
    c = np.clip(np.floor(col), 0, max(grid.width - 2, 0)).astype(np.intp)
    r = np.clip(np.floor(row), 0, max(grid.height - 2, 0)).astype(np.intp)
    fc, fr = np.clip(col - c, 0, 1), np.clip(row - r, 0, 1)
    c2, r2 = np.minimum(c + 1, grid.width - 1), np.minimum(r + 1, grid.height - 1)
    index = np.stack([r * grid.width + c, r * grid.width + c2, r2 * grid.width + c,
                      r2 * grid.width + c2])  # fmt: skip
    weight = np.stack([(1 - fr) * (1 - fc), (1 - fr) * fc, fr * (1 - fc), fr * fc])
    return index, weight.astype(np.float32), np.asarray(held, np.bool_)
