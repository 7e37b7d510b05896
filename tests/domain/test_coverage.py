from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.coverage import (
    NEAR_KM,
    CellHours,
    cell_bounds,
    cell_hours,
    cell_of,
    cells_around,
    cells_within,
    merged_spans,
)
from monitor.domain.geo import distance_m
from monitor.domain.positions import concat
from tests.builders import OTHER, SPARTA, a_track

COLUMNS = CellHours.__slots__


@pytest.mark.parametrize(
    ("lon", "lat", "corner"),
    [
        (35.75, 34.75, (35.75, 34.75)),
        (35.9999, 34.9999, (35.75, 34.75)),
        (36.0, 34.9, (36.0, 34.75)),
    ],
)
def test_a_cell_is_a_quarter_of_a_degree(
    lon: float, lat: float, corner: tuple[float, float]
) -> None:
    """A cell holds its western and southern edge and not the others."""
    west, south, east, north = cell_bounds(int(cell_of(lon, lat)))
    assert (west, south) == corner
    assert (east - west, north - south) == (0.25, 0.25)


@pytest.mark.parametrize("edge", [180.0, -180.0])
def test_the_date_line_is_one_line(edge: float) -> None:
    """East and west of 180 degrees are neighbours, and 180 is -180."""
    assert cell_of(edge, 10.1) == cell_of(-179.9, 10.1)
    assert int(cell_of(179.9, 10.1)) in cells_around(int(cell_of(edge, 10.1)))


@pytest.mark.parametrize("lat", [-90.0, -77.4, -34.9, 0.0, 34.9, 48.3, 66.5, 79.9, 90.0])
def test_near_is_never_farther_than_said(lat: float) -> None:
    """No point of a cell's neighbours is beyond the distance told to readers."""
    cell = int(cell_of(20.1, lat))
    west, south, east, north = cell_bounds(cell)
    for near in cells_around(cell):
        a, b, c, d = cell_bounds(near)
        for lon, own_lon in ((a, east), (c, west)):
            for own_lat, other in ((south, d), (north, b)):
                assert float(distance_m(own_lon, own_lat, lon, other)) <= NEAR_KM * 1000


def test_cells_within_a_box_touch_it() -> None:
    """A box across a cell's edge has both cells; one across the date line too."""
    assert len(cells_within((35.7, 34.8, 35.8, 34.9))) == 2
    assert len(cells_within((179.9, 0.1, -179.9, 0.2))) == 2


def columns(hours: CellHours) -> dict[tuple[int, int, int], tuple[int, int, int]]:
    """Return rows by their key."""
    made = zip(*(getattr(hours, name).tolist() for name in COLUMNS), strict=True)
    return {(f, c, h): (m, lo, hi) for f, c, h, m, lo, hi in made}


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31), parts=st.integers(1, 5))
def test_parts_in_any_order_add_up_to_the_whole(seed: int, parts: int) -> None:
    """Bits, smallest and largest of any split of the rows combine to those of all rows."""
    rng = np.random.default_rng(seed)
    places = [(35.0 + x, 34.0 + y) for x, y in rng.uniform(0, 1, (40, 2)).tolist()]
    rows = concat(
        [
            a_track(*((float(rng.uniform(0, 9)), p, 5.0) for p in places[i::2]), mmsi=m)
            for i, m in enumerate((SPARTA, OTHER))
        ]
    )
    zero = np.zeros(len(rows), np.int64)
    whole = columns(cell_hours(rows, zero))
    order = rng.permutation(len(rows))
    summed: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for part in np.array_split(order, parts):
        for key, (bits, low, high) in columns(cell_hours(rows.take(part), zero[part])).items():
            known = summed.get(key, (bits, low, high))
            summed[key] = (known[0] | bits, min(known[1], low), max(known[2], high))
    assert summed == whole


def test_no_positions_are_no_cells() -> None:
    """Nothing received makes no row."""
    empty = a_track((0, (35.0, 34.0), 5)).take(slice(0, 0))
    assert len(cell_hours(empty, np.zeros(0, np.int64)).cell) == 0


def test_spans_that_touch_are_one() -> None:
    """Every hour of a cell is wanted once, and cells are not mixed."""
    spans = merged_spans(
        *(np.array(c, np.int64) for c in ([7, 3, 7, 7], [10, 10, 0, 4], [12, 11, 3, 6]))
    )
    rows = np.stack([spans.cell, spans.first, spans.last], axis=1)
    assert rows.tolist() == [[3, 10, 11], [7, 0, 6], [7, 10, 12]]
