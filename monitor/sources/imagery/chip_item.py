"""A kept chip in the words of STAC 1.0: how its values are counted, and the item beside them.

Pure: no files. Values are rounded to what the sensor can tell, a hundredth of a decibel or
half a ten-thousandth of reflectance; speckle and noise are a hundred times larger.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import GEOSException
from shapely.geometry import Polygon, mapping

from monitor import __version__
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import BandRef, Modality, Scene

Json = dict[str, Any]
Values = npt.NDArray[np.float32]
Counts = npt.NDArray[Any]

COG_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"
_EXTENSIONS = {
    "eo": "v1.1.0",
    "file": "v2.1.0",
    "processing": "v1.1.0",
    "projection": "v1.1.0",
    "raster": "v1.1.0",
}
_COMMON_NAMES = {"blue", "green", "red", "nir", "swir16"}
"""Those of our bands that the EO extension has a common name for."""
_LICENCE = re.compile(r"[\w.+-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How values become whole numbers: value = count × scale + offset."""

    dtype: str
    scale: float
    offset: float
    nodata: int
    unit: str = ""

    def counts(self, values: Values) -> Counts:
        """Return values as counts; what is beyond the range becomes its end, NaN nodata."""
        limits = np.iinfo(self.dtype)
        low, high = limits.min, limits.max
        if self.nodata == low:
            low += 1
        else:
            high -= 1
        seen = np.isfinite(values)
        exact = (np.where(seen, values, self.offset).astype(np.float64) - self.offset) / self.scale
        counts = np.clip(np.rint(exact), low, high).astype(self.dtype)
        counts[~seen] = self.nodata
        return counts

    def values(self, counts: Counts) -> Values:
        """Return the values of counts, float32, as any reader of the file would compute them."""
        numbers = np.asarray(counts, np.float32)
        values = np.asarray(numbers * self.scale + self.offset, np.float32)
        values[counts == self.nodata] = np.nan
        return values


DECIBELS = Counting(dtype="int16", scale=0.01, offset=0.0, nodata=-32768, unit="dB")
REFLECTANCE = Counting(dtype="uint16", scale=5e-5, offset=-0.25, nodata=0)
"""Not Sentinel-2's own 1e-4, so that no guard takes these for counts with the 1000 still in; the
whole ten-thousandths of an unresampled band are kept exactly. Range -0.25 to 3.02."""
CLASSES = Counting(dtype="uint8", scale=1.0, offset=0.0, nodata=255)
"""Class 0 is an answer of the classifier, so nodata is another number."""


def counting(band: str, modality: Modality) -> Counting:
    """Return how a band is kept."""
    if band == "scl":
        return CLASSES
    return DECIBELS if modality is Modality.RADAR else REFLECTANCE


def rounded(chip: Chip, modality: Modality) -> Chip:
    """Return the chip as the archive will give it back."""
    values = np.stack(
        [
            counting(band, modality).values(counting(band, modality).counts(layer))
            for band, layer in zip(chip.bands, chip.values, strict=True)
        ]
    )
    return Chip(scene_id=chip.scene_id, grid=chip.grid, bands=chip.bands, values=values)


def source_digest(scene: Scene) -> str:
    """Return what a scene was made from as a short hash: newer processing gives another."""
    refs = [
        (b.name, b.href, b.index, b.scale, b.offset, b.nodata, b.unit, b.calibration_href)
        for b in sorted(scene.bands, key=lambda b: b.name)
    ]
    said = [
        scene.id, _instant(scene.acquired_at), _instant(scene.available_at), scene.platform,
        scene.sensor, scene.modality, scene.orbit, scene.rendered, refs,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """One raster of a kept chip."""

    key: str
    """Asset key: `chip`, or `scl` for the classes."""
    href: str
    content: bytes
    bands: tuple[str, ...]


def item_json(scene: Scene, chip: Chip, files: Sequence[KeptFile]) -> Json:
    """Describe a kept chip; the same scene and chip give the same item.

    `created` is when the scene could first be had, as for every scene: a survey of the archive
    then knows what a live one knew. When it was copied is not told, so that bytes repeat.
    """
    grid = chip.grid
    outline = _outline(scene, grid)
    properties: Json = {
        "datetime": _instant(scene.acquired_at),
        "created": _instant(scene.available_at),
        "constellation": scene.sensor,
        "instruments": ["c-sar"] if scene.modality is Modality.RADAR else ["msi"],
        "gsd": grid.gsd_m,
        "license": _licence(scene.source),
        "proj:epsg": grid.epsg,
        "proj:shape": [grid.height, grid.width],
        "proj:transform": [*grid.affine, 0.0, 0.0, 1.0],
        "processing:lineage": _lineage(scene, chip),
        "processing:software": {"tartus-monitor": __version__},
        "monitor:source": {
            "id": scene.id,
            "catalog": scene.source,
            "digest": source_digest(scene),
            "assets": {b.name: _unsigned(b) for b in scene.bands if b.name in chip.bands},
        },
    }
    extensions = dict(_EXTENSIONS)
    if scene.platform:
        properties["platform"] = scene.platform
    if scene.orbit is not None:
        properties["sat:relative_orbit"] = scene.orbit
        extensions["sat"] = "v1.0.0"
    if scene.rendered:
        properties["monitor:rendered"] = True
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [
            f"https://stac-extensions.github.io/{name}/{version}/schema.json"
            for name, version in sorted(extensions.items())
        ],
        "id": scene.id,
        "geometry": mapping(outline),
        "bbox": list(outline.bounds),
        "properties": properties,
        "assets": {f.key: _asset(scene, chip, f) for f in files},
        "links": [
            {"rel": "root", "href": "../../../catalog.json", "type": "application/json"},
            {"rel": "parent", "href": "../catalog.json", "type": "application/json"},
        ],
    }


def _asset(scene: Scene, chip: Chip, file: KeptFile) -> Json:
    eo_bands, raster_bands = [], []
    for name in file.bands:
        how = counting(name, scene.modality)
        eo_bands.append({"name": name, **({"common_name": name} if name in _COMMON_NAMES else {})})
        raster_bands.append(
            {
                "data_type": how.dtype,
                "scale": how.scale,
                "offset": how.offset,
                "nodata": how.nodata,
                "spatial_resolution": chip.grid.gsd_m,
                **({"unit": how.unit} if how.unit else {}),
            }
        )
    return {
        "href": f"./{file.href}",
        "type": COG_TYPE,
        "roles": ["data"],
        "title": ", ".join(file.bands),
        "eo:bands": eo_bands,
        "raster:bands": raster_bands,
        "file:size": len(file.content),
        # Multihash: sha2-256 (0x12) of 32 bytes (0x20).
        "file:checksum": "1220" + hashlib.sha256(file.content).hexdigest(),
    }


def _outline(scene: Scene, grid: Grid) -> Polygon:
    """Return where the chip lies and the scene reached, OGC:CRS84."""
    west, north = grid.west_m, grid.north_m
    east, south = west + grid.width * grid.gsd_m, north - grid.height * grid.gsd_m
    lon, lat = MetricFrame(grid.epsg).lonlat(
        [west, east, east, west, west], [south, south, north, north, south]
    )
    outline = Polygon(np.round(np.column_stack([lon, lat]), 7))
    try:
        common = shapely.intersection(outline, shapely.from_wkt(scene.footprint_wkt))
    except GEOSException:
        return outline
    if not isinstance(common, Polygon) or common.area <= 0:
        return outline
    return shapely.transform(common, lambda corners: np.round(corners, 7))


def _lineage(scene: Scene, chip: Chip) -> str:
    what = "sigma or gamma nought, dB" if scene.modality is Modality.RADAR else "reflectance"
    grid = chip.grid
    return (
        f"{', '.join(chip.bands)} of {scene.id}, warped to EPSG:{grid.epsg} at {grid.gsd_m:g} m, "
        f"as {what}, rounded to the scale given"
    )


def _licence(source: str) -> str:
    """Return the licence note of `Scene.source` where STAC's rules allow it."""
    note = source.rpartition("(")[2].rstrip(")").strip() if source.endswith(")") else ""
    return note if _LICENCE.fullmatch(note) else "proprietary"


def _unsigned(ref: BandRef) -> str:
    """Return where a band came from: no signature, no login, no folder of this machine."""
    parts = urlsplit(ref.href)
    if parts.scheme not in ("http", "https"):
        return ref.href.replace("\\", "/").rpartition("/")[2]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def catalog_json(name: str, description: str, links: Sequence[Mapping[str, str]]) -> Json:
    """Return a STAC catalog with these links."""
    return {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "id": name,
        "description": description,
        "links": [dict(link) for link in links],
    }
