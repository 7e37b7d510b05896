"""Where the samples of a GRD lie: through its control points, and down at the sea."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import numpy as np
import pyproj
import pytest
import rasterio

from monitor.errors import BadScene
from monitor.sources.imagery.ground_control import ControlPoint, Geolocation, control_grid
from monitor.sources.imagery.sentinel1_tables import calibration_in
from tests.conftest import shared
from tests.sources.imagery.grd_scene import COLS, FRAME, ROWS, control_points, place

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
WGS84 = pyproj.Geod(ellps="WGS84")


def points(high_m: float = 0.0) -> list[ControlPoint]:
    """Return the made scene's control points."""
    return [
        ControlPoint(row=p.row, col=p.col, lon=p.x, lat=p.y, height_m=p.z)
        for p in control_points(high_m)
    ]


def test_places_and_samples_are_each_others_inverse() -> None:
    """A sample's place leads back to the sample, at its middle and not its corner."""
    where = Geolocation(control_grid(points(), height=ROWS, width=COLS))
    rows, cols = np.array([0.0, 17.25, 399.0]), np.array([0.0, 333.5, 499.0])
    want = [FRAME.lonlat(*place(r, c)) for r, c in zip(rows, cols, strict=True)]
    got = where.lonlat(rows, cols)
    np.testing.assert_allclose(np.array(got).T, np.array(want), atol=2e-8)  # 2 mm
    back = where.places(*got)
    np.testing.assert_allclose(back, [rows, cols], atol=1e-6)


def test_beyond_the_scene_places_go_straight_on() -> None:
    """A place outside has its sample outside, and a place far away none inside."""
    where = Geolocation(control_grid(points(), height=ROWS, width=COLS))
    lon, lat = FRAME.lonlat(*place(-50, 600))
    row, col = where.places(np.atleast_1d(lon), np.atleast_1d(lat))
    assert (row[0], col[0]) == pytest.approx((-50, 600), abs=0.1)
    row, col = where.places(np.array([-144.0]), np.array([-34.0]))
    assert not (0 <= row[0] < ROWS and 0 <= col[0] < COLS)


def test_ground_above_the_sea_pushed_the_picture_away() -> None:
    """Laid on ground 500 m high, the sea lies 500 m / tan(34.2°) nearer to the track."""
    grid = control_grid(points(high_m=500.0), height=ROWS, width=COLS)
    sine = (450 / 600) ** 2
    tan = np.full(grid.lon.shape, sine / np.sqrt(1 - sine**2))
    at_sea = grid.at_height(0.0, tan)
    flat = control_grid(points(), height=ROWS, width=COLS)
    _, _, before = WGS84.inv(grid.lon, grid.lat, flat.lon, flat.lat)
    _, _, after = WGS84.inv(at_sea.lon, at_sea.lat, flat.lon, flat.lat)
    assert np.median(before) == pytest.approx(500 / tan[0, 0], rel=0.01)
    assert np.max(after) < 1.0


def test_the_antimeridian_is_run_over() -> None:
    """A scene across 180° is one scene, and places are found by either name of a longitude."""
    moved = [replace(p, lon=(p.lon - points()[0].lon + 179.98 + 180) % 360 - 180) for p in points()]
    where = Geolocation(control_grid(moved, height=ROWS, width=COLS))
    lon, lat = where.lonlat(np.array([200.0]), np.array([450.0]))
    for name in (lon, lon - 360):
        row, col = where.places(name, lat)
        assert (row[0], col[0]) == pytest.approx((200, 450), abs=1e-3)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: p[:-1],
        lambda p: p[:12],
        lambda p: [*p[:-1], p[0]],
        lambda p: [replace(p[0], lat=91.0), *p[1:]],
        lambda p: [replace(p[0], lon=float("nan")), *p[1:]],
        lambda p: [replace(p[7], row=p[7].row + 0.5), *p[:7], *p[8:]],
    ],
    ids=["one_less", "few", "twice", "no_latitude", "nan", "bent"],
)
def test_points_that_form_no_grid_are_refused(spoil) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """A scene whose place is not sure is not placed."""
    with pytest.raises(BadScene) as caught:
        control_grid(spoil(points()), height=ROWS, width=COLS)
    assert caught.value.reason == "bad_control_points"


@pytest.mark.shared_data
def test_a_real_product_is_placed_to_centimetres_between_its_points() -> None:
    """With every second line and sample left out, the others are met within 5 cm (sea, 231)."""
    folder = shared("data", "imagery", "s1_gcp_and_calibration")
    text = gzip.decompress(next(folder.glob("s1a-*.xml.gz")).read_bytes()).decode()
    text = text[text.index("<geolocationGridPointList") :]
    line, pixel, lon, lat, high = (
        [float(v) for v in re.findall(f"<{tag}>([^<]*)</{tag}>", text)]
        for tag in ("line", "pixel", "longitude", "latitude", "height")
    )
    every = [
        ControlPoint(row=r, col=c, lon=x, lat=y, height_m=z)
        for r, c, x, y, z in zip(line, pixel, lon, lat, high, strict=True)
    ]
    full = control_grid(every, height=19_497, width=25_117)
    assert full.shrunk == (1.0, 1.0)
    thin = replace(
        full, rows=full.rows[::2], cols=full.cols[::2],
        **{n: getattr(full, n)[::2, ::2] for n in ("lon", "lat", "height_m")},
    )  # fmt: skip
    rows, cols = np.meshgrid(full.rows, full.cols, indexing="ij")
    got = Geolocation(thin).lonlat(rows, cols)
    _, _, away = WGS84.inv(*got, full.lon, full.lat)
    assert np.max(away) < 0.05


@pytest.mark.shared_data
def test_a_real_coast_is_brought_down_from_the_hills_the_scene_was_laid_on() -> None:
    """Kochi: the sea stands some 93 m under the ellipsoid and the scene was laid on hills.

    Against the GSHHG shoreline of 140 km of this coast the published points lie 707 m too far
    west, those brought down to the sea 16 m (correlation of land with brightness, by hand).
    """
    folder = shared("data", "imagery", "s1_gcp_and_calibration")
    with rasterio.open(folder / "S1A_20180716_iw-vv_decimated_210gcps.tiff") as raster:
        found, shape = raster.gcps[0], raster.shape
    grid = control_grid(
        [ControlPoint(row=p.row, col=p.col, lon=p.x, lat=p.y, height_m=p.z) for p in found],
        height=shape[0], width=shape[1],
    )  # fmt: skip
    assert grid.shrunk == pytest.approx((20.02, 20.01), abs=0.01)
    # Another scene's angles; the geometry of the mode is the same to half a degree.
    xml = gzip.decompress(next(folder.glob("calibration-*.xml.gz")).read_bytes())
    tan = calibration_in(xml).incidence_tan(grid.lines(grid.rows), grid.samples(grid.cols))
    kochi = np.array([76.240]), np.array([9.966])
    as_published = Geolocation(grid).places(*kochi)
    at_sea = Geolocation(grid.at_height(-93.0, tan)).places(*kochi)
    # Range runs west here: at sea level the same place is found later in the sweep.
    assert 2.5 < at_sea[1][0] - as_published[1][0] < 5.0
    assert abs(at_sea[0][0] - as_published[0][0]) < 0.2
