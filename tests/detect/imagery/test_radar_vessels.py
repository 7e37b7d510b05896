"""Ships on open water in drawn radar seas: found where they are, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.imagery.radar_vessels import (
    Hull,
    hulls_in,
    radar_sightings,
    radar_vessels,
)
from monitor.detect.imagery.sea_clutter import amplitude_to_db
from monitor.domain.sighting import Mooring
from tests.detect.imagery.radar_sea import DrawnSea, FloatArray, a_radar_chip, a_radar_scene


def found(db: FloatArray) -> tuple[Hull, ...]:
    """Return the hulls of a 10 m image."""
    return hulls_in([db], gsd_m=10.0)


def test_one_ship_is_found_where_and_as_she_lies() -> None:
    """A ship of 180 m is one sighting with her place, length, axis and high confidence."""
    sea = DrawnSea().add(120, 200, length_m=180, beam_m=30, axis_deg=40)
    chip = a_radar_chip(sea.db())
    (vessel,) = radar_vessels(a_radar_scene(), chip)
    ship = vessel.sighting
    assert abs(ship.length_m - 180) <= ship.length_error_m
    assert ship.axis_deg == pytest.approx(40, abs=8)
    assert ship.mooring is Mooring.OPEN_WATER
    assert ship.confidence >= 0.9
    assert not vessel.near_land
    col0, row0, col1, row1 = vessel.pixel_bbox
    assert col0 <= 200 <= col1
    assert row0 <= 120 <= row1
    assert radar_sightings(a_radar_scene(), chip) == (ship,)


def test_an_empty_sea_raises_no_ship() -> None:
    """Speckle alone, however it falls, is no ship."""
    assert not [h for seed in range(5) for h in found(DrawnSea(seed=seed).db())]


@pytest.mark.parametrize("rise_db", [-30.0, 0.0, 40.0])
def test_the_level_of_the_decibels_does_not_matter(rise_db: float) -> None:
    """Calibrated or not, the same ships come out."""
    db = DrawnSea().add(100, 100, length_m=120, beam_m=20).db()
    assert [h.pixel_bbox for h in found(db + np.float32(rise_db))] == [
        h.pixel_bbox for h in found(db)
    ]


def test_two_ships_side_by_side_are_two() -> None:
    """Two hulls with 100 m of water between them are two sightings."""
    sea = DrawnSea().add(100, 100, length_m=180, beam_m=30)
    assert len(found(sea.add(100, 113, length_m=180, beam_m=30).db())) == 2


def test_land_raises_no_ship_and_hides_none() -> None:
    """A coast with bright houses is no ship; a ship 400 m off it is one."""
    sea = DrawnSea(400, 400)
    sea.add(200, 60, length_m=4000, beam_m=1200, over_sea_db=8)
    for row in range(40, 360, 40):
        sea.add(row, 60, length_m=150, beam_m=40, over_sea_db=22)
    sea.add(200, 170, length_m=150, beam_m=25)
    (hull,) = found(sea.db())
    assert 160 < hull.col < 180


def test_a_given_water_mask_is_kept_to() -> None:
    """No ship is looked for outside the water that was given."""
    chip = a_radar_chip(DrawnSea().add(100, 100, length_m=150, beam_m=25).db())
    water = np.ones((300, 300), np.bool_)
    assert len(radar_sightings(a_radar_scene(), chip, water=water)) == 1
    water[80:120, 80:120] = False
    assert radar_sightings(a_radar_scene(), chip, water=water) == ()


def test_a_breakwater_is_no_ship() -> None:
    """A straight wall of 2.5 km, 30 m wide, raises nothing."""
    sea = DrawnSea(400, 400).add(200, 200, length_m=2500, beam_m=30, axis_deg=70, over_sea_db=16)
    assert found(sea.db()) == ()


def test_arms_of_side_lobes_are_neither_hull_nor_ships() -> None:
    """A very bright ship with a cross of 700 m is one ship of her own length."""
    sea = DrawnSea()
    sea.add(150, 150, length_m=700, beam_m=10, axis_deg=90, over_sea_db=16)
    sea.add(150, 150, length_m=700, beam_m=10, axis_deg=0, over_sea_db=16)
    sea.add(150, 150, length_m=200, beam_m=30, axis_deg=50, over_sea_db=38)
    (hull,) = found(sea.db())
    assert hull.size.length == pytest.approx(200, abs=40)


def test_a_wake_does_not_lengthen_her() -> None:
    """A wake of 900 m behind a ship is not her length."""
    sea = DrawnSea().add(150, 205, length_m=900, beam_m=20, axis_deg=90, over_sea_db=8)
    sea.add(150, 160, length_m=150, beam_m=30, axis_deg=90, over_sea_db=28)
    (hull,) = found(sea.db())
    assert hull.size.length == pytest.approx(150, abs=40)


@pytest.mark.parametrize(
    ("away_px", "weaker_db", "doubted"), [(500, 20, True), (500, 6, False), (330, 20, False)]
)
def test_a_weak_copy_along_the_track_is_doubted(
    away_px: int, weaker_db: float, doubted: bool
) -> None:
    """Only what is 4-6 km along the track from a far stronger echo may be its ghost."""
    sea = DrawnSea(700, 300).add(80, 80, length_m=250, beam_m=40, over_sea_db=45)
    turn = np.radians(12)
    row, col = 80 + away_px * np.cos(turn), 80 + away_px * np.sin(turn)
    sea.add(row, col, length_m=150, beam_m=30, over_sea_db=45 - weaker_db)
    chip = a_radar_chip(sea.db())
    weak = min(radar_sightings(a_radar_scene(), chip), key=lambda s: s.lat)
    assert ("ambiguity" in weak.reason) is doubted
    assert (weak.confidence < 0.5) is doubted
    other = min(radar_sightings(a_radar_scene("terrasar-x"), chip), key=lambda s: s.lat)
    assert "ambiguity" not in other.reason


def test_the_edge_of_a_swath_is_no_ship_and_hides_none() -> None:
    """Beside unseen pixels the sea stays sea, and a ship near them is found."""
    db = DrawnSea().add(150, 110, length_m=150, beam_m=25).db()
    db[:, :95] = np.nan
    (hull,) = found(db)
    assert 100 < hull.col < 120


def test_odd_numbers_do_no_harm() -> None:
    """Infinities and gaps are unseen pixels; an image of nothing gives nothing."""
    db = DrawnSea().add(150, 150, length_m=150, beam_m=25).db()
    db[10:12, 10:12], db[20, 20], db[21, 21] = np.nan, np.inf, -np.inf
    assert len(found(db)) == 1
    assert found(np.full((50, 50), np.nan, np.float32)) == ()
    assert found(np.full((3, 3), -20, np.float32)) == ()


def test_vh_helps_where_vv_is_rough() -> None:
    """A ship that only VH shows well is found by both together."""
    quiet = DrawnSea(seed=2).add(150, 150, length_m=120, beam_m=20, over_sea_db=24).db()
    rough = DrawnSea(seed=3).db() + np.float32(12)
    assert found(rough) == ()
    assert len(hulls_in([rough, quiet], gsd_m=10.0)) == 1


def test_dark_counts_are_seen_and_blank_margins_are_not() -> None:
    """A count of 0 in the sea is a weak echo; a margin of zeros was not seen."""
    counts = np.full((60, 60), 20, np.uint8)
    counts[:, :20], counts[40, 40] = 0, 0
    db = amplitude_to_db(counts)
    assert np.isnan(db[:, :20]).all()
    assert np.isfinite(db[:, 20:]).all()
    assert db[40, 40] < db[41, 41]
