"""What it costs to read the port's part of a scene: bytes, requests, time, memory.

Four parts: a band of a whole scene over HTTP against the blocks the port touches, GDAL's own
reader and the whole file; a survey of Latakia's scenes against whole-scene reading and against a
mask burnt for every berth of every scene; pixels a second on one core; peak memory, hostile
rasters among the readings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import rasterio.warp
from rasterio.io import MemoryFile
from rasterio.windows import from_bounds

from benchmarks.data import shared
from monitor.batch import EVER
from monitor.batch.look import look_at
from monitor.bundled import bundled
from monitor.detect.imagery.port_pixels import port_grid
from monitor.domain.chip import Grid
from monitor.domain.tally import Tally
from monitor.errors import BadScene
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.servers.range_server import serving
from tests.sources.imagery.remote_scenes import a_cog, a_grid, a_scene, reading, sea_and_land

_SIDE = 5490
_PORTS = ((100, 100, 300), (1000, 2000, 300), (500, 500, 40), (3000, 3000, 600), (4095, 4095, 3))


def main() -> None:
    """Print the figures."""
    warnings.simplefilter("ignore")
    _over_http()
    _surveyed()
    _speed()
    _memory()


def _over_http() -> None:
    counts = sea_and_land(_SIDE)
    for size in (512, 1024):
        content = a_cog(counts, BLOCKSIZE=size)
        print(f"20 m band, {_SIDE} pixels a side, {size} blocks, {len(content) / 1e6:.1f} MB")
        for col, row, side in _PORTS:
            blocks, packed = _blocks_under(content, col, row, side)
            with serving(a=content) as server, reading() as (reader, _):
                scene = a_scene(f"{server.url}/a.tif")
                chip = reader.read_chip(scene, a_grid(col, row, side), ("b1",))
                sent, asked = server.sent, len(server.asked)
                server.asked.clear()
                _by_gdal(f"{server.url}/a.tif", col, row, side)
                theirs, their_asked = server.sent, len(server.asked)
            truth = counts[0, row : row + side, col : col + side] * np.float32(1e-4)
            assert np.allclose(chip.values[0], truth, rtol=1e-5)
            print(
                f"  port of {side} pixels, {blocks} blocks: {sent / packed:.3f} × their bytes, "
                f"{asked} requests; GDAL's vsicurl {theirs / packed:.3f} ×, {their_asked}; "
                f"whole file {len(content) / packed:.0f} ×"
            )


def _blocks_under(content: bytes, col: int, row: int, side: int) -> tuple[int, int]:
    with MemoryFile(content) as memory, memory.open() as raster:
        size = raster.block_shapes[0][0]
        sizes = [
            int(raster.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=1))
            for y in range(row // size, (row + side - 1) // size + 1)
            for x in range(col // size, (col + side - 1) // size + 1)
        ]
    return len(sizes), sum(sizes)


def _by_gdal(url: str, col: int, row: int, side: int) -> None:
    """Read the same window as a plain program would, in a process without anything cached."""
    program = (
        "import rasterio, warnings; warnings.simplefilter('ignore')\n"
        "from rasterio.windows import Window\n"
        f"with rasterio.open('/vsicurl/{url}') as r:\n"
        f"    r.read(1, window=Window({col}, {row}, {side}, {side}))"
    )
    settings = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, **settings})


def _surveyed() -> None:
    catalog = shared("data", "imagery", "latakia_s1")
    areas = bundled("aoi", "latakia.geojson")
    gazetteer = load_gazetteer(areas)
    grid = port_grid(gazetteer)
    scenes = list(StaticCatalog("latakia", catalog).search(EVER, Tally()))
    paths = [scene.bands[0].href for scene in scenes]
    reader = RasterReader()
    reader.read_chip(scenes[0], grid, ("vv",))
    began = time.process_time()
    for scene in scenes:
        reader.read_chip(scene, grid, ("vv",))
    ours = time.process_time() - began
    began = time.process_time()
    for path in paths:
        _whole_scene(path, grid)
    whole = time.process_time() - began
    began = time.process_time()
    for path in paths:
        _per_berth(path, [p.geometry for p in gazetteer.berths])
    burnt = time.process_time() - began
    n, px = len(scenes), grid.width * grid.height
    print(
        f"Latakia, {n} scenes of {px} grid pixels read: {ours:.2f} s of one core, "
        f"{n * px / ours / 1e6:.1f} Mpx/s; whole scenes read and warped {whole / ours:.1f} × as "
        f"long; one mask burnt per berth and scene {burnt / ours:.1f} ×"
    )
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        result = look_at(catalog, aoi=areas, out=Path(out), references=24, progress=lambda *_: None)
        took = time.perf_counter() - began
    print(f"surveyed and judged: {n} scenes × {len(gazetteer.berths)} berths in {took:.1f} s")
    assert len(result.scenes) == n


def _whole_scene(path: str, grid: Grid) -> None:
    """Read every pixel and warp it onto the grid."""
    with rasterio.open(path) as raster:
        out = np.full((grid.height, grid.width), np.nan, np.float32)
        rasterio.warp.reproject(
            raster.read(1).astype(np.float32), out, src_crs=raster.crs, dst_nodata=np.nan,
            src_transform=raster.transform, src_nodata=raster.nodata, resampling=1,
            dst_crs=f"EPSG:{grid.epsg}", dst_transform=rasterio.Affine(*grid.affine),
        )  # fmt: skip


def _per_berth(path: str, berths: list[object]) -> None:
    """Read the window of each berth and burn its outline, as a loop over berths would."""
    with rasterio.open(path) as raster:
        for berth in berths:
            shape = rasterio.warp.transform_geom("OGC:CRS84", raster.crs, berth.__geo_interface__)
            window = from_bounds(*rasterio.features.bounds(shape), raster.transform)
            window = window.round_offsets().round_lengths(op="ceil")
            values = raster.read(1, window=window, boundless=True)
            place = raster.window_transform(window)
            rasterio.features.geometry_mask([shape], values.shape, place, invert=True)


def _speed() -> None:
    """Pixels a second over a port of 12 km at 10 m, by how the scene lies."""
    counts = sea_and_land(2745)
    with tempfile.TemporaryDirectory() as folder:
        for name, options in (
            ("10 m in the port's zone", {"gsd_m": 10.0}),
            ("20 m in the port's zone", {"gsd_m": 20.0}),
            ("10 m in another projection", {"gsd_m": 10.0, "epsg": 3857, **_mercator()}),
        ):
            path = Path(folder) / "a.tif"
            path.write_bytes(a_cog(counts, **options))
            grid = a_grid(400, 400, 1200, gsd_m=10.0)
            scene, reader = a_scene(str(path)), RasterReader()
            reader.read_chip(scene, grid, ("b1",))
            began, times = time.process_time(), 5
            for _ in range(times):
                reader.read_chip(scene, grid, ("b1",))
            took = (time.process_time() - began) / times
            print(f"{name}: {1.44 / took:.1f} Mpx/s a core")


def _mercator() -> dict[str, float]:
    grid = a_grid(0, 0, 1)
    with rasterio.Env():
        (x,), (y,) = rasterio.warp.transform(
            "EPSG:32636", "EPSG:3857", [grid.west_m], [grid.north_m]
        )
    return {"west_m": x, "north_m": y}


def _memory() -> None:
    """Peak memory of processes that read one thing each, beyond one that reads nothing."""
    counts = np.tile(sea_and_land(1098), (1, 5, 5))
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.tif", Path(folder) / "large.tif"
        small.write_bytes(a_cog(counts[:, :600, :600]))
        large.write_bytes(a_cog(counts))
        bomb = Path(folder) / "bomb.tif"
        with rasterio.open(
            bomb, "w", driver="GTiff", width=400_000, height=400_000, count=1, dtype="float32",
            crs="EPSG:32636", transform=rasterio.Affine(0.05, 0, 700_000, 0, -0.05, 3_900_000),
            tiled=True, blockxsize=4096, blockysize=4096, SPARSE_OK=True, BIGTIFF="YES",
        ):  # fmt: skip
            pass
        idle = _peak_mb(small, 20)
        for name, path, side in (
            ("30 million pixels, 600 of them a side", large, 600),
            ("the same, all of it", large, 4096),
            (f"a bomb of {bomb.stat().st_size} bytes, 640 GB unpacked", bomb, 600),
        ):
            print(
                f"peak memory beyond an idle reader, {name}: {_peak_mb(path, side) - idle:.0f} MB"
            )


def _peak_mb(path: Path, side: int) -> float:
    command = [sys.executable, "-m", "benchmarks.imagery_reading", str(path), str(side)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def _read_and_tell(path: str, side: int) -> None:
    warnings.simplefilter("ignore")
    try:
        RasterReader().read_chip(a_scene(path), a_grid(2, 2, side), ("b1",))
    except BadScene as exc:
        print(f"refused: {exc}", file=sys.stderr)
    finally:
        # Not getrusage: its peak is the parent's where that was larger.
        status = Path("/proc/self/status").read_text()
        print(json.dumps(int(status.split("VmHWM:")[1].split()[0]) / 1024))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read_and_tell(sys.argv[1], int(sys.argv[2]))
    else:
        main()
