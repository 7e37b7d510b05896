"""The one door to pixels: in (chips on a port's grid) and out (GeoTIFF, PNG overlays).

Rasters come from outside and may be cut short, enormous or made to harm: only plain image formats
are opened, and only the part of them over the port is ever held in memory. What the pixels mean
is for `monitor.detect`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.warp
from rasterio.dtypes import in_dtype_range
from rasterio.enums import MaskFlags, Resampling
from rasterio.io import DatasetReader, MemoryFile
from rasterio.windows import Window

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.errors import BadScene
from monitor.sources.imagery.gdal import gdal
from monitor.sources.imagery.ground_control import ControlPoint
from monitor.sources.imagery.image_file import BandProfile, ShowsPixels, image_in
from monitor.sources.imagery.local_file import opened_local
from monitor.sources.imagery.optical_scaling import (
    BRIGHTEST,
    unstated_nodata,
    with_right_offset,
)
from monitor.sources.imagery.placing import Placing
from monitor.sources.imagery.remote_file import FileChanged, HttpFiles
from monitor.sources.imagery.resample import laid_on
from monitor.sources.imagery.sentinel1_grd import (
    FetchesTable,
    GrdRaster,
    grd_backscatter,
    local_table,
)
from monitor.sources.imagery.sentinel1_tables import MAX_XML_BYTES
from monitor.sources.imagery.spans import ReadsSpans, Span
from monitor.sources.imagery.tiff import PixelWindow

FloatArray = npt.NDArray[np.float32]
ReadsGrd = Callable[[BandRef, Grid, GrdRaster], FloatArray]

_WARP_MEMORY_MB = 64
_RADAR_DB = (-100.0, 100.0)
"""Backscatter lies well within: the noise of the best sensors is at -35 dB, a corner reflector
below 50. Beyond it a fill value was not declared, or was blended with its neighbours."""
_REFLECTANCE = (-0.5, BRIGHTEST)
"""Atmospheric correction may undershoot a little, glint and cloud edges reach a few units."""
_AROUND_PX = 2
"""Read round the grid's place: one for interpolation, one for its rounding."""
_FAR_AROUND_PX = 96
"""Read round it where the first was too little after all, as with bent ground control."""
_AVERAGED_FROM = 1.5
"""A raster finer than the grid by more than this is averaged, else interpolated."""
_FOUR_TO = 1.3
"""A raster finer than the grid by up to this is interpolated between four neighbours: Web
Mercator's pixels as far north as 39° do. GDAL would take up to sixteen, at twice the time."""
_SQUARE_PIXELS = 16_000_000
"""Most pixels to take into memory at once to lay them on the grid; more go piece by piece."""
_BLOCK = 256
"""Tile side of what we write, pixels."""
_MERCATOR = "EPSG:3857"


class RasterReader:
    """Reads the port's part of a scene, as `ReadsChips` promises."""

    def __init__(
        self,
        remote: HttpFiles | None = None,
        *,
        fetch_table: FetchesTable | None = None,
        sea_height_m: float = 0.0,
    ) -> None:
        """Make a reader.

        Args:
            remote: Opens http(s) addresses; without it they are refused as `remote_asset`.
            fetch_table: Fetches the tables of Sentinel-1 GRD; by default local ones, and remote
                ones as their pixels are.
            sea_height_m: Of the port's sea over the WGS 84 ellipsoid, for Sentinel-1 GRD.
        """
        self._remote = remote
        fetch = fetch_table or self._table
        self._grd: ReadsGrd = partial(grd_backscatter, fetch=fetch, surface_m=sea_height_m)

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return the named bands of `scene` warped onto `grid`, NaN where nothing was seen.

        Radar comes in dB (linear power is converted), optical as reflectance, `scl` as its class
        number. Finer pixels are averaged, coarser ones interpolated, classes taken as they are.
        Of each file only the blocks over the grid are read, from a smaller copy in it where that
        has at most half the grid's pixel side.

        Raises:
            BadScene: `missing_band`, `missing_asset`, `remote_asset`, `unreadable_raster`,
                `cut_short`, `raster_too_large`, `no_crs`, `outside_area`, `not_reflectance`; of
                remote files also `bad_href`, `foreign_host`, `no_range`, `bad_answer` and
                `redirected`.
            SourceUnavailable: A remote file cannot be had now; worth trying later.
            SourceRefused: A remote file is not given to us; a human must act.
        """
        refs = []
        for name in bands:
            ref = scene.band(name)
            if ref is None:
                raise BadScene("missing_band", f"{scene.id} has no band {name}")
            refs.append(ref)
        try:
            values = self._read(refs, scene.modality, grid)
        except FileChanged:
            values = self._read(refs, scene.modality, grid)
        if scene.modality is Modality.OPTICAL:
            values = with_right_offset(values, refs, sensor=scene.sensor)
        return Chip(scene_id=scene.id, grid=grid, bands=tuple(bands), values=values)

    def _read(self, refs: Sequence[BandRef], modality: Modality, grid: Grid) -> FloatArray:
        values = np.full((len(refs), grid.height, grid.width), np.nan, np.float32)
        with ExitStack() as stack:
            stack.enter_context(gdal())
            files: dict[str, ReadsSpans] = {}  # bands of one file share what was fetched of it
            last = {ref.href: row for row, ref in enumerate(refs)}
            for row, ref in enumerate(refs):
                if ref.href not in files:
                    files[ref.href] = stack.enter_context(self._opened(ref.href))
                file = files[ref.href]
                if ref.calibration_href:
                    values[row] = self._grd(ref, grid, _grd_raster(file, ref))
                else:
                    values[row] = _read_band(file, ref, modality, grid)
                if last[ref.href] == row:
                    del files[ref.href]  # and with it what was fetched
        return values

    @contextmanager
    def _opened(self, href: str) -> Iterator[ReadsSpans]:
        if not href.lower().startswith(("http://", "https://")):
            with opened_local(Path(href)) as file:
                yield file
        elif self._remote is None:
            raise BadScene("remote_asset", f"{href} is not a local file")
        else:
            yield self._remote.open(href)

    def _table(self, href: str) -> bytes:
        """Return the start of a table, one byte more than any may have."""
        if not href.lower().startswith(("http://", "https://")):
            return local_table(href)
        with self._opened(href) as file:
            return bytes(file.read([Span(0, min(file.size, MAX_XML_BYTES + 1))])[0])


def _grd_raster(file: ReadsSpans, ref: BandRef) -> GrdRaster:
    image = image_in(file)

    def read(top: int, bottom: int, left: int, right: int) -> npt.NDArray[Any]:
        window = PixelWindow(left=left, top=top, right=right, bottom=bottom)
        with image.showing(ref.index, window, coarser=1.0, masked=False) as raster:
            size = right - left, bottom - top
            return np.asarray(raster.read(ref.index, window=Window(left, top, *size)))

    corner = PixelWindow(left=0, top=0, right=1, bottom=1)
    with image.showing(ref.index, corner, coarser=1.0, masked=False) as raster:
        if not 1 <= ref.index <= raster.count:
            raise BadScene("missing_band", f"{file.name} has {raster.count} bands, not {ref.index}")
        points, crs = raster.gcps
        own_nodata = raster.nodatavals[ref.index - 1]
    if not points or crs is None or not crs.is_geographic:
        raise BadScene("bad_control_points", f"{file.name} has no control points in degrees")
    return GrdRaster(
        height=image.height,
        width=image.width,
        points=[
            ControlPoint(row=p.row, col=p.col, lon=p.x, lat=p.y, height_m=p.z or 0.0)
            for p in points
        ],
        read=read,
        nodata=ref.nodata if ref.nodata is not None else own_nodata,
    )


def _read_band(file: ReadsSpans, ref: BandRef, modality: Modality, grid: Grid) -> FloatArray:
    image = image_in(file)
    profile = image.profile(ref.index, grid)
    scale, offset = _scaling(profile, ref, modality)
    nodata = _nodata(profile, ref, offset)
    # Square to the grid, nothing beyond it is needed: a block for the sake of one row of pixels
    # would cost more than half a pixel of blending at the rim is worth.
    around = (0,) if _is_square(profile.place, grid) else (_AROUND_PX, _FAR_AROUND_PX)
    try:
        numbers = _on_grid(image, ref, grid, profile, nodata, around=around[0])
    except BadScene as exc:
        if exc.reason != "cut_short" or len(around) == 1:
            raise
        numbers = _on_grid(image, ref, grid, profile, nodata, around=around[1])
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.asarray(numbers * scale + offset, np.float32)
    return _physical(values, ref, modality, file.name)


def _on_grid(
    image: ShowsPixels,
    ref: BandRef,
    grid: Grid,
    profile: BandProfile,
    nodata: float | None,
    *,
    around: int,
) -> FloatArray:
    place = profile.place
    window = place.window(image.width, image.height, around=around)
    # Copies of classes are not classes, and control points fit the full image.
    whole = ref.name == "scl" or place.by_gcps
    coarser = 1.0 if whole else grid.gsd_m / place.gsd_m / 2
    with image.showing(ref.index, window, coarser=coarser, masked=nodata is None) as raster:
        if around == 0:
            return _square(raster, ref, grid, place, window, nodata)
        return _warped(raster, ref, grid, place, nodata)


def _is_square(place: Placing, grid: Grid) -> bool:
    """Return whether a raster can be laid on the grid by rows and columns, without a warp."""
    pixels = (place.right - place.left) * (place.bottom - place.top)
    fine = place.gsd_m * _FOUR_TO < grid.gsd_m
    return place.square is not None and not fine and pixels <= _SQUARE_PIXELS


def _square(
    raster: DatasetReader,
    ref: BandRef,
    grid: Grid,
    place: Placing,
    window: PixelWindow,
    nodata: float | None,
) -> FloatArray:
    """Lay a raster on the grid whose rows and columns run along the grid's."""
    assert place.square is not None
    a, c, e, f = place.square
    x = grid.west_m + (np.arange(grid.width, dtype=np.float64) + 0.5) * grid.gsd_m
    y = grid.north_m - (np.arange(grid.height, dtype=np.float64) + 0.5) * grid.gsd_m
    size = window.right - window.left, window.bottom - window.top
    numbers = raster.read(ref.index, window=Window(window.left, window.top, *size))
    unseen = None
    if numbers.dtype.kind == "f":
        unseen = ~np.isfinite(numbers)
    elif nodata is None and MaskFlags.per_dataset in raster.mask_flag_enums[ref.index - 1]:
        unseen = raster.read_masks(ref.index, window=Window(window.left, window.top, *size)) == 0
    if nodata is not None and (numbers.dtype.kind == "f" or float(nodata).is_integer()):
        is_nodata = numbers == numbers.dtype.type(nodata)  # never true of NaN, which is unseen too
        unseen = is_nodata if unseen is None else unseen | is_nodata
    return laid_on(
        numbers,
        unseen,
        np.asarray((y - f) / e - 0.5 - window.top, np.float64),
        np.asarray((x - c) / a - 0.5 - window.left, np.float64),
        blended=ref.name != "scl",
    )


def _nodata(profile: BandProfile, ref: BandRef, offset: float) -> float | None:
    """Return the number that means unseen: the catalog's, else the file's, if it can occur."""
    nodata = ref.nodata if ref.nodata is not None else profile.nodata
    if nodata is not None and in_dtype_range(nodata, profile.dtype):
        return nodata
    if profile.dtype.startswith("float"):
        return math.nan
    return unstated_nodata(ref, profile.dtype, offset=offset)


def _physical(values: FloatArray, ref: BandRef, modality: Modality, name: str) -> FloatArray:
    """Return decibels or reflectance, NaN for what can be neither."""
    values[~np.isfinite(values)] = np.nan
    if ref.name == "scl":
        return values
    if modality is Modality.OPTICAL:
        if _mostly(values > BRIGHTEST, values):
            # Thresholds on a sensor's counts would mean nothing.
            raise BadScene("not_reflectance", f"{name} has no scale and is not reflectance 0-1")
        return _within(values, _REFLECTANCE)
    # Power is never negative: a raster that mostly is holds decibels and forgot to say so.
    if ref.unit.lower() != "db" and not _mostly(values < 0, values):
        values[values <= 0] = np.nan  # no echo at all is a gap in the swath, not a dark sea
        values = np.asarray(10 * np.log10(values), np.float32)
    return _within(values, _RADAR_DB)


def _mostly(true: npt.NDArray[np.bool_], values: FloatArray) -> bool:
    """Return whether something holds for more than half of the values that are there."""
    return 2 * int(np.count_nonzero(true)) > int(np.count_nonzero(~np.isnan(values)))


def _within(values: FloatArray, limits: tuple[float, float]) -> FloatArray:
    with np.errstate(invalid="ignore"):
        values[(values < limits[0]) | (values > limits[1])] = np.nan
    return values


def _warped(
    raster: DatasetReader, ref: BandRef, grid: Grid, place: Placing, nodata: float | None
) -> FloatArray:
    gcps, gcp_crs = raster.gcps
    ratio = 1.0 if place.by_gcps else grid.gsd_m / place.gsd_m
    numbers = np.full((grid.height, grid.width), np.nan, np.float32)
    # Not through a WarpedVRT: that takes all source pixels under one block of the grid at once, a
    # gigabyte if they are fine enough; this goes piece by piece.
    rasterio.warp.reproject(
        rasterio.band(raster, ref.index),
        numbers,
        gcps=gcps or None,
        src_crs=raster.crs or gcp_crs,
        src_nodata=nodata,
        dst_crs=f"EPSG:{grid.epsg}",
        dst_transform=rasterio.Affine(*grid.affine),
        dst_nodata=math.nan if nodata is not None else None,
        init_dest_nodata=nodata is not None,  # else what is not reached keeps its NaN
        resampling=_resampling(ref.name, finer=ratio > _AVERAGED_FROM),
        warp_mem_limit=_WARP_MEMORY_MB,
        **({"XSCALE": 1, "YSCALE": 1} if 1 <= ratio <= _FOUR_TO else {}),
    )
    return numbers


def _resampling(band: str, *, finer: bool) -> Resampling:
    if band == "scl":
        return Resampling.nearest
    return Resampling.average if finer else Resampling.bilinear


def _scaling(profile: BandProfile, ref: BandRef, modality: Modality) -> tuple[float, float]:
    """Return (scale, offset): the catalog's word, else the file's, else full range for 8 bits."""
    if (ref.scale, ref.offset) != (1.0, 0.0):
        return ref.scale, ref.offset
    if profile.scaling != (1.0, 0.0) or ref.name == "scl":
        return profile.scaling
    plain_bytes = modality is Modality.OPTICAL and profile.dtype == "uint8"
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
    with gdal(), MemoryFile() as memory:
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


_WEBP_QUALITY = 85
"""Of 100: speckle and hull edges of a harbour look as in the PNG side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOverlay:
    """An image that lies exactly on a Web Mercator map when stretched between its corners."""

    webp: bytes
    west: float
    """Degrees, OGC:CRS84, as the others."""
    south: float
    east: float
    north: float


def map_overlay(rgba: npt.NDArray[np.uint8], grid: Grid) -> MapOverlay:
    """Warp an image on `grid`, shape (row, col, 4), to Web Mercator and pack it as WebP.

    A UTM image pinned by its corners would be off by its turn against north, several pixels at
    the edge of a zone. Pixels keep their size and are interpolated, and the packing loses a little:
    a picture to look at, not to measure in, at a quarter of the bytes of PNG. What is transparent
    stays so exactly.
    """
    size = (grid.height, grid.width)
    if rgba.shape != (*size, 4):
        raise ValueError(f"image {rgba.shape} does not fit {grid.height} × {grid.width} pixels")
    source = rasterio.Affine(*grid.affine)
    west, north = grid.west_m, grid.north_m
    box = (west, north - grid.height * grid.gsd_m, west + grid.width * grid.gsd_m, north)
    with gdal():
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
    warped[:3, warped[3] == 0] = 0
    webp = _encoded(warped, "WEBP", QUALITY=_WEBP_QUALITY)
    return MapOverlay(webp=webp, west=lon[0], south=lat[0], east=lon[1], north=lat[1])


def png_bytes(rgba: npt.NDArray[np.uint8]) -> bytes:
    """Return an image, shape (row, col, 4), as PNG; the same image gives the same bytes."""
    return _encoded(np.moveaxis(rgba, 2, 0), "PNG")


def _encoded(image: npt.NDArray[np.uint8], driver: str, **options: int) -> bytes:
    """Return an image, shape (4, row, col), as GDAL's driver of that name packs it."""
    count, height, width = image.shape
    with gdal(), MemoryFile(ext=f".{driver.lower()}") as memory:
        with memory.open(
            driver=driver, width=width, height=height, count=count, dtype="uint8", **options
        ) as out:
            out.write(image, window=Window(0, 0, width, height))
        return bytes(memory.getbuffer())
