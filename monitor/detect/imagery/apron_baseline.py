"""How far each pixel of a scene departs from its own past, in units of its own unrest.

Each reference is first brought to the scene's light, haze and colours by a fit on ground that
stays; the middle of the references is what the place usually looks like, and how much each of
them departs from the others is what passes for nothing. Bands are weighed together: what moves
all of them alike (light, wetness) counts little, a change of colour much. Pure: arrays only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineCriteria:
    """How the past is modelled."""

    fit_px: int = 6000
    """Stable pixels the fit uses, evenly picked; more would not steady six numbers."""
    min_fit_px: int = 200
    """With fewer, light and haze cannot be told from change."""
    noise: float = 0.004
    """Reflectance below which a departure is the sensor's own (Sentinel-2: about 100:1 on
    concrete, Mission Requirements Document section 4), so that calm pixels do not cry wolf;"""
    noise_db: float = 0.7
    """for radar averaged over an object: 4.4 looks × 4 pixels, ENL 18, is 1 dB, less correlation
    between neighbours."""
    trust: float = 6.0
    """How many scenes a pixel's own unrest must be based on to weigh as much as the common one.
    A variance from fewer than about six values is off by half."""
    tail: float = 13.0
    """A single reference departing by more than this (in mean squares a band) was itself changed
    and says no more about unrest than this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Departure:
    """One scene against its past; arrays of shape (row, col) or (band, row, col)."""

    now: FloatArray
    """The scene."""
    usual: FloatArray
    """The middle of the references, in the scene's light. NaN where too few of them saw it."""
    distance: dict[int, FloatArray]
    """By side of a square of pixels: mean squared departure a band of the square round each
    pixel over its own usual one. About 1 where nothing changed; NaN where it cannot be told."""
    references: int
    """How many scenes the past holds."""


def departure(
    now: FloatArray,
    past: Sequence[FloatArray],
    *,
    stable: BoolArray,
    window: tuple[slice, slice],
    sides_px: Sequence[int],
    is_radar: bool,
    criteria: BaselineCriteria,
) -> Departure | None:
    """Compare a scene with its past inside `window`.

    Args:
        now: Shape (band, row, col): reflectance, or dB for radar; NaN where it says nothing.
        past: The same bands of other scenes, at least three, in any order.
        stable: Shape (row, col): ground that stays, from the whole grid, for the fit.
        window: Rows and columns to compare.
        sides_px: Sides of the squares over which departures are averaged.
        is_radar: Fit an offset in dB only, since gain and colour mean nothing there.
        criteria: Model.

    Returns:
        None where the scene and fewer than three of the past share enough stable ground.
    """
    fitted = []
    for other in past:
        mapped = _in_the_light_of(now, other, stable, window, is_radar=is_radar, criteria=criteria)
        if mapped is not None:
            fitted.append(mapped)
    if len(fitted) < _LEAST:
        return None
    stack = np.stack(fitted)
    here = np.asarray(now[(slice(None), *window)], np.float32)
    usual = _middle(stack)
    residual = here - usual
    others = np.stack([_middle(np.delete(stack, i, 0)) for i in range(len(stack))])
    floor = criteria.noise_db if is_radar else criteria.noise
    distance = {
        side: _distance(residual, stack - others, side, floor, criteria) for side in sides_px
    }
    return Departure(now=here, usual=usual, distance=distance, references=len(stack))


_LEAST = 3


def median_of(stack: FloatArray, least: float = 1) -> FloatArray:
    """Return the median over the first axis; NaN where fewer than `least` are known."""
    seen = np.isfinite(stack).sum(axis=0)
    ranked = np.sort(stack, axis=0)  # NaN last
    low = np.take_along_axis(ranked, np.maximum((seen - 1) // 2, 0)[None], 0)[0]
    high = np.take_along_axis(ranked, np.minimum(seen // 2, len(stack) - 1)[None], 0)[0]
    return np.where(seen >= least, (low + high) / 2, np.nan).astype(np.float32)


def _middle(stack: FloatArray) -> FloatArray:
    """Return the median over scenes; NaN where fewer than three (or half) of them saw a pixel."""
    return median_of(stack, max(min(_LEAST, len(stack)), len(stack) / 2))


def _in_the_light_of(
    now: FloatArray,
    other: FloatArray,
    stable: BoolArray,
    window: tuple[slice, slice],
    *,
    is_radar: bool,
    criteria: BaselineCriteria,
) -> FloatArray | None:
    """Return the window of `other` as it would have looked on the day of `now`."""
    both = stable & np.isfinite(now).all(axis=0) & np.isfinite(other).all(axis=0)
    places = np.flatnonzero(both)
    if places.size < criteria.min_fit_px:
        return None
    places = places[:: max(1, places.size // criteria.fit_px)]
    target = now.reshape(len(now), -1)[:, places].astype(np.float64)
    source = other.reshape(len(other), -1)[:, places].astype(np.float64)
    there = other[(slice(None), *window)]
    mapped = np.empty_like(there, dtype=np.float32)
    if is_radar:
        for i in range(len(now)):
            mapped[i] = there[i] + np.float32(np.median(target[i] - source[i]))
        return mapped
    flat = there.reshape(len(there), -1).astype(np.float64)
    for i in range(len(now)):
        weights = _robust_fit(_predictors(source, i), target[i])
        mapped[i] = (weights @ _predictors(flat, i)).reshape(there.shape[1:])
    return mapped


def _predictors(bands: npt.NDArray[np.float64], i: int) -> npt.NDArray[np.float64]:
    """Return one, all bands, and the square of band `i`: haze and sun mix colours and bend scales,
    and a picture's stretch bends them more."""
    return np.vstack([np.ones(bands.shape[1]), bands, bands[i] ** 2])


def _robust_fit(
    predictors: npt.NDArray[np.float64], target: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return weights by least squares, outliers damped (Huber 1964, four rounds), and a little
    held towards `unchanged` where the bands say the same."""
    trust: npt.NDArray[np.float64] = np.ones(target.size)
    ridge = 1e-4 * target.size * float(np.mean(predictors[1:-1].var(axis=1)) + 1e-12)
    hold = np.diag([0.0, *[ridge] * (len(predictors) - 1)])
    weights: npt.NDArray[np.float64] = np.zeros(len(predictors))
    for _ in range(4):
        weighed = predictors * trust
        weights = np.asarray(
            np.linalg.solve(weighed @ predictors.T + hold, weighed @ target), np.float64
        )
        off = np.abs(target - weights @ predictors)
        spread = 1.4826 * float(np.median(off)) + 1e-9
        trust = np.asarray(1 / np.maximum(1, off / (2 * spread)), np.float64)
    return weights


def _distance(
    residual: FloatArray,
    past: FloatArray,
    side: int,
    floor: float,
    criteria: BaselineCriteria,
) -> FloatArray:
    bands = len(residual)
    now = _averaged(residual, side)
    before = np.stack([_averaged(p, side) for p in past])
    vectors = np.moveaxis(before, 1, 0).reshape(bands, -1)
    vectors = vectors[:, np.isfinite(vectors).all(axis=0)].astype(np.float64)
    if vectors.shape[1] <= bands:
        return np.full(residual.shape[1:], np.nan, np.float32)
    size = (vectors**2).sum(axis=0)
    calm = vectors[:, size <= np.quantile(size, 0.95)]  # what changed in the past is not unrest
    spread = calm @ calm.T / calm.shape[1] + np.eye(bands) * floor**2
    inverse = np.linalg.inv(spread)
    square = np.einsum("irc,ij,jrc->rc", now, inverse, now, optimize=True) / bands
    squares = np.einsum("nirc,ij,njrc->nrc", before, inverse, before, optimize=True) / bands
    known = np.isfinite(squares)
    total = np.where(known, np.minimum(np.nan_to_num(squares), criteria.tail), 0).sum(axis=0)
    usual = (total + criteria.trust) / (known.sum(axis=0) + criteria.trust)
    return np.asarray(square / usual, np.float32)


def _averaged(bands: FloatArray, side: int) -> FloatArray:
    """Return the mean over a square round each pixel; NaN where less than two thirds are known."""
    known = np.isfinite(bands)
    out = np.empty_like(bands)
    for i, (band, seen) in enumerate(zip(bands, known, strict=True)):
        share = ndimage.uniform_filter(seen.astype(np.float32), side, mode="constant")
        mean = ndimage.uniform_filter(np.where(seen, band, 0), side, mode="constant")
        with np.errstate(divide="ignore", invalid="ignore"):
            out[i] = np.where(share >= 2 / 3 - 1e-6, mean / share, np.nan)
    return out
