"""Images that name no place, and what a raster says of itself before its pixels are read.

For the vessels command only: a PNG, a JPEG or a TIFF without coordinates is read whole, if it is
small enough, and ships are given in its own pixels. The port's own reading stays in `raster`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.io import DatasetReader

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.errors import InputError
from monitor.sources.imagery.gdal import GDAL_FAULTS, gdal

Vector = npt.NDArray[np.float64]

_DRIVERS = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\0\0\0\x0c": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
}
_MAX_PIXELS = 64_000_000
"""Most pixels of an image without coordinates: it is held whole."""
_MAX_BANDS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterFacts:
    """What a raster says of itself."""

    width: int
    height: int
    names: tuple[str, ...]
    """Description of every band, lower case, empty where it has none."""
    dtype: str
    is_scaled: bool
    """Whether the file says how its numbers become values."""
    crs_wkt: str
    """Empty where it says nothing of where it lies."""
    affine: tuple[float, float, float, float, float, float]
    """(a, b, c, d, e, f) as in `Grid.affine`, in its own CRS."""
    has_gcps: bool
    taken: str
    """Its DateTime tag as written, `YYYY:MM:DD HH:MM:SS`; empty where it has none."""

    def own_grid(self, gsd_m: float | None) -> Grid:
        """Return the UTM grid of the raster's own extent.

        Args:
            gsd_m: Side of a pixel; None for the raster's own in ground metres: a pixel of Web
                Mercator or of degrees is measured on the ground where the image's middle lies.

        Raises:
            InputError: It does not lie where a UTM zone could hold it.
        """
        crs = pyproj.CRS.from_wkt(self.crs_wkt)
        middle = self._place(self.width / 2, self.height / 2)
        lon, lat = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True).transform(*middle)
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) < 84):
            raise InputError("the raster does not lie on the Earth as its coordinates say")
        frame = MetricFrame.around(lon, lat)
        to_utm = pyproj.Transformer.from_crs(crs, f"EPSG:{frame.epsg}", always_xy=True)
        edge = np.linspace(0, 1, 21)
        cols = np.concatenate([edge, edge, 0 * edge, 0 * edge + 1]) * self.width
        rows = np.concatenate([0 * edge, 0 * edge + 1, edge, edge]) * self.height
        x, y = to_utm.transform(*self._place(cols, rows))
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise InputError("the raster is too wide for one UTM zone: give --aoi")
        side = gsd_m if gsd_m is not None else self._ground_side(to_utm)
        west, north = math.floor(x.min() / side) * side, math.ceil(y.max() / side) * side
        return Grid(
            epsg=frame.epsg,
            west_m=west,
            north_m=north,
            gsd_m=side,
            width=max(1, math.ceil((x.max() - west) / side - 1e-6)),
            height=max(1, math.ceil((north - y.min()) / side - 1e-6)),
        )

    def source_bbox(
        self, grid: Grid, box: tuple[float, float, float, float]
    ) -> tuple[int, int, int, int] | None:
        """Return a (col0, row0, col1, row1) box of `grid` in the raster's own pixels, half-open.

        None where the raster is tied to the ground by control points only.
        """
        if self.has_gcps or not self.crs_wkt:
            return None
        crs = pyproj.CRS.from_wkt(self.crs_wkt)
        cols, rows = (
            np.array([box[0], box[2], box[0], box[2]]),
            np.array([box[1], box[1], box[3], box[3]]),
        )
        back = pyproj.Transformer.from_crs(f"EPSG:{grid.epsg}", crs, always_xy=True)
        x, y = back.transform(grid.west_m + cols * grid.gsd_m, grid.north_m - rows * grid.gsd_m)
        a, b, c, d, e, f = self.affine
        det = a * e - b * d
        own_cols = (e * (x - c) - b * (y - f)) / det
        own_rows = (a * (y - f) - d * (x - c)) / det
        if not (np.isfinite(own_cols).all() and np.isfinite(own_rows).all()):
            return None
        return (
            max(0, round(float(own_cols.min()))),
            max(0, round(float(own_rows.min()))),
            min(self.width, max(round(float(own_cols.max())), round(float(own_cols.min())) + 1)),
            min(self.height, max(round(float(own_rows.max())), round(float(own_rows.min())) + 1)),
        )

    def _place(self, col: npt.ArrayLike, row: npt.ArrayLike) -> tuple[Vector, Vector]:
        a, b, c, d, e, f = self.affine
        cols, rows = np.asarray(col, np.float64), np.asarray(row, np.float64)
        return a * cols + b * rows + c, d * cols + e * rows + f

    def _ground_side(self, to_utm: pyproj.Transformer) -> float:
        col, row = self.width / 2, self.height / 2
        x, y = to_utm.transform(
            *self._place(np.array([col, col + 1, col]), np.array([row, row, row + 1]))
        )
        area = abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
        if not area > 0:
            raise InputError("the raster's pixels have no size on the ground")
        return float(np.sqrt(area))


def raster_facts(path: Path) -> RasterFacts:
    """Return what a local raster says of itself, without reading its pixels.

    Raises:
        InputError: It is no image we open, or cut short.
    """
    with _opened(path) as raster:
        gcps, gcp_crs = raster.gcps
        crs = raster.crs or (gcp_crs if gcps else None)
        flat = raster.transform.is_identity and not gcps
        return RasterFacts(
            width=raster.width,
            height=raster.height,
            names=tuple((d or "").strip().lower()[:40] for d in raster.descriptions[:_MAX_BANDS]),
            dtype=str(raster.dtypes[0]),
            is_scaled=(raster.scales[0], raster.offsets[0]) != (1.0, 0.0),
            crs_wkt="" if crs is None or flat else crs.to_wkt(),
            affine=tuple(raster.transform)[:6],
            has_gcps=bool(gcps),
            taken=str(raster.tags().get("TIFFTAG_DATETIME", ""))[:19],
        )


def is_grey(pixels: npt.NDArray[np.generic]) -> bool:
    """Whether the first three bands of an image say the same, but for a JPEG's rounding."""
    if len(pixels) < 3:
        return True
    red, green, blue = (np.asarray(band, np.float32) for band in pixels[:3])
    return bool(max(np.abs(red - green).mean(), np.abs(red - blue).mean()) < 1.0)


def plain_pixels(path: Path) -> npt.NDArray[np.generic]:
    """Return all pixels of an image, shape (band, row, col), as its own numbers.

    Raises:
        InputError: It is no image we open, cut short, or larger than can be held whole.
    """
    with _opened(path) as raster:
        if raster.width * raster.height > _MAX_PIXELS or raster.count > _MAX_BANDS:
            raise InputError(
                f"{path}: {raster.width} × {raster.height} pixels in {raster.count} bands is too "
                f"large for an image without coordinates (at most {_MAX_PIXELS:,} pixels)"
            )
        return np.asarray(raster.read())


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    try:
        with path.open("rb") as start:
            head = start.read(4)
        driver = _DRIVERS.get(head) or _DRIVERS.get(head[:3])
        if driver is None:
            raise InputError(f"{path}: neither TIFF, JPEG 2000, PNG nor JPEG")
        with gdal(), rasterio.open(path.resolve(), driver=driver) as raster:
            yield raster
    except GDAL_FAULTS as exc:
        raise InputError(f"{path}: cannot be read as an image ({exc})") from exc
