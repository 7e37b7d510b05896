"""One scene to the ships in it, as GeoJSON.

Scenes of any size are looked at tile by tile, with so much overlap that a ship on a seam is the
same ship as without one. What was not seen is stated beside the ships.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from monitor.batch import Progress
from monitor.batch.vessel_scene import NamedScene, named_scene
from monitor.detect.imagery.optical_vessels import optical_sightings
from monitor.detect.imagery.port_pixels import port_grid, port_pixels
from monitor.detect.imagery.radar_blobs import field_of
from monitor.detect.imagery.radar_vessels import Hull, VesselCriteria, hulls_in, radar_vessels
from monitor.detect.imagery.sea_clutter import (
    BLOCK_PX,
    COARSE_PX,
    BoolArray,
    FloatArray,
    LandCriteria,
    amplitude_to_db,
    coarse_land,
    spread_out,
)
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import Modality, native_gsd_m
from monitor.domain.sighting import Sighting
from monitor.errors import BadScene, InputError
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.onnx_model import OnnxShipModel, ship_model
from monitor.sources.imagery.plain_image import plain_pixels
from monitor.sources.imagery.raster import RasterReader

TILE_PX = 1536
"""Side of a tile without its overlap; on blocks of the sea's level."""
OVERLAP_PX = 160
"""More than the sea's window (104 pixels) and a ship of 460 m at 10 m together need."""
_MAX_SIDE_PX = 60_000
MODEL_NOTE = (
    "at ports it was not trained on the model finds 2 ships of 5, and 4 of 9 it tells of are "
    "ships; each ship's reason says whether it came from the model"
)
CLASSICAL_NOTE = (
    "no model (install the extra `ml`): the classical path finds 1 ship of 6, none alongside"
)

Json = dict[str, Any]
Degrees = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselsPlan:
    """What to look at and how."""

    scene: Path
    scene_id: str | None = None
    aoi: Path | None = None
    gsd_m: float | None = None
    modality: Modality | None = None
    min_confidence: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Counts of pixels."""

    pixels: int = 0
    seen: int = 0
    water: int = 0
    """Seen and not land."""

    def and_also(self, other: _Seen) -> _Seen:
        return _Seen(
            pixels=self.pixels + other.pixels,
            seen=self.seen + other.seen,
            water=self.water + other.water,
        )

    def summary(self) -> Json:
        unseen = self.pixels - self.seen
        maybe_water = self.water + unseen
        return {
            "pixels": self.pixels,
            "seen_share": round(self.seen / max(self.pixels, 1), 4),
            "water_seen_share": round(self.water / maybe_water, 4) if maybe_water else None,
        }


def vessels_in(plan: VesselsPlan, progress: Progress) -> Json:
    """Return the ships of one scene as a GeoJSON FeatureCollection (RFC 7946).

    Raises:
        InputError: There is no such scene, or it cannot be looked at in this way.
        BadScene: Its raster cannot be read.
    """
    named = named_scene(plan.scene, scene_id=plan.scene_id, modality=plan.modality)
    model = ship_model() if named.scene.modality is Modality.OPTICAL else None
    if not named.is_placed:
        features, seen = _in_picture(named, plan, model)
    else:
        features, seen = _on_ground(named, plan, progress, model)
    kept = [f for f in features if f["properties"]["confidence"] >= plan.min_confidence]
    scene = named.scene
    collection: Json = {
        "type": "FeatureCollection",
        "features": sorted(kept, key=lambda f: (-f["properties"]["confidence"], f["id"])),
        "scene": {
            "id": scene.id,
            "acquired_at": _instant(named),
            "sensor": scene.sensor,
            "modality": scene.modality.value,
            "source": scene.source,
            "rendered": scene.rendered,
        },
        "coverage": seen.summary(),
        "min_confidence": plan.min_confidence,
    }
    if not named.is_placed:
        collection["coordinates"] = (
            "PIXELS (col, row) of the image, row downwards, not lon/lat: it says nothing of where "
            "it lies"
        )
    if scene.modality is Modality.OPTICAL:
        collection["model"] = None if model is None else model.name
        collection["model_note"] = MODEL_NOTE if model else CLASSICAL_NOTE
    if scene.modality is Modality.RADAR:
        collection["position_note"] = (
            "radar draws a ship under way beside her true place, along its track: up to "
            f"{VesselCriteria().moving_shift_m:.0f} m at 12 kn"
        )
    return collection


def as_text(collection: Json) -> str:
    """Return the collection as text; the same ships give the same bytes."""
    return json.dumps(collection, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def tiles(height: int, width: int) -> Iterator[tuple[slice, slice, slice, slice]]:
    """Yield (rows, cols) of every tile with its overlap, and (rows, cols) of what it answers for.

    All are cut at the edges; tiles begin on the blocks in which the sea's level is kept.
    """
    assert TILE_PX % BLOCK_PX == 0
    assert OVERLAP_PX % BLOCK_PX == 0
    for top in range(0, height, TILE_PX):
        for left in range(0, width, TILE_PX):
            yield (
                slice(max(0, top - OVERLAP_PX), min(height, top + TILE_PX + OVERLAP_PX)),
                slice(max(0, left - OVERLAP_PX), min(width, left + TILE_PX + OVERLAP_PX)),
                slice(top, min(height, top + TILE_PX)),
                slice(left, min(width, left + TILE_PX)),
            )


def part_of(grid: Grid, rows: slice, cols: slice) -> Grid:
    """Return a window of a grid as a grid."""
    return replace(
        grid,
        west_m=grid.west_m + cols.start * grid.gsd_m,
        north_m=grid.north_m - rows.start * grid.gsd_m,
        width=cols.stop - cols.start,
        height=rows.stop - rows.start,
    )


def _on_ground(
    named: NamedScene, plan: VesselsPlan, progress: Progress, model: OnnxShipModel | None
) -> tuple[list[Json], _Seen]:
    grid, known_water = _grid(named, plan)
    if max(grid.width, grid.height) > _MAX_SIDE_PX:
        raise InputError(f"{grid.width} × {grid.height} pixels: give --aoi or a larger --gsd")
    read = _Reader(named)
    radar = named.scene.modality is Modality.RADAR
    land, sea_db = _whole_land(read, grid) if radar else (None, None)
    pieces = list(tiles(grid.height, grid.width))
    features: list[Json] = []
    seen = _Seen()
    found: list[tuple[Sighting, tuple[int, int, int, int], bool | None]]
    for number, (rows, cols, own_rows, own_cols) in enumerate(pieces, start=1):
        tile = part_of(grid, rows, cols)
        chip = read(tile, named.bands)
        off_land: BoolArray | None = None
        if radar:
            off_land = _tile_land(chip, land, rows, cols)
            if known_water is not None:
                off_land = off_land & ~known_water[rows, cols]
            found = [
                (v.sighting, v.pixel_bbox, v.near_land)
                for v in radar_vessels(named.scene, chip, land=off_land, sea_db=sea_db)
            ]
        else:
            found = [
                (s, _box_of(s, tile), None)
                for s in optical_sightings(named.scene, chip, scorer=model)
            ]
        for sighting, box, near_land in found:
            whole = (
                box[0] + cols.start,
                box[1] + rows.start,
                box[2] + cols.start,
                box[3] + rows.start,
            )
            middle = ((whole[1] + whole[3]) / 2, (whole[0] + whole[2]) / 2)
            if _holds(own_rows, middle[0]) and _holds(own_cols, middle[1]):
                source = named.facts.source_bbox(grid, whole) if named.facts else None
                features.append(_feature(named, sighting, source, near_land))
        seen = seen.and_also(_counted(chip, off_land, (rows, cols), (own_rows, own_cols)))
        progress(number, len(pieces), named.scene.id)
    if not seen.seen:
        raise BadScene("outside_area", f"{named.scene.id}: nothing of the area was seen")
    return features, seen


def _grid(named: NamedScene, plan: VesselsPlan) -> tuple[Grid, BoolArray | None]:
    if plan.aoi is not None:
        gazetteer = load_gazetteer(plan.aoi)
        try:
            grid = port_grid(gazetteer, gsd_m=plan.gsd_m or native_gsd_m(named.scene.sensor))
        except ValueError as exc:
            raise InputError(f"{plan.aoi}: {exc}") from exc
        return grid, port_pixels(gazetteer, grid, quayside_m=0.0).known_water
    if named.facts is None:
        raise InputError(f"{named.scene.id}: its pixels lie elsewhere; give --aoi")
    return named.facts.own_grid(plan.gsd_m), None


class _Reader:
    """Chips of the scene, amplitudes taken as such."""

    def __init__(self, named: NamedScene) -> None:
        self._named = named
        self._reader = RasterReader()

    def has(self, band: str) -> bool:
        return self._named.scene.band(band) is not None

    def __call__(self, grid: Grid, bands: tuple[str, ...]) -> Chip:
        if not bands:
            raise BadScene("missing_band", f"{self._named.scene.id} has no band to look at")
        chip = self._reader.read_chip(self._named.scene, grid, bands)
        if self._named.is_amplitude:
            # The reader takes numbers for power; of an amplitude the decibels are twice as many.
            chip = replace(chip, values=chip.values * np.float32(2))
        return chip


def _whole_land(read: _Reader, grid: Grid) -> tuple[BoolArray | None, float | None]:
    """Find land once for all tiles, at a quarter of the resolution; nothing for a single tile."""
    if max(grid.width, grid.height) <= TILE_PX:
        return None, None
    coarse = replace(
        grid,
        gsd_m=grid.gsd_m * COARSE_PX,
        width=math.ceil(grid.width / COARSE_PX),
        height=math.ceil(grid.height / COARSE_PX),
    )
    name = next(n for n in ("vv", "vh") if read.has(n))
    levels = read(coarse, (name,)).band(name)
    return coarse_land(levels, gsd_m=grid.gsd_m, criteria=LandCriteria())


def _tile_land(chip: Chip, land: BoolArray | None, rows: slice, cols: slice) -> BoolArray:
    if land is None:
        return field_of(chip.values[0], gsd_m=chip.grid.gsd_m).land
    part = land[
        rows.start // COARSE_PX : -(-rows.stop // COARSE_PX),
        cols.start // COARSE_PX : -(-cols.stop // COARSE_PX),
    ]
    return np.asarray(spread_out(part, COARSE_PX, chip.values.shape[1:]), np.bool_)


def _holds(span: slice, value: float) -> bool:
    return bool(span.start <= value < span.stop)


def _counted(
    chip: Chip, land: BoolArray | None, tile: tuple[slice, slice], own: tuple[slice, slice]
) -> _Seen:
    (rows, cols), (own_rows, own_cols) = tile, own
    window = (
        slice(own_rows.start - rows.start, own_rows.stop - rows.start),
        slice(own_cols.start - cols.start, own_cols.stop - cols.start),
    )
    seen = np.asarray(np.isfinite(chip.values).any(axis=0), np.bool_)[window]
    water = seen if land is None else seen & ~land[window]
    return _Seen(
        pixels=seen.size, seen=int(np.count_nonzero(seen)), water=int(np.count_nonzero(water))
    )


def _box_of(sighting: Sighting, grid: Grid) -> tuple[int, int, int, int]:
    corners = shapely.get_coordinates(shapely.from_wkt(sighting.outline_wkt))
    x, y = MetricFrame(epsg=grid.epsg).xy(corners[:, 0], corners[:, 1])
    cols, rows = (x - grid.west_m) / grid.gsd_m, (grid.north_m - y) / grid.gsd_m
    return (
        math.floor(cols.min()),
        math.floor(rows.min()),
        math.ceil(cols.max()),
        math.ceil(rows.max()),
    )


def _feature(
    named: NamedScene,
    sighting: Sighting,
    box: tuple[int, int, int, int] | None,
    near_land: bool | None,
) -> Json:
    outline = shapely.orient_polygons(shapely.from_wkt(sighting.outline_wkt))
    identity = f"{sighting.scene_id}|{sighting.lon:.5f}|{sighting.lat:.5f}"
    geometry = json.loads(shapely.to_geojson(outline))
    return {
        "type": "Feature",
        "id": _identity(identity),
        "geometry": geometry,
        "properties": {
            "id": _identity(identity),
            "lon": round(sighting.lon, 6),
            "lat": round(sighting.lat, 6),
            "length_m": sighting.length_m,
            "length_error_m": sighting.length_error_m,
            "beam_m": sighting.beam_m,
            "axis_deg": sighting.axis_deg,
            "confidence": sighting.confidence,
            "mooring": sighting.mooring.value,
            "near_land": near_land,
            "pixel_bbox": None if box is None else list(box),
            "scene_id": sighting.scene_id,
            "acquired_at": _instant(named),
            "sensor": sighting.sensor,
            "source": named.scene.source,
            "reason": sighting.reason,
        },
    }


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _instant(named: NamedScene) -> str | None:
    at = named.scene.acquired_at
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if named.is_dated else None


def _in_picture(
    named: NamedScene, plan: VesselsPlan, model: OnnxShipModel | None
) -> tuple[list[Json], _Seen]:
    """Look at an image that says nothing of where it lies; geometry is its own pixels."""
    if plan.aoi is not None:
        raise InputError(f"{plan.scene}: says nothing of where it lies, so --aoi cannot be used")
    pixels = plain_pixels(plan.scene)
    if named.scene.modality is Modality.OPTICAL:
        return _in_optical_picture(named, plan, pixels, model)
    grey = pixels[0] if len(pixels) < 3 else pixels[:3].mean(axis=0)
    db = _decibels(grey)
    if not np.isfinite(db).any():
        raise BadScene("outside_area", f"{plan.scene}: nothing was seen in this image")
    hulls = hulls_in([db], gsd_m=plan.gsd_m)
    features = [_pixel_feature(named, hull, plan.gsd_m) for hull in hulls]
    seen = int(np.count_nonzero(np.isfinite(db)))
    return features, _Seen(pixels=db.size, seen=seen, water=seen)


def _decibels(grey: Any) -> FloatArray:  # noqa: ANN401
    numbers = np.asarray(grey)
    if numbers.dtype.kind == "f" and bool((numbers < 0).any()):
        return np.where(np.isfinite(numbers), numbers, np.nan).astype(np.float32)
    return amplitude_to_db(numbers)


def _in_optical_picture(
    named: NamedScene,
    plan: VesselsPlan,
    pixels: Any,  # noqa: ANN401
    model: OnnxShipModel | None,
) -> tuple[list[Json], _Seen]:
    if plan.gsd_m is None:
        raise InputError(f"{plan.scene}: give --gsd, the ground side of a pixel in metres")
    height, width = pixels.shape[1:]
    # A stand-in for a place, so that lengths are metres; undone below.
    grid = Grid(epsg=32631, west_m=5e5, north_m=1e6, gsd_m=plan.gsd_m, width=width, height=height)
    full = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    order = [b for b in named.scene.bands if b.index <= len(pixels)]
    chip = Chip(
        scene_id=named.scene.id,
        grid=grid,
        bands=tuple(b.name for b in order),
        values=np.asarray(np.stack([pixels[b.index - 1] for b in order]) / full, np.float32),
    )
    features = []
    for sighting in optical_sightings(named.scene, chip, scorer=model):
        box = _box_of(sighting, grid)
        feature = _feature(named, sighting, box, None)
        corners = shapely.transform(
            shapely.from_wkt(sighting.outline_wkt),
            lambda c: np.column_stack(_in_pixels(grid, c[:, 0], c[:, 1])),
        )
        feature["geometry"] = json.loads(shapely.to_geojson(corners))
        feature["properties"] |= {"lon": None, "lat": None}
        features.append(feature)
    return features, _Seen(pixels=height * width, seen=height * width, water=height * width)


def _in_pixels(grid: Grid, lon: Degrees, lat: Degrees) -> tuple[Any, Any]:
    x, y = MetricFrame(epsg=grid.epsg).xy(lon, lat)
    return (x - grid.west_m) / grid.gsd_m, (grid.north_m - y) / grid.gsd_m


def _pixel_feature(named: NamedScene, hull: Hull, gsd_m: float | None) -> Json:
    size = hull.size
    ring = [[round(col, 2), round(row, 2)] for row, col in hull.corners]
    identity = _identity(f"{named.scene.id}|{hull.row:.1f}|{hull.col:.1f}")
    known = gsd_m is not None
    axis = math.degrees(math.atan2(size.axis_col, -size.axis_row)) % 180
    return {
        "type": "Feature",
        "id": identity,
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            "id": identity,
            "lon": None,
            "lat": None,
            "length_m": round(size.length, 1) if known else None,
            "length_error_m": round(size.length_error, 1) if known else None,
            "length_px": round(size.length / (gsd_m or 1.0), 1),
            "beam_m": round(size.beam, 1) if known and size.beam is not None else None,
            "axis_deg": round(axis, 1) % 180 if size.elongation >= 1.3 else None,
            "axis_from": "the image's top",
            "confidence": round(hull.confidence, 3),
            "mooring": "open-water",
            "near_land": hull.near_land,
            "pixel_bbox": list(hull.pixel_bbox),
            "scene_id": named.scene.id,
            "acquired_at": _instant(named),
            "sensor": named.scene.sensor,
            "source": named.scene.source,
            "reason": hull.reason,
        },
    }
