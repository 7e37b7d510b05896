from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.matching import (
    NO_AIS,
    NOT_COVERED,
    TAKEN,
    MatchCriteria,
    SceneMatch,
    scene_matches,
)
from monitor.detect.reception import coverage_of
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.berth_state import BerthState
from monitor.domain.geo import distance_m
from monitor.domain.positions import PositionColumns, concat, no_positions
from monitor.domain.scene import Modality
from monitor.domain.sighting import Mooring, Sighting, SightingMatch
from tests.builders import BERTH, OTHER, SPARTA, SPARTA_II, T0, a_gazetteer, a_look, a_track, hours

FEED = a_track(*((h, (35.5, 34.5), 5) for h in range(100)), mmsi=OTHER)
LAT_M = float(1 / distance_m(35.8, 34.9, 35.8, 34.901) * 0.001)
LON_M = float(1 / distance_m(35.8, 34.9, 35.801, 34.9) * 0.001)


def a_sighting(
    east_m: float = 0.0,
    north_m: float = 0.0,
    *,
    hour: float = 10.0,
    length_m: float = 120.0,
    error_m: float = 10.0,
    modality: Modality = Modality.OPTICAL,
    berth: str | None = None,
) -> Sighting:
    """Return a ship seen so far from the middle of berth a."""
    return Sighting(
        scene_id=f"scene-{hour:06.1f}",
        acquired_at=T0 + hours(hour),
        sensor="sentinel-2",
        modality=modality,
        lon=BERTH[0] + east_m * LON_M,
        lat=BERTH[1] + north_m * LAT_M,
        outline_wkt="",
        length_m=length_m,
        length_error_m=error_m,
        confidence=0.9,
        mooring=Mooring.OPEN_WATER,
        berth_ids=(berth,) if berth else (),
    )


def at(east_m: float = 0.0, north_m: float = 0.0) -> tuple[float, float]:
    """Return a place so far from the middle of berth a."""
    return BERTH[0] + east_m * LON_M, BERTH[1] + north_m * LAT_M


def matched(
    *tracks: PositionColumns,
    seen: tuple[Sighting, ...] = (),
    looks: tuple[BerthState, ...] = (),
    lengths: dict[int, float] | None = None,
    feed: PositionColumns = FEED,
    criteria: MatchCriteria = MatchCriteria(),  # noqa: B008 - frozen
) -> SceneMatch:
    """Match the only scene."""
    rows = concat([*tracks, feed])
    (scene,) = scene_matches(
        seen,
        looks,
        tracks_in(rows, criteria=TrackCriteria()),
        a_gazetteer(),
        coverage_of(rows),
        lengths=lengths or {},
        criteria=criteria,
    )
    return scene


def match_of(
    *tracks: PositionColumns, seen: Sighting, lengths: dict[int, float] | None = None
) -> SightingMatch:
    """Match the only sighting."""
    (match,) = matched(*tracks, seen=(seen,), lengths=lengths).matches
    return match


@pytest.mark.parametrize(("east_m", "is_match"), [(358, True), (362, False)])
def test_the_gate_of_a_ship_at_rest(east_m: float, is_match: bool) -> None:
    """300 m and half the measured length, where the hull's own is not known."""
    match = match_of(a_track((10, at(), 0.0)), seen=a_sighting(east_m))
    assert (match.mmsi == SPARTA) is is_match
    assert match.reason == ("" if is_match else NO_AIS)


@pytest.mark.parametrize(
    ("length_m", "is_match"), [(140, True), (141, False), (100, True), (99, False)]
)
def test_length_must_fit(length_m: float, is_match: bool) -> None:
    """A hull's known length lies within twice the error of the measured one."""
    match = match_of(a_track((10, at(), 0.0)), seen=a_sighting(), lengths={SPARTA: length_m})
    assert (match.mmsi is not None) is is_match


@pytest.mark.parametrize("dt_h", [0.25, 0.49])
def test_a_moving_ship_is_placed_between_her_reports(dt_h: float) -> None:
    """She is looked for where she was at the acquisition, not where she last reported."""
    run_m = 10 * 1852 * dt_h
    track = a_track((10 - dt_h, at(-run_m), 10.0), (10 + dt_h, at(run_m), 10.0))
    match = match_of(track, seen=a_sighting(0))
    assert match.mmsi == SPARTA
    assert match.distance_m < 30


@pytest.mark.parametrize(("gap_min", "is_match"), [(60, True), (62, False)])
def test_reports_too_far_apart_place_no_moving_ship(gap_min: float, is_match: bool) -> None:
    """Two reports more than an hour apart, and none within half of it, say too little."""
    half = gap_min / 120
    track = a_track((10 - half, at(-9_000), 10.0), (10 + half, at(9_000), 10.0))
    assert (match_of(track, seen=a_sighting(0)).mmsi is not None) is is_match


@pytest.mark.parametrize(("minutes", "is_match"), [(30, True), (31, False)])
@pytest.mark.parametrize("ahead", [True, False])
def test_dead_reckoning_is_bounded(minutes: float, is_match: bool, ahead: bool) -> None:
    """From the last or the first report she runs on at her speed for half an hour at most."""
    run_m = 6 * 1852 * minutes / 60
    sign = -1 if ahead else 1
    track = a_track((10 + sign * minutes / 60, at(sign * run_m), 6.0))
    track = replace(track, cog_deg=np.array([90.0], np.float32))
    match = match_of(track, seen=a_sighting(0))
    assert (match.mmsi is not None) is is_match
    if is_match:
        assert match.distance_m < 60


@pytest.mark.parametrize(("hours_off", "is_match"), [(6.0, True), (6.1, False)])
def test_a_ship_at_rest_is_looked_for_in_her_place(hours_off: float, is_match: bool) -> None:
    """She lies where she lay for six hours at most."""
    match = match_of(a_track((10 - hours_off, at(), 0.1)), seen=a_sighting())
    assert (match.mmsi is not None) is is_match


@pytest.mark.parametrize(
    ("modality", "is_match"), [(Modality.RADAR, True), (Modality.OPTICAL, False)]
)
def test_radar_puts_a_moving_ship_beside_her_place(modality: Modality, is_match: bool) -> None:
    """At 12 kn the gate is half a kilometre wider under radar."""
    track = a_track((10, at(), 12.0))
    track = replace(track, cog_deg=np.array([90.0], np.float32))
    match = match_of(track, seen=a_sighting(0, 800, modality=modality))
    assert (match.mmsi is not None) is is_match


def test_one_ship_explains_one_sighting() -> None:
    """Of two hulls one ship is matched to the nearer; the other says why it is left over."""
    scene = matched(a_track((10, at(), 0.0)), seen=(a_sighting(20), a_sighting(200)))
    assert [m.mmsi for m in scene.matches] == [SPARTA, None]
    assert scene.matches[1].reason == TAKEN


def test_the_assignment_is_global() -> None:
    """The nearest ship is given up where another sighting has only her."""
    one, two = a_track((10, at(0), 0.0)), a_track((10, at(-300), 0.0), mmsi=SPARTA_II)
    scene = matched(one, two, seen=(a_sighting(-20), a_sighting(340)))
    assert [m.mmsi for m in scene.matches] == [SPARTA_II, SPARTA]


def test_no_coverage_no_absence() -> None:
    """Where nobody was heard near the sighting it is not said that there is no AIS."""
    scene = matched(seen=(a_sighting(),), feed=no_positions())
    assert scene.matches[0].reason == NOT_COVERED


def test_a_ship_not_seen_is_told_where_a_berth_was_looked_at() -> None:
    """Only a berth that the scene shows can miss a ship."""
    track = a_track((10, at(), 0.0))
    (missed,) = matched(track, looks=(a_look(10, "free"),)).not_seen
    assert (missed.mmsi, missed.berth_id) == (SPARTA, "port.berth.a")
    blind = (a_look(10, "unobserved"), a_look(10, "free", berth="port.berth.b"))
    assert not matched(track, looks=blind).not_seen
    seen = matched(track, looks=(a_look(10, "free"),), seen=(a_sighting(),))
    assert not seen.not_seen


def test_order_does_not_matter() -> None:
    """Sightings in any order, and equal ones, are matched alike."""
    tracks = [a_track((10, at(50 * i), 0.0), mmsi=SPARTA + i) for i in range(3)]
    seen = tuple(a_sighting(50 * i) for i in (2, 0, 1, 1))
    assert matched(*tracks, seen=seen) == matched(*tracks[::-1], seen=seen[::-1])
