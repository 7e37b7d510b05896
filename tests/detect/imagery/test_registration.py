"""Where one scene lies against another: measured to a fraction of a pixel, or not believed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from monitor.detect.imagery.registration import (
    NO_SHIFT,
    RegistrationCriteria,
    Shift,
    shift_of,
    shifted,
)
from monitor.domain.chip import Chip, Grid

Values = npt.NDArray[np.float32]
CRITERIA = RegistrationCriteria()
EVERYWHERE = np.ones((90, 80), np.bool_)


def ground(seed: int = 0) -> Values:
    """Return land with structure a few pixels wide, as a sensor sees roofs."""
    rng = np.random.default_rng(seed)
    fine = ndimage.gaussian_filter(rng.normal(size=(90, 80)), 1.2)
    return (0.2 + 0.1 * fine / fine.std()).astype(np.float32)


def moved(values: Values, by: tuple[float, float]) -> Values:
    """Return the same ground lying further down and right, with noise of its own."""
    noise = np.random.default_rng(5).normal(0, 0.01, values.shape)
    return (ndimage.shift(values, by, order=3, mode="nearest") + noise).astype(np.float32)


@pytest.mark.parametrize("by", [(0.0, 0.0), (0.4, -0.7), (-1.5, 2.25), (4.0, -3.0)])
def test_a_known_shift_is_found_to_a_tenth_of_a_pixel(by: tuple[float, float]) -> None:
    """The shift put in comes out, in rows down and columns right."""
    got = shift_of(moved(ground(), by), ground(), EVERYWHERE)
    assert (got.d_row, got.d_col) == pytest.approx(by, abs=0.1)
    assert got.is_sound(CRITERIA)


def test_unseen_pixels_do_not_pull_the_shift() -> None:
    """A gap and a cloud's worth of missing ground leave the answer where it was."""
    there = moved(ground(), (0.5, 0.5))
    there[20:40, 30:60] = np.nan
    got = shift_of(there, ground(), EVERYWHERE)
    assert (got.d_row, got.d_col) == pytest.approx((0.5, 0.5), abs=0.15)


def test_other_ground_is_not_believed() -> None:
    """Two places that have nothing in common have no shift worth acting on."""
    got = shift_of(ground(1), ground(2), EVERYWHERE)
    assert not got.is_sound(CRITERIA)
    assert not got.is_worth_correcting(CRITERIA)


@pytest.mark.parametrize(("pixels", "measured"), [(399, False), (480, True)])
def test_too_little_ground_says_nothing(pixels: int, measured: bool) -> None:
    """Below the least number of stable pixels nothing is measured."""
    few = np.zeros((90, 80), np.bool_)
    few[20:44, 20:40] = True
    few.ravel()[np.flatnonzero(few)[pixels:]] = False
    assert (shift_of(ground(), ground(), few) != NO_SHIFT) is measured


def test_flat_ground_says_nothing() -> None:
    """Without structure there is nothing to hold on to."""
    flat = np.full((90, 80), 0.2, np.float32)
    assert shift_of(flat, flat, EVERYWHERE) == NO_SHIFT


@pytest.mark.parametrize(
    ("size", "quality", "corrected", "misplaced"),
    [
        (0.3, 0.9, False, False),
        (0.31, 0.9, True, False),
        (0.31, 0.34, False, False),
        (5.0, 0.9, True, False),
        (5.1, 0.9, True, True),
        (5.1, 0.34, False, False),
    ],
)
def test_small_and_doubtful_shifts_are_left_alone(
    size: float, quality: float, corrected: bool, misplaced: bool
) -> None:
    """Only a sound shift is acted on; one beyond the bound makes the scene misplaced."""
    shift = Shift(d_row=size, d_col=0.0, quality=quality)
    assert shift.is_worth_correcting(CRITERIA) is corrected
    assert shift.is_misplaced(CRITERIA) is misplaced


def test_a_chip_moved_back_lies_on_its_reference() -> None:
    """Bands come back within noise, classes stay whole numbers, the rim moved in is unseen."""
    grid = Grid(epsg=32636, west_m=0, north_m=0, gsd_m=10, width=80, height=90)
    classes = np.full((90, 80), 6, np.float32)
    values = np.stack([moved(ground(), (2.4, -1.3)), classes]).astype(np.float32)
    chip = Chip(scene_id="s", grid=grid, bands=("red", "scl"), values=values)
    got = shifted(chip, shift_of(chip.band("red"), ground(), EVERYWHERE))
    inner = (slice(5, -5), slice(5, -5))
    assert np.abs(got.band("red") - ground())[inner].mean() < 0.02
    assert set(np.unique(got.band("scl")[inner])) == {6}
    assert np.isnan(got.band("red")[-1]).all()
    assert (got.scene_id, got.grid) == (chip.scene_id, chip.grid)
