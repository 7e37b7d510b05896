"""Pixels of one scene over one port, on that port's fixed grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A north-up pixel grid in a projected CRS; every scene of a port and GSD lands on the same."""

    epsg: int
    west_m: float
    """x of the left edge of column 0."""
    north_m: float
    """y of the top edge of row 0."""
    gsd_m: float
    """Ground sample distance: side of a square pixel, metres."""
    width: int
    """Columns."""
    height: int
    """Rows."""

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0 or self.gsd_m <= 0:
            raise ValueError(f"empty grid {self}")

    @property
    def affine(self) -> tuple[float, float, float, float, float, float]:
        """(a, b, c, d, e, f): x = a·col + b·row + c, y = d·col + e·row + f."""
        return (self.gsd_m, 0.0, self.west_m, 0.0, -self.gsd_m, self.north_m)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chip:
    """Values of some bands over one grid."""

    scene_id: str
    grid: Grid
    bands: tuple[str, ...]
    values: npt.NDArray[np.float32]
    """Shape (band, row, col). Radar in dB, optical as reflectance 0-1; NaN where unseen."""

    def band(self, name: str) -> npt.NDArray[np.float32]:
        """Return one band, shape (row, col).

        Raises:
            KeyError: The chip has no such band.
        """
        if name not in self.bands:
            raise KeyError(name)
        band: npt.NDArray[np.float32] = self.values[self.bands.index(name)]
        return band
