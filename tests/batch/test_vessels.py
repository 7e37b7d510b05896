"""The vessels command over drawn scenes: rasters of all kinds in, GeoJSON out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from monitor.batch import vessels as vessels_module
from monitor.batch.vessels import VesselsPlan, part_of, tiles, vessels_in
from monitor.cli import app
from monitor.detect.imagery.radar_vessels import hulls_in
from monitor.domain.chip import Grid
from monitor.domain.scene import Modality
from monitor.errors import BadScene, InputError
from monitor.sources.imagery.raster import png_bytes, write_geotiff
from tests.detect.imagery.radar_sea import DrawnSea

UTM = Grid(epsg=32636, west_m=755_000, north_m=3_865_000, gsd_m=10.0, width=300, height=300)


def silent(*_: object) -> None:
    """Say nothing."""


def a_raster(path: Path, grid: Grid = UTM, **ship: float) -> Path:
    """Write a drawn sea with one ship as a GeoTIFF of decibels."""
    sea = DrawnSea().add(120, 200, **{"length_m": 200, "beam_m": 30, "axis_deg": 40, **ship})
    write_geotiff(path, sea.db()[None], grid, nodata=float("nan"))
    return path


def test_a_geotiff_gives_one_ship_with_all_her_properties(tmp_path: Path) -> None:
    """Every promised property is there, and the outline lies round the ship's place."""
    found = vessels_in(VesselsPlan(scene=a_raster(tmp_path / "sea.tif")), silent)
    (ship,) = found["features"]
    assert set(ship["properties"]) >= {
        "id", "length_m", "length_error_m", "beam_m", "axis_deg", "confidence", "mooring",
        "near_land", "pixel_bbox", "scene_id", "acquired_at", "sensor", "source",
    }  # fmt: skip
    col0, row0, col1, row1 = ship["properties"]["pixel_bbox"]
    assert col0 < 200 < col1
    assert row0 < 120 < row1
    outline = shapely.from_geojson(json.dumps(ship["geometry"]))
    assert outline.contains(shapely.Point(ship["properties"]["lon"], ship["properties"]["lat"]))
    assert shapely.is_ccw(outline.exterior)
    assert 35 < ship["properties"]["lon"] < 36.5
    assert found["coverage"]["seen_share"] == 1
    assert ship["properties"]["acquired_at"] is None


def test_web_mercator_pixels_are_measured_on_the_ground(tmp_path: Path) -> None:
    """At 35 degrees a Mercator pixel of 12.2 m is 10 m of ground: lengths do not grow by 22 %."""
    mercator = Grid(
        epsg=3857, west_m=3_985_000, north_m=4_150_000, gsd_m=12.2, width=300, height=300
    )
    found = vessels_in(VesselsPlan(scene=a_raster(tmp_path / "sea.tif", mercator)), silent)
    (ship,) = found["features"]
    assert ship["properties"]["length_m"] == pytest.approx(200, abs=25)
    col0, row0, col1, row1 = ship["properties"]["pixel_bbox"]
    assert col0 < 200 < col1
    assert row0 < 120 < row1


def test_a_picture_without_coordinates_gives_pixels_and_says_so(tmp_path: Path) -> None:
    """A grey PNG is radar; its ships are in its own pixels, without a length in metres."""
    db = DrawnSea().add(120, 200, length_m=250, beam_m=40).db()
    counts = np.clip(20 * 10 ** ((db + 20) / 20), 0, 255).astype(np.uint8)
    rgba = np.dstack([counts, counts, counts, np.full_like(counts, 255)])
    (tmp_path / "sea.png").write_bytes(png_bytes(rgba))
    found = vessels_in(VesselsPlan(scene=tmp_path / "sea.png"), silent)
    (ship,) = found["features"]
    assert found["coordinates"].startswith("PIXELS")
    assert ship["properties"]["length_m"] is None
    assert ship["properties"]["length_px"] == pytest.approx(25, abs=6)
    assert ship["properties"]["lon"] is None


def test_colours_are_never_taken_for_radar(tmp_path: Path) -> None:
    """A colour picture needs the optical search, and the size of its pixels."""
    rgba = np.random.default_rng(1).integers(0, 255, (40, 40, 4), np.uint8)
    (tmp_path / "sea.png").write_bytes(png_bytes(rgba))
    with pytest.raises(InputError):
        vessels_in(VesselsPlan(scene=tmp_path / "sea.png"), silent)


def test_an_optical_file_says_whether_a_model_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, no ships is told from no model; radar knows nothing of models."""
    monkeypatch.setattr(vessels_module, "ship_model", lambda: None)
    (tmp_path / "c.png").write_bytes(
        png_bytes(np.random.default_rng(1).integers(0, 255, (40, 40, 4), np.uint8))
    )
    plan = VesselsPlan(scene=tmp_path / "c.png", gsd_m=10, modality=Modality.OPTICAL)
    found = vessels_in(plan, silent)
    assert found["model"] is None
    assert "install the extra" in found["model_note"]
    radar = vessels_in(
        VesselsPlan(scene=a_raster(tmp_path / "sea.tif"), modality=Modality.RADAR), silent
    )
    assert "model" not in radar


def test_not_seen_is_told_from_no_ships(tmp_path: Path) -> None:
    """An empty sea is a collection without ships; a raster of gaps is an error."""
    write_geotiff(tmp_path / "sea.tif", DrawnSea().db()[None], UTM, nodata=float("nan"))
    calm = vessels_in(VesselsPlan(scene=tmp_path / "sea.tif"), silent)
    assert calm["features"] == []
    assert calm["coverage"]["water_seen_share"] == 1
    gaps = np.full((1, 300, 300), np.nan, np.float32)
    write_geotiff(tmp_path / "gaps.tif", gaps, UTM, nodata=float("nan"))
    with pytest.raises(BadScene):
        vessels_in(VesselsPlan(scene=tmp_path / "gaps.tif"), silent)


def test_half_a_swath_is_half_the_coverage(tmp_path: Path) -> None:
    """What was not seen lowers the share of water seen."""
    db = DrawnSea().db()
    db[:, :150] = np.nan
    write_geotiff(tmp_path / "sea.tif", db[None], UTM, nodata=float("nan"))
    coverage = vessels_in(VesselsPlan(scene=tmp_path / "sea.tif"), silent)["coverage"]
    assert coverage["water_seen_share"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("name", "content"), [("a.tif", b"II*\0cut"), ("a.png", b"\x89PNG no"), ("a.txt", b"hello")]
)
def test_what_is_no_image_is_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    """Cut and foreign files are errors for a human, not crashes."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError):
        vessels_in(VesselsPlan(scene=tmp_path / name), silent)


@pytest.mark.parametrize("name", ["a.tif", "item.json"])
def test_a_pipe_is_no_scene(tmp_path: Path, name: str) -> None:
    """What never ends is refused and not waited on."""
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="neither a file nor a folder"):
        vessels_in(VesselsPlan(scene=tmp_path / name), lambda *_: None)


def test_tiles_give_the_ships_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ships on and beside the seams are the same whether the scene is cut up or not."""
    monkeypatch.setattr(vessels_module, "TILE_PX", 256)
    sea = DrawnSea(300, 700)
    for row, col in ((100, 256), (256, 120), (200, 512), (256, 500), (40, 300), (280, 650)):
        sea.add(row, col, length_m=150, beam_m=25, axis_deg=row)
    db = sea.db()
    land = np.zeros(db.shape, np.bool_)
    whole = {h.pixel_bbox for h in hulls_in([db], gsd_m=10.0, land=land, sea_db=-20.0)}
    joined = []
    for rows, cols, own_rows, own_cols in tiles(*db.shape):
        part = db[rows, cols]
        for hull in hulls_in([part], gsd_m=10.0, land=land[rows, cols], sea_db=-20.0):
            c0, r0, c1, r1 = hull.pixel_bbox
            box = (c0 + cols.start, r0 + rows.start, c1 + cols.start, r1 + rows.start)
            row, col = (box[1] + box[3]) / 2, (box[0] + box[2]) / 2
            if own_rows.start <= row < own_rows.stop and own_cols.start <= col < own_cols.stop:
                joined.append(box)
    assert len(joined) == 6
    assert set(joined) == whole
    grid = Grid(epsg=32636, west_m=755_000, north_m=3_865_000, gsd_m=10.0, width=700, height=300)
    assert part_of(grid, slice(8, 20), slice(16, 40)).west_m == 755_160
    write_geotiff(tmp_path / "sea.tif", db[None], grid, nodata=float("nan"))
    found = vessels_in(VesselsPlan(scene=tmp_path / "sea.tif"), silent)
    assert len(found["features"]) == 6


def test_the_command_writes_to_a_pipe_the_same_bytes_each_time(tmp_path: Path) -> None:
    """`-o -` prints nothing but GeoJSON, and twice the same."""
    raster = str(a_raster(tmp_path / "sea.tif"))
    runs = [CliRunner().invoke(app, ["vessels", raster, "-o", "-"]) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert runs[0].stdout == runs[1].stdout
    assert len(json.loads(runs[0].stdout)["features"]) == 1


def test_min_confidence_leaves_out_the_doubtful(tmp_path: Path) -> None:
    """A ship below the limit is not in the file, and the limit is."""
    plan = VesselsPlan(
        scene=a_raster(tmp_path / "sea.tif"), min_confidence=0.96, modality=Modality.RADAR
    )
    found = vessels_in(plan, silent)
    assert found["features"] == []
    assert found["min_confidence"] == 0.96
