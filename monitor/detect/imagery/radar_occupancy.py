"""Is a berth taken? Asked of one radar scene, by how far the berth departs from its own past.

A hull throws back far more than water, but so do quay walls and cranes. They stay where they are:
what is bright in nearly every earlier pass of the same orbit is the port, what is bright now and
was dark on some of them is a ship. A low quantile, not the median, stands for the past, so that a
ship that stayed for most of it is still found. Pure: values in, readings out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.port_pixels import (
    BerthPixels,
    BoolArray,
    PortPixels,
    Reading,
    compared_with,
    two_class_split,
)
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]

_DARK = -99.0
"""Stands for `never seen bright`, dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarCriteria:
    """Thresholds of the radar test; decibels, metres."""

    hull_db: float = 6.0
    """How far a hull stands out. A ship at a known place is 6 dB over its surroundings in 98.6 %
    of 286 Sentinel-1 chips with AIS truth (OpenSARShip)."""
    hull_m2: float = 1400.0
    """Area that must stand out once everything thin is taken away: a hull of 60 m, as wide as
    the radar's 20 m resolution shows it."""
    baseline_quantile: float = 0.1
    """Which of the past values stands for the empty berth; a ship may lie there in up to nine
    passes of ten without being taken for the quay."""
    min_references: int = 3
    """Fewer passes than this say nothing of what is permanent."""
    many_references: int = 10
    """From here on the low quantile is no longer the single lowest."""
    rough_db: float = 6.0
    """Sea this far above its usual level hides hulls: then nothing is judged."""
    rough_sea_db: float = -10.0
    """The same without a past: VV sea brighter than this looks like land."""
    wall_db: float = 6.0
    """Without a past, how much brighter a quay's edge may be than the sea before it counts; and
    with one, the most that streaks of neighbours may explain away from the quay."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadarView:
    """One band of one scene and what its past says of each pixel; layers of shape (row, col)."""

    now: FloatArray
    """Backscatter, dB; NaN where unseen."""
    low: FloatArray | None
    """What each pixel near a berth shows with nobody there, dB; None for too short a past."""
    usual: FloatArray | None
    """The middle level of its past; None likewise."""
    calm: FloatArray | None
    """The middle level of however short a past there is; None without any."""
    water: BoolArray
    """Open water near the berths, walls and what shines there left out."""
    count: int
    """References the levels rest on."""


def radar_views(
    chip: Chip, references: Sequence[Chip], port: PortPixels, *, criteria: RadarCriteria
) -> tuple[RadarView, ...]:
    """Return one view for each of `vv` and `vh` that the chip has.

    Args:
        chip: Backscatter in dB.
        references: Chips of other passes of the same orbit on the same grid, in any order.
        port: Berths and water on the chip's grid.
        criteria: Thresholds.
    """
    return tuple(
        _band_view(chip.band(name), _stack(references, name), port, criteria)
        for name in ("vv", "vh")
        if name in chip.bands
    )


def radar_readings(
    views: Sequence[RadarView], port: PortPixels, *, criteria: RadarCriteria
) -> tuple[Reading, ...]:
    """Judge every berth of `port`, in its order; the band that shows more counts."""
    by_band = [_band_readings(view, port, criteria) for view in views]
    if not by_band:
        unseen = Reading(score=np.nan, usable=0.0, reason="no radar band", obstacle="bands")
        return (unseen,) * len(port.berths)
    # NaN scores sort below any number: a band that sees nothing never overrules one that does.
    return tuple(
        max(readings, key=lambda r: (np.nan_to_num(r.score, nan=-1.0), r.usable))
        for readings in zip(*by_band, strict=True)
    )


def _stack(references: Sequence[Chip], name: str) -> FloatArray:
    layers = [chip.band(name) for chip in references if name in chip.bands]
    return np.stack(layers) if layers else np.empty((0, 0, 0), np.float32)


def _band_view(
    now: FloatArray, past: FloatArray, port: PortPixels, criteria: RadarCriteria
) -> RadarView:
    around = port.near & ~port.any_berth
    low, usual = _past_levels(past, port.near, criteria)
    # Too short a past says nothing of what is permanent, but something of how the sea looks.
    calm = usual if usual is not None else _middle(past, port.near)
    known = now if usual is None else usual
    water = around & ~_structure(known, around, 6.0 if usual is None else 4.0) & np.isfinite(now)
    if np.count_nonzero(water & port.known_water) >= _ENOUGH_PX:
        water &= port.known_water
    count = len(past) if usual is not None else 0
    return RadarView(now=now, low=low, usual=usual, calm=calm, water=water, count=count)


def _band_readings(view: RadarView, port: PortPixels, criteria: RadarCriteria) -> list[Reading]:
    now, water, count = view.now, view.water, view.count
    readings = []
    for berth in port.berths:
        window = (berth.rows, berth.cols)
        sea = sea_level(now, water, window)
        seen = berth.inside & np.isfinite(now[window])
        usable = min(1.0, np.count_nonzero(seen) / berth.whole)
        usual_sea = None if view.calm is None else sea_level(view.calm, water, window)
        if not np.isfinite(sea):
            reading = Reading(score=np.nan, usable=usable, reason="no water to compare with")
        elif is_rough(sea, usual_sea, criteria):
            reading = Reading(score=np.nan, usable=0.0, reason="rough sea", obstacle="rough sea")
        else:
            before = None if view.low is None else view.low[window]
            empty = _empty_level(before, sea, berth, count, criteria)
            strength = _strength(now[window] - empty, seen, port.gsd_m, criteria)
            score = 1 / (1 + np.exp(-(strength - criteria.hull_db) / softness(count, criteria)))
            full = before is not None and _never_empty(view, berth, port, criteria)
            reading = Reading(
                score=float(score),
                usable=usable,
                reason=compared_with(count, enough=criteria.many_references, never_empty=full),
                never_empty=full,
            )
        readings.append(reading)
    return readings


def softness(count: int, criteria: RadarCriteria) -> float:
    """Return how many dB beyond the threshold make the odds of a hull e times greater."""
    return 1.0 if count >= criteria.many_references else 1.5 if count else 2.0


_ENOUGH_PX = 30
"""Fewer pixels than this do not make a median worth having."""


def _middle(past: FloatArray, near: BoolArray) -> FloatArray | None:
    """Return the middle level of each pixel near a berth; None where there is no past at all."""
    if not len(past):
        return None
    middle = np.full(near.shape, np.nan, np.float32)
    middle[near] = np.sort(past[:, near], axis=0)[len(past) // 2]
    return middle


def _past_levels(
    past: FloatArray, near: BoolArray, criteria: RadarCriteria
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the low and the middle level of each pixel's past, or None for too short a past."""
    count = len(past)
    if count < criteria.min_references:
        return None, None
    low_rank = int(criteria.baseline_quantile * (count - 1))
    # NaN sorts last, so a pixel unseen now and then has slightly higher ranks, never none.
    ranked = np.partition(past[:, near], (low_rank, count // 2), axis=0)
    low, usual = (np.full(near.shape, np.nan, np.float32) for _ in range(2))
    low[near], usual[near] = ranked[low_rank], ranked[count // 2]
    return np.nan_to_num(low, nan=_DARK), usual


def _structure(values: FloatArray, around: BoolArray, apart_db: float) -> BoolArray:
    """Return land and walls, grown by two pixels: the bright class, where there are two at all."""
    seen = around & np.isfinite(values)
    if np.count_nonzero(seen) < _ENOUGH_PX:
        return np.zeros_like(around)
    split = two_class_split(values[seen])
    bright = values > split  # NaN is neither
    if np.median(values[seen & bright]) - np.median(values[seen & ~bright]) < apart_db:
        return np.zeros_like(around)
    return np.asarray(ndimage.binary_dilation(bright, iterations=2), np.bool_)


def sea_level(values: FloatArray, water: BoolArray, window: tuple[slice, slice]) -> float:
    """Return the sea's median in a window, or of all water in view where that is too little."""
    for seen in (values[window][water[window]], values[water]):
        seen = seen[np.isfinite(seen)]
        if seen.size >= _ENOUGH_PX:
            return float(np.median(seen))
    return float("nan")


def is_rough(sea: float, usual_sea: float | None, criteria: RadarCriteria) -> bool:
    """Return whether the sea is so bright that it hides hulls."""
    if usual_sea is None or not np.isfinite(usual_sea):
        return sea > criteria.rough_sea_db
    return sea - usual_sea > criteria.rough_db


def _empty_level(
    low: FloatArray | None, sea: float, berth: BerthPixels, count: int, criteria: RadarCriteria
) -> FloatArray:
    """Return what each pixel of the berth's window would be with nobody there, dB."""
    wall = np.float32(sea + criteria.wall_db)
    if low is None:
        level = np.full(berth.inside.shape, sea, np.float32)
        level[berth.quayside] = wall
        return level
    if berth.has_quay:
        # Away from the quay there is nothing to build on: what was always bright there is a ship
        # that never left, beyond the little that streaks of its neighbours explain. In a short
        # past even that little may be the ship.
        most = wall if count >= criteria.many_references else np.float32(sea)
        low = np.where(berth.quayside | ~berth.inside, low, np.minimum(low, most))
    return np.maximum(low, np.float32(sea))


def _never_empty(
    view: RadarView, berth: BerthPixels, port: PortPixels, criteria: RadarCriteria
) -> bool:
    """Return whether what nearly every pass shows in a berth, off the quay's edge, is a hull."""
    assert view.low is not None
    window = (berth.rows, berth.cols)
    low = view.low[window]
    sea = sea_level(view.low, view.water, window)
    off_quay = berth.inside & ~berth.quayside & (low > _DARK)
    return bool(_strength(low - sea, off_quay, port.gsd_m, criteria) >= criteria.hull_db)


def _strength(
    departure: FloatArray, seen: BoolArray, gsd_m: float, criteria: RadarCriteria
) -> float:
    """Return by how many dB an area of `hull_m2` stands out at least.

    The opening (a cross of 30 m) removes what is thinner than a hull: speckle and the streaks
    that side lobes of big neighbours draw across the berth.
    """
    reach = max(1, round(10.0 / gsd_m))
    cross = np.zeros((2 * reach + 1,) * 2, np.bool_)
    cross[reach, :] = cross[:, reach] = True
    filled = np.nan_to_num(departure, nan=_DARK)
    opened = ndimage.grey_opening(filled, footprint=cross)[seen]
    wanted = min(round(criteria.hull_m2 / gsd_m**2), round(0.35 * opened.size))
    if opened.size == 0:
        return _DARK
    return float(np.sort(opened)[-max(wanted, 1)])
