"""Profiles of quays to ships: which hulls lie at the quay, how, in which berths, how surely.

And back to the berths: a polygon that a neighbour's glare reaches into holds no ship, one that
holds most of a ship does. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely.geometry import Polygon

from monitor.detect.imagery.quay_hull_shape import Hull, HullCriteria
from monitor.detect.imagery.quay_hulls import disk, hulls_in
from monitor.detect.imagery.quay_profile import Profile, QuayCriteria
from monitor.detect.imagery.quay_strip import QuayStrip
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import Scene
from monitor.domain.sighting import Mooring, Sighting

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuayShip:
    """One hull that lies at a quay."""

    strip: QuayStrip
    hull: Hull
    mooring: Mooring
    confidence: float
    berth_ids: tuple[str, ...]
    """By falling overlap."""
    reason: str
    outline: Polygon
    """The rectangle as seen, on the grid's plane."""


def quay_ships(
    profiles: Sequence[Profile],
    *,
    hulls: HullCriteria,
    criteria: QuayCriteria,
    moorings: Mapping[str, str],
) -> list[QuayShip]:
    """Return the ships of all quays, each once, ordered by quay and along it.

    Args:
        profiles: One per strip.
        hulls: What a ship looks like to the sensor.
        criteria: Thresholds.
        moorings: `Place.mooring` by berth id, for hulls as wide as long.
    """
    found = [ship for profile in profiles for ship in _ships_of(profile, hulls, criteria, moorings)]
    kept: list[QuayShip] = []
    # One ship in the corner of two quays is seen from both: the one that holds more of her keeps
    # her.
    for ship in sorted(found, key=_claim):
        if not any(_are_one(ship, other) for other in kept):
            kept.append(ship)
    return sorted(kept, key=lambda s: (s.strip.quay_id, s.hull.centre, s.hull.length_m))


def _claim(ship: QuayShip) -> tuple[bool, float, float, str]:
    return not ship.berth_ids, -ship.outline.area, ship.hull.centre[1], ship.strip.quay_id


def _are_one(one: QuayShip, other: QuayShip) -> bool:
    if one.strip is other.strip:
        return False
    shared = one.outline.intersection(other.outline).area
    return float(shared) > 0.3 * min(one.outline.area, other.outline.area)


def _ships_of(
    profile: Profile, hulls: HullCriteria, criteria: QuayCriteria, moorings: Mapping[str, str]
) -> list[QuayShip]:
    strip = profile.strip
    found = hulls_in(
        profile.evidence,
        strength=profile.strength,
        structure=profile.structure,
        cell_m=strip.cell_m,
        criteria=hulls,
    )
    ships: list[QuayShip] = []
    for hull in sorted(found, key=lambda h: h.out_m[0]):
        share = _shares(strip, hull, criteria)
        in_berths = float(np.mean(np.any(strip.in_berth, axis=0)[hull.cells])) if share else 0.0
        inside = next((s for s in ships if _lies_behind(hull, s.hull, criteria)), None)
        edge_m = hull.out_m[0] + strip.out_m[0] - strip.cell_m / 2
        held = in_berths >= criteria.in_berth
        # What is bright beside a quay whose past is unknown may be the quay.
        known = profile.known_past or not strip.has_quay
        if not held and not (known and (inside is not None or edge_m <= criteria.at_quay_m)):
            continue
        mooring = _mooring(hull, share, moorings)
        if mooring is Mooring.ALONGSIDE and inside is not None:
            mooring = Mooring.RAFTED
        ships.append(
            QuayShip(
                strip=strip,
                hull=hull,
                mooring=mooring,
                confidence=_confidence(profile, hull, hulls),
                berth_ids=tuple(share),
                reason=profile.reason if hull.whole else f"{profile.reason}, may be several",
                outline=_outline(strip, hull),
            )
        )
    return ships


def _shares(strip: QuayStrip, hull: Hull, criteria: QuayCriteria) -> dict[str, float]:
    """Return the berths she lies in and how far, by falling overlap along the quay."""
    first, last = hull.along_m[0] - criteria.traced_m, hull.along_m[1] + criteria.traced_m
    shares = {}
    for berth_id, inside in zip(strip.berth_ids, strip.in_berth, strict=True):
        held = inside & hull.cells
        if not held.any():
            continue
        columns = np.flatnonzero(inside.any(axis=0)) * strip.cell_m
        start, end = float(columns[0]), float(columns[-1]) + strip.cell_m
        overlap = min(end, last) - max(start, first)
        own = overlap / max(last - first, strip.cell_m)
        if own >= criteria.overlap or overlap / (end - start) >= criteria.overlap:
            shares[berth_id] = min(own, 1.0)
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _lies_behind(hull: Hull, inner: Hull, criteria: QuayCriteria) -> bool:
    """Return whether `hull` lies outside `inner`, seen from the quay, and against her."""
    overlap = min(hull.along_m[1], inner.along_m[1]) - max(hull.along_m[0], inner.along_m[0])
    shorter = min(hull.along_m[1] - hull.along_m[0], inner.along_m[1] - inner.along_m[0])
    gap = hull.out_m[0] - inner.out_m[1]
    return overlap >= 0.5 * shorter and gap <= criteria.at_quay_m and (
        hull.centre[1] - inner.centre[1] >= 0.4 * (hull.seen_beam_m + inner.seen_beam_m) / 2
    )  # fmt: skip


def _mooring(hull: Hull, berths: Mapping[str, float], moorings: Mapping[str, str]) -> Mooring:
    if hull.turned_deg is None:
        usual = moorings.get(next(iter(berths), ""), "")
        return Mooring.STERN_TO if usual == Mooring.STERN_TO.value else Mooring.ALONGSIDE
    from_quay = min(hull.turned_deg, 180 - hull.turned_deg)
    return Mooring.ALONGSIDE if from_quay <= 45 else Mooring.STERN_TO


def _confidence(profile: Profile, hull: Hull, hulls: HullCriteria) -> float:
    """Return how probable a hull is: by what her least necessary area stands out at least."""
    levels = np.sort(profile.evidence[hull.cells])
    levels = levels[np.isfinite(levels)]
    wanted = min(max(round(hulls.least_m2 / profile.strip.cell_m**2), 1), len(levels))
    level = float(levels[-wanted]) if wanted else 0.0
    return 1 / (1 + math.exp(-level / profile.softness))


def _outline(strip: QuayStrip, hull: Hull) -> Polygon:
    half_length, half_beam = hull.seen_length_m / 2, hull.seen_beam_m / 2
    turned = math.radians(hull.turned_deg if hull.turned_deg is not None else hull.lean_deg)
    axis = np.array([math.cos(turned), math.sin(turned)])
    across = np.array([-axis[1], axis[0]])
    corners = [
        np.array(hull.centre) + axis * half_length * a + across * half_beam * b
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    return Polygon([strip.ground(float(c[0]), float(c[1])) for c in corners])


def sightings_of(ships: Sequence[QuayShip], scene: Scene, grid: Grid, hulls: HullCriteria,
                 *, tells_beam: bool) -> tuple[Sighting, ...]:  # fmt: skip
    """Return the ships as sightings, in their order.

    Args:
        ships: Of one scene.
        scene: The scene.
        grid: Whose plane the strips lie on.
        hulls: Whose error of length is stated.
        tells_beam: Whether the pixels are fine enough to state beams.
    """
    frame = MetricFrame(grid.epsg)
    return tuple(_sighting(ship, scene, frame, hulls, tells_beam) for ship in ships)


def _sighting(
    ship: QuayShip, scene: Scene, frame: MetricFrame, hulls: HullCriteria, tells_beam: bool
) -> Sighting:
    strip, hull = ship.strip, ship.hull
    x, y = strip.ground(*hull.centre)
    lon, lat = (float(v) for v in frame.lonlat(x, y))
    start = strip.along_m[0] - strip.cell_m / 2
    return Sighting(
        scene_id=scene.id,
        acquired_at=scene.acquired_at,
        sensor=scene.sensor,
        modality=scene.modality,
        lon=lon,
        lat=lat,
        outline_wkt=shapely.to_wkt(frame.geographic(ship.outline), rounding_precision=7),
        length_m=round(hull.length_m, 1),
        length_error_m=hulls.length_error_m,
        beam_m=round(hull.beam_m, 1) if tells_beam else None,
        axis_deg=None if hull.turned_deg is None else _true_deg(strip, hull, frame),
        confidence=ship.confidence,
        mooring=ship.mooring,
        quay_id=strip.quay_id,
        along_start_m=round(start + hull.along_m[0], 1),
        along_end_m=round(start + hull.along_m[1], 1),
        berth_ids=ship.berth_ids,
        reason=ship.reason,
        rendered=scene.rendered,
    )


def _true_deg(strip: QuayStrip, hull: Hull, frame: MetricFrame) -> float:
    """Return the direction of her axis from true north, 0 ≤ it < 180, to a tenth of a degree."""
    turned = math.radians(hull.turned_deg or 0.0)
    reach = (50 * math.cos(turned), 50 * math.sin(turned))
    (x1, y1), (x2, y2) = (
        strip.ground(hull.centre[0] + s * reach[0], hull.centre[1] + s * reach[1]) for s in (-1, 1)
    )
    lon, lat = frame.lonlat([x1, x2], [y1, y2])
    east = (lon[1] - lon[0]) * math.cos(math.radians(float(lat.mean())))
    return round(math.degrees(math.atan2(east, lat[1] - lat[0])), 1) % 180


def berth_scores(
    ships: Sequence[QuayShip], profiles: Sequence[Profile], *, hulls: HullCriteria
) -> dict[str, tuple[float, float]]:
    """Return, per berth that a strip holds, (probability by its ships, probability without others).

    The first is 0 where no ship lies in the berth. The second asks what is left in it once ships
    that lie elsewhere and their glare are taken out; 1 where none reaches into it.
    """
    found: dict[str, tuple[float, float]] = {}
    for profile in profiles:
        strip = profile.strip
        own = [s for s in ships if s.strip is strip]
        level = _hull_level(profile, hulls)
        for berth_id, inside in zip(strip.berth_ids, strip.in_berth, strict=True):
            held = max((s.confidence for s in ships if berth_id in s.berth_ids), default=0.0)
            elsewhere = np.zeros_like(inside)
            for ship in own:
                if berth_id not in ship.berth_ids:
                    elsewhere |= ship.hull.cells
            without = 1.0
            if elsewhere.any():
                glare_m = ndimage.distance_transform_edt(~elsewhere) * strip.cell_m
                elsewhere = glare_m <= hulls.thinnest_m
                if (elsewhere & inside).any():
                    left = level[inside & strip.water & ~elsewhere]
                    without = _remaining(left, inside, profile, hulls)
            found[berth_id] = (held, without)
    return found


def _hull_level(profile: Profile, hulls: HullCriteria) -> FloatArray:
    """Return the evidence without anything thinner than a hull."""
    filled = np.nan_to_num(profile.evidence, nan=-99.0)
    footprint = disk(hulls.thinnest_m / profile.strip.cell_m)
    return np.asarray(ndimage.grey_opening(filled, footprint=footprint), np.float32)


def _remaining(left: FloatArray, inside: BoolArray, profile: Profile, hulls: HullCriteria) -> float:
    cell_m2 = profile.strip.cell_m**2
    wanted = min(round(hulls.least_m2 / cell_m2), round(0.35 * np.count_nonzero(inside)))
    if len(left) < max(wanted, 1):
        return 0.0
    level = float(np.sort(left)[-max(wanted, 1)])
    return 1 / (1 + math.exp(-max(level, -50.0) / profile.softness))
