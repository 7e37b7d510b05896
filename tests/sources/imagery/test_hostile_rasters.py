"""Rasters made to harm or to mislead: refused with a reason, and before they cost anything."""

from __future__ import annotations

import math
import os
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
import rasterio.warp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.io import MemoryFile

from monitor.domain.chip import Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.errors import BadScene
from monitor.sources.imagery.raster import RasterReader
from tests.servers.range_server import serving
from tests.sources.imagery.remote_scenes import (
    NORTH,
    WEST,
    a_cog,
    a_grid,
    a_scene,
    reading,
    sea_and_land,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]

GRID = a_grid(10, 10, 40)
COUNTS = sea_and_land(64)
ASCII, SHORT, LONG, DOUBLE, LONG8 = 2, 3, 4, 12, 16
_PACK = {ASCII: "s", SHORT: "H", LONG: "I", DOUBLE: "d", LONG8: "Q"}

Tags = dict[int, tuple[int, Any]]


def a_tiff(blocks: list[bytes], changes: Tags | None = None, *, following: int = 0) -> bytes:
    """Write a TIFF by hand: 64 × 64 pixels of 16 bits in 32 × 32 tiles, and any tag changed."""
    head, body = 8, bytearray()
    tags: Tags = {
        256: (LONG, [64]), 257: (LONG, [64]), 258: (SHORT, [16]), 259: (SHORT, [1]),
        262: (SHORT, [1]), 277: (SHORT, [1]), 322: (LONG, [32]), 323: (LONG, [32]),
        324: (LONG, []), 325: (LONG, [len(b) for b in blocks]),
        33550: (DOUBLE, [20.0, 20.0, 0.0]), 33922: (DOUBLE, [0, 0, 0, WEST, NORTH, 0]),
        34735: (SHORT, [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32636]),
    }  # fmt: skip
    places = []
    for block in blocks:
        places.append(head + len(body))
        body += block
    tags[324] = (LONG, places)
    tags.update(changes or {})
    at = head + len(body)
    values_at = at + 2 + 12 * len(tags) + 4
    directory, values = bytearray(struct.pack("<H", len(tags))), bytearray()
    for tag, (kind, numbers) in sorted(tags.items()):
        raw = b"".join(struct.pack("<" + _PACK[kind], n) for n in numbers)
        directory += struct.pack("<HHI", tag, kind, len(numbers))
        if len(raw) <= 4:
            directory += raw.ljust(4, b"\0")
        else:
            directory += struct.pack("<I", values_at + len(values))
            values += raw
    directory += struct.pack("<I", at if following == -1 else following)
    return struct.pack("<2sHI", b"II", 42, at) + bytes(body + directory + values)


def plain_tiles() -> list[bytes]:
    """Return the four tiles of COUNTS."""
    pixels = COUNTS[0]
    return [pixels[y : y + 32, x : x + 32].tobytes() for y in (0, 32) for x in (0, 32)]


def read(path: Path, *, modality: Modality = Modality.OPTICAL, **ref: Any) -> npt.NDArray[Any]:  # noqa: ANN401
    """Return the band of a local file over GRID."""
    scene = a_scene(str(path), **ref)
    scene = Scene(**{**{f: getattr(scene, f) for f in scene.__slots__}, "modality": modality})
    return RasterReader().read_chip(scene, GRID, ("b1",)).values[0]


def refused(path: Path, content: bytes | None = None, **ref: Any) -> str:  # noqa: ANN401
    """Return why a file is refused; refusing must cost next to no memory."""
    if content is not None:
        path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(BadScene) as caught:
            read(path, **ref)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert str(path.name) in str(caught.value)
    return caught.value.reason


def test_a_tiff_written_by_hand_is_read(tmp_path: Path) -> None:
    """What the tests below break is whole before they break it."""
    (tmp_path / "a.tif").write_bytes(a_tiff(plain_tiles()))
    np.testing.assert_allclose(read(tmp_path / "a.tif"), COUNTS[0, 10:50, 10:50] * 1e-4, rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({256: (LONG, [2**31 - 1]), 257: (LONG, [2**31 - 1])}, "raster_too_large"),
        ({256: (LONG, [0])}, "unreadable_raster"),
        ({322: (LONG, [0])}, "unreadable_raster"),
        ({322: (LONG, [65_536]), 323: (LONG, [65_536])}, "raster_too_large"),
        ({277: (SHORT, [60_000])}, "raster_too_large"),
        ({256: (LONG, [100_000]), 257: (LONG, [100_000])}, "raster_too_large"),
        ({256: (LONG, [20_000]), 257: (LONG, [20_000])}, "cut_short"),
        ({324: (LONG, [8, 8])}, "cut_short"),
        ({324: (LONG, [8, 8, 8, 4_000_000_000])}, "cut_short"),
        ({325: (LONG, [4_000_000_000] * 4)}, "unreadable_raster"),
        ({325: (DOUBLE, [1.0] * 4)}, "cut_short"),
        ({259: (SHORT, [4])}, "unreadable_raster"),
        ({259: (SHORT, [8])}, "cut_short"),
        ({258: (SHORT, [0])}, "unreadable_raster"),
        ({339: (SHORT, [6])}, "unreadable_raster"),
        ({33550: (DOUBLE, [0.0, 0.0, 0.0])}, "outside_area"),
        ({33550: (DOUBLE, [math.nan] * 3)}, "outside_area"),
        ({33922: (DOUBLE, [0, 0, 0, math.inf, NORTH, 0])}, "outside_area"),
        ({34735: (SHORT, [1, 1, 0, 1, 3072, 0, 1, 32733])}, "outside_area"),
        ({34735: (SHORT, [1, 1, 0, 0])}, "no_crs"),
        ({42112: (ASCII, [b"x"] * 300_000)}, "unreadable_raster"),
    ],
)
def test_a_directory_that_cannot_be_true_is_refused(
    tmp_path: Path, changes: Tags, reason: str
) -> None:
    """Sizes, tables, packings and places that cannot be are refused by name."""
    assert refused(tmp_path / "a.tif", a_tiff(plain_tiles(), changes)) == reason


def test_a_directory_that_never_ends_is_noticed(tmp_path: Path) -> None:
    """A chain of directories that bites its tail is walked once round and refused."""
    content = a_tiff(plain_tiles(), following=-1)
    # A scale of its own: for Sentinel-2's counts 0 is unseen, and no mask is looked for.
    assert refused(tmp_path / "a.tif", content, scale=2e-4) == "unreadable_raster"


def test_the_first_directory_beyond_the_file_is_a_cut(tmp_path: Path) -> None:
    """A header that points past the end belongs to a file cut short."""
    for content in (b"II*\0" + struct.pack("<I", 4_000_000_000), b"II+\0\x08\0\0\0" + b"\xff" * 8):
        assert refused(tmp_path / "a.tif", content) == "cut_short"


@pytest.mark.parametrize("kept", [300, 3000])
def test_a_tile_that_unpacks_for_ever_is_refused(tmp_path: Path, kept: int) -> None:
    """A few hundred bytes that deflate to hundreds of kilobytes are no tile of two."""
    bomb = zlib.compress(bytes(4_000_000), 9)[:kept]
    tiles = [bomb, *(zlib.compress(tile) for tile in plain_tiles()[1:])]
    content = a_tiff(tiles, {259: (SHORT, [8])})
    assert refused(tmp_path / "a.tif", content) == "unreadable_raster"


def test_blocks_that_share_their_bytes_cost_no_more_than_the_window(tmp_path: Path) -> None:
    """A huge image made of one small tile, named a hundred thousand times, is read by window."""
    tile = COUNTS[0, :32, :32].tobytes()
    many = 313 * 313
    changes = {
        256: (LONG, [10_000]), 257: (LONG, [10_000]), 324: (LONG, [8] * many),
        325: (LONG, [len(tile)] * many),
    }  # fmt: skip
    (tmp_path / "a.tif").write_bytes(a_tiff([tile], changes))
    assert np.isfinite(read(tmp_path / "a.tif")).all()


def test_neighbours_and_metadata_that_name_other_files_are_ignored(tmp_path: Path) -> None:
    """World files, .aux.xml, .ovr and metadata that point elsewhere move and replace nothing."""
    path = tmp_path / "a.tif"
    elsewhere = (
        '<GDALMetadata><Item name="OVERVIEW_FILE" domain="OVERVIEWS">/etc/passwd</Item>'
        '<Item name="SCALE" sample="0" role="scale">0.0002</Item></GDALMetadata>'
    )
    text = [elsewhere[i : i + 1].encode() for i in range(len(elsewhere))]
    path.write_bytes(a_tiff(plain_tiles(), {42112: (ASCII, text)}))
    (tmp_path / "a.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    (tmp_path / "a.tif.aux.xml").write_text(
        "<PAMDataset><GeoTransform>0,1,0,0,0,-1</GeoTransform></PAMDataset>"
    )
    (tmp_path / "a.tif.ovr").write_bytes(b"II*\0")
    np.testing.assert_allclose(read(path, scale=1.0), COUNTS[0, 10:50, 10:50] * 2e-4, rtol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        b"<VRTDataset rasterXSize='1'><VRTRasterBand><SourceFilename>/etc/passwd",
        b"SIMPLE  =                    T",
        b"\x89HDF\r\n\x1a\n",
        b"GRIB",
        b"%PDF-1.7",
        b"/vsicurl/http://127.0.0.1/a.tif",
    ],
)
def test_formats_that_could_reach_further_are_not_opened(tmp_path: Path, content: bytes) -> None:
    """Only TIFF and JPEG 2000 are ever shown to GDAL, whatever a file is called."""
    assert refused(tmp_path / "a.tif", content) == "unreadable_raster"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A name that is no plain file is no asset."""
    os.mkfifo(tmp_path / "a.tif")
    assert refused(tmp_path / "a.tif") == "missing_asset"


def test_one_band_of_sixteen_is_read_alone(tmp_path: Path) -> None:
    """Of a file of sixteen bands the one asked for comes, whichever way they are packed."""
    values = np.concatenate([COUNTS + n for n in range(16)])
    for interleave in ("PIXEL", "BAND"):
        path = tmp_path / f"{interleave}.tif"
        path.write_bytes(a_cog(values, INTERLEAVE=interleave, BLOCKSIZE=128))
        for index in (1, 16):
            truth = values[index - 1, 10:50, 10:50] * 1e-4
            np.testing.assert_allclose(read(path, index=index), truth, rtol=1e-6)
        assert refused(path, index=17) == "missing_band"


@pytest.mark.parametrize("lie", [-9999.0, 0.5, 65_536.0, math.inf, math.nan])
def test_a_nodata_value_no_count_can_have_hides_nothing(tmp_path: Path, lie: float) -> None:
    """A catalog's nodata that sixteen bits cannot hold takes no pixel away."""
    (tmp_path / "a.tif").write_bytes(a_tiff(plain_tiles()))
    assert np.isfinite(read(tmp_path / "a.tif", nodata=lie)).all()


def test_counts_above_an_offset_begin_at_one(tmp_path: Path) -> None:
    """Zero counts with 1000 to be taken off are no data even if nobody says so, not dark water."""
    values = COUNTS.copy()
    values[0, 20:30, 20:30] = 0
    (tmp_path / "a.tif").write_bytes(a_cog(values, nodata=None, BLOCKSIZE=128))
    got = read(tmp_path / "a.tif", offset=-0.1)
    assert np.isnan(got[10:20, 10:20]).all()
    np.testing.assert_allclose(got[:10], COUNTS[0, 10:20, 10:50] * 1e-4 - 0.1, atol=1e-6)


def test_counts_below_the_offset_do_not_wrap_round(tmp_path: Path) -> None:
    """999 counts less 1000 is a little below nothing, not 6.5535."""
    (tmp_path / "a.tif").write_bytes(a_cog(np.full((1, 64, 64), 999, "uint16"), BLOCKSIZE=128))
    got = read(tmp_path / "a.tif", offset=-0.1)
    np.testing.assert_allclose(got, -1e-4, atol=1e-7)


@pytest.mark.parametrize("unit", ["", "dB"])
@pytest.mark.parametrize("fill", [-32_768.0, -9999.0, 3.4e38, math.inf, math.nan])
def test_a_fill_value_nobody_declared_is_not_a_dark_sea(
    tmp_path: Path, unit: str, fill: float
) -> None:
    """Backscatter of thousands of decibels was never measured, nor what is blended with it."""
    values = np.full((1, 64, 64), -12.0 if unit else 0.06, "float32")
    values[0, :, 30:] = fill
    (tmp_path / "a.tif").write_bytes(a_cog(values, nodata=None, BLOCKSIZE=128, west_m=WEST + 7))
    got = read(tmp_path / "a.tif", modality=Modality.RADAR, scale=1.0, unit=unit)
    assert np.isnan(got[:, 22:]).all()
    np.testing.assert_allclose(got[:, 1:17], -12.0, atol=0.3)


def test_a_mask_inside_the_file_counts(tmp_path: Path) -> None:
    """Pixels that the file's own mask leaves out were not seen, with and without a warp."""
    with MemoryFile() as memory:
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), memory.open(
            driver="GTiff", count=1, height=64, width=64, dtype="uint8", crs="EPSG:32636",
            transform=rasterio.Affine(20, 0, WEST, 0, -20, NORTH),
        ) as raster:  # fmt: skip
            raster.write(np.full((1, 64, 64), 100, "uint8"))
            mask = np.full((64, 64), 255, "uint8")
            mask[20:30, 20:30] = 0
            raster.write_mask(mask)
        (tmp_path / "a.tif").write_bytes(bytes(memory.getbuffer()))
    got = read(tmp_path / "a.tif", scale=0.01)
    assert np.isnan(got[10:20, 10:20]).all()
    assert np.isfinite(got).sum() == 1600 - 100
    (x,), (y,) = rasterio.warp.transform("EPSG:32636", "EPSG:32637", [WEST], [NORTH])
    turned = Grid(epsg=32637, west_m=x - 400, north_m=y + 400, gsd_m=20, width=120, height=120)
    chip = RasterReader().read_chip(a_scene(str(tmp_path / "a.tif"), scale=0.01), turned, ("b1",))
    assert 64 * 64 - 150 < np.isfinite(chip.values).sum() < 64 * 64 - 50


@pytest.mark.parametrize("epsg", [32636, 32637, 3857, 4326])
def test_every_projection_lands_on_the_same_pixels(tmp_path: Path, epsg: int) -> None:
    """A ship lies on the same pixels of the port's grid, whatever projection its scene came in."""
    side, gsd = 400, 10.0
    grid = Grid(epsg=32636, west_m=783_000, north_m=3_868_000, gsd_m=gsd, width=200, height=200)
    truth = np.full((side, side), 0.02, "float32")
    truth[180:190, 190:225] = 0.6
    west, north = grid.west_m - 1000, grid.north_m + 1000
    place = rasterio.Affine(gsd, 0, west, 0, -gsd, north)
    box = (west, north - side * gsd, west + side * gsd, north)
    with rasterio.Env():
        if epsg == 32636:
            values, there = truth, place
        else:
            there, width, height = rasterio.warp.calculate_default_transform(
                "EPSG:32636", f"EPSG:{epsg}", side, side, *box
            )
            values = np.full((height, width), np.nan, "float32")
            rasterio.warp.reproject(
                truth, values, src_crs="EPSG:32636", src_transform=place, dst_nodata=np.nan,
                dst_crs=f"EPSG:{epsg}", dst_transform=there, resampling=1,
            )  # fmt: skip
    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", count=1, dtype="float32", crs=f"EPSG:{epsg}",
        height=values.shape[0], width=values.shape[1], transform=there, nodata=np.nan,
    ) as raster:  # fmt: skip
        raster.write(values[None])
    scene = a_scene(str(tmp_path / "a.tif"), scale=1.0)
    got = RasterReader().read_chip(scene, grid, ("b1",)).values[0]
    assert np.isfinite(got).all()
    ship = got > 0.31
    rows, cols = np.nonzero(ship)
    # Its outline and its area in metres, not in the metres of Web Mercator, 22 % longer here.
    assert abs(rows.mean() - 84.5) < 0.5
    assert abs(cols.mean() - 107) < 0.5
    assert ship.sum() == pytest.approx(350, rel=0.08)
    assert cols.max() - cols.min() + 1 == pytest.approx(35, abs=1)


BANDS = {
    (size, planar, compress): a_cog(
        np.concatenate([sea_and_land(300, 3), sea_and_land(300, 4)]),
        BLOCKSIZE=size, INTERLEAVE=planar, COMPRESS=compress,
    )
    for size, planar, compress in (
        (128, "BAND", "DEFLATE"), (256, "PIXEL", "LZW"), (128, "PIXEL", "NONE"),
    )
}  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    layout=st.sampled_from(sorted(BANDS)),
    index=st.sampled_from((1, 2)),
    west=st.floats(-40, 290),
    north=st.floats(-40, 290),
    shape=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    gsd_m=st.sampled_from((10.0, 13.0, 20.0, 33.0, 90.0)),
    epsg=st.sampled_from((32636, 32637, 3857)),
)
def test_any_window_is_the_same_from_afar(
    tmp_path_factory: pytest.TempPathFactory,
    layout: tuple[int, str, str],
    index: int,
    west: float,
    north: float,
    shape: tuple[int, int],
    gsd_m: float,
    epsg: int,
) -> None:
    """Whatever the layout, the grid and its projection: reading over HTTP and from disk agree,
    with each other and with GDAL's own warp of the whole file."""
    path = tmp_path_factory.getbasetemp() / f"{'-'.join(map(str, layout))}.tif"
    if not path.exists():
        path.write_bytes(BANDS[layout])
    with rasterio.Env():
        (x,), (y,) = rasterio.warp.transform(
            "EPSG:32636", f"EPSG:{epsg}", [WEST + 20 * west], [NORTH - 20 * north]
        )
    grid = Grid(epsg=epsg, west_m=x, north_m=y, gsd_m=gsd_m, width=shape[0], height=shape[1])
    with serving(a=BANDS[layout]) as server, reading() as (remote, _):
        results: list[npt.NDArray[Any] | str] = []
        for reader, href in ((remote, f"{server.url}/a.tif"), (RasterReader(), str(path))):
            try:
                chip = reader.read_chip(a_scene(href, index=index), grid, ("b1",))
                results.append(chip.values[0])
            except BadScene as exc:
                results.append(exc.reason)
    if isinstance(results[0], str) or isinstance(results[1], str):
        assert results == ["outside_area"] * 2
        return
    np.testing.assert_array_equal(results[0], results[1])
    if gsd_m <= 20:
        truth = _warped_whole(path, index, grid)
        inner = (slice(1, -1), slice(1, -1))  # the rim is blended with less
        seen = np.isfinite(results[0]) & np.isfinite(truth)
        np.testing.assert_allclose(
            np.where(seen, results[0], 0)[inner], np.where(seen, truth, 0)[inner], atol=2e-4
        )
        assert (np.isfinite(results[0]) != np.isfinite(truth)).mean() < 0.06


def _warped_whole(path: Path, index: int, grid: Grid) -> npt.NDArray[np.float32]:
    out = np.full((grid.height, grid.width), np.nan, np.float32)
    with rasterio.open(path) as raster:
        rasterio.warp.reproject(
            rasterio.band(raster, index), out, dst_crs=f"EPSG:{grid.epsg}",
            dst_transform=rasterio.Affine(*grid.affine), dst_nodata=math.nan, resampling=1,
        )  # fmt: skip
    return out * np.float32(1e-4)


def test_the_catalogs_word_on_nodata_goes_before_the_files(tmp_path: Path) -> None:
    """A nodata value in the catalog replaces the file's own."""
    values = np.full((1, 64, 64), 500, "uint16")
    values[0, 20:30] = 700
    (tmp_path / "a.tif").write_bytes(a_cog(values, nodata=500, BLOCKSIZE=128))
    ref = BandRef(name="b1", href=str(tmp_path / "a.tif"), scale=1e-4, nodata=700.0)
    got = read(Path(ref.href), nodata=ref.nodata)
    assert np.isnan(got[10:20]).all()
    assert np.isfinite(got[:10]).all()
