"""What every scene shows: outlines, sheds, cranes and houses, where they stay for ever, and what
comes and goes: hulls and equipment. All in EPSG:32636 metres; how it looks is for the sensors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from scipy import ndimage
from shapely import affinity
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from monitor.demo.harbour import Harbour
from monitor.demo.story import Hull, berthed_at, staging_at
from monitor.domain.chip import Grid
from monitor.domain.geo import FloatArray

_FINE = 4
"""Sub-pixels along each side of a pixel when outlines are turned into shares of a pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A building: outline, height, and a number from 0 to 1 that picks its colour."""

    outline: Polygon
    height_m: float
    tint: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnHull:
    """A ship lying still."""

    hull: Hull
    outline: Polygon
    middle: FloatArray
    along: FloatArray
    """Unit vector towards the bow."""


def share(grid: Grid, shapes: BaseGeometry | Iterable[BaseGeometry]) -> FloatArray:
    """Return the share of each pixel, 0-1, that `shapes` cover, shape (row, col)."""
    out = np.zeros((grid.height, grid.width))
    for shape in [shapes] if isinstance(shapes, BaseGeometry) else shapes:
        if shape.is_empty:
            continue
        west, south, east, north = shape.bounds
        col0, col1 = (int(np.floor((x - grid.west_m) / grid.gsd_m)) for x in (west, east))
        row0, row1 = (int(np.floor((grid.north_m - y) / grid.gsd_m)) for y in (north, south))
        col0, row0 = max(col0, 0), max(row0, 0)
        cols, rows = min(col1 + 1, grid.width) - col0, min(row1 + 1, grid.height) - row0
        if cols <= 0 or rows <= 0:
            continue
        step = grid.gsd_m / _FINE
        x = grid.west_m + col0 * grid.gsd_m + (np.arange(cols * _FINE) + 0.5) * step
        y = grid.north_m - row0 * grid.gsd_m - (np.arange(rows * _FINE) + 0.5) * step
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, *np.meshgrid(x, y))
        part = inside.reshape(rows, _FINE, cols, _FINE).mean(axis=(1, 3))
        window = out[row0 : row0 + rows, col0 : col0 + cols]
        np.maximum(window, window + part * (1 - window), out=window)
    return out


def smooth_noise(grid: Grid, scale_m: float, rng: np.random.Generator) -> FloatArray:
    """Return a random field of mean 0 and deviation 1 whose bumps are about `scale_m` across."""
    field = rng.standard_normal((grid.height, grid.width))
    field = ndimage.gaussian_filter(field, scale_m / grid.gsd_m / 2, mode="wrap")
    return np.asarray((field - field.mean()) / field.std())


@dataclass(frozen=True)
class Scenery:
    """The port as drawn on any date."""

    harbour: Harbour
    frame: Polygon
    """The window that scenes show."""
    seed: int

    @cached_property
    def land(self) -> BaseGeometry:
        """Land, moles and breakwaters within the window."""
        return shapely.intersection(self.harbour.near_land, self.frame.buffer(400))

    @cached_property
    def paved(self) -> BaseGeometry:
        """Working surfaces: aprons and whatever else of the land the port's boundary holds."""
        aprons = [
            self.harbour.shape(p.id)
            for p in self.harbour.areas.places.values()
            if p.id.startswith("tartus.apron.")
        ]
        port = self.harbour.shape("tartus.port_boundary")
        return shapely.intersection(self.land, shapely.union_all([*aprons, port]))

    @cached_property
    def rock(self) -> BaseGeometry:
        """The breakwaters."""
        main = self.harbour.shape("tartus.breakwater.main").buffer(14)
        return shapely.union_all([main, self.harbour.shape("tartus.breakwater.north")])

    @cached_property
    def piers(self) -> tuple[BaseGeometry, ...]:
        """Floating and pile piers."""
        return tuple(
            self.harbour.shape(f"tartus.pier.{name}")
            for name in ("floating_west", "floating_east", "pile")
        )

    @cached_property
    def shoreline(self) -> tuple[FloatArray, FloatArray]:
        """Points every 5 m along all edges of land and their outward unit normals, (n, 2) each."""
        points, normals = [], []
        # Floating pontoons lie too low to make a wall; the pile pier stands in the land outline.
        both = shapely.difference(
            shapely.union_all([self.land, self.rock]), shapely.union_all(self.piers[:2]).buffer(3)
        )
        for part in getattr(both, "geoms", [both]):
            ring = orient(part, -1.0).exterior  # clockwise: water at left
            xy = np.asarray(ring.segmentize(5.0).coords)
            step = np.diff(xy, axis=0)
            length = np.hypot(step[:, 0], step[:, 1])
            good = length > 0.01
            points.append((xy[:-1] + step / 2)[good])
            normals.append((np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None])[good])
        return np.concatenate(points), np.concatenate(normals)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Sheds on the commercial moles and houses of the town, the same in every scene."""
        rng = np.random.default_rng([self.seed, 1])
        return (*self._sheds(rng), *self._houses(rng))

    def _sheds(self, rng: np.random.Generator) -> list[Block]:
        sheds = []
        for quay, inland_m in (("b1_s", 75), ("b2_n", 75), ("b2_s", 60), ("b3_n", 65)):
            line = self.harbour.line(f"tartus.quay.{quay}")
            for at in np.arange(90, line.length - 80, 125):
                start, end = line.interpolate(at), line.interpolate(at + 1)
                along = np.array([end.x - start.x, end.y - start.y])
                inland = np.array([along[1], -along[0]])  # water lies at the left of the line
                middle = np.array([start.x, start.y]) + inland * inland_m
                outline = box_along(middle, along, rng.uniform(70, 100), rng.uniform(22, 30))
                if self.land.contains(outline.buffer(12)):
                    sheds.append(Block(outline=outline, height_m=11, tint=rng.uniform(0, 1)))
        return sheds

    def _houses(self, rng: np.random.Generator) -> list[Block]:
        houses = []
        # Off the moles, their edges, the shore and the breakwaters; quarters differ in density.
        moles = [
            self.harbour.shape(f"tartus.apron.{name}").buffer(8)
            for name in ("mole1", "b1_s", "b2_n", "b2_s", "b3_n")
        ]
        town = shapely.difference(
            self.land.buffer(-45), shapely.union_all([*moles, self.rock.buffer(10)])
        )
        shapely.prepare(town)
        west, south, east, north = self.frame.bounds
        for x in np.arange(west, east, 46):
            for y in np.arange(south, north, 46):
                middle = np.array([x, y]) + rng.uniform(-16, 16, 2)
                size, height, tint, turn, keep = rng.uniform((12, 4, 0, 0, 0), (36, 20, 1, 1, 1))
                built_up = 0.5 + 0.35 * np.sin(middle[0] / 190) * np.cos(middle[1] / 240)
                street = 0.33 + 0.25 * (turn - 0.5)  # streets follow the moles, roughly
                along = np.array([np.cos(street), np.sin(street)])
                outline = box_along(middle, along, size, size * (0.5 + 0.4 * turn))
                if keep < built_up and town.contains(outline):
                    houses.append(Block(outline=outline, height_m=height, tint=tint))
        return houses

    @cached_property
    def cranes(self) -> FloatArray:
        """Feet of quay cranes on the commercial quays, shape (n, 2)."""
        feet = []
        for quay, every in (("b2_n", 110), ("b2_s", 130), ("b3_n", 120), ("phos_s", 140)):
            line = self.harbour.line(f"tartus.quay.{quay}")
            for at in np.arange(60, line.length - 30, every):
                start, end = line.interpolate(at), line.interpolate(at + 1)
                feet.append((start.x + (end.y - start.y) * 9, start.y - (end.x - start.x) * 9))
        return np.array(feet)

    def hulls(self, at: datetime) -> tuple[DrawnHull, ...]:
        """Return the ships lying in port at `at`."""
        drawn = []
        for stay in berthed_at(at):
            ship = stay.hull
            outline = self.harbour.hull_at(stay.berth_id, ship.length_m, ship.beam_m)
            _, along, _, _ = self.harbour.berth_axes(stay.berth_id)
            middle = np.asarray(shapely.minimum_rotated_rectangle(outline).centroid.coords[0])
            drawn.append(DrawnHull(hull=ship, outline=outline, middle=middle, along=along))
        return tuple(drawn)

    @cached_property
    def _rows(self) -> tuple[list[Polygon], list[Polygon], list[Polygon]]:
        """Places for vehicles on the mole's end, along the quay's edge, and for containers."""
        line = self.harbour.line("tartus.quay.naval_s_w")
        start, end = (np.array(p) for p in (line.coords[0], line.coords[-1]))
        along = (end - start) / np.hypot(*(end - start))
        inland = np.array([along[1], -along[0]])
        apron = self.harbour.shape("tartus.apron.mole1_end").buffer(-14)
        parked = []
        for depth in np.arange(78, 190, 17):
            for at in np.arange(-60, 330, 5.5):
                # Lanes every six vehicles, as a marshalled park has them.
                spot = box_along(start + along * at + inland * depth, inland, 10, 3)
                if round(at / 5.5) % 9 < 7 and apron.contains(spot):
                    parked.append(spot)
        edge = [
            box_along(start + along * at + inland * 11, along, 10, 3)
            for at in np.arange(40, 420, 13)
        ]
        stacked = [
            box_along(
                start + along * (250 + 14 * col) + inland * (34 + 3.2 * row), along, 12.2, 2.6
            )
            for col in range(11)
            for row in range(9)
            if row % 5 != 4
        ]
        return parked, edge, stacked

    def equipment(self, at: datetime) -> tuple[list[Polygon], list[Polygon]]:
        """Return (vehicles, containers) standing on Mole 1 at `at`."""
        parked, edge, stacked = self._rows
        staging = staging_at(at)
        vehicles = parked[: staging.vehicles_end] + edge[: staging.vehicles_pier]
        return vehicles, stacked[: staging.containers]


def box_along(middle: FloatArray, along: FloatArray, length_m: float, width_m: float) -> Polygon:
    """Return a rectangle round `middle`, its length along the unit vector `along`."""
    across = np.array([-along[1], along[0]])
    half = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return Polygon(
        [middle + along * (a * length_m / 2) + across * (b * width_m / 2) for a, b in half]
    )


def swept(outline: Polygon, shift: FloatArray) -> BaseGeometry:
    """Return what an outline covers while it moves by `shift`: its shadow or layover."""
    moved = affinity.translate(outline, *shift)
    return shapely.convex_hull(shapely.union_all([outline, moved]))


def side_facing(outline: Polygon, bearing_deg: float) -> list[tuple[LineString, float]]:
    """Return an outline's edges and how squarely each faces a bearing, 0-1."""
    to = np.array([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))])
    ring = np.asarray(orient(outline, -1.0).exterior.coords)
    edges = []
    for a, b in pairwise(ring):
        step = b - a
        outward = np.array([-step[1], step[0]]) / max(float(np.hypot(*step)), 1e-6)
        edges.append((LineString([a, b]), float(np.clip(outward @ to, 0, 1))))
    return edges
