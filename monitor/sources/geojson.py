"""GeoJSON (RFC 7946) from outside, read with suspicion: the file, then one geometry at a time.

Knows nothing of ports: what a feature means is `gazetteer`'s business.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from monitor.sources.files import Refused, read_text, shown

MAX_BYTES = 64 * 2**20
"""A port's file is well under 1 MB; more is a mistake or an attack."""
MAX_ACROSS_DEG = 5.0
"""No part of a port is larger; a feature that crosses the antimeridian looks 360 degrees wide."""

_LONLAT_CRS = re.compile(r"(OGC[:/](1\.3)?[:/]?CRS84|EPSG[:/]([\d.]*[:/])?4326)$", re.IGNORECASE)


def read_collection(path: Path) -> dict[str, Any]:
    """Return a FeatureCollection in lon/lat degrees with at least one feature, else untouched.

    Raises:
        Refused: The file cannot be read, is no FeatureCollection, is empty or is projected.
    """
    document = _json(path)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise Refused("is not a GeoJSON FeatureCollection")
    if not isinstance(document.get("features"), list):
        raise Refused("has no list of features")
    if not document["features"]:
        raise Refused("holds no feature")
    _require_lonlat(document.get("crs"))
    return document


def _json(path: Path) -> object:
    text = read_text(path, max_bytes=MAX_BYTES)
    try:
        return json.loads(text)
    except RecursionError as exc:
        raise Refused("is nested too deeply to be GeoJSON") from exc
    except json.JSONDecodeError as exc:
        raise Refused(f"is not JSON (line {exc.lineno}: {exc.msg})") from exc
    except ValueError as exc:  # a number of thousands of digits
        raise Refused("is not JSON (a number is too long)") from exc


def _require_lonlat(crs: object) -> None:
    """Refuse the `crs` member of the 2008 format where it names anything but lon/lat degrees."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _LONLAT_CRS.search(name.strip()):
        raise Refused(
            f"has the coordinate system {shown(name)}; save it as EPSG:4326 (lon, lat degrees)"
        )


def read_geometry(raw: object, allowed: Sequence[str]) -> BaseGeometry:
    """Return a valid geometry in (lon, lat) degrees, heights dropped.

    Args:
        raw: The `geometry` member of a feature.
        allowed: Geometry types that will do. Desktop tools write every layer as `Multi…`; a
            `Multi…` of one part is taken for the part.

    Raises:
        Refused: Another type, no or bad coordinates, a ring open or crossing itself, too large.
    """
    if not isinstance(raw, dict):
        raise Refused("has no geometry")
    shape, coordinates = raw.get("type"), raw.get("coordinates")
    single = shape.removeprefix("Multi") if isinstance(shape, str) else ""
    if not single or shape not in _BUILD or (shape not in allowed and single not in allowed):
        raise Refused(f"has the geometry type {shown(shape)}, not {' or '.join(allowed)}")
    if not coordinates:
        raise Refused("has an empty geometry")
    if shape not in allowed:
        shape, coordinates = single, _only(coordinates, single)
    geometry = _BUILD[shape](coordinates)
    west, south, east, north = geometry.bounds
    if (across := max(east - west, north - south)) > MAX_ACROSS_DEG:
        raise Refused(f"is {across:.1f} degrees across; at most {MAX_ACROSS_DEG:g} are taken")
    if not geometry.is_valid:
        raise Refused(_invalid(shapely.is_valid_reason(geometry)))
    return geometry


def _items(raw: object) -> list[object]:
    if not isinstance(raw, list) or not raw:
        raise Refused("has an empty or malformed list of coordinates")
    return raw


def _only(raw: object, single: str) -> object:
    parts = _items(raw)
    if len(parts) != 1:
        raise Refused(f"has {len(parts)} parts where one {single} is needed")
    return parts[0]


def _position(raw: object) -> tuple[float, float]:
    pair = _items(raw)[:2]
    numbers = [v for v in pair if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != 2:
        raise Refused("has a position that is not two numbers")
    try:
        lon, lat = float(numbers[0]), float(numbers[1])
    except OverflowError:
        lon = lat = math.inf
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise Refused("has a coordinate that is NaN or infinite")
    if abs(lon) > 180 or abs(lat) > 90:
        swapped = abs(lon) <= 90 and abs(lat) <= 180
        hint = "lon and lat are swapped" if swapped else "degrees of EPSG:4326 are needed"
        raise Refused(f"has a position off the globe (lon {lon:g}, lat {lat:g}); {hint}")
    return lon, lat


def _line(raw: object) -> LineString:
    points = [_position(p) for p in _items(raw)]
    if len(points) < 2:
        raise Refused("has a line of one position")
    return LineString(points)


def _polygon(raw: object) -> Polygon:
    rings = [[_position(p) for p in _items(ring)] for ring in _items(raw)]
    for ring in rings:
        if ring[0] != ring[-1]:
            raise Refused("has a ring that is not closed: its last position must equal its first")
        if len(ring) < 4:
            raise Refused("has a ring of fewer than four positions")
    return Polygon(rings[0], rings[1:])


_BUILD: Mapping[object, Callable[[object], BaseGeometry]] = {
    "Point": lambda raw: Point(_position(raw)),
    "LineString": _line,
    "MultiLineString": lambda raw: MultiLineString([_line(part) for part in _items(raw)]),
    "Polygon": _polygon,
    "MultiPolygon": lambda raw: MultiPolygon([_polygon(part) for part in _items(raw)]),
}


def _invalid(reason: str) -> str:
    """Return shapely's reason in our words, with the point it names."""
    found = re.search(r"\[(\S+) (\S+)\]", reason)
    where = f" at lon {float(found[1]):.6f}, lat {float(found[2]):.6f}" if found else ""
    if "Self-intersection" in reason:
        return f"has a ring that crosses itself{where}"
    return f"is not valid ({reason.partition('[')[0].strip()}{where})"
