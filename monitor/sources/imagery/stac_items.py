"""A STAC item to a `Scene`, whoever wrote it: folders on disk, Earth Search, Planetary Computer,
Copernicus Data Space, and both vocabularies of STAC (1.0 with extensions, 1.1).

Items come from outside: what cannot be used raises `BadScene`, and costs only itself. Where the
files lie is asked of the catalog, which knows what it may touch; nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry import box, shape

from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.window import parse_utc
from monitor.errors import BadScene
from monitor.sources.imagery.acquisition import (
    baseline_of,
    datatake_of,
    orbit_in_name,
    revision_of,
    updated_mark,
)

Json = Mapping[str, Any]
LocatesAsset = Callable[[Json], str]
"""Returns where an asset lies, as `BandRef.href` has it.

Raises:
    LostAsset: This asset cannot be had; the scene is judged on what is left.
    BadScene: The whole item is not to be trusted.
"""
LosesPart = Callable[[BadScene, str], None]
"""Is told what a scene had to be kept without, and of which item."""

MAX_ASSETS = 500
_MAX_ID = 200
_MAX_ORBIT = 1000
_MAX_CORNERS = 10_000
BAND_NAMES = {
    "vv": "vv",
    "vh": "vh",
    "blue": "blue",
    "b02": "blue",
    "b2": "blue",
    "green": "green",
    "b03": "green",
    "b3": "green",
    "red": "red",
    "b04": "red",
    "b4": "red",
    "nir": "nir",
    "b08": "nir",
    "b8": "nir",
    "swir16": "swir16",
    "b11": "swir16",
    "scl": "scl",
}
_LANDSAT_NAMES = {"nir08": "nir"}
"""Landsat's only near infrared is as narrow as band 8A, and is called so."""
_NO_DATA_ROLES = {"thumbnail", "overview", "metadata"}
_PICTURES = ("visual", "tci", "true_color")
"""Assets stretched for the eye. Their numbers are no reflectance."""
_S2_OFFSET_SINCE = (4, 0)
"""From this baseline on (25 January 2022) reflectance = (DN - 1000) / 10000.

Source: Sentinel-2 Products Specification Document 14.9, BOA_ADD_OFFSET.
"""
_TABLE_KEYS = "(?:schema-)?{table}[-_](?:iw[-_])?{band}"
UNPARSABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What reading JSON of the wrong shape raises."""


class LostAsset(BadScene):
    """One file of a scene cannot be had; the others may be."""


def scene_of(
    item: Json, *, source: str, locate: LocatesAsset, lose: LosesPart, marks_updates: bool = False
) -> Scene:
    """Return the scene an item describes.

    Args:
        item: A STAC item of any version since 1.0.
        source: Name of the catalog.
        locate: Says where an asset lies.
        lose: Told of each band the scene is kept without, though the item names it.
        marks_updates: Let an item that was changed after it was published have an id of its own.

    Raises:
        BadScene: The item cannot be used; whatever was wrong with it.
    """
    try:
        return _scene(item, source, locate, lose, marks_updates=marks_updates)
    except UNPARSABLE as exc:
        raise BadScene("bad_item", f"{type(exc).__name__} in its JSON") from exc


def plain(value: object) -> str:
    """Return short printable text as it is, anything else as nothing."""
    fits = isinstance(value, str) and len(value) <= _MAX_ID and value.isprintable()
    return str(value) if fits else ""


def footprint_wkt(geometry: Any, bbox: Any = None) -> str:  # noqa: ANN401 - a stranger's JSON
    """Return an outline as WKT, from GeoJSON or failing that a box.

    Raises:
        BadScene: `bad_item`: it is not on the Earth, or has more corners than an outline needs.
        ValueError, TypeError, …: It is no GeoJSON; see `UNPARSABLE`.
    """
    outline = shape(geometry) if geometry else box(*_corners(bbox))
    corners = shapely.get_coordinates(outline)
    on_earth = (abs(corners) <= (180, 90)).all()  # NaN is not
    if not (0 < len(corners) <= _MAX_CORNERS and on_earth):
        raise BadScene("bad_item", "footprint is not on the Earth")
    return str(shapely.to_wkt(outline))


def _scene(
    item: Json, source: str, locate: LocatesAsset, lose: LosesPart, *, marks_updates: bool
) -> Scene:
    properties = item["properties"]
    acquired = parse_utc(properties.get("datetime") or properties["start_datetime"])
    available = properties.get("created") or properties.get("published")
    platform = _spelled(properties.get("platform"))
    constellation = _spelled(properties.get("constellation"))
    sensor = constellation or re.sub(r"(?<=-\d)[a-z]$", "", platform) or "unknown"
    bands = _bands(item, sensor, locate, lose)
    orbit = properties.get("sat:relative_orbit", orbit_in_name(item))
    licence = plain(properties.get("license"))
    scene_id = _identifier(item["id"])
    mark = updated_mark(item) if marks_updates else ""
    return Scene(
        id=scene_id + mark,
        acquired_at=acquired,
        # An item cannot be had before it was taken, whatever it says.
        available_at=max(parse_utc(available), acquired) if available else acquired,
        platform=platform,
        sensor=sensor,
        modality=_modality(properties, bands),
        orbit=orbit if type(orbit) is int and 0 < orbit < _MAX_ORBIT else None,
        footprint_wkt=footprint_wkt(item.get("geometry"), item.get("bbox")),
        bands=bands,
        rendered=properties.get("monitor:rendered") is True,
        source=f"{source} ({licence})" if licence else source,
        # An item changed under its id is at least of the same look as itself.
        datatake=datatake_of(item) or (scene_id if marks_updates else ""),
        revision=revision_of(item),
    )


def _spelled(value: object) -> str:
    """Return `sentinel-2` for `Sentinel 2`: catalogs differ in how they write one platform."""
    return plain(value).lower().replace(" ", "-")


def _identifier(value: object) -> str:
    text = plain(value)
    if not text:
        raise BadScene("bad_item", "id is not a short printable text")
    return text


def _modality(properties: Json, bands: tuple[BandRef, ...]) -> Modality:
    instruments = {str(name).lower() for name in properties.get("instruments") or ()}
    radar = (
        any(key.startswith("sar:") for key in properties)
        or bool(instruments & {"c-sar", "sar"})
        or any(band.name in ("vv", "vh") for band in bands)
    )
    return Modality.RADAR if radar else Modality.OPTICAL


def _corners(bbox: Any) -> tuple[float, float, float, float]:  # noqa: ANN401 - a stranger's JSON
    half = len(bbox) // 2  # a 3-D box carries heights between
    return bbox[0], bbox[1], bbox[half], bbox[half + 1]


def _bands(item: Json, sensor: str, locate: LocatesAsset, lose: LosesPart) -> tuple[BandRef, ...]:
    """Return one reference per known band; single-band files win over composites."""
    assets = item["assets"]
    if len(assets) > MAX_ASSETS:
        raise BadScene("bad_item", f"{len(assets)} assets")
    choices: dict[str, list[tuple[tuple[bool, bool, float, str], BandRef]]] = {}
    lost: dict[str, BadScene] = {}
    for key, asset in sorted(assets.items()):
        refs = list(_band_refs(key, asset, item, sensor))
        if not refs:
            continue
        try:
            href = locate(asset)
            refs = [_calibrated(ref, item, asset, locate) for ref in refs]
        except LostAsset as exc:
            lost.update((ref.name, exc) for ref in refs if ref.name not in lost)
            continue
        rank = (_is_picture(key, asset), len(refs) > 1, float(asset.get("gsd") or 0), key)
        for ref in refs:
            choices.setdefault(ref.name, []).append((rank, replace(ref, href=href)))
    chosen = {name: min(found, key=lambda choice: choice[0]) for name, found in choices.items()}
    if any(not rank[0] for rank, _ in chosen.values()):
        # Numbers for the eye beside numbers of the sensor would be read as one measurement.
        chosen = {name: choice for name, choice in chosen.items() if not choice[0][0]}
    if not chosen:
        raise next(iter(lost.values()), BadScene("no_known_band"))
    # The scene is judged on what is left of it; that something is missing is counted.
    missed = {why.reason: why for name, why in sorted(lost.items()) if name not in chosen}
    for why in missed.values():
        lose(why, str(item.get("id")))
    return tuple(ref for _, (_, ref) in sorted(chosen.items()))


def _is_picture(key: str, asset: Json) -> bool:
    return "visual" in (asset.get("roles") or ()) or key.lower().startswith(_PICTURES)


def _calibrated(ref: BandRef, item: Json, asset: Json, locate: LocatesAsset) -> BandRef:
    """Add where a GRD band's tables lie; a band of counts without them is of no use."""
    if ref.name not in ("vv", "vh"):
        return ref
    hrefs = {"calibration": "", "noise": ""}
    for table in hrefs:
        wanted = re.compile(_TABLE_KEYS.format(table=table, band=ref.name), re.IGNORECASE)
        keys = sorted(key for key in item["assets"] if wanted.fullmatch(key))
        hrefs[table] = locate(item["assets"][keys[0]]) if keys else ""
    is_grd = item["properties"].get("sar:product_type") == "GRD"
    if is_grd and _holds_whole_numbers(asset) and not (hrefs["calibration"] or ref.unit):
        raise LostAsset("no_calibration", f"{ref.name} holds counts and no table is given")
    return replace(ref, calibration_href=hrefs["calibration"], noise_href=hrefs["noise"])


def _holds_whole_numbers(asset: Json) -> bool:
    layers = asset.get("raster:bands") or asset.get("bands") or []
    kinds = [layer.get("data_type") for layer in layers] + [asset.get("data_type")]
    return any(str(kind).startswith(("uint", "int")) for kind in kinds)


def _band_refs(key: str, asset: Json, item: Json, sensor: str) -> Iterator[BandRef]:
    """Yield every band of an asset that we know, without its address."""
    if not _is_raster(asset):
        return
    named = asset.get("eo:bands") or asset.get("bands") or [{}]
    layers = asset.get("raster:bands") or []
    for index, band in enumerate(named):
        layer = {**asset, **band, **(layers[index] if index < len(layers) else {})}
        candidates = [band.get("common_name"), band.get("eo:common_name"), band.get("name")]
        if len(named) == 1:
            candidates.append(key)
        name = _band_name(candidates, sensor)
        if name is None:
            continue
        bare = sensor == "sentinel-2" and name != "scl" and not _is_picture(key, asset)
        scale, offset, nodata = _numbers(layer, item, bare=bare)
        if not (scale - scale == 0 and offset - offset == 0 and scale > 0):
            raise BadScene("bad_item", f"{key}: scale {scale}, offset {offset}")
        unit = "dB" if str(layer.get("unit", "")).lower() == "db" else ""
        yield BandRef(
            name=name,
            href="",
            index=index + 1,
            scale=scale,
            offset=offset,
            nodata=nodata,
            unit=unit,
        )


def _band_name(candidates: list[object], sensor: str) -> str | None:
    known = BAND_NAMES | _LANDSAT_NAMES if sensor.startswith("landsat") else BAND_NAMES
    names = (known.get(str(c).lower().partition("_")[0]) for c in candidates)
    return next((n for n in names if n), None)


def _numbers(layer: Json, item: Json, *, bare: bool) -> tuple[float, float, float | None]:
    """Return (scale, offset, nodata) of a layer, as published or as its processing has it.

    Args:
        layer: What the item says of one band.
        item: The item it belongs to.
        bare: True for a Sentinel-2 band whose numbers are counts unless something else is said.
    """
    properties = item["properties"]
    nodata = layer.get("nodata")
    nodata = None if nodata is None else float(nodata)
    given = any(k in layer for k in ("raster:scale", "scale", "raster:offset", "offset"))
    if bare and not given and (made := baseline_of(item)):
        # Planetary Computer publishes the counts as ESA made them and says nothing of scale.
        offset = -0.1 if made >= _S2_OFFSET_SINCE else 0.0
        return 1e-4, offset, 0.0 if nodata is None else nodata
    offset = float(layer.get("raster:offset", layer.get("offset", 0.0)))
    if properties.get("earthsearch:boa_offset_applied") is True:
        offset = 0.0  # already in the pixels; the item repeats it all the same
    return float(layer.get("raster:scale", layer.get("scale", 1.0))), offset, nodata


def _is_raster(asset: Json) -> bool:
    if _NO_DATA_ROLES & set(asset.get("roles") or ()):
        return False
    media = str(asset.get("type") or "").lower()
    if media:
        return "tiff" in media or "jp2" in media
    return str(asset.get("href", "")).lower().endswith((".tif", ".tiff", ".jp2"))
