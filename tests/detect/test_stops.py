from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.stops import CompactCriteria, SlowCriteria, stops_in
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.domain.positions import concat
from tests.builders import OTHER, SEA, SPARTA, a_track, hours

LON, LAT = SEA
M_LON, M_LAT = 1 / 91_400, 1 / 110_920
"""Degrees a metre at 34.91 N, to a thousandth."""


def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    """Return a place so many metres from SEA."""
    return LON + east_m * M_LON, LAT + north_m * M_LAT


def tracks_of(*reports: tuple[float, tuple[float, float], float | None]) -> Tracks:
    """Return one vessel's tracks."""
    return tracks_in(a_track(*reports), criteria=TrackCriteria())


def rows(tracks: Tracks, criteria: CompactCriteria | SlowCriteria) -> list[tuple[int, int]]:
    """Return the first and last row of each stop."""
    found = stops_in(tracks, criteria=criteria)
    return list(zip(found.first.tolist(), found.last.tolist(), strict=True))


@pytest.mark.parametrize(("minutes", "stops"), [(30, [(0, 1)]), (29, [])])
def test_a_stop_lasts_its_duration(minutes: int, stops: list[tuple[int, int]]) -> None:
    """Elapsed time makes a stop, not the number of reports."""
    assert rows(tracks_of((0, SEA, 0), (minutes / 60, SEA, 0)), CompactCriteria()) == stops


@pytest.mark.parametrize(("metres", "stops"), [(199, [(0, 1)]), (201, [])])
def test_a_stop_fits_its_room(metres: float, stops: list[tuple[int, int]]) -> None:
    """Two reports further apart than the room are no stop."""
    assert rows(tracks_of((0, SEA, 0), (1, at(metres), 0)), CompactCriteria()) == stops


def test_two_stops_with_nothing_between_keep_every_report() -> None:
    """The first report of a stop that follows upon another belongs to it."""
    reports = [(i * 0.25, at(0 if i < 4 else 1_000), 0) for i in range(8)]
    assert rows(tracks_of(*reports), CompactCriteria()) == [(0, 3), (4, 7)]


def test_stops_of_two_vessels_are_apart() -> None:
    """A stop does not run on into the next vessel's track."""
    both = concat([a_track((0, SEA, 0), (1, SEA, 0)), a_track((0, SEA, 0), mmsi=OTHER)])
    found = stops_in(tracks_in(both, criteria=TrackCriteria()), criteria=CompactCriteria())
    assert found.mmsi.tolist() == [SPARTA]


def test_a_stop_across_the_antimeridian_is_one() -> None:
    """A ship that lies on the 180th degree does not move."""
    reports = [(i * 0.2, ((-1) ** i * 179.9999, 0.0), 0) for i in range(6)]
    assert rows(tracks_of(*reports), CompactCriteria()) == [(0, 5)]


def test_no_reports_no_stops() -> None:
    """An empty track has none."""
    empty = tracks_in(a_track(), criteria=TrackCriteria())
    assert len(stops_in(empty, criteria=CompactCriteria())) == 0
    assert len(stops_in(empty, criteria=SlowCriteria())) == 0


def test_a_stop_of_no_length_is_refused() -> None:
    """A duration of nothing would make every report a stop."""
    with pytest.raises(ValueError, match="min_duration"):
        CompactCriteria(min_duration=timedelta(0))


@pytest.mark.parametrize(
    ("speeds", "stops"),
    [
        ([0.2, 0.4, 0.4, 0.5], [(0, 2)]),
        ([0.2, 0.5, 0.4, 0.4], []),
        ([0.3, 0.3, 0.3, 0.3], []),
        ([0.2, None, None, 0.49], [(0, 3)]),
    ],
)
def test_a_stop_by_speed_begins_and_ends_at_its_thresholds(
    speeds: list[float | None], stops: list[tuple[int, int]]
) -> None:
    """It begins at 0.2 kn and ends at 0.5 kn; a missing speed decides nothing."""
    reports = [(i * 0.5, SEA, sog) for i, sog in enumerate(speeds)]
    assert rows(tracks_of(*reports), SlowCriteria()) == stops


def diagonal_m(points: np.ndarray) -> float:
    """Return the diagonal of the least rotated rectangle, by shapely."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.multipoints(points)))
    return float(np.hypot(*((corners[2] if len(corners) > 3 else corners[-1]) - corners[0])))


def stops_by_hand(
    times: list[float], xy: np.ndarray, room: float, least: float
) -> list[tuple[int, int]]:
    """Return stops by the definition, trying every report."""
    found, i = [], 0
    while i < len(times):
        k = next((j for j in range(i, len(times)) if times[j] - times[i] >= least), None)
        if k is None or diagonal_m(xy[i : k + 1]) >= room:
            i += 1
            continue
        while k + 1 < len(times) and diagonal_m(xy[i : k + 2]) < room:
            k += 1
        found.append((i, k))
        i = k + 1
    return found


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([0.05, 0.1, 0.4, 1.0]),
            st.integers(-90, 90),
            st.integers(-90, 90),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_stops_are_those_of_the_definition(steps: list[tuple[float, int, int]]) -> None:
    """The quick way finds what trying every report finds."""
    times = np.cumsum([s[0] for s in steps]).tolist()
    xy = np.cumsum([s[1:] for s in steps], axis=0).astype(float)
    tracks = tracks_of(*((t, at(*p), 0) for t, p in zip(times, xy.tolist(), strict=True)))
    if len(tracks.rows) != len(times):
        return  # reports so alike that one of them was merged
    criteria = CompactCriteria(min_duration=timedelta(hours=0.5) - timedelta(seconds=1))
    by_hand = stops_by_hand(times, xy, 200.0, 0.5 - 1 / 3600)
    # Degrees are no exact metres, and of two rectangles of nearly the same area either may be
    # the least: what a stretch of a thousandth decides is not asked.
    stretched = [xy * np.array(by) for by in ((1.002, 1.0), (1.0, 1.002), (0.998, 1), (1, 0.998))]
    sure = all(stops_by_hand(times, z, 200.0, 0.5 - 1 / 3600) == by_hand for z in stretched)
    assert not sure or rows(tracks, criteria) == by_hand


def test_half_an_hour_is_kept_to_the_millisecond() -> None:
    """Times are whole milliseconds, so a threshold is met exactly."""
    assert rows(tracks_of((0, SEA, 0), (0.5, SEA, 0)), CompactCriteria()) == [(0, 1)]
    later = CompactCriteria(min_duration=hours(0.5) + timedelta(milliseconds=1))
    assert rows(tracks_of((0, SEA, 0), (0.5, SEA, 0)), later) == []
