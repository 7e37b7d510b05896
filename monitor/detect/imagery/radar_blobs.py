"""Ship-like blobs in a radar image: what stands out of the sea, is hull-shaped and has water
round it.

A hull beside a quay or among other hulls has no threshold of its own that works for all: each
connected region is tried at rising levels of contrast until a part of it is as large as a hull,
compact, and ringed by water. What no level makes a ship of (town, breakwater) is dropped. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from monitor.detect.imagery.sea_clutter import (
    COARSE_PX,
    BoolArray,
    FloatArray,
    LandCriteria,
    Sea,
    coarse_land,
    coarse_levels,
    sea_under,
    smoothed_db,
    spread_out,
)

_EIGHT = np.ones((3, 3), np.bool_)
_NOTHING = np.float32(-99)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobCriteria:
    """Thresholds; decibels over the sea after a 3 × 3 mean, metres, and pixels where unknown."""

    grow_db: float = 5.0
    """A ship's edge, at least; and at least `grow_sigmas` times the sea's own spread."""
    grow_sigmas: float = 3.0
    core_db: float = 14.0
    """A ship's body. Most wakes, fronts and swell in the HRSID chips stay below this; so do the
    weakest ships: 196 of 221 Sentinel-1 ships with AIS truth are found."""
    core_sigmas: float = 5.0
    core_m2: float = 300.0
    """Least area of the body, m²: a third of the deck of a ship of 60 m."""
    core_px: int = 30
    """The same where the size of a pixel is unknown: 300 m² at the 3 m of most such images."""
    least_core_px: int = 6
    """A single echo fills the nine pixels of the mean; less is noise at any size of pixel."""
    step_db: float = 3.0
    """From one level of the search to the next, and how many there are above the first."""
    steps: int = 10
    ship_m: float = 460.0
    """Longest ship there is, with its bloom."""
    ship_px: int = 400
    """The same where the size of a pixel is unknown."""
    hull_m2: float = 60_000.0
    """Largest deck with its bloom."""
    hull_px: int = 6000
    water_db: float = 4.0
    """What counts as water in the ring round a blob."""
    ring_px: int = 6
    halo_db: float = 20.0
    """The same beside a very bright ship, whose own side lobes lie on the water: what is this far
    below her brightest tenth."""
    water_share: float = 0.6
    """Least share of water in the ring: a ship alongside has water on a side and two ends."""
    fill: float = 0.4
    """Least share of its ellipse that a blob fills: crooked shores fill less."""
    slender: float = 0.12
    """Least width over length: wakes, booms and breakwaters are thinner than any hull's blob."""
    trim_db: float = 12.0
    """Pixels this far below the blob's brightest tenth are side lobes or wake, not hull."""
    open_share: float = 0.85
    """Ring with at least this share of water: open water; less is near land or near neighbours."""
    land: LandCriteria = field(default_factory=LandCriteria)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blob:
    """One ship-like blob; rows and columns of the image it was found in."""

    row: int
    """First row of the window."""
    col: int
    mask: BoolArray
    """Which pixels of the window are hers, trimmed of arms, shape (row, col)."""
    length_px: float
    width_px: float
    bright_db: float
    """Contrast of her brightest tenth."""
    peak_db: float
    core_px: int
    """Pixels above `core_db`."""
    water_share: float
    axis_row: float
    axis_col: float
    """Unit step along the long axis."""

    @property
    def centre(self) -> tuple[float, float]:
        """(row, col) of the middle of her pixels."""
        rows, cols = np.nonzero(self.mask)
        return self.row + float(rows.mean()) + 0.5, self.col + float(cols.mean()) + 0.5

    @property
    def pixel_bbox(self) -> tuple[int, int, int, int]:
        """(col0, row0, col1, row1), half-open."""
        height, width = self.mask.shape
        return self.col, self.row, self.col + width, self.row + height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One image made ready for the search."""

    sea: Sea
    land: BoolArray
    smooth_db: FloatArray


def field_of(
    db: FloatArray,
    *,
    gsd_m: float | None,
    land: BoolArray | None = None,
    sea_db: float | None = None,
    criteria: BlobCriteria | None = None,
) -> Field:
    """Find the sea and the land of an image.

    Args:
        db: Backscatter in dB (any constant may be added), shape (row, col), NaN where unseen.
        gsd_m: Side of a pixel in ground metres; None where unknown.
        land: Where no ship on water can be; None to find land in the image itself.
        sea_db: Level of the sea where it is known, as from the whole scene when this is a tile.
        criteria: Thresholds.
    """
    criteria = criteria or BlobCriteria()
    seen = np.isfinite(db)
    smooth = smoothed_db(db if seen.all() else np.where(seen, db, np.float32(np.nan)))
    if land is None or sea_db is None:
        coarse, found_db = coarse_land(coarse_levels(smooth), gsd_m=gsd_m, criteria=criteria.land)
        if land is None:
            land = np.asarray(spread_out(coarse, COARSE_PX, smooth.shape), np.bool_)
        sea_db = found_db if sea_db is None else sea_db
    usual = sea_db if math.isfinite(sea_db) else 0.0
    return Field(sea=sea_under(smooth, land, usual_db=usual), land=land, smooth_db=smooth)


def blobs_in(
    image: Field, *, gsd_m: float | None, criteria: BlobCriteria | None = None
) -> tuple[Blob, ...]:
    """Return the ship-like blobs of an image, from top to bottom and left to right."""
    search = _Search(image, gsd_m, criteria or BlobCriteria())
    found = _without_arms(list(search.found()))
    return tuple(sorted(found, key=lambda b: (b.row, b.col, b.mask.shape)))


class _Search:
    """The tree of ever higher levels over one image."""

    def __init__(self, image: Field, gsd_m: float | None, criteria: BlobCriteria) -> None:
        self._criteria = criteria
        contrast = image.sea.contrast_db
        seen = np.isfinite(contrast) & ~image.land
        self._contrast = np.where(seen, contrast, _NOTHING)
        spread = image.sea.spread_db
        self._grow = np.maximum(np.float32(criteria.grow_db), criteria.grow_sigmas * spread)
        self._core = self._contrast >= np.maximum(
            np.float32(criteria.core_db), criteria.core_sigmas * spread
        )
        # Unseen pixels in the ring (the edge of a swath) say neither yes nor no.
        self._unseen = ~np.isfinite(contrast)
        self._water = seen & (contrast < criteria.water_db)
        area = None if gsd_m is None else gsd_m**2
        self._core_px: float = criteria.core_px
        self._hull_px: float = criteria.hull_px
        self._ship_px: float = criteria.ship_px
        if area is not None and gsd_m is not None:
            self._core_px = max(criteria.core_m2 / area, criteria.least_core_px)
            self._hull_px = max(criteria.hull_m2 / area, 40.0)
            self._ship_px = max(criteria.ship_m / gsd_m, 8.0)

    def found(self) -> Iterator[Blob]:
        yield from self._parts(self._contrast >= self._grow, 0, 0, 0)

    def _parts(self, mask: BoolArray, row: int, col: int, level: int) -> Iterator[Blob]:
        labels, _ = ndimage.label(mask, _EIGHT)
        for number, window in enumerate(ndimage.find_objects(labels), 1):
            part = labels[window] == number
            top, left = row + window[0].start, col + window[1].start
            yield from self._visit(part, top, left, level)

    def _visit(self, part: BoolArray, row: int, col: int, level: int) -> Iterator[Blob]:
        window = (slice(row, row + part.shape[0]), slice(col, col + part.shape[1]))
        if np.count_nonzero(self._core[window] & part) < self._core_px:
            return
        size = float(np.count_nonzero(part))
        if size <= self._hull_px:
            blob = self._judged(part, row, col)
            if blob is not None:
                yield blob
                return
        elif self._is_line(part, size):
            return
        if level < self._criteria.steps:
            level += 1
            rise = np.float32(self._criteria.step_db * level)
            higher = part & (self._contrast[window] >= self._grow[window] + rise)
            yield from self._parts(higher, row, col, level)

    def _is_line(self, part: BoolArray, size: float) -> bool:
        """Whether a part far longer than a ship is as thin as a breakwater all along."""
        length, _, _ = _ellipse(part)
        return length > 1.5 * self._ship_px and size / length < 0.03 * self._ship_px + 3

    def _judged(self, part: BoolArray, row: int, col: int) -> Blob | None:
        criteria = self._criteria
        window = self._contrast[row : row + part.shape[0], col : col + part.shape[1]]
        values = window[part]
        bright = float(np.quantile(values, 0.9))
        length, width, axis = _ellipse(part)
        water = self._water_share(part, row, col, bright - criteria.halo_db)
        filled = np.count_nonzero(part) / (math.pi / 4 * length * width)
        if length > self._ship_px or water < criteria.water_share or filled < criteria.fill:
            return None
        if width < criteria.slender * length:
            return None
        hull = _trimmed(part, part & (window >= bright - criteria.trim_db))
        rows, cols = np.flatnonzero(hull.any(axis=1)), np.flatnonzero(hull.any(axis=0))
        hull = hull[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        length, width, axis = _ellipse(hull)
        return Blob(
            row=row + int(rows[0]),
            col=col + int(cols[0]),
            mask=hull,
            length_px=length,
            width_px=width,
            bright_db=bright,
            peak_db=float(values.max()),
            core_px=int(np.count_nonzero(values >= criteria.core_db)),
            water_share=water,
            axis_row=axis[0],
            axis_col=axis[1],
        )

    def _water_share(self, part: BoolArray, row: int, col: int, halo_db: float) -> float:
        reach = self._criteria.ring_px
        top, left = max(row - reach, 0), max(col - reach, 0)
        bottom = min(row + part.shape[0] + reach, self._water.shape[0])
        right = min(col + part.shape[1] + reach, self._water.shape[1])
        whole = np.zeros((bottom - top, right - left), np.bool_)
        whole[row - top : row - top + part.shape[0], col - left : col - left + part.shape[1]] = part
        near = ndimage.binary_dilation(whole, _EIGHT, iterations=2)
        ring = ndimage.binary_dilation(near, _EIGHT, iterations=reach - 2) & ~near
        ring &= ~self._unseen[top:bottom, left:right]
        if not ring.any():
            return 0.0
        water = self._water[top:bottom, left:right][ring]
        if halo_db > self._criteria.water_db:
            around = self._contrast[top:bottom, left:right][ring]
            water = water | ((around < halo_db) & (around > _NOTHING))
        return float(water.mean())


def _ellipse(part: BoolArray) -> tuple[float, float, tuple[float, float]]:
    """Return the axes (long, short) of the ellipse of equal moments, and the long one's step."""
    rows, cols = np.nonzero(part)
    if rows.size < 2:
        return 1.2, 1.2, (0.0, 1.0)
    values, vectors = np.linalg.eigh(np.cov(np.vstack([rows, cols]), ddof=0))
    long, short = (4 * math.sqrt(max(v, 0.0) + 1 / 12) for v in (values[1], values[0]))
    return long, short, (float(vectors[0, 1]), float(vectors[1, 1]))


def _trimmed(part: BoolArray, bright: BoolArray) -> BoolArray:
    """Return the bright pixels without specks and without arms one or two pixels thin."""
    labels, count = ndimage.label(bright, _EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = (sizes >= max(0.15 * sizes.max(), 1))[labels]
    opened = ndimage.binary_opening(np.pad(kept, 2), _EIGHT)[2:-2, 2:-2]
    if np.count_nonzero(opened) >= 0.4 * np.count_nonzero(kept):
        kept = opened
    return np.asarray(kept if kept.any() else part, np.bool_)


def _without_arms(blobs: list[Blob]) -> list[Blob]:
    """Drop pieces of side lobes: thin, far weaker than a neighbour, and pointing at it."""
    kept = []
    for blob in blobs:
        row, col = blob.centre
        arm = blob.width_px < 0.5 * blob.length_px and any(
            other.peak_db >= blob.peak_db + 10 and _points_at(blob, row, col, other)
            for other in blobs
        )
        if not arm:
            kept.append(blob)
    return kept


def _points_at(blob: Blob, row: float, col: float, other: Blob) -> bool:
    to_row, to_col = (a - b for a, b in zip(other.centre, (row, col), strict=True))
    away = math.hypot(to_row, to_col)
    aside = abs(to_row * blob.axis_col - to_col * blob.axis_row)
    return 0 < away <= 6 * other.length_px and aside <= max(0.1 * away, other.width_px / 2)
