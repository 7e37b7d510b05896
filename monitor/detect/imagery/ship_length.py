"""How long a ship is and which way she lies, from the blob she makes in a radar image.

A blob is the ship blurred by the radar (20 × 22 m for Sentinel-1 GRD) with arms of side lobes.
The echo along the hull's own axis, averaged over the middle of the beam, shows her ends as a
fall to a fixed part of her own usual brightness; arms across that axis do not enter. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.sea_clutter import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthCriteria:
    """How a blob becomes a length. The line (`slope`, `offset_m`) was fitted to AIS lengths."""

    below_ref_db: float = 8.0
    """Her ends are where the echo falls this far below that of her brighter fifth."""
    above_sea_db: float = 4.0
    """But never into the sea."""
    half_beam_m: float = 15.0
    """How much of the beam is averaged, to either side of the axis."""
    gap_m: float = 25.0
    """Dark deck between two bright parts of one hull, half of what is closed."""
    slope: float = 0.93
    """length = slope × extent + offset, for pixels of 8-20 m (Sentinel-1 GRD, 20 m resolution)."""
    offset_m: float = -5.0
    error_m: float = 16.0
    """Half-width of the interval that holds two of three true lengths."""
    error_share: float = 0.1
    """The same as a share of the length, added in quadrature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HullSize:
    """Size and axis of one blob, in metres where the pixel side was metres, else in pixels."""

    length: float
    length_error: float
    beam: float | None
    """None where the pixels are too coarse to tell."""
    axis_row: float
    """Direction of the long axis as a unit step (row, col): rows grow downwards."""
    axis_col: float
    centre_row: float
    """Middle of the hull between her two ends, pixels."""
    centre_col: float
    elongation: float
    """Length over width of the blob as seen; near 1 the axis means nothing."""


def length_and_axis(
    power: FloatArray,
    blob: BoolArray,
    *,
    gsd_m: float | None,
    criteria: LengthCriteria | None = None,
) -> HullSize:
    """Measure one ship.

    Args:
        power: Power over that of the sea round her (linear, 1 = sea), mean of VV and VH where both
            are at hand, shape (row, col); NaN where unseen.
        blob: The pixels that are hers, same shape; at least one.
        gsd_m: Side of a pixel, metres; None if unknown, and lengths are pixels then.
        criteria: Thresholds.

    Source: the level was chosen among about 200 variants, and the line fitted, on 201 Sentinel-1
        chips with AIS lengths (OpenSARShip, `benchmarks/ship_length.py`; its errors leave the
        scene out of the fit, not out of the choice).
    """
    criteria = criteria or LengthCriteria()
    side = gsd_m if gsd_m is not None else 1.0
    rows, cols = np.nonzero(blob)
    clean = np.nan_to_num(power, nan=1.0, posinf=1.0, neginf=1.0)
    # Speckle would turn the axis of a short ship: the weights come from the 3 × 3 mean.
    smooth = ndimage.uniform_filter(clean, 3, mode="nearest")[rows, cols]
    weight = 10 * np.log10(np.maximum(smooth, 1e-3))
    weight = weight - weight.min() + 0.1
    row, col = np.average(rows, weights=weight), np.average(cols, weights=weight)
    spread = np.eye(2)
    if rows.size > 1:
        spread = np.cov(np.vstack([rows, cols]), aweights=weight, ddof=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(spread))
    axis = vectors[:, 1] * (1 if vectors[1, 1] >= 0 else -1)
    wide, narrow = (math.sqrt(12 * max(v, 0.0) + 1) for v in (values[1], values[0]))
    along = (rows - row) * axis[0] + (cols - col) * axis[1]
    start, end = _ends(clean, (row, col), axis, along, side, criteria)
    middle = (start + end) / 2
    extent = (end - start) * side
    if gsd_m is not None and 8 <= gsd_m <= 20:
        length = criteria.slope * extent + criteria.offset_m
        error = math.hypot(criteria.error_m, criteria.error_share * length)
    else:
        # The 3 × 3 mean adds a pixel; finer images show ends rather than blur.
        length = extent - side
        error = math.hypot(2 * side, 0.1 * extent)
    length = max(length, side)
    return HullSize(
        length=length,
        length_error=error,
        beam=_beam(narrow, side, length, known=gsd_m),
        axis_row=float(axis[0]),
        axis_col=float(axis[1]),
        centre_row=float(row + middle * axis[0]),
        centre_col=float(col + middle * axis[1]),
        elongation=wide / narrow,
    )


def _ends(
    power: FloatArray,
    centre: tuple[float, float],
    axis: npt.NDArray[np.float64],
    along: npt.NDArray[np.float64],
    side: float,
    criteria: LengthCriteria,
) -> tuple[float, float]:
    """Return where the hull begins and ends along her axis, pixels from `centre`."""
    step = 0.25
    reach = max(abs(along.min()), abs(along.max())) + 2
    steps = np.arange(-math.ceil(reach / step), math.ceil(reach / step) + 1) * step
    half = max(criteria.half_beam_m / side, 0.5) if side != 1.0 else 1.5
    across = np.linspace(-half, half, 2 * math.ceil(half / 0.5) + 1)
    at_rows = centre[0] + steps[:, None] * axis[0] - across * axis[1]
    at_cols = centre[1] + steps[:, None] * axis[1] + across * axis[0]
    profile = ndimage.map_coordinates(
        power, [at_rows, at_cols], order=1, mode="constant", cval=1.0
    ).mean(axis=1)
    profile = 10 * np.log10(np.maximum(profile, 1e-3))
    inside = (steps >= along.min()) & (steps <= along.max())
    reference = float(np.quantile(profile[inside], 0.8))
    level = max(reference - criteria.below_ref_db, criteria.above_sea_db)
    bright = np.pad(profile > min(level, reference - 1), 200)
    gap = max(1, round(criteria.gap_m / side / step)) if side != 1.0 else 10
    bright = ndimage.binary_closing(bright, iterations=min(gap, 190))[200:-200]
    labels, count = ndimage.label(bright)
    brightest = int(np.argmax(np.where(inside, profile, -np.inf)))
    if not count or not labels[brightest]:
        return float(along.min()) - 0.5, float(along.max()) + 0.5
    hull = steps[labels == labels[brightest]]
    return float(hull[0]) - step / 2, float(hull[-1]) + step / 2


def _beam(narrow: float, side: float, length: float, *, known: float | None) -> float | None:
    """Return the beam; None where a pixel is coarser than hulls differ."""
    if known is not None and known > 5:
        return None
    return float(min(max(narrow * side - side, side), length))
