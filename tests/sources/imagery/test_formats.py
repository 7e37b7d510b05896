"""Radar and optical files as they come: RTC in either zone, decibels, stacks of bands."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import BandRef, Modality
from monitor.sources.imagery.raster import RasterReader
from tests.conftest import shared
from tests.sources.imagery.test_raster import a_raster, a_scene

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]
PORT = Grid(epsg=32636, west_m=762_000, north_m=3_867_000, gsd_m=10.0, width=80, height=60)


@pytest.mark.parametrize("epsg", [32636, 32637])
def test_rtc_of_either_zone_lands_on_the_ports_grid_in_decibels(tmp_path: Path, epsg: int) -> None:
    """Linear gamma nought, nodata -32768: one bright spot lies at one place, gaps are unseen."""
    lon, lat = MetricFrame(32636).lonlat(762_405, 3_866_695)
    x, y = (float(v) for v in MetricFrame(epsg).xy(lon, lat))
    theirs = Grid(
        epsg=epsg, west_m=round(x, -1) - 2_000, north_m=round(y, -1) + 2_000, gsd_m=10.0,
        width=400, height=400,
    )  # fmt: skip
    power = np.full((1, 400, 400), 0.01, np.float32)
    power[0, :, :120] = -32768
    row, col = int((theirs.north_m - y) / 10), int((x - theirs.west_m) / 10)
    power[0, row - 2 : row + 3, col - 2 : col + 3] = 1.0
    path = a_raster(tmp_path / "vv.tif", power, grid=theirs, nodata=-32768)
    ref = BandRef(name="vv", href=str(path))
    chip = RasterReader().read_chip(a_scene(ref), PORT, ("vv",)).values[0]
    assert np.nanmedian(chip) == pytest.approx(-20.0, abs=0.01)
    assert chip[30, 40] == pytest.approx(0.0, abs=0.01)
    bright = np.argwhere(chip > -3)
    np.testing.assert_allclose(bright.mean(axis=0), (30, 40), atol=1.0)
    assert np.nanmin(chip) > -20.1  # -32768 spreads into nothing


@pytest.mark.shared_data
def test_real_decibels_in_float64_are_taken_as_they_are() -> None:
    """A stack of VV and VH in decibels, without a unit and without nodata (Paranaguá bay)."""
    path = shared("data", "imagery", "s1rtc_s2_pairs_terramind", "S1RTC_282D_485L_3_3.tif")
    with rasterio.open(path) as raster:
        affine, true = raster.transform, raster.read()
    grid = Grid(epsg=32722, west_m=affine.c, north_m=affine.f, gsd_m=10.0, width=224, height=224)
    scene = a_scene(
        BandRef(name="vv", href=str(path), index=1), BandRef(name="vh", href=str(path), index=2)
    )
    chip = RasterReader().read_chip(scene, grid, ("vv", "vh"))
    np.testing.assert_allclose(chip.values, true, atol=1e-3)
    assert np.nanmedian(chip.band("vh")) < np.nanmedian(chip.band("vv")) - 3


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "indices", "offset", "water"),
    [
        ("S2L2A", {"blue": 2, "green": 3, "red": 4, "nir": 8, "swir16": 11}, 0.0, 0.15),
        ("S2L1C", {"blue": 2, "green": 3, "red": 4, "nir": 8, "swir16": 12}, -0.1, 0.15),
    ],
)
def test_real_stacks_of_twelve_and_thirteen_bands_are_read_by_number(
    name: str, indices: dict[str, int], offset: float, water: float
) -> None:
    """Surface and top of atmosphere, signed 16 bits: reflectance between 0 and 1, water dark."""
    path = shared("data", "imagery", "s1rtc_s2_pairs_terramind", f"{name}_282D_485L_3_3.tif")
    with rasterio.open(path) as raster:
        affine = raster.transform
    grid = Grid(epsg=32722, west_m=affine.c, north_m=affine.f, gsd_m=10.0, width=224, height=224)
    scene = a_scene(
        *(
            BandRef(name=n, href=str(path), index=i, scale=1e-4, offset=offset)
            for n, i in indices.items()
        ),
        modality=Modality.OPTICAL,
    )
    chip = RasterReader().read_chip(replace(scene, sensor="sentinel-2"), grid, tuple(indices))
    assert np.isfinite(chip.values).all()
    assert float(np.percentile(chip.values, 1)) >= 0.0
    assert float(np.percentile(chip.values, 99)) < 1.0
    green, nir = chip.band("green"), chip.band("nir")
    is_water = (green - nir) / (green + nir) > 0.1
    assert 0.05 < is_water.mean() < 0.95
    assert float(np.median(nir[is_water])) < water
    assert math.isfinite(float(np.median(nir[~is_water])))
