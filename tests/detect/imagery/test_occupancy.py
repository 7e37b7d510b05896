"""Is the berth taken? One known ship, and all that could be mistaken for one."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from shapely.geometry import LineString, Polygon, box

from monitor.detect.imagery.occupancy import (
    OccupancyCriteria,
    bands_for,
    berth_states,
    reference_scenes,
    survey_order,
)
from monitor.detect.imagery.port_pixels import port_grid
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.chip import Chip
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import ROOT, shared

T0 = datetime(2025, 1, 10, 3, 42, tzinfo=UTC)
FRAME = MetricFrame(32636)
X, Y = 762_000.0, 3_866_000.0
SEA_DB, LAND_DB, HULL_DB = -20.0, -6.0, -6.0
Rows = tuple[int, int]
Values = npt.NDArray[np.float32]


def a_port(*, quay: bool = True) -> Gazetteer:
    """A quay running east with land south of it, and two berths of 200 × 40 m on its water."""

    def placed(name: str, kind: PlaceKind, shape: Polygon | LineString, **more: str) -> Place:
        return Place(id=name, kind=kind, name=name, geometry=FRAME.geographic(shape), **more)

    along = {"quay_id": "p.quay"} if quay else {}
    places = [
        placed("p.berth.a", PlaceKind.BERTH, box(X, Y, X + 200, Y + 40), **along),
        placed("p.berth.b", PlaceKind.BERTH, box(X + 200, Y, X + 400, Y + 40), **along),
        placed("p.quay", PlaceKind.QUAY, LineString([(X, Y), (X + 400, Y)])),
    ]
    return Gazetteer("p", {p.id: p for p in places})


PORT = a_port()
GRID = port_grid(PORT)


def put(
    layer: Values, value: float, *, east: tuple[float, float], north: tuple[float, float]
) -> None:
    """Set the pixels of a rectangle, metres from the quay's west end."""
    col, row = (X - GRID.west_m) / 10, (GRID.north_m - Y) / 10
    rows = slice(round(row - north[1] / 10), round(row - north[0] / 10))
    layer[rows, round(col + east[0] / 10) : round(col + east[1] / 10)] = value


def radar(
    scene_id: str = "now",
    *,
    ships: Sequence[float] = (),
    seed: int = 0,
    sea_db: float = SEA_DB,
    hull_db: float = HULL_DB,
    length_m: float = 120,
) -> Chip:
    """Return a radar chip: speckled sea, land and quay, ships 30 m wide at metres along it."""
    rng = np.random.default_rng([seed, *scene_id.encode()])
    layer = rng.normal(sea_db, 1.0, (GRID.height, GRID.width)).astype(np.float32)
    put(layer, LAND_DB, east=(-2000, 2000), north=(-2000, 0))
    for start in ships:
        put(layer, hull_db, east=(start, start + length_m), north=(0, 30))
    return Chip(scene_id=scene_id, grid=GRID, bands=("vv",), values=layer[None])


WATER = {"blue": 0.05, "green": 0.05, "red": 0.03, "nir": 0.015, "swir16": 0.01}
LAND = {"blue": 0.12, "green": 0.15, "red": 0.18, "nir": 0.25, "swir16": 0.25}
DECK = {"blue": 0.10, "green": 0.12, "red": 0.15, "nir": 0.14, "swir16": 0.13}
CLOUD = {"blue": 0.6, "green": 0.6, "red": 0.6, "nir": 0.62, "swir16": 0.4}


def optical(
    scene_id: str = "now",
    *,
    ships: Sequence[float] = (),
    width_m: float = 20,
    clouds: Sequence[tuple[float, float]] = (),
    bands: Sequence[str] = ("blue", "green", "red", "nir", "swir16"),
    water: Mapping[str, float] = WATER,
) -> Chip:
    """Return an optical chip of the same port; clouds 400 m deep over spans along the quay."""
    rng = np.random.default_rng(list(scene_id.encode()))
    layers = []
    for band in bands:
        layer = rng.normal(water[band], 0.002, (GRID.height, GRID.width)).astype(np.float32)
        put(layer, LAND[band], east=(-2000, 2000), north=(-2000, 0))
        for start in ships:
            put(layer, DECK[band], east=(start, start + 180), north=(0, width_m))
        for span in clouds:
            put(layer, CLOUD[band], east=span, north=(-200, 200))
        layers.append(layer)
    return Chip(scene_id=scene_id, grid=GRID, bands=tuple(bands), values=np.stack(layers))


def a_scene(chip_or_id: Chip | str = "now", *, at: datetime = T0, orbit: int | None = 94) -> Scene:
    """Return a scene; radar unless its chip has no radar band."""
    bands = chip_or_id.bands if isinstance(chip_or_id, Chip) else ("vv",)
    is_radar = "vv" in bands or "vh" in bands
    return Scene(
        id=chip_or_id.scene_id if isinstance(chip_or_id, Chip) else chip_or_id,
        acquired_at=at,
        available_at=at,
        platform="x",
        sensor="sentinel-1" if is_radar else "sentinel-2",
        modality=Modality.RADAR if is_radar else Modality.OPTICAL,
        orbit=orbit,
        footprint_wkt="",
        bands=tuple(BandRef(name=n, href="/x") for n in bands),
    )


def judged(
    chip: Chip, references: Sequence[Chip] = (), *, port: Gazetteer = PORT
) -> dict[str, BerthState]:
    """Return the state of each berth, by its last letter."""
    states = berth_states(a_scene(chip), chip, port, references=references)
    assert [s.berth_id for s in states] == sorted(s.berth_id for s in states)
    return {s.berth_id[-1]: s for s in states}


def states(chip: Chip, references: Sequence[Chip] = (), *, port: Gazetteer = PORT) -> str:
    """Return what is said of berths a and b in one word each."""
    return " ".join(s.state.value for s in judged(chip, references, port=port).values())


EMPTY = [radar(f"r{i}") for i in range(12)]


@pytest.mark.parametrize(
    ("ships", "expected"),
    [((), "free free"), ((40,), "occupied free"), ((40, 240), "occupied occupied")],
)
def test_radar_finds_a_ship_at_its_own_berth(ships: Sequence[float], expected: str) -> None:
    """A hull alongside takes its berth and not the one beside it."""
    assert states(radar(ships=ships), EMPTY) == expected


@pytest.mark.parametrize(("above_db", "state"), [(5.0, "free"), (7.0, "occupied")])
def test_a_hull_stands_out_by_six_decibels(above_db: float, state: str) -> None:
    """What rises less than the threshold above the empty berth is no ship."""
    calm = [replace(c, values=np.where(c.values < -15, SEA_DB, c.values)) for c in EMPTY]
    chip = radar(ships=(40,), hull_db=SEA_DB + above_db)
    still = replace(chip, values=np.where(chip.values < -16, SEA_DB, chip.values))
    assert judged(still, calm)["a"].state == state


@pytest.mark.parametrize(("length_m", "state"), [(50, "free"), (60, "occupied")])
def test_a_hull_covers_1400_square_metres(length_m: float, state: str) -> None:
    """A hull 30 m wide on the radar and 60 m long is a ship; a shorter one a boat or a crane.

    The corners are lost with everything thin, 400 m² of each.
    """
    assert judged(radar(ships=(40,), length_m=length_m), EMPTY)["a"].state == state


def test_a_streak_across_the_berth_is_no_ship() -> None:
    """A side lobe is bright and long but thinner than any hull."""
    chip = radar()
    put(chip.values[0], HULL_DB, east=(-200, 600), north=(10, 20))
    assert states(chip, EMPTY) == "free free"


def test_what_is_always_there_is_the_port() -> None:
    """A crane standing in the berth in every pass is not a ship in this one."""
    cranes = [radar(f"r{i}", ships=(40,)) for i in range(12)]
    assert states(radar(ships=(40,)), cranes) == "free free"
    assert states(radar(ships=(40, 240)), cranes) == "free occupied"


@pytest.mark.parametrize("stays", [6, 10])
def test_a_ship_that_stays_is_still_found(stays: int) -> None:
    """A hull present in half, even in five sixths, of the references is not taken for the quay."""
    past = [radar(f"r{i:02}", ships=(40,) if i < stays else ()) for i in range(12)]
    assert states(radar(ships=(40,)), past) == "occupied free"


def test_a_ship_that_never_left_is_found_away_from_the_quay() -> None:
    """Nothing is built in open water: what always lay 40 m off the quay's line is a ship."""
    berth = Place(
        id="p.berth.a",
        kind=PlaceKind.BERTH,
        name="a",
        geometry=FRAME.geographic(box(X, Y, X + 200, Y + 150)),
        quay_id="p.quay",
        mooring="stern-to",
    )
    port = Gazetteer("p", {**PORT.places, "p.berth.a": berth})

    def with_hull(name: str) -> Chip:
        chip = radar(name)
        put(chip.values[0], HULL_DB, east=(80, 110), north=(40, 140))
        return chip

    always = [with_hull(f"r{i}") for i in range(12)]
    assert states(with_hull("now"), always, port=port) == "occupied free"
    assert states(radar(), always, port=port) == "free free"


def test_the_scene_is_never_its_own_reference() -> None:
    """A chip of the scene itself among the references changes nothing."""
    chip = radar(ships=(40,))
    assert judged(chip, [*EMPTY, chip]) == judged(chip, EMPTY)


def test_the_order_of_references_does_not_matter() -> None:
    """The same past in another order gives the same scores."""
    chip = radar(ships=(40,), hull_db=-13.5)
    assert judged(chip, EMPTY) == judged(chip, EMPTY[::-1])


def test_without_references_the_answer_is_less_sure() -> None:
    """One pass alone still finds a bright hull, with a score nearer to doubt."""
    chip = radar(ships=(40,))
    alone, compared = judged(chip)["a"], judged(chip, EMPTY)["a"]
    assert alone.state is compared.state is Occupancy.OCCUPIED
    assert 0.5 < alone.score < compared.score
    assert alone.reason == "no references"
    assert judged(chip)["b"].state is Occupancy.FREE


def test_a_score_close_to_the_middle_is_called_uncertain() -> None:
    """Doubt is told in the reason; the state stands."""
    criteria = OccupancyCriteria(doubt=0.51)
    chip = radar()
    (state, _) = berth_states(a_scene(chip), chip, PORT, references=EMPTY, criteria=criteria)
    assert state.state is Occupancy.FREE
    assert state.reason == "12 references, uncertain"


@pytest.mark.parametrize(("rise_db", "expected"), [(5.0, "free free"), (7.0, "unobserved " * 2)])
def test_a_rough_sea_hides_ships(rise_db: float, expected: str) -> None:
    """Sea more than 6 dB above its usual level is no view of an empty berth."""
    chip = radar(sea_db=SEA_DB + rise_db)
    assert states(chip, EMPTY) == expected.strip()
    if "unobserved" in expected:
        assert judged(chip, EMPTY)["a"].reason == "rough sea"


def test_without_a_past_a_sea_like_land_is_rough() -> None:
    """A single pass over a sea of -8 dB says nothing of the berths."""
    chip = radar(sea_db=-8.0)
    put(chip.values[0], 2.0, east=(-2000, 2000), north=(-2000, 0))
    assert states(chip) == "unobserved unobserved"


def test_the_radar_band_that_shows_more_counts() -> None:
    """A hull hidden in the sea's VV clutter is found in VH."""
    empty = [replace(c, bands=("vv", "vh"), values=np.repeat(c.values, 2, 0)) for c in EMPTY]
    values = np.concatenate([radar().values, radar(ships=(40,)).values])
    chip = Chip(scene_id="now", grid=GRID, bands=("vv", "vh"), values=values)
    assert states(chip, empty) == "occupied free"


@pytest.mark.parametrize(("east_m", "state"), [(70, "free"), (90, "unobserved")])
def test_a_berth_seen_too_little_is_unobserved(east_m: float, state: str) -> None:
    """Below six tenths of its pixels a berth is not judged, and never called free."""
    chip = radar()
    put(chip.values[0], np.nan, east=(0, east_m), north=(0, 40))
    got = judged(chip, EMPTY)
    assert got["a"].state == state
    assert got["a"].usable == pytest.approx(1 - east_m / 200)
    assert math.isnan(got["a"].score) == (state == "unobserved")
    assert got["b"].state is Occupancy.FREE


@pytest.mark.parametrize("chip", [radar(), optical()])
def test_a_scene_that_shows_nothing_is_unobserved(chip: Chip) -> None:
    """No data over the port is no evidence of absence."""
    blind = replace(chip, values=np.full_like(chip.values, np.nan))
    got = judged(blind, EMPTY if "vv" in chip.bands else ())
    assert {(s.state, s.usable) for s in got.values()} == {(Occupancy.UNOBSERVED, 0.0)}


def test_a_chip_without_usable_bands_is_unobserved() -> None:
    """Bands that cannot answer give no answer."""
    scene = a_scene(optical(bands=("swir16",)))
    chip = optical(bands=("swir16",))
    got = berth_states(scene, chip, PORT, references=())
    assert {s.state for s in got} == {Occupancy.UNOBSERVED}


def test_without_water_in_view_there_is_no_answer() -> None:
    """A chip that shows the berth and nothing round it has nothing to compare with."""
    for chip in (radar(ships=(40,)), optical(ships=(10,))):
        alone = np.full_like(chip.values, np.nan)
        col, row = round((X - GRID.west_m) / 10), round((GRID.north_m - Y) / 10)
        window = np.s_[:, row - 4 : row, col : col + 40]
        alone[window] = chip.values[window]
        got = judged(replace(chip, values=alone))["a"]
        assert (got.state, got.reason) == (Occupancy.UNOBSERVED, "no water to compare with")


def test_the_state_carries_what_the_scene_is() -> None:
    """A state can be told without its scene, and a drawn scene's states say that it was drawn."""
    chip = radar()
    scene = replace(a_scene(chip), rendered=True)
    (state, _) = berth_states(scene, chip, PORT, references=EMPTY)
    assert (state.scene_id, state.orbit, state.sensor) == ("now", 94, "sentinel-1")
    assert state.rendered


@pytest.mark.parametrize("bands", [None, ("blue", "green", "red", "nir"), ("blue", "green", "red")])
def test_optical_finds_a_ship_at_its_own_berth(bands: Sequence[str] | None) -> None:
    """A deck fills its berth with what is not water, with or without infrared."""
    use = bands or ("blue", "green", "red", "nir", "swir16")
    assert states(optical(ships=(10,), bands=use)) == "occupied free"
    assert states(optical(bands=use)) == "free free"


def test_colour_alone_is_less_sure() -> None:
    """Without near infrared the score of the same ship is nearer to doubt."""
    full, colour = (
        judged(optical(ships=(10,), bands=b))["a"].score
        for b in (("blue", "green", "red", "nir"), ("blue", "green", "red"))
    )
    assert 0.5 < colour < full


@pytest.mark.parametrize("glint", [0.0, 0.1])
def test_glinting_water_is_still_water(glint: float) -> None:
    """Sun on the sea brightens every band; the scene's own water tells what water is today."""
    water = {name: value + glint for name, value in WATER.items()}
    assert states(optical(water=water)) == "free free"


@pytest.mark.parametrize("scene", [(), (10,)])
def test_a_cloud_is_neither_ship_nor_water(scene: Sequence[float]) -> None:
    """A berth under cloud is unobserved whatever lies there; its neighbour is judged."""
    chip = optical(ships=scene, clouds=((-200, 200),))
    got = judged(chip)
    assert got["a"].state is Occupancy.UNOBSERVED
    assert got["a"].reason == "cloud"
    clear = judged(optical(ships=(210,), clouds=((-400, 100),)))
    assert clear["b"].state is Occupancy.OCCUPIED


def _classed(chip: Chip, *, berth: float, around: float) -> Chip:
    layer = np.full((1, GRID.height, GRID.width), around, np.float32)
    put(layer[0], berth, east=(0, 200), north=(0, 40))
    return replace(chip, bands=(*chip.bands, "scl"), values=np.concatenate([chip.values, layer]))


def test_the_scene_classification_alone_hides_no_berth() -> None:
    """A berth called cloud in the midst of clear water is a bright deck, not a cloud."""
    assert states(_classed(optical(ships=(10,)), berth=9, around=6)) == "occupied free"


def test_the_scene_classification_is_believed_about_the_sky() -> None:
    """Where all around is called cloud too, thin cloud that looks clear is still cloud."""
    assert states(_classed(optical(), berth=9, around=8)) == "unobserved unobserved"


def test_the_edge_of_a_quay_is_told_from_a_ship_by_other_scenes() -> None:
    """A berth drawn 20 m over its quay is free when only the quay is in it."""

    def shifted(name: str, *, ship: bool) -> Chip:
        chip = optical(name)
        for band, layer in zip(chip.bands, chip.values, strict=True):
            put(layer, LAND[band], east=(-2000, 2000), north=(0, 20))
            if ship:
                put(layer, DECK[band], east=(10, 190), north=(20, 40))
        return chip

    past = [shifted(f"r{i}", ship=False) for i in range(4)]
    assert states(shifted("now", ship=False)) == "occupied occupied"  # nothing to tell them apart
    assert states(shifted("now", ship=False), past) == "free free"
    assert states(shifted("now", ship=True), past) == "occupied free"


def a_pass(day: float, *, orbit: int | None = 94, scene_id: str | None = None) -> Scene:
    """Return a radar scene `day` days after T0."""
    return a_scene(scene_id or f"s{day:06.2f}", at=T0 + timedelta(days=day), orbit=orbit)


def test_references_are_of_the_same_orbit_and_another_pass() -> None:
    """Another orbit, another sensor, a drawn scene and the same pass under another id are out."""
    scene = a_pass(0, scene_id="now")
    fitting = a_pass(12, scene_id="other")
    others = [
        scene,
        fitting,
        a_pass(12, orbit=21),
        a_pass(12, orbit=None),
        a_pass(1 / 24 / 2, scene_id="neighbouring tile"),
        replace(a_pass(12, scene_id="drawn"), rendered=True),
        a_scene(replace(optical(), scene_id="optical"), at=T0 + timedelta(days=12)),
    ]
    assert reference_scenes(scene, others, causal=False) == ("other",)


def test_a_live_watch_uses_only_what_it_could_know() -> None:
    """Causal references were taken before the scene and could be had when it could."""
    late = replace(a_pass(-6, scene_id="late"), available_at=T0 + timedelta(days=1))
    others = [a_pass(-12, scene_id="before"), late, a_pass(12, scene_id="after")]
    scene = a_pass(0, scene_id="now")
    assert reference_scenes(scene, others, causal=True) == ("before",)
    assert reference_scenes(scene, others, causal=False) == ("before", "late", "after")


def test_references_are_near_and_spread_and_in_no_order_of_arrival() -> None:
    """Half the references are the nearest, half reach over the whole archive."""
    scene = a_pass(0, scene_id="now")
    others = [a_pass(-12 * n) for n in range(1, 41)]
    chosen = reference_scenes(scene, others, causal=False, limit=8)
    assert chosen == reference_scenes(scene, others[::-1], causal=False, limit=8)
    assert len(chosen) == 8
    assert {f"s{-12.0 * n:06.2f}" for n in range(1, 5)} <= set(chosen)
    assert others[-1].id in chosen


def test_scenes_that_share_references_follow_one_another() -> None:
    """The order of a survey is by orbit and then by time, whatever order they came in."""
    scenes = [a_pass(0, orbit=94), a_pass(1, orbit=21), a_pass(2, orbit=94)]
    assert [(s.orbit, s.id) for s in survey_order(scenes)] == [
        (21, "s001.00"),
        (94, "s000.00"),
        (94, "s002.00"),
    ]


def test_only_bands_that_are_there_are_asked_for() -> None:
    """A scene's bands are named in the order the detector uses them."""
    assert bands_for(a_scene(optical(bands=("nir", "green")))) == ("green", "nir")


EVER = TimeWindow(start=datetime(1990, 1, 1, tzinfo=UTC), end=datetime(2100, 1, 1, tzinfo=UTC))


@pytest.mark.shared_data
@pytest.mark.parametrize("causal", [False, True])
def test_latakia_moorings_are_read_right(causal: bool) -> None:
    """At the real moorings of Latakia the states agree with those seen by eye.

    Measured when this was written: balanced accuracy 0.993 on 21 occupied and 70 free slots.
    """
    folder = shared("data", "imagery")
    labels = json.loads((folder / "latakia_s1_labels.json").read_text())["scenes"]
    port = load_gazetteer(ROOT / "aoi" / "latakia.geojson")
    scenes = list(StaticCatalog("x", folder / "latakia_s1").search(EVER, Tally()))
    grid, reader = port_grid(port), RasterReader()
    chips = {s.id: reader.read_chip(s, grid, bands_for(s)) for s in scenes}
    right: dict[int, list[bool]] = {0: [], 1: []}
    for scene in (s for s in scenes if s.id in labels):
        past = [chips[i] for i in reference_scenes(scene, scenes, causal=causal)]
        for state in berth_states(scene, chips[scene.id], port, references=past):
            truth = labels[scene.id]["slots"].get(state.berth_id[-1])
            if truth is not None:
                expected = Occupancy.OCCUPIED if truth else Occupancy.FREE
                right[truth].append(state.state is expected)
    assert sum(map(len, right.values())) == 91
    assert np.mean([np.mean(v) for v in right.values()]) >= 0.975


@pytest.mark.shared_data
def test_berths_of_real_ports_are_read_right_from_one_scene(tmp_path: Path) -> None:
    """Hulls outlined by others, and as many empty slots, are told apart by Sentinel-2.

    Measured when this was written: accuracy 0.993 over nine ports, 0.98 and more with other slots.
    """
    tool = shared("tools", "berths_from_ships.py")
    right = []
    for name in ("algiers", "busan", "marseille"):
        folder, areas = shared("data", "imagery", "sen2ships", name), tmp_path / f"{name}.geojson"
        subprocess.run([sys.executable, tool, folder, areas], check=True, capture_output=True)
        port = load_gazetteer(areas)
        truth = json.loads((tmp_path / f"{name}.truth.json").read_text())
        (scene,) = StaticCatalog("x", folder).search(EVER, Tally())
        chip = RasterReader().read_chip(scene, port_grid(port), bands_for(scene))
        for state in berth_states(scene, chip, port, references=()):
            if state.state is not Occupancy.UNOBSERVED:
                taken = bool(truth[state.berth_id]["occupied"])
                right.append(taken == (state.state is Occupancy.OCCUPIED))
    assert len(right) >= 160
    assert np.mean(right) >= 0.97
