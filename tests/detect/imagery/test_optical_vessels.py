from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from monitor.detect.imagery.optical_parallax import SENTINEL_2_DELAYS_S
from monitor.detect.imagery.optical_vessels import (
    OPTICAL_BANDS,
    VesselCriteria,
    optical_sightings,
    ship_probability,
)
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.sighting import Mooring, Sighting
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import shared
from tests.detect.imagery.optical_scenes import CLOUD, RUST, SHIP, Drawing, a_scene

CRITERIA = VesselCriteria()


class KnowsRust:
    """A model that takes whatever is red and nothing else for a hull."""

    name = "knows rust"
    calibration = (1.0, 0.0)
    judge = None

    def scores(self, tile: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Tell hull by red without infrared; a core is a cell with hull all round it."""
        hull = (tile[2] > 1.5) & (tile[3] < 0.8)
        core = hull.copy()
        core[1:] &= hull[:-1]
        core[:-1] &= hull[1:]
        core[:, 1:] &= hull[:, :-1]
        core[:, :-1] &= hull[:, 1:]
        layers = np.stack([hull, core]).repeat(2, 1).repeat(2, 2)
        return np.where(layers, 0.9, 0.1).astype(np.float32)


def seen(drawing: Drawing, **changes: float) -> tuple[Sighting, ...]:
    """Search without a model."""
    return optical_sightings(a_scene(), drawing.chip(), criteria=replace(CRITERIA, **changes))


def told_by_rust(drawing: Drawing) -> tuple[Sighting, ...]:
    """Search with the model that knows rust."""
    chip = drawing.chip()
    return optical_sightings(a_scene(), chip, criteria=CRITERIA, scorer=KnowsRust())


def test_a_ship_on_open_water_is_found_where_she_lies() -> None:
    """Place, direction and length of a lone ship are told to within a pixel or two."""
    (ship,) = seen(Drawing().land(30).box((60, 63), (90, 108), SHIP).blurred())
    x, y = MetricFrame(epsg=32636).xy(ship.lon, ship.lat)
    assert math.hypot(x - 750_990, y - 3_899_385) < 10
    assert ship.length_m == pytest.approx(180, abs=20)
    assert ship.axis_deg == pytest.approx(91.6, abs=3)  # grid east is not true east
    assert ship.mooring is Mooring.OPEN_WATER
    assert ship.reason.startswith("classical, no model")
    assert shapely.from_wkt(ship.outline_wkt).contains(shapely.Point(ship.lon, ship.lat))


def test_empty_water_holds_no_ship() -> None:
    """Water and land without ships raise nothing."""
    assert seen(Drawing().land(30).blurred()) == ()
    assert seen(Drawing()) == ()


def test_whitecaps_are_no_ships() -> None:
    """Bright specks of a pixel or two, however many, raise nothing."""
    drawing, random = Drawing().land(30), np.random.default_rng(2)
    for row in range(5, 150, 6):
        for col in range(40, 150, 6):
            down, right = random.uniform(0, 3, 2)
            drawing.box((row + down, row + down + 1.3), (col + right, col + right + 1.3), SHIP)
    assert seen(drawing.blurred()) == ()


def test_cloud_is_no_ship_and_hides_ships() -> None:
    """A cloud raises nothing, nor does what looks like a ship at its frayed edge."""
    drawing = Drawing().land(30).box((60, 90), (80, 120), CLOUD)
    assert seen(drawing.box((92, 95), (90, 105), SHIP).blurred()) == ()


@pytest.mark.parametrize(("speed_m_s", "kept"), [(0.0, True), (6.2, True), (140.0, False)])
def test_what_flies_is_no_ship(speed_m_s: float, kept: bool) -> None:
    """The bands of an aircraft lie apart, those of a ship at rest or at 12 kn do not."""
    drawing = Drawing().land(30)
    drawing.box(
        (60, 64),
        (90, 106),
        SHIP,
        moving_px=(speed_m_s / 10, 0),
        delays_s={**SENTINEL_2_DELAYS_S, "swir16": 1.468},
    )
    assert bool(seen(drawing.blurred())) is kept


def test_motion_is_told_only_of_sensors_whose_delays_are_known() -> None:
    """Another sensor's bands may lie apart for other reasons."""
    drawing = Drawing().land(30)
    drawing.box((60, 64), (90, 106), SHIP, moving_px=(3, 0), delays_s=SENTINEL_2_DELAYS_S)
    chip = drawing.blurred().chip()
    assert optical_sightings(a_scene(), chip, criteria=CRITERIA) == ()
    (ship,) = optical_sightings(a_scene("rapideye"), chip, criteria=CRITERIA)
    assert "kn" not in ship.reason


def test_what_was_not_seen_raises_nothing() -> None:
    """Holes hide the ships in them, the others are still found; a blank scene is no scene."""
    drawing = Drawing().land(30).box((60, 63), (90, 108), SHIP).box((120, 123), (90, 108), SHIP)
    drawing.blurred().unseen(slice(100, 160), slice(0, 160))
    assert len(seen(drawing)) == 1
    assert seen(drawing.unseen(slice(0, 160), slice(0, 160))) == ()


def test_colour_alone_still_shows_ships_and_says_so() -> None:
    """Without infrared the classical path runs, whatever model is at hand."""
    chip = (
        Drawing().land(30).box((60, 63), (90, 108), SHIP).blurred().chip(("blue", "green", "red"))
    )
    (ship,) = optical_sightings(a_scene(), chip, criteria=CRITERIA, scorer=KnowsRust())
    assert ship.reason == "classical, colour only"
    too_little = Drawing().chip(("blue", "nir"))
    assert optical_sightings(a_scene(), too_little, criteria=CRITERIA) == ()


def test_a_ship_alongside_is_left_to_the_model() -> None:
    """The classical path tells of no ship that touches land; the model's are told of."""
    drawing = Drawing().land(60).box((60, 80), (60, 64), RUST)
    assert seen(drawing) == ()
    (ship,) = told_by_rust(drawing)
    assert ship.mooring is Mooring.ALONGSIDE
    assert ship.reason == "knows rust"
    assert ship.confidence == pytest.approx(0.9, abs=0.01)


def test_how_a_ship_lies_is_told_by_the_side_that_touches() -> None:
    """End to the quay is stern-to; side to another ship and off the quay is rafted."""
    (stern_to,) = told_by_rust(Drawing().land(60).box((60, 64), (60, 80), RUST))
    assert stern_to.mooring is Mooring.STERN_TO
    inner = Drawing().land(60).box((60, 80), (60, 64), RUST).box((60, 80), (65, 69), RUST)
    moorings = {s.mooring for s in told_by_rust(inner)}
    assert moorings == {Mooring.ALONGSIDE, Mooring.RAFTED}


def test_two_ships_bow_to_stern_are_two() -> None:
    """Hulls that touch are parted by their cores."""
    drawing = Drawing().land(60).box((40, 60), (60, 64), RUST).box((61, 81), (60, 64), RUST)
    drawing.box((60, 61), (61, 63), RUST)
    assert len(told_by_rust(drawing)) == 2


@pytest.mark.parametrize("tile_px", [32, 64, 512])
def test_tiles_leave_no_seam(tile_px: int) -> None:
    """A ship across the border of tiles is the same ship."""
    drawing = (
        Drawing(200, 230).land(30).box((60, 64), (50, 70), RUST).box((126, 130), (90, 108), RUST)
    )
    whole = optical_sightings(a_scene(), drawing.chip(), criteria=CRITERIA, scorer=KnowsRust())
    tiled = optical_sightings(
        a_scene(), drawing.chip(), criteria=replace(CRITERIA, tile_px=tile_px), scorer=KnowsRust()
    )
    assert tiled == whole
    assert len(whole) == 2


def test_finer_pixels_are_averaged_and_coarser_ones_left_to_the_classical_path() -> None:
    """A model of 10 m pixels is asked about those only."""
    fine = Drawing(480, 480, gsd_m=10 / 3).land(90).box((180, 192), (270, 320), RUST)
    (ship,) = told_by_rust(fine)
    assert ship.length_m == pytest.approx(150, abs=20)
    coarse = Drawing(gsd_m=30).land(30).box((60, 62), (90, 98), SHIP)
    (ship,) = told_by_rust(coarse)
    assert ship.reason.startswith("classical, bands or pixels unfit")


@pytest.mark.parametrize(("length_px", "found"), [(4.9, False), (5.2, True)])
def test_boats_are_left_out(length_px: float, found: bool) -> None:
    """Craft drawn shorter than the least length are not told of."""
    drawing = Drawing().land(30).box((60, 63), (90, 90 + math.floor(length_px)), SHIP)
    assert bool(seen(drawing, shortest_m=50 if found else 51)) is found


def test_the_probability_of_hull_comes_pixel_by_pixel() -> None:
    """Pixels of a hull are likely, water is not, and what was not seen is neither."""
    drawing = Drawing().land(60).box((60, 80), (60, 64), RUST).unseen(slice(0, 10), slice(0, 160))
    likely = ship_probability(drawing.chip(), scorer=KnowsRust(), criteria=CRITERIA)
    assert likely is not None
    assert likely.shape == (160, 160)
    assert likely[70, 62] == pytest.approx(0.9)
    assert likely[70, 100] == pytest.approx(0.1)
    assert np.isnan(likely[5, 100])
    rgb = drawing.chip(("blue", "green", "red"))
    assert ship_probability(rgb, scorer=KnowsRust(), criteria=CRITERIA) is None


@pytest.mark.shared_data
def test_the_aircraft_at_algiers_is_no_ship_by_its_bands_alone() -> None:
    """What the parallax test takes away is the aircraft's spots, and no ship."""
    folder = shared("data", "imagery", "sen2ships", "algiers")
    window = TimeWindow(
        start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime(2100, 1, 1, tzinfo=UTC)
    )
    (scene,) = StaticCatalog("algiers", folder / "item.json").search(window, Tally())
    x, y = MetricFrame(epsg=32631).xy(3.0975, 36.7565)
    grid = Grid(
        epsg=32631,
        west_m=float(x) - 3000,
        north_m=float(y) + 3000,
        gsd_m=10,
        width=600,
        height=600,
    )
    chip = RasterReader().read_chip(scene, grid, OPTICAL_BANDS)
    blind = replace(CRITERIA, parallax=replace(CRITERIA.parallax, too_fast_m_s=math.inf))
    kept = optical_sightings(scene, chip, criteria=CRITERIA)
    gone = [s for s in optical_sightings(scene, chip, criteria=blind) if s not in kept]
    assert gone
    for spot in gone:  # one for each band that shows her
        assert math.hypot(spot.lon - 3.095, spot.lat - 36.7565) < 0.002
        knots = int(spot.reason.split()[-2])
        assert knots == pytest.approx(140 * 3600 / 1852, rel=0.05)  # 139-145 m/s, band by band
