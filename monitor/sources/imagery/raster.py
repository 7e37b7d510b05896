"""The one door to GDAL: pixels in (chips on a port's grid), pixels out (GeoTIFF, PNG overlays).

Rasters come from outside and may be cut short, enormous or made to harm: only plain image formats
are opened, only local files, and only the pixels of the port are ever held in memory. What the
pixels mean is for `monitor.detect`.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.warp
from rasterio._err import CPLE_BaseError  # GDAL's own errors get out, though not exported
from rasterio.crs import CRS
from rasterio.dtypes import in_dtype_range
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, MemoryFile
from rasterio.windows import Window

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.errors import BadScene
from monitor.sources.imagery.ground_control import ControlPoint
from monitor.sources.imagery.optical_scaling import (
    BRIGHTEST,
    unstated_nodata,
    with_right_offset,
)
from monitor.sources.imagery.sentinel1_grd import (
    FetchesTable,
    GrdRaster,
    grd_backscatter,
    local_table,
)

FloatArray = npt.NDArray[np.float32]
ReadsGrd = Callable[[BandRef, Grid, GrdRaster], FloatArray]

_GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no sidecars: neighbours are not ours to trust
    "GDAL_PAM_ENABLED": "NO",  # nor .aux.xml, read or written
    "GDAL_CACHEMAX": 64_000_000,  # bytes
    "GDAL_NUM_THREADS": "1",  # scene work is parallel by process, and bytes stay the same
}
# Formats that hold pixels and nothing else, by how their files begin. VRT, WMS, STACIT and the
# like name further files and are never opened.
_DRIVERS = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\0\0\0\x0c": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
}
_MAX_BLOCK_VALUES = 64_000_000
"""Largest tile or strip we let GDAL decode, in values: a 1e9-pixel image in sane tiles is fine."""
_MAX_SOURCE_PIXELS = 400_000_000
"""Most pixels of one band to read over a port: 10 km × 10 km at 0.5 m."""
_WARP_MEMORY_MB = 64
_BLOCK = 256
"""Tile side of what we write, pixels."""
_MERCATOR = "EPSG:3857"


@contextmanager
def _gdal() -> Iterator[None]:
    """Set GDAL up as we want it, and keep quiet about two things that are no concern of ours."""
    with warnings.catch_warnings(), rasterio.Env(**_GDAL):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused as `no_crs` where amiss
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # rasterio's use of affine
        yield


class RasterReader:
    """Reads the port's part of a scene, as `ReadsChips` promises."""

    def __init__(
        self, *, fetch_table: FetchesTable = local_table, sea_height_m: float = 0.0
    ) -> None:
        self._grd: ReadsGrd = partial(grd_backscatter, fetch=fetch_table, surface_m=sea_height_m)

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return the named bands of `scene` warped onto `grid`, NaN where nothing was seen.

        Radar comes in dB (linear power is converted), optical as reflectance, `scl` as its class
        number. Finer pixels are averaged, coarser ones interpolated, classes taken as they are.

        Raises:
            BadScene: `missing_band`, `missing_asset`, `remote_asset`, `unreadable_raster`,
                `cut_short`, `raster_too_large`, `no_crs`, `outside_area`, `not_reflectance`.
        """
        refs = []
        for name in bands:
            ref = scene.band(name)
            if ref is None:
                raise BadScene("missing_band", f"{scene.id} has no band {name}")
            refs.append(ref)
        values = np.full((len(refs), grid.height, grid.width), np.nan, np.float32)
        with _gdal():
            for row, ref in enumerate(refs):
                values[row] = _read_band(ref, scene.modality, grid, self._grd)
        if scene.modality is Modality.OPTICAL:
            values = with_right_offset(values, refs, sensor=scene.sensor)
        return Chip(scene_id=scene.id, grid=grid, bands=tuple(bands), values=values)


def _read_band(ref: BandRef, modality: Modality, grid: Grid, read_grd: ReadsGrd) -> FloatArray:
    with _opened(Path(ref.href)) as raster:
        _refuse_hostile(raster, ref)
        if ref.calibration_href:
            return read_grd(ref, grid, _grd(raster, ref))
        numbers = _warped(raster, ref, grid)
        scale, offset = _scaling(raster, ref, modality)
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.asarray(numbers * scale + offset, np.float32)
    values[~np.isfinite(values)] = np.nan
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else math.nan
    if modality is Modality.OPTICAL and ref.name != "scl":
        if middle > BRIGHTEST:
            # Thresholds on a sensor's counts would mean nothing.
            raise BadScene("not_reflectance", f"{ref.href} has no scale and is not reflectance 0-1")
        values[values > BRIGHTEST] = np.nan
    # Power is never negative: a raster that mostly is holds decibels and forgot to say so.
    if modality is Modality.RADAR and ref.unit.lower() != "db" and not middle < 0:
        values[values <= 0] = np.nan  # no echo at all is a gap in the swath, not a dark sea
        return np.asarray(10 * np.log10(values), np.float32)
    return values


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    """Open a local image; whatever goes wrong with it until it is closed is a `BadScene`."""
    if not path.is_absolute() or path.as_posix().startswith("/vsi"):
        raise BadScene("remote_asset", f"{path} is not a local file")
    if not path.is_file():
        raise BadScene("missing_asset", f"{path} is not there")
    try:
        with path.open("rb") as start:
            driver = _DRIVERS.get(start.read(4))
        if driver is None:
            raise BadScene("unreadable_raster", f"{path.name} is neither TIFF nor JPEG 2000")
        with rasterio.open(path, driver=driver) as raster:
            yield raster
    except (RasterioError, CPLE_BaseError, OSError, ValueError, ArithmeticError) as exc:
        raise BadScene("cut_short", f"{path.name}: {exc}") from exc


def _refuse_hostile(raster: DatasetReader, ref: BandRef) -> None:
    if not 1 <= ref.index <= raster.count:
        raise BadScene("missing_band", f"{ref.href} has {raster.count} bands, not {ref.index}")
    if np.dtype(raster.dtypes[ref.index - 1]).kind == "c":
        raise BadScene("unreadable_raster", f"{ref.href} holds complex numbers")
    rows, cols = raster.block_shapes[ref.index - 1]
    together = raster.count if raster.profile.get("interleave") == "pixel" else 1
    if rows * cols * together > _MAX_BLOCK_VALUES:
        raise BadScene("raster_too_large", f"{ref.href} has blocks of {rows} × {cols} pixels")


def _grd(raster: DatasetReader, ref: BandRef) -> GrdRaster:
    points, crs = raster.gcps
    if not points or crs is None or not crs.is_geographic:
        raise BadScene("bad_control_points", f"{ref.href} has no control points in degrees")

    def read(top: int, bottom: int, left: int, right: int) -> npt.NDArray[Any]:
        found = raster.read(ref.index, window=Window(left, top, right - left, bottom - top))
        return np.asarray(found)

    return GrdRaster(
        height=raster.height,
        width=raster.width,
        points=[
            ControlPoint(row=p.row, col=p.col, lon=p.x, lat=p.y, height_m=p.z or 0.0)
            for p in points
        ],
        read=read,
        nodata=ref.nodata if ref.nodata is not None else raster.nodatavals[ref.index - 1],
    )


def _warped(raster: DatasetReader, ref: BandRef, grid: Grid) -> FloatArray:
    gcps, gcp_crs = raster.gcps
    crs = raster.crs or (gcp_crs if gcps else None)
    if crs is None:
        raise BadScene("no_crs", f"{ref.href} says nothing of where it lies")
    dtype = raster.dtypes[ref.index - 1]
    nodata = ref.nodata if ref.nodata is not None else raster.nodatavals[ref.index - 1]
    if nodata is None:
        nodata = unstated_nodata(ref, dtype)
    if nodata is None or not in_dtype_range(nodata, dtype):
        nodata = math.nan if dtype.startswith("float") else None
    gsd_m = _source_gsd_m(raster, grid, crs, gcps=bool(gcps))
    numbers = np.full((grid.height, grid.width), np.nan, np.float32)
    # Not through a WarpedVRT: that takes all source pixels under one block of the grid at once, a
    # gigabyte if they are fine enough; this goes piece by piece.
    rasterio.warp.reproject(
        rasterio.band(raster, ref.index),
        numbers,
        gcps=gcps or None,
        src_crs=crs,
        src_nodata=nodata,
        dst_crs=f"EPSG:{grid.epsg}",
        dst_transform=rasterio.Affine(*grid.affine),
        dst_nodata=math.nan if nodata is not None else None,
        init_dest_nodata=nodata is not None,  # else what is not reached keeps its NaN
        resampling=_resampling(ref.name, finer=gsd_m < grid.gsd_m / 1.5),
        warp_mem_limit=_WARP_MEMORY_MB,
    )
    return numbers


def _source_gsd_m(raster: DatasetReader, grid: Grid, crs: CRS, *, gcps: bool) -> float:
    """Return the raster's pixel side in grid metres; refuse one lying elsewhere or far too fine."""
    if gcps:
        return grid.gsd_m
    west, north = grid.west_m, grid.north_m
    east, south = west + grid.width * grid.gsd_m, north - grid.height * grid.gsd_m
    try:
        box = rasterio.warp.transform_bounds(f"EPSG:{grid.epsg}", crs, west, south, east, north)
        back = ~raster.transform
    except (RasterioError, CPLE_BaseError, ValueError, ArithmeticError) as exc:
        raise BadScene("outside_area", f"{raster.name}: {exc}") from exc
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    cols = [back.a * x + back.b * y + back.c for x, y in corners]
    rows = [back.d * x + back.e * y + back.f for x, y in corners]
    if not all(map(math.isfinite, cols + rows)) or not (
        min(cols) < raster.width and max(cols) > 0 and min(rows) < raster.height and max(rows) > 0
    ):
        raise BadScene("outside_area", f"{raster.name} does not reach the port")
    read = (min(max(cols), raster.width) - max(min(cols), 0)) * (
        min(max(rows), raster.height) - max(min(rows), 0)
    )
    if read > _MAX_SOURCE_PIXELS:
        raise BadScene("raster_too_large", f"{raster.name} has {read:.0f} pixels over the port")
    pixels = (max(cols) - min(cols)) * (max(rows) - min(rows))
    return math.sqrt((east - west) * (north - south) / max(pixels, 1e-9))


def _resampling(band: str, *, finer: bool) -> Resampling:
    if band == "scl":
        return Resampling.nearest
    return Resampling.average if finer else Resampling.bilinear


def _scaling(raster: DatasetReader, ref: BandRef, modality: Modality) -> tuple[float, float]:
    """Return (scale, offset): the catalog's word, else the file's, else full range for 8 bits."""
    if (ref.scale, ref.offset) != (1.0, 0.0):
        return ref.scale, ref.offset
    own = raster.scales[ref.index - 1], raster.offsets[ref.index - 1]
    if own != (1.0, 0.0) or ref.name == "scl":
        return own
    plain_bytes = modality is Modality.OPTICAL and raster.dtypes[ref.index - 1] == "uint8"
    return (1 / 255, 0.0) if plain_bytes else (1.0, 0.0)


def write_geotiff(
    path: Path,
    values: npt.NDArray[Any],
    grid: Grid,
    *,
    nodata: float | None,
    descriptions: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    compress: str = "deflate",
) -> None:
    """Write `values`, shape (band, row, col), as a tiled GeoTIFF on `grid`.

    The same arguments give the same bytes. The file is written beside `path` and renamed, so a
    reader sees the old file or the new one. The folder is made if it is missing. In tag names
    `:` and `=`, at which GDAL splits, become `_`.

    Raises:
        ValueError: The array does not fit the grid.
    """
    if values.ndim != 3 or values.shape[1:] != (grid.height, grid.width):
        raise ValueError(f"values {values.shape} do not fit {grid.height} × {grid.width} pixels")
    profile = {
        "driver": "GTiff",
        "count": values.shape[0],
        "height": grid.height,
        "width": grid.width,
        "dtype": values.dtype.name,
        "crs": f"EPSG:{grid.epsg}",
        "transform": rasterio.Affine(*grid.affine),
        "nodata": nodata,
        "tiled": True,
        "blockxsize": _BLOCK,
        "blockysize": _BLOCK,
        "compress": compress,
        "interleave": "band",
    }
    if compress.lower() in {"deflate", "lzw", "zstd"}:
        profile["predictor"] = 3 if values.dtype.kind == "f" else 2
    names = {k.replace(":", "_").replace("=", "_"): v for k, v in sorted((tags or {}).items())}
    with _gdal(), MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(values)
            for number, description in enumerate(descriptions, start=1):
                raster.set_band_description(number, description)
            raster.update_tags(**names)
        content = bytes(memory.getbuffer())
    _replace_file(path, content)


def _replace_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOverlay:
    """An image that lies exactly on a Web Mercator map when stretched between its corners."""

    png: bytes
    west: float
    """Degrees, OGC:CRS84, as the others."""
    south: float
    east: float
    north: float


def map_overlay(rgba: npt.NDArray[np.uint8], grid: Grid) -> MapOverlay:
    """Warp an image on `grid`, shape (row, col, 4), to Web Mercator and pack it as PNG.

    A UTM image pinned by its corners would be off by its turn against north, several pixels at
    the edge of a zone. Pixels keep their size and are interpolated: a picture to look at, not to
    measure in.
    """
    size = (grid.height, grid.width)
    if rgba.shape != (*size, 4):
        raise ValueError(f"image {rgba.shape} does not fit {grid.height} × {grid.width} pixels")
    source = rasterio.Affine(*grid.affine)
    west, north = grid.west_m, grid.north_m
    box = (west, north - grid.height * grid.gsd_m, west + grid.width * grid.gsd_m, north)
    with _gdal():
        transform, width, height = rasterio.warp.calculate_default_transform(
            f"EPSG:{grid.epsg}", _MERCATOR, grid.width, grid.height, *box
        )
        warped = np.zeros((4, height, width), np.uint8)
        rasterio.warp.reproject(
            np.ascontiguousarray(np.moveaxis(rgba, 2, 0)),
            warped,
            src_transform=source,
            src_crs=f"EPSG:{grid.epsg}",
            dst_transform=transform,
            dst_crs=_MERCATOR,
            resampling=Resampling.bilinear,
        )
        left, top = transform.c, transform.f
        right, bottom = left + transform.a * width, top + transform.e * height
        lon, lat = rasterio.warp.transform(_MERCATOR, "OGC:CRS84", [left, right], [bottom, top])
    # 32 shades a colour: the eye misses nothing and a page of forty scenes stays half the size.
    warped[:3] = np.where(warped[3] > 0, warped[:3] & 0xF8, 0)
    image = np.moveaxis(warped, 0, 2)
    return MapOverlay(png=png_bytes(image), west=lon[0], south=lat[0], east=lon[1], north=lat[1])


def png_bytes(rgba: npt.NDArray[np.uint8]) -> bytes:
    """Return an image, shape (row, col, 4), as PNG; the same image gives the same bytes."""
    height, width, _ = rgba.shape
    with _gdal(), MemoryFile(ext=".png") as memory:
        with memory.open(driver="PNG", width=width, height=height, count=4, dtype="uint8") as out:
            out.write(np.moveaxis(rgba, 2, 0), window=Window(0, 0, width, height))
        return bytes(memory.getbuffer())
