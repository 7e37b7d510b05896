"""The committed scenes are renderings, say so, and show what the story's tables say."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pystac
import pytest

from monitor.demo.__main__ import main
from monitor.demo.generate import GRID_3M, GRID_10M, Generator, generate, optical_id, radar_id
from monitor.demo.optical import sun
from monitor.demo.passes import BEFORE_3M, BEFORE_SENTINEL_2, RADAR, SENTINEL_2, VIEWS_3M
from monitor.demo.scenery import share
from monitor.demo.story import berthed_at, staging_at
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, utc_text
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import ROOT, shared
from tests.demo.conftest import STORY, at

ALL_TIME = TimeWindow(start=at("2024-01-01"), end=at("2026-01-01"))
SCENES = STORY / "scenes"
PASSES = (*RADAR, *BEFORE_SENTINEL_2, *SENTINEL_2, *BEFORE_3M, *VIEWS_3M)
SHIPS = ("tartus.berth.naval_s_w.1", "tartus.berth.naval_s_w.2")


@pytest.fixture(scope="module")
def scenes(catalog: StaticCatalog) -> dict[str, Scene]:
    """Return all scenes by id, as the monitor's own catalog reader sees them."""
    tally = Tally()
    found = {scene.id: scene for scene in catalog.search(ALL_TIME, tally)}
    assert not tally.rejected
    return found


def test_a_scene_made_again_is_the_committed_one(
    maker: Generator, scenes: dict[str, Scene], tmp_path: Path
) -> None:
    """Generating one scene of each kind again gives the committed item and pixels.

    Other library versions may pack the same pixels otherwise, or round one in a thousand by a step.
    """
    sample = {
        radar_id(RADAR[17]): maker.radar_scene(RADAR[17], tmp_path),
        optical_id(SENTINEL_2[10]): maker.sentinel_2_scene(SENTINEL_2[10], tmp_path),
        optical_id(VIEWS_3M[4]): maker.view_3m_scene(VIEWS_3M[4], tmp_path),
    }
    for name, item in sample.items():
        committed = json.loads((SCENES / name / "item.json").read_text(encoding="utf-8"))
        assert json.loads(json.dumps(item.to_dict())) == committed
        (tmp_path / name / "item.json").write_text(json.dumps(item.to_dict()), encoding="utf-8")
        found = StaticCatalog("made", tmp_path / name).search(ALL_TIME, Tally())
        (made,) = found
        bands = tuple(band.name for band in made.bands)
        grid = GRID_3M if "_3m_" in name else GRID_10M
        ours, theirs = (
            RasterReader().read_chip(scene, grid, bands).values for scene in (made, scenes[name])
        )
        assert (~np.isclose(ours, theirs, atol=1e-6, equal_nan=True)).mean() < 0.001


def test_the_generator_makes_the_same_bytes_twice(maker: Generator, tmp_path: Path) -> None:
    """Two runs of one scene give identical files, whatever was drawn before."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, order in ((first, (0, 1)), (second, (1, 0))):
        for index in order:
            maker.radar_scene(RADAR[index], folder)
            maker.view_3m_scene(VIEWS_3M[index], folder)
    for path in sorted(first.rglob("*.tif")):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


def test_the_command_writes_the_whole_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call writes the AIS file, the catalog and, if asked, what was drawn."""
    for table in ("RADAR", "BEFORE_SENTINEL_2", "SENTINEL_2", "BEFORE_3M", "VIEWS_3M"):
        monkeypatch.setattr(f"monitor.demo.generate.{table}", ())
    generate(tmp_path, truth=tmp_path / "truth.json")
    assert (tmp_path / "tartus_2025" / "ais" / "reconstruction.csv").read_bytes() == (
        STORY / "ais" / "reconstruction.csv"
    ).read_bytes()
    assert json.loads((tmp_path / "truth.json").read_text())["scenes"] == {}
    assert (tmp_path / "tartus_2025" / "scenes" / "catalog.json").is_file()


def test_the_samples_are_small() -> None:
    """All of sample_tiles is under 10 MB."""
    files = [p for p in (ROOT / "sample_tiles").rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 10_000_000


def test_every_scene_says_that_it_is_rendered(scenes: dict[str, Scene]) -> None:
    """Scene, item, description, title and raster all say that this is no satellite image."""
    assert len(scenes) == len(PASSES)
    for name, scene in scenes.items():
        assert scene.rendered
        item = json.loads((SCENES / name / "item.json").read_text(encoding="utf-8"))
        assert name.startswith("rendered_")
        assert item["properties"]["title"].startswith("Rendering: ")
        assert "not a satellite image" in item["properties"]["description"]
        assert isinstance(item["properties"]["monitor:events"], list)
        delay = scene.available_at - scene.acquired_at
        assert 2 <= delay.total_seconds() / 3600 <= 6
        for path in (SCENES / name).glob("*.tif"):
            assert b"not a satellite image" in path.read_bytes()


def test_the_catalog_is_stac() -> None:
    """A STAC library reads the catalog and all its items and finds every asset's file."""
    items = list(pystac.Catalog.from_file(str(SCENES / "catalog.json")).get_items())
    assert len(items) == len(PASSES)
    assert all(Path(str(a.get_absolute_href())).is_file() for i in items for a in i.assets.values())


def test_scenes_lie_at_the_published_passes() -> None:
    """Radar and 10 m scenes fall in the minutes, orbits and units of the list of passes."""
    with shared("facts", "sat_passes.csv").open(encoding="utf-8") as lines:
        listed = {
            (row["time_utc"], row["sensor"][:3], int(row["rel_orbit"]))
            for row in csv.DictReader(lines)
            if row["time_utc"] < "2025-02-11"
        }
    drawn = {(utc_text(r.at)[:16] + "Z", "S1A", r.orbit) for r in RADAR}
    drawn |= {(utc_text(o.at)[:16] + "Z", f"S2{o.platform[-1].upper()}", 121) for o in SENTINEL_2}
    assert drawn == listed
    # The passes before the list follow from the repeat cycle.
    times = [o.at for o in (*BEFORE_SENTINEL_2, *SENTINEL_2)]
    assert {b - a for a, b in pairwise(times)} == {timedelta(days=5)}


def test_events_of_scenes_fall_on_their_day() -> None:
    """A scene names only events of the timeline within a day and a half of its own time."""
    with shared("facts", "timeline.csv").open(encoding="utf-8") as lines:
        days = {row["event_id"]: row["date_utc"][:10] for row in csv.DictReader(lines)}
    for scene in PASSES:
        for event in scene.events:
            assert abs((scene.at - at(days[event])).total_seconds()) < 36 * 3600


def test_the_tests_truth_is_current(maker: Generator) -> None:
    """The committed truth file says what the generator draws, and lies where no product looks."""
    committed = json.loads((ROOT / "tests" / "demo" / "truth.json").read_text(encoding="utf-8"))
    assert committed == maker.truth()
    assert not list((ROOT / "sample_tiles").rglob("*truth*"))


@pytest.mark.parametrize(
    ("when", "ships"),
    [
        ("2024-12-09T00:00", {}),
        ("2025-01-21T17:50", {}),
        ("2025-01-22T15:42:57", dict(zip(SHIPS, ("SPARTA II", "SPARTA"), strict=True))),
        ("2025-01-25T08:39:51", dict(zip(SHIPS, ("SPARTA II", "SPARTA"), strict=True))),
        ("2025-01-27T08:40:22", {SHIPS[1]: "SPARTA"}),
        ("2025-01-29T08:30:21", {}),
    ],
)
def test_the_two_berths_hold_who_was_seen_there(when: str, ships: dict[str, str]) -> None:
    """The naval berths hold the ships that published images showed, and nobody else."""
    held = {s.berth_id: s.hull.name for s in berthed_at(at(when)) if s.berth_id in SHIPS}
    assert held == ships


def test_equipment_follows_the_published_words() -> None:
    """Dozens by 15 December, over a hundred on 6 January, fewer on 25, a row and boxes on 27."""
    counts = [staging_at(view.at) for view in VIEWS_3M]
    at_end = [s.vehicles_end for s in counts]
    assert 24 <= at_end[0] < at_end[1]
    assert at_end[1] > 100
    assert at_end[1] > at_end[2] > at_end[3] > at_end[4] == at_end[5] == 0
    assert counts[4].vehicles_pier > 0
    assert counts[4].containers == max(s.containers for s in counts)
    assert counts[5].vehicles_pier == 0 < counts[5].containers


def _berth(maker: Generator, scene: Scene, band: str, berth_id: str) -> np.ndarray:
    grid = GRID_3M if scene.sensor == "planetscope" else GRID_10M
    hull = share(grid, maker.harbour.hull_at(berth_id, 126, 20)) > 0.7
    return RasterReader().read_chip(scene, grid, (band,)).band(band)[hull]


@pytest.mark.parametrize("berth_id", SHIPS)
@pytest.mark.parametrize(
    ("empty", "taken"),
    [
        ("rendered_s1a_20250110T154257_r087", "rendered_s1a_20250122T154257_r087"),
        ("rendered_s1a_20250111T034341_r094", "rendered_s1a_20250123T034341_r094"),
    ],
)
def test_a_ship_stands_out_in_radar(
    maker: Generator, scenes: dict[str, Scene], berth_id: str, empty: str, taken: str
) -> None:
    """A berthed ship is at least 10 dB above the same orbit's empty berth."""
    before, after = (
        np.median(_berth(maker, scenes[name], "vv", berth_id)) for name in (empty, taken)
    )
    assert after - before > 10


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("rendered_s2b_20250114T083021", (False, False)),
        ("rendered_s2b_20250124T083021", (True, True)),
        ("rendered_s2c_20250129T083021", (False, False)),
        ("rendered_3m_20250118T084305", (False, False)),
        ("rendered_3m_20250125T083951", (True, True)),
        ("rendered_3m_20250127T084022", (False, True)),
        ("rendered_3m_20250129T084233", (False, False)),
    ],
)
def test_a_ship_stands_out_in_the_near_infrared(
    maker: Generator, scenes: dict[str, Scene], name: str, held: tuple[bool, bool]
) -> None:
    """Water is dark in the near infrared and a deck is not."""
    bright = tuple(np.median(_berth(maker, scenes[name], "nir", b)) > 0.08 for b in SHIPS)
    assert bright == held


def test_rough_sea_hides_the_empty_harbour_on_5_january(
    maker: Generator, scenes: dict[str, Scene]
) -> None:
    """On 5 January the water inside is near -12 dB, six or more above any other day on orbit 14."""
    water = share(GRID_10M, maker.harbour.shape("tartus.basin.outer")) > 0.99
    levels = {
        name: 10 * np.log10(np.mean(10 ** (_whole(scenes[name])[water] / 10)))
        for name in scenes
        if name.endswith("r014")
    }
    rough = levels.pop("rendered_s1a_20250105T153347_r014")
    assert rough == pytest.approx(-12, abs=1)
    assert max(levels.values()) < rough - 6


def _whole(scene: Scene) -> np.ndarray:
    return RasterReader().read_chip(scene, GRID_10M, ("vv",)).band("vv")


def test_speckle_has_the_sensors_number_of_looks(
    maker: Generator, scenes: dict[str, Scene]
) -> None:
    """Over calm open water the equivalent number of looks is that of Sentinel-1 IW, about 4.4."""
    power = 10 ** (_whole(scenes["rendered_s1a_20250117T153347_r014"])[40:90, 5:25] / 10)
    assert power.mean() ** 2 / power.var() == pytest.approx(4.4, abs=0.8)


def test_the_cloud_of_24_january_leaves_mole_1_clear(
    maker: Generator, scenes: dict[str, Scene]
) -> None:
    """Half of that scene is cloud, none of it over the two berths; 20 December is all cloud."""
    cloudy = scenes["rendered_s2b_20250124T083021"]
    classes = RasterReader().read_chip(cloudy, GRID_10M, ("scl",)).band("scl")
    assert 0.3 < np.isin(classes, (8, 9, 10)).mean() < 0.7
    berths = share(GRID_10M, [maker.harbour.shape(b) for b in SHIPS]) > 0.5
    assert not np.isin(classes[berths], (3, 8, 9, 10)).any()
    overcast = scenes["rendered_s2a_20241220T083021"]
    assert (RasterReader().read_chip(overcast, GRID_10M, ("scl",)).band("scl") == 9).all()


def test_the_document_lists_every_scene() -> None:
    """`docs/demo.md` has one row for each scene of the catalog."""
    text = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    ids = sorted(p.name for p in SCENES.iterdir() if p.is_dir())
    assert sorted(re.findall(r"^\| `(rendered_\w+)`", text, re.MULTILINE)) == ids


def test_the_sun_stands_where_a_winter_morning_has_it() -> None:
    """At the pass of 20 December the sun is about 30 degrees high in the south-south-east."""
    azimuth, elevation = sun(at("2024-12-20T08:30"))
    assert azimuth == pytest.approx(163, abs=4)
    assert elevation == pytest.approx(30, abs=1.5)


def test_the_command_names_an_area_file_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing area file ends the command with status 1 and one line naming it."""
    missing = tmp_path / "nowhere.geojson"
    monkeypatch.setattr("sys.argv", ["demo", str(tmp_path / "out"), "--aoi", str(missing)])
    assert main() == 1
    assert str(missing) in capsys.readouterr().err
    assert not (tmp_path / "out" / "tartus_2025" / "scenes").exists()
