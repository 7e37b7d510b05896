"""Scenes over HTTP: what is fetched, and what comes of every way in which a server can fail."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from rasterio.io import MemoryFile

from monitor.domain.chip import Grid
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.sources.imagery.raster import RasterReader
from tests.servers.range_server import RangeServer, serving
from tests.sources.imagery.remote_scenes import (
    NORTH,
    WEST,
    Opens,
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

COUNTS = sea_and_land(1100)
COG = a_cog(COUNTS, BLOCKSIZE=256)
GRID = a_grid(300, 500, 150)
TRUTH = COUNTS[0, 500:650, 300:450] * np.float32(1e-4)


@pytest.fixture
def server() -> Iterator[RangeServer]:
    """Serve one COG as `/a.tif`."""
    with serving(a=COG) as running:
        yield running


def read(server: RangeServer, opens: Opens | None = None, **limits: Any) -> npt.NDArray[Any]:  # noqa: ANN401
    """Return the band over GRID."""
    with reading(opens, **limits) as (reader, _):
        return reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",)).values[0]


def refused(server: RangeServer, **limits: Any) -> str:  # noqa: ANN401
    """Return the reason for which the file is given up for good."""
    with pytest.raises(BadScene) as caught:
        read(server, **limits)
    return caught.value.reason


def test_only_the_blocks_under_the_port_are_fetched(server: RangeServer) -> None:
    """The pixels are the file's own, for the start of the file and the blocks in few requests."""
    np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
    blocks = _packed_bytes(COG, 300, 500, 150)
    assert server.sent <= 1.3 * blocks
    assert len(server.asked) <= 4
    assert all(a.headers["range"].startswith("bytes=") for a in server.asked)
    assert all(a.headers["accept-encoding"] == "identity" for a in server.asked)
    assert all(a.headers["x-test"] == "yes" for a in server.asked)


def test_a_band_of_a_whole_scene_costs_what_its_blocks_cost() -> None:
    """Of a 20 m Sentinel-2 band, 5490 pixels a side, a port takes at most 1.3 times its blocks."""
    counts = np.tile(sea_and_land(1098), (1, 5, 5))
    content = a_cog(counts, OVERVIEWS="NONE", LEVEL=1)
    for col, row, side in ((100, 100, 300), (1000, 2000, 300), (3000, 3000, 600)):
        with serving(a=content) as server, reading() as (reader, _):
            grid = a_grid(col, row, side)
            reader.read_chip(a_scene(f"{server.url}/a.tif"), grid, ("b1",))
            assert server.sent <= 1.3 * _packed_bytes(content, col, row, side)
            assert len(server.asked) <= 4


def _packed_bytes(content: bytes, col: int, row: int, side: int) -> int:
    """Return the packed size of the blocks a square touches, by GDAL's own word."""
    total = 0
    with MemoryFile(content) as memory, memory.open() as raster:
        size = raster.block_shapes[0][0]
        for y in range(row // size, (row + side - 1) // size + 1):
            for x in range(col // size, (col + side - 1) // size + 1):
                total += int(raster.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=1))
    return total


def test_bands_of_one_file_are_fetched_once() -> None:
    """Bands packed together cost no more requests than one of them."""
    values = np.concatenate([COUNTS, COUNTS // 2])
    with serving(a=a_cog(values, INTERLEAVE="PIXEL")) as server, reading() as (reader, _):
        href = f"{server.url}/a.tif"
        reader.read_chip(a_scene(href), GRID, ("b1",))
        alone = len(server.asked)
        scene = a_scene(href, href, index=2)
        chip = reader.read_chip(scene, GRID, ("b1", "b2"))
        assert len(server.asked) == 2 * alone
    np.testing.assert_array_equal(chip.values[0], chip.values[1])


def test_a_finer_scene_is_read_from_its_smaller_copy() -> None:
    """A 2.5 m raster over a 20 m grid is averaged from its 10 m copy."""
    content = a_cog(COUNTS, BLOCKSIZE=128, RESAMPLING="AVERAGE", gsd_m=2.5)
    grid = Grid(epsg=32636, west_m=WEST + 200, north_m=NORTH - 200, gsd_m=20, width=80, height=80)
    with serving(a=content) as server, reading() as (reader, _):
        chip = reader.read_chip(a_scene(f"{server.url}/a.tif"), grid, ("b1",))
        assert server.sent < len(content) / 5
    fine = COUNTS[0, 80:720, 80:720].reshape(80, 8, 80, 8).mean(axis=(1, 3)) * 1e-4
    np.testing.assert_allclose(chip.values[0][2:-2, 2:-2], fine[2:-2, 2:-2], atol=2e-4)


@pytest.mark.parametrize(
    "options", [{"BIGTIFF": "YES"}, {"tiled": False, "blockysize": 1}, {"ENDIANNESS": "BIG"}]
)
def test_other_layouts_are_read_too(options: dict[str, Any]) -> None:
    """BigTIFF, strips, big-endian files and tables longer than the first fetch give the pixels."""
    with MemoryFile() as memory:
        fields = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw", **options}
        if not fields["tiled"]:
            del fields["blockxsize"]
        with memory.open(
            driver="GTiff", count=1, height=1100, width=1100, dtype="uint16", crs="EPSG:32636",
            transform=rasterio.Affine(20, 0, WEST, 0, -20, NORTH), **fields,
        ) as raster:  # fmt: skip
            raster.write(COUNTS)
        content = bytes(memory.getbuffer())
    with serving(a=content) as server:
        np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
        assert len(server.asked) <= 20
        assert server.sent < len(content)


def test_a_remote_address_needs_somebody_who_knows_how_to_ask() -> None:
    """Without settings for remote files, an address is refused as it always was."""
    with pytest.raises(BadScene) as caught:
        RasterReader().read_chip(a_scene("https://example.org/a.tif"), GRID, ("b1",))
    assert caught.value.reason == "remote_asset"


@pytest.mark.parametrize(
    "href", ["http://user:secret@127.0.0.1/a.tif", "http:///a.tif", "http://[::1/a", "http://a b/c"]
)
def test_what_is_no_plain_address_is_refused(href: str) -> None:
    """Addresses with a login, without a host or beyond reading are not asked for."""
    with reading() as (reader, _), pytest.raises(BadScene) as caught:
        reader.read_chip(a_scene(href), GRID, ("b1",))
    assert caught.value.reason == "bad_href"
    assert "secret" not in str(caught.value)


def test_a_server_without_ranges_is_taken_whole_if_the_file_is_short(server: RangeServer) -> None:
    """A whole answer within the limit is used; one beyond it is not even read."""
    server.always["/a.tif"] = "no-range"
    np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
    assert len(server.asked) == 1
    assert refused(server, whole_bytes=len(COG) - 1) == "no_range"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("404", "missing_asset"),
        ("410", "missing_asset"),
        ("400", "bad_answer"),
        ("html", "unreadable_raster"),
        ("lie", "bad_answer"),
        ("no-total", "bad_answer"),
        ("gzip", "bad_answer"),
        ("trailing", "bad_answer"),
        ("away", "redirected"),
    ],
)
def test_what_no_second_try_can_mend_is_not_tried_again(
    server: RangeServer, fault: str, reason: str
) -> None:
    """Missing files, pages in place of images and lies are given up at once, with their reason."""
    server.always["/a.tif"] = fault
    assert refused(server) == reason
    assert len(server.asked) == 1


def test_a_redirect_within_the_server_is_followed_a_few_times(server: RangeServer) -> None:
    """The same server may move a file; one that moves it for ever is given up."""
    server.faults["/a.tif"] = ["redirect"]
    np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
    server.always["/a.tif"] = "redirect"
    assert refused(server) == "redirected"


@pytest.mark.parametrize("fault", ["503", "429", "500", "reset", "cut"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_passing_fault_is_tried_again(server: RangeServer, fault: str, at: int) -> None:
    """One fault at the start or midway costs a pause and nothing else."""
    server.faults["/a.tif"] = ["", fault][1 - at :]
    with reading() as (reader, waits):
        chip = reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",))
    np.testing.assert_allclose(chip.values[0], TRUTH, rtol=1e-6)
    assert len(waits.waited) == 1
    assert 1.0 <= waits.waited[0] <= 1.5


def test_a_fault_that_stays_is_left_for_later(server: RangeServer) -> None:
    """After three tries with growing pauses the scene is put off, without its address or key."""
    server.always["/a.tif"] = "503"
    with reading(Opens("sig=SECRET")) as (reader, waits):
        with pytest.raises(SourceUnavailable) as caught:
            reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",))
        assert len(server.asked) == 3
        assert waits.waited == sorted(waits.waited)
    assert "SECRET" not in str(caught.value)


def test_a_short_retry_after_is_waited_for_and_a_long_one_is_not(server: RangeServer) -> None:
    """The server's own wish decides; a long one reaches whoever plans the next survey."""
    server.retry_after = "7"
    server.faults["/a.tif"] = ["429"]
    with reading() as (reader, waits):
        reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",))
        assert waits.waited == [7.0]
        server.retry_after = "900"
        server.always["/a.tif"] = "429"
        asked = len(server.asked)
        for _ in range(2):
            with pytest.raises(SourceUnavailable) as caught:
                reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",))
            assert caught.value.retry_after is not None
            assert caught.value.retry_after.total_seconds() == 900
        assert len(server.asked) == asked + 1
        assert waits.waited == [7.0]


def test_a_host_is_left_alone_after_several_files_failed_in_a_row(server: RangeServer) -> None:
    """A dead host costs one bounded wait, not one a scene; a single bad file costs nobody else."""
    server.always.update({"/a.tif": "500", "/b.tif": "500", "/c.tif": "500"})
    server.files.update({f"/{name}.tif": COG for name in "bcd"})
    with reading(tries=1) as (reader, _):
        for name in "adbdcd":  # between failures the host shows that it works
            try:
                reader.read_chip(a_scene(f"{server.url}/{name}.tif"), GRID, ("b1",))
            except SourceUnavailable:
                assert name != "d"
        for name in "abc":
            with pytest.raises(SourceUnavailable):
                reader.read_chip(a_scene(f"{server.url}/{name}.tif"), GRID, ("b1",))
        with pytest.raises(SourceUnavailable, match="left alone"):
            reader.read_chip(a_scene(f"{server.url}/d.tif"), GRID, ("b1",))


def test_a_stalling_server_is_given_up_in_bounded_time(server: RangeServer) -> None:
    """Nobody waits for ever for a server that took the question and says nothing."""
    server.always["/a.tif"] = "stall"
    began = time.perf_counter()
    with reading(timeout_s=0.2, tries=2) as (reader, _), pytest.raises(SourceUnavailable):
        reader.read_chip(a_scene(f"{server.url}/a.tif"), GRID, ("b1",))
    assert time.perf_counter() - began < 3


def test_an_outlived_signature_is_renewed_once(server: RangeServer) -> None:
    """A 403 midway is answered with a new signature; if that does not help, a human must."""
    server.key = "sig=2"
    opens = Opens("sig=1", "sig=2")
    np.testing.assert_allclose(read(server, opens), TRUTH, rtol=1e-6)
    assert opens.renewals == 1
    server.key = "sig=3"
    asked = len(server.asked)
    with pytest.raises(SourceRefused) as caught:
        read(server, opens)
    assert len(server.asked) == asked + 2
    assert "sig=" not in str(caught.value)


@pytest.mark.parametrize("fault", ["replaced", "shorter"])
def test_a_file_replaced_while_it_is_read_is_read_anew(server: RangeServer, fault: str) -> None:
    """Parts of two versions are never mixed: the reading starts again, once."""
    server.files["/a.tif"] = COG + bytes(len(COG))  # half of it is still whole
    server.faults["/a.tif"] = ["", fault]
    np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
    server.faults["/a.tif"] = ["", "replaced", "", "replaced"]
    with pytest.raises(SourceUnavailable, match="replaced"):
        read(server)


def test_a_remote_file_cut_short_is_refused(server: RangeServer) -> None:
    """Blocks that lie beyond the end of the file are never asked for."""
    for kept in (6, 1000, len(COG) // 2):
        server.files["/a.tif"] = COG[:kept]
        assert refused(server) == "cut_short"
    server.files["/a.tif"] = b""
    assert refused(server) == "cut_short"


def test_too_many_bytes_over_the_port_are_refused_before_they_are_fetched(
    server: RangeServer,
) -> None:
    """A limit on what is held of one file is kept before the request is made."""
    assert refused(server, file_bytes=100_000) == "raster_too_large"
    assert server.sent < 100_000


def test_a_jpeg_2000_is_taken_whole_within_a_limit(tmp_path: Path) -> None:
    """JPEG 2000 cannot be read in parts: it is downloaded if it is short enough."""
    with rasterio.open(
        tmp_path / "a.jp2", "w", driver="JP2OpenJPEG", count=1, height=400, width=300,
        dtype="uint16", crs="EPSG:32636", transform=rasterio.Affine(20, 0, WEST, 0, -20, NORTH),
        REVERSIBLE="YES", QUALITY="100",
    ) as raster:  # fmt: skip
        raster.write(COUNTS[:, :400, :300])
    content = (tmp_path / "a.jp2").read_bytes()
    grid = a_grid(100, 100, 50)
    with serving(a=content) as server:
        with reading(piece_bytes=50_000) as (reader, _):
            chip = reader.read_chip(a_scene(f"{server.url}/a.tif"), grid, ("b1",))
        np.testing.assert_allclose(chip.values[0], COUNTS[0, 100:150, 100:150] * 1e-4, rtol=1e-6)
        with reading(file_bytes=len(content) - 1) as (reader, _):
            with pytest.raises(BadScene) as caught:
                reader.read_chip(a_scene(f"{server.url}/a.tif"), grid, ("b1",))
            assert caught.value.reason == "raster_too_large"


def test_a_whole_file_packed_for_the_way_is_unpacked(server: RangeServer) -> None:
    """A server that packs whole answers is understood, where it does not do ranges."""
    del server.files["/a.tif"]
    packed = gzip.compress(COG)
    assert len(packed) > 0
    server.files["/a.tif"] = packed
    server.always["/a.tif"] = "packed"
    np.testing.assert_allclose(read(server), TRUTH, rtol=1e-6)
