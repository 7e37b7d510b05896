"""How bright the sea is round every pixel of a radar image, and which of it is land.

Everything is done on decibels of a 3 × 3 mean: after that the sea's speckle is close to Gaussian
(its upper tail is shorter, so a Gaussian threshold errs towards silence). The level and spread of
the sea come from blocks of 8 × 8 pixels that look like sea themselves, so that ships, however
close together they lie, do not raise their own threshold. Pure: arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

BLOCK_PX = 8
"""Side of the blocks the sea's level is kept in; tiles begin on multiples of it."""
COARSE_PX = 4
"""Side of the blocks land is found in."""
_WINDOW_BLOCKS = 13
"""Sea within 6 blocks, 52 pixels, of a block speaks for it: under half a kilometre at 10 m."""
_BIN_DB = 0.5
_MODE_SHARE = 0.06
"""Least share of an image that may be called its sea: a harbour basin in a chip full of town."""
_MODE_HEIGHT = 0.12
_LEAST_SPREAD_DB = 0.5
_USUAL_SPREAD_DB = 1.5
_TOLERANCES_DB = (3.0, 1.5, 1.5)
"""How far a block may be from the sea's level and still be sea, pass by pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandCriteria:
    """How land is told from sea where no map says it."""

    above_sea_db: float = 3.0
    """Land is this much brighter than the sea, even where it is darkest within 20 pixels:
    a field of ships has gaps of sea, land has none."""
    land_m2: float = 150_000.0
    """Smaller than this may be a ship with its bloom: the largest hulls cover 25,000 m²."""
    land_px: int = 4000
    """The same where the size of a pixel is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sea:
    """The sea under every pixel; arrays have the image's shape."""

    contrast_db: FloatArray
    """How far the 3 × 3 mean stands above the sea, NaN where unseen."""
    spread_db: FloatArray
    """Standard deviation of the sea's own contrast."""
    level_db: FloatArray
    """The sea's level."""


def power_of(db: FloatArray) -> FloatArray:
    """Return decibels as linear power; by `exp`, several times quicker than a power of ten."""
    return np.asarray(np.exp(db * np.float32(np.log(10) / 10)), np.float32)


def smoothed_db(db: FloatArray) -> FloatArray:
    """Return the mean power over 3 × 3 pixels in dB, of seen pixels only; NaN stays NaN."""
    seen = np.isfinite(db)
    power = power_of(db)
    if not seen.all():
        power[~seen] = 0
    mean: FloatArray = ndimage.uniform_filter(power, 3, mode="nearest")
    if not seen.all():
        share = ndimage.uniform_filter(seen.astype(np.float32), 3, mode="nearest")
        mean = np.asarray(mean / np.maximum(share, 1 / 9), np.float32)
    smooth = np.log(np.maximum(mean, np.float32(1e-12)))
    smooth *= np.float32(10 / np.log(10))
    if not seen.all():
        smooth[~seen] = np.nan
    return smooth


def sea_mode(levels: npt.NDArray[np.floating]) -> float:
    """Return the most usual level of the darkest kind of surface that fills a fair share, dB.

    NaN where nothing was seen.
    """
    seen = levels[np.isfinite(levels)]
    if not seen.size:
        return float("nan")
    low, high = np.percentile(seen, (0.5, 99.5))
    bins = np.arange(np.floor(low) - 1, np.ceil(high) + 1.5, _BIN_DB)
    counts = ndimage.gaussian_filter1d(np.histogram(seen, bins)[0].astype(np.float64), 1.5)
    centres = (bins[1:] + bins[:-1]) / 2
    padded = np.pad(counts, 1)
    peaks = np.flatnonzero((counts >= padded[:-2]) & (counts >= padded[2:]) & (counts > 0))
    for peak in peaks:
        share = counts[max(0, peak - 4) : peak + 5].sum() / counts.sum()
        if share >= _MODE_SHARE and counts[peak] >= _MODE_HEIGHT * counts.max():
            return float(centres[peak])
    return float(centres[np.argmax(counts)])


def coarse_levels(smooth: FloatArray) -> FloatArray:
    """Return the mean of every `COARSE_PX` block in dB, NaN where none of it was seen."""
    blocks = _blocks(smooth, COARSE_PX)
    seen = np.isfinite(blocks)
    values = blocks if seen.all() else np.where(seen, blocks, np.float32(0))
    count = np.einsum("iajb->ij", seen, dtype=np.float64)
    total = np.einsum("iajb->ij", values, dtype=np.float64)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float32)


def coarse_land(
    levels: FloatArray, *, gsd_m: float | None, criteria: LandCriteria
) -> tuple[BoolArray, float]:
    """Find land on coarse levels.

    Args:
        levels: dB of blocks of `COARSE_PX` pixels, shape (row, col), NaN where unseen.
        gsd_m: Side of an image pixel (not of a block), metres; None where unknown.
        criteria: Thresholds.

    Returns:
        Which blocks are land, and the level of the sea in dB (NaN where nothing was seen).
    """
    sea = sea_mode(levels)
    if not np.isfinite(sea):
        return np.zeros(levels.shape, np.bool_), sea
    with np.errstate(invalid="ignore"):
        high = (levels > sea + criteria.above_sea_db).astype(np.float32)
    # 18 of 25 blocks are high exactly where the darkest third, the eighth of them, is high;
    # counting is many times quicker than ranking.
    labels, _ = ndimage.label(ndimage.uniform_filter(high, 5, mode="nearest") > 17.5 / 25)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    pixels = float(criteria.land_px)
    if gsd_m is not None:
        pixels = float(np.clip(criteria.land_m2 / gsd_m**2, 600, 16_000))
    return np.asarray((sizes * COARSE_PX**2 >= pixels)[labels], np.bool_), sea


def spread_out(
    coarse: npt.NDArray[np.generic], factor: int, shape: tuple[int, int]
) -> npt.NDArray[np.generic]:
    """Return a block array as pixels, cut to `shape`."""
    return np.repeat(np.repeat(coarse, factor, axis=0), factor, axis=1)[: shape[0], : shape[1]]


def sea_under(smooth: FloatArray, land: BoolArray, *, usual_db: float) -> Sea:
    """Return the sea under every pixel.

    Args:
        smooth: As `smoothed_db` returns it.
        land: Pixels that tell nothing of the sea.
        usual_db: The sea's level where no sea is near.
    """
    height, width = smooth.shape
    smooth_sea = np.where(land, np.float32(np.nan), smooth) if land.any() else smooth
    blocks = _blocks(smooth_sea, BLOCK_PX)
    seen = np.isfinite(blocks)
    values = blocks if seen.all() else np.where(seen, blocks, np.float32(0))
    # Sums over two axes of a view: einsum takes a fifth of the time of `sum`.
    count = np.einsum("iajb->ij", seen, dtype=np.float64)
    total = np.einsum("iajb->ij", values, dtype=np.float64)
    squares = np.einsum("iajb,iajb->ij", values, values, dtype=np.float64)
    enough = count >= BLOCK_PX**2 // 4
    mean = np.where(enough, total / np.maximum(count, 1), np.inf)
    level = np.full(mean.shape, usual_db)
    weight, far = np.zeros_like(level), np.ones(level.shape, np.bool_)
    is_sea = enough
    for tolerance in _TOLERANCES_DB:
        is_sea = enough & (np.abs(mean - level) < tolerance)
        weight = _around(count, is_sea)
        far = weight < 0.02 * BLOCK_PX**2
        level = np.where(far, usual_db, _around(total, is_sea) / np.maximum(weight, 1e-9))
    variance = _around(squares, is_sea) / np.maximum(weight, 1e-9) - level**2
    spread = np.sqrt(np.maximum(variance, _LEAST_SPREAD_DB**2))
    near = spread[~far]
    spread[far] = np.median(near) if near.size else _USUAL_SPREAD_DB
    levels = np.asarray(spread_out(level.astype(np.float32), BLOCK_PX, (height, width)), np.float32)
    return Sea(
        contrast_db=smooth - levels,
        spread_db=np.asarray(
            spread_out(spread.astype(np.float32), BLOCK_PX, (height, width)), np.float32
        ),
        level_db=levels,
    )


def _around(
    values: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    return np.asarray(
        ndimage.uniform_filter(np.where(chosen, values, 0.0), _WINDOW_BLOCKS, mode="constant")
    )


def _blocks(values: FloatArray, side: int) -> FloatArray:
    """Return `values` as (block row, row, block col, col), padded with NaN."""
    height, width = values.shape
    rows, cols = -(-height // side), -(-width // side)
    if (rows * side, cols * side) != (height, width):
        edge = ((0, rows * side - height), (0, cols * side - width))
        values = np.pad(values, edge, constant_values=np.nan)
    return values.reshape(rows, side, cols, side)


def amplitude_to_db(amplitude: npt.NDArray[np.generic]) -> FloatArray:
    """Return 8- or 16-bit amplitudes as decibels.

    A count of 0 in a dark sea is a very weak echo and becomes that of half a count; where all
    within 15 pixels are 0, nothing was seen, and it becomes NaN.
    """
    counts = np.asarray(amplitude, np.float32)
    zero = ~(counts > 0)
    db = np.asarray(20 * np.log10(np.where(zero, np.float32(0.5), counts)), np.float32)
    if zero.any():
        core = ndimage.uniform_filter(zero.astype(np.float32), 15, mode="nearest") > 0.999
        db[ndimage.maximum_filter(core, 15) & zero] = np.nan
    db[~np.isfinite(counts)] = np.nan
    return db
