"""How much of each apron looks unlike its own past, and whether it filled or cleared.

The one door to apron change. A change is pixels that differ: it is never called vehicles or goods,
since at 10 m a lorry is a tenth of a pixel. Ground that was not seen, or that a picture shows
as plain white, is unobserved and counts neither way. Pure: no files, no clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from monitor.detect.imagery.apron_baseline import BaselineCriteria, Departure, departure
from monitor.detect.imagery.apron_direction import DirectionCriteria, directions
from monitor.detect.imagery.apron_ground import (
    ApronPixels,
    BoolArray,
    apron_pixels,
    outline_of,
    stable_ground,
)
from monitor.detect.imagery.optical_usability import VISIBLE, SkyCriteria, sky_over
from monitor.detect.imagery.registration import (
    RegistrationCriteria,
    shift_of,
    shifted,
)
from monitor.detect.imagery.sun import angle_deg, sun_over
from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.chip import Chip, Grid
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Modality, Scene

FloatArray = npt.NDArray[np.float32]
Reference = tuple[Scene, Chip]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronCriteria:
    """Thresholds of apron change; `distance` is in mean squares a band, 1 where nothing changed."""

    object_m: float = 9.0
    """Side of the smallest thing looked for where pixels are fine enough; never less than two
    pixels, so 20 m for Sentinel-2 and 9 m for PlanetScope."""
    block_m: float = 30.0
    """Side of the larger squares, in which fainter changes show; never less than three pixels."""
    object_distance: float = 12.0
    """Ground differs where squares of object size depart by this. On a Venice pier with nothing
    put there, 1 square in 200 does (eight dates, each left out in turn);"""
    block_distance: float = 9.0
    """the same for the larger squares."""
    edge_share: float = 0.5
    """A change reaches outward as far as the departure exceeds this share of the threshold."""
    min_area_px: int = 4
    """Smallest change told, in pixels,"""
    min_area_m2: float = 80.0
    """and in square metres: one lorry with what stands beside it."""
    min_usable: float = 0.6
    """Below this share of pixels that could be judged an apron is unobserved."""
    min_references: int = 3
    max_references: int = 10
    cloud_brighter: float = 1.2
    """A cloud is brighter than the ground on plain days by this factor (the sun's height changes
    with the season, and what the fit takes off is not taken off yet)"""
    cloud_added: float = 0.03
    """and this much reflectance."""
    beside_m: float = 200.0
    """Where ground that stays, this near to an apron,"""
    beside_share: float = 0.2
    """departs as much over this share of itself, the light is uneven and nothing is told."""
    sun_deg: float = 10.0
    """A sun this far from today's makes a reference as unlike as"""
    time_days: float = 365.0
    """this many days between them: shadows of a 10 m shed move by some 5 m, sheds are built."""
    score_middle: float = 1.3
    """Peak departure, in shares of its threshold, at which change and none are equally likely."""
    score_slope: float = 2.9
    """How fast that turns, in units of the logarithm of the peak (docs/aprons.md, held out)."""
    same_place: float = 0.3
    """Share of the smaller of two changes that must overlap to confirm each other."""
    white: float = 0.995
    """Reflectance in every band from which a picture shows plain white and nothing more."""
    baseline: BaselineCriteria = field(default_factory=BaselineCriteria)
    direction: DirectionCriteria = field(default_factory=DirectionCriteria)
    sky: SkyCriteria = field(default_factory=SkyCriteria)
    registration: RegistrationCriteria = field(default_factory=RegistrationCriteria)


def apron_references(
    scene: Scene, candidates: Sequence[Scene], grid: Grid, *, criteria: ApronCriteria | None = None
) -> tuple[str, ...]:
    """Choose the scenes that make a seasonal baseline of `scene`: their ids, ordered by time.

    Same sensor, drawn scenes with drawn ones; radar of the same relative orbit only, nearest in
    time. Optical scenes are taken by how near the sun stood to where it stands now, and by time.
    Scenes of the same hour are the same look and never taken. The order of `candidates` does not
    matter.
    """
    criteria = criteria or ApronCriteria()
    sun = sun_over(scene.acquired_at, grid)

    def unlikeness(other: Scene) -> tuple[float, str]:
        days = abs((other.acquired_at - scene.acquired_at).total_seconds()) / 86400
        cost = days / criteria.time_days
        if scene.modality is Modality.OPTICAL:
            cost += angle_deg(sun_over(other.acquired_at, grid), sun) / criteria.sun_deg
        return cost, other.id

    fitting = sorted((c for c in candidates if _is_comparable(c, scene)), key=unlikeness)
    chosen = fitting[: criteria.max_references]
    return tuple(c.id for c in sorted(chosen, key=lambda c: (c.acquired_at, c.id)))


def _is_comparable(other: Scene, scene: Scene) -> bool:
    return (
        other.id != scene.id
        and (other.sensor, other.modality, other.rendered)
        == (scene.sensor, scene.modality, scene.rendered)
        and (scene.modality is Modality.OPTICAL or other.orbit == scene.orbit)
        and abs((other.acquired_at - scene.acquired_at).total_seconds()) >= _SAME_PASS_S
    )


_SAME_PASS_S = 3600.0


def apron_states(
    scene: Scene,
    chip: Chip,
    gazetteer: Gazetteer,
    *,
    references: Sequence[Reference],
    previous: Mapping[str, ApronState] | None = None,
    criteria: ApronCriteria | None = None,
) -> tuple[ApronState, ...]:
    """Compare every apron of the area that lies on the chip's grid with its past, by apron id.

    Args:
        scene: The scene the chip was read from.
        chip: Its pixels on the port's grid: reflectance, or dB.
        gazetteer: The port.
        references: Other scenes with their chips on the same grid, in any order; those that
            cannot be compared are left out and the best `max_references` are used.
        previous: What the usable scene before this one (same sensor) said, by apron id: a change
            is confirmed where it said the same of the same ground.
        criteria: Thresholds.

    Returns:
        One state per apron; `unobserved` with its reason where too little could be judged.
    """
    criteria = criteria or ApronCriteria()
    aprons = apron_pixels(gazetteer, chip.grid)
    if not aprons:
        return ()
    by_id = {s.id: (s, c) for s, c in references if c.grid == chip.grid}
    chosen = apron_references(scene, [s for s, _ in by_id.values()], chip.grid, criteria=criteria)
    part = _in_view(chip)
    if part is None:
        return tuple(_unobserved(scene, a, "not in view", 0.0) for a in aprons)
    past = [(other, _cut(seen, part)) for other, seen in (by_id[i] for i in chosen)]
    chip = _cut(chip, part)
    in_view = {a.place.id: a for a in apron_pixels(gazetteer, chip.grid)}
    compared = (
        _compared(scene, chip, gazetteer, tuple(in_view.values()), past, criteria)
        if in_view
        else "not in view"
    )
    if isinstance(compared, str):
        return tuple(_unobserved(scene, a, compared, 0.0) for a in aprons)
    states = tuple(
        _state(scene, chip.grid, in_view[a.place.id], compared, criteria)
        if a.place.id in in_view
        else _unobserved(scene, a, "not in view", 0.0)
        for a in aprons
    )
    return confirmed_by(states, previous or {}, criteria=criteria)


def _in_view(chip: Chip) -> tuple[slice, slice] | None:
    """Return the rows and columns the scene covers: it may show a small part of the grid."""
    seen: BoolArray = np.any(np.isfinite(chip.values), axis=0)
    rows, cols = (np.flatnonzero(np.any(seen, axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)


def _cut(chip: Chip, part: tuple[slice, slice]) -> Chip:
    rows, cols = part
    grid = replace(
        chip.grid,
        west_m=chip.grid.west_m + cols.start * chip.grid.gsd_m,
        north_m=chip.grid.north_m - rows.start * chip.grid.gsd_m,
        width=cols.stop - cols.start,
        height=rows.stop - rows.start,
    )
    return replace(chip, grid=grid, values=chip.values[:, rows, cols])


def confirmed_by(
    states: Sequence[ApronState],
    previous: Mapping[str, ApronState],
    *,
    criteria: ApronCriteria | None = None,
) -> tuple[ApronState, ...]:
    """Return the states, confirmed where the usable scene before said the same of the same ground.

    Args:
        states: Of one scene.
        previous: As for `apron_states`.
        criteria: Thresholds.
    """
    criteria = criteria or ApronCriteria()
    return tuple(
        replace(s, confirmed=_confirms(previous.get(s.apron_id), s, criteria)) for s in states
    )


def unobserved_aprons(
    scene: Scene, gazetteer: Gazetteer, grid: Grid, *, reason: str
) -> tuple[ApronState, ...]:
    """Return what a scene that cannot be read says of every apron: nothing, and why."""
    return tuple(_unobserved(scene, a, reason, 0.0) for a in apron_pixels(gazetteer, grid))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Compared:
    departure: Departure
    ratio: FloatArray
    """The larger departure of the two scales, 1 at its threshold."""
    stable: BoolArray
    """Ground of the window that stays."""
    window: tuple[slice, slice]
    obstacle: FloatArray
    """0 where nothing hides the ground, else the index of what does in `_OBSTACLES`."""
    is_radar: bool


_OBSTACLES = ("", "not in view", "cloud", "cloud shadow", "saturated")


def _compared(
    scene: Scene,
    chip: Chip,
    gazetteer: Gazetteer,
    aprons: Sequence[ApronPixels],
    past: Sequence[Reference],
    criteria: ApronCriteria,
) -> _Compared | str:
    """Return the comparison of all aprons at once, or the word for why there is none."""
    is_radar = scene.modality is Modality.RADAR
    names = tuple(n for n in chip.bands if n != "scl" and all(n in c.bands for _, c in past))
    if len(past) < criteria.min_references:
        return "too few references"
    if not names:
        return "no usable bands"
    plain = _plain_light([chip, *(c for _, c in past)])
    obstacle = _hidden(scene, chip, plain, criteria)
    if isinstance(obstacle, str):
        return obstacle
    now = _judged(chip, names, obstacle > 0)
    clear = [
        (other, hidden > 0)
        for other_scene, other in past
        if not isinstance(hidden := _hidden(other_scene, other, plain, criteria), str)
    ]
    guide = names.index(next((n for n in ("nir", "red", "vv", "vh") if n in names), names[0]))
    looks = [now[guide], *(np.where(h, np.nan, c.band(names[guide])) for c, h in clear)]
    stable = stable_ground(looks, chip.grid, gazetteer, aprons)
    layers = [
        layer
        for other, hidden in clear
        if (layer := _brought(_hiding(other, hidden), now, names, stable, criteria)) is not None
    ]
    window = _window(aprons, chip.grid)
    gsd = chip.grid.gsd_m
    small = max(2, round(criteria.object_m / gsd))
    sides = (small, max(3, small + 1, round(criteria.block_m / gsd)))
    found = None
    if len(layers) >= criteria.min_references:
        found = departure(
            now,
            layers,
            stable=stable,
            window=window,
            sides_px=sides,
            is_radar=is_radar,
            criteria=criteria.baseline,
        )
    if found is None:
        return "too few references"
    here = obstacle[window]
    if not is_radar:
        white = np.nan_to_num(found.now).min(axis=0) >= criteria.white
        white &= np.nan_to_num(plain[window]) >= criteria.white
        here = np.where(white & (here == 0), _OBSTACLES.index("saturated"), here)
    small_distance, large_distance = (found.distance[s] for s in sides)
    ratio = np.fmax(
        small_distance / criteria.object_distance, large_distance / criteria.block_distance
    )
    return _Compared(
        departure=found,
        ratio=np.asarray(ratio, np.float32),
        stable=stable[window],
        window=window,
        obstacle=here,
        is_radar=is_radar,
    )


def _is_unevenly_lit(
    compared: _Compared, inside: BoolArray, grid: Grid, criteria: ApronCriteria
) -> bool:
    """True where the ground that stays beside an apron departs too: thin cloud, or its shadow."""
    reach = 2 * round(criteria.beside_m / grid.gsd_m) + 1
    beside = np.asarray(ndimage.maximum_filter(inside, reach), np.bool_) & compared.stable
    known = beside & np.isfinite(compared.ratio) & (compared.obstacle == 0)
    if np.count_nonzero(known) < _ENOUGH_PX:
        return False
    return float((compared.ratio[known] >= 1).mean()) > criteria.beside_share


_ENOUGH_PX = 30


def _hiding(chip: Chip, hidden: BoolArray) -> Chip:
    return replace(chip, values=np.where(hidden, np.nan, chip.values).astype(np.float32))


def _brought(
    other: Chip, now: FloatArray, names: Sequence[str], stable: BoolArray, criteria: ApronCriteria
) -> FloatArray | None:
    """Return the bands of `other` registered on the scene; None where it lies too far off.

    Radar is taken as it lies: terrain-corrected scenes agree to a fraction of a pixel, and over
    speckle a shift is found no better than that (docs/aprons.md).
    """
    if {"vv", "vh"} & set(names):
        return np.stack([other.band(n) for n in names])
    guide = next((i for i, n in enumerate(names) if n in ("red", "green")), 0)
    limits = criteria.registration
    shift = shift_of(other.band(names[guide]), now[guide], stable, criteria=limits)
    if shift.is_misplaced(limits):
        return None
    moved = shifted(other, shift) if shift.is_worth_correcting(limits) else other
    return np.stack([moved.band(n) for n in names])


def _plain_light(chips: Sequence[Chip]) -> FloatArray:
    """Return each pixel's brightness on a day with nothing over it: a low quantile of all."""
    looks = np.sort(np.stack([_brightness(c) for c in chips]), axis=0)  # NaN last
    seen = np.isfinite(looks).sum(axis=0)
    rank = (_PLAIN_QUANTILE * np.maximum(seen - 1, 0)).astype(np.intp)
    return np.asarray(np.take_along_axis(looks, rank[None], 0)[0], np.float32)


_PLAIN_QUANTILE = 0.25


def _brightness(chip: Chip) -> FloatArray:
    names = [n for n in VISIBLE if n in chip.bands] or list(chip.bands[:1])
    return np.asarray(np.mean([chip.band(n) for n in names], axis=0), np.float32)


def _hidden(
    scene: Scene, chip: Chip, plain: FloatArray, criteria: ApronCriteria
) -> FloatArray | str:
    """Return by pixel what hides the ground, or one word for the whole scene.

    A cloud passes: what is as bright on plain days is pale concrete, whoever calls it cloud.
    """
    shape = (chip.grid.height, chip.grid.width)
    if scene.modality is Modality.RADAR:
        seen = np.isfinite(chip.values).all(axis=0)
        return np.where(seen, 0, 1).astype(np.float32)
    sky = sky_over(chip, sun=sun_over(scene.acquired_at, chip.grid), criteria=criteria.sky)
    if sky.is_hazy:
        return "haze"
    out = np.zeros(shape, np.float32)
    # Classes are believed of wide areas only: bright aprons are called cloud one by one.
    if sky.scene_class is not None:
        side = max(3, round(_WIDE_M / chip.grid.gsd_m))
        for number, classes in ((2, (8, 9)), (3, (3,))):
            classed = np.isin(sky.scene_class, classes).astype(np.float32)
            out[ndimage.uniform_filter(classed, side) > 0.5] = number
    out[sky.shadow] = 3
    out[sky.cloud] = 2
    cloud = out == _OBSTACLES.index("cloud")
    brighter = _brightness(chip) >= criteria.cloud_brighter * plain + criteria.cloud_added
    gsd = chip.grid.gsd_m
    side = max(3, round(criteria.sky.cloud_m / gsd))
    passing = ndimage.maximum_filter(ndimage.minimum_filter(cloud & brighter, side), side)
    passing = ndimage.maximum_filter(passing, 2 * round(criteria.sky.cloud_edge_m / gsd) + 1)
    out[cloud & ~np.asarray(passing, np.bool_)] = 0
    out[~sky.seen] = 1
    return out


_WIDE_M = 600.0


def _judged(chip: Chip, names: Sequence[str], hidden: BoolArray) -> FloatArray:
    bands = np.stack([chip.band(n) for n in names])
    return np.where(hidden, np.nan, bands).astype(np.float32)


def _window(aprons: Sequence[ApronPixels], grid: Grid) -> tuple[slice, slice]:
    margin = math.ceil(_MARGIN_M / grid.gsd_m)
    rows = [p for a in aprons for p in (a.rows.start, a.rows.stop)]
    cols = [p for a in aprons for p in (a.cols.start, a.cols.stop)]
    return (
        slice(max(0, min(rows) - margin), min(grid.height, max(rows) + margin)),
        slice(max(0, min(cols) - margin), min(grid.width, max(cols) + margin)),
    )


_MARGIN_M = 250.0


def _state(
    scene: Scene,
    grid: Grid,
    apron: ApronPixels,
    compared: _Compared,
    criteria: ApronCriteria,
) -> ApronState:
    inside = apron.on(compared.window)
    ratio = compared.ratio
    known = inside & (compared.obstacle == 0) & np.isfinite(ratio)
    usable = min(1.0, np.count_nonzero(known) / apron.whole)
    if usable < criteria.min_usable:
        off_view = np.count_nonzero(inside) < criteria.min_usable * apron.whole
        why = "not in view" if off_view else _why(compared.obstacle[inside])
        return _unobserved(scene, apron, why, usable)
    if _is_unevenly_lit(compared, inside, grid, criteria):
        return _unobserved(scene, apron, "uneven light", 0.0)
    ratio = np.where(known, ratio, 0)
    blobs = _blobs(ratio, grid.gsd_m, criteria)
    words = directions(
        blobs,
        compared.departure.now,
        compared.departure.usual,
        known,
        is_radar=compared.is_radar,
        criteria=criteria.direction,
    )
    area = {
        word: float(np.isin(blobs, [n for n, w in words.items() if w is word]).sum())
        * grid.gsd_m**2
        for word in (ApronChange.FILLED, ApronChange.CLEARED, ApronChange.CHANGED)
    }
    change = _overall(area)
    outline = outline_of(blobs > 0, compared.window, grid)
    peak = float(ratio.max())
    return replace(
        _unobserved(scene, apron, f"{compared.departure.references} references", usable),
        change=change,
        changed_m2=sum(area.values()),
        filled_m2=area[ApronChange.FILLED],
        cleared_m2=area[ApronChange.CLEARED],
        score=_score(peak, criteria),
        outline_wkt=outline,
        references=compared.departure.references,
    )


def _unobserved(scene: Scene, apron: ApronPixels, reason: str, usable: float) -> ApronState:
    nan = float("nan")
    return ApronState(
        scene_id=scene.id,
        acquired_at=scene.acquired_at,
        available_at=scene.available_at,
        sensor=scene.sensor,
        modality=scene.modality,
        apron_id=apron.place.id,
        change=ApronChange.UNOBSERVED,
        changed_m2=nan,
        filled_m2=nan,
        cleared_m2=nan,
        score=nan,
        confirmed=False,
        usable=usable,
        reason=reason,
        rendered=scene.rendered,
    )


def _why(obstacles: FloatArray) -> str:
    counts = np.bincount(obstacles.astype(int), minlength=len(_OBSTACLES))
    counts[0] = 0
    return _OBSTACLES[int(np.argmax(counts))] if counts.any() else "too few references"


def _blobs(ratio: FloatArray, gsd_m: float, criteria: ApronCriteria) -> npt.NDArray[np.int32]:
    """Return numbered changes: grown from where the threshold is passed, small ones left out."""
    eight = np.ones((3, 3), np.bool_)
    labels, count = ndimage.label(ratio >= criteria.edge_share, eight)
    if not count:
        return np.zeros(ratio.shape, np.int32)
    numbers = np.arange(1, count + 1)
    peak = ndimage.maximum(ratio, labels, numbers)
    size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    least = max(criteria.min_area_px, criteria.min_area_m2 / gsd_m**2)
    kept = numbers[(np.asarray(peak) >= 1) & (size >= least)]
    return np.where(np.isin(labels, kept), labels, 0).astype(np.int32)


def _overall(area: Mapping[ApronChange, float]) -> ApronChange:
    """Return the word for the whole apron: a direction only where it holds for most of it."""
    total = sum(area.values())
    if not total:
        return ApronChange.NONE
    for word in (ApronChange.FILLED, ApronChange.CLEARED):
        if area[word] > 0.6 * total:
            return word
    return ApronChange.CHANGED


def _score(peak: float, criteria: ApronCriteria) -> float:
    if not peak > 0:
        return 0.0
    odds = criteria.score_slope * math.log(peak / criteria.score_middle)
    return 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))


def _confirms(before: ApronState | None, now: ApronState, criteria: ApronCriteria) -> bool:
    """True where the scene before said the same of the same ground."""
    if before is None or not now.outline_wkt or not before.outline_wkt:
        return False
    if (before.sensor, before.change) != (now.sensor, now.change):
        return False
    if before.acquired_at >= now.acquired_at:
        return False
    here, there = shapely.from_wkt(now.outline_wkt), shapely.from_wkt(before.outline_wkt)
    shared = float(here.intersection(there).area)
    return shared >= criteria.same_place * min(float(here.area), float(there.area))
