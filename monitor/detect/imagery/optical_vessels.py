"""Ships in one optical scene, with no berths drawn: at anchor, under way, alongside.

A learned model, where one is at hand, says where hulls are; otherwise what stands out of the
water and is shaped like a ship is taken. Either way the rest is the same: hulls are parted,
measured, and thrown out where they are too small, in cloud, or flying. Pure: no model is loaded
here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from monitor.detect.imagery.optical_hulls import (
    ProposalCriteria,
    likeliest,
    measures,
    proposals,
)
from monitor.detect.imagery.optical_instances import Instance, instances_in
from monitor.detect.imagery.optical_parallax import Motion, ParallaxCriteria, motion_of
from monitor.detect.imagery.optical_water import VISIBLE, Water, WaterCriteria, channels, water_in
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import METRES_PER_NM, MetricFrame
from monitor.domain.hull_judge import HullJudge
from monitor.domain.scene import Modality, Scene
from monitor.domain.sighting import Mooring, Sighting

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

OPTICAL_BANDS = (*VISIBLE, "nir", "swir16")
"""Bands worth reading for `optical_sightings`, the most telling last."""


class ScoresShips(Protocol):
    """A learned model of hulls at 10 m."""

    name: str
    """Short and stable, for `Sighting.reason`."""
    calibration: tuple[float, float]
    """(slope, intercept): probability that a hull is a ship = expit(slope · logit(score) +
    intercept), fitted on ports the model had not seen."""
    judge: HullJudge | None
    """Tells ships among the hulls that the maps suggest; None to go by the maps' own mean."""

    def scores(self, tile: FloatArray) -> FloatArray:
        """Return (hull, core) likelihoods, shape (2, 2·row, 2·col), half a pixel a cell.

        Args:
            tile: Layers of `optical_water.channels`, shape (channel, row, col); sides are
                multiples of 8.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselCriteria:
    """Thresholds of the search for ships; metres, reflectances 0-1."""

    water: WaterCriteria = field(default_factory=WaterCriteria)
    parallax: ParallaxCriteria = field(default_factory=ParallaxCriteria)
    proposals: ProposalCriteria = field(default_factory=ProposalCriteria)
    """With a model that judges; `least_hull` and `least_core` are for those that do not."""
    least_hull: float = 0.4
    """Likelihood from which a cell is hull,"""
    least_core: float = 0.5
    """and from which it is the middle of one."""
    least_confidence: float = 0.25
    """Less likely ships are not told of: where missing one and inventing one cost the same, the
    best place to stop is half the best F1 (Lipton 2014, arXiv:1402.1892), 0.5 at the best here."""
    shortest_m: float = 50.0
    """As drawn round blurred pixels; smaller craft are boats, and whitecaps are smaller still."""
    longest_m: float = 460.0
    """The longest ships afloat have 400 m."""
    blur_m: float = 20.0
    """How much longer than the ship its outline is: a mixed pixel at each end."""
    length_error_m: float = 25.0
    learned_gsd_m: float = 10.0
    """Pixels the model knows; finer ones are averaged to it,"""
    gsd_tolerance: float = 1.5
    """and those that still differ by more than this factor are left to the classical path."""
    tile_px: int = 512
    margin_px: int = 64
    """Wider than what one cell's score depends on, so that tiles leave no seam."""
    stands_out: float = 0.02
    """Classical path: least excess over the water in near or shortwave infrared, or in colour,"""
    stands_out_sigma: float = 5.0
    """and in standard deviations of the water; the larger one counts."""
    broad_m: float = 80.0
    """Whatever is wider than this in all directions is land, quay or cloud; no blurred hull is."""
    slimmest: float = 9.0
    """Longest shape, as length over width (breakwaters, wakes)."""
    stoutest: float = 1.6
    """Shortest shape (buoys, whitecaps, small clouds, platforms)."""
    least_fill: float = 0.6
    """Share of the rectangle round a hull's cells that is hull: curved things have less."""
    open_confidence: float = 0.26
    """Share of the classical path's finds on open water that are ships (33 of 125 in the nine
    ports of sen2ships, whose annotators left small craft out),"""
    attached_confidence: float = 0.01
    """and of those that touch land (1 of 174 there)."""
    cloud_reflectance: float = 0.18
    """Cloud is at least this bright in visible bands and near infrared,"""
    cloud_m: float = 110.0
    """over at least this width, bluer than concrete, and darker in shortwave infrared than in
    red, which concrete is not;"""
    cloud_edge_m: float = 60.0
    """its frayed edge reaches this much further."""
    touching_m: float = 20.0
    """Nearer to land or to another hull than this is touching it."""
    shore_m2: float = 10_000.0
    """What is not water and larger than this is shore: ships must not moor to one another's
    wash."""


def optical_sightings(
    scene: Scene,
    chip: Chip,
    *,
    criteria: VesselCriteria | None = None,
    scorer: ScoresShips | None = None,
) -> tuple[Sighting, ...]:
    """Return the ships in one optical scene.

    Args:
        scene: What the chip shows; its sensor decides whether motion can be told.
        chip: Reflectance 0-1, NaN where unseen; `blue`, `green`, `red`, `nir`, and better
            `swir16` too. Colour alone serves the classical path, which says so.
        criteria: Thresholds.
        scorer: The learned model; None for the classical path.

    Returns:
        By falling confidence, then north to south. Empty if nothing was found OR nothing was
        seen: ask the chip's coverage.
    """
    criteria = criteria or VesselCriteria()
    chip = _coarsened(chip, criteria.learned_gsd_m)
    water = water_in(chip, criteria=criteria.water)
    if water is None:
        return ()
    learned = scorer if scorer is not None and _fits(chip, criteria) else None
    if learned is None:
        hull, why = _standing_out(chip, water, criteria), _classical_reason(chip, scorer)
        found = _hulls(hull, hull, 1.0, criteria, chip.grid.gsd_m)
        found = tuple(h for h in found if _ship_shaped(h, criteria))
    else:
        likely = ship_scores(water, scorer=learned, criteria=criteria)
        why = learned.name if "swir16" in chip.bands else f"{learned.name}, no shortwave infrared"
        found = _learned_hulls(likely, water, learned.judge, criteria, chip.grid.gsd_m)
        # The unlikely must not count as neighbours, nor be taken out of the shore.
        found = tuple(
            h for h in found if _learned_confidence(h, learned) >= criteria.least_confidence
        )
    look = _Look(
        scene=scene, chip=chip, water=water, cells=1 if learned is None else 2, criteria=criteria
    )
    shore, cloud = _shore(look, found), _cloud(chip, criteria)
    sightings = []
    for hull_found in found:
        mooring = _mooring(look, hull_found, shore, found)
        confidence = _confidence(hull_found, mooring, learned, criteria)
        if confidence < criteria.least_confidence or _share(cloud, hull_found, look.cells) > 0.5:
            continue
        motion = _motion(look, hull_found, shore)
        if motion is not None and motion.speed_m_s > criteria.parallax.too_fast_m_s:
            continue
        sightings.append(
            _sighting(look, hull_found, mooring, confidence, why + _hint(motion, criteria))
        )
    return tuple(sorted(sightings, key=lambda s: (-s.confidence, -s.lat, s.lon)))


def ship_probability(
    chip: Chip, *, scorer: ScoresShips, criteria: VesselCriteria
) -> FloatArray | None:
    """Return how likely each pixel of a chip is hull, shape (row, col), NaN where unseen.

    The model's own likelihood, not a calibrated one: evidence to weigh, for instance by berth.
    None where the chip lacks bands or water to compare with, or its pixels are not about 10 m.
    """
    water = water_in(chip, criteria=criteria.water)
    if water is None or not _fits(chip, criteria):
        return None
    hull = ship_scores(water, scorer=scorer, criteria=criteria)[0]
    height, width = water.seen.shape
    shares = hull.reshape(height, 2, width, 2).mean((1, 3))
    return np.where(water.seen, shares, np.nan).astype(np.float32)


def ship_scores(water: Water, *, scorer: ScoresShips, criteria: VesselCriteria) -> FloatArray:
    """Return (hull, core) likelihoods of a whole chip, shape (2, 2·row, 2·col), tile by tile.

    Tiles start at multiples of their side and overlap by more than one cell's score depends on,
    so that the result is the same wherever tiles end.
    """
    layers = channels(water)
    count, height, width = layers.shape
    side, margin = criteria.tile_px, criteria.margin_px
    rows, cols = -(-height // side), -(-width // side)
    padded = np.zeros((count, rows * side + 2 * margin, cols * side + 2 * margin), np.float32)
    padded[:, margin : margin + height, margin : margin + width] = layers
    wet = np.zeros(padded.shape[1:], np.bool_)
    wet[margin : margin + height, margin : margin + width] = water.mask
    scores = np.zeros((2, 2 * rows * side, 2 * cols * side), np.float32)
    for top in range(0, rows * side, side):
        for left in range(0, cols * side, side):
            window = (slice(top, top + side + 2 * margin), slice(left, left + side + 2 * margin))
            if not wet[window].any():
                continue  # no ship lies 600 m from any water
            tile = scorer.scores(padded[:, window[0], window[1]])
            inner = slice(2 * margin, 2 * (margin + side))
            scores[:, 2 * top : 2 * (top + side), 2 * left : 2 * (left + side)] = tile[
                :, inner, inner
            ]
    scores = scores[:, : 2 * height, : 2 * width]
    return scores * np.repeat(np.repeat(water.seen, 2, 0), 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    scene: Scene
    chip: Chip
    water: Water
    cells: int
    """Cells of the hull map to one pixel's side."""
    criteria: VesselCriteria

    @property
    def cell_m(self) -> float:
        return self.chip.grid.gsd_m / self.cells


def _coarsened(chip: Chip, gsd_m: float) -> Chip:
    """Average fine pixels to about `gsd_m`; partly seen ones count as unseen."""
    step = round(gsd_m / chip.grid.gsd_m)
    rows, cols = (0, 0) if step < 2 else (chip.grid.height // step, chip.grid.width // step)
    if not rows or not cols:
        return chip
    values = chip.values[:, : rows * step, : cols * step].reshape(-1, rows, step, cols, step)
    grid = Grid(
        epsg=chip.grid.epsg,
        west_m=chip.grid.west_m,
        north_m=chip.grid.north_m,
        gsd_m=chip.grid.gsd_m * step,
        width=cols,
        height=rows,
    )
    means = values.mean((2, 4)).astype(np.float32)
    return Chip(scene_id=chip.scene_id, grid=grid, bands=chip.bands, values=means)


def _fits(chip: Chip, criteria: VesselCriteria) -> bool:
    ratio = chip.grid.gsd_m / criteria.learned_gsd_m
    near = 1 / criteria.gsd_tolerance <= ratio <= criteria.gsd_tolerance
    return near and {*VISIBLE, "nir"} <= set(chip.bands)


def _classical_reason(chip: Chip, scorer: ScoresShips | None) -> str:
    if "nir" not in chip.bands:
        return "classical, colour only"
    return "classical, no model" if scorer is None else "classical, bands or pixels unfit for model"


def _learned_hulls(
    likely: FloatArray,
    water: Water,
    judge: HullJudge | None,
    criteria: VesselCriteria,
    gsd_m: float,
) -> tuple[Instance, ...]:
    if judge is None:
        return _hulls(likely[0], likely[1], 2.0, criteria, gsd_m)
    how = criteria.proposals
    found, levels = proposals(likely, gsd_m=gsd_m, criteria=how)
    told = measures(found, levels, likely, water, gsd_m=gsd_m, criteria=how)
    return likeliest(found, judge.scores(told), criteria=how)


def _hulls(
    hull: FloatArray, core: FloatArray, cells: float, criteria: VesselCriteria, gsd_m: float
) -> tuple[Instance, ...]:
    cell_m = gsd_m / cells
    found = instances_in(
        hull,
        core,
        least_hull=criteria.least_hull,
        least_core=criteria.least_core,
        least_cells=0.3 * criteria.shortest_m**2 / cell_m**2,
        least_core_cells=150 / cell_m**2,
    )
    return tuple(h for h in found if criteria.shortest_m <= h.length * cell_m <= criteria.longest_m)


def _standing_out(chip: Chip, water: Water, criteria: VesselCriteria) -> FloatArray:
    """Return 1 for what stands out of the water and is no wider than a ship, else 0."""

    def above(name: str) -> BoolArray:
        least = max(criteria.stands_out, criteria.stands_out_sigma * water.noise[name])
        return np.asarray(water.excess[name] > least, np.bool_)

    infrared = [n for n in ("nir", "swir16") if n in chip.bands]
    solid = np.any([above(n) for n in infrared or VISIBLE], axis=0) & water.seen
    side = max(3, 2 * round(criteria.broad_m / chip.grid.gsd_m / 2) + 1)
    # What was not seen may be land: nothing cut off by the edge of the view is a whole ship.
    broad = ndimage.minimum_filter(solid | ~water.seen, side, mode="nearest")
    broad = ndimage.maximum_filter(broad, side + 2, mode="nearest")
    return np.asarray(solid & ~broad, np.float32)


def _ship_shaped(hull: Instance, criteria: VesselCriteria) -> bool:
    away = np.column_stack((hull.rows - hull.row, hull.cols - hull.col))
    across = away @ np.array((-hull.along[1], hull.along[0]))
    box = hull.length * (float(np.ptp(across)) + 1)
    slim = hull.length / hull.width
    return (
        criteria.stoutest <= slim <= criteria.slimmest
        and len(hull.rows) >= criteria.least_fill * box
    )


def _cloud(chip: Chip, criteria: VesselCriteria) -> BoolArray:
    bands = {n: chip.band(n) for n in OPTICAL_BANDS if n in chip.bands}
    bright = np.all([bands[n] > criteria.cloud_reflectance for n in bands if n != "swir16"], axis=0)
    if {"blue", "red"} <= set(bands):
        bright &= bands["blue"] > 0.95 * bands["red"]
    if {"red", "swir16"} <= set(bands):
        bright &= ~(bands["swir16"] > bands["red"])
    side = max(3, round(criteria.cloud_m / chip.grid.gsd_m))
    core = ndimage.maximum_filter(ndimage.minimum_filter(bright, side), side)
    reach = 2 * round(criteria.cloud_edge_m / chip.grid.gsd_m) + 1
    return np.asarray(ndimage.maximum_filter(core, reach), np.bool_)


def _share(mask: BoolArray, hull: Instance, cells: int) -> float:
    return float(np.mean(mask[hull.rows // cells, hull.cols // cells]))


def _shore(look: _Look, found: tuple[Instance, ...]) -> BoolArray:
    """Return what is neither water nor hull and large, shape (row, col)."""
    solid = look.water.seen & ~look.water.mask
    for hull in found:
        solid[hull.rows // look.cells, hull.cols // look.cells] = False
    labels, _ = ndimage.label(solid)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    least = look.criteria.shore_m2 / look.chip.grid.gsd_m**2
    return np.asarray((sizes >= least)[labels], np.bool_)


def _mooring(
    look: _Look, hull: Instance, shore: BoolArray, others: tuple[Instance, ...]
) -> Mooring:
    """Return how a hull lies, from what it touches and with which side."""
    reach = look.criteria.touching_m / look.cell_m
    ring = _surroundings(hull, reach)
    rows, cols = (np.floor(ring / look.cells)).astype(np.intp).T
    inside = (rows >= 0) & (rows < shore.shape[0]) & (cols >= 0) & (cols < shore.shape[1])
    touched = ring[inside][shore[rows[inside], cols[inside]]]
    if len(touched) < 0.08 * len(ring):
        return Mooring.RAFTED if _rafted(hull, others, reach) else Mooring.OPEN_WATER
    along = np.abs((touched - (hull.row, hull.col)) @ np.array(hull.along))
    at_the_ends = float(np.mean(along > 0.4 * hull.length))
    return Mooring.STERN_TO if at_the_ends > 0.75 else Mooring.ALONGSIDE


def _surroundings(hull: Instance, reach: float) -> npt.NDArray[np.float64]:
    """Return points every cell or so on the rectangle widened by `reach`, shape (n, 2)."""
    u, v = np.array(hull.along), np.array((-hull.along[1], hull.along[0]))
    half, wide = hull.length / 2 + reach, hull.width / 2 + reach
    along = np.linspace(-half, half, max(2, round(2 * half)))
    across = np.linspace(-wide, wide, max(2, round(2 * wide)))
    sides = [a * u + s * wide * v for a in along for s in (-1, 1)]
    ends = [s * half * u + b * v for b in across for s in (-1, 1)]
    middle: npt.NDArray[np.float64] = np.array((hull.row, hull.col))
    return middle + np.array(sides + ends, np.float64)


def _rafted(hull: Instance, others: tuple[Instance, ...], reach: float) -> bool:
    own = shapely.Polygon(hull.corners)
    return any(o is not hull and own.distance(shapely.Polygon(o.corners)) < reach for o in others)


def _confidence(
    hull: Instance, mooring: Mooring, scorer: ScoresShips | None, criteria: VesselCriteria
) -> float:
    if scorer is None:
        alone = mooring is Mooring.OPEN_WATER
        return criteria.open_confidence if alone else criteria.attached_confidence
    return _learned_confidence(hull, scorer)


def _learned_confidence(hull: Instance, scorer: ScoresShips) -> float:
    score = min(max(hull.score, 1e-6), 1 - 1e-6)
    slope, intercept = scorer.calibration
    return 1 / (1 + math.exp(-(slope * math.log(score / (1 - score)) + intercept)))


def _motion(look: _Look, hull: Instance, shore: BoolArray) -> Motion | None:
    """Return the motion of a hull on open water; beside land nothing could be told from it."""
    parallax, gsd_m = look.criteria.parallax, look.chip.grid.gsd_m
    delays = parallax.delays_s.get(look.scene.sensor)
    if delays is None:
        return None
    reach = hull.length / 2 / look.cells + parallax.fastest_m_s * max(delays.values()) / gsd_m
    row, col = hull.row / look.cells, hull.col / look.cells
    window = (
        slice(max(0, math.floor(row - reach)), math.ceil(row + reach) + 1),
        slice(max(0, math.floor(col - reach)), math.ceil(col + reach) + 1),
    )
    land = ndimage.binary_dilation(shore[window], iterations=2)
    excess = {n: np.where(land, 0, look.water.excess[n][window]) for n in look.water.excess}
    return motion_of(
        excess, look.water.noise, delays_s=delays, gsd_m=gsd_m, criteria=look.criteria.parallax
    )


def _hint(motion: Motion | None, criteria: VesselCriteria) -> str:
    if motion is None or motion.speed_m_s < criteria.parallax.significance * motion.error_m_s:
        return ""
    return f", bands apart as at {motion.speed_m_s / METRES_PER_NM * 3600:.0f} kn"


def _sighting(
    look: _Look, hull: Instance, mooring: Mooring, confidence: float, reason: str
) -> Sighting:
    grid, cell_m, criteria = look.chip.grid, look.cell_m, look.criteria
    frame = MetricFrame(epsg=grid.epsg)

    def metric(
        rows: npt.ArrayLike, cols: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        x = grid.west_m + (np.asarray(cols) + 0.5) * cell_m
        return x, grid.north_m - (np.asarray(rows) + 0.5) * cell_m

    lon, lat = frame.lonlat(*metric(hull.row, hull.col))
    corners = np.column_stack(frame.lonlat(*metric(hull.corners[:, 0], hull.corners[:, 1])))
    tip = np.array((hull.row, hull.col)) + np.array(hull.along) * hull.length / 2
    tip_lon, tip_lat = frame.lonlat(*metric(tip[0], tip[1]))
    east = (float(tip_lon) - float(lon)) * math.cos(math.radians(float(lat)))
    axis = math.degrees(math.atan2(east, float(tip_lat) - float(lat))) % 180
    long_enough = hull.length > 1.3 * hull.width
    return Sighting(
        scene_id=look.scene.id,
        acquired_at=look.scene.acquired_at,
        sensor=look.scene.sensor,
        modality=Modality.OPTICAL,
        lon=float(lon),
        lat=float(lat),
        outline_wkt=shapely.to_wkt(shapely.Polygon(corners), rounding_precision=7),
        length_m=max(hull.length * cell_m - criteria.blur_m, grid.gsd_m),
        length_error_m=criteria.length_error_m,
        axis_deg=(0.0 if axis >= 180 else axis) if long_enough else None,
        confidence=confidence,
        mooring=mooring,
        reason=reason,
        rendered=look.scene.rendered,
    )
