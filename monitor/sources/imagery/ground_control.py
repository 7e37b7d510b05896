"""Where the pixels of a Sentinel-1 GRD lie: its grid of control points, brought down to the sea.

A GRD is laid on the ellipsoid at the scene's mean terrain height, which changes along the track
and not across it. A quay at sea level therefore lies up to a kilometre nearer to the satellite's
track than the control points say. Pure arithmetic on values; nothing is opened here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.interpolate import RectBivariateSpline

from monitor.errors import BadScene

FloatArray = npt.NDArray[np.float64]

_WGS84 = pyproj.Geod(ellps="WGS84")
_MAX_POINTS = 100_000
_NEWTON_STEPS = 8
_CLOSE_PX = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """A place of the raster and where it lies on Earth."""

    row: float
    """In the raster's corner convention, as GDAL gives it."""
    col: float
    lon: float
    """Degrees, WGS 84, as `lat`."""
    lat: float
    height_m: float
    """Above the ellipsoid."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlGrid:
    """Control points in rows and columns; arrays have shape (rows, cols).

    Places are array indices: 0 is the middle of the first pixel.
    """

    rows: FloatArray
    cols: FloatArray
    lon: FloatArray
    """Degrees, running on over the antimeridian."""
    lat: FloatArray
    height_m: FloatArray
    shrunk: tuple[float, float]
    """Lines and samples of the product in one row and column of the raster: 1 if not shrunk."""

    def lines(self, rows: FloatArray) -> FloatArray:
        """Return the lines of the product at array rows."""
        return (rows + 0.5) * self.shrunk[0] - 0.5

    def samples(self, cols: FloatArray) -> FloatArray:
        """Return the samples of the product at array columns."""
        return (cols + 0.5) * self.shrunk[1] - 0.5

    def at_height(self, height_m: float, incidence_tan: FloatArray) -> ControlGrid:
        """Return the grid for targets that stand `height_m` above the ellipsoid.

        The range to a target is all that a radar measures across its track: what was laid on
        ground `dh` higher lies `dh / tan(incidence)` nearer to the track. First order in `dh`;
        for 1 km the next term is below 2 m.

        Args:
            height_m: Metres above the ellipsoid; for a port the sea's.
            incidence_tan: Tangent of the incidence angle at the points, shape (rows, cols).
        """
        steps = np.diff(self.cols)
        _, _, apart = _WGS84.inv(
            self.lon[:, :-1], self.lat[:, :-1], self.lon[:, 1:], self.lat[:, 1:]
        )
        between = (self.cols[:-1] + self.cols[1:]) / 2
        px_m = np.stack([np.interp(self.cols, between, m / steps) for m in np.asarray(apart)])
        back_px = (self.height_m - height_m) / incidence_tan / px_m
        lon_per_px = np.gradient(self.lon, self.cols, axis=1)
        lat_per_px = np.gradient(self.lat, self.cols, axis=1)
        return ControlGrid(
            rows=self.rows,
            cols=self.cols,
            lon=self.lon - back_px * lon_per_px,
            lat=self.lat - back_px * lat_per_px,
            height_m=np.full_like(self.height_m, height_m),
            shrunk=self.shrunk,
        )


def control_grid(points: Sequence[ControlPoint], *, height: int, width: int) -> ControlGrid:
    """Order control points into their grid.

    Args:
        points: In any order; at least 4 × 4 on common rows and columns, as in every GRD.
        height: Rows of the raster.
        width: Columns of the raster.

    Raises:
        BadScene: `bad_control_points`: no full grid, or places that cannot be.
    """
    if not 16 <= len(points) <= _MAX_POINTS:
        raise BadScene("bad_control_points", f"{len(points)} control points")
    table = np.array([(p.row, p.col, p.lon, p.lat, p.height_m) for p in points])
    if not np.isfinite(table).all() or (np.abs(table[:, 3]) > 90).any():
        raise BadScene("bad_control_points", "control points are not on the Earth")
    rows, cols = np.unique(table[:, 0]), np.unique(table[:, 1])
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    if (
        min(len(rows), len(cols)) < 4
        or len(rows) * len(cols) != len(table)
        or (table[:, 0] != np.repeat(rows, len(cols))).any()
        or (table[:, 1] != np.tile(cols, len(rows))).any()
    ):
        raise BadScene("bad_control_points", "control points do not form a grid")
    lon, lat, height_m = (table[:, i].reshape(len(rows), len(cols)) for i in (2, 3, 4))
    down, across = _shrunk(rows[-1], height), _shrunk(cols[-1], width)
    return ControlGrid(
        # The product counts samples by their middles, GDAL by their corners.
        rows=rows + 0.5 / down - 0.5,
        cols=cols + 0.5 / across - 0.5,
        lon=(lon - lon[0, 0] + 180) % 360 - 180 + lon[0, 0],
        lat=lat,
        height_m=height_m,
        shrunk=(down, across),
    )


def _shrunk(last: float, size: int) -> float:
    """Return by how much a raster was shrunk along one side.

    The last control point of a product is its last sample. Shrunk `k` times it stands at
    `size - 1/k`, so it tells `k`; a raster that was cut is taken to be of full size.
    """
    rest = size - last
    return 1 / rest if 1e-3 < rest <= 1 else 1.0


class Geolocation:
    """From places on Earth to places in the raster, by splines through every control point."""

    def __init__(self, grid: ControlGrid) -> None:
        self._grid = grid
        self._lon, self._lat = (
            RectBivariateSpline(grid.rows, grid.cols, values) for values in (grid.lon, grid.lat)
        )
        # The plane nearest to the inverse is where the search starts.
        rows, cols = np.meshgrid(grid.rows, grid.cols, indexing="ij")
        terms = np.column_stack([np.ones(grid.lon.size), grid.lon.ravel(), grid.lat.ravel()])
        places = np.column_stack([rows.ravel(), cols.ravel()])
        self._start = np.linalg.lstsq(terms, places, rcond=None)[0]

    def lonlat(self, rows: FloatArray, cols: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (lon, lat) of array indices, element by element."""
        return np.asarray(self._lon.ev(rows, cols)), np.asarray(self._lat.ev(rows, cols))

    def places(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return array indices (row, col) of places on Earth; NaN for what has no place at all.

        Beyond the scene it goes straight on, so that a port half outside has its places too; the
        caller compares with the raster's size.
        """
        grid = self._grid
        near = grid.lon[0, 0]
        lon = (lon - near + 180) % 360 - 180 + near
        flat = np.column_stack([np.ones(lon.size), lon.ravel(), lat.ravel()])
        rows, cols = (flat @ self._start).T
        step = np.full(rows.shape, np.inf)
        for _ in range(_NEWTON_STEPS):
            inside = (
                np.clip(rows, grid.rows[0], grid.rows[-1]),
                np.clip(cols, grid.cols[0], grid.cols[-1]),
            )
            over_r, over_c = rows - inside[0], cols - inside[1]
            lon0, lon_r, lon_c = _with_slopes(self._lon, *inside)
            lat0, lat_r, lat_c = _with_slopes(self._lat, *inside)
            # Straight on beyond the outermost points: splines run wild there.
            miss_lon = flat[:, 1] - lon0 - lon_r * over_r - lon_c * over_c
            miss_lat = flat[:, 2] - lat0 - lat_r * over_r - lat_c * over_c
            size = lon_r * lat_c - lon_c * lat_r
            size = np.where(size == 0, np.nan, size)
            step_r = (miss_lon * lat_c - miss_lat * lon_c) / size
            step_c = (miss_lat * lon_r - miss_lon * lat_r) / size
            rows, cols = rows + step_r, cols + step_c
            step = np.hypot(step_r, step_c)
            if not (step >= _CLOSE_PX).any():
                break
        lost = ~(step < _CLOSE_PX)
        rows[lost] = cols[lost] = np.nan
        return rows.reshape(lon.shape), cols.reshape(lon.shape)


def _with_slopes(
    spline: RectBivariateSpline, rows: FloatArray, cols: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return a spline's values and their slopes down and across."""
    return spline.ev(rows, cols), spline.ev(rows, cols, dx=1), spline.ev(rows, cols, dy=1)
