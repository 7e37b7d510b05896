"""Optical numbers that do not mean what their catalog says: each trap once, at its threshold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import BandRef, Modality
from monitor.domain.tally import Tally
from monitor.errors import BadScene
from monitor.sources.imagery.optical_scaling import (
    OffsetCriteria,
    unstated_nodata,
    with_right_offset,
)
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import shared
from tests.sources.imagery.test_raster import GRID, a_raster, a_scene, level
from tests.sources.imagery.test_static_stac import EVER

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]
Values = npt.NDArray[Any]
BANDS = ("blue", "green", "nir")


def refs(offset: float = -0.1, scale: float = 1e-4) -> list[BandRef]:
    """Return three bands as a catalog describes them, and the classes."""
    counted = [BandRef(name=n, href="/x", scale=scale, offset=offset) for n in BANDS]
    return [*counted, BandRef(name="scl", href="/x")]


def seen(
    counts: tuple[float, float, float], offset: float, *, water: int = 400, scale: float = 1e-4
) -> Values:
    """Return reflectance as the catalog has it: water of these counts, the rest land of 3000."""
    values = np.full((4, 30, 40), 3000 * scale + offset, np.float32)
    values[3] = 5.0
    flat = values.reshape(4, -1)
    flat[3, :water] = 6.0
    for band, count in enumerate(counts):
        flat[band, :water] = count * scale + offset
    return values


@pytest.mark.parametrize(
    ("counts", "said", "right"),
    [
        ((1300, 1200, 1080), -0.1, -0.1),  # c1: raw counts, and the catalog says so
        ((1300, 1200, 1080), 0.0, -0.1),  # raw counts, flagged as applied
        ((300, 200, 80), -0.1, 0.0),  # l2a: taken off already, and offered again
        ((300, 200, 80), 0.0, 0.0),  # before baseline 04.00, or flagged rightly
        ((2000, 901, 300), 0.0, -0.1),  # the middle band decides, one step above
        ((2000, 899, 300), 0.0, 0.0),  # and one below
    ],
)
def test_the_offset_of_sentinel_2_is_applied_exactly_once(
    counts: tuple[float, float, float], said: float, right: float
) -> None:
    """Whatever the catalog says, dark water tells whether the 1000 is still in the counts."""
    values = seen(counts, said)
    got = with_right_offset(values, refs(said), sensor="sentinel-2")
    for band, count in enumerate(counts):
        np.testing.assert_allclose(got[band].ravel()[0], count * 1e-4 + right, atol=1e-6)
    np.testing.assert_allclose(got[0].ravel()[-1], 0.3 + right, atol=1e-6)
    np.testing.assert_array_equal(got[3], values[3])
    again = with_right_offset(got, refs(right), sensor="sentinel-2")
    np.testing.assert_array_equal(again, got)


@pytest.mark.parametrize(("water", "mended"), [(199, False), (200, True)])
def test_a_puddle_does_not_overrule_the_catalog(water: int, mended: bool) -> None:
    """Below 200 pixels of water its word stands."""
    values = seen((300, 200, 80), -0.1, water=water)
    got = with_right_offset(values, refs(-0.1), sensor="sentinel-2")
    assert (got[0, 0, 0] != values[0, 0, 0]) == mended
    assert OffsetCriteria().min_water_px == 200


@pytest.mark.parametrize(
    ("sensor", "scale", "offset"),
    [("planetscope", 1e-4, -0.1), ("sentinel-2", 1 / 65535, 0.0), ("sentinel-2", 1e-4, -0.2)],
)
def test_other_numbers_are_left_alone(sensor: str, scale: float, offset: float) -> None:
    """Only Sentinel-2 counts of ten-thousandths ever carried the 1000."""
    values = seen((300, 200, 80), offset, scale=scale)
    got = with_right_offset(values, refs(offset, scale), sensor=sensor)
    np.testing.assert_array_equal(got, values)


def test_without_classes_the_catalogs_word_stands() -> None:
    """No classification in view, no guess at what is water."""
    values = seen((300, 200, 80), -0.1)[:3]
    got = with_right_offset(values, refs(-0.1)[:3], sensor="sentinel-2")
    np.testing.assert_array_equal(got, values)


def optical(folder: Path, **layers: tuple[Values, dict[str, Any]]) -> Values:
    """Return a Sentinel-2 chip of these files, through the reader."""
    found = [
        BandRef(name=name, href=str(a_raster(folder / f"{name}.tif", values)), **said)
        for name, (values, said) in layers.items()
    ]
    scene = a_scene(*found, modality=Modality.OPTICAL)
    return RasterReader().read_chip(replace(scene, sensor="sentinel-2"), GRID, tuple(layers)).values


COUNTS = {"scale": 1e-4, "offset": -0.1}


def test_the_guard_stands_in_the_readers_way(tmp_path: Path) -> None:
    """An offset offered twice is not applied twice to what the detectors see."""
    water, classes = level(200, "uint16"), level(6, "uint8")
    got = optical(tmp_path, nir=(water, COUNTS), scl=(classes, {}))
    np.testing.assert_allclose(got[0], 0.02, atol=1e-6)


def test_counts_below_the_offset_do_not_run_under_zero(tmp_path: Path) -> None:
    """DN 990 less 1000 is a little below nothing, not 65526 and brighter than any ship."""
    got = optical(tmp_path, nir=(level(990, "uint16"), COUNTS))
    np.testing.assert_allclose(got[0], -0.001, atol=1e-6)


def test_counts_that_ran_under_zero_elsewhere_are_unseen(tmp_path: Path) -> None:
    """A stranger's DN - 1000 in 16 bits left 65526 where water was: no reflectance of 6.55."""
    counts = level(300, "uint16")
    counts[0, 5:9] = 65526
    got = optical(tmp_path, nir=(counts, {"scale": 1e-4}))[0]
    assert np.isnan(got[5:9]).all()
    np.testing.assert_allclose(got[11:], 0.03, atol=1e-6)


@pytest.mark.parametrize(("count", "kept"), [(20_000, True), (20_001, False)])
def test_no_surface_reflects_more_than_twice_the_light(
    tmp_path: Path, count: int, kept: bool
) -> None:
    """Snow in the sun stays; what is brighter was no reflectance."""
    counts = level(300, "uint16")
    counts[0, :, :8] = count
    got = optical(tmp_path, nir=(counts, {"scale": 1e-4}))[0]
    assert np.isfinite(got[:, 2]).all() == kept


def test_zero_is_no_sight_though_nobody_says_so(tmp_path: Path) -> None:
    """Outside the swath Sentinel-2 writes 0: with the offset -0.1, which would read as water."""
    counts = level(1500, "uint16")
    counts[0, :, :10] = 0
    got = optical(tmp_path, nir=(counts, COUNTS))[0]
    assert np.isnan(got[:, :9]).all()
    np.testing.assert_allclose(got[:, 10:], 0.05, atol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "name", "scale", "nodata"),
    [
        ("uint16", "nir", 1e-4, 0.0),
        ("int16", "nir", 1e-4, 0.0),
        ("uint8", "red", 1 / 255, None),
        ("float32", "nir", 1e-4, None),
        ("uint16", "nir", 1 / 65535, None),
        ("uint8", "scl", 1.0, None),
    ],
)
def test_only_counts_of_ten_thousandths_have_an_unstated_zero(
    dtype: str, name: str, scale: float, nodata: float | None
) -> None:
    """In eight bits, classes and powers of other scales 0 may be an answer."""
    assert unstated_nodata(BandRef(name=name, href="/x", scale=scale), dtype) == nodata


def test_eight_bit_pictures_are_stretched_and_counts_without_scale_refused(tmp_path: Path) -> None:
    """A visual of 51 is 0.2 of full; bare counts of 1400 are no reflectance of 1400."""
    got = optical(tmp_path, red=(level(51, "uint8"), {}))
    np.testing.assert_allclose(got[0], 0.2, atol=1e-6)
    with pytest.raises(BadScene) as caught:
        optical(tmp_path, red=(level(1400, "uint16"), {}))
    assert caught.value.reason == "not_reflectance"


@pytest.mark.shared_data
def test_reflectance_times_65535_is_reflectance() -> None:
    """The nine ports of sen2ships state their scale, and water in them is dark."""
    catalog = StaticCatalog("s", shared("data", "imagery", "sen2ships", "valencia"))
    (scene,) = catalog.search(EVER, Tally())
    frame = MetricFrame.around(-0.3, 39.43)
    x, y = frame.xy(-0.30, 39.45)
    grid = Grid(
        epsg=frame.epsg, west_m=round(float(x), -1), north_m=round(float(y), -1),
        gsd_m=10.0, width=300, height=300,
    )  # fmt: skip
    nir = RasterReader().read_chip(scene, grid, ("nir",)).values[0]
    assert 0.0 < float(np.nanmedian(nir)) < 0.1
    assert float(np.nanmax(nir)) < 1.5


@pytest.mark.shared_data
def test_a_real_scene_of_before_the_offset_is_left_as_it_is() -> None:
    """February 2020, baseline 02.14: counts are reflectance, and there is no 1000 to take off."""
    folder = shared("data", "imagery", "s2_cog_fixture_scl")
    scene = a_scene(
        BandRef(name="red", href=str(folder / "B04.tif"), scale=1e-4),
        BandRef(name="scl", href=str(folder / "SCL.tif")),
        modality=Modality.OPTICAL,
    )
    grid = Grid(epsg=32629, west_m=220_000, north_m=2_790_000, gsd_m=200, width=300, height=300)
    chip = RasterReader().read_chip(scene, grid, ("red", "scl"))
    assert 0.2 < float(np.nanmedian(chip.band("red"))) < 0.5  # the Sahara
    assert set(np.unique(chip.band("scl"))) <= set(range(12))
    assert (chip.band("scl") == 5.0).mean() > 0.5
