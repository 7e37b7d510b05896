"""The port's grid: fixed, snapped, and large enough for every berth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import LineString, box

from monitor.detect.imagery.port_pixels import (
    MAX_SIDE_PX,
    port_grid,
    port_pixels,
    two_class_split,
)
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.scene import native_gsd_m
from monitor.sources.gazetteer import load_gazetteer
from tests.conftest import ROOT

FRAME = MetricFrame(32636)
X, Y = 762_003.0, 3_866_007.0


def a_port(*shapes: tuple[str, PlaceKind, object], quay_id: str | None = None) -> Gazetteer:
    """Return a port of shapes given in metres from (X, Y)."""
    places = [
        Place(id=f"p.{name}", kind=kind, name=name, geometry=FRAME.geographic(shape))
        for name, kind, shape in shapes
    ]
    named = [
        replace(p, quay_id=quay_id) if p.kind is PlaceKind.BERTH and quay_id else p for p in places
    ]
    return Gazetteer("p", {p.id: p for p in named})


BERTH = ("a", PlaceKind.BERTH, box(X, Y, X + 200, Y + 40))


@pytest.mark.parametrize("gsd_m", [10.0, 3.0])
def test_a_grid_is_snapped_and_holds_its_berths(gsd_m: float) -> None:
    """Edges lie on multiples of the pixel side, so all scenes share the same pixels."""
    grid = port_grid(a_port(BERTH), gsd_m=gsd_m)
    assert (grid.epsg, grid.west_m % gsd_m, grid.north_m % gsd_m) == (32636, 0, 0)
    assert X - 510 <= grid.west_m <= X - 500
    assert Y + 540 <= grid.north_m <= Y + 550
    assert grid.west_m + grid.width * gsd_m >= X + 700


def test_the_water_of_the_port_is_included_as_far_as_it_goes() -> None:
    """Harbour water widens the grid, unless it would make it too large to hold."""
    small = port_grid(a_port(BERTH))
    near = ("w", PlaceKind.HARBOUR_WATER, box(X, Y, X + 3000, Y + 3000))
    endless = ("w", PlaceKind.HARBOUR_WATER, box(X, Y, X + 60_000, Y + 3000))
    assert port_grid(a_port(BERTH, near)).width > small.width
    assert port_grid(a_port(BERTH, endless)) == small


def test_two_ports_in_one_file_are_refused() -> None:
    """Berths further apart than a grid can hold are a mistake told in one line."""
    far = ("b", PlaceKind.BERTH, box(X + 50_000, Y, X + 50_200, Y + 40))
    with pytest.raises(ValueError, match="one file per port"):
        port_grid(a_port(BERTH, far))
    assert port_grid(a_port(BERTH, far), gsd_m=20.0).width <= MAX_SIDE_PX


def test_a_port_without_berths_has_no_grid() -> None:
    """There is nothing to look at without berths."""
    with pytest.raises(ValueError, match="no berths"):
        port_grid(a_port(("w", PlaceKind.HARBOUR_WATER, box(X, Y, X + 9, Y + 9))))


def test_a_berth_has_the_pixels_of_its_area() -> None:
    """A berth of 200 × 40 m has 80 pixels of 10 m, those within 30 m of its quay marked."""
    port = a_port(
        BERTH, ("q", PlaceKind.QUAY, LineString([(X - 50, Y), (X + 250, Y)])), quay_id="p.q"
    )
    (berth,) = port_pixels(port, port_grid(port), quayside_m=30).berths
    assert np.count_nonzero(berth.inside) == berth.whole == 80
    assert np.count_nonzero(berth.quayside) == 60
    assert berth.has_quay
    assert berth.width_m == pytest.approx(40, abs=0.1)
    assert berth.away_m[berth.inside].max() == 0


def test_the_middle_of_a_berth_tells_most() -> None:
    """Ends and outline, where neighbours and quay show, weigh a half each."""
    middle = box(X, Y, X + 200, Y + 40).centroid
    port = a_port(BERTH)
    grid = port_grid(port)
    (berth,) = port_pixels(port, grid, quayside_m=30).berths
    row = int((grid.north_m - middle.y) / 10) - berth.rows.start
    col = int((middle.x - grid.west_m) / 10) - berth.cols.start
    assert berth.weight[row, col] == pytest.approx(1, abs=0.06)
    assert berth.weight[row, col + 8] == pytest.approx(0.58, abs=0.06)
    edge = berth.weight[berth.inside & (berth.weight < 0.3)]
    assert edge.min() == pytest.approx(0.26, abs=0.02)
    assert not berth.weight[~berth.inside].any()


def test_known_water_leaves_the_berths_out() -> None:
    """Water to measure the sea on never holds a berth, where ships lie."""
    port = a_port(BERTH, ("w", PlaceKind.BASIN, box(X - 100, Y - 100, X + 300, Y + 200)))
    pixels = port_pixels(port, port_grid(port), quayside_m=30)
    assert np.count_nonzero(pixels.known_water) == 40 * 30 - 80
    assert not (pixels.known_water & pixels.any_berth).any()


def test_a_berth_off_the_grid_is_left_out() -> None:
    """Only berths the grid reaches can be judged on it."""
    far = ("b", PlaceKind.BERTH, box(X + 5000, Y, X + 5200, Y + 40))
    pixels = port_pixels(a_port(BERTH, far), port_grid(a_port(BERTH)), quayside_m=30)
    assert [b.place.id for b in pixels.berths] == ["p.a"]


@pytest.mark.parametrize("seed", [1, 2])
def test_two_classes_are_parted_between_them(seed: int) -> None:
    """The split of sea and land lies between them, however unequal their shares."""
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(-20, 1, 900), rng.normal(-6, 1, 150)]).astype("float32")
    assert -17 < two_class_split(values) < -9
    flat = np.full(50, 3.0, np.float32)
    assert two_class_split(flat) < 3.0


def test_a_finer_sensor_is_looked_at_finer() -> None:
    """PlanetScope is read at 3 m, whatever is unknown at 10 m."""
    assert (native_gsd_m("planetscope"), native_gsd_m("new")) == (3.0, 10.0)


def test_the_bundled_ports_have_grids() -> None:
    """Tartus and Latakia each fit one grid of 10 m pixels."""
    for name in ("tartus", "latakia"):
        grid = port_grid(load_gazetteer(ROOT / "aoi" / f"{name}.geojson"))
        assert max(grid.width, grid.height) < 600
