"""The port's own words for where: quays, berths, basins, aprons, anchorages, waiting areas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from monitor.domain.geo import MetricFrame

_BRACKETS = re.compile(r"\s*\([^()]*\)")


class PlaceKind(StrEnum):
    """What a feature of an AOI file is."""

    HARBOUR_WATER = "harbour_water"
    PORT_BOUNDARY = "port_boundary"
    BASIN = "basin"
    QUAY = "quay"
    BERTH = "berth"
    PIER = "pier"
    APRON = "apron"
    BREAKWATER = "breakwater"
    GATE = "gate"
    ANCHORAGE = "anchorage"
    ANCHORAGE_POINT = "anchorage_point"
    WAITING_AREA = "waiting_area"
    APPROACH = "approach"
    RUNWAY = "runway"
    AIRBASE = "airbase"
    COASTLINE = "coastline"
    LAND = "land"
    REFERENCE = "reference"
    REFERENCE_POINT = "reference_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One named feature of an AOI file."""

    id: str
    """Unique in its file, as in `tartus.berth.b1_n.1`; up to the first dot it names the port."""
    kind: PlaceKind
    name: str
    geometry: BaseGeometry
    """OGC:CRS84, (lon, lat) degrees."""
    source: str = ""
    confidence: str = ""
    licence: str = ""
    quay_id: str | None = None
    """For a berth: the quay or pier it lies along; None where its own long axis serves."""
    water_side: str | None = None
    """For a quay: `left` or `right` of its line, seen along the line, where the water is."""
    mooring: str = "alongside"
    """For a berth: `alongside` or `stern-to`."""

    @property
    def short_name(self) -> str:
        """The name without its remarks in brackets: they explain the drawing, not the place."""
        return _BRACKETS.sub("", self.name).strip() or self.name

    @property
    def port(self) -> str:
        """The port this place belongs to: its id up to the first dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Gazetteer:
    """All places of one AOI file, checked: ids unique, references resolved, rings valid."""

    name: str
    """File stem, as in `tartus`."""
    places: Mapping[str, Place]

    def of_kind(self, *kinds: PlaceKind, port: str | None = None) -> tuple[Place, ...]:
        """Return places of the kinds asked for (of one port if named), ordered by id."""
        return tuple(
            p
            for _, p in sorted(self.places.items())
            if p.kind in kinds and (port is None or p.port == port)
        )

    @cached_property
    def berths(self) -> tuple[Place, ...]:
        """Return every berth, ordered by id."""
        return self.of_kind(PlaceKind.BERTH)

    @cached_property
    def ports(self) -> tuple[str, ...]:
        """Return the ports that have water of their own to enter, ordered by name."""
        return tuple(sorted({p.port for p in self.of_kind(*_PORT_KINDS)}))

    def port_place(self, port: str) -> Place:
        """Return the place that stands for the port itself in findings: its harbour water,
        else its boundary, else its first basin or berth."""
        return next(p for kind in _PORT_KINDS for p in self.of_kind(kind, port=port))

    def port_area(self, port: str) -> BaseGeometry:
        """Return all polygons in which a ship counts as in `port`, as one geometry, lon/lat."""
        shapes = [p.geometry for p in self.of_kind(*_PORT_KINDS, port=port)]
        return shapely.union_all([g for g in shapes if isinstance(g, Polygon | MultiPolygon)])

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of everything but reference points and lines, degrees."""
        shapes = [
            p.geometry
            for p in self.places.values()
            if p.kind not in (PlaceKind.REFERENCE, PlaceKind.REFERENCE_POINT, PlaceKind.COASTLINE)
        ]
        west, south, east, north = shapely.total_bounds(
            shapes or [p.geometry for p in self.places.values()]
        )
        return float(west), float(south), float(east), float(north)

    @cached_property
    def frame(self) -> MetricFrame:
        """The UTM zone of the berths, or failing them of everything."""
        shapes = [p.geometry for p in self.berths] or [p.geometry for p in self.places.values()]
        west, south, east, north = shapely.total_bounds(shapes)
        return MetricFrame.around((west + east) / 2, (south + north) / 2)

    def quay_line(self, berth: Place) -> LineString | None:
        """Return the line of the berth's quay (lon/lat), or None where the berth stands alone."""
        quay = self.places.get(berth.quay_id) if berth.quay_id else None
        return quay.geometry if quay and isinstance(quay.geometry, LineString) else None


_PORT_KINDS = (
    PlaceKind.HARBOUR_WATER,
    PlaceKind.PORT_BOUNDARY,
    PlaceKind.BASIN,
    PlaceKind.BERTH,
)
