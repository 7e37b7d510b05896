"""Ships that cross the 12-mile line."""

from __future__ import annotations

import pytest

from monitor.detect.crossings import Crossing, CrossingCriteria, crossings_in, line_off
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.geo import METRES_PER_NM
from tests.builders import a_gazetteer, a_track

C = CrossingCriteria()


def at_nm(nm: float) -> tuple[float, float]:
    """Return a point due west of the port's western limit."""
    frame = a_gazetteer().frame
    x, y = frame.xy(35.80, 34.91)
    lon, lat = frame.lonlat(float(x) - nm * METRES_PER_NM, float(y))
    return float(lon), float(lat)


def crossings(*nm: float, every_h: float = 1.0) -> tuple[Crossing, ...]:
    """Return the crossings of a ship heard at these distances, one report after the other."""
    rows = a_track(*((every_h * i, at_nm(d), 3.0) for i, d in enumerate(nm)))
    tracks = tracks_in(rows, criteria=TrackCriteria())
    return crossings_in(tracks, line_off(a_gazetteer(), "port"), criteria=C)


def test_a_ship_coming_in_and_going_out_crosses_twice() -> None:
    """Each crossing lies between the reports around the line."""
    inward, outward = crossings(14.0, 13.0, 11.0, 11.5, 13.0)
    assert (inward.inward, outward.inward) == (True, False)
    assert (round(inward.before_nm), round(inward.after_nm)) == (13, 11)
    assert outward.after_nm > 12.3


@pytest.mark.parametrize(("out_nm", "count"), [(12.2, 1), (12.4, 3)])
def test_a_ship_circling_on_the_line_does_not_chatter(out_nm: float, count: int) -> None:
    """A ship is outside only 0.3 nm beyond the line."""
    assert len(crossings(14.0, 11.9, out_nm, 11.9, 12.1, 11.9)) == count


def test_a_track_that_begins_inside_has_not_crossed() -> None:
    """Nothing shows where she came from."""
    assert crossings(5.0, 6.0) == ()


@pytest.mark.parametrize(("every_h", "count"), [(6.0, 1), (6.1, 0)])
def test_a_long_gap_tells_no_crossing(every_h: float, count: int) -> None:
    """Reports more than six hours apart do not show a crossing."""
    assert len(crossings(13.0, 11.0, every_h=every_h)) == count


def test_an_edge_amid_interference_is_not_told() -> None:
    """Where the reports around it prove nothing there is no crossing."""
    tracks = tracks_in(a_track((0, at_nm(13), 3.0), (1, at_nm(11), 3.0)), criteria=TrackCriteria())
    line = line_off(a_gazetteer(), "port")
    assert line.measured_from == "port"
    assert not crossings_in(tracks, line, criteria=C, shaky=lambda _a, _b: True)
