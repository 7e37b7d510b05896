"""Hulls in a strip of water: which cells belong to one ship, and how large she is.

Works on evidence in quay coordinates, whatever sensor it came from: zero and above is hull.
Radar blurs neighbours into one patch and cranes cut one ship in two, so patches are bridged where
a structure hides the water, and parted where no single ship could have their shape. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HullCriteria:
    """What one ship can look like to a sensor; metres on the ground, as blurred by it."""

    thinnest_m: float
    """Patches thinner than this are streaks of side lobes, speckle, moles, never hulls."""
    least_m2: float
    """Smallest area of a hull."""
    blur_m: float
    """How much longer and wider than she is a ship looks, taken off her length and beam."""
    length_error_m: float
    """What of that varies from ship to ship: two in three lie within it."""
    valley: float
    """Between two ships the strength falls by this below the weaker one's peak,"""
    shape_valley: float
    """or by this where the patch cannot be one ship."""
    depth: float = math.inf
    """A hull's own echo reaches this far below her middle one, in the unit of the evidence;
    what is weaker round her is her glare."""
    least_seen_m: float = 60.0
    """A shorter patch is a mole's lamp, a buoy or a boat."""
    longest_m: float = 300.0
    """No ship of these ports is longer,"""
    broadest_m: float = 40.0
    """or broader (a tanker of 250,000 t is 60 m; such ships do not come alongside here)."""
    shortest_m: float = 40.0
    """Half of a patch must be at least this long to be a ship of its own."""
    bridge_m: float = 25.0
    """A crane or shed that hides this much of a hull does not part her."""
    fill: float = 0.5
    """One hull fills at least this share of the rectangle round her."""


RADAR_HULLS = HullCriteria(
    thinnest_m=30.0,
    least_m2=1400.0,
    blur_m=40.0,
    length_error_m=30.0,
    depth=3.0,
    valley=6.0,
    shape_valley=1.5,
)
"""Sentinel-1 at 10 m. Blur: ships told apart from calm water at 6 dB look about 44 m longer than
they are (OpenSARShip, 113 ships of 90-150 m with AIS lengths: bias +14 m after 30 m off)."""
OPTICAL_HULLS = HullCriteria(
    thinnest_m=10.0,
    least_m2=600.0,
    blur_m=8.0,
    length_error_m=15.0,
    least_seen_m=40.0,
    valley=0.5,
    shape_valley=0.1,
)
"""Sentinel-2 at 10 m: a mixed pixel at either end counts about half."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hull:
    """One ship-like patch of a strip."""

    cells: BoolArray
    """Shape (out, along)."""
    along_m: tuple[float, float]
    """First and last metre along the quay, blur taken off, from the strip's first column's edge."""
    out_m: tuple[float, float]
    """Nearest and furthest metre from the strip's first row's edge, as seen."""
    centre: tuple[float, float]
    """(along, out) of her middle, metres from the same edges."""
    length_m: float
    beam_m: float
    """Both with the blur taken off."""
    turned_deg: float | None
    """Angle between her axis and the quay, 0 ≤ it < 180, from along towards out; None where she
    looks as wide as long."""
    lean_deg: float
    """The same for the rectangle round her, whatever its sides."""
    seen_length_m: float
    seen_beam_m: float
    """The rectangle as seen, blur included."""
    whole: bool
    """False where she is too large for one ship, and no valley says where to part her."""


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
            hull = _measured(part, cell_m, criteria)
            if (
                hull.seen_length_m >= criteria.least_seen_m
                and hull.seen_beam_m >= criteria.thinnest_m
            ):
                found.append(hull)
    return sorted(found, key=lambda h: (h.centre, h.length_m))


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
        limit = criteria.valley if _may_be_one(part, cell_m, criteria) else criteria.shape_valley
        halves = _halves(part, strength, limit, cell_m, criteria)
        if halves is None:
            yield part
        else:
            todo.extend(halves)


def _may_be_one(part: BoolArray, cell_m: float, criteria: HullCriteria) -> bool:
    length, beam, _, _ = _rectangle(part, cell_m)
    area = np.count_nonzero(part) * cell_m**2
    # By area: glare sticks out of the rectangle here and there without being hull.
    return bool(
        length <= criteria.longest_m + criteria.blur_m
        and area <= length * (criteria.broadest_m + criteria.blur_m)
        and area >= criteria.fill * length * beam
    )


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
        if all(_rectangle(h, cell_m)[0] >= criteria.shortest_m for h in halves):
            return halves
    return None


def _nearer(part: BoolArray, one: BoolArray, other: BoolArray) -> tuple[BoolArray, BoolArray]:
    to_one = ndimage.distance_transform_edt(~one)
    to_other = ndimage.distance_transform_edt(~other)
    mine = part & (to_one <= to_other)
    return mine, part & ~mine


def _rectangle(cells: BoolArray, cell_m: float) -> tuple[float, float, Vector, Vector]:
    """Return (length, beam, unit vector of the long axis, middle) of a patch; (along, out) axes.

    The rectangle lies along the patch's principal axis. A cell reaches half its side beyond its
    middle. Length is measured along the middle third of the beam, where a bow or stern's blur
    does not slant it.
    """
    rows, cols = np.nonzero(cells)
    points = np.column_stack([cols + 0.5, rows + 0.5]) * cell_m
    middle = points.mean(axis=0)
    if len(points) < 2:
        return cell_m, cell_m, np.array([1.0, 0.0]), middle
    spread = np.cov((points - middle).T)
    axis = np.linalg.eigh(spread)[1][:, 1]
    if axis[0] < 0 or (axis[0] == 0 and axis[1] < 0):
        axis = -axis
    across = np.array([-axis[1], axis[0]])
    by_length, by_beam = (points - middle) @ axis, (points - middle) @ across
    (low, high), (left, right) = _extent(by_length), _extent(by_beam)
    centre = middle + axis * (low + high) / 2 + across * (left + right) / 2
    length, beam = high - low + cell_m, right - left + cell_m
    if length < beam:
        length, beam, axis = beam, length, across if across[0] >= 0 else -across
    return length, beam, axis, centre


def _extent(values: Vector) -> tuple[float, float]:
    """Return first and last value but for 1 % at either end: single cells do not stretch a ship."""
    low, high = np.quantile(values, (0.01, 0.99))
    return float(low), float(high)


_ROUND = 1.25
"""Longer than broad by less than this, a patch has no axis to speak of."""


def _measured(cells: BoolArray, cell_m: float, criteria: HullCriteria) -> Hull:
    length, beam, axis, centre = _rectangle(cells, cell_m)
    own_length = max(length - criteria.blur_m, 0.0)
    own_beam = max(beam - criteria.blur_m, 10.0)
    turned = math.degrees(math.atan2(axis[1], axis[0])) % 180
    # Her shadow on the quay, from the rectangle without its blur.
    half = (abs(axis[0]) * own_length + abs(axis[1]) * own_beam) / 2
    out = np.flatnonzero(cells.any(axis=1))
    return Hull(
        cells=cells,
        along_m=(float(centre[0] - half), float(centre[0] + half)),
        out_m=(float(out[0] * cell_m), float((out[-1] + 1) * cell_m)),
        centre=(float(centre[0]), float(centre[1])),
        length_m=own_length,
        beam_m=own_beam,
        turned_deg=None if length < _ROUND * beam else turned,
        lean_deg=turned,
        seen_length_m=length,
        seen_beam_m=beam,
        whole=_may_be_one(cells, cell_m, criteria),
    )
