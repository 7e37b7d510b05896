"""A folder of rasters named as the archives name them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from monitor.domain.scene import Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene, InputError
from monitor.sources.imagery.file_names import named_by
from monitor.sources.imagery.folder import SceneFolder

EVER = TimeWindow(start=datetime(1990, 1, 1, tzinfo=UTC), end=datetime(2100, 1, 1, tzinfo=UTC))


def a_raster(path: Path, count: int = 1, dtype: str = "uint16", names: tuple[str, ...] = (),
             **tags: str) -> Path:  # fmt: skip
    """Write a small GeoTIFF over Tartus."""
    path.parent.mkdir(parents=True, exist_ok=True)
    transform = rasterio.Affine(10, 0, 760_000, 0, -10, 3_866_000)
    with rasterio.open(
        path, "w", driver="GTiff", count=count, width=8, height=8, dtype=dtype, crs="EPSG:32636",
        transform=transform,
    ) as raster:  # fmt: skip
        raster.write(np.ones((count, 8, 8), dtype))
        for number, name in enumerate(names, 1):
            raster.set_band_description(number, name)
        raster.update_tags(**tags)
    return path


def found(folder: Path, tally: Tally | None = None, **how: Any) -> list[Scene]:  # noqa: ANN401
    """Return the scenes of a folder."""
    return list(SceneFolder("test", folder, **how).search(EVER, tally or Tally()))


@pytest.mark.parametrize(
    ("stem", "sensor", "at", "band"),
    [
        ("T36SYE_20250110T082331_B02_10m", "sentinel-2", "2025-01-10T08:23:31", "B02"),
        ("S2A_MSIL2A_20250110T082331_N0511_R121_T36SYE_20250110T120000", "sentinel-2",
         "2025-01-10T08:23:31", ""),
        ("s1a-iw-grd-vv-20250110t034200-20250110t034225-057000-070000-001", "sentinel-1",
         "2025-01-10T03:42:00", "vv"),
        ("S1A_IW_GRDH_1SDV_20250110T034200_20250110T034225_057000_070000_ABCD_VH", "sentinel-1",
         "2025-01-10T03:42:00", "VH"),
        ("20250110_081523_45_2461_3B_AnalyticMS_SR_8b", "planetscope", "2025-01-10T08:15:23", ""),
        ("20250110_081523_1061_3B_AnalyticMS_SR_clip", "planetscope", "2025-01-10T08:15:23", ""),
        ("LC09_L2SP_174036_20250110_20250111_02_T1_SR_B5", "landsat", "2025-01-10T12:00:00", "B5"),
        ("2025-01-10-00:00_2025-01-10-23:59_Sentinel-2_L2A_B08_(Raw)", "sentinel-2",
         "2025-01-10T12:00:00", "B08"),
        ("tartus 2025-01-10T08:23:31Z nir", "unknown", "2025-01-10T08:23:31", "nir"),
        ("tartus_20250110", "unknown", "2025-01-10T12:00:00", ""),
    ],
)  # fmt: skip
def test_names_say_when_by_what_and_in_which_band(
    stem: str, sensor: str, at: str, band: str
) -> None:
    """The archives' own names are understood, and plain days; an hour not told is noon."""
    named = named_by(stem, {})
    assert (named.sensor, f"{named.at:%Y-%m-%dT%H:%M:%S}", named.band) == (sensor, at, band)


@pytest.mark.parametrize("stem", ["tartus", "20251310", "scan_123456789", "99990101", "18000101"])
def test_what_cannot_be_dated_says_so(stem: str) -> None:
    """A number that is no day is not taken for one."""
    with pytest.raises(BadScene) as caught:
        named_by(stem, {})
    assert caught.value.reason == "undated"


def test_tags_date_what_the_name_does_not() -> None:
    """When it was acquired goes before when the file was written."""
    tags = {
        "TIFFTAG_DATETIME": "2025:02:01 10:00:00",
        "ACQUISITION_DATETIME": "2025-01-10T08:23:31Z",
    }
    assert named_by("x", tags).at == datetime(2025, 1, 10, 8, 23, 31, tzinfo=UTC)
    assert named_by("x", {"TIFFTAG_DATETIME": "2025:02:01 10:00:00"}).at.month == 2


def test_files_of_one_look_are_one_scene(tmp_path: Path) -> None:
    """Bands in files of their own come together; another tile or time is another scene."""
    for name in ("T36SYE_20250110T082331_B02_10m", "T36SYE_20250110T082331_B08_10m",
                 "T37SBV_20250110T082331_B02_10m"):  # fmt: skip
        a_raster(tmp_path / "deep" / f"{name}.tif")
    scenes = found(tmp_path)
    assert [[b.name for b in s.bands] for s in scenes] == [["blue", "nir"], ["blue"]]
    assert scenes[0].modality is Modality.OPTICAL
    assert "35.8" in scenes[0].footprint_wkt or "POLYGON" in scenes[0].footprint_wkt


def test_bands_are_known_by_name_description_or_product(tmp_path: Path) -> None:
    """Descriptions tell; PlanetScope's order is known; 8-bit colours are red, green, blue."""
    a_raster(tmp_path / "a_2025-01-10.tif", 2, "float32", ("VH_dB", "VV_dB"))
    a_raster(tmp_path / "20250111_081523_45_2461_3B_AnalyticMS_SR_8b.tif", 8)
    a_raster(tmp_path / "c_2025-01-12.tif", 3, "uint8")
    a_raster(tmp_path / "d_2025-01-13_(Raw)_B08.tif")
    radar, planet, picture, raw = found(tmp_path)
    assert [(b.name, b.index) for b in radar.bands] == [("vh", 1), ("vv", 2)]
    assert radar.modality is Modality.RADAR
    assert [(b.name, b.index, b.scale) for b in planet.bands] == [
        ("blue", 2, 1e-4), ("green", 4, 1e-4), ("nir", 8, 1e-4), ("red", 6, 1e-4)
    ]  # fmt: skip
    assert [b.name for b in picture.bands] == ["blue", "green", "red"]
    assert [(b.name, b.scale) for b in raw.bands] == [("nir", 1 / 65_535)]


def test_a_scale_may_come_from_the_settings(tmp_path: Path) -> None:
    """Counts that tell nothing of themselves are scaled as the settings say."""
    a_raster(tmp_path / "x_2025-01-10_red.tif")
    (scene,) = found(tmp_path, scale=1e-4, offset=-0.1)
    assert (scene.bands[0].scale, scene.bands[0].offset) == (1e-4, -0.1)


def test_what_cannot_be_used_is_counted_once_and_named(tmp_path: Path) -> None:
    """Undated, unknown, damaged and placeless files cost nobody else, and say what would help."""
    a_raster(tmp_path / "2025-01-10_red.tif")
    a_raster(tmp_path / "harbour_red.tif")
    a_raster(tmp_path / "2025-01-11.tif")
    (tmp_path / "2025-01-12_red.tif").write_bytes(b"II*\0" + bytes(50))
    (tmp_path / "2025-01-13_red.tif").write_bytes(b"<VRTDataset/>")
    (tmp_path / "notes.txt").write_text("no raster")
    tally = Tally()
    folder = SceneFolder("test", tmp_path)
    assert len(list(folder.search(EVER, tally))) == 1
    assert tally.rejected == {"undated": 1, "no_known_band": 1, "unreadable_raster": 2}
    assert "add the day" in tally.examples["undated"]
    again = Tally()
    list(folder.search(EVER, again))
    assert not again.rejected
    with pytest.raises(InputError):
        found(tmp_path / "none")


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    """A link to a raster elsewhere is not followed."""
    outside = a_raster(tmp_path / "out" / "2025-01-10_red.tif")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "2025-01-10_red.tif").symlink_to(outside)
    assert found(tmp_path / "in") == []


def test_grd_counts_come_with_their_tables_or_not_at_all(tmp_path: Path) -> None:
    """In a SAFE folder the calibration lies beside; without it counts would read as power."""
    stem = "s1a-iw-grd-vv-20250110t034200-20250110t034225-057000-070000-001"
    a_raster(tmp_path / "measurement" / f"{stem}.tiff")
    tally = Tally()
    assert found(tmp_path, tally) == []
    assert tally.rejected == {"no_calibration": 1}
    tables = tmp_path / "annotation" / "calibration"
    tables.mkdir(parents=True)
    (tables / f"calibration-{stem}.xml").write_text("<x/>")
    (scene,) = found(tmp_path)
    assert scene.bands[0].calibration_href.endswith(f"calibration-{stem}.xml")
    assert scene.bands[0].noise_href == ""
