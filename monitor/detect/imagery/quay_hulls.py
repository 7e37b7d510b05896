"""Hulls in a strip of water: which cells belong to one ship, and how large she is.

Works on evidence in quay coordinates, whatever sensor it came from: zero and above is hull.
Radar blurs neighbours into one patch and cranes cut one ship in two, so patches are bridged where
a structure hides the water, and parted where no single ship could have their shape. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.quay_hull_pieces import mended, side_by_side
from monitor.detect.imagery.quay_hull_shape import (
    Hull,
    HullCriteria,
    may_be_one,
    measured,
    rectangle,
)

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]


def hulls_in(
    evidence: FloatArray,
    *,
    strength: FloatArray,
    structure: BoolArray,
    cell_m: float,
    criteria: HullCriteria,
) -> list[Hull]:
    """Return the hulls of one strip, ordered along it.

    Args:
        evidence: Shape (out, along). Hull where ≥ 0; NaN where unseen.
        strength: How far each cell stands out from plain water, whatever stood there before; in
            the unit of the criteria's `depth` and valleys.
        structure: Cells that hold something built, where no evidence is no evidence of water.
        cell_m: Side of a cell, metres.
        criteria: What a ship can look like.
    """
    solid = np.nan_to_num(evidence, nan=-1.0) >= 0
    opened = _opened(solid, criteria.thinnest_m / cell_m)
    joined = _bridged(opened, structure | ~np.isfinite(evidence), cell_m, criteria)
    smooth = ndimage.gaussian_filter(np.maximum(np.nan_to_num(strength), 0.0), 5.0 / cell_m)
    found = []
    for patch in _peeled(joined, smooth, cell_m, criteria):
        for part in _parted(patch, smooth, cell_m, criteria):
            if np.count_nonzero(part & opened) * cell_m**2 < criteria.least_m2:
                continue
            hull = measured(part, cell_m, criteria)
            if (
                hull.seen_length_m >= criteria.least_seen_m
                and hull.seen_beam_m >= criteria.thinnest_m
            ):
                found.append(hull)
    found.sort(key=lambda h: (h.out_m, h.centre))
    whole = mended(found, joined, cell_m, criteria)
    return side_by_side(sorted(whole, key=lambda h: (h.centre, h.length_m)))


def _peeled(
    solid: BoolArray, strength: FloatArray, cell_m: float, criteria: HullCriteria
) -> Iterator[BoolArray]:
    """Yield the cores of all patches, the strongest of each first, without their glare.

    What is left of a patch round a core is looked at again: a weaker neighbour survives, the glare
    is thinner than a hull.
    """
    todo = [solid]
    while todo:
        labels, _ = ndimage.label(todo.pop(), np.ones((3, 3)))
        for number, window in enumerate(ndimage.find_objects(labels), start=1):
            patch = np.zeros_like(solid)
            patch[window] = labels[window] == number
            if np.count_nonzero(patch) * cell_m**2 < criteria.least_m2:
                continue
            level = float(np.median(strength[patch])) - criteria.depth
            if level <= 0:
                yield patch
                continue
            core = _opened(patch & (strength > level), criteria.thinnest_m / cell_m)
            yield from _parts(core)
            near = ndimage.distance_transform_edt(~core) * cell_m <= criteria.thinnest_m
            rest = _opened(patch & ~near, criteria.thinnest_m / cell_m)
            if core.any():
                todo.extend(p for p in _parts(rest) if _rises(p, patch & near, strength, criteria))


def _rises(
    part: BoolArray, beside: BoolArray, strength: FloatArray, criteria: HullCriteria
) -> bool:
    """Return whether a part is more than the slope of what was taken away beside it."""
    edge = beside & ndimage.binary_dilation(part, iterations=3)
    if not edge.any():
        return True
    return bool(strength[part].max() >= np.median(strength[edge]) + criteria.shape_valley)


def _parts(cells: BoolArray) -> Iterator[BoolArray]:
    labels, count = ndimage.label(cells, np.ones((3, 3)))
    for number in range(1, count + 1):
        yield np.asarray(labels == number, np.bool_)


def disk(diameter_px: float) -> BoolArray:
    """Return the footprint of a disk, never wider than asked for; odd sides."""
    radius = max((diameter_px - 1) / 2, 0.0)  # from middle to middle of cells
    reach = int(radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(x**2 + y**2 <= radius**2, np.bool_)


def _opened(solid: BoolArray, diameter_px: float) -> BoolArray:
    """Return the patches without whatever is thinner than a disk; the strip's rim is no edge."""
    if diameter_px < 1.5:
        return solid
    round_one = disk(diameter_px)
    pad = round_one.shape[0] // 2
    padded = np.pad(solid, pad, mode="edge")
    opened = ndimage.binary_opening(padded, round_one)
    rows, cols = solid.shape
    return np.asarray(opened[pad : pad + rows, pad : pad + cols], np.bool_)


def _bridged(
    solid: BoolArray, hidden: BoolArray, cell_m: float, criteria: HullCriteria
) -> BoolArray:
    """Return the patches joined along the quay across cells that something hides."""
    reach = math.ceil(criteria.bridge_m / cell_m)
    closed = ndimage.binary_closing(
        np.pad(solid, ((0, 0), (reach, reach))), np.ones((1, reach), np.bool_)
    )
    return np.asarray(solid | (closed[:, reach:-reach] & hidden), np.bool_)


def _parted(
    patch: BoolArray, strength: FloatArray, cell_m: float, criteria: HullCriteria
) -> Iterator[BoolArray]:
    """Yield the ships of one patch: it is parted at its deepest valley until each part will do."""
    todo = [patch]
    while todo:
        part = todo.pop()
        limit = criteria.valley if may_be_one(part, cell_m, criteria) else criteria.shape_valley
        halves = _halves(part, strength, limit, cell_m, criteria)
        if halves is None:
            yield part
        else:
            todo.extend(halves)


_LEVELS = 16


def _halves(
    part: BoolArray, strength: FloatArray, limit: float, cell_m: float, criteria: HullCriteria
) -> tuple[BoolArray, BoolArray] | None:
    """Return the part in two, at the lowest level that parts it into two ships; None if none does.

    The level is raised until what stands above it falls apart into two pieces that can both be
    ships and both rise well above the saddle between them; the rest goes to the nearer piece.
    """
    bottom, top = (float(v) for v in np.quantile(strength[part], (0.02, 1.0)))
    if top - bottom <= limit:
        return None
    least_px = max(criteria.least_m2 / 4 / cell_m**2, 1)
    for level in np.linspace(bottom, top, _LEVELS, endpoint=False):
        labels, count = ndimage.label(part & (strength > level))
        if count < 2:
            continue
        sizes = np.bincount(labels.ravel())[1:]
        peaks = ndimage.maximum(strength, labels, np.arange(1, count + 1))
        deep = np.flatnonzero((sizes >= least_px) & (peaks - level >= limit))
        if deep.size < 2:
            continue
        two = deep[np.argsort(-sizes[deep], kind="stable")[:2]] + 1
        halves = _nearer(part, labels == two[0], labels == two[1])
        if all(rectangle(h, cell_m)[0] >= criteria.shortest_m for h in halves):
            return halves
    return None


def _nearer(part: BoolArray, one: BoolArray, other: BoolArray) -> tuple[BoolArray, BoolArray]:
    to_one = ndimage.distance_transform_edt(~one)
    to_other = ndimage.distance_transform_edt(~other)
    mine = part & (to_one <= to_other)
    return mine, part & ~mine
