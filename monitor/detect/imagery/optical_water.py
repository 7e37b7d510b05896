"""What water looks like in one optical scene, place by place, and how everything departs from it.

Mud, haze and sun glint change the water's colour from port to port, day to day and within a
scene; a hull is told by how it differs from the water beside it. Pure: one chip in, layers out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.port_pixels import two_class_split
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

VISIBLE = ("blue", "green", "red")
CHANNELS = ("blue", "green", "red", "nir", "swir16", "wetness", "seen")
"""Layers of `channels`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterCriteria:
    """How water is told from everything else; reflectances 0-1, metres."""

    haze_percentile: float = 1.0
    """The darkest pixels of a scene show its haze (dark-object subtraction, Chavez 1988, Remote
    Sensing of Environment 24(3)), so that water under it still has the colours of water."""
    green_floor: float = 0.03
    """Clear water's own reflectance in green, left in when the haze is taken off."""
    noise: float = 0.02
    """Added below the line of the water index, so that the quotient of two near-zero
    reflectances says nothing."""
    wet: float = 0.1
    """Least water index (McFeeters 1996, International Journal of Remote Sensing 17(7)) of
    water: muddy rivers have 0.2, quays and roofs less than 0."""
    nir_most: float = 0.12
    """Nothing brighter than this in near infrared, haze taken off, is water."""
    smallest_m2: float = 30_000.0
    """Ponds, pools and shadows of buildings are smaller."""
    local_m: float = 400.0
    """Radius (standard deviation) over which water is one: wider than a hull is long, narrower
    than plumes and glint."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Water:
    """The water of one chip; arrays of shape (row, col)."""

    mask: BoolArray
    """Open water; what swims on it, its wash and the shores' mixed pixels are not part of it."""
    seen: BoolArray
    """Every needed band has a value here."""
    wetness: FloatArray
    """Water index with the haze taken off, or with colour alone how far below the brightest
    water the pixel lies; -1 to 1, 0 where unseen."""
    excess: dict[str, FloatArray]
    """By band: reflectance above that of the water about here; 0 where unseen."""
    noise: dict[str, float]
    """By band: robust standard deviation of the water about its own level."""


def water_in(chip: Chip, *, criteria: WaterCriteria) -> Water | None:
    """Return the water of a chip, or None where bands or water to compare with are missing.

    Args:
        chip: Reflectance 0-1 with `green` and `nir`, or with all of `blue`, `green`, `red`.
        criteria: Thresholds.
    """
    names = [n for n in (*VISIBLE, "nir", "swir16") if n in chip.bands]
    coloured = {"green", "nir"} <= set(names)
    if not coloured and not set(VISIBLE) <= set(names):
        return None
    bands = {n: chip.band(n) for n in names}
    seen = np.asarray(np.all([np.isfinite(b) for b in bands.values()], axis=0), np.bool_)
    if not seen.any():
        return None
    wetness, wet = (_by_infrared if coloured else _by_colour)(bands, seen, criteria)
    mask = _large(wet, criteria.smallest_m2 / chip.grid.gsd_m**2)
    if not mask.any():
        return None
    inner = np.asarray(ndimage.binary_erosion(mask), np.bool_)
    inner = inner if inner.any() else mask
    excess = {
        n: np.where(seen, b - _level(b, inner, criteria.local_m / chip.grid.gsd_m), 0).astype(
            np.float32
        )
        for n, b in bands.items()
    }
    noise = {n: 1.4826 * float(np.median(np.abs(e[inner]))) for n, e in excess.items()}
    return Water(mask=mask, seen=seen, wetness=wetness, excess=excess, noise=noise)


def channels(water: Water) -> FloatArray:
    """Return what a learned model sees, shape (channel, row, col) in the order of `CHANNELS`.

    Excesses are compressed, so that a white roof is not a hundred times a dark hull; a band
    that is not there is all 0, as if it were water everywhere.
    """
    absent = np.zeros_like(water.wetness)
    spectral = [np.arcsinh(water.excess.get(n, absent) / 0.05) for n in CHANNELS[:5]]
    return np.asarray(np.stack([*spectral, water.wetness, water.seen]), np.float32)


def _by_infrared(
    bands: dict[str, FloatArray], seen: BoolArray, criteria: WaterCriteria
) -> tuple[FloatArray, BoolArray]:
    green, nir = bands["green"], bands["nir"]
    dark_green = float(np.percentile(green[seen], criteria.haze_percentile))
    dark_nir = float(np.percentile(nir[seen], criteria.haze_percentile))
    clear_green = np.maximum(green - max(dark_green - criteria.green_floor, 0), 0)
    clear_nir = np.maximum(nir - max(dark_nir, 0), 0)
    index = (clear_green - clear_nir) / (clear_green + clear_nir + criteria.noise)
    wetness = np.where(seen, index, 0).astype(np.float32)
    return wetness, seen & (wetness > criteria.wet) & (clear_nir < criteria.nir_most)


def _by_colour(
    bands: dict[str, FloatArray], seen: BoolArray, criteria: WaterCriteria
) -> tuple[FloatArray, BoolArray]:
    """Take the darker of two classes in red: it is darkest over water and bright over quays.

    Dark roofs, woods and shadows pass too: what colour alone says is worth less.
    """
    red = bands["red"]
    values = red[seen]
    split = two_class_split(values)
    upper = values[values > split]
    if not upper.size or float(np.median(upper) - np.median(values[values <= split])) < 0.03:
        split = float(np.percentile(values, 99))
    wetness = np.clip(np.where(seen, (split - red) / max(split, criteria.noise), 0), -1, 1)
    return wetness.astype(np.float32), seen & (red <= split)


def _large(mask: BoolArray, least_px: float) -> BoolArray:
    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= least_px)[labels], np.bool_)


_BLOCK = 8
"""Levels change slowly: they are taken over blocks of this many pixels a side."""


def _level(band: FloatArray, water: BoolArray, sigma_px: float) -> FloatArray:
    """Return the water's reflectance round every pixel: its local mean, freaks cut off."""
    values = band[water].astype(np.float64)
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    reach = max(6 * spread, 0.02)
    height, width = band.shape
    rows, cols = -(-height // _BLOCK), -(-width // _BLOCK)
    total = np.zeros((rows * _BLOCK, cols * _BLOCK))
    count = np.zeros_like(total)
    total[:height, :width][water] = np.clip(values, middle - reach, middle + reach)
    count[:height, :width][water] = 1.0
    shape = (rows, _BLOCK, cols, _BLOCK)
    sums, counts = total.reshape(shape).sum((1, 3)), count.reshape(shape).sum((1, 3))
    sigma = max(sigma_px / _BLOCK, 0.5)
    sums, counts = (ndimage.gaussian_filter(a, sigma, mode="constant") for a in (sums, counts))
    # Far from any water the scene's own level stands in, faded in over a few water pixels.
    level = (sums + middle * 0.05) / (counts + 0.05)
    row = np.clip((np.arange(height) + 0.5) / _BLOCK - 0.5, 0, rows - 1)
    col = np.clip((np.arange(width) + 0.5) / _BLOCK - 0.5, 0, cols - 1)
    return _bilinear(level, row, col)


def _bilinear(
    grid: npt.NDArray[np.float64], row: npt.NDArray[np.float64], col: npt.NDArray[np.float64]
) -> FloatArray:
    r0, c0 = np.floor(row).astype(np.intp), np.floor(col).astype(np.intp)
    r1, c1 = np.minimum(r0 + 1, grid.shape[0] - 1), np.minimum(c0 + 1, grid.shape[1] - 1)
    down, right = (row - r0)[:, None], (col - c0)[None, :]
    top = grid[np.ix_(r0, c0)] * (1 - right) + grid[np.ix_(r0, c1)] * right
    bottom = grid[np.ix_(r1, c0)] * (1 - right) + grid[np.ix_(r1, c1)] * right
    return np.asarray(top * (1 - down) + bottom * down, np.float32)
