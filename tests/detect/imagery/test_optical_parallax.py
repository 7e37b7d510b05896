from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from monitor.detect.imagery.optical_parallax import (
    SENTINEL_2_DELAYS_S,
    Motion,
    ParallaxCriteria,
    motion_of,
)

NOISE = dict.fromkeys(SENTINEL_2_DELAYS_S, 0.001)


def seen_moving(east_m_s: float, north_m_s: float) -> Motion | None:
    """Return the motion read from a bright spot of 40 m × 160 m moving so."""
    spot = np.zeros((90, 90), np.float32)
    spot[43:47, 37:53] = 0.1
    excess = {
        name: np.asarray(
            ndimage.shift(spot, (-north_m_s * s / 10, east_m_s * s / 10), order=1), np.float32
        )
        for name, s in SENTINEL_2_DELAYS_S.items()
    }
    return motion_of(
        excess, NOISE, delays_s=SENTINEL_2_DELAYS_S, gsd_m=10, criteria=ParallaxCriteria()
    )


@pytest.mark.parametrize(("east", "north"), [(0, 0), (140, 0), (-90, 110), (0, -30)])
def test_a_velocity_is_read_from_the_bands(east: float, north: float) -> None:
    """Rest, an airliner and a fast boat are told apart to a few metres a second."""
    motion = seen_moving(east, north)
    assert motion is not None
    assert motion.east_m_s == pytest.approx(east, abs=4)
    assert motion.north_m_s == pytest.approx(north, abs=4)
    assert motion.bands == 4


def test_bands_that_disagree_show_no_motion() -> None:
    """Shifts that no even motion explains are no motion."""
    random = np.random.default_rng(3)
    excess = {n: np.zeros((90, 90), np.float32) for n in SENTINEL_2_DELAYS_S}
    for name, (row, col) in zip(excess, random.integers(30, 60, (4, 2)), strict=True):
        excess[name][row : row + 4, col : col + 4] = 0.1
    assert (
        motion_of(
            excess, NOISE, delays_s=SENTINEL_2_DELAYS_S, gsd_m=10, criteria=ParallaxCriteria()
        )
        is None
    )


def test_two_bands_are_not_enough() -> None:
    """A motion needs a band more than a line needs points."""
    excess = {"blue": np.ones((9, 9), np.float32), "red": np.ones((9, 9), np.float32)}
    delays = SENTINEL_2_DELAYS_S
    criteria = ParallaxCriteria()
    assert motion_of(excess, NOISE, delays_s=delays, gsd_m=10, criteria=criteria) is None


def test_nothing_that_stands_out_shows_no_motion() -> None:
    """Plain water has nothing to follow."""
    excess = {n: np.zeros((9, 9), np.float32) for n in SENTINEL_2_DELAYS_S}
    delays = SENTINEL_2_DELAYS_S
    criteria = ParallaxCriteria()
    assert motion_of(excess, NOISE, delays_s=delays, gsd_m=10, criteria=criteria) is None
