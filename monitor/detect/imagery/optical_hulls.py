"""Which of the hulls that a learned map suggests are ships: proposals, what tells them, a verdict.

One threshold on a map of likelihoods is too low for a ship in open water, whose wash it takes in,
and too high for one beside a bright quay. So the map is cut at several, every piece is measured in
its own axes (along and across the hull), and a small model that knows these measures only says
how likely each is a ship; of those that overlap the likeliest stays. Pure: arrays in, hulls out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from monitor.detect.imagery.optical_instances import Instance, instances_in
from monitor.detect.imagery.optical_water import Water, channels
from monitor.domain.hull_judge import MEASURES

FloatArray = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCriteria:
    """How the maps are cut; metres."""

    levels: tuple[float, ...] = (0.15, 0.3, 0.45, 0.6, 0.75)
    """Likelihoods of hull to cut at, whole patches and patches parted by their cores;"""
    least_core: float = 0.5
    """cells of this likelihood are cores."""
    least_core_m2: float = 150.0
    shortest_m: float = 45.0
    longest_m: float = 460.0
    """The longest ships afloat have 400 m."""
    widest_m: float = 130.0
    """The widest have 70; two in one have no place here."""
    least_m2: float = 700.0
    same_iou: float = 0.85
    """Proposals that overlap by more are one, the one of the lowest level."""
    apart: float = 0.15
    """Two ships overlap by at most this share of the smaller, the error of their outlines."""
    land_px: int = 9
    """What is not water and wider than this many pixels is land for certain; hulls are not."""
    far_px: float = 20.0
    """Distances are told up to here."""


def proposals(
    maps: FloatArray, *, gsd_m: float, criteria: ProposalCriteria
) -> tuple[tuple[Instance, ...], Numbers]:
    """Return hull-like pieces of the maps and the level that each was cut at.

    Args:
        maps: (hull, core) likelihoods, shape (2, 2·row, 2·col), half a pixel a cell.
        gsd_m: Side of a pixel, metres.
        criteria: Thresholds.
    """
    cell_m = gsd_m / 2
    kept: list[Instance] = []
    levels: list[float] = []
    for level in criteria.levels:
        for core in (2.0, criteria.least_core):
            for hull in instances_in(
                maps[0],
                maps[1],
                least_hull=level,
                least_core=core,
                least_cells=criteria.least_m2 / cell_m**2,
                least_core_cells=criteria.least_core_m2 / cell_m**2,
            ):
                fits = criteria.shortest_m <= hull.length * cell_m <= criteria.longest_m
                if fits and hull.width * cell_m <= criteria.widest_m:
                    kept.append(hull)
                    levels.append(level)
    outlines = [shapely.Polygon(h.corners) for h in kept]
    first = _distinct(outlines, criteria.same_iou)
    return tuple(kept[i] for i in first), np.array([levels[i] for i in first], np.float64)


def _distinct(outlines: Sequence[shapely.Polygon], same_iou: float) -> list[int]:
    tree = shapely.STRtree(outlines)
    gone: set[int] = set()
    first = []
    for i, outline in enumerate(outlines):
        if i in gone:
            continue
        first.append(i)
        for j in tree.query(outline):
            if j > i:
                common = outline.intersection(outlines[j]).area
                if common > same_iou * (outline.area + outlines[j].area - common):
                    gone.add(int(j))
    return first


def measures(
    hulls: Sequence[Instance],
    levels: Numbers,
    maps: FloatArray,
    water: Water,
    *,
    gsd_m: float,
    criteria: ProposalCriteria,
) -> Numbers:
    """Return what is to be told of each hull, shape (hull, measure) in the order of `MEASURES`."""
    if not hulls:
        return np.zeros((0, len(MEASURES)))
    grid = _Grid(hulls)
    layers = channels(water)
    wet = grid.sampled(layers[5], 2)
    near = wet[:, :3].mean((1, 2)) < wet[:, -3:].mean((1, 2))
    ends_wet = grid.at_ends(layers[5], 2)
    near_end = ends_wet[:, 0] < ends_wet[:, 1]

    def across(layer: FloatArray, cells: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Return means (inside, near side, far side) and the inside's unevenness."""
        values = grid.sampled(layer, cells)
        inside = values[:, 3:6]
        one, other = values[:, :3].mean((1, 2)), values[:, -3:].mean((1, 2))
        return (
            inside.mean((1, 2)),
            np.where(near, one, other),
            np.where(near, other, one),
            inside.std((1, 2)),
        )

    def ends(layer: FloatArray, cells: int) -> tuple[Numbers, Numbers]:
        values = grid.at_ends(layer, cells)
        return (
            np.where(near_end, values[:, 0], values[:, 1]),
            np.where(near_end, values[:, 1], values[:, 0]),
        )

    hull, hull_ends = across(maps[0], 1), ends(maps[0], 1)
    core = grid.sampled(maps[1], 1)[:, 3:6]
    wetness, wet_ends = across(layers[5], 2), ends(layers[5], 2)
    colours = [across(layers[n], 2) for n in range(5)]
    colour_ends = [ends(layers[n], 2) for n in range(5)]
    solid = np.asarray(water.seen & ~water.mask, np.bool_)
    land = ndimage.binary_opening(solid, np.ones((criteria.land_px, criteria.land_px), np.bool_))
    ring = across(water.mask.astype(np.float32), 2)
    length, width = (np.array([getattr(h, n) for h in hulls]) * gsd_m / 2 for n in _SIDES)
    told = [
        _logit(hull[0]),
        _logit(np.array([h.score for h in hulls])),
        hull[1],
        hull[2],
        *hull_ends,
        _logit(core.mean((1, 2))),
        core.max((1, 2)),
        levels,
        np.log(length),
        np.log(width),
        np.log(length / width),
        np.array([_fill(h) for h in hulls]),
        *wetness[:3],
        *wet_ends,
        ring[1] + ring[2],
        _distance(grid, water.mask, criteria.far_px),
        _distance(grid, land, criteria.far_px),
        *(c[0] for c in colours),
        colours[2][3] + colours[3][3],
        *(np.mean([np.abs(c[0] - c[side]) for c in colours], axis=0) for side in (1, 2)),
        *(
            np.mean([np.abs(c[0] - e[end]) for c, e in zip(colours, colour_ends, strict=True)], 0)
            for end in (0, 1)
        ),
    ]
    return np.column_stack(told).astype(np.float64)


def likeliest(
    hulls: Sequence[Instance], scores: Numbers, *, criteria: ProposalCriteria
) -> tuple[Instance, ...]:
    """Return the hulls with their scores, without those that overlap a likelier one."""
    outlines = [shapely.Polygon(h.corners) for h in hulls]
    tree = shapely.STRtree(outlines)
    gone: set[int] = set()
    kept = []
    for i in sorted(range(len(hulls)), key=lambda n: (-scores[n], n)):
        if i in gone:
            continue
        kept.append(replace(hulls[i], score=float(scores[i])))
        for j in tree.query(outlines[i]):
            common = outlines[i].intersection(outlines[j]).area
            if common > criteria.apart * min(outlines[i].area, outlines[j].area):
                gone.add(int(j))
    return tuple(kept)


_SIDES = ("length", "width")
_ALONG = np.linspace(-0.42, 0.42, 9)
_BESIDE = (7.0, 4.5, 3.0)
"""Cells off the hull's side: past the mixed pixel, and one and two pixels on."""
_BEYOND = (3.0, 6.0)
"""Cells off its ends."""


class _Grid:
    """Points along and across each hull, in cells."""

    def __init__(self, hulls: Sequence[Instance]) -> None:
        self._middle = np.array([(h.row, h.col) for h in hulls])
        self._along = np.array([h.along for h in hulls])
        self._across = np.column_stack((-self._along[:, 1], self._along[:, 0]))
        self._length = np.array([h.length for h in hulls])
        self._width = np.array([h.width for h in hulls])
        half, near = self._width[:, None] / 2, np.array(_BESIDE)
        within = np.linspace(-0.5, 0.5, 3) * half
        offsets = np.column_stack((-half - near, within, half + near[::-1]))
        along = self._length[:, None] * _ALONG
        self._lines = self._points(along[:, None, :], offsets[:, :, None])
        beyond = self._length[:, None] / 2 + np.array(_BEYOND)
        ends = np.stack((-beyond, beyond), 1)
        self._ends = self._points(
            ends[:, :, :, None], (np.array((-0.3, 0, 0.3)) * self._width[:, None])[:, None, None]
        )

    def sampled(self, layer: FloatArray, cells: int) -> Numbers:
        """Return values, shape (hull, line, point): three lines beside, three in, three beside."""
        return _read(layer, self._lines, cells)

    def at_ends(self, layer: FloatArray, cells: int) -> Numbers:
        """Return means beyond each end, shape (hull, 2)."""
        means: Numbers = _read(layer, self._ends, cells).mean((2, 3))
        return means

    def at_middle(self, layer: FloatArray) -> Numbers:
        """Return values at the hulls' centres, of a layer of whole pixels."""
        return _read(layer, self._middle, 2)

    def _points(self, along: Numbers, across: Numbers) -> Numbers:
        extra = (1,) * (max(along.ndim, across.ndim) - 1)
        count = len(self._middle)
        u, v, m = (a.reshape(count, *extra, 2) for a in (self._along, self._across, self._middle))
        points: Numbers = m + along[..., None] * u + across[..., None] * v
        return points


def _read(layer: FloatArray, points: Numbers, cells: int) -> Numbers:
    where = (points + 0.5) / cells - 0.5
    values: Numbers = ndimage.map_coordinates(
        np.asarray(layer, np.float64), [where[..., 0], where[..., 1]], order=1, mode="nearest"
    )
    return values


def _distance(grid: _Grid, what: npt.NDArray[np.bool_], far: float) -> Numbers:
    if not what.any():
        return np.full(len(grid.at_middle(what.astype(np.float32))), far)
    away = ndimage.distance_transform_edt(~what)
    return np.minimum(grid.at_middle(np.minimum(away, far).astype(np.float32)), far)


def _fill(hull: Instance) -> float:
    """Return the share of the box round a hull's cells that is hull."""
    away = np.column_stack((hull.rows - hull.row, hull.cols - hull.col))
    across = away @ np.array((-hull.along[1], hull.along[0]))
    return float(len(hull.rows) / (hull.length * (np.ptp(across) + 1)))


def _logit(likely: Numbers) -> Numbers:
    bounded = np.clip(likely, 0.01, 0.99)
    logits: Numbers = np.log(bounded / (1 - bounded))
    return logits
