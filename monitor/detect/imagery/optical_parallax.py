"""How fast something moves, from the moments at which one image took its bands.

Sentinel-2 looks through its bands one after another within 2.6 s. What flies shows as a row of
coloured spots; a ship at 12 kn moves by less than a pixel and shows coloured edges at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import fft

FloatArray = npt.NDArray[np.float32]

SENTINEL_2_DELAYS_S: Mapping[str, float] = {"blue": 0.0, "nir": 0.264, "green": 0.527, "red": 1.005}
"""Seconds after band B02 (Heiselberg 2019, Sensors 19:2873, table 1), bands of 10 m only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallaxCriteria:
    """What counts as moved."""

    delays_s: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {"sentinel-2": SENTINEL_2_DELAYS_S}
    )
    """By sensor and band; sensors that are not named here show no motion."""
    fastest_m_s: float = 300.0
    """Airliners at cruising height; sets how far to look."""
    too_fast_m_s: float = 20.0
    """39 kn: two pixels from blue to red. No merchant ship or warship of size is faster."""
    misfit_px: float = 0.75
    """Most by which bands may stray from one straight, even motion."""
    least_match: float = 0.35
    """Least correlation of two bands; below it they do not show the same thing."""
    significance: float = 3.0
    """A ship's own motion is hinted at only beyond so many standard errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A velocity over ground, as far as the bands agree on one."""

    east_m_s: float
    north_m_s: float
    error_m_s: float
    """Standard error of each component."""
    bands: int
    """Bands that agreed, the first one included."""

    @property
    def speed_m_s(self) -> float:
        """Return the speed, metres a second."""
        return float(np.hypot(self.east_m_s, self.north_m_s))


def motion_of(
    excess: Mapping[str, FloatArray],
    noise: Mapping[str, float],
    *,
    delays_s: Mapping[str, float],
    gsd_m: float,
    criteria: ParallaxCriteria,
) -> Motion | None:
    """Return the motion of what stands out in a window, or None where the bands show none.

    Args:
        excess: By band, reflectance above the water's, shape (row, col); 0 for all that is not
            to be looked at.
        noise: By band, the water's own standard deviation.
        delays_s: By band, seconds after the first one.
        gsd_m: Side of a pixel, metres.
        criteria: Thresholds.
    """
    bands = sorted((d, n) for n, d in delays_s.items() if n in excess)
    if len(bands) < 3:
        return None
    first_delay, first = bands[0]
    here = _standing_out(excess[first], noise[first])
    times, shifts = [], []
    for delay, name in bands[1:]:
        reach = int(np.ceil(criteria.fastest_m_s * (delay - first_delay) / gsd_m)) + 1
        there = _standing_out(excess[name], noise[name])
        shift, match = _shift(here, there, reach)
        if match >= criteria.least_match:
            times.append(delay - first_delay)
            shifts.append(shift)
    if len(times) < 2:
        return None
    t, d = np.array(times), np.array(shifts) * gsd_m
    velocity = t @ d / (t @ t)  # straight through the first band's place
    misfit = float(np.sqrt(np.mean((d - t[:, None] * velocity) ** 2)))
    if misfit > criteria.misfit_px * gsd_m:
        return None
    # Shifts are good to a tenth of a pixel at best (Binet 2022: band delays to 1 %).
    error = max(misfit, 0.1 * gsd_m) / float(np.sqrt(t @ t))
    return Motion(
        east_m_s=float(velocity[1]),
        north_m_s=-float(velocity[0]),
        error_m_s=error,
        bands=len(times) + 1,
    )


def _standing_out(excess: FloatArray, noise: float) -> npt.NDArray[np.float64]:
    return np.clip(excess.astype(np.float64) - max(4 * noise, 0.005), 0, 0.3)


def _shift(
    here: npt.NDArray[np.float64], there: npt.NDArray[np.float64], reach: int
) -> tuple[npt.NDArray[np.float64], float]:
    """Return by how many (rows, cols) `there` lies beyond `here`, and how well they match."""
    power = float(np.sqrt(np.sum(here**2) * np.sum(there**2)))
    if power <= 0:
        return np.zeros(2), 0.0
    size = [n + reach + 1 for n in here.shape]
    spectrum = np.conj(fft.rfft2(here, size)) * fft.rfft2(there, size)
    around = np.roll(fft.irfft2(spectrum, size), (reach, reach), (0, 1))
    around = around[: 2 * reach + 1, : 2 * reach + 1] / power
    row, col = np.unravel_index(int(np.argmax(around)), around.shape)
    exact = (_vertex(around[:, col], int(row)), _vertex(around[row], int(col)))
    return np.array(exact) - reach, float(around[row, col])


def _vertex(line: npt.NDArray[np.float64], top: int) -> float:
    """Return where the parabola through a peak and its two neighbours is highest."""
    if not 0 < top < len(line) - 1:
        return float(top)
    left, middle, right = line[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return float(top + (0.5 * (left - right) / bend if bend < 0 else 0.0))
