"""Harbours drawn pixel by pixel, with ships whose place and size are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import Modality, Scene

BANDS = ("blue", "green", "red", "nir", "swir16")
WATER = dict(zip(BANDS, (0.03, 0.035, 0.025, 0.015, 0.01), strict=True))
LAND = dict(zip(BANDS, (0.12, 0.14, 0.16, 0.25, 0.28), strict=True))
SHIP = dict(zip(BANDS, (0.14, 0.14, 0.15, 0.16, 0.13), strict=True))
RUST = dict(zip(BANDS, (0.05, 0.05, 0.25, 0.03, 0.03), strict=True))
"""A colour that nothing else has, for models that know ships by it."""
CLOUD = dict(zip(BANDS, (0.45, 0.44, 0.43, 0.44, 0.30), strict=True))


def a_scene(sensor: str = "sentinel-2") -> Scene:
    """Return a scene of no files."""
    at = datetime(2025, 1, 5, 8, 20, tzinfo=UTC)
    return Scene(
        id="s",
        acquired_at=at,
        available_at=at,
        platform="sentinel-2a",
        sensor=sensor,
        modality=Modality.OPTICAL,
        orbit=121,
        footprint_wkt="",
        bands=(),
    )


class Drawing:
    """A chip under the brush; positions in pixels from the top left corner."""

    def __init__(self, height: int = 160, width: int = 160, gsd_m: float = 10.0) -> None:
        random = np.random.default_rng(5)
        self.gsd_m = gsd_m
        self.bands = {
            n: np.full((height, width), level, np.float32)
            + random.normal(0, 0.001, (height, width)).astype(np.float32)
            for n, level in WATER.items()
        }

    def box(
        self,
        rows: tuple[float, float],
        cols: tuple[float, float],
        colour: Mapping[str, float],
        *,
        moving_px: tuple[float, float] = (0, 0),
        delays_s: Mapping[str, float] | None = None,
    ) -> Drawing:
        """Paint a rectangle, blended at its edges; per second it moves by `moving_px`."""
        for name, band in self.bands.items():
            after = (delays_s or {}).get(name, 0.0)
            share = _cover(rows, band.shape[0], moving_px[0] * after)[:, None]
            share = share * _cover(cols, band.shape[1], moving_px[1] * after)[None, :]
            band += share * (np.float32(colour[name]) - band)
        return self

    def land(self, cols: int) -> Drawing:
        """Paint land over the leftmost columns."""
        height = next(iter(self.bands.values())).shape[0]
        return self.box((0, height), (0, cols), LAND)

    def blurred(self) -> Drawing:
        """Blur as the sensor does."""
        for name, band in self.bands.items():
            self.bands[name] = ndimage.gaussian_filter(band, 0.6)
        return self

    def unseen(self, rows: slice, cols: slice) -> Drawing:
        """Cut a part out of all bands."""
        for band in self.bands.values():
            band[rows, cols] = np.nan
        return self

    def chip(self, bands: tuple[str, ...] = BANDS) -> Chip:
        """Return what was drawn, in those bands."""
        values = np.stack([self.bands[n] for n in bands])
        height, width = values.shape[1:]
        grid = Grid(
            epsg=32636,
            west_m=750_000,
            north_m=3_900_000,
            gsd_m=self.gsd_m,
            width=width,
            height=height,
        )
        return Chip(scene_id="s", grid=grid, bands=bands, values=values)


def _cover(span: tuple[float, float], size: int, moved: float) -> npt.NDArray[np.float32]:
    cells = np.arange(size)
    low, high = span[0] + moved, span[1] + moved
    return np.clip(np.minimum(cells + 1, high) - np.maximum(cells, low), 0, 1).astype(np.float32)
