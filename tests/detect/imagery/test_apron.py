"""Does an apron look unlike its past? Things put there, taken away, and all that only seems so."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy import ndimage
from shapely.geometry import box

from monitor.detect.imagery.apron import apron_references, apron_states, unobserved_aprons
from monitor.detect.imagery.occupancy import bands_for
from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.report.files import APRON_COLUMNS, write_apron_states
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import ROOT

T0 = datetime(2025, 3, 10, 8, 20, tzinfo=UTC)
FRAME = MetricFrame(32636)
X, Y = 762_000.0, 3_866_000.0
GRID = Grid(epsg=32636, west_m=X, north_m=Y, gsd_m=10, width=120, height=90)
OPTICAL = ("blue", "green", "red", "nir")
APRON = (slice(20, 36), slice(30, 70))
"""160 × 400 m of concrete in a town, with sea south of row 60."""


def a_port() -> Gazetteer:
    """Return one apron of 64,000 m²."""
    area = box(X + 300, Y - 360, X + 700, Y - 200)
    place = Place(id="p.apron", kind=PlaceKind.APRON, name="a", geometry=FRAME.geographic(area))
    return Gazetteer("p", {"p.apron": place})


PORT = a_port()
TOWN = np.random.default_rng(3).uniform(0.1, 0.3, (4, 90, 120))


def ground() -> np.ndarray:
    """Return what is always there: town, bare concrete, sea."""
    bands = ndimage.gaussian_filter(TOWN, (0, 0.7, 0.7))
    bands[(slice(None), *APRON)] = np.array([0.20, 0.22, 0.24, 0.26])[:, None, None]
    bands[:, 60:] = np.array([0.06, 0.05, 0.03, 0.01])[:, None, None]
    return bands


def look(
    scene_id: str = "now",
    *,
    things: Sequence[tuple[int, int, int, float]] = (),
    light: float = 1.0,
    haze: float = 0.0,
    days: float = 0.0,
) -> tuple[Scene, Chip]:
    """Return an optical scene; things are (row, col, side in pixels, reflectance factor)."""
    rng = np.random.default_rng(list(scene_id.encode()))
    values = ground()
    for row, col, side, factor in things:
        values[:, row : row + side, col : col + side] *= factor
    values = values * light + haze + rng.normal(0, 0.003, values.shape)
    return as_scene(scene_id, values, OPTICAL, days)


def as_scene(
    scene_id: str, values: np.ndarray, bands: tuple[str, ...], days: float = 0.0
) -> tuple[Scene, Chip]:
    """Return a scene and its chip."""
    at = T0 + timedelta(days=days)
    radar = bands[0] in ("vv", "vh")
    scene = Scene(
        id=scene_id,
        acquired_at=at,
        available_at=at,
        platform="x",
        sensor="sentinel-1" if radar else "sentinel-2",
        modality=Modality.RADAR if radar else Modality.OPTICAL,
        orbit=21,
        footprint_wkt="",
        bands=tuple(BandRef(name=b, href="/x") for b in bands),
    )
    return scene, Chip(scene_id=scene_id, grid=GRID, bands=bands, values=values.astype("f4"))


PAST = [look(f"r{i}", light=1 + 0.05 * (i % 3), days=-5 * (i + 1)) for i in range(7)]
THING = (26, 40, 3, 0.6)


def judged(
    one: tuple[Scene, Chip],
    past: Sequence[tuple[Scene, Chip]] = PAST,
    previous: ApronState | None = None,
) -> ApronState:
    """Return the apron's state."""
    before = {previous.apron_id: previous} if previous else None
    (state,) = apron_states(*one, PORT, references=past, previous=before)
    return state


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_things_on_bare_ground_fill_it_be_they_dark_or_bright(factor: float) -> None:
    """A block of 30 m, darker or brighter than the concrete, is filled ground of about 900 m²."""
    state = judged(look(things=[(26, 40, 3, factor)]))
    assert state.change is ApronChange.FILLED
    assert 600 <= state.changed_m2 <= 2600
    assert state.filled_m2 == state.changed_m2
    assert state.score > 0.9
    assert state.reason == "7 references"


def test_what_changed_is_outlined_where_it_lies() -> None:
    """The outline is round the block, in degrees."""
    state = judged(look(things=[THING]))
    outline = FRAME.metric(shapely.from_wkt(state.outline_wkt))
    block = box(X + 400, Y - 290, X + 430, Y - 260)
    assert outline.buffer(1).contains(block)
    assert block.buffer(25).contains(outline)


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_things_gone_leave_cleared_ground(factor: float) -> None:
    """Bare where there always was a block: cleared."""
    past = [
        look(s.id, things=[(26, 40, 4, factor)], days=-5 * i - 5) for i, (s, _) in enumerate(PAST)
    ]
    state = judged(look(), past)
    assert state.change is ApronChange.CLEARED
    assert state.cleared_m2 == state.changed_m2 > 0


def test_bare_ground_is_unchanged_and_scores_low() -> None:
    """Nothing put there, nothing told."""
    state = judged(look())
    assert (state.change, state.changed_m2, state.outline_wkt) == (ApronChange.NONE, 0, "")
    assert state.score < 0.3
    assert not state.confirmed


@pytest.mark.parametrize(("light", "haze"), [(0.7, 0.0), (1.2, 0.0), (0.9, 0.05)])
def test_light_and_haze_are_no_change(light: float, haze: float) -> None:
    """Sun, wet ground and thin haze move everything alike and are fitted away."""
    assert judged(look(light=light, haze=haze)).change is ApronChange.NONE


def test_a_scene_half_a_pixel_off_is_no_change() -> None:
    """Edges that only moved are put back before they are compared."""
    scene, chip = look()
    off = ndimage.shift(chip.values, (0, 0.6, -0.6), order=3, mode="nearest")
    assert judged((scene, replace(chip, values=off))).change is ApronChange.NONE


def test_a_change_seen_twice_is_confirmed() -> None:
    """The second usable scene that shows the same confirms it; elsewhere, or otherwise, not."""
    first = judged(look("d1", things=[THING], days=1))
    assert not first.confirmed
    assert judged(look("d2", things=[THING], days=2), previous=first).confirmed
    elsewhere = look("d3", things=[(22, 60, 3, 0.6)], days=2)
    assert not judged(elsewhere, previous=first).confirmed
    assert not judged(look("d4", days=2), previous=first).confirmed
    assert not judged(look("d0", things=[THING], days=0), previous=first).confirmed


def test_a_cloud_over_the_apron_is_unobserved() -> None:
    """What a cloud hides did neither fill nor clear."""
    scene, chip = look(things=[THING])
    values = chip.values.copy()
    values[:, 10:50, 20:80] = 0.6
    state = judged((scene, replace(chip, values=values)))
    assert (state.change, state.reason) == (ApronChange.UNOBSERVED, "cloud")
    assert np.isnan([state.changed_m2, state.score]).all()


def test_a_cloud_in_the_past_is_left_out() -> None:
    """One clouded reference changes nothing."""
    scene, chip = PAST[0]
    clouded = replace(chip, values=np.full_like(chip.values, 0.7))
    assert judged(look(things=[THING]), [(scene, clouded), *PAST[1:]]).reason == "6 references"


@pytest.mark.parametrize(("count", "seen"), [(2, False), (3, True)])
def test_a_short_past_says_nothing(count: int, seen: bool) -> None:
    """Fewer than three references are no baseline."""
    state = judged(look(things=[THING]), PAST[:count])
    assert (state.change is not ApronChange.UNOBSERVED) is seen
    assert seen or state.reason == "too few references"


def test_light_that_differs_beside_the_apron_too_is_no_change() -> None:
    """A shadow over the quarter darkens apron and town alike."""
    scene, chip = look()
    values = chip.values.copy()
    values[:2, 5:55, 10:60] *= 0.75
    values[2:, 5:55, 10:60] *= 0.45
    state = judged((scene, replace(chip, values=values)))
    assert (state.change, state.reason) == (ApronChange.UNOBSERVED, "uneven light")


def test_ground_painted_white_is_not_observed() -> None:
    """A picture that shows an apron as plain white then and now says nothing of it."""

    def white(one: tuple[Scene, Chip]) -> tuple[Scene, Chip]:
        values = one[1].values.copy()
        values[(slice(None), *APRON)] = 1.0
        return one[0], replace(one[1], values=values)

    state = judged(white(look()), [white(p) for p in PAST])
    assert state.change is ApronChange.UNOBSERVED


def test_the_order_of_the_past_does_not_matter() -> None:
    """The same references in any order give the same state."""
    now = look(things=[THING])
    assert judged(now, PAST) == judged(now, PAST[::-1])


@pytest.mark.parametrize(("rise", "change"), [
    (6, ApronChange.FILLED), (-6, ApronChange.CLEARED), (0, ApronChange.NONE),
])  # fmt: skip
def test_radar_tells_by_its_echo(rise: float, change: ApronChange) -> None:
    """Radar of one orbit: more echo than ever is filled, less is cleared."""

    def pass_over(name: str, extra: float, days: float) -> tuple[Scene, Chip]:
        rng = np.random.default_rng(list(name.encode()))
        values = 10 * np.log10(ground()[3:]) + rng.normal(0, 1, (1, 90, 120))
        values[:, 24:32, 40:50] += extra
        return as_scene(name, values, ("vv",), days)

    past = [pass_over(f"r{i}", 0, -12 * (i + 1)) for i in range(8)]
    assert judged(pass_over("now", rise, 0), past).change is change


def test_references_have_the_same_sun() -> None:
    """Scenes of the same season are taken before nearer ones of another; own passes never."""
    scene, _ = look()
    near = [look(f"n{i}", days=i - 364)[0] for i in range(5)]
    summer = [look(f"s{i}", days=100 + i)[0] for i in range(10)]
    chosen = apron_references(scene, [*summer, *near, scene], GRID)
    assert {s.id for s in near} <= set(chosen)
    assert scene.id not in chosen
    assert len(chosen) == 10
    assert chosen == apron_references(scene, [scene, *near, *summer[::-1]], GRID)


def test_a_scene_that_cannot_be_read_is_unobserved() -> None:
    """Every apron says so, with the reason."""
    (state,) = unobserved_aprons(look()[0], PORT, GRID, reason="cut_short")
    assert (state.change, state.reason) == (ApronChange.UNOBSERVED, "cut_short")


def test_aprons_are_written_as_a_table(tmp_path: Path) -> None:
    """One row a state, figures empty where nothing was observed."""
    states = [judged(look(things=[THING])), judged(look(), PAST[:1])]
    write_apron_states(tmp_path / "aprons.csv", states)
    rows = list(csv.DictReader((tmp_path / "aprons.csv").read_text("utf-8").splitlines()))
    assert tuple(rows[0]) == APRON_COLUMNS
    assert [r["change"] for r in rows] == ["filled", "unobserved"]
    assert float(rows[0]["changed_m2"]) > 0
    assert (rows[1]["changed_m2"], rows[1]["score"]) == ("", "")


def test_the_demo_shows_staging_come_and_go() -> None:
    """At 3 m the outer end of Mole 1 is filled on 6 January and as in autumn on 29 January."""
    port = load_gazetteer(ROOT / "aoi" / "tartus.geojson")
    window = TimeWindow(start=T0 - timedelta(days=400), end=T0)
    catalog = StaticCatalog("demo", ROOT / "sample_tiles" / "tartus_2025" / "scenes")
    scenes = [s for s in catalog.search(window, Tally()) if s.sensor == "planetscope"]
    outline = MetricFrame(32636).metric(port.places["tartus.apron.mole1"].geometry)
    west, _, _, north = outline.bounds
    grid = Grid(epsg=32636, west_m=west - 100, north_m=north + 150, gsd_m=3, width=420, height=300)
    chips = [(s, RasterReader().read_chip(s, grid, bands_for(s))) for s in scenes]
    truth = json.loads((ROOT / "tests" / "demo" / "truth.json").read_text())["scenes"]
    said = {}
    for day in ("20250106", "20250129"):
        now = next(c for c in chips if day in c[0].id)
        others = [c for c in chips if c[0].acquired_at < now[0].acquired_at]
        states = apron_states(*now, port, references=others)
        state = next(s for s in states if s.apron_id == "tartus.apron.mole1_end")
        assert state.rendered
        said[truth[now[0].id]["vehicles"]] = state.change
    assert said == {124: ApronChange.FILLED, 0: ApronChange.NONE}
