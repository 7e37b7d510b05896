"""Where a raster lies against a port's grid: which of its pixels are needed, how fine they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio.warp
from rasterio.crs import CRS
from rasterio.io import DatasetReader
from rasterio.transform import GCPTransformer

from monitor.domain.chip import Grid
from monitor.errors import BadScene
from monitor.sources.imagery.gdal import GDAL_FAULTS
from monitor.sources.imagery.tiff import PixelWindow

_STEPS = 16
"""Places along each edge of the grid that are carried over: edges are curved in another
projection, by far less than a pixel between two of these."""
_HAIR_PX = 1e-3
"""Less than this of a pixel under the grid is none of it."""
_MAX_SOURCE_PIXELS = 400_000_000
"""Most pixels of one band to read over a port: 10 km × 10 km at 0.5 m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A grid's place in a raster."""

    left: float
    """Columns and rows of the raster, not rounded and not cut at its edges."""
    top: float
    right: float
    bottom: float
    gsd_m: float
    """Side of a raster pixel on the ground, in metres of the grid."""
    by_gcps: bool
    square: tuple[float, float, float, float] | None
    """(a, c, e, f) of the raster where its rows and columns run along the grid's, in the grid's
    own projection: x = a·col + c, y = e·row + f. None where they do not."""

    def window(self, width: int, height: int, *, around: int) -> PixelWindow:
        """Return the pixels under the grid in a raster of that size, `around` more on each side."""
        return PixelWindow(
            left=max(math.floor(self.left + _HAIR_PX) - around, 0),
            top=max(math.floor(self.top + _HAIR_PX) - around, 0),
            right=min(math.ceil(self.right - _HAIR_PX) + around, width),
            bottom=min(math.ceil(self.bottom - _HAIR_PX) + around, height),
        )


def placing(raster: DatasetReader, grid: Grid, name: str) -> Placing:
    """Return where `grid` lies in `raster`.

    Raises:
        BadScene: `no_crs`; `outside_area`: the raster lies elsewhere; `raster_too_large`: far too
            many pixels lie over the port.
    """
    gcps, gcp_crs = raster.gcps
    crs = raster.crs or (gcp_crs if gcps else None)
    if crs is None:
        raise BadScene("no_crs", f"{name} says nothing of where it lies")
    try:
        with np.errstate(all="ignore"):  # what comes of it is looked at below
            cols, rows = _carried(raster, grid, crs, by_gcps=bool(gcps))
            gsd_m = _gsd_m(cols, rows, grid)
    except GDAL_FAULTS as exc:
        raise BadScene("outside_area", f"{name}: {exc}") from exc
    found = Placing(
        left=float(cols.min()),
        top=float(rows.min()),
        right=float(cols.max()),
        bottom=float(rows.max()),
        gsd_m=gsd_m,
        by_gcps=bool(gcps),
        square=None if gcps else _square(raster, grid, crs),
    )
    # Never true of NaN and infinity.
    across = min(found.right, raster.width) - max(found.left, 0)
    down = min(found.bottom, raster.height) - max(found.top, 0)
    if not (np.isfinite(cols).all() and np.isfinite(rows).all() and across > 0 and down > 0):
        raise BadScene("outside_area", f"{name} does not reach the port")
    if across * down > _MAX_SOURCE_PIXELS:
        raise BadScene("raster_too_large", f"{name} has {across * down:.0f} pixels over the port")
    return found


def _carried(
    raster: DatasetReader, grid: Grid, crs: CRS, *, by_gcps: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return columns and rows in the raster of places round the grid's edge, corners first."""
    part = np.linspace(0.0, 1.0, _STEPS + 1)
    zero, one = np.zeros_like(part), np.ones_like(part)
    across = np.concatenate([[0.0, 1.0, 0.0], part, part, zero, one]) * grid.width * grid.gsd_m
    down = np.concatenate([[0.0, 0.0, 1.0], zero, one, part, part]) * grid.height * grid.gsd_m
    x, y = rasterio.warp.transform(
        f"EPSG:{grid.epsg}", crs, grid.west_m + across, grid.north_m - down
    )[:2]
    if by_gcps:
        with GCPTransformer(raster.gcps[0]) as back:
            rows, cols = back.rowcol(x, y, op=float)
        return np.asarray(cols, np.float64), np.asarray(rows, np.float64)
    a, b, c, d, e, f = raster.transform[:6]
    turned = a * e - b * d
    if not abs(turned) > 0:
        raise ValueError("its pixels have no extent")
    dx, dy = np.asarray(x) - c, np.asarray(y) - f
    return (e * dx - b * dy) / turned, (a * dy - d * dx) / turned


def _square(
    raster: DatasetReader, grid: Grid, crs: CRS
) -> tuple[float, float, float, float] | None:
    a, b, c, d, e, f = raster.transform[:6]
    return (a, c, e, f) if b == d == 0 and crs == CRS.from_epsg(grid.epsg) else None


def _gsd_m(cols: npt.NDArray[np.float64], rows: npt.NDArray[np.float64], grid: Grid) -> float:
    """Return the pixel's side from the area between three corners of the grid."""
    (ax, bx), (ay, by) = cols[1:3] - cols[0], rows[1:3] - rows[0]
    pixels = abs(float(ax * by - ay * bx))
    return grid.gsd_m * math.sqrt(grid.width * grid.height / max(pixels, 1e-9))
