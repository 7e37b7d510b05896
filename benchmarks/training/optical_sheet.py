"""Draws ships that were missed and ships that were invented, a window each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.sen2ships import Outcome, Port

_HALF_M = 320.0
_COLUMNS = 12
_ROWS = 4


def contact_sheet(every: Sequence[Port], found: Sequence[Outcome], path: Path) -> None:
    """Write a PNG: misses above, inventions below, evenly spread over all; nir, red, green.

    White is the annotators' outline, yellow a sighting.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    missed = [
        (port, row, ship)
        for port, row in zip(every, found, strict=True)
        for j, ship in enumerate(port.ships)
        if j not in row.right.values()
    ]
    invented = [
        (port, row, outline)
        for port, row in zip(every, found, strict=True)
        for i, outline in enumerate(row.outlines)
        if i not in row.right
    ]
    figure, axes = plt.subplots(2 * _ROWS, _COLUMNS, figsize=(15, 10.6))
    for some, cells in ((missed, axes[:_ROWS]), (invented, axes[_ROWS:])):
        cells = cells.ravel()
        picked = np.unique(np.linspace(0, len(some) - 1, min(len(some), len(cells))).astype(int))
        for cell in cells:
            cell.axis("off")
        for cell, number in zip(cells, picked, strict=False):
            _draw(cell, *some[number])
    what = f"{len(missed)} ships missed (upper half) and {len(invented)} invented (lower half)"
    figure.suptitle(f"{what}; white: outline of sen2ships (MIT), yellow: sighting", fontsize=9)
    figure.tight_layout(pad=0.2)
    figure.savefig(path, dpi=75)


def _draw(cell: Any, port: Port, row: Outcome, about: BaseGeometry) -> None:  # noqa: ANN401
    grid = port.chip.grid
    x, y = about.centroid.x, about.centroid.y
    col, line = int((x - grid.west_m) / grid.gsd_m), int((grid.north_m - y) / grid.gsd_m)
    half = int(_HALF_M / grid.gsd_m)
    top, left = max(0, line - half), max(0, col - half)
    window = (slice(top, line + half), slice(left, col + half))
    bands = np.stack([port.chip.band(n)[window] for n in ("nir", "red", "green")], axis=-1)
    scaled = np.clip(np.nan_to_num(bands) / 0.3, 0, 1) ** 0.7
    west, north = grid.west_m + left * grid.gsd_m, grid.north_m - top * grid.gsd_m
    east, south = west + scaled.shape[1] * grid.gsd_m, north - scaled.shape[0] * grid.gsd_m
    cell.imshow(scaled, extent=(west, east, south, north), interpolation="nearest")
    for shapes, colour in ((row.ships, "white"), (row.outlines, "yellow")):
        for outline in shapes:
            for part in shapely.get_parts(outline):
                cell.plot(*np.array(part.exterior.coords).T, color=colour, linewidth=0.8)
    cell.set_xlim(west, east)
    cell.set_ylim(south, north)
    cell.set_title(port.name, fontsize=6, pad=1)
