"""From maps of where hulls are to hulls one by one, each with a rectangle round it.

Ships lie side by side and bow to stern closer than a pixel; the map of cores (hulls without
their rims) parts them. Pure geometry on arrays; knows neither bands nor models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_EIGHT = np.ones((3, 3), np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """One hull-like patch of cells."""

    rows: IntArray
    """Its cells."""
    cols: IntArray
    row: float
    """Centre of its rectangle, in cells; the centre of cell 0 is 0."""
    col: float
    length: float
    """Sides of its rectangle, in cells: as long as the patch and of its area."""
    width: float
    along: tuple[float, float]
    """Unit vector (row, col) of the long side."""
    score: float
    """Mean of the map over the patch."""

    @property
    def corners(self) -> npt.NDArray[np.float64]:
        """Return the rectangle's corners in ring order, shape (4, 2), (row, col) in cells."""
        u, v = np.array(self.along), np.array((-self.along[1], self.along[0]))
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        half = [a * u * self.length / 2 + b * v * self.width / 2 for a, b in signs]
        return np.array((self.row, self.col)) + np.array(half)


def instances_in(
    hull: FloatArray,
    core: FloatArray,
    *,
    least_hull: float,
    least_core: float,
    least_cells: float,
    least_core_cells: float,
) -> tuple[Instance, ...]:
    """Part a map of hulls into hulls.

    Patches of `hull` above `least_hull` are divided among the cores inside them, every cell to
    the nearest one; a patch with at most one core is one hull.

    Args:
        hull: How much each cell looks like hull, shape (row, col).
        core: How much it looks like a hull's middle, same shape.
        least_hull: Cells at or below it are none.
        least_core: The same for cores.
        least_cells: Smaller patches are dropped.
        least_core_cells: Smaller cores part nothing.

    Returns:
        In order of the patches' first cells, row by row.
    """
    patches, _ = ndimage.label(hull > least_hull)
    cores, count = ndimage.label(core > least_core, _EIGHT)
    sizes = np.bincount(cores.ravel(), minlength=count + 1)
    sizes[0] = 0
    cores = np.where(sizes[cores] >= least_core_cells, cores, 0)
    found = []
    for number, window in enumerate(ndimage.find_objects(patches), start=1):
        inside = patches[window] == number
        if np.count_nonzero(inside) < least_cells:
            continue
        for part in _parts(inside, np.where(inside, cores[window], 0)):
            if np.count_nonzero(part) >= least_cells:
                rows, cols = np.nonzero(part)
                score = float(np.mean(hull[window][part], dtype=np.float64))
                found.append(_instance(rows + window[0].start, cols + window[1].start, score))
    return tuple(found)


def _parts(inside: BoolArray, cores: npt.NDArray[np.int32]) -> list[BoolArray]:
    numbers = np.unique(cores[cores > 0])
    if len(numbers) < 2:
        return [inside]
    nearest = ndimage.distance_transform_edt(
        cores == 0, return_distances=False, return_indices=True
    )
    owner = cores[tuple(nearest)]
    return [np.asarray(inside & (owner == n), np.bool_) for n in numbers]


def _instance(rows: IntArray, cols: IntArray, score: float) -> Instance:
    points = np.column_stack((rows, cols)).astype(np.float64)
    middle = points.mean(axis=0)
    away = points - middle
    # A cell is a square of side 1, not a point: 1/12 is its own spread.
    _, axes = np.linalg.eigh(away.T @ away / len(away) + np.eye(2) / 12)
    u = axes[:, 1] * (1 if (axes[0, 1], axes[1, 1]) > (0, 0) else -1)
    along = away @ u
    low, high = np.percentile(along, (1, 99))  # one stray cell makes no ship longer
    length = float(high - low) + 1
    width = len(points) / length
    centre = middle + u * (low + high) / 2
    if width > length:
        length = width = math.sqrt(len(points))
    return Instance(
        rows=rows,
        cols=cols,
        row=float(centre[0]),
        col=float(centre[1]),
        length=length,
        width=width,
        along=(float(u[0]), float(u[1])),
        score=score,
    )
