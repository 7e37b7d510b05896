"""Pixels in and out: what a chip holds, and which rasters are refused before they do harm."""

from __future__ import annotations

import math
import struct
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from rasterio.io import MemoryFile

from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.errors import BadScene
from monitor.sources.imagery.raster import (
    RasterReader,
    map_overlay,
    png_bytes,
    write_geotiff,
)

# rasterio's own arithmetic with the library affine; ours is kept apart in `raster.py`.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]

AT = datetime(2025, 1, 10, tzinfo=UTC)
GRID = Grid(epsg=32636, west_m=762_000, north_m=3_867_000, gsd_m=10.0, width=40, height=30)
Values = npt.NDArray[Any]


def a_scene(*bands: BandRef, modality: Modality = Modality.RADAR) -> Scene:
    """Return a scene of these bands."""
    return Scene(
        id="s",
        acquired_at=AT,
        available_at=AT,
        platform="p",
        sensor="s",
        modality=modality,
        orbit=1,
        footprint_wkt="",
        bands=bands,
    )


def a_raster(path: Path, values: Values, *, grid: Grid = GRID, **profile: object) -> Path:
    """Write a GeoTIFF as a stranger would: any profile, no care taken."""
    fields: dict[str, object] = {
        "driver": "GTiff",
        "height": values.shape[1],
        "width": values.shape[2],
        "count": values.shape[0],
        "dtype": values.dtype.name,
        "crs": f"EPSG:{grid.epsg}",
        "transform": rasterio.Affine(*grid.affine),
    }
    with rasterio.open(path, "w", **{**fields, **profile}) as raster:
        raster.write(values)
    return path


def read(path: Path, *, modality: Modality = Modality.RADAR, **ref: Any) -> Values:  # noqa: ANN401
    """Return the one band of a raster on GRID."""
    ref = {"name": "vv", "unit": "dB", **ref}
    scene = a_scene(BandRef(href=str(path), **ref), modality=modality)
    return RasterReader().read_chip(scene, GRID, (ref["name"],)).values[0]


def level(value: float, dtype: str = "float32") -> Values:
    """Return one band of one value."""
    return np.full((1, GRID.height, GRID.width), value, dtype)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Values on the port's own grid come back pixel for pixel, NaN included."""
    values = np.random.default_rng(1).normal(-15, 4, (1, 30, 40)).astype("float32")
    values[0, 3, 5] = np.nan
    write_geotiff(tmp_path / "a.tif", values, GRID, nodata=math.nan)
    np.testing.assert_allclose(read(tmp_path / "a.tif"), values[0], atol=1e-4)


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    """A GeoTIFF depends on its arguments alone, and nothing is left beside it."""
    values = np.arange(2 * 30 * 40, dtype="uint16").reshape(2, 30, 40)
    for name, tags in (("a.tif", {"x": "1", "y": "2"}), ("b.tif", {"y": "2", "x": "1"})):
        write_geotiff(tmp_path / name, values, GRID, nodata=0, descriptions=("vv", "vh"), tags=tags)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tif", "b.tif"]
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert raster.descriptions == ("vv", "vh")
        assert raster.block_shapes == [(256, 256)] * 2
        assert raster.tags()["x"] == "1"


def test_values_that_do_not_fit_the_grid_are_not_written(tmp_path: Path) -> None:
    """An array of another shape is a mistake of the caller's."""
    with pytest.raises(ValueError, match="do not fit"):
        write_geotiff(tmp_path / "a.tif", np.zeros((30, 40)), GRID, nodata=None)


def test_bytes_become_decibels_by_scale_and_offset(tmp_path: Path) -> None:
    """Eight-bit decibels are scaled, and their nodata becomes NaN and spreads no further."""
    values = level(70, "uint8")
    values[0, :, :10] = 255
    got = read(a_raster(tmp_path / "a.tif", values), scale=0.1, offset=-27.0, nodata=255.0)
    assert np.isnan(got[:, :10]).all()
    np.testing.assert_allclose(got[:, 10:], -20.0, atol=1e-5)


def test_linear_power_becomes_decibels(tmp_path: Path) -> None:
    """Backscatter without the unit dB is power; no power at all is no sight, not a dark sea."""
    values = level(0.01)
    values[0, 0] = 0.0
    got = read(a_raster(tmp_path / "a.tif", values), unit="")
    np.testing.assert_allclose(got[1:], -20.0, atol=1e-4)
    assert np.isnan(got[0]).all()


def test_decibels_that_do_not_say_so_are_not_taken_for_power(tmp_path: Path) -> None:
    """Power is never negative, so a negative sea is already in decibels."""
    got = read(a_raster(tmp_path / "a.tif", level(-18.0)), unit="")
    np.testing.assert_allclose(got, -18.0)


@pytest.mark.parametrize("nodata", [-9999.0, 256.0, math.nan])
def test_a_nodata_value_that_cannot_occur_hides_nothing(tmp_path: Path, nodata: float) -> None:
    """Catalogs state nodata values that eight bits cannot hold."""
    got = read(a_raster(tmp_path / "a.tif", level(7, "uint8")), nodata=nodata)
    np.testing.assert_allclose(got, 7.0)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_what_is_not_a_number_was_not_seen(tmp_path: Path, bad: float) -> None:
    """Infinite and missing values become NaN and leave the rest alone."""
    values = level(-12.0)
    values[0, 10:20] = bad
    got = read(a_raster(tmp_path / "a.tif", values))
    assert np.isnan(got[10:20]).all()
    np.testing.assert_allclose(got[:9], -12.0)


def test_a_raster_of_nothing_but_nodata_shows_nothing(tmp_path: Path) -> None:
    """A scene that holds no data over the port is a chip of NaN, not an error."""
    got = read(a_raster(tmp_path / "a.tif", level(-9999.0), nodata=-9999.0))
    assert np.isnan(got).all()


def test_beyond_the_edge_nothing_was_seen(tmp_path: Path) -> None:
    """Pixels of the port outside the raster are NaN even where it has no nodata value."""
    half = level(100, "uint8")[:, :, :20]
    got = read(a_raster(tmp_path / "a.tif", half))
    assert np.isfinite(got[:, :20]).all()
    assert np.isnan(got[:, 21:]).all()


def test_another_projection_lands_on_the_same_ground(tmp_path: Path) -> None:
    """A ship in a Web Mercator raster appears where it lies in the port's own grid."""
    x, y = GRID.west_m + 205, GRID.north_m - 105
    lon, lat = (float(v) for v in MetricFrame(GRID.epsg).lonlat(x, y))
    mx = math.radians(lon) * 6_378_137
    my = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * 6_378_137
    values = np.full((1, 100, 100), -20.0, "float32")
    values[0, 48:52, 48:52] = 0.0
    place = rasterio.Affine(10, 0, mx - 500, 0, -10, my + 500)
    got = read(a_raster(tmp_path / "a.tif", values, crs="EPSG:3857", transform=place))
    row, col = np.unravel_index(np.nanargmax(got), got.shape)
    assert (abs(row - 10), abs(col - 20)) <= (1, 1)


def test_finer_pixels_are_averaged(tmp_path: Path) -> None:
    """A chequered 2 m raster reads as its mean at 10 m."""
    fine = np.indices((150, 200)).sum(axis=0) % 2 * 0.2
    place = rasterio.Affine(2, 0, GRID.west_m, 0, -2, GRID.north_m)
    path = a_raster(tmp_path / "a.tif", fine[None].astype("float32"), transform=place)
    got = read(path, name="nir", unit="", modality=Modality.OPTICAL)
    np.testing.assert_allclose(got, 0.1, atol=0.02)


def test_scene_classes_are_not_blended(tmp_path: Path) -> None:
    """Between water (6) and cloud (9) there is no bare soil."""
    values = level(6, "uint8")
    values[0, :, 20:] = 9
    place = rasterio.Affine(10, 0, GRID.west_m + 3, 0, -10, GRID.north_m + 3)
    path = a_raster(tmp_path / "a.tif", values, transform=place)
    got = read(path, name="scl", unit="", modality=Modality.OPTICAL)
    assert set(np.unique(got[np.isfinite(got)])) == {6.0, 9.0}


def test_several_bands_of_one_file_are_told_apart(tmp_path: Path) -> None:
    """Bands come in the order asked for, each from its own number in the file."""
    values = np.concatenate([level(0.1), level(0.2)])
    path = str(a_raster(tmp_path / "a.tif", values))
    refs = [BandRef(name=n, href=path, index=i) for i, n in ((1, "green"), (2, "nir"))]
    scene = a_scene(*refs, modality=Modality.OPTICAL)
    chip: Chip = RasterReader().read_chip(scene, GRID, ("nir", "green"))
    assert chip.bands == ("nir", "green")
    np.testing.assert_allclose(chip.band("green"), 0.1)
    np.testing.assert_allclose(chip.band("nir"), 0.2)


def refused(path: Path, **ref: Any) -> str:  # noqa: ANN401
    """Return the reason for which a raster is refused."""
    with pytest.raises(BadScene) as caught:
        read(path, **ref)
    return caught.value.reason


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a raster is an error at any cut, never a dark sea."""
    rng = np.random.default_rng(1)
    values = rng.normal(-15, 3, (1, 30, 40)).astype("float32")
    write_geotiff(tmp_path / "a.tif", values, GRID, nodata=math.nan)
    content = (tmp_path / "a.tif").read_bytes()
    for kept in (6, len(content) // 10, len(content) // 2, len(content) - 500):
        (tmp_path / "cut.tif").write_bytes(content[:kept])
        assert refused(tmp_path / "cut.tif") == "cut_short"


@pytest.mark.parametrize("content", [b"", b"<VRTDataset rasterXSize='1'/>", b"\x89PNG\r\n\x1a\n"])
def test_what_only_calls_itself_a_raster_is_refused(tmp_path: Path, content: bytes) -> None:
    """Formats that could name further files are not even tried."""
    (tmp_path / "a.tif").write_bytes(content)
    assert refused(tmp_path / "a.tif") == "unreadable_raster"


def test_an_absent_file_and_band_are_refused(tmp_path: Path) -> None:
    """Missing files, missing bands and paths into GDAL's own file systems have their reasons."""
    path = a_raster(tmp_path / "a.tif", level(0.0))
    assert refused(tmp_path / "b.tif") == "missing_asset"
    assert refused(path, index=2) == "missing_band"
    assert refused(path, index=0) == "missing_band"
    assert refused(Path("/vsimem/a.tif")) == "remote_asset"
    assert refused(Path("a.tif")) == "remote_asset"
    with pytest.raises(BadScene, match="no band vh"):
        RasterReader().read_chip(a_scene(), GRID, ("vh",))


def test_a_raster_from_nowhere_is_refused(tmp_path: Path) -> None:
    """Without a reference system there is no telling where the pixels lie."""
    assert refused(a_raster(tmp_path / "a.tif", level(0.0), crs=None)) == "no_crs"


@pytest.mark.parametrize("crs", ["EPSG:32733", "EPSG:4326", "EPSG:3031"])
def test_a_raster_elsewhere_is_refused(tmp_path: Path, crs: str) -> None:
    """Coordinates that mean another place, by error or malice, are no view of the port."""
    assert refused(a_raster(tmp_path / "a.tif", level(0.0), crs=crs)) == "outside_area"


def test_counts_are_not_taken_for_reflectance(tmp_path: Path) -> None:
    """Optical numbers in the thousands, given no scale, would pass every threshold."""
    path = a_raster(tmp_path / "a.tif", level(1200, "uint16"))
    assert refused(path, name="nir", modality=Modality.OPTICAL) == "not_reflectance"


def test_a_thousand_million_pixels_cost_no_more_than_the_port(tmp_path: Path) -> None:
    """A huge, nearly empty raster is read through a window, not taken into memory."""
    side = 32_000
    path = tmp_path / "big.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=1, dtype="uint8", tiled=True,
        crs="EPSG:32636", transform=rasterio.Affine(*GRID.affine), SPARSE_OK=True,
    ):  # fmt: skip
        pass
    assert path.stat().st_size < 2_000_000
    tracemalloc.start()
    read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_single_giant_tile_is_refused(tmp_path: Path) -> None:
    """A tile that claims to unpack into a hundred million pixels is refused before it is."""
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}
    path = a_raster(tmp_path / "tile.tif", level(0, "uint8")[:, :16, :16], **tiled)
    content = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, start)
    for place in range(start + 2, start + 2 + 12 * entries, 12):
        (tag,) = struct.unpack_from("<H", content, place)
        if tag in (256, 257, 322, 323):  # width and height of the image and of its tiles
            struct.pack_into("<HII", content, place + 2, 4, 1, 10_000 // 16 * 16)
    path.write_bytes(content)
    assert refused(path) == "raster_too_large"


def test_a_png_is_the_same_every_time() -> None:
    """The same picture gives the same bytes, and they are its pixels."""
    rgba = np.random.default_rng(1).integers(0, 255, (12, 9, 4), "uint8")
    content = png_bytes(rgba)
    assert content == png_bytes(rgba.copy())
    with MemoryFile(content) as memory, memory.open() as raster:
        np.testing.assert_array_equal(np.moveaxis(raster.read(), 0, 2), rgba)


def test_an_overlay_lies_on_the_map_where_the_ground_is() -> None:
    """A mark in the port's grid is found at its own longitude and latitude in the overlay."""
    rgba = np.zeros((GRID.height, GRID.width, 4), np.uint8)
    rgba[4:6, 33:35] = 255
    laid = map_overlay(rgba, GRID)
    with MemoryFile(laid.webp) as memory, memory.open() as raster:
        rows, cols = np.nonzero(raster.read(4))
        height, width = raster.height, raster.width
    lon, lat = MetricFrame(GRID.epsg).lonlat(GRID.west_m + 340, GRID.north_m - 50)
    step = (laid.east - laid.west) / width
    assert laid.west + (cols.mean() + 0.5) * step == pytest.approx(float(lon), abs=step)
    step = (laid.north - laid.south) / height
    assert laid.north - (rows.mean() + 0.5) * step == pytest.approx(float(lat), abs=step)
