"""What could be seen at all: coverage, cloud and its shadow, haze, sun glint, place by place.

A scene's own cloud figure says little of three kilometres of quay, and the scene classification
calls bright quays cloud; so each berth is asked by its own surroundings. What could not be seen is
reported with its reason and is never called free. Pure: arrays in, masks and words out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from monitor.detect.imagery.port_pixels import BerthPixels, PortPixels
from monitor.detect.imagery.sun import Vector, elevation_deg
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

VISIBLE = ("blue", "green", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkyCriteria:
    """When pixels are hidden; reflectances 0-1, metres."""

    cloud_reflectance: float = 0.18
    """Cloud is at least this bright in every band (shortwave infrared: two thirds of it),"""
    cloud_flatness: float = 0.3
    """with visible bands within this share of their mean,"""
    cloud_m: float = 110.0
    """over at least this width, which no hull has;"""
    cloud_edge_m: float = 60.0
    """its frayed edge reaches this much further."""
    ring_m: float = 1000.0
    """The scene classification is believed about a berth only if, within this of it, it calls"""
    ring_share: float = 0.3
    """this share of the water cloud: over water it is seldom wrong, on bright quays often."""
    ring_share_unknown: float = 0.5
    """The same share of everything round about, where the port's file names no water."""
    shadow_darker: float = 0.6
    """Ground in a cloud's shadow has at most this share of the near infrared (else brightness) of
    the ground in view: half the light at noon is gone and what the sky gives is blue."""
    cloud_height_m: tuple[float, float] = (300.0, 4000.0)
    """Clouds that cast a sharp shadow; higher ones are thin."""
    haze_reflectance: float = 0.16
    """The darkest hundredth of the port is at least this bright in red, nearest to the ground's
    own light: clear sea is 0.01-0.06, mud 0.12."""
    glint_nir: float = 0.15
    """Water this bright in near infrared mirrors the sun: as bright as decks and quays. Turbid
    water stays below it, and below"""
    glint_swir: float = 0.1
    """this in shortwave infrared, where water is black (used where the band is there)."""
    glint_spread: float = 0.04
    """Robust standard deviation of near infrared over water from which waves look like hulls."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sky:
    """What hides the ground of one chip; masks of shape (row, col)."""

    seen: BoolArray
    """Pixels that all bands needed have."""
    cloud: BoolArray
    """By the pixels' own look."""
    shadow: BoolArray
    """Dark ground where a cloud seen on the chip would throw its shadow."""
    scene_class: FloatArray | None
    """Sentinel-2's own classes, where the chip has them."""
    is_hazy: bool
    coverage: float
    """Share of the chip that was seen, 0-1."""
    cloud_share: float
    """Share of what was seen that is cloud, 0-1."""

    @property
    def clear(self) -> BoolArray:
        """Return pixels seen, and neither clouded nor shaded by their own look."""
        return np.asarray(self.seen & ~self.cloud & ~self.shadow, np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BerthView:
    """What of one berth could be seen."""

    clear: BoolArray
    """Pixels of the berth that can be judged, in the berth's window."""
    obstacle: str
    """What hides the others, most telling first; empty where nothing does."""


def sky_over(chip: Chip, *, sun: Vector | None = None, criteria: SkyCriteria | None = None) -> Sky:
    """Look for what hides the ground anywhere on `chip`.

    Args:
        chip: Reflectance; `nir`, `swir16` and `scl` are used where they are.
        sun: Direction towards the sun (east, north, up); without it no shadow is looked for.
        criteria: Thresholds.
    """
    criteria = criteria or SkyCriteria()
    bands = {name: chip.band(name) for name in chip.bands}
    visible = [bands[n] for n in VISIBLE if n in bands]
    needed = [*visible, *(bands[n] for n in ("nir",) if n in bands)]
    shape = (chip.grid.height, chip.grid.width)
    seen: BoolArray = np.zeros(shape, np.bool_)
    if needed:
        seen = np.asarray(np.isfinite(needed).all(axis=0), np.bool_)
    cloud = np.zeros(shape, np.bool_)
    if len(visible) > 1:
        cloud = _cloud(bands, np.stack(visible), seen, chip.grid.gsd_m, criteria)
    shadow = np.zeros(shape, np.bool_)
    if sun is not None and cloud.any():
        shadow = _shadow(bands, seen, cloud, sun, chip.grid.gsd_m, criteria)
    red = bands.get("red", bands.get("green"))
    open_sky = seen & ~cloud
    hazy = red is not None and np.count_nonzero(open_sky) >= _ENOUGH_PX
    return Sky(
        seen=seen,
        cloud=cloud,
        shadow=shadow,
        scene_class=bands.get("scl"),
        is_hazy=bool(
            hazy
            and red is not None
            and np.percentile(red[open_sky], 1) >= criteria.haze_reflectance
        ),
        coverage=float(seen.mean()),
        cloud_share=float(cloud[seen].mean()) if seen.any() else 0.0,
    )


_ENOUGH_PX = 30
_SCL_CLOUD = (8, 9)  # medium and high probability; thin cirrus (10) does not hide a ship
_SCL_SHADOW = (3,)


def berth_view(
    sky: Sky, berth: BerthPixels, port: PortPixels, *, criteria: SkyCriteria | None = None
) -> BerthView:
    """Return what of `berth` can be judged under `sky`, and what hides the rest."""
    criteria = criteria or SkyCriteria()
    window = (berth.rows, berth.cols)
    cloud = sky.cloud[window] | _believed(sky, berth, port, _SCL_CLOUD, criteria)
    shadow = sky.shadow[window] | _believed(sky, berth, port, _SCL_SHADOW, criteria)
    seen = sky.seen[window]
    if sky.is_hazy:
        return BerthView(clear=np.zeros_like(berth.inside), obstacle="haze")
    obstacle = ""
    if (berth.inside & seen & cloud).any():
        obstacle = "cloud"
    elif (berth.inside & seen & shadow).any():
        obstacle = "cloud shadow"
    elif not (berth.inside & seen).sum() >= berth.whole * 0.98:
        obstacle = "not in view"
    return BerthView(clear=berth.inside & seen & ~cloud & ~shadow, obstacle=obstacle)


def has_glint(
    chip: Chip,
    water: BoolArray,
    window: tuple[slice, slice],
    *,
    criteria: SkyCriteria | None = None,
) -> bool:
    """Return whether the sun is mirrored by the water at hand so that hulls drown in it.

    Args:
        chip: Reflectance; without `nir` glint cannot be told and False is returned.
        water: Water to look at, beside the berth, in `window`.
        window: Rows and columns of the chip.
        criteria: Thresholds.
    """
    criteria = criteria or SkyCriteria()
    if "nir" not in chip.bands:
        return False
    nir = chip.band("nir")[window][water]
    nir = nir[np.isfinite(nir)]
    if nir.size < _ENOUGH_PX:
        return False
    middle = float(np.median(nir))
    spread = 1.4826 * float(np.median(np.abs(nir - middle)))
    if spread > criteria.glint_spread:
        return True
    if middle <= criteria.glint_nir:
        return False
    if "swir16" not in chip.bands:
        return True
    swir = chip.band("swir16")[window][water]
    swir = swir[np.isfinite(swir)]
    return swir.size < _ENOUGH_PX or float(np.median(swir)) > criteria.glint_swir


def _cloud(
    bands: dict[str, FloatArray],
    visible: FloatArray,
    seen: BoolArray,
    gsd_m: float,
    criteria: SkyCriteria,
) -> BoolArray:
    """Return wide, bright, colourless patches."""
    darkest, brightest = visible.min(axis=0), visible.max(axis=0)
    white = seen & (darkest > criteria.cloud_reflectance)
    white &= brightest - darkest < criteria.cloud_flatness * visible.mean(axis=0)
    for name, share in (("nir", 1.0), ("swir16", 2 / 3)):
        if name in bands:
            white &= ~(bands[name] < share * criteria.cloud_reflectance)  # NaN objects to nothing
    side = max(3, round(criteria.cloud_m / gsd_m))
    core = ndimage.maximum_filter(ndimage.minimum_filter(white, side), side)
    return np.asarray(
        ndimage.maximum_filter(core, 2 * round(criteria.cloud_edge_m / gsd_m) + 1), np.bool_
    )


def _shadow(
    bands: dict[str, FloatArray],
    seen: BoolArray,
    cloud: BoolArray,
    sun: Vector,
    gsd_m: float,
    criteria: SkyCriteria,
) -> BoolArray:
    """Return where most ground round about is dark and the chip's clouds can throw their shadow."""
    if elevation_deg(sun) < _LOWEST_SUN_DEG:
        return np.zeros_like(seen)
    if not {"green", "nir"} <= set(bands):
        return np.zeros_like(seen)
    green, nir = bands["green"], bands["nir"]
    # Water is dark in any light; ground stays brighter in near infrared than in green, nearly.
    ground = seen & ~cloud & (green - nir < _GROUND_NDWI * (green + nir))
    reach = _thrown(cloud, sun, gsd_m, criteria)
    lit = ground & ~reach
    if np.count_nonzero(lit) < _ENOUGH_PX:
        return np.zeros_like(seen)
    dark = ground & (nir < criteria.shadow_darker * float(np.median(nir[lit])))
    side = max(3, round(criteria.cloud_m / gsd_m))
    share_ground, share_dark = (
        ndimage.uniform_filter(mask.astype(np.float32), side) for mask in (ground, dark)
    )
    return np.asarray(reach & (share_ground > 0.1) & (share_dark > 0.6 * share_ground), np.bool_)


_GROUND_NDWI = 0.1
_LOWEST_SUN_DEG = 10.0


def _thrown(cloud: BoolArray, sun: Vector, gsd_m: float, criteria: SkyCriteria) -> BoolArray:
    """Return where shadows of `cloud` can lie, for clouds of any height."""
    out = np.zeros_like(cloud)
    low, high = criteria.cloud_height_m
    flat = math.hypot(float(sun[0]), float(sun[1]))
    per_metre = flat / float(sun[2])
    if per_metre <= 0:
        return cloud
    steps = max(2, math.ceil((high - low) * per_metre / criteria.cloud_m) + 1)
    for height in np.linspace(low, high, steps):
        row = round(float(sun[1]) / float(sun[2]) * height / gsd_m)  # away from the sun: south +
        col = round(-float(sun[0]) / float(sun[2]) * height / gsd_m)
        out |= _rolled(cloud, row, col)
    return np.asarray(out & ~cloud, np.bool_)


def _rolled(mask: BoolArray, rows: int, cols: int) -> BoolArray:
    out = np.zeros_like(mask)
    height, width = mask.shape
    if abs(rows) >= height or abs(cols) >= width:
        return out
    out[max(rows, 0) : height + min(rows, 0), max(cols, 0) : width + min(cols, 0)] = mask[
        max(-rows, 0) : height + min(-rows, 0), max(-cols, 0) : width + min(-cols, 0)
    ]
    return out


def _believed(
    sky: Sky, berth: BerthPixels, port: PortPixels, classes: tuple[int, ...], criteria: SkyCriteria
) -> BoolArray:
    """Return pixels of those classes in the berth's window, or none where the ring denies them."""
    nothing = np.zeros_like(berth.inside)
    if sky.scene_class is None:
        return nothing
    reach = round(criteria.ring_m / port.gsd_m)
    inside = np.argwhere(berth.inside)
    if not inside.size:
        return nothing
    corner = np.array([berth.rows.start, berth.cols.start])
    top, left = inside.min(axis=0) + corner
    bottom, right = inside.max(axis=0) + corner
    ring = (
        slice(max(0, top - reach), bottom + reach + 1),
        slice(max(0, left - reach), right + reach + 1),
    )
    known = np.isfinite(sky.scene_class[ring]) & (sky.scene_class[ring] > 0)
    around = known & ~port.any_berth[ring]
    needed = criteria.ring_share_unknown
    if np.count_nonzero(around & port.known_water[ring]) >= _ENOUGH_PX:
        around &= port.known_water[ring]
        needed = criteria.ring_share
    if not around.any():
        return nothing
    if float(np.isin(sky.scene_class[ring][around], classes).mean()) < needed:
        return nothing
    return np.isin(sky.scene_class[berth.rows, berth.cols], classes)
