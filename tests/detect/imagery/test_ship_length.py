"""Lengths of drawn hulls, blurred and speckled as a radar shows them."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.imagery.radar_vessels import hulls_in
from monitor.detect.imagery.ship_length import length_and_axis
from tests.detect.imagery.radar_sea import DrawnSea


@pytest.mark.parametrize("length_m", [100, 150, 200, 300])
@pytest.mark.parametrize("axis_deg", [0, 30, 120])
def test_the_length_is_within_the_stated_error(length_m: float, axis_deg: float) -> None:
    """Whichever way she lies, her length is right to within what is stated."""
    sea = DrawnSea().add(150, 150, length_m=length_m, beam_m=30, axis_deg=axis_deg)
    (hull,) = hulls_in([sea.db()], gsd_m=10.0)
    # One in three may be out by more; twice the error none of these twelve.
    assert abs(hull.size.length - length_m) <= 2 * hull.size.length_error


def test_a_longer_ship_is_measured_longer() -> None:
    """Order of lengths is kept."""
    seas = [DrawnSea().add(150, 150, length_m=m, beam_m=25) for m in (80, 140, 200, 260)]
    lengths = [hulls_in([sea.db()], gsd_m=10.0)[0].size.length for sea in seas]
    assert lengths == sorted(lengths)


def test_one_pixel_is_a_ship_without_an_axis() -> None:
    """The smallest blob gives a finite length and no elongation."""
    power = np.ones((9, 9), np.float32)
    power[4, 4] = 100
    size = length_and_axis(power, power > 50, gsd_m=10.0)
    assert 0 < size.length < 60
    assert size.elongation < 1.3


def test_unknown_pixels_give_pixels() -> None:
    """Without the side of a pixel the length is in pixels, and the beam with it."""
    power = np.ones((40, 60), np.float32)
    power[18:22, 10:50] = 200
    size = length_and_axis(power, power > 50, gsd_m=None)
    assert size.length == pytest.approx(40, abs=3)
    assert size.beam == pytest.approx(4, abs=2)
    assert abs(size.axis_col) > 0.99
