"""A raster that lies square to the grid, laid on it by plain arithmetic.

Most scenes come in the port's own UTM zone. For them a full warp spends nearly all its time on
projecting what needs no projection; rows and columns can be treated apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Places = npt.NDArray[np.float64]


def laid_on(
    numbers: npt.NDArray[np.generic],
    unseen: npt.NDArray[np.bool_] | None,
    rows: Places,
    cols: Places,
    *,
    blended: bool,
) -> FloatArray:
    """Return a raster's values at grid rows × grid columns, NaN where it has none.

    As GDAL does it: a pixel of the grid is seen where the raster's pixel under its centre is, and
    is then the mean of the four pixels round its centre that were seen, weighted bilinearly.

    Args:
        numbers: Shape (row, col), any real type.
        unseen: Same shape; None where everything was seen.
        rows: Row of the raster under each grid row's centre, pixel centres at whole numbers; may
            lie outside.
        cols: The same for columns.
        blended: Interpolate; otherwise take the pixel under the centre.
    """
    down, across = _Axis(rows, numbers.shape[0]), _Axis(cols, numbers.shape[1])
    if blended:
        values = numbers.astype(np.float32)
        if unseen is not None and unseen.any():
            values[unseen] = 0
            weight = _mixed((~unseen).astype(np.float32), down, across)
        else:
            weight = np.outer(down.total, across.total)
        found = _mixed(values, down, across)
        with np.errstate(invalid="ignore", divide="ignore"):
            found /= weight
    else:
        found = numbers[np.ix_(down.near, across.near)].astype(np.float32)
    if unseen is not None:
        found[unseen[np.ix_(down.near, across.near)]] = np.nan
    found[~down.inside] = np.nan
    found[:, ~across.inside] = np.nan
    return found


class _Axis:
    """For each place of the grid: its two neighbours in the raster, and what each counts."""

    def __init__(self, places: Places, size: int) -> None:
        # Places a hair beside a pixel's middle are on it: what is written is read back.
        whole = np.round(places)
        places = np.where(abs(places - whole) < 1e-6, whole, places)
        low = np.floor(places).astype(np.int64)
        part = (places - low).astype(np.float32)
        self.low, self.high = (np.clip(i, 0, size - 1) for i in (low, low + 1))
        self.low_weight = np.where((low >= 0) & (low < size), 1 - part, np.float32(0))
        self.high_weight = np.where((low >= -1) & (low < size - 1), part, np.float32(0))
        self.total = self.low_weight + self.high_weight
        self.is_exact = not self.high_weight.any() and bool((self.low_weight == 1).all())
        near = np.floor(places + 0.5).astype(np.int64)
        self.inside = (near >= 0) & (near < size)
        self.near = np.clip(near, 0, size - 1)


def _mixed(values: FloatArray, down: _Axis, across: _Axis) -> FloatArray:
    mixed = _between(values, down, 0, np.s_[:, None])
    return _between(mixed, across, 1, np.s_[None, :])


def _between(values: FloatArray, axis: _Axis, number: int, along: Any) -> FloatArray:  # noqa: ANN401
    found = values.take(axis.low, number)
    if axis.is_exact:
        return found
    found *= axis.low_weight[along]
    other = values.take(axis.high, number)
    other *= axis.high_weight[along]
    found += other
    return found
