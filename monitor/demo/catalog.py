"""Writes the scenes' STAC catalog: static JSON, the same bytes for the same scenes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely.geometry import box, mapping

from monitor.demo.harbour import EPSG
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.window import utc_text

_EXTENSION = "https://stac-extensions.github.io/"
EXTENSIONS = tuple(
    _EXTENSION + name
    for name in (
        "eo/v1.1.0/schema.json", "projection/v1.1.0/schema.json", "raster/v1.1.0/schema.json",
        "sat/v1.0.0/schema.json", "view/v1.0.0/schema.json",
    )
)  # fmt: skip
SAR_EXTENSION = _EXTENSION + "sar/v1.0.0/schema.json"
NOT_AN_IMAGE = (
    "Rendered by this project from outlines, published facts and random numbers. "
    "It is not a satellite image and proves nothing."
)
LICENCE = "ODbL-1.0"
"""The pixels derive from OpenStreetMap outlines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One GeoTIFF of a scene, holding one band."""

    key: str
    """Name of the band and stem of the file."""
    grid: Grid
    layer: Mapping[str, Any]
    """How to read its numbers: the `raster:bands` entry."""

    def to_dict(self) -> dict[str, Any]:
        """Return the STAC asset."""
        common = {"common_name": self.key} if self.key not in ("vv", "vh", "scl") else {}
        return {
            "href": f"./{self.key}.tif",
            "type": "image/tiff; application=geotiff",
            "roles": ["data"],
            "gsd": self.grid.gsd_m,
            "proj:shape": [self.grid.height, self.grid.width],
            "proj:transform": list(self.grid.affine),
            "eo:bands": [{"name": self.key, **common}],
            "raster:bands": [dict(self.layer)],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One scene of the catalog."""

    id: str
    at: datetime
    created_at: datetime
    title: str
    events: tuple[str, ...]
    properties: Mapping[str, Any]
    assets: tuple[Asset, ...]
    radar: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the STAC item."""
        grid = self.assets[0].grid
        west, south, east, north = _footprint(grid)
        outline = mapping(box(west, south, east, north))
        return {
            "type": "Feature",
            "stac_version": "1.0.0",
            "stac_extensions": [*EXTENSIONS, *([SAR_EXTENSION] if self.radar else [])],
            "id": self.id,
            "bbox": [west, south, east, north],
            "geometry": {
                "type": "Polygon",
                "coordinates": [[list(point) for point in outline["coordinates"][0]]],
            },
            "properties": {
                "datetime": utc_text(self.at),
                "created": utc_text(self.created_at),
                "title": self.title,
                "description": NOT_AN_IMAGE,
                "license": LICENCE,
                "monitor:rendered": True,
                "monitor:events": list(self.events),
                "proj:epsg": EPSG,
                **self.properties,
            },
            "assets": {asset.key: asset.to_dict() for asset in self.assets},
            "links": [
                {"rel": "root", "href": "../catalog.json", "type": "application/json"},
                {"rel": "parent", "href": "../catalog.json", "type": "application/json"},
            ],
        }


def _footprint(grid: Grid) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of a grid in degrees, rounded to about 0.1 m."""
    frame = MetricFrame(grid.epsg)
    east_m = grid.west_m + grid.width * grid.gsd_m
    south_m = grid.north_m - grid.height * grid.gsd_m
    xs = [grid.west_m, east_m, east_m, grid.west_m]
    ys = [south_m, south_m, grid.north_m, grid.north_m]
    lon, lat = frame.lonlat(xs, ys)
    west, east = round(float(lon.min()), 6), round(float(lon.max()), 6)
    south, north = round(float(lat.min()), 6), round(float(lat.max()), 6)
    return west, south, east, north


def write_catalog(folder: Path, items: Sequence[Item]) -> None:
    """Write `catalog.json` and an `item.json` in each scene's folder under `folder`."""
    links = [
        {"rel": "item", "href": f"./{item.id}/item.json", "type": "application/geo+json"}
        for item in items
    ]
    root = {"rel": "root", "href": "./catalog.json", "type": "application/json"}
    _write(
        folder / "catalog.json",
        {
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "tartus-2025-rendered",
            "title": "Tartus, December 2024 to February 2025: rendered scenes",
            "description": f"{NOT_AN_IMAGE} Outlines © OpenStreetMap contributors, ODbL 1.0.",
            "links": [root, *links],
        },
    )
    for item in items:
        _write(folder / item.id / "item.json", item.to_dict())


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
