"""Area files in, checked places out. The one schema is written down in `docs/areas.md`.

A file is taken whole or refused whole: an alert about a berth drawn with latitude and longitude
exchanged is worse than no start. Every fault is found in one pass, each with the feature's id.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.errors import ConfigError
from monitor.sources.axis_order import axis_faults
from monitor.sources.files import Refused, plain, shown
from monitor.sources.geojson import read_collection, read_geometry

MAX_ID_LENGTH = 120
WHOLE_FILE = "(file)"
"""Stands for the feature id where the fault is the file's."""

_AREA = ("Polygon", "MultiPolygon")
_LINE = ("LineString", "MultiLineString")
SHAPES: Mapping[PlaceKind, tuple[str, ...]] = {
    **dict.fromkeys(PlaceKind, _AREA),
    PlaceKind.BERTH: ("Polygon",),
    PlaceKind.QUAY: ("LineString",),
    PlaceKind.GATE: ("LineString",),
    PlaceKind.COASTLINE: _LINE,
    PlaceKind.PIER: _AREA + _LINE,
    PlaceKind.BREAKWATER: _AREA + _LINE,
    PlaceKind.RUNWAY: _AREA + _LINE,
    PlaceKind.ANCHORAGE_POINT: ("Point",),
    PlaceKind.REFERENCE_POINT: ("Point",),
    PlaceKind.REFERENCE: ("Point", *_AREA, *_LINE),
}
"""Geometry types a kind may have."""
_REQUIRED = ("id", "kind", "name", "source", "confidence", "licence")
_WATER_SIDES = ("left", "right")
_MOORINGS = ("alongside", "stern-to")


@dataclass(frozen=True, slots=True, kw_only=True)
class AoiFault:
    """One reason why an area file is refused."""

    feature_id: str
    """The feature's id, `feature 3` (counted from 1) where it has none to show, or `(file)`."""
    reason: str

    def __str__(self) -> str:
        return f"{self.feature_id}: {self.reason}"


def load_gazetteer(path: Path) -> Gazetteer:
    """Read one area file.

    Args:
        path: GeoJSON FeatureCollection, OGC:CRS84 (lon, lat degrees); heights are dropped.

    Returns:
        Its places, named for the file's stem.

    Raises:
        ConfigError: The file cannot be read or has faults; names the file and the first three.
    """
    places, faults = _examined(path)
    if faults:
        first = "; ".join(str(f) for f in faults[:3])
        more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise ConfigError(f"{path}: {first}{more}")
    return Gazetteer(path.stem, places)


def check_aoi(path: Path) -> list[AoiFault]:
    """Return every fault of an area file, an empty list if it loads.

    First what is wrong with features by themselves, then with features among each other; each in
    file order.
    """
    return _examined(path)[1]


def _examined(path: Path) -> tuple[dict[str, Place], list[AoiFault]]:
    try:
        collection = read_collection(path)
    except Refused as refused:
        return {}, [AoiFault(feature_id=WHOLE_FILE, reason=str(refused))]
    features = collection["features"]
    read = _land_mask(path.stem, features) if _is_land_mask(features) else _places(features)
    places, faults = read
    centres = np.array([shapely.box(*p.geometry.bounds).centroid.coords[0] for p in places])
    swapped = axis_faults(centres, [p.port for p in places], collection.get("bbox"))
    # First, because swapped axes bring other faults with them.
    faults = [
        *(AoiFault(feature_id=places[i].id, reason=why) for i, why in swapped.items()),
        *faults,
    ]
    return {place.id: place for place in places}, faults


def _places(features: Sequence[object]) -> tuple[list[Place], list[AoiFault]]:
    places: list[Place] = []
    faults: list[AoiFault] = []
    for number, feature in enumerate(features, start=1):
        place, reasons = _place(feature)
        label = _label(feature, number)
        faults += [AoiFault(feature_id=label, reason=reason) for reason in reasons]
        if place is not None:
            places.append(place)
    declared = Counter(i for f in features if isinstance(i := _properties(f).get("id"), str))
    faults += [
        AoiFault(feature_id=i, reason=f"the id stands {n} times; ids are unique in a file")
        for i, n in declared.items()
        if n > 1 and _id_is_plain(i)
    ]
    return places, faults + _quay_faults(places, declared)


def _is_land_mask(features: Sequence[object]) -> bool:
    """Return whether no feature says what it is but all say whence: a bare land mask.

    A polygon drawn by hand and left without properties is not one; it gets its faults.
    """
    rows = [_properties(f) for f in features]
    return all("id" not in r and "kind" not in r for r in rows) and all(
        isinstance(r.get(key), str) and r[key] for r in rows for key in ("source", "licence")
    )


def _land_mask(stem: str, features: Sequence[Any]) -> tuple[list[Place], list[AoiFault]]:
    shapes, faults = [], []
    for number, feature in enumerate(features, start=1):
        try:
            shapes.append(read_geometry(feature.get("geometry"), SHAPES[PlaceKind.LAND]))
        except Refused as refused:
            faults.append(AoiFault(feature_id=f"feature {number}", reason=str(refused)))
    rows = [_properties(f) for f in features]
    place = Place(
        id=stem,
        kind=PlaceKind.LAND,
        name=stem,
        geometry=shapely.union_all(shapes),
        source="; ".join(sorted({plain(r["source"]) for r in rows})),
        licence="; ".join(sorted({plain(r["licence"]) for r in rows})),
    )
    return [] if faults else [place], faults


# --- one feature ------------------------------------------------------------------------------


def _place(feature: object) -> tuple[Place | None, list[str]]:
    """Return the place a feature describes, or None and every reason why it does not."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, ["is not a GeoJSON Feature"]
    fields = _properties(feature)
    missing = [key for key in _REQUIRED if fields.get(key) in (None, "")]
    reasons = [f"has no {', '.join(missing)}"] if missing else []
    reasons += _text_faults(fields)
    try:
        kind = PlaceKind.REFERENCE if "kind" in missing else _kind(fields["kind"])
    except Refused as refused:
        kind = PlaceKind.REFERENCE  # may have any shape: the geometry is judged all the same
        reasons.append(str(refused))
    try:
        geometry = read_geometry(feature.get("geometry"), SHAPES[kind])
    except Refused as refused:
        reasons.append(str(refused))
    if reasons:
        return None, reasons
    return (
        Place(
            id=fields["id"],
            kind=kind,
            geometry=geometry,
            **{key: plain(fields[key]) for key in ("name", "source", "confidence", "licence")},
            quay_id=fields.get("quay") or None,
            water_side=fields.get("water_side") or None,
            mooring=fields.get("mooring") or "alongside",
        ),
        [],
    )


def _properties(feature: object) -> dict[str, Any]:
    """Return a feature's properties; its id may stand there or beside them."""
    if not isinstance(feature, dict):
        return {}
    properties = feature.get("properties")
    fields = dict(properties) if isinstance(properties, dict) else {}
    if fields.get("id") in (None, "") and feature.get("id") not in (None, ""):
        fields["id"] = feature["id"]
    return fields


def _text_faults(fields: Mapping[str, Any]) -> list[str]:
    reasons = []
    for key in (*_REQUIRED, "quay", "water_side", "mooring"):
        value = fields.get(key)
        if key != "kind" and value is not None and not isinstance(value, str):
            reasons.append(f"{key} is not text")
    if isinstance(fields.get("id"), str) and not _id_is_plain(fields["id"]):
        reasons.append(
            f"id {shown(fields['id'])} is blank, longer than {MAX_ID_LENGTH} characters or has "
            "control characters"
        )
    for key, allowed in (("water_side", _WATER_SIDES), ("mooring", _MOORINGS)):
        value = fields.get(key)
        if isinstance(value, str) and value and value not in allowed:
            reasons.append(f"{key} is {shown(value)}, not {' or '.join(allowed)}")
    return reasons


def _kind(value: object) -> PlaceKind:
    if not isinstance(value, str):
        raise Refused("kind is not text")
    try:
        return PlaceKind(value)
    except ValueError as exc:
        text = value.strip().lower().replace(" ", "_")[:40]
        near = difflib.get_close_matches(text, list(PlaceKind), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(PlaceKind)}"
        raise Refused(f"kind {shown(value)} is unknown{hint}") from exc


def _id_is_plain(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_ID_LENGTH and plain(text) == text


def _label(feature: object, number: int) -> str:
    name = _properties(feature).get("id")
    return name if isinstance(name, str) and _id_is_plain(name) else f"feature {number}"


# --- the features together --------------------------------------------------------------------


def _quay_faults(places: Sequence[Place], declared: Container[str]) -> list[AoiFault]:
    """Return berths whose quay is absent, is no quay, or has its water on the other side."""
    by_id = {place.id: place for place in places}
    faults = []
    for berth in places:
        if berth.kind is not PlaceKind.BERTH or berth.quay_id is None:
            continue
        quay = by_id.get(berth.quay_id)
        reason = ""
        if quay is None:
            # A quay refused for a fault of its own is there; its fault is listed already.
            if berth.quay_id not in declared:
                reason = f"lies at the quay {shown(berth.quay_id)}, which is not in the file"
        elif quay.kind not in (PlaceKind.QUAY, PlaceKind.PIER):
            reason = f"names {quay.id} as its quay, which is a {quay.kind}"
        elif quay.water_side and side_of(quay.geometry, berth.geometry) != quay.water_side:
            reason = f"lies on the land side of {quay.id}, whose water_side is {quay.water_side}"
        if reason:
            faults.append(AoiFault(feature_id=berth.id, reason=reason))
    return faults


def side_of(line: BaseGeometry, shape: BaseGeometry) -> str:
    """Return `left` or `right`: on which side of `line`, seen along it, most of `shape` lies.

    Both in (lon, lat) with north up, so left is left on the map. The side is that of the
    shape's centroid against the stretch of line nearest to it.
    """
    points = shapely.get_coordinates(line)
    # Degrees of longitude shrink with latitude; without this the nearest stretch may be wrong.
    points[:, 0] *= (shrink := math.cos(math.radians(points[:, 1].mean())))
    centre = np.array([shape.centroid.x * shrink, shape.centroid.y])
    start, along = points[:-1], np.diff(points, axis=0)
    length2 = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip(((centre - start) * along).sum(axis=1) / length2, 0, 1)
    gap = centre - (start + share[:, None] * along)
    nearest = int(np.argmin((gap**2).sum(axis=1)))
    (dx, dy), (ax, ay) = along[nearest], centre - start[nearest]
    return "left" if dx * ay - dy * ax > 0 else "right"
