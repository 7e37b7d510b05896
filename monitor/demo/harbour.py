"""The port in metres, for drawing: outlines from the area files, and where a hull lies at a berth.

Knows nothing of ships' stories or of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from monitor.domain.geo import FloatArray, MetricFrame
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.sources.gazetteer import load_gazetteer

EPSG = 32636
"""WGS 84 / UTM zone 36N, in which Tartus lies."""
FENDER_M = 2.0
"""Gap between a hull and its quay."""


@dataclass(frozen=True)
class Harbour:
    """Outlines of one port in EPSG:32636 metres."""

    areas: Gazetteer
    land: BaseGeometry
    """Everything above water, breakwaters and moles included."""

    @classmethod
    def of(cls, aoi: Path) -> Harbour:
        """Load the area file `tartus.geojson`, its land mask included.

        Raises:
            ConfigError: It cannot be read.
        """
        areas = load_gazetteer(aoi)
        land = shapely.union_all([p.geometry for p in areas.of_kind(PlaceKind.LAND, port="tartus")])
        return cls(areas=areas, land=MetricFrame(EPSG).metric(land))

    @cached_property
    def frame(self) -> MetricFrame:
        """The plane everything is drawn in."""
        return MetricFrame(EPSG)

    def shape(self, place_id: str) -> BaseGeometry:
        """Return a place's outline in metres."""
        return self.frame.metric(self.areas.places[place_id].geometry)

    @cached_property
    def near_land(self) -> BaseGeometry:
        """Land within some kilometres of the harbour, small enough to ask often."""
        west, south, east, north = self.shape("tartus.harbour").bounds
        near = shapely.intersection(
            self.land, box(west - 2000, south - 2000, east + 2000, north + 2000)
        )
        shapely.prepare(near)
        return near

    def berth_axes(self, berth_id: str) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return (centre, unit vector along the quay, unit vector towards the quay, width in m)."""
        berth = self.areas.places[berth_id]
        outline = self.shape(berth_id)
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))[:4]
        sides = np.diff(corners, axis=0)
        lengths = np.hypot(sides[:, 0], sides[:, 1])
        long_side = int(np.argmax(lengths[:2]))
        along = sides[long_side] / lengths[long_side]
        along = along * np.sign(along[0] or along[1])  # a stable sense: eastwards
        across = np.array([-along[1], along[0]])
        centre = corners.mean(axis=0)
        quay = self.shape(berth.quay_id) if berth.quay_id else self.near_land
        ends = [shapely.Point(centre + side * across * 15) for side in (1, -1)]
        if quay.distance(ends[1]) < quay.distance(ends[0]):
            across = -across
        return centre, along, across, float(lengths[1 - long_side])

    def hull_at(self, berth_id: str, length_m: float, beam_m: float) -> Polygon:
        """Return the outline of a ship lying alongside, bow along the quay, in metres."""
        centre, along, across, width_m = self.berth_axes(berth_id)
        if self.areas.places[berth_id].kind is PlaceKind.PIER:  # outside it, on its western side
            west = across * -np.sign(across[0])
            middle = centre + west * (width_m / 2 + beam_m / 2 + FENDER_M)
        else:
            middle = centre + across * (width_m / 2 - beam_m / 2 - FENDER_M)
        return hull_outline(middle, along, length_m, beam_m)

    def line(self, place_id: str) -> LineString:
        """Return a quay's line, in metres."""
        return LineString(shapely.get_coordinates(self.shape(place_id)))


def hull_outline(middle: FloatArray, along: FloatArray, length_m: float, beam_m: float) -> Polygon:
    """Return a ship's deck outline: a box with a pointed bow, in metres."""
    across = np.array([-along[1], along[0]])
    # (share of the half length, share of the half beam)
    plan = ((-1, -0.9), (-1, 0.9), (0.62, 1), (0.86, 0.6), (1, 0), (0.86, -0.6), (0.62, -1))
    return Polygon(
        [middle + along * (a * length_m / 2) + across * (b * beam_m / 2) for a, b in plan]
    )
