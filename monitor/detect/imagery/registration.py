"""How far one chip lies beside another, to a fraction of a pixel, and the chip put back.

Scenes of one sensor agree to about a pixel, which is as wide as a quay wall: a change of half a
pixel looks like a new object along every edge. Measured on what stays (land, structures), never on
ships or waves. Pure: arrays in, values out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
ComplexArray = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCriteria:
    """When a measured shift is believed and what is done about it; pixels."""

    correct_px: float = 0.3
    """A shift up to this is left alone: resampling would cost as much as it mends."""
    most_px: float = 5.0
    """Beyond this the scene is misplaced, not shifted: nothing is compared."""
    min_quality: float = 0.35
    """Correlation of the two after the shift. Unrelated land stays below 0.2 (other ports, other
    halves of one port); dates of one port five months apart reach 0.7 and more."""
    min_px: int = 400
    """Fewer stable pixels than this hold too few edges: a square of 200 m at 10 m."""
    detail_px: float = 4.0
    """Only structure finer than this counts: haze and shading have no place of their own."""
    side_px: int = 512
    """Of more than a square of this side, the part with most stable pixels is enough."""
    upsampling: int = 50
    """Steps per pixel in which the peak is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Where a band lies against its reference."""

    d_row: float
    """Pixels by which its content lies further down (south) than the reference's."""
    d_col: float
    """Pixels by which it lies further right (east)."""
    quality: float
    """Correlation of the two on stable ground once the shift is taken off, -1 to 1; 0 where
    nothing could be measured."""

    @property
    def size_px(self) -> float:
        """Return its length, pixels."""
        return math.hypot(self.d_row, self.d_col)

    def is_sound(self, criteria: RegistrationCriteria) -> bool:
        """True where it is measured well enough to be acted on."""
        return self.quality >= criteria.min_quality

    def is_worth_correcting(self, criteria: RegistrationCriteria) -> bool:
        """True where it is sound, and large enough to matter."""
        return self.is_sound(criteria) and self.size_px > criteria.correct_px

    def is_misplaced(self, criteria: RegistrationCriteria) -> bool:
        """True where it is sound, and so large that the scene cannot be compared."""
        return self.is_sound(criteria) and self.size_px > criteria.most_px


_STEPS = 4
NO_SHIFT = Shift(d_row=0.0, d_col=0.0, quality=0.0)


def shift_of(
    band: FloatArray,
    reference: FloatArray,
    stable: BoolArray,
    *,
    criteria: RegistrationCriteria | None = None,
) -> Shift:
    """Measure where `band` lies against `reference`.

    Phase correlation of the fine structure on stable ground, its peak refined by a Fourier
    transform sampled `upsampling` times per pixel.

    Args:
        band: Shape (row, col), any unit; NaN where unseen.
        reference: The same place at another time, same shape.
        stable: Pixels of land and structures that stay; water, berths and aprons are left out.
        criteria: Bounds; the peak is looked for up to twice `most_px` away.

    Returns:
        `NO_SHIFT` where too little stable ground was seen by both.

    Source: Guizar-Sicairos, Thurman and Fienup 2008, Optics Letters 33(2), 156-158 (refinement by
    matrix product). Changed: the spectrum is only partly whitened, since fully white spectra give
    noise beyond the sensor's resolution the same word as edges.
    """
    criteria = criteria or RegistrationCriteria()
    both = stable & np.isfinite(band) & np.isfinite(reference)
    if np.count_nonzero(both) < criteria.min_px:
        return NO_SHIFT
    box = _densest(both, criteria.side_px)
    weight = _tapered(both[box])
    now, then = (_detail(v[box], both[box], weight, criteria.detail_px) for v in (band, reference))
    if not (now.any() and then.any()):
        return NO_SHIFT
    spectra = (fft.fft2(v.astype(np.float64)) for v in (now, then))
    cross = next(spectra) * np.conj(next(spectra))
    size = np.abs(cross)
    cross /= size + float(np.median(size)) + np.finfo(np.float64).tiny
    row, col = _coarse_peak(cross, round(2 * criteria.most_px))
    row, col = _fine_peak(cross, row, col, criteria.upsampling)
    row, col = _settled(now, then, weight, row, col)
    return Shift(d_row=row, d_col=col, quality=_likeness(now, then, weight, row, col))


def shifted(chip: Chip, shift: Shift) -> Chip:
    """Return `chip` moved back onto the reference the shift was measured against.

    Cubic interpolation; a pixel next to an unseen one, or moved in from beyond the edge, is
    unseen. Classes (`scl`) are taken from the nearest pixel.
    """
    values = np.stack(
        [
            _moved(band, shift, order=0 if name == "scl" else 3)
            for name, band in zip(chip.bands, chip.values, strict=True)
        ]
    )
    return replace(chip, values=values)


def _moved(band: FloatArray, shift: Shift, *, order: int) -> FloatArray:
    by = (-shift.d_row, -shift.d_col)
    seen = np.isfinite(band)
    filled = np.where(seen, band, 0).astype(np.float32)
    moved = ndimage.shift(filled, by, order=3 if order else 0, mode="nearest")
    known = ndimage.shift(seen.astype(np.float32), by, order=1 if order else 0, cval=0.0)
    return np.where(known > 0.999, moved, np.nan).astype(np.float32)


def _densest(mask: BoolArray, side: int) -> tuple[slice, slice]:
    """Return the window of at most `side` pixels a side that holds most of `mask`."""
    rows, cols = ndimage.find_objects(mask.astype(np.int8))[0]
    window = []
    for full, axis in ((rows, 1), (cols, 0)):
        sums = np.concatenate([[0], np.cumsum(mask[rows, cols].sum(axis=axis))])
        width = min(side, len(sums) - 1)
        start = full.start + int(np.argmax(sums[width:] - sums[: len(sums) - width]))
        window.append(slice(start, start + width))
    return window[0], window[1]


def _tapered(mask: BoolArray) -> FloatArray:
    """Return `mask` with soft edges: a hard one would correlate with itself at no shift."""
    inner = ndimage.binary_erosion(np.pad(mask, 1), iterations=2)[1:-1, 1:-1]
    return np.asarray(ndimage.gaussian_filter(inner.astype(np.float32), 1.5), np.float32)


def _detail(
    values: FloatArray, mask: BoolArray, weight: FloatArray, detail_px: float
) -> FloatArray:
    """Return fine structure in robust standard deviations, clipped so that no roof outshouts."""
    seen = mask.astype(np.float32)
    known = np.where(mask, values, 0).astype(np.float32)
    share = ndimage.gaussian_filter(seen, detail_px)
    around = ndimage.gaussian_filter(known, detail_px) / np.maximum(share, 1e-3)
    fine = np.where(mask, known - around, 0)
    spread = 1.4826 * float(np.median(np.abs(fine[mask])))
    if not spread > 0:
        return np.zeros_like(known)
    return np.asarray(np.clip(fine / spread, -4, 4) * weight, np.float32)


def _coarse_peak(cross: ComplexArray, reach: int) -> tuple[float, float]:
    surface = np.real(fft.ifft2(cross))
    rows, cols = (np.rint(fft.fftfreq(n) * n).astype(int) for n in surface.shape)
    far = (np.abs(rows)[:, None] > reach) | (np.abs(cols)[None, :] > reach)
    row, col = np.unravel_index(int(np.argmax(np.where(far, -np.inf, surface))), surface.shape)
    return float(rows[row]), float(cols[col])


def _fine_peak(cross: ComplexArray, row: float, col: float, upsampling: int) -> tuple[float, float]:
    steps = np.arange(-upsampling, upsampling + 1) / upsampling
    height, width = cross.shape
    to_rows = np.exp(2j * np.pi * np.outer(row + steps, fft.fftfreq(height)))
    to_cols = np.exp(2j * np.pi * np.outer(fft.fftfreq(width), col + steps))
    surface = np.real(to_rows @ cross @ to_cols)
    best = np.unravel_index(int(np.argmax(surface)), surface.shape)
    return float(row + steps[best[0]]), float(col + steps[best[1]])


def _settled(
    now: FloatArray, then: FloatArray, weight: FloatArray, row: float, col: float
) -> tuple[float, float]:
    """Return the shift after a few least-squares steps; the start where they run away."""
    start = (row, col)
    slopes = np.stack([ndimage.sobel(then, axis) / 8 for axis in (0, 1)])
    steep = slopes[:, weight > 0.5].astype(np.float64)
    normal = steep @ steep.T
    if not np.linalg.det(normal) > 0:
        return start
    for _ in range(_STEPS):
        back = ndimage.shift(now, (-row, -col), order=3, mode="nearest")
        off = (then - back)[weight > 0.5].astype(np.float64)
        step = np.linalg.solve(normal, steep @ off)
        row, col = float(row + step[0]), float(col + step[1])
    return (row, col) if math.hypot(row - start[0], col - start[1]) < 1 else start


def _likeness(
    now: FloatArray, then: FloatArray, weight: FloatArray, row: float, col: float
) -> float:
    back = ndimage.shift(now, (-row, -col), order=1)
    inside = weight > 0.5
    if np.count_nonzero(inside) < 2:
        return 0.0
    a, b = back[inside], then[inside]
    if not (a.std() > 0 and b.std() > 0):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
