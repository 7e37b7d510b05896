"""Whether each berth was taken when a scene was acquired, and which other scenes to compare with.

The one door to occupancy. Each sensor answers its own narrow question, "does this polygon hold a
hull?"; a berth that was not seen is `unobserved`, never `free`. Pure: no files, no clock.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from monitor.detect.imagery.optical_occupancy import OpticalCriteria, optical_readings
from monitor.detect.imagery.port_pixels import Reading, port_pixels
from monitor.detect.imagery.quay_optics import optical_profiles
from monitor.detect.imagery.quay_profile import QuayCriteria, radar_profiles
from monitor.detect.imagery.quay_sightings import (
    QuayShip,
    berth_scores,
    quay_ships,
    sightings_of,
)
from monitor.detect.imagery.quay_strip import quay_strips
from monitor.detect.imagery.radar_occupancy import RadarCriteria, radar_readings, radar_views
from monitor.detect.imagery.sun import sun_over
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.chip import Chip
from monitor.domain.look import Look
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Modality, Scene
from monitor.domain.sighting import Sighting

BANDS = {
    Modality.RADAR: ("vv", "vh"),
    Modality.OPTICAL: ("blue", "green", "red", "nir", "swir16", "scl"),
}
"""Bands worth reading, as far as the scene has them."""
_SAME_PASS = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyCriteria:
    """Thresholds of both sensors."""

    min_usable: float = 0.6
    """Below this share of clear, seen pixels a berth is unobserved."""
    quayside_m: float = 30.0
    """How far from a quay's line its wall, fenders and cranes show; the lines are traced to
    about 15 m and a pixel is 10 m."""
    doubt: float = 0.1
    """Scores this close to 0.5 are called uncertain in the reason; the state stands."""
    radar: RadarCriteria = field(default_factory=RadarCriteria)
    optical: OpticalCriteria = field(default_factory=OpticalCriteria)
    quay: QuayCriteria = field(default_factory=QuayCriteria)


def bands_for(scene: Scene) -> tuple[str, ...]:
    """Return the bands of `scene` that the judgement uses, to be asked of a reader."""
    return tuple(name for name in BANDS[scene.modality] if scene.band(name) is not None)


def reference_scenes(
    scene: Scene, candidates: Sequence[Scene], *, causal: bool, limit: int = 24
) -> tuple[str, ...]:
    """Choose the scenes to compare `scene` with: their ids, ordered by time.

    Same sensor, and for radar the same relative orbit, because walls shine differently from
    another side; drawn scenes go with drawn ones only. Half of them are the nearest in time
    (sea, season, building work), half are spread evenly over the rest, so that a ship that lay
    there for months does not fill them all. Another scene of the same pass is the same look and
    is never taken. The order of `candidates` does not matter.

    Args:
        scene: The scene to judge.
        candidates: All scenes at hand.
        causal: Only scenes acquired before `scene` and to be had by then, as a live watch would.
        limit: The most to choose.
    """
    fitting = sorted(
        (
            c
            for c in candidates
            if _is_comparable(c, scene) and not (causal and _is_later(c, scene))
        ),
        key=lambda c: (abs(c.acquired_at - scene.acquired_at), c.id),
    )
    nearest, rest = fitting[: limit - limit // 2], fitting[limit - limit // 2 :]
    rest.sort(key=lambda c: (c.acquired_at, c.id))
    wanted = min(limit // 2, len(rest))
    spread = [rest[i * len(rest) // wanted] for i in range(wanted)]
    return tuple(c.id for c in sorted(nearest + spread, key=lambda c: (c.acquired_at, c.id)))


def _is_comparable(other: Scene, scene: Scene) -> bool:
    same_orbit = scene.modality is Modality.OPTICAL or other.orbit == scene.orbit
    return (
        other.id != scene.id
        and (other.sensor, other.modality, other.rendered)
        == (scene.sensor, scene.modality, scene.rendered)
        and same_orbit
        and abs(other.acquired_at - scene.acquired_at) >= _SAME_PASS
    )


def _is_later(other: Scene, scene: Scene) -> bool:
    return other.acquired_at > scene.acquired_at or other.available_at > scene.available_at


def survey_order(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """Order scenes so that those sharing references follow one another, each group by time.

    A caller that keeps only the chips of the present sensor and orbit then reads each once.
    """
    return tuple(
        sorted(
            scenes,
            key=lambda s: (
                s.rendered,
                s.modality,
                s.sensor,
                (s.orbit or 0) if s.modality is Modality.RADAR else 0,
                s.acquired_at,
                s.id,
            ),
        )
    )


def berth_states(
    scene: Scene,
    chip: Chip,
    gazetteer: Gazetteer,
    *,
    references: Sequence[Chip],
    criteria: OccupancyCriteria | None = None,
) -> tuple[BerthState, ...]:
    """Judge every berth of the area that lies on the chip's grid, ordered by berth id.

    Args:
        scene: The scene the chip was read from.
        chip: Its pixels (`bands_for(scene)`) on the port's grid.
        gazetteer: The port.
        references: Chips of `reference_scenes` on the same grid, in any order; those on another
            grid and the scene's own are left out. With none, the scene is judged by itself and
            scores stay nearer to 0.5.
        criteria: Thresholds.

    Returns:
        One state per berth: `unobserved` with usable 0 where the scene does not reach.
    """
    return look_at_port(scene, chip, gazetteer, references=references, criteria=criteria).berths


def quay_sightings(
    scene: Scene,
    chip: Chip,
    gazetteer: Gazetteer,
    *,
    references: Sequence[Chip],
    criteria: OccupancyCriteria | None = None,
) -> tuple[Sighting, ...]:
    """Return the ships along the quays, ordered by quay and along it.

    Arguments as for `berth_states`. Empty if no ship was found OR none could be seen: ask the
    berth states.
    """
    return look_at_port(scene, chip, gazetteer, references=references, criteria=criteria).ships


def look_at_port(
    scene: Scene,
    chip: Chip,
    gazetteer: Gazetteer,
    *,
    references: Sequence[Chip],
    criteria: OccupancyCriteria | None = None,
) -> Look:
    """Return berth states and ships at the quays together, so that pixels are gone through once.

    Arguments as for `berth_states`.
    """
    criteria = criteria or OccupancyCriteria()
    port = port_pixels(gazetteer, chip.grid, quayside_m=criteria.quayside_m)
    strips = quay_strips(gazetteer, chip.grid, criteria=criteria.quay.strip)
    past = sorted(
        (r for r in references if r.grid == chip.grid and r.scene_id != scene.id),
        key=lambda r: r.scene_id,
    )
    if scene.modality is Modality.RADAR:
        views = radar_views(chip, past, port, criteria=criteria.radar)
        readings = radar_readings(views, port, criteria=criteria.radar)
        profiles = radar_profiles(
            views, strips, chip.grid, radar=criteria.radar, criteria=criteria.quay
        )
        hulls = criteria.quay.radar
    else:
        sun = sun_over(scene.acquired_at, chip.grid)
        readings = optical_readings(chip, past, port, criteria=criteria.optical, sun=sun)
        profiles = optical_profiles(chip, past, port, strips, criteria=criteria.optical)
        hulls = criteria.quay.optical
    ships = quay_ships(
        profiles,
        hulls=hulls,
        criteria=criteria.quay,
        moorings={b.id: b.mooring for b in gazetteer.berths},
    )
    scores = {b.place.id: r.score for b, r in zip(port.berths, readings, strict=True)}
    if scene.modality is Modality.OPTICAL:
        # Pale concrete and roofs pass for hulls along a quay line: in a berth, her own polygon, the
        # better judge, must agree.
        ships = [s for s in ships if _is_confirmed(s.berth_ids, scores)]
    else:
        # A short past does not tell a pontoon or a crane from a hull along the quay's edge: then
        # the berth's own polygon is asked, and a ship that it denies is not told of.
        known_past = len(past) >= criteria.radar.many_references
        if not known_past:
            ships = [s for s in ships if not _is_denied(s.berth_ids, scores)]
        by_profile = berth_scores(ships, profiles, hulls=hulls)
        readings = tuple(
            _joined(reading, by_profile.get(berth.place.id), known_past=known_past)
            for berth, reading in zip(port.berths, readings, strict=True)
        )
    never = {b.place.id for b, r in zip(port.berths, readings, strict=True) if r.never_empty}
    ships = [_with_doubt(s, never) for s in ships]
    return Look(
        scene_id=scene.id,
        acquired_at=scene.acquired_at,
        berths=tuple(
            _state(scene, berth.place.id, reading, criteria)
            for berth, reading in zip(port.berths, readings, strict=True)
        ),
        ships=sightings_of(
            ships, scene, chip.grid, hulls,
            tells_beam=scene.modality is Modality.OPTICAL and chip.grid.gsd_m <= _FINE_M,
        ),
    )  # fmt: skip


_FINE_M = 5.0
"""A beam of 20 m is four such pixels; of 10 m it is two, and both are mixed."""


def _with_doubt(ship: QuayShip, never_empty: Container[str]) -> QuayShip:
    """Return a ship with word that her berth was never seen without a hull, where so."""
    if not ship.berth_ids or ship.berth_ids[0] not in never_empty:
        return ship
    return replace(ship, reason=f"{ship.reason}, berth never seen empty")


def _is_confirmed(berth_ids: Sequence[str], scores: Mapping[str, float]) -> bool:
    """Return whether a berth a ship is said to lie in looks taken by itself, or she is in none."""
    return not berth_ids or any(scores.get(b, 0.0) >= 0.5 for b in berth_ids)


def _is_denied(berth_ids: Sequence[str], scores: Mapping[str, float]) -> bool:
    """Return whether every berth a ship is said to lie in looks free by itself."""
    judged = [scores[b] for b in berth_ids if np.isfinite(scores.get(b, np.nan))]
    return bool(judged) and max(judged) < 0.5


def _joined(
    reading: Reading, by_profile: tuple[float, float] | None, *, known_past: bool
) -> Reading:
    """Return the polygon's reading corrected by the ships that the whole quay shows.

    Where the past is long enough to know the quay, a ship that lies in the berth counts whatever
    the polygon says. Where the polygon is bright and no ship lies in it, what is left without the
    neighbours' glare decides.
    """
    if by_profile is None or not np.isfinite(reading.score):
        return reading
    held, without = by_profile
    if held:
        return replace(reading, score=max(reading.score, held)) if known_past else reading
    return replace(reading, score=min(reading.score, without))


def unobserved(scene: Scene, gazetteer: Gazetteer, *, reason: str) -> tuple[BerthState, ...]:
    """Return what a scene that cannot be read says of every berth: nothing, and why."""
    nothing = Reading(score=np.nan, usable=0.0, reason=reason, obstacle=reason)
    return tuple(_state(scene, b.id, nothing, OccupancyCriteria()) for b in gazetteer.berths)


def _state(
    scene: Scene, berth_id: str, reading: Reading, criteria: OccupancyCriteria
) -> BerthState:
    score, reason = reading.score, reading.reason
    if reading.usable < criteria.min_usable:
        state, score, reason = Occupancy.UNOBSERVED, float("nan"), reading.obstacle
    elif np.isnan(score):
        state = Occupancy.UNOBSERVED
    else:
        state = Occupancy.OCCUPIED if score >= 0.5 else Occupancy.FREE
        if abs(score - 0.5) < criteria.doubt:
            reason = f"{reason}, uncertain"
    return BerthState(
        scene_id=scene.id,
        acquired_at=scene.acquired_at,
        available_at=scene.available_at,
        sensor=scene.sensor,
        modality=scene.modality,
        orbit=scene.orbit,
        berth_id=berth_id,
        state=state,
        score=score,
        usable=reading.usable,
        reason=reason,
        rendered=scene.rendered,
    )
