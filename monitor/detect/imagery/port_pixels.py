"""From places to pixels: the fixed grid of a port, and which of its pixels are berth or water."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from monitor.domain.berth_state import NO_REFERENCES
from monitor.domain.chip import Grid
from monitor.domain.place import Gazetteer, Place, PlaceKind

BoolArray = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]

MAX_SIDE_PX = 4096
"""Longest side of a grid: 41 km at 10 m. One port is far smaller; more means two ports."""
NEIGHBOURHOOD_M = 300.0
"""How far from a berth its own sea is judged: a basin's width, inside one patch of wind."""
_OUTLINE_M = 10.0


def port_grid(gazetteer: Gazetteer, *, gsd_m: float = 10.0, margin_m: float = 200.0) -> Grid:
    """Return the grid that holds every berth, its surroundings and the water of the port.

    Edges lie on multiples of `gsd_m` in the UTM zone of the berths, so every scene of the port
    lands on the same pixels. Harbour water is included as far as the grid stays within
    `MAX_SIDE_PX` a side; berths always are.

    Args:
        gazetteer: The port's places.
        gsd_m: Side of a pixel, metres.
        margin_m: Added on every side, metres; 300 m more are added round the berths, so that
            each has its own sea in view.

    Raises:
        ValueError: There are no berths, or they are spread too far for one grid at `gsd_m`.
    """
    berths = [gazetteer.frame.metric(p.geometry) for p in gazetteer.berths]
    if not berths:
        raise ValueError(f"{gazetteer.name} has no berths to look at")
    ports = {p.port for p in gazetteer.berths}
    water = [
        gazetteer.frame.metric(p.geometry)
        for p in gazetteer.of_kind(PlaceKind.HARBOUR_WATER, PlaceKind.BASIN)
        if p.port in ports
    ]
    near = shapely.union_all(berths).buffer(NEIGHBOURHOOD_M)
    wide, narrow = (
        _snapped(gazetteer.frame.epsg, shapely.total_bounds([near, *extra]), gsd_m, margin_m)
        for extra in (water, [])
    )
    for grid in (wide, narrow):
        if max(grid.width, grid.height) <= MAX_SIDE_PX:
            return grid
    raise ValueError(
        f"the berths of {gazetteer.name} are spread over {narrow.width} × {narrow.height} pixels "
        f"of {gsd_m:g} m; split the area into one file per port"
    )


def _snapped(epsg: int, bounds: npt.NDArray[np.float64], gsd_m: float, margin_m: float) -> Grid:
    west, south = (math.floor((v - margin_m) / gsd_m) for v in bounds[:2])
    east, north = (math.ceil((v + margin_m) / gsd_m) for v in bounds[2:])
    return Grid(
        epsg=epsg,
        west_m=west * gsd_m,
        north_m=north * gsd_m,
        gsd_m=gsd_m,
        width=east - west,
        height=north - south,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one scene's pixels say of one berth, before it is called a state."""

    score: float
    """Probability-like score of `occupied`, 0-1; NaN where nothing could be judged."""
    usable: float
    """Share of the berth's pixels that could be judged, 0-1."""
    reason: str
    """What it was compared with, or why that could not be done."""
    obstacle: str = "not in view"
    """What hid the pixels that were not usable."""
    never_empty: bool = False
    """In nearly all scenes compared with, something as large as a hull fills the berth: that it
    can be empty was never seen."""


def compared_with(count: int, *, enough: int, never_empty: bool = False) -> str:
    """Return how many other scenes a judgement rests on, and what they could not teach.

    Args:
        count: References used.
        enough: From so many on they are a settled past; fewer are still learning it.
        never_empty: As of a reading.
    """
    words = [f"{count} references" if count else NO_REFERENCES]
    if 0 < count < enough:
        words.append("learning")
    if never_empty:
        words.append("never seen empty")
    return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BerthPixels:
    """One berth on a grid. The masks have the shape of the window `grid[rows, cols]`."""

    place: Place
    rows: slice
    cols: slice
    """The window: the berth and `NEIGHBOURHOOD_M` round it, cut at the grid's edge."""
    inside: BoolArray
    """Pixels whose centre lies in the berth."""
    quayside: BoolArray
    """Those of them close to the berth's quay line, where walls, fenders and cranes show."""
    has_quay: bool
    away_m: npt.NDArray[np.float32]
    """Distance of each pixel of the window from the berth, metres."""
    width_m: float
    """Shorter side of the smallest rectangle round the berth, metres."""
    weight: npt.NDArray[np.float32]
    """How much a pixel of the window tells of the berth: 0 outside, 1 in its middle, half as much
    at its ends, and half of that within 10 m of its outline, where quay and neighbours show."""
    whole: int
    """Pixels the berth would have if the grid held all of it, at least 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortPixels:
    """The places of a port on a grid; full masks have shape (row, col)."""

    gsd_m: float
    berths: tuple[BerthPixels, ...]
    any_berth: BoolArray
    near: BoolArray
    """Pixels in some berth's window."""
    known_water: BoolArray
    """Harbour water and basins by the port's own file, without the berths; may be empty."""


class TheSame:
    """A gazetteer as a key of a cache: the very same object, which the key keeps alive."""

    __slots__ = ("gazetteer",)

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def __hash__(self) -> int:
        return id(self.gazetteer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TheSame) and other.gazetteer is self.gazetteer


def port_pixels(gazetteer: Gazetteer, grid: Grid, *, quayside_m: float) -> PortPixels:
    """Lay the berths and known water of `gazetteer` on `grid`; worked out once for both and kept.

    Berths that lie wholly outside the grid are left out. The grid may be in any UTM zone whose
    code it carries; normally it is `port_grid`'s own.
    """
    return _laid(TheSame(gazetteer), grid, quayside_m)


@lru_cache(maxsize=4)
def _laid(key: TheSame, grid: Grid, quayside_m: float) -> PortPixels:
    gazetteer = key.gazetteer
    frame = (
        gazetteer.frame if gazetteer.frame.epsg == grid.epsg else type(gazetteer.frame)(grid.epsg)
    )
    shape = (grid.height, grid.width)
    any_berth, near, water = (np.zeros(shape, np.bool_) for _ in range(3))
    berths = []
    for place in gazetteer.berths:
        area = frame.metric(place.geometry)
        inside, rows, cols = _mask(area, grid, NEIGHBOURHOOD_M)
        if not inside.any():
            continue  # wholly off the grid
        quay = gazetteer.quay_line(place)
        quayside = np.zeros_like(inside)
        if quay is not None:
            strip, _, _ = _mask(frame.metric(quay).buffer(quayside_m), grid, 0.0, (rows, cols))
            quayside = inside & strip
        any_berth[rows, cols] |= inside
        near[rows, cols] = True
        berths.append(
            BerthPixels(
                place=place,
                rows=rows,
                cols=cols,
                inside=inside,
                quayside=quayside,
                has_quay=quay is not None,
                away_m=_distance_m(~inside, grid),
                width_m=_width_m(area),
                weight=_weight(inside, area, grid, rows, cols),
                whole=max(1, round(area.area / grid.gsd_m**2)),
            )
        )
    for place in gazetteer.of_kind(PlaceKind.HARBOUR_WATER, PlaceKind.BASIN):
        if isinstance(place.geometry, Polygon | MultiPolygon):
            inside, rows, cols = _mask(frame.metric(place.geometry), grid, 0.0)
            water[rows, cols] |= inside
    return PortPixels(
        gsd_m=grid.gsd_m,
        berths=tuple(berths),
        any_berth=any_berth,
        near=near,
        known_water=water & ~any_berth,
    )


def _distance_m(away: BoolArray, grid: Grid) -> npt.NDArray[np.float32]:
    return np.asarray(ndimage.distance_transform_edt(away) * grid.gsd_m, np.float32)


def _width_m(area: BaseGeometry) -> float:
    return float(np.hypot(*_sides(area)[1][1]))


def _sides(area: BaseGeometry) -> tuple[Vector, tuple[Vector, Vector]]:
    """Return the smallest rectangle round an area: its centre, and its (long, short) sides."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    centre = (corners[0] + corners[2]) / 2
    return centre, (first, second) if np.hypot(*first) >= np.hypot(*second) else (second, first)


def _weight(
    inside: BoolArray, area: BaseGeometry, grid: Grid, rows: slice, cols: slice
) -> npt.NDArray[np.float32]:
    centre, (along, _) = _sides(area)
    x, y = _pixel_centres(grid, rows, cols)
    # 0 in the middle of the long axis, 1 at either end
    towards_end = np.abs((x - centre[0]) * along[0] + (y - centre[1]) * along[1]) * 2
    weight = 1 - 0.5 * np.clip(towards_end / float(along @ along), 0, 1)
    # A rim of False round the window, or a berth cut by the grid's edge would have no outline.
    to_outline_m = _distance_m(np.pad(inside, 1), grid)[1:-1, 1:-1]
    weight = np.where(to_outline_m <= _OUTLINE_M, weight / 2, weight)
    return np.asarray(np.where(inside, weight, 0), np.float32)


def _mask(
    area: BaseGeometry, grid: Grid, around_m: float, window: tuple[slice, slice] | None = None
) -> tuple[BoolArray, slice, slice]:
    """Return which pixel centres of a window lie in `area`, and the window's rows and columns."""
    west, south, east, north = area.bounds
    gsd = grid.gsd_m
    rows, cols = window or (
        _span(
            (grid.north_m - north - around_m) / gsd,
            (grid.north_m - south + around_m) / gsd,
            grid.height,
        ),
        _span(
            (west - around_m - grid.west_m) / gsd, (east + around_m - grid.west_m) / gsd, grid.width
        ),
    )
    shapely.prepare(area)
    return (
        np.asarray(shapely.contains_xy(area, *_pixel_centres(grid, rows, cols)), np.bool_),
        rows,
        cols,
    )


def _pixel_centres(grid: Grid, rows: slice, cols: slice) -> tuple[Vector, Vector]:
    x = grid.west_m + (np.arange(cols.start, cols.stop) + 0.5) * grid.gsd_m
    y = grid.north_m - (np.arange(rows.start, rows.stop) + 0.5) * grid.gsd_m
    xx, yy = np.meshgrid(x, y)
    return xx, yy


def _span(start: float, stop: float, size: int) -> slice:
    first = min(max(math.floor(start), 0), size)
    return slice(first, max(first, min(math.ceil(stop), size)))


def two_class_split(values: npt.NDArray[np.float32]) -> float:
    """Return the value that best parts `values` into two classes.

    Source: Otsu 1979, "A threshold selection method from gray-level histograms"; 128 bins, the
    outer 1 % on each side left out so that a few freaks do not stretch them. Values equal to the
    smallest class edge fall into the lower class, which is never empty; nor is the upper one.
    """
    low, high = np.percentile(values, (1, 99))
    if not high > low:
        return float(np.nextafter(values.min(), -np.inf, dtype=np.float32))
    counts, edges = np.histogram(np.clip(values, low, high), 128)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    total, mass = counts.sum(), np.cumsum(counts * centres)
    between = (mass[-1] * below / total - mass[:-1]) ** 2 / (below * (total - below))
    return float(edges[1:-1][np.argmax(between)])
