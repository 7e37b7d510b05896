"""Aprons on a grid, the ground round them that stays, and outlines of what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from monitor.detect.imagery.apron_baseline import median_of
from monitor.detect.imagery.port_pixels import two_class_split
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]

_AWAY_M = 20.0
"""Ground this near to an apron or berth may change with it; a pixel's blur on either side."""
_WATER_KINDS = (PlaceKind.HARBOUR_WATER, PlaceKind.BASIN)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ApronPixels:
    """One apron on a grid."""

    place: Place
    rows: slice
    cols: slice
    inside: BoolArray
    """Pixels of `grid[rows, cols]` whose centre lies in the apron."""
    whole: int
    """Pixels the apron would have if the grid held all of it, at least 1."""

    def on(self, window: tuple[slice, slice]) -> BoolArray:
        """Return the mask on a window that holds this apron."""
        rows, cols = window
        out = np.zeros((rows.stop - rows.start, cols.stop - cols.start), np.bool_)
        out[
            self.rows.start - rows.start : self.rows.stop - rows.start,
            self.cols.start - cols.start : self.cols.stop - cols.start,
        ] = self.inside
        return out


def apron_pixels(gazetteer: Gazetteer, grid: Grid) -> tuple[ApronPixels, ...]:
    """Lay the aprons on `grid`, by id; those wholly off it, or not areas, are left out."""
    frame = MetricFrame(grid.epsg)
    found = []
    for place in gazetteer.of_kind(PlaceKind.APRON):
        if not isinstance(place.geometry, Polygon | MultiPolygon):
            continue
        area = frame.metric(place.geometry)
        rows, cols = _span_of(area.bounds, grid)
        inside = _contains(area, grid, rows, cols)
        if inside.any():
            whole = max(1, round(area.area / grid.gsd_m**2))
            found.append(ApronPixels(place=place, rows=rows, cols=cols, inside=inside, whole=whole))
    return tuple(found)


def stable_ground(
    looks: Sequence[FloatArray], grid: Grid, gazetteer: Gazetteer, aprons: Sequence[ApronPixels]
) -> BoolArray:
    """Return ground that stays, shape (row, col): neither water, nor apron, nor berth.

    Args:
        looks: One band of the scene and of its past, NaN where hidden: a cloud would be the
            brightest ground of all. Of two classes of their median the brighter is ground.
        grid: The pixels.
        gazetteer: The port; its water is left out.
        aprons: Left out with what lies beside them.
    """
    shape = (grid.height, grid.width)
    frame = MetricFrame(grid.epsg)
    apart, water = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for apron in aprons:
        apart[apron.rows, apron.cols] |= apron.inside
    for place in gazetteer.of_kind(PlaceKind.BERTH, *_WATER_KINDS):
        if isinstance(place.geometry, Polygon | MultiPolygon):
            area = frame.metric(place.geometry)
            rows, cols = _span_of(area.bounds, grid)
            (apart if place.kind is PlaceKind.BERTH else water)[rows, cols] |= _contains(
                area, grid, rows, cols
            )
    side = 2 * round(_AWAY_M / grid.gsd_m) + 1
    free = ~np.asarray(ndimage.maximum_filter(apart, side), np.bool_) & ~water
    light = median_of(np.stack(looks))
    seen = free & np.isfinite(light)
    if not seen.any():
        return np.zeros(shape, np.bool_)
    return np.asarray(seen & (light > two_class_split(light[seen])), np.bool_)


def outline_of(mask: BoolArray, window: tuple[slice, slice], grid: Grid) -> str:
    """Return the outline of the pixels of `mask`, OGC:CRS84, WKT; empty where there are none."""
    runs = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        north = grid.north_m - (window[0].start + row) * grid.gsd_m
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            west = grid.west_m + (window[1].start + int(start)) * grid.gsd_m
            east = grid.west_m + (window[1].start + int(stop)) * grid.gsd_m
            runs.append(box(west, north - grid.gsd_m, east, north))
    if not runs:
        return ""
    ground = MetricFrame(grid.epsg).geographic(shapely.union_all(runs))
    return str(shapely.to_wkt(shapely.normalize(ground), rounding_precision=6))


def _span_of(bounds: tuple[float, float, float, float], grid: Grid) -> tuple[slice, slice]:
    west, south, east, north = bounds
    first_row = min(max(int((grid.north_m - north) // grid.gsd_m), 0), grid.height)
    last_row = min(max(int(-((south - grid.north_m) // grid.gsd_m)), first_row), grid.height)
    first_col = min(max(int((west - grid.west_m) // grid.gsd_m), 0), grid.width)
    last_col = min(max(int(-((grid.west_m - east) // grid.gsd_m)), first_col), grid.width)
    return slice(first_row, last_row), slice(first_col, last_col)


def _contains(area: BaseGeometry, grid: Grid, rows: slice, cols: slice) -> BoolArray:
    x = grid.west_m + (np.arange(cols.start, cols.stop) + 0.5) * grid.gsd_m
    y = grid.north_m - (np.arange(rows.start, rows.stop) + 0.5) * grid.gsd_m
    xx, yy = np.meshgrid(x, y)
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, xx, yy), np.bool_)
