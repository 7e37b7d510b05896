"""A chip as a picture for people: grey radar, natural colours, nothing where nothing was seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.domain.chip import Chip

_RADAR_DB = (-24.0, 0.0)
"""Calm sea to ship, fixed so that two passes can be compared by eye."""
_DARKEST_SPAN = 0.05
"""Reflectance; a scene of nothing but calm water must not be stretched into noise."""


def chip_image(chip: Chip) -> npt.NDArray[np.uint8]:
    """Return `chip` as RGBA, shape (row, col, 4); fully transparent where nothing was seen.

    Radar is shown by its first band in dB, optical by red, green and blue, or by its first band
    in grey where it lacks one of them. The same chip gives the same picture.
    """
    radar = next((name for name in ("vv", "vh") if name in chip.bands), None)
    if radar is not None:
        grey = chip.band(radar)
        return _painted(np.stack([grey] * 3), *_RADAR_DB)
    colours = ("red", "green", "blue")
    names = colours if set(colours) <= set(chip.bands) else (chip.bands[0],) * 3
    layers = np.stack([chip.band(name) for name in names])
    seen = layers[:, np.isfinite(layers).all(axis=0)]
    if not seen.size:
        return _painted(layers, 0.0, 1.0)
    low, high = (float(v) for v in np.percentile(seen, (1, 98)))
    return _painted(layers, low, max(high, low + _DARKEST_SPAN))


def _painted(layers: npt.NDArray[np.float32], low: float, high: float) -> npt.NDArray[np.uint8]:
    seen = np.isfinite(layers).all(axis=0)
    shades = np.clip((np.where(seen, layers, low) - low) / (high - low), 0, 1)
    image = np.zeros((*seen.shape, 4), np.uint8)
    image[..., :3] = np.moveaxis(np.rint(shades * 255), 0, 2)
    image[..., :3][~seen] = 0
    image[..., 3] = np.where(seen, 255, 0)
    return image
