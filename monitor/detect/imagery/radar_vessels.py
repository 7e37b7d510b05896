"""Ships on open water in one radar scene.

Blobs become hulls with a length, an axis and a confidence; copies of strong echoes that the
radar's own sampling makes kilometres away along its track are doubted. Pure: a chip in, sightings
out. A ship under way is drawn where the radar sees her, up to `moving_shift_m` beside her wake.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from shapely.geometry import Polygon

from monitor.detect.imagery.radar_blobs import Blob, BlobCriteria, Field, blobs_in, field_of
from monitor.detect.imagery.sea_clutter import BoolArray, FloatArray, power_of
from monitor.detect.imagery.ship_length import HullSize, LengthCriteria, length_and_axis
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import Modality, Scene
from monitor.domain.sighting import Mooring, Sighting

_AROUND_PX = 3
"""Pixels kept round a blob when she is measured: her ends lie in the blur outside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostCriteria:
    """Azimuth ambiguities of Sentinel-1 IW: λ·R·PRF / 2V away along the track."""

    near_m: float = 4000.0
    far_m: float = 6000.0
    """0.0555 m × 800-950 km × 1451-1717 Hz / (2 × 7.5 km/s), rounded outwards."""
    track_deg: float = 12.0
    """Angle of the track to the meridian at latitudes of ports, to either side."""
    aside_deg: float = 5.0
    weaker_db: float = 12.0
    """A ghost is weaker than its source by 20 dB and more; half of it for saturation."""
    doubt: float = 0.4
    """What is left of a ghost-like sighting's confidence: a small ship there is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselCriteria:
    """Thresholds of the radar's search for ships."""

    blob: BlobCriteria = field(default_factory=BlobCriteria)
    length: LengthCriteria = field(default_factory=LengthCriteria)
    ghost: GhostCriteria = field(default_factory=GhostCriteria)
    sure: float = 0.95
    """Confidence on open water where she is bright: 76 of 79 such sightings in HRSID were labelled
    ships (likely: 9 of 15; beside land: 58 of 78, but 11 of 22 without the one full anchorage's
    half of the scenes). Counted, not checked on others."""
    bright_db: float = 17.0
    likely: float = 0.6
    """The same where she is not."""
    beside_land: float = 0.5
    """Confidence where the ring round her is not open water."""
    moving_shift_m: float = 450.0
    """How far a ship of 12 kn may be drawn from her true place, along the track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """One ship in pixels."""

    size: HullSize
    """Metres where the side of a pixel is known, else pixels."""
    pixel_bbox: tuple[int, int, int, int]
    """(col0, row0, col1, row1), half-open."""
    corners: tuple[tuple[float, float], ...]
    """Smallest rectangle round her, four (row, col) with (0, 0) the corner of the image."""
    row: float
    """Middle between her ends."""
    col: float
    peak_db: float
    near_land: bool
    """Not open water all round: land, a quay or another hull is near."""
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarVessel:
    """A sighting and where it lies in the chip."""

    sighting: Sighting
    pixel_bbox: tuple[int, int, int, int]
    near_land: bool


def hulls_in(
    bands: Sequence[FloatArray],
    *,
    gsd_m: float | None,
    land: BoolArray | None = None,
    sea_db: float | None = None,
    criteria: VesselCriteria | None = None,
) -> tuple[Hull, ...]:
    """Return the ships of an image, from top to bottom.

    Args:
        bands: One or more polarisations of the same pixels, dB up to a constant, shape (row, col),
            NaN where unseen. Contrast over the sea is averaged as power: VH is dark on rough sea
            where VV is bright, and speckle is halved.
        gsd_m: Side of a pixel in ground metres; None where unknown: sizes are pixels then.
        land: Where no ship is looked for; None to find land in the first band.
        sea_db: Level of the first band's sea where it is known.
        criteria: Thresholds.

    Raises:
        ValueError: No band was given.
    """
    criteria = criteria or VesselCriteria()
    image = _together(bands, gsd_m=gsd_m, land=land, sea_db=sea_db, criteria=criteria.blob)
    return tuple(
        _hull(blob, bands, image, gsd_m, criteria)
        for blob in blobs_in(image, gsd_m=gsd_m, criteria=criteria.blob)
    )


def radar_vessels(
    scene: Scene,
    chip: Chip,
    *,
    land: BoolArray | None = None,
    sea_db: float | None = None,
    criteria: VesselCriteria | None = None,
) -> tuple[RadarVessel, ...]:
    """Return the ships of a chip with their places in it, by falling confidence.

    Args:
        scene: The scene the chip was cut from.
        chip: Radar in dB with `vv`, `vh` or both (`hh` and `hv` serve alike).
        land: As in `hulls_in`, on the chip's grid.
        sea_db: As in `hulls_in`.
        criteria: Thresholds.
    """
    criteria = criteria or VesselCriteria()
    bands = [chip.band(name) for name in chip.bands if name in ("vv", "vh", "hh", "hv")]
    if not bands:
        return ()
    hulls = hulls_in(bands, gsd_m=chip.grid.gsd_m, land=land, sea_db=sea_db, criteria=criteria)
    found = [
        RadarVessel(
            sighting=_sighting(scene, chip.grid, hull),
            pixel_bbox=hull.pixel_bbox,
            near_land=hull.near_land,
        )
        for hull in _ghosts_doubted(hulls, scene, chip.grid, criteria.ghost)
    ]
    return tuple(sorted(found, key=lambda v: (-v.sighting.confidence, v.pixel_bbox)))


def radar_sightings(
    scene: Scene,
    chip: Chip,
    *,
    water: BoolArray | None = None,
    criteria: VesselCriteria | None = None,
) -> tuple[Sighting, ...]:
    """Return the ships on open water in one chip, by falling confidence.

    Args:
        scene: The scene the chip was cut from.
        chip: Radar in dB, NaN where unseen, any projected grid in metres.
        water: Where ships can be, shape (row, col); None to find the land in the image.
        criteria: Thresholds.

    Returns:
        Sightings with `Mooring.OPEN_WATER`. Empty if nothing was found OR nothing was seen: ask
        the chip's coverage.
    """
    land = None if water is None else ~water
    return tuple(v.sighting for v in radar_vessels(scene, chip, land=land, criteria=criteria))


def _together(
    bands: Sequence[FloatArray],
    *,
    gsd_m: float | None,
    land: BoolArray | None,
    sea_db: float | None,
    criteria: BlobCriteria,
) -> Field:
    if not bands:
        raise ValueError("no band to look for ships in")
    first = field_of(bands[0], gsd_m=gsd_m, land=land, sea_db=sea_db, criteria=criteria)
    others = [field_of(band, gsd_m=gsd_m, land=first.land, criteria=criteria) for band in bands[1:]]
    if not others:
        return first
    fields = [first, *others]
    powers = np.stack([power_of(f.sea.contrast_db) for f in fields])
    seen = np.isfinite(powers)
    mean = np.where(seen, powers, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    contrast = np.where(seen.any(axis=0), 10 * np.log10(np.maximum(mean, 1e-6)), np.nan)
    spread = np.maximum.reduce([f.sea.spread_db for f in fields])
    sea = replace(first.sea, contrast_db=contrast.astype(np.float32), spread_db=spread)
    return replace(first, sea=sea)


def _over_sea(bands: Sequence[FloatArray], image: Field, window: tuple[slice, slice]) -> FloatArray:
    """Return power over the sea, without the 3 × 3 mean where there is one band, else with it."""
    if len(bands) > 1:
        return power_of(image.sea.contrast_db[window])
    return power_of(bands[0][window] - image.sea.level_db[window])


def _hull(
    blob: Blob,
    bands: Sequence[FloatArray],
    image: Field,
    gsd_m: float | None,
    criteria: VesselCriteria,
) -> Hull:
    height, width = blob.mask.shape
    top, left = max(blob.row - _AROUND_PX, 0), max(blob.col - _AROUND_PX, 0)
    rows = slice(top, blob.row + height + _AROUND_PX)
    cols = slice(left, blob.col + width + _AROUND_PX)
    power = _over_sea(bands, image, (rows, cols))
    mask = np.zeros(power.shape, np.bool_)
    mask[blob.row - top : blob.row - top + height, blob.col - left : blob.col - left + width] = (
        blob.mask
    )
    size = length_and_axis(power, mask, gsd_m=gsd_m, criteria=criteria.length)
    row, col = top + size.centre_row + 0.5, left + size.centre_col + 0.5
    open_water = blob.water_share >= criteria.blob.open_share
    confidence = criteria.sure if blob.bright_db >= criteria.bright_db else criteria.likely
    side = gsd_m or 1.0
    beam_px = size.beam / side if size.beam is not None else min(blob.width_px, blob.length_px)
    half, aside = size.length / side / 2, min(beam_px / 2, size.length / side / 2)
    return Hull(
        size=size,
        pixel_bbox=blob.pixel_bbox,
        corners=tuple(
            (
                row + a * half * size.axis_row - b * aside * size.axis_col,
                col + a * half * size.axis_col + b * aside * size.axis_row,
            )
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ),
        row=row,
        col=col,
        peak_db=blob.peak_db,
        near_land=not open_water,
        confidence=confidence if open_water else criteria.beside_land,
        reason="" if open_water else "beside land, a quay or another hull",
    )


def _ghosts_doubted(
    hulls: Sequence[Hull], scene: Scene, grid: Grid, criteria: GhostCriteria
) -> list[Hull]:
    """Return all hulls, those that may be a copy of a far stronger one with lower confidence."""
    if scene.sensor != "sentinel-1":
        return list(hulls)  # the distance is known for this radar only
    return [
        replace(
            hull,
            confidence=hull.confidence * criteria.doubt,
            reason="may be an azimuth ambiguity of a stronger echo",
        )
        if any(_could_copy(hull, other, grid.gsd_m, criteria) for other in hulls)
        else hull
        for hull in hulls
    ]


def _could_copy(hull: Hull, other: Hull, gsd_m: float, criteria: GhostCriteria) -> bool:
    east, north = (other.col - hull.col) * gsd_m, (hull.row - other.row) * gsd_m
    if not criteria.near_m <= math.hypot(east, north) <= criteria.far_m:
        return False
    from_meridian = abs(math.degrees(math.atan2(abs(east), abs(north))))
    along_track = abs(from_meridian - criteria.track_deg) <= criteria.aside_deg
    return along_track and other.peak_db >= hull.peak_db + criteria.weaker_db


def _sighting(scene: Scene, grid: Grid, hull: Hull) -> Sighting:
    frame = MetricFrame(epsg=grid.epsg)

    def place(row: float, col: float) -> tuple[float, float]:
        x, y = grid.west_m + col * grid.gsd_m, grid.north_m - row * grid.gsd_m
        lon, lat = frame.lonlat(x, y)
        return float(lon), float(lat)

    lon, lat = place(hull.row, hull.col)
    size = hull.size
    ahead = place(hull.row + 10 * size.axis_row, hull.col + 10 * size.axis_col)
    turn = math.atan2((ahead[0] - lon) * math.cos(math.radians(lat)), ahead[1] - lat)
    axis = round(math.degrees(turn) % 180, 1) % 180
    outline = shapely.normalize(Polygon([place(r, c) for r, c in hull.corners]))
    return Sighting(
        scene_id=scene.id,
        acquired_at=scene.acquired_at,
        sensor=scene.sensor,
        modality=Modality.RADAR,
        lon=lon,
        lat=lat,
        outline_wkt=str(shapely.to_wkt(outline, rounding_precision=6)),
        length_m=round(size.length, 1),
        length_error_m=round(size.length_error, 1),
        beam_m=None if size.beam is None else round(size.beam, 1),
        axis_deg=axis if size.elongation >= 1.3 else None,
        confidence=round(hull.confidence, 3),
        mooring=Mooring.OPEN_WATER,
        reason=hull.reason,
        rendered=scene.rendered,
    )
