"""Berth stays by the hull's outline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, positions_from
from monitor.domain.vessel import Hull
from monitor.domain.visit import Visit
from monitor.domain.window import to_ms
from tests.builders import SEA, SPARTA, T0, hours

FRAME = MetricFrame.around(35.81, 34.91)
X0, Y0 = (float(v) for v in FRAME.xy(35.81, 34.91))
LENGTH, BEAM = 120.0, 20.0
HULL = Hull(to_bow_m=100.0, to_stern_m=20.0, to_port_m=10.0, to_starboard_m=10.0)
"""Bridge and antenna aft, as on most cargo ships."""


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return the place x metres along and y metres off the quay."""
    lon, lat = FRAME.lonlat(X0 + x, Y0 + y)
    return float(lon), float(lat)


def a_quay() -> Gazetteer:
    """Return three slots of 126 m by 30 m in a row, from west to east."""
    import shapely

    slots = {
        f"port.berth.{i + 1}": FRAME.geographic(
            shapely.box(X0 + 126 * i, Y0, X0 + 126 * (i + 1), Y0 + 30)
        )
        for i in range(3)
    }
    return Gazetteer(
        "port", {k: Place(id=k, kind=PlaceKind.BERTH, name=k, geometry=g) for k, g in slots.items()}
    )


def grid_east() -> float:
    """Return the true heading of a ship that lies along the quay with her bow to the east."""
    x, y = FRAME.xy(35.81, 34.9101)
    return 90.0 + math.degrees(math.atan2(float(x) - X0, float(y) - Y0))


def stays(
    x: float, *, heading: float | None, hulls: dict[int, Hull], precision_m: float = 1.0
) -> list[Visit]:
    """Return berth stays of a ship whose antenna lies x metres along the quay, 15 m off it."""
    at = lonlat(x, 15)
    places = [SEA, at, at, SEA]
    columns: PositionColumns = positions_from(
        {
            "time_ms": [to_ms(T0 + hours(h)) for h in (0, 3, 9, 12)],
            "mmsi": [SPARTA] * 4,
            "lon": [p[0] for p in places],
            "lat": [p[1] for p in places],
            "sog_kn": [9.0, 0.0, 0.0, 9.0],
            "heading_deg": np.array([np.nan if heading is None else heading] * 4),
            "precision_m": [precision_m] * 4,
        },
        sources=["test"],
    )
    tracks = tracks_in(columns, criteria=TrackCriteria())
    found = visits_in(tracks, a_quay(), criteria=VisitCriteria(), hulls=hulls)
    return [v for v in found if v.place_kind == "berth"]


def test_the_hull_tells_the_slot_the_antenna_does_not() -> None:
    """Bow to the east, antenna in the first slot, four fifths of the ship in the second."""
    (by_antenna,) = stays(110, heading=None, hulls={SPARTA: HULL})
    (by_hull,) = stays(110, heading=grid_east(), hulls={SPARTA: HULL})
    assert (by_antenna.place_id, by_antenna.by_hull) == ("port.berth.1", False)
    assert (by_hull.place_id, by_hull.by_hull) == ("port.berth.2", True)


def test_turned_round_the_same_antenna_is_in_the_other_slot() -> None:
    """Bow to the west, the same antenna belongs to a ship in the first slot."""
    (stay,) = stays(126, heading=(grid_east() + 180) % 360, hulls={SPARTA: HULL})
    assert stay.place_id == "port.berth.1"


def test_a_ship_longer_than_a_slot_takes_the_next_as_well() -> None:
    """Slots of which the hull leaves less than half free are listed."""
    long = Hull(to_bow_m=215.0, to_stern_m=20.0, to_port_m=16.0, to_starboard_m=16.0)
    (stay,) = stays(25, heading=grid_east(), hulls={SPARTA: long})
    assert stay.place_id == "port.berth.1"
    assert stay.covers == ("port.berth.2",)


@pytest.mark.parametrize(("into_next_m", "covers"), [(63.5, ("port.berth.2",)), (62.5, ())])
def test_a_slot_is_covered_from_half(into_next_m: float, covers: tuple[str, ...]) -> None:
    """Another ship of the slot's length fits while more than half of it is free."""
    hull = Hull(to_bow_m=150.0, to_stern_m=20.0, to_port_m=10.0, to_starboard_m=10.0)
    (stay,) = stays(126 + into_next_m - 150, heading=grid_east(), hulls={SPARTA: hull})
    assert stay.place_id == "port.berth.1"
    assert stay.covers == covers


def test_without_hull_or_with_an_antenna_at_the_corner_the_antenna_decides() -> None:
    """Zeros ahead and to port mean that nobody entered where the antenna stands."""
    corner = Hull(to_bow_m=0.0, to_stern_m=120.0, to_port_m=0.0, to_starboard_m=20.0)
    for hulls in ({}, {SPARTA: corner}):
        (stay,) = stays(110, heading=grid_east(), hulls=hulls)
        assert (stay.place_id, stay.by_hull) == ("port.berth.1", False)


@pytest.mark.parametrize(("precision_m", "found"), [(50.0, 1), (51.0, 0)])
def test_a_coarse_position_decides_no_berth_though_the_hull_is_known(
    precision_m: float, found: int
) -> None:
    """A hull drawn round a coarse position is a coarse hull."""
    got = stays(110, heading=grid_east(), hulls={SPARTA: HULL}, precision_m=precision_m)
    assert len(got) == found
