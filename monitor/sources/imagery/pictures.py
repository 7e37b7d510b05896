"""The second door to GDAL, for what is small: map tiles out of their PNG or JPEG, a picture of
tiles into a GeoTIFF, and what a local GeoTIFF says of itself. Whole rasters are read in `raster`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.warp
from rasterio.io import MemoryFile

from monitor.domain.chip import Grid
from monitor.errors import BadScene
from monitor.sources.imagery.gdal import GDAL_FAULTS, gdal
from monitor.sources.imagery.raster import write_geotiff

Pixels = npt.NDArray[np.uint8]

_TILE_DRIVERS = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG"}
_MAX_TILE_SIDE = 1_024
_RASTER_DRIVERS = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\0\0\0\x0c": "JP2OpenJPEG",
}
_MAX_BANDS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterFacts:
    """What a raster file says of itself."""

    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees OGC:CRS84."""
    count: int
    """Bands."""
    dtype: str
    names: tuple[str, ...]
    """What each band is called; empty where it has no name."""
    tags: Mapping[str, str]
    """Of the file, names in capitals."""


def raster_facts(path: Path) -> RasterFacts:
    """Read the head of a local GeoTIFF or JPEG 2000; no pixel is read.

    Raises:
        BadScene: `unreadable_raster`, `no_crs`.
    """
    try:
        with path.open("rb") as start:
            driver = _RASTER_DRIVERS.get(start.read(4))
        if driver is None:
            raise BadScene("unreadable_raster", f"{path.name} is neither TIFF nor JPEG 2000")
        with gdal(), rasterio.open(path, driver=driver) as raster:
            gcps, gcp_crs = raster.gcps
            if raster.crs is None and not gcps:
                raise BadScene("no_crs", f"{path.name} says nothing of where it lies")
            if raster.count > _MAX_BANDS:
                raise BadScene("unreadable_raster", f"{path.name} has {raster.count} bands")
            if gcps:
                xs, ys = [g.x for g in gcps], [g.y for g in gcps]
                box = (min(xs), min(ys), max(xs), max(ys))
            else:
                box = tuple(raster.bounds)
            crs = gcp_crs if gcps else raster.crs
            west, south, east, north = rasterio.warp.transform_bounds(crs, "OGC:CRS84", *box)
            tags = {str(k).upper(): str(v)[:200] for k, v in raster.tags().items()}
            return RasterFacts(
                bounds=(west, south, east, north),
                count=raster.count,
                dtype=str(raster.dtypes[0]),
                names=tuple(str(d or "")[:100] for d in raster.descriptions),
                tags=tags,
            )
    except GDAL_FAULTS as exc:
        raise BadScene("unreadable_raster", f"{path.name}: {type(exc).__name__}") from exc


def tile_pixels(content: bytes, *, side: int) -> Pixels:
    """Return a map tile, shape (4, side, side): red, green, blue, and 255 where it shows anything.

    Raises:
        BadScene: `bad_tile`: no PNG or JPEG, of another size, or damaged.
    """
    driver = next((d for start, d in _TILE_DRIVERS.items() if content.startswith(start)), None)
    if driver is None:
        raise BadScene("bad_tile", "neither PNG nor JPEG")
    try:
        with gdal(), MemoryFile(content) as memory, memory.open(driver=driver) as tile:
            if (tile.height, tile.width) != (side, side) or side > _MAX_TILE_SIDE:
                raise BadScene("bad_tile", f"{tile.width} × {tile.height} pixels, not {side}")
            return _rgba(tile.read(), tile.colormap(1) if _has_palette(tile) else None)
    except GDAL_FAULTS as exc:
        raise BadScene("bad_tile", type(exc).__name__) from exc


def _has_palette(tile: rasterio.io.DatasetReader) -> bool:
    return bool(tile.count == 1 and tile.colorinterp[0] == rasterio.enums.ColorInterp.palette)


def _rgba(bands: npt.NDArray[np.generic], palette: Mapping[int, tuple[int, ...]] | None) -> Pixels:
    if bands.dtype != np.uint8:
        raise BadScene("bad_tile", f"{bands.dtype} pixels")
    if palette is not None:
        colours = np.zeros((256, 4), np.uint8)
        for number, colour in palette.items():
            colours[number] = colour
        return np.ascontiguousarray(np.moveaxis(colours[bands[0]], 2, 0))
    opaque = np.full(bands.shape[1:], 255, np.uint8)
    if len(bands) in (1, 2):
        alpha = bands[1] if len(bands) == 2 else opaque
        return np.stack([bands[0]] * 3 + [alpha]).astype(np.uint8)
    return np.stack([*bands[:3], bands[3] if len(bands) > 3 else opaque]).astype(np.uint8)


def write_mercator(
    path: Path, rgba: Pixels, *, west_m: float, north_m: float, pixel_m: float
) -> None:
    """Write a picture, shape (4, row, col), as a GeoTIFF in EPSG:3857; 0 is where nothing is seen.

    Its pixel is `pixel_m` at the equator; on the ground it is that times cos(latitude).
    Black that was seen becomes 1, so that it stays apart from what was not. The file is written
    beside `path` and renamed.
    """
    seen = rgba[3] > 0
    colours = np.where(seen, np.maximum(rgba[:3], 1), 0).astype(np.uint8)
    _, height, width = colours.shape
    grid = Grid(
        epsg=3857, west_m=west_m, north_m=north_m, gsd_m=pixel_m, width=width, height=height
    )
    write_geotiff(path, colours, grid, nodata=0)
