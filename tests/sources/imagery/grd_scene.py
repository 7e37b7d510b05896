"""A Sentinel-1 GRD made here: known geometry, known constants, one known ship."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.control import GroundControlPoint

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame

GRID = Grid(epsg=32636, west_m=760_000, north_m=3_866_000, gsd_m=10.0, width=120, height=90)
FRAME = MetricFrame(32636)
HEADING = math.radians(12.0)
"""The swath's columns run east and 12° to the south, its lines south and 12° to the west."""
ROWS, COLS = 400, 500
ORIGIN = (759_000.0, 3_867_500.0)
"""UTM metres of the middle of the first sample."""
SIGMA, BETA = 600.0, 450.0
"""Constant: incidence is asin((450 / 600)²) = 34.2°."""


def place(row: float, col: float, *, high_m: float = 0.0) -> tuple[float, float]:
    """Return UTM metres of a sample's middle, as laid on ground `high_m` above the sea."""
    sine = (BETA / SIGMA) ** 2
    away = 10.0 * col + high_m * math.sqrt(1 - sine**2) / sine
    down = 10.0 * row
    x = ORIGIN[0] + away * math.cos(HEADING) - down * math.sin(HEADING)
    y = ORIGIN[1] - away * math.sin(HEADING) - down * math.cos(HEADING)
    return x, y


def sample_of(x: float, y: float) -> tuple[float, float]:
    """Return (row, col) of a place at sea level."""
    dx, dy = x - ORIGIN[0], y - ORIGIN[1]
    col = (dx * math.cos(HEADING) - dy * math.sin(HEADING)) / 10
    row = (-dx * math.sin(HEADING) - dy * math.cos(HEADING)) / 10
    return row, col


def control_points(high_m: float = 0.0) -> list[GroundControlPoint]:
    """Return a 5 × 6 grid of control points, the last of them on the last sample."""
    points = []
    for row in np.linspace(0, ROWS - 1, 5):
        for col in np.linspace(0, COLS - 1, 6):
            lon, lat = FRAME.lonlat(*place(row, col, high_m=high_m))
            points.append(
                GroundControlPoint(row=row, col=col, x=float(lon), y=float(lat), z=high_m)
            )
    return points


def write_grd(
    path: Path, counts: npt.NDArray[Any], points: Sequence[GroundControlPoint] | None = None
) -> Path:
    """Write counts with control points and no transform, as the measurement of a product."""
    with rasterio.open(
        path, "w", driver="GTiff", height=counts.shape[0], width=counts.shape[1], count=1,
        dtype=counts.dtype.name, gcps=list(points or control_points()), crs="EPSG:4326",
    ) as raster:  # fmt: skip
        raster.write(counts, 1)
    return path


def calibration_xml(*, sigma: float = SIGMA, lines: Sequence[int] = (0, 200, 399)) -> str:
    """Return a calibration table of constants."""
    rows = "".join(
        f"<calibrationVector><line>{line}</line><pixel>0 250 499</pixel>"
        f"<sigmaNought>{sigma} {sigma} {sigma}</sigmaNought>"
        f"<betaNought>{BETA} {BETA} {BETA}</betaNought></calibrationVector>"
        for line in lines
    )
    return f"<calibration><calibrationVectorList>{rows}</calibrationVectorList></calibration>"


def noise_xml(*, power: float = 400.0, factor: float = 1.5, split: int = 250) -> str:
    """Return a noise table of the new format: `power` left of `split`, `factor` × that right."""
    rows = "".join(
        f"<noiseRangeVector><line>{line}</line><pixel>0 499</pixel>"
        f"<noiseRangeLut>{power} {power}</noiseRangeLut></noiseRangeVector>"
        for line in (0, 399)
    )
    blocks = "".join(
        f"<noiseAzimuthVector><swath>IW1</swath><firstAzimuthLine>0</firstAzimuthLine>"
        f"<firstRangeSample>{first}</firstRangeSample><lastAzimuthLine>399</lastAzimuthLine>"
        f"<lastRangeSample>{last}</lastRangeSample><line>0 399</line>"
        f"<noiseAzimuthLut>{by} {by}</noiseAzimuthLut></noiseAzimuthVector>"
        for first, last, by in ((0, split - 1, 1.0), (split, 499, factor))
    )
    return f"<noise><a>{rows}</a><b>{blocks}</b></noise>"


def old_noise_xml(*, power: float = 400.0) -> str:
    """Return a noise table as products had it before March 2018."""
    rows = "".join(
        f"<noiseVector><line>{line}</line><pixel>0 499</pixel>"
        f"<noiseLut>{power} {power}</noiseLut></noiseVector>"
        for line in (0, 399)
    )
    return f"<noise><noiseVectorList>{rows}</noiseVectorList></noise>"
