"""Renders the port as Sentinel-2 (10 m) or a 3 m satellite would see it, as reflectance.

Surfaces are laid over one another from below: water, land, buildings, equipment, ships, each with
its shadow; then haze, cloud, the blur of the optics and noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from monitor.demo.passes import OpticalPass
from monitor.demo.scenery import DrawnHull, Scenery, box_along, share, smooth_noise, swept
from monitor.domain.chip import Grid
from monitor.domain.geo import FloatArray

BANDS = ("blue", "green", "red", "nir", "swir16")
REFLECTANCE_STEP, BASELINE_OFFSET = 1e-4, -0.1
"""Sentinel-2 since processing baseline 04.00: reflectance = DN / 10000 - 0.1; DN 0 = unseen."""
BYTE_STEP = 0.003
"""3 m views: reflectance = DN x 0.003; DN 0 = unseen."""
_COARSE_DN = 16  # the last digits of a real DN are noise; rounding ours keeps the files small
_LATITUDE_DEG, _LONGITUDE_DEG = 34.9, 35.9

# Reflectance by band, from general knowledge of the materials, not measured here.
_WATER = (0.048, 0.045, 0.026, 0.012, 0.006)
_CONCRETE = (0.16, 0.18, 0.195, 0.22, 0.25)
_ROCK = (0.13, 0.15, 0.165, 0.19, 0.21)
_SOIL = (0.095, 0.125, 0.165, 0.24, 0.31)
_GREEN = (0.03, 0.06, 0.045, 0.30, 0.16)
_ROOF_PALE = (0.29, 0.32, 0.335, 0.35, 0.35)
_ROOF_RED = (0.10, 0.125, 0.21, 0.27, 0.30)
_OLIVE = (0.045, 0.06, 0.055, 0.13, 0.09)
_DECK = (0.11, 0.125, 0.14, 0.17, 0.17)
_HATCH = (0.09, 0.10, 0.155, 0.21, 0.21)
_HOUSE = (0.42, 0.43, 0.43, 0.42, 0.36)
_NAVY = (0.125, 0.135, 0.14, 0.145, 0.13)
_BLACK = (0.035, 0.035, 0.033, 0.03, 0.02)
_BOXES = (
    (0.22, 0.16, 0.10, 0.14, 0.14),
    (0.08, 0.09, 0.24, 0.28, 0.26),
    (0.30, 0.31, 0.31, 0.3, 0.28),
)
_CLOUD = (0.56, 0.56, 0.56, 0.58, 0.42)
_LIT_IN_SHADE = 0.38


def sun(at: datetime) -> tuple[float, float]:
    """Return (azimuth, elevation) of the sun over the port, degrees, to about one degree.

    Source: Cooper (1969) for the declination; hour angle from the longitude without the equation
    of time, which moves the sun by less than 4 degrees in these months.
    """
    day = at.timetuple().tm_yday
    declination = np.radians(23.45 * np.sin(np.radians(360 * (284 + day) / 365)))
    hour = np.radians(15 * (at.hour + at.minute / 60 - 12) + _LONGITUDE_DEG)
    latitude = np.radians(_LATITUDE_DEG)
    up = np.sin(latitude) * np.sin(declination)
    up += np.cos(latitude) * np.cos(declination) * np.cos(hour)
    south = np.sin(latitude) * np.cos(declination) * np.cos(hour)
    south -= np.cos(latitude) * np.sin(declination)
    west = np.cos(declination) * np.sin(hour)
    return float(np.degrees(np.arctan2(-west, -south)) % 360), float(np.degrees(np.arcsin(up)))


@dataclass(frozen=True)
class OpticalView:
    """The port on one pixel grid: everything that is the same on every date."""

    scenery: Scenery
    grid: Grid

    @cached_property
    def solid(self) -> FloatArray:
        """Share of land, rock and piers in each pixel."""
        return share(self.grid, [self.scenery.land, self.scenery.rock, *self.scenery.piers])

    @cached_property
    def ground(self) -> FloatArray:
        """Reflectance of everything above water, without shadows, shape (band, row, col)."""
        scenery, grid = self.scenery, self.grid
        rng = np.random.default_rng([scenery.seed, 4, int(grid.gsd_m)])
        fields = np.clip(smooth_noise(grid, 90, rng) * 0.6 + 0.35, 0, 1)
        image = _mix(_full(_SOIL, grid), fields, _GREEN)
        image = _mix(image, share(grid, scenery.paved), _CONCRETE)
        image = _mix(image, share(grid, [scenery.rock]), _ROCK)
        image = _mix(image, share(grid, scenery.piers), _CONCRETE)
        grain = 0.05 * smooth_noise(grid, 45, rng) + 0.05 * smooth_noise(grid, 2 * grid.gsd_m, rng)
        image = image * (1 + grain)
        for block in scenery.blocks:
            pale, red = np.array(_ROOF_PALE), np.array(_ROOF_RED)
            roof = pale * block.tint + red * (1 - block.tint)
            image = _mix(image, share(grid, block.outline), tuple(roof))
        return image

    def reflectance(
        self, scene: OpticalPass, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (reflectance by band, cloud 0-1, cloud shadow 0-1) of one scene."""
        grid = self.grid
        turbid = 1 + 0.10 * smooth_noise(grid, 220, rng) + rng.uniform(-0.1, 0.25)
        water = _full(_WATER, grid) * turbid + rng.uniform(0, 0.008)
        image = water * (1 - self.solid) + self.ground * self.solid
        azimuth, elevation = sun(scene.at)
        away = -np.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))])
        reach = 1 / np.tan(np.radians(elevation))
        vehicles, containers = self.scenery.equipment(scene.at)
        hulls = self.scenery.hulls(scene.at)
        raised: list[tuple[Polygon, float]] = [
            *((b.outline, b.height_m) for b in self.scenery.blocks),
            *((v, 3.0) for v in vehicles), *((c, 2.6) for c in containers),
            *((h.outline, 4.0 if h.hull.navy else 9.0) for h in hulls),
        ]  # fmt: skip
        shade = self._shade(raised, away * reach)
        image = image * (1 - (1 - _LIT_IN_SHADE) * shade)
        # What casts a shadow stands in the light itself.
        lit = [shape for shape, _ in raised]
        image = self._relight(image, lit[: len(self.scenery.blocks)])
        image = _mix(image, share(grid, vehicles), _OLIVE)
        for colour, boxes in zip(
            _BOXES, (containers[0::3], containers[1::3], containers[2::3]), strict=True
        ):
            image = _mix(image, share(grid, boxes), colour)
        for drawn in hulls:
            image = self._ship(image, drawn)
        image = image * rng.uniform(0.97, 1.03)
        cloud, cloud_shade = self._clouds(scene, away, rng)
        image = image * (1 - 0.6 * cloud_shade)
        billow = 1 + 0.10 * smooth_noise(grid, 80, rng)
        image = image * (1 - cloud) + np.array(_CLOUD)[:, None, None] * billow * cloud
        haze = np.array([0.010, 0.006, 0.004, 0.002, 0.0])[:, None, None] * rng.uniform(0, 1)
        return image + haze, cloud, cloud_shade

    def _shade(self, raised: list[tuple[Polygon, float]], per_metre: FloatArray) -> FloatArray:
        shapes: list[BaseGeometry] = [swept(s, per_metre * height) for s, height in raised]
        return share(self.grid, shapes)

    def _relight(self, image: FloatArray, roofs: list[Polygon]) -> FloatArray:
        roof = share(self.grid, roofs)
        return np.asarray(image * (1 - roof) + self.ground * roof)

    def _ship(self, image: FloatArray, drawn: DrawnHull) -> FloatArray:
        hull, along = drawn.hull, drawn.along
        colour = _BLACK if hull.name.startswith("Kilo") else _NAVY if hull.navy else _DECK
        image = _mix(image, share(self.grid, drawn.outline), colour)
        if hull.name.startswith("Kilo"):
            return image
        # Deck house aft on a freighter, amidships on a warship; hatches forward of it.
        house_at, house_long = (-0.36, 0.13) if not hull.navy else (0.0, 0.28)
        house = box_along(
            drawn.middle + along * house_at * hull.length_m, along,
            house_long * hull.length_m, 0.8 * hull.beam_m,
        )  # fmt: skip
        if not hull.navy:
            for at in (-0.14, 0.06, 0.25):
                hatch = box_along(
                    drawn.middle + along * at * hull.length_m, along,
                    0.16 * hull.length_m, 0.62 * hull.beam_m,
                )  # fmt: skip
                image = _mix(image, share(self.grid, hatch), _HATCH)
        return _mix(image, share(self.grid, house) * (0.9 if not hull.navy else 0.4), _HOUSE)

    def _clouds(
        self, scene: OpticalPass, away: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Return (cloud, shadow), each 0-1; the clouds' base lies at 400 m."""
        rows, cols = self.grid.height, self.grid.width
        if scene.cloud <= 0:
            return np.zeros((rows, cols)), np.zeros((rows, cols))
        field = smooth_noise(self.grid, 420, rng) + 0.10 * smooth_noise(self.grid, 120, rng)
        if scene.clear_mole:
            mole = share(self.grid, self.scenery.harbour.shape("tartus.apron.mole1").buffer(130))
            field = field - 6 * ndimage.gaussian_filter(mole, 60 / self.grid.gsd_m)
        edge = float(np.quantile(field, 1 - min(scene.cloud, 1)))
        cloud = np.clip((field - edge) / 0.8 + 0.15, 0, 1) ** 0.8
        if scene.cloud >= 1:
            cloud = np.maximum(cloud, 0.92)
        _, elevation = sun(scene.at)
        far = 400 / np.tan(np.radians(elevation)) / self.grid.gsd_m
        shadow = ndimage.shift(cloud, (-away[1] * far, away[0] * far), order=1, mode="grid-wrap")
        if scene.clear_mole:
            shadow = shadow * (1 - np.clip(ndimage.gaussian_filter(mole, 6), 0, 1))
        return cloud, np.asarray(shadow * (1 - cloud))

    def classes(
        self, cloud: FloatArray, shadow: FloatArray, image: FloatArray
    ) -> npt.NDArray[np.uint8]:
        """Return Sentinel-2 scene classes: 3 shadow, 4 green, 5 bare, 6 water, 8-10 cloud."""
        green = (image[3] - image[2]) / np.maximum(image[3] + image[2], 1e-3) > 0.35
        scl = np.where(self.solid < 0.5, 6, np.where(green, 4, 5))
        # Bright roofs and concrete are often taken for cloud by the real classifier.
        scl[(self.solid > 0.5) & (image[0] > 0.27)] = 8
        scl[shadow > 0.4] = 3
        scl[cloud > 0.06] = 10
        scl[cloud > 0.25] = 8
        scl[cloud > 0.6] = 9
        return scl.astype(np.uint8)

    def sentinel_2(
        self, scene: OpticalPass, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
        """Return (DN, classes): five bands on this grid, shapes (band, row, col) and (row, col)."""
        image, cloud, shadow = self.reflectance(scene, rng)
        scl = self.classes(cloud, shadow, image)
        offset = rng.uniform(-0.25, 0.25, 2)  # pixels: scenes never lie exactly on one another
        image = np.stack([
            ndimage.shift(ndimage.gaussian_filter(band, 0.55), offset, order=1, mode="nearest")
            for band in image
        ])  # fmt: skip
        image += rng.normal(0, 0.0008, image.shape)
        steps = (image - BASELINE_OFFSET) / REFLECTANCE_STEP / _COARSE_DN
        dn = np.clip(np.rint(steps), 1, 4000) * _COARSE_DN
        return dn.astype(np.uint16), scl

    def view_3m(self, scene: OpticalPass, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
        """Return blue, green, red and nir as DN, shape (band, row, col)."""
        image, _, _ = self.reflectance(scene, rng)
        image = np.stack([ndimage.gaussian_filter(band, 0.5) for band in image[:4]])
        image += rng.normal(0, 0.0022, image.shape)
        return np.clip(np.rint(image / BYTE_STEP), 1, 255).astype(np.uint8)


def _full(colour: tuple[float, ...], grid: Grid) -> FloatArray:
    return np.broadcast_to(
        np.array(colour)[:, None, None], (len(colour), grid.height, grid.width)
    ).copy()


def _mix(image: FloatArray, cover: FloatArray, colour: tuple[float, ...]) -> FloatArray:
    return np.asarray(image * (1 - cover) + np.array(colour)[:, None, None] * cover)
