"""Where the sun stood over a place: shadows and glint follow it, and so does the choice of past."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import numpy.typing as npt
from shapely.geometry import Point

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame

Vector = npt.NDArray[np.float64]


def sun_direction(at: datetime, *, lon: float, lat: float) -> Vector:
    """Return the unit vector (east, north, up) towards the sun, good to about half a degree.

    Args:
        at: An aware instant.
        lon: Degrees, OGC:CRS84.
        lat: Degrees.

    Source: mean solar elements of the Astronomical Almanac's low-precision formulas (about
    0.01°); the equation of time is kept, refraction is left out.
    """
    days = at.timestamp() / 86400 + 2440587.5 - 2451545.0
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360)
    longitude = math.radians(
        (280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
        % 360
    )
    tilt = math.radians(23.439 - 4e-7 * days)
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    ascension = math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))
    sidereal = math.radians((280.46062 + 360.98564737 * days + lon) % 360)
    hour, north = sidereal - ascension, math.radians(lat)
    return np.array(
        [
            -math.cos(declination) * math.sin(hour),
            math.cos(north) * math.sin(declination)
            - math.sin(north) * math.cos(declination) * math.cos(hour),
            math.sin(north) * math.sin(declination)
            + math.cos(north) * math.cos(declination) * math.cos(hour),
        ]
    )


def sun_over(at: datetime, grid: Grid) -> Vector:
    """Return the direction towards the sun over the middle of a grid."""
    middle = Point(
        grid.west_m + grid.width * grid.gsd_m / 2, grid.north_m - grid.height * grid.gsd_m / 2
    )
    place = MetricFrame(grid.epsg).geographic(middle).centroid
    return sun_direction(at, lon=float(place.x), lat=float(place.y))


def angle_deg(one: Vector, other: Vector) -> float:
    """Return the angle between two unit vectors, degrees."""
    return math.degrees(math.acos(float(np.clip(one @ other, -1, 1))))


def elevation_deg(direction: Vector) -> float:
    """Return how high a direction stands above the horizon, degrees."""
    return math.degrees(math.asin(float(np.clip(direction[2], -1, 1))))
