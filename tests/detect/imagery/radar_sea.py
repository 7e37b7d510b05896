"""Drawn radar seas: speckle of Sentinel-1 (ENL 4.4) round -20 dB, with ships as drawn."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import Modality, Scene

FloatArray = npt.NDArray[np.float32]
GSD_M = 10.0


class DrawnSea:
    """Power over an area; what is added is blurred by 20 m, as the radar does."""

    def __init__(self, height: int = 300, width: int = 300, seed: int = 1) -> None:
        self.shape = (height, width)
        self._echo = np.zeros(self.shape)
        self._seed = seed

    def add(
        self,
        row: float,
        col: float,
        *,
        length_m: float,
        beam_m: float,
        axis_deg: float = 0.0,
        over_sea_db: float = 25.0,
    ) -> DrawnSea:
        """Draw a rectangle; `axis_deg` from the top of the image, clockwise."""
        rows, cols = np.indices(self.shape)
        up, right = (row - 0.5 - rows) * GSD_M, (cols + 0.5 - col) * GSD_M
        turn = np.radians(axis_deg)
        along = up * np.cos(turn) + right * np.sin(turn)
        across = right * np.cos(turn) - up * np.sin(turn)
        inside = (abs(along) <= length_m / 2) & (abs(across) <= beam_m / 2)
        self._echo[inside] = 10 ** (over_sea_db / 10)
        return self

    def db(self) -> FloatArray:
        """Return the sea in dB."""
        speckle = np.random.default_rng(self._seed).gamma(4.4, 1 / 4.4, self.shape)
        blurred = ndimage.gaussian_filter(self._echo, 0.85)
        return np.asarray(10 * np.log10((1 + blurred) * speckle) - 20, np.float32)


def a_radar_scene(sensor: str = "sentinel-1") -> Scene:
    """Return a radar scene without files."""
    at = datetime(2025, 3, 1, 15, 33, tzinfo=UTC)
    return Scene(
        id="drawn",
        acquired_at=at,
        available_at=at,
        platform="sentinel-1a",
        sensor=sensor,
        modality=Modality.RADAR,
        orbit=87,
        footprint_wkt="POLYGON EMPTY",
        bands=(),
    )


def a_radar_chip(db: FloatArray) -> Chip:
    """Return one band as a chip off Tartus, 35.8 E 34.9 N."""
    height, width = db.shape
    grid = Grid(
        epsg=32636, west_m=755_000, north_m=3_865_000, gsd_m=GSD_M, width=width, height=height
    )
    return Chip(scene_id="drawn", grid=grid, bands=("vv",), values=db[None])
