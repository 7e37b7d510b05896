"""Is a berth taken? Asked of one optical scene, by how much of the berth is not water.

What water looks like is taken from the water beside each berth in the same scene, because mud,
sun glint and haze change it from port to port and day to day. Pure: values in, readings out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.optical_usability import (
    Sky,
    SkyCriteria,
    berth_view,
    has_glint,
    sky_over,
)
from monitor.detect.imagery.port_pixels import (
    BerthPixels,
    BoolArray,
    PortPixels,
    Reading,
    compared_with,
    two_class_split,
)
from monitor.detect.imagery.registration import RegistrationCriteria, shift_of, shifted
from monitor.detect.imagery.sun import Vector
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalCriteria:
    """Thresholds of the optical test; reflectances 0-1, metres."""

    hull_share: float = 0.33
    """Share of the berth (its middle weighs more) that is not water when a ship lies there: a
    hull fills half of a berth drawn for it, a quay's edge in a carelessly drawn one a quarter."""
    beam_m: float = 16.0
    """Beam of the smallest ship looked for, a coaster of about 100 m,"""
    length_share: float = 0.6
    """and how much of the berth's length it takes up. Where other scenes have shown what is quay,
    this area is enough in a berth too wide for `hull_share`: 24 % of one drawn 40 m wide."""
    wide_m: float = 100.0
    """No ship fills a berth wider than this (moorings for ships lying stern to)."""
    water_ndwi: float = 0.05
    """(green - nir) / (green + nir) of anything but water is below this (266 berths of 13 ports
    seen by Sentinel-2: balanced accuracy 0.94 with this one threshold)."""
    ndwi_gap: float = 0.03
    """Where water itself comes near that value, a hull must still lie this far below it."""
    brighter: float = 0.025
    """A hull or its wash in glinting water: mean visible reflectance above the water's."""
    spread: float = 3.0
    """The same in robust standard deviations of the water; the larger one counts."""
    nir_brighter: float = 0.01
    """Whatever is not water is at least this much brighter in near infrared."""
    softness: float = 0.3
    """How far from the threshold, in shares of it, the odds of a ship change by e. Colours without
    near infrared count half as much."""
    local_m: float = 150.0
    """Water this near to a berth is its own."""
    permanent_share: float = 0.9
    """What is not water in this share of the other scenes is quay, and is left out."""
    min_references: int = 3
    max_references: int = 8
    sky: SkyCriteria = field(default_factory=SkyCriteria)
    """What hides a berth."""
    registration: RegistrationCriteria = field(default_factory=RegistrationCriteria)
    """How references are brought onto the scene."""


_ENOUGH_PX = 30
_BLUR_M = 15.0
"""Water nearer to a berth than this may be mixed with a hull in it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """What one chip shows of one berth, in the berth's window."""

    hull: BoolArray
    """Pixels that are not water."""
    clear: BoolArray
    """Pixels of the berth that were seen and that nothing hides."""
    open_sky: BoolArray
    """The same for the whole window, by the pixels' own look."""
    obstacle: str
    has_water: bool
    has_glint: bool


def optical_readings(
    chip: Chip,
    references: Sequence[Chip],
    port: PortPixels,
    *,
    criteria: OpticalCriteria,
    sun: Vector | None = None,
) -> tuple[Reading, ...]:
    """Judge every berth of `port`, in its order.

    Args:
        chip: Reflectance 0-1; at least `blue`, `green`, `red` or `green`, `nir`. `scl` helps.
        references: Chips of other scenes of the same sensor on the same grid, ordered by id;
            they tell quay from hull where the berth was drawn over the quay's edge. They are
            moved onto `chip` first where they lie beside it.
        port: Berths and water on the chip's grid.
        criteria: Thresholds.
        sun: Direction towards the sun (east, north, up), by which the shadows of clouds are
            found; None looks for none.
    """
    now = _views(chip, port, criteria, sun)
    if now is None:
        unseen = Reading(score=np.nan, usable=0.0, reason="no usable bands", obstacle="bands")
        return (unseen,) * len(port.berths)
    past = _past_views(chip, references, port, criteria)
    # In shares of the threshold; colour alone tells less than colour and near infrared.
    softness = criteria.softness if "nir" in chip.bands else 2 * criteria.softness
    return tuple(
        _reading(berth, view, [views[i] for views in past], softness, criteria)
        for i, (berth, view) in enumerate(zip(port.berths, now, strict=True))
    )


def _past_views(
    chip: Chip, references: Sequence[Chip], port: PortPixels, criteria: OpticalCriteria
) -> list[list[_View]]:
    step = max(1, -(-len(references) // criteria.max_references))
    ground = _ground(chip, port)
    views = []
    for reference in references[::step]:
        seen = _views(_registered(reference, chip, ground, criteria), port, criteria, None)
        if seen is not None:
            views.append(seen)
    return views


def _ground(chip: Chip, port: PortPixels) -> BoolArray:
    """Return what stays: bright or green ground away from the berths and out of the water."""
    light = next((chip.band(n) for n in ("nir", "red", "green") if n in chip.bands), None)
    away = ~ndimage.binary_dilation(port.any_berth, iterations=2) & ~port.known_water
    if light is None or not (away & np.isfinite(light)).any():
        return np.zeros_like(away)
    seen = away & np.isfinite(light)
    return np.asarray(seen & (light > two_class_split(light[seen])), np.bool_)


def _registered(other: Chip, chip: Chip, ground: BoolArray, criteria: OpticalCriteria) -> Chip:
    """Return `other` moved onto `chip` where it lies beside it by enough, measured well."""
    name = next((n for n in ("red", "green", "nir") if n in chip.bands and n in other.bands), None)
    if name is None:
        return other
    limits = criteria.registration
    shift = shift_of(other.band(name), chip.band(name), ground, criteria=limits)
    if shift.is_worth_correcting(limits) and not shift.is_misplaced(limits):
        return shifted(other, shift)
    return other


def _reading(
    berth: BerthPixels,
    view: _View,
    past: Sequence[_View],
    softness: float,
    criteria: OpticalCriteria,
) -> Reading:
    usable = min(1.0, np.count_nonzero(view.clear) / berth.whole)
    obstacle = view.obstacle or "not in view"
    if view.has_glint and view.obstacle != "haze":
        return Reading(score=np.nan, usable=0.0, reason="sun glint", obstacle="sun glint")
    if not view.has_water or not view.clear.any():
        return Reading(
            score=np.nan, usable=usable, reason="no water to compare with", obstacle=obstacle
        )
    judged, needed, full = view.clear, criteria.hull_share, False
    known_quay = len(past) >= criteria.min_references
    if known_quay:
        permanent = _permanent(past, criteria)
        open_berth = view.clear & ~permanent
        if np.count_nonzero(open_berth) >= 0.4 * berth.whole:
            judged = open_berth
        else:
            full = bool(np.count_nonzero(berth.inside & permanent) > 0.6 * berth.whole)
    count = len(past) if known_quay else 0
    reason = compared_with(count, enough=criteria.max_references, never_empty=full)
    if known_quay or berth.width_m > criteria.wide_m:
        beam_share = criteria.length_share * criteria.beam_m / max(berth.width_m, 1.0)
        needed = min(needed, beam_share)
    share = float(np.average(view.hull[judged], weights=berth.weight[judged]))
    score = 1 / (1 + np.exp(-(share / needed - 1) / softness))
    return Reading(
        score=float(score), usable=usable, reason=reason, obstacle=obstacle, never_empty=full
    )


def _permanent(past: Sequence[_View], criteria: OpticalCriteria) -> BoolArray:
    """Return pixels that were not water in nearly all of the scenes that saw them clearly."""
    useful = [v for v in past if v.has_water and not v.has_glint]
    if len(useful) < criteria.min_references:
        return np.zeros_like(past[0].hull)
    times_seen = np.sum([v.open_sky for v in useful], axis=0)
    times_hull = np.sum([v.open_sky & v.hull for v in useful], axis=0)
    often = times_hull >= criteria.permanent_share * times_seen
    return np.asarray((times_seen >= criteria.min_references) & often, np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """One chip's layers on the whole grid, each of shape (row, col)."""

    visible: tuple[FloatArray, ...]
    brightness: FloatArray
    nir: FloatArray | None
    ndwi: FloatArray | None
    sky: Sky
    water: BoolArray


def _views(
    chip: Chip, port: PortPixels, criteria: OpticalCriteria, sun: Vector | None
) -> list[_View] | None:
    look = _look(chip, port, criteria, sun)
    if look is None:
        return None
    return [_view(chip, look, berth, port, criteria) for berth in port.berths]


def _look(
    chip: Chip, port: PortPixels, criteria: OpticalCriteria, sun: Vector | None
) -> _Look | None:
    bands = {name: chip.band(name) for name in chip.bands}
    visible = tuple(bands[n] for n in ("blue", "green", "red") if n in bands)
    if len(visible) < 3 and not {"green", "nir"} <= set(bands):
        return None
    sky = sky_over(chip, sun=sun, criteria=criteria.sky)
    brightness = np.asarray(np.mean(visible, axis=0), np.float32)
    nir = bands.get("nir")
    ndwi = None if nir is None or "green" not in bands else _ndwi(bands["green"], nir)
    return _Look(
        visible=visible,
        brightness=brightness,
        nir=nir,
        ndwi=ndwi,
        sky=sky,
        water=_water(brightness, ndwi, nir, sky.seen & ~sky.cloud, port),
    )


def hull_masks(
    chip: Chip, port: PortPixels, criteria: OpticalCriteria
) -> tuple[BoolArray, BoolArray] | None:
    """Return (not water, clearly seen) for every pixel in some berth's window, whole grid.

    None where the chip lacks the bands. Where windows overlap, the nearer berth's water decides.
    """
    look = _look(chip, port, criteria, sun=None)
    if look is None:
        return None
    hull, seen = np.zeros_like(port.near), np.zeros_like(port.near)
    nearest = np.full(port.near.shape, np.inf, np.float32)
    for berth in port.berths:
        window = (berth.rows, berth.cols)
        beside = (berth.away_m > _BLUR_M) & (berth.away_m < criteria.local_m)
        own_water = _own_water(look.water, window, beside)
        if own_water is None:
            continue
        mine = berth.away_m < nearest[window]
        hull[window][mine] = _not_water(look, window, own_water, criteria)[mine]
        seen[window][mine] = look.sky.clear[window][mine]
        nearest[window][mine] = berth.away_m[mine]
    return hull, seen


def _view(
    chip: Chip, look: _Look, berth: BerthPixels, port: PortPixels, criteria: OpticalCriteria
) -> _View:
    window = (berth.rows, berth.cols)
    in_view = berth_view(look.sky, berth, port, criteria=criteria.sky)
    beside = (berth.away_m > _BLUR_M) & (berth.away_m < criteria.local_m)
    own_water = _own_water(look.water, window, beside)
    hull, glint = np.zeros_like(berth.inside), False
    if own_water is not None:
        hull = _not_water(look, window, own_water, criteria)
        # Closed, so that the glints themselves count among the water.
        whole = np.asarray(ndimage.binary_closing(own_water[window], iterations=2), np.bool_)
        glint = has_glint(chip, whole, window, criteria=criteria.sky)
    return _View(
        hull=hull,
        clear=in_view.clear,
        open_sky=look.sky.clear[window],
        obstacle=in_view.obstacle,
        has_water=own_water is not None,
        has_glint=glint,
    )


def _own_water(
    water: BoolArray, window: tuple[slice, slice], beside: BoolArray
) -> BoolArray | None:
    """Return water beside a berth as a full mask; all in its window, then all in view, if few."""
    for choice in (beside, np.ones_like(beside), None):
        mask = water
        if choice is not None:
            mask = np.zeros_like(water)
            mask[window] = water[window] & choice
        if np.count_nonzero(mask) >= _ENOUGH_PX:
            return mask
    return None


def _not_water(
    look: _Look, window: tuple[slice, slice], water: BoolArray, criteria: OpticalCriteria
) -> BoolArray:
    """Return the window's pixels that differ from the berth's own water."""
    if look.ndwi is None or look.nir is None:
        # By colour alone a dark hull is as telling as a bright one.
        bands = [
            np.abs(band[window] - middle) > excess
            for band in look.visible
            for middle, excess in [_water_level(band[water], criteria)]
        ]
        return np.asarray(np.any(bands, axis=0), np.bool_)
    usual = float(np.median(look.ndwi[water]))
    limit = min(criteria.water_ndwi, usual - criteria.ndwi_gap)
    middle, excess = _water_level(look.brightness[water], criteria)
    differs = (look.ndwi[window] < limit) | (look.brightness[window] > middle + excess)
    # Water in and out of a cloud's shadow differs as much as that, but hardly in near infrared.
    differs &= look.nir[window] > float(np.median(look.nir[water])) + criteria.nir_brighter
    return np.asarray(differs, np.bool_)


def _water_level(values: FloatArray, criteria: OpticalCriteria) -> tuple[float, float]:
    """Return (median, how far above it is no longer water)."""
    middle = float(np.median(values))
    deviation = 1.4826 * float(np.median(np.abs(values - middle)))
    return middle, max(criteria.brighter, criteria.spread * deviation)


def _water(
    brightness: FloatArray,
    ndwi: FloatArray | None,
    nir: FloatArray | None,
    clear: BoolArray,
    port: PortPixels,
) -> BoolArray:
    """Return the scene's water near the berths, its shores cut off by one pixel."""
    around = port.near & ~port.any_berth & clear
    if np.count_nonzero(around) < _ENOUGH_PX:
        return np.zeros_like(around)
    if ndwi is not None and nir is not None:
        wet = _dark_class(nir, around, 0.03) & _dark_class(-ndwi, around, 0.15)
    else:
        wet = _dark_class(brightness, around, 0.03)
    water = around & np.asarray(ndimage.binary_erosion(wet | ~around), np.bool_)
    if np.count_nonzero(water & port.known_water) >= _ENOUGH_PX:
        water &= port.known_water
    return water


def _dark_class(values: FloatArray, around: BoolArray, apart: float) -> BoolArray:
    """Return the lower of two classes, or everything where the view holds only one."""
    split = two_class_split(values[around])
    dark = around & (values <= split)
    bright = around & ~dark
    if not bright.any() or np.median(values[bright]) - np.median(values[dark]) < apart:
        return around
    return dark


def _ndwi(green: FloatArray, nir: FloatArray) -> FloatArray:
    """McFeeters 1996, International Journal of Remote Sensing 17(7); 0 where both are dark."""
    return np.asarray((green - nir) / np.maximum(green + nir, 1e-3), np.float32)
