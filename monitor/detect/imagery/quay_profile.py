"""Ships along the quays of one scene: where each begins and ends, how she lies, how sure that is.

For each quay the water beside it is brought into quay coordinates and held against what it shows
with nobody there. What departs in the shape of a hull is a ship. Radar and optical scenes differ
only in how a cell's evidence is made; from there on the question is the same. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from monitor.detect.imagery.port_pixels import compared_with
from monitor.detect.imagery.quay_hull_shape import (
    OPTICAL_HULLS,
    RADAR_HULLS,
    HullCriteria,
)
from monitor.detect.imagery.quay_strip import QuayStrip, StripCriteria
from monitor.detect.imagery.radar_occupancy import (
    RadarCriteria,
    RadarView,
    is_rough,
    sea_level,
    softness,
)
from monitor.domain.chip import Grid

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuayCriteria:
    """Thresholds of the quay profile; metres."""

    strip: StripCriteria = field(default_factory=StripCriteria)
    radar: HullCriteria = RADAR_HULLS
    optical: HullCriteria = OPTICAL_HULLS
    block_m: float = 100.0
    """The sea's level is taken anew at this distance along a quay,"""
    sea_reach_m: float = 400.0
    """from water within this distance."""
    at_quay_m: float = 45.0
    """A hull in no berth lies at the quay only if she begins this near to its line: the line's
    own error, a fender and the blur of a pixel."""
    in_berth: float = 0.5
    """Or if this share of her lies in berths."""
    traced_m: float = 15.0
    """Quays and berths are traced to about this; she may lie so much further either way."""
    overlap: float = 0.25
    """She lies in a berth that holds this share of her length along the quay, or of which she
    covers this share."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """What one scene shows along one quay."""

    strip: QuayStrip
    evidence: FloatArray
    """Shape (out, along): 0 and above is hull; NaN unseen. Radar: dB beyond the threshold."""
    strength: FloatArray
    """How far each cell stands out from plain water, whatever stood there before. Radar: dB."""
    structure: BoolArray
    """Cells that hold something built."""
    softness: float
    """Evidence that makes the odds e times greater."""
    reason: str
    known_past: bool
    """Whether other scenes have told quay from hull."""


def radar_profiles(
    views: Sequence[RadarView],
    strips: Sequence[QuayStrip],
    grid: Grid,
    *,
    radar: RadarCriteria,
    criteria: QuayCriteria,
) -> list[Profile]:
    """Return the profile of each strip, all bands together; the strongest counts."""
    found = []
    for strip in strips:
        evidence, strength = (np.full(strip.water.shape, np.nan, np.float32) for _ in range(2))
        structure = np.zeros(strip.water.shape, np.bool_)
        for view in views:
            of_band, over_sea, built = _radar_evidence(view, strip, grid, radar, criteria)
            evidence = np.fmax(evidence, of_band)
            strength = np.fmax(strength, over_sea)
            structure |= built
        count = max((v.count for v in views), default=0)
        found.append(
            Profile(
                strip=strip,
                evidence=evidence,
                strength=strength,
                structure=structure,
                softness=softness(count, radar),
                reason=compared_with(count, enough=radar.many_references),
                known_past=count > 0,
            )
        )
    return found


def _radar_evidence(
    view: RadarView,
    strip: QuayStrip,
    grid: Grid,
    radar: RadarCriteria,
    criteria: QuayCriteria,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    sea = _sea_along(view.now, view, strip, grid, criteria)
    usual = None if view.calm is None else _sea_along(view.calm, view, strip, grid, criteria)
    rough = [
        not math.isfinite(level)
        or is_rough(float(level), None if usual is None else float(usual[i]), radar)
        for i, level in enumerate(sea)
    ]
    sea = np.where(rough, np.nan, sea).astype(np.float32)
    wall = sea + np.float32(radar.wall_db)
    empty = np.broadcast_to(sea, strip.water.shape)
    if view.low is None:
        structure = strip.quayside
        empty = np.where(strip.quayside, wall, empty)
    else:
        low = np.nan_to_num(strip.sampled(view.low), nan=-99.0)
        structure = low > sea + 4.0
        if strip.has_quay:
            # As for berths: away from the quay what was always bright is a ship that never left.
            most = wall if view.count >= radar.many_references else sea
            low = np.where(strip.off_berths, np.minimum(low, most), low)
        empty = np.maximum(low, empty)
    now = strip.sampled(view.now)
    return (
        np.asarray(now - empty - radar.hull_db, np.float32),
        np.asarray(now - sea, np.float32),
        structure,
    )


def _sea_along(
    layer: FloatArray, view: RadarView, strip: QuayStrip, grid: Grid, criteria: QuayCriteria
) -> FloatArray:
    """Return the sea's level at each column of a strip, dB, NaN where there is no water to ask."""
    middle_row = strip.water.shape[0] // 2
    step = max(1, round(criteria.block_m / strip.cell_m))
    columns = np.arange(0, strip.water.shape[1] + step, step).clip(max=strip.water.shape[1] - 1)
    levels = []
    for column in columns:
        x, y = strip.x_m[middle_row, column], strip.y_m[middle_row, column]
        levels.append(sea_level(layer, view.water, _around(x, y, grid, criteria.sea_reach_m)))
    return np.interp(np.arange(strip.water.shape[1]), columns, levels).astype(np.float32)


def _around(x: float, y: float, grid: Grid, reach_m: float) -> tuple[slice, slice]:
    def span(middle: float, size: int) -> slice:
        reach = reach_m / grid.gsd_m
        first, last = (int(np.clip(middle + d, 0, size)) for d in (-reach, reach))
        return slice(first, last)

    return (
        span((grid.north_m - y) / grid.gsd_m, grid.height),
        span((x - grid.west_m) / grid.gsd_m, grid.width),
    )
