"""Renders the port as Sentinel-1 would see it: two polarisations in dB, one look per orbit.

The look is what matters to a detector: sea level by wind and incidence, walls that shine towards
the sensor, clutter that repeats on every pass of one orbit and differs between orbits, speckle
that never repeats, and ships as bright hulls with brighter peaks and side lobes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.demo.passes import BEAMS, Beam, RadarPass
from monitor.demo.scenery import DrawnHull, Scenery, share, side_facing, smooth_noise, swept
from monitor.domain.chip import Grid
from monitor.domain.geo import FloatArray

DB_PER_STEP, DB_AT_ZERO, NO_DATA = 0.2, -35.0, 255
"""value in dB = 0.2 DN - 35; DN 255 = unseen."""
_LOOKS = 4.4
"""Equivalent number of looks of IW GRDH (Sentinel-1 product specification)."""
_PSF_PX = 0.85
"""20 m resolution on 10 m pixels."""
_NOISE_DB = -23.5
_BANDS = ("vv", "vh")
_LAND_VH_DB, _SHIP_VH_DB = -6.5, -6.0
_LOBE_FLOOR_DB = -20.0


def _power(db: npt.ArrayLike) -> FloatArray:
    return np.asarray(10 ** (np.asarray(db, np.float64) / 10))


@dataclass(frozen=True)
class RadarView:
    """The port on one relative orbit: everything that is the same on each of its passes."""

    scenery: Scenery
    grid: Grid
    orbit: int

    @property
    def beam(self) -> Beam:
        """Geometry of the orbit."""
        return BEAMS[self.orbit]

    @cached_property
    def water(self) -> FloatArray:
        """Share of water in each pixel."""
        solid = [self.scenery.land, self.scenery.rock, *self.scenery.piers]
        return 1 - share(self.grid, solid)

    @cached_property
    def sheltered(self) -> FloatArray:
        """Share of each pixel inside the breakwaters, edges softened over 60 m."""
        inside = share(self.grid, self.scenery.harbour.shape("tartus.harbour"))
        return np.asarray(ndimage.gaussian_filter(inside, 3))

    @cached_property
    def clutter(self) -> FloatArray:
        """Land backscatter, VV, linear power, with layover and radar shadow of the blocks."""
        scenery, grid, beam = self.scenery, self.grid, self.beam
        rng = np.random.default_rng([scenery.seed, 2, self.orbit])
        paved, rock = share(grid, scenery.paved), share(grid, scenery.rock)
        level = -9.5 + 1.6 * smooth_noise(grid, 60, rng) + 1.0 * smooth_noise(grid, 15, rng)
        level = level * (1 - paved) + (-13.5 + 1.2 * smooth_noise(grid, 30, rng)) * paved
        power = _power(level) * (1 - rock) + _power(-6 + 1.5 * smooth_noise(grid, 15, rng)) * rock
        tan = np.tan(np.radians(beam.incidence_deg))
        to = _unit(beam.towards_sensor_deg)
        blocks = scenery.blocks
        dark = share(grid, [swept(b.outline, -to * min(b.height_m * tan, 40)) for b in blocks])
        power = power * (1 - 0.85 * dark)
        for block in blocks:
            over = share(grid, swept(block.outline, to * min(block.height_m / tan, 40)))
            power += over * _power(-6.5 + 5 * (block.tint - 0.5))
        power += self._walls(rng)
        return power * (1 - self.water)

    def _walls(self, rng: np.random.Generator) -> FloatArray:
        walls = np.zeros((self.grid.height, self.grid.width))
        for block in self.scenery.blocks:
            for edge, facing in side_facing(block.outline, self.beam.towards_sensor_deg):
                count = max(int(edge.length // 8), 1)
                for i in range(count):
                    spot = edge.interpolate((i + 0.5) / count, normalized=True)
                    rcs = 3.5 * block.height_m * facing**4 * rng.gamma(0.5)
                    self._put(walls, spot.x, spot.y, rcs * 8 / 100)
        return walls

    @cached_property
    def corners(self) -> FloatArray:
        """Quay walls, breakwaters and cranes that answer strongly: VV, linear, never speckled."""
        rng = np.random.default_rng([self.scenery.seed, 3, self.orbit])
        out = np.zeros((self.grid.height, self.grid.width))
        points, normals = self.scenery.shoreline
        facing = np.clip(normals @ _unit(self.beam.towards_sensor_deg), 0, 1)
        # A wall and the water before it make a corner reflector when seen squarely.
        strength = (2.0 + 18 * facing**3) * rng.gamma(0.8, size=len(points))
        for (x, y), rcs in zip(points, strength, strict=True):
            self._put(out, x, y, rcs / 100)
        for x, y in self.scenery.cranes:
            self._put(out, x, y, 10 ** rng.uniform(2.4, 3.3) / 100)
        return out

    def _put(self, field: FloatArray, x: float, y: float, power: float) -> None:
        """Add power at a point, spread over the four nearest pixels."""
        col = (x - self.grid.west_m) / self.grid.gsd_m - 0.5
        row = (self.grid.north_m - y) / self.grid.gsd_m - 0.5
        c, r = int(np.floor(col)), int(np.floor(row))
        for dr, wr in ((0, r + 1 - row), (1, row - r)):
            for dc, wc in ((0, c + 1 - col), (1, col - c)):
                if 0 <= r + dr < self.grid.height and 0 <= c + dc < self.grid.width:
                    field[r + dr, c + dc] += power * wr * wc

    def sea(self, wind_kn: float, rng: np.random.Generator) -> FloatArray:
        """Return the sea's backscatter, VV, linear, over the whole grid.

        Brighter by wind, darker by incidence: a straight line chosen so that quiet scenes lie at
        the levels usual for Sentinel-1 and 5 January (24 kn, orbit 14) at the published -12 dB.
        """
        outside_db = -17.0 - 0.36 * (self.beam.incidence_deg - 31) + 0.58 * (wind_kn - 7)
        level = outside_db - 2.2 * self.sheltered
        gusts = 0.6 * smooth_noise(self.grid, 350, rng) + 0.4 * smooth_noise(self.grid, 70, rng)
        return _power(level + gusts)

    def ship(self, drawn: DrawnHull, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Return (spread, points) of one ship, VV, linear: hull, and its few strongest corners."""
        size = drawn.hull.length_m / 125
        low = drawn.hull.name.startswith("Kilo")
        spread = share(self.grid, drawn.outline) * _power(-4.0 if low else 2.0)
        points = np.zeros_like(spread)
        for edge, facing in side_facing(drawn.outline, self.beam.towards_sensor_deg):
            for at in np.arange(4, edge.length, 8):
                spot = edge.interpolate(at)
                self._put(points, spot.x, spot.y, (6 + 160 * facing**3) * rng.gamma(1.0) / 100)
        across = np.array([-drawn.along[1], drawn.along[0]])
        house = -0.36 if not drawn.hull.navy else -0.05
        # (place along the half length, log10 of the cross-section in m²)
        for place, log_rcs in ((house, 3.55), (house - 0.05, 3.2), (0.05, 2.9), (0.42, 2.8)):
            rcs = 10 ** (log_rcs + rng.normal(0, 0.2)) * size**2 * (0.08 if low else 1)
            aside = rng.uniform(-0.3, 0.3) * drawn.hull.beam_m
            x, y = drawn.middle + drawn.along * (place * drawn.hull.length_m) + across * aside
            self._put(points, x, y, rcs / 100)
            self._lobes(points, x, y, rcs / 100)
        return spread, points

    def _lobes(self, field: FloatArray, x: float, y: float, power: float) -> None:
        """Add the cross of side lobes, along range and along flight, out to 200 m."""
        for bearing in (self.beam.towards_sensor_deg, self.beam.azimuth_deg):
            along = _unit(bearing)
            for far in np.arange(25, 200, 10):
                fade = _power(_LOBE_FLOOR_DB) * (30 / far) ** 2
                for sign in (-1, 1):
                    px, py = np.array([x, y]) + along * far * sign
                    self._put(field, px, py, power * float(fade))

    def render(self, scene: RadarPass, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
        """Return one scene as DN, shape (band, row, col), bands VV and VH."""
        spread = self.sea(scene.wind_kn, rng) * self.water
        points = self.corners * rng.normal(1, 0.08, self.corners.shape).clip(0.7, 1.3)
        hulls = np.zeros_like(spread)
        for drawn in self.scenery.hulls(scene.at):
            own_spread, own_points = self.ship(drawn, rng)
            hulls += own_spread
            points = points + own_points
        vehicles, containers = self.scenery.equipment(scene.at)
        kit = share(self.grid, vehicles) * _power(-3) + share(self.grid, containers) * _power(-1)
        land = self.clutter + kit
        vv = (spread + land + hulls, points)
        vh = (
            spread * _power(-11.0) + land * _power(_LAND_VH_DB) + hulls * _power(_SHIP_VH_DB),
            points * _power(_SHIP_VH_DB - 1),
        )
        return np.stack([_numbers(*band, rng) for band in (vv, vh)])


def _unit(bearing_deg: float) -> FloatArray:
    """Return the unit vector (east, north) of a bearing."""
    return np.array([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))])


def _numbers(
    spread: FloatArray, points: FloatArray, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Blur to the sensor's resolution, add noise and speckle, and count in steps of 0.2 dB."""
    blurred = ndimage.gaussian_filter(spread, _PSF_PX / 1.5) + _power(_NOISE_DB)
    # Speckle is a little alike in neighbouring pixels; the gamma's shape makes up for the blur.
    blur = 0.45
    kernel = ndimage.gaussian_filter(_impulse(), blur)
    looks = _LOOKS * float((kernel**2).sum())
    speckle = ndimage.gaussian_filter(rng.gamma(looks, 1 / looks, spread.shape), blur, mode="wrap")
    level = 10 * np.log10(blurred * speckle + ndimage.gaussian_filter(points, _PSF_PX))
    return np.clip(np.rint((level - DB_AT_ZERO) / DB_PER_STEP), 0, NO_DATA - 1).astype(np.uint8)


def _impulse() -> FloatArray:
    impulse = np.zeros((9, 9))
    impulse[4, 4] = 1
    return impulse
