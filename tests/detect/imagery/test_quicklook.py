"""A chip as a picture: fixed greys for radar, stretched colours for light, holes where unseen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.detect.imagery.quicklook import chip_image
from monitor.domain.chip import Chip, Grid

GRID = Grid(epsg=32636, west_m=0, north_m=0, gsd_m=10, width=2, height=2)


def a_picture(bands: tuple[str, ...], values: list[list[list[float]]]) -> npt.NDArray[np.uint8]:
    """Return the picture of a chip of 2 × 2 pixels."""
    layers = np.array(values, np.float32)
    return chip_image(Chip(scene_id="s", grid=GRID, bands=bands, values=layers))


def test_radar_is_grey_from_calm_sea_to_ship() -> None:
    """Radar shades are fixed, so two passes can be compared by eye; unseen is transparent."""
    got = a_picture(("vv", "vh"), [[[-40, -12], [3, np.nan]], [[0, 0], [0, 0]]])
    assert got.tolist() == [
        [[0, 0, 0, 255], [128, 128, 128, 255]],
        [[255, 255, 255, 255], [0, 0, 0, 0]],
    ]


def test_optical_is_in_natural_colours() -> None:
    """Red, green and blue go to their places whatever order the bands are in."""
    blue, red = [[1.0, 0], [0, 0]], [[0, 0], [0, 1.0]]
    got = a_picture(("blue", "green", "red"), [blue, [[0, 0], [0, 0]], red])
    assert got[0, 0].tolist() == [0, 0, 255, 255]
    assert got[1, 1].tolist() == [255, 0, 0, 255]


def test_calm_water_is_not_stretched_into_noise() -> None:
    """A scene of nothing but water stays dark and even."""
    got = a_picture(("nir",), [[[0.010, 0.011], [0.012, 0.010]]])
    assert got[..., :3].max() < 25


def test_a_scene_that_shows_nothing_is_fully_transparent() -> None:
    """There is nothing to draw where nothing was seen."""
    nothing = [[[np.nan, np.nan], [np.nan, np.nan]]]
    assert not a_picture(("vv",), nothing).any()
    assert not a_picture(("red", "green", "blue"), nothing * 3).any()
