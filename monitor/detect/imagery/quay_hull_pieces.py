"""What patches told apart cannot be: two ships in one place at a quay. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.quay_hull_shape import Hull, HullCriteria, measured

BoolArray = npt.NDArray[np.bool_]


def mended(
    found: list[Hull], solid: BoolArray, cell_m: float, criteria: HullCriteria
) -> list[Hull]:
    """Return the hulls with the bow and stern of one ship, told as two, made one again.

    A long ship lying stern to is bright at both ends, and the valley between them reads as the
    gap between two ships. But nothing can lie stern to behind another ship: she has no quay there.
    """
    labels, _ = ndimage.label(solid, np.ones((3, 3)))
    hulls = found
    while (pair := _bow_and_stern(hulls, labels, cell_m, criteria)) is not None:
        one, other, both = pair
        hulls = [both if h is one else h for h in hulls if h is not other]
    return hulls


def _bow_and_stern(
    hulls: list[Hull], labels: npt.NDArray[np.signedinteger], cell_m: float, criteria: HullCriteria
) -> tuple[Hull, Hull, Hull] | None:
    """Return the first two pieces of one ship and the ship they make; None where all are whole."""
    for i, inner in enumerate(hulls):
        for outer in hulls[i + 1 :]:
            if not _lie_end_to_end(inner, outer, criteria):
                continue
            if labels[inner.cells].max() != labels[outer.cells].max():
                continue  # plain water between them
            both = measured(inner.cells | outer.cells, cell_m, criteria)
            stern_to = both.turned_deg is not None and not _lies_along(both)
            if stern_to and both.seen_length_m <= criteria.longest_m + criteria.blur_m:
                return inner, outer, both
    return None


def _lie_end_to_end(inner: Hull, outer: Hull, criteria: HullCriteria) -> bool:
    """Return whether one patch lies outside another as no second ship can: not abreast of her."""
    if _lies_along(inner) and _lies_along(outer):
        return False  # rafted
    overlap = min(inner.along_m[1], outer.along_m[1]) - max(inner.along_m[0], outer.along_m[0])
    shorter = min(h.along_m[1] - h.along_m[0] for h in (inner, outer))
    gap = outer.out_m[0] - inner.out_m[1]
    apart = outer.centre[1] - inner.centre[1]
    abreast = abs(outer.centre[0] - inner.centre[0])
    # Either core was taken out of the patch with the cells within `thinnest_m` of it.
    return overlap >= 0.5 * shorter and gap <= 2 * criteria.thinnest_m and apart > abreast


def _lies_along(hull: Hull) -> bool:
    """Return whether a hull has an axis, and it runs along the quay."""
    return hull.turned_deg is not None and min(hull.turned_deg, 180 - hull.turned_deg) <= _SLANT_DEG


_SLANT_DEG = 45.0


def side_by_side(hulls: list[Hull]) -> list[Hull]:
    """Return the hulls with stretches of quay that no two claim at the same distance from it.

    Where the blur or a crooked outline lets neighbours reach into one another, they share it.
    """
    told = list(hulls)
    for i in range(len(told)):
        for j in range(i + 1, len(told)):
            one, other = told[i], told[j]
            shared = min(one.along_m[1], other.along_m[1]) - other.along_m[0]
            shorter = min(h.along_m[1] - h.along_m[0] for h in (one, other))
            level = min(one.out_m[1], other.out_m[1]) - max(one.out_m[0], other.out_m[0])
            least = min(h.out_m[1] - h.out_m[0] for h in (one, other))
            if 0 < shared < 0.5 * shorter and level > 0.5 * least:
                border = other.along_m[0] + shared / 2
                told[i] = replace(one, along_m=(one.along_m[0], border))
                told[j] = replace(other, along_m=(border, other.along_m[1]))
    return told
