"""A Sentinel-1 GRD on a port's grid: right level, right place, nothing seen where nothing was."""

from __future__ import annotations

import gzip
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio

from monitor.domain.chip import Grid
from monitor.domain.scene import BandRef
from monitor.errors import BadScene
from monitor.sources.imagery import sentinel1_grd
from monitor.sources.imagery.ground_control import ControlPoint
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.sentinel1_grd import GrdRaster, grd_backscatter
from tests.conftest import shared
from tests.sources.imagery.grd_scene import (
    COLS,
    GRID,
    ROWS,
    SIGMA,
    calibration_xml,
    control_points,
    noise_xml,
    old_noise_xml,
    place,
    sample_of,
    write_grd,
)
from tests.sources.imagery.test_raster import a_scene

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]
Values = npt.NDArray[Any]


def read(
    folder: Path,
    counts: Values,
    *,
    noise: str = "",
    high_m: float = 0.0,
    sea_m: float = 0.0,
    grid: Grid = GRID,
) -> Values:
    """Return a made GRD on a grid, through the product's own door."""
    path = write_grd(folder / "vv.tiff", counts, control_points(high_m))
    (folder / "calibration.xml").write_text(calibration_xml())
    ref = BandRef(name="vv", href=str(path), calibration_href=str(folder / "calibration.xml"))
    if noise:
        (folder / "noise.xml").write_text(noise)
        ref = replace(ref, noise_href=str(folder / "noise.xml"))
    return RasterReader(sea_height_m=sea_m).read_chip(a_scene(ref), grid, ("vv",)).values[0]


def sea(count: int = 60) -> Values:
    """Return an even sea."""
    return np.full((ROWS, COLS), count, np.uint16)


def brightest(chip: Values, grid: Grid = GRID) -> tuple[float, float]:
    """Return UTM metres of the centre of mass of what stands 6 dB above the middle."""
    power = np.where(chip > np.nanmedian(chip) + 6, 10 ** (chip / 10), 0.0)
    rows, cols = np.mgrid[: chip.shape[0], : chip.shape[1]]
    row, col = (float((power * at).sum() / power.sum()) for at in (rows, cols))
    return grid.west_m + (col + 0.5) * grid.gsd_m, grid.north_m - (row + 0.5) * grid.gsd_m


def with_ship(at: tuple[float, float]) -> Values:
    """Return a sea with a ship of 5 × 5 samples at UTM metres `at`, and the ship's true middle."""
    counts = sea()
    row, col = (round(v) for v in sample_of(*at))
    counts[row - 2 : row + 3, col - 2 : col + 3] = 3000
    return counts


def test_counts_become_sigma_nought_in_decibels(tmp_path: Path) -> None:
    """Without noise it is the square of count over constant."""
    got = read(tmp_path, sea(60))
    np.testing.assert_allclose(got, 20 * math.log10(60 / SIGMA), atol=1e-4)


def test_a_ship_lies_where_it_lay(tmp_path: Path) -> None:
    """Over a turned swath the middle of a ship is met within 2 m."""
    at = (760_600.0, 3_865_500.0)
    row, col = (round(v) for v in sample_of(*at))
    got = brightest(read(tmp_path, with_ship(at)))
    assert math.dist(got, place(row, col)) < 2.0


@pytest.mark.parametrize(("sea_m", "wrong_m"), [(0.0, 0.0), (25.0, 25.0 / math.tan(0.5974))])
def test_a_ship_lies_where_it_lay_though_the_scene_was_laid_on_hills(
    tmp_path: Path, sea_m: float, wrong_m: float
) -> None:
    """Control points 300 m high put it 440 m away; a sea 25 m off puts it 37 m away."""
    at = (760_600.0, 3_865_500.0)
    row, col = (round(v) for v in sample_of(*at))
    got = brightest(read(tmp_path, with_ship(at), high_m=300.0, sea_m=sea_m))
    assert math.dist(got, place(row, col)) == pytest.approx(wrong_m, abs=2.0)


def test_thermal_noise_is_taken_off_in_power(tmp_path: Path) -> None:
    """Left of the seam 400 is taken from 3600, right of it 600; old tables know no seam."""
    got = read(tmp_path, sea(60), noise=noise_xml(power=400, factor=1.5, split=250))
    left, right = (10 * math.log10((3600 - n) / SIGMA**2) for n in (400, 600))
    found = sorted({round(float(v), 3) for v in got[np.isfinite(got)].ravel()})
    assert found[0] == pytest.approx(right, abs=1e-3)
    assert found[-1] == pytest.approx(left, abs=1e-3)
    old = read(tmp_path, sea(60), noise=old_noise_xml(power=400))
    np.testing.assert_allclose(old, left, atol=1e-3)


def test_what_is_darker_than_noise_is_dark_and_not_unseen(tmp_path: Path) -> None:
    """A sample below the noise stands a tenth of it, 10 dB below, and no logarithm of nothing."""
    counts = sea(60)
    counts[::7, ::7] = 15  # 225 < 400, alone among its neighbours
    got = read(tmp_path, counts, noise=old_noise_xml(power=400))
    assert np.isfinite(got).all()
    assert got.min() >= 10 * math.log10(40 / SIGMA**2) - 1e-3


@pytest.mark.parametrize(("count", "seen"), [(0, False), (5, False), (14, False), (15, True)])
def test_the_swaths_rim_was_not_seen(tmp_path: Path, count: int, seen: bool) -> None:
    """Border noise of older products, below half of the thermal noise, is no dark sea.

    The noise is 400: 14² = 196 lies below its half, 15² = 225 above.
    """
    counts = sea(60)
    counts[:, :160] = count
    got = read(tmp_path, counts, noise=old_noise_xml(power=400))
    x, y = place(200, 155)  # in the rim, well inside the grid
    col, row = int((x - GRID.west_m) / 10), int((GRID.north_m - y) / 10)
    assert 0 < row < GRID.height
    assert 0 < col < GRID.width
    assert np.isfinite(got[row, col]) == seen
    assert np.isfinite(got[row, col + 15])


def test_a_hole_in_the_middle_is_dark_water_unless_it_is_empty(tmp_path: Path) -> None:
    """Quiet far from any edge is the sea's; zeros are a gap in the data wherever they are."""
    row, col = (round(v) for v in sample_of(760_600.0, 3_865_500.0))
    for count, seen in ((5, True), (0, False)):
        counts = sea(60)
        counts[row - 10 : row + 10, col - 10 : col + 10] = count
        got = read(tmp_path, counts, noise=old_noise_xml(power=400))
        assert np.isfinite(got[50, 60]) == seen


def test_half_a_port_outside_the_scene_is_unseen(tmp_path: Path) -> None:
    """What the swath does not reach is NaN; a port wholly outside is a lost scene."""
    x, y = place(0, 200)
    half = replace(GRID, west_m=round(x, -1), north_m=round(y, -1) + 450)
    got = read(tmp_path, sea(), grid=half)
    assert 0.2 < np.isfinite(got).mean() < 0.8
    with pytest.raises(BadScene) as caught:
        read(tmp_path, sea(), grid=replace(GRID, north_m=3_966_000))
    assert caught.value.reason == "outside_area"


def test_only_the_window_is_read_and_parts_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 20,000 × 25,000 samples some 30,000 are read, and a port in parts is the same port."""
    rng = np.random.default_rng(5)
    counts = rng.integers(20, 400, (ROWS, COLS)).astype(np.uint16)
    windows: list[tuple[int, int, int, int]] = []

    def look(top: int, bottom: int, left: int, right: int) -> Values:
        windows.append((top, bottom, left, right))
        return counts[top:bottom, left:right]

    points = [
        ControlPoint(row=p.row, col=p.col, lon=p.x, lat=p.y, height_m=0.0) for p in control_points()
    ]
    tables = {"c": calibration_xml(), "n": old_noise_xml()}
    ref = BandRef(name="vv", href="/x", calibration_href="c", noise_href="")

    def got() -> Values:
        raster = GrdRaster(height=ROWS, width=COLS, points=points, read=look)
        return grd_backscatter(ref, GRID, raster, fetch=lambda href: tables[href].encode())

    whole = got()
    assert len(windows) == 1
    top, bottom, left, right = windows[0]
    assert (bottom - top) * (right - left) < 2 * GRID.width * GRID.height
    monkeypatch.setattr(sentinel1_grd, "_MAX_WINDOW_PIXELS", 9_000)
    np.testing.assert_allclose(got(), whole, atol=0.02)
    assert len(windows) > 3


def test_a_coarser_grid_averages_power(tmp_path: Path) -> None:
    """At 40 m a chequered sea is the mean of its powers, not of its decibels nor a sample."""
    counts = sea(20)
    counts[::2, ::2] = counts[1::2, 1::2] = 100
    grid = replace(GRID, gsd_m=40.0, width=30, height=22)
    got = read(tmp_path, counts, grid=grid)
    want = 10 * math.log10((20**2 + 100**2) / 2 / SIGMA**2)
    np.testing.assert_allclose(got[np.isfinite(got)], want, atol=0.6)


@pytest.mark.parametrize("missing", ["calibration.xml", "gcps"])
def test_a_grd_without_its_tables_is_refused(tmp_path: Path, missing: str) -> None:
    """Counts are never taken for backscatter, nor a picture without a place for a port."""
    path = write_grd(tmp_path / "vv.tiff", sea())
    if missing == "gcps":
        with rasterio.open(
            path, "w", driver="GTiff", height=ROWS, width=COLS, count=1, dtype="uint16"
        ) as raster:
            raster.write(sea(), 1)
        (tmp_path / "calibration.xml").write_text(calibration_xml())
    ref = BandRef(name="vv", href=str(path), calibration_href=str(tmp_path / "calibration.xml"))
    with pytest.raises(BadScene) as caught:
        RasterReader().read_chip(a_scene(ref), GRID, ("vv",))
    assert caught.value.reason in ("missing_calibration", "bad_control_points")


@pytest.mark.shared_data
def test_the_real_shrunk_scene_has_sea_in_the_west_and_land_in_the_east(tmp_path: Path) -> None:
    """Kerala at 200 m: land is brighter than sea, and the rim of the swath was not seen."""

    folder = shared("data", "imagery", "s1_gcp_and_calibration")
    table = next(folder.glob("calibration-*.xml.gz"))
    (tmp_path / "c.xml").write_bytes(gzip.decompress(table.read_bytes()))
    ref = BandRef(
        name="vv",
        href=str(folder / "S1A_20180716_iw-vv_decimated_210gcps.tiff"),
        calibration_href=str(tmp_path / "c.xml"),
    )
    grid = Grid(epsg=32643, west_m=560_000, north_m=1_220_000, gsd_m=200, width=500, height=600)
    chip = RasterReader(sea_height_m=-93.0).read_chip(a_scene(ref), grid, ("vv",)).values[0]
    off_kochi, inland = chip[550:580, 150:200], chip[550:580, 480:500]  # 9.95 N
    assert np.nanmedian(off_kochi) < -10 < np.nanmedian(inland) < 0
