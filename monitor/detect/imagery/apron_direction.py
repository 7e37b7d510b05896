"""Which way ground changed: from bare to covered, or back, or not to be told.

A dark object on pale concrete and a pale one on dark asphalt are both objects, so brightness alone
tells nothing. What tells is the apron's own bare surface, the look most of it shares: ground that
had it and lost it filled, ground that took it on cleared. Roughness must not say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.domain.apron_state import ApronChange

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionCriteria:
    """When a direction is told rather than `changed`."""

    nearer: float = 1.5
    """Ratio of the distances from the bare surface before and after, from which a move is told."""
    rougher: float = 1.3
    """Ratio of roughness that contradicts it."""
    radar_db: float = 1.5
    """Radar: objects throw back more than bare ground; this much more or less is told."""
    noise: float = 0.01
    """Reflectance under which two surfaces look alike."""


def directions(
    blobs: npt.NDArray[np.int32],
    now: FloatArray,
    usual: FloatArray,
    inside: BoolArray,
    *,
    is_radar: bool,
    criteria: DirectionCriteria,
) -> Mapping[int, ApronChange]:
    """Return the direction of every numbered change.

    Args:
        blobs: Shape (row, col), 0 where nothing changed.
        now: Shape (band, row, col): the scene.
        usual: The same: its past in the scene's light.
        inside: Pixels of the apron that could be judged.
        is_radar: Values are dB.
        criteria: Thresholds.
    """
    numbers = [int(n) for n in np.unique(blobs) if n]
    if not numbers:
        return {}
    if is_radar:
        risen = np.mean(now - usual, axis=0)
        return {n: _by_echo(float(np.nanmean(risen[blobs == n])), criteria) for n in numbers}
    bare = np.nanmedian(usual[:, inside], axis=1)
    spread = 1.4826 * np.nanmedian(np.abs(usual[:, inside] - bare[:, None]), axis=1)
    scale = np.maximum(spread, criteria.noise)[:, None, None]
    before, after = (
        np.sqrt(np.mean(((v - bare[:, None, None]) / scale) ** 2, axis=0)) for v in (usual, now)
    )
    rough_before, rough_after = _roughness(usual), _roughness(now)
    return {
        n: _by_surface(
            float(np.nanmean(before[blobs == n])),
            float(np.nanmean(after[blobs == n])),
            float(np.nanmean(rough_before[blobs == n])),
            float(np.nanmean(rough_after[blobs == n])),
            criteria,
        )
        for n in numbers
    }


def _by_echo(risen_db: float, criteria: DirectionCriteria) -> ApronChange:
    if abs(risen_db) < criteria.radar_db:
        return ApronChange.CHANGED
    return ApronChange.FILLED if risen_db > 0 else ApronChange.CLEARED


def _by_surface(
    before: float,
    after: float,
    rough_before: float,
    rough_after: float,
    criteria: DirectionCriteria,
) -> ApronChange:
    rougher = rough_after / max(rough_before, criteria.noise / 2)
    if after > criteria.nearer * before and rougher > 1 / criteria.rougher:
        return ApronChange.FILLED
    if before > criteria.nearer * after and rougher < criteria.rougher:
        return ApronChange.CLEARED
    return ApronChange.CHANGED


def _roughness(bands: FloatArray) -> FloatArray:
    """Return the standard deviation of brightness over 3 × 3 pixels."""
    bright = bands.mean(axis=0)
    filled = np.nan_to_num(bright, nan=float(np.nanmedian(bright)))
    mean = ndimage.uniform_filter(filled, 3)
    square = ndimage.uniform_filter(filled**2, 3)
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0)), np.float32)
