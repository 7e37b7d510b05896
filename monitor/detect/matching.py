"""Sightings of a scene to tracks, one to one, at the moment the scene was acquired.

A track says where its ship was then by its reports around it. Nothing is known of who a ship in
an image is: a match says that one ship would be seen there, not that it is she.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.cells import rows_about
from monitor.detect.tracks import Tracks
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.coverage import Coverage
from monitor.domain.geo import KNOT_MS
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Modality
from monitor.domain.sighting import Sighting, SightingMatch
from monitor.domain.window import span_ms, to_ms

Floats = npt.NDArray[np.float64]
NO_AIS = "no AIS within the gate"
TAKEN = "the AIS within the gate belongs to other sightings"
NOT_COVERED = "AIS coverage not shown"
_FAR = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCriteria:
    """How far a ship in an image may lie from where her AIS puts her.

    Source: peers' gate, 300 m + speed × time + half her length; the rest is our own.
    """

    gate_m: float = 300.0
    drift_m: float = 3_000.0
    """Speed × time counts up to this: beyond it neighbours are no longer told apart."""
    between: timedelta = timedelta(hours=1)
    """A moving ship is placed between two reports no farther apart than this."""
    ahead: timedelta = timedelta(minutes=30)
    """She is dead-reckoned no longer than this from one report."""
    at_rest: timedelta = timedelta(hours=6)
    """A ship that lay still is looked for in the same place so long before or after a report."""
    rest_kn: float = 0.5
    rest_m: float = 200.0
    """Two reports no farther apart than this are of one place: ships swing and antennas err."""
    unknown_kn: float = 10.0
    """Taken for the speed of a report that gives none."""
    azimuth_s: float = 80.0
    """Radar puts a moving ship off along its track by range / satellite speed × her speed across,
    at most 80 m for each m/s: 850 km / 7.6 km/s × sin 45°; 0.5 km at 12 kn."""
    length_errors: float = 2.0
    """A hull fits where her length lies within so many errors of the one measured."""
    margin_m: float = 10_000.0
    """Ships are looked for this far round the port's areas."""
    fed_around: timedelta = timedelta(hours=3)
    """Others must have been heard near the sighting this close to it to speak of no AIS."""
    berth_m: float = 30.0
    """A ship at rest this near a berth that was seen should have been seen in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """A ship at rest by AIS, in a berth that a scene shows, matched to no sighting."""

    scene_id: str
    mmsi: int
    berth_id: str
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneMatch:
    """All sightings of one scene against all tracks."""

    scene_id: str
    matches: tuple[SightingMatch, ...]
    """One for each sighting, ordered by place."""
    not_seen: tuple[NotSeen, ...] = ()


def scene_matches(
    sightings: Iterable[Sighting],
    states: Iterable[BerthState],
    tracks: Tracks,
    gazetteer: Gazetteer,
    coverage: Coverage,
    *,
    lengths: Mapping[int, float],
    criteria: MatchCriteria,
) -> tuple[SceneMatch, ...]:
    """Match the sightings of each scene to the tracks, ordered by time and scene.

    Args:
        sightings: Ships seen, any order.
        states: What the same scenes show of berths: a ship is missed only where one was looked at.
        tracks: Cleaned reports.
        gazetteer: The places; ships are looked for near them.
        coverage: Where and when others were heard.
        lengths: MMSI -> length over all in metres, where known.
        criteria: All thresholds.
    """
    seen: dict[tuple[int, str], list[Sighting]] = defaultdict(list)
    looked: dict[tuple[int, str], list[BerthState]] = defaultdict(list)
    for s in sightings:
        seen[to_ms(s.acquired_at), s.scene_id].append(s)
    for state in states:
        if state.state is not Occupancy.UNOBSERVED and state.berth_id in gazetteer.places:
            looked[to_ms(state.acquired_at), state.scene_id].append(state)
    scenes = sorted({*seen, *looked})
    if not scenes:
        return ()
    afloat = Afloat(tracks, gazetteer, np.unique([at for at, _ in scenes]), criteria)
    found = []
    for at_ms, scene_id in scenes:
        ships = sorted(
            seen[at_ms, scene_id], key=lambda s: (s.lon, s.lat, s.length_m, s.outline_wkt)
        )
        there = afloat.at(at_ms)
        matches = _matched(ships, there, gazetteer, coverage, lengths, criteria)
        taken = {m.mmsi for m in matches}
        found.append(
            SceneMatch(
                scene_id=scene_id,
                matches=matches,
                not_seen=_not_seen(looked[at_ms, scene_id], there, taken, gazetteer, criteria),
            )
        )
    return tuple(found)


def ships_by_scene(matches: Iterable[SceneMatch]) -> dict[str, dict[int, SightingMatch]]:
    """Return scene -> MMSI -> the sighting that ship was matched to."""
    return {
        scene.scene_id: {m.mmsi: m for m in scene.matches if m.mmsi is not None}
        for scene in matches
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Where ships were at one moment; arrays of shape (n,), ordered by track."""

    mmsi: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    """Report nearest in time."""
    x: Floats
    """Metres, in the port's frame."""
    y: Floats
    speed_ms: Floats
    offset_ms: npt.NDArray[np.int64]
    drift_m: Floats
    """How far speed × time lets her be from there."""


class Afloat:
    """Answers where every ship near the port was at a pass."""

    def __init__(
        self,
        tracks: Tracks,
        gazetteer: Gazetteer,
        passes: npt.NDArray[np.int64],
        criteria: MatchCriteria,
    ) -> None:
        rows, self._c = tracks.rows, criteria
        row = rows_about(rows.time_ms, passes, span_ms(max(criteria.at_rest, criteria.between)))
        west, south, east, north = gazetteer.bounds
        north_by = criteria.margin_m / 110_000
        east_by = north_by / max(np.cos(np.radians((south + north) / 2)), 0.1)
        lon, lat = rows.lon[row], rows.lat[row]
        near = (lon >= west - east_by) & (lon <= east + east_by)
        near &= (lat >= south - north_by) & (lat <= north + north_by)
        self._row = row[near]
        self._track = np.searchsorted(tracks.first_row, self._row, "right") - 1
        self._time = rows.time_ms[self._row]
        self._x, self._y = gazetteer.frame.xy(rows.lon[self._row], rows.lat[self._row])
        self._sog = rows.sog_kn[self._row].astype(np.float64) * KNOT_MS
        # Courses are from true north; at the edge of a zone the grid's north is degrees off it.
        middle, low, high = (west + east) / 2, south, max(north, south + 0.01)
        ends_x, ends_y = gazetteer.frame.xy([middle, middle], [low, high])
        north_on_grid = np.arctan2(ends_x[1] - ends_x[0], ends_y[1] - ends_y[0])
        self._cog = np.radians(rows.cog_deg[self._row].astype(np.float64)) + north_on_grid
        self._mmsi = rows.mmsi[self._row]
        self._tracks = np.unique(self._track)
        self._begin = int(self._time.min()) if len(self._time) else 0
        self._span = int(self._time.max()) - self._begin + 2 if len(self._time) else 1
        self._key = self._track * self._span + (self._time - self._begin)

    def at(self, at_ms: int) -> Placed:
        """Return the ships whose reports around `at_ms` say where they were."""
        n = len(self._row)
        since = min(max(at_ms - self._begin, -1), self._span - 1)
        after = np.searchsorted(self._key, self._tracks * self._span + since, "left")
        before = after - 1
        has_after = (after < n) & (self._track[np.minimum(after, n - 1)] == self._tracks)
        has_before = (before >= 0) & (self._track[np.maximum(before, 0)] == self._tracks)
        after, before = np.where(has_after, after, before), np.where(has_before, before, after)
        ok = has_after | has_before
        after, before, both = after[ok], before[ok], (has_after & has_before)[ok]
        return self._placed(before, after, both, at_ms)

    def _placed(
        self,
        before: npt.NDArray[np.int64],
        after: npt.NDArray[np.int64],
        both: npt.NDArray[np.bool_],
        at_ms: int,
    ) -> Placed:
        c, time = self._c, self._time
        gap = time[after] - time[before]
        moved = np.hypot(self._x[after] - self._x[before], self._y[after] - self._y[before])
        still = both & (moved <= c.rest_m) & (gap <= 2 * span_ms(c.at_rest))
        between = both & (gap > 0) & ((gap <= span_ms(c.between)) | still)
        share = np.where(between, (at_ms - time[before]) / np.maximum(gap, 1), 0.0)
        near = np.where(np.abs(time[before] - at_ms) <= np.abs(time[after] - at_ms), before, after)
        offset = time[near] - at_ms
        away = np.abs(offset) / 1000
        sog = np.where(np.isnan(self._sog[near]), c.unknown_kn * KNOT_MS, self._sog[near])
        rest = self._sog[near] <= c.rest_kn * KNOT_MS + 1e-6
        course = np.where(rest | np.isnan(self._sog[near]), np.nan, self._cog[near])
        run = np.where(np.isnan(course), 0.0, -sog * offset / 1000)
        course = np.nan_to_num(course)
        x = np.where(
            between,
            self._x[before] + share * (self._x[after] - self._x[before]),
            self._x[near] + run * np.sin(course),
        )
        y = np.where(
            between,
            self._y[before] + share * (self._y[after] - self._y[before]),
            self._y[near] + run * np.cos(course),
        )
        implied = moved / np.maximum(gap / 1000, 1.0)
        speed = np.where(between, np.where(np.isnan(self._sog[near]), implied, sog), sog)
        speed = np.where(still | (rest & ~between), np.minimum(speed, c.rest_kn * KNOT_MS), speed)
        drift = np.where(still | rest, 0.0, np.minimum(speed * away, c.drift_m))
        known = (
            between
            | (np.abs(offset) <= span_ms(c.ahead))
            | (rest & (np.abs(offset) <= span_ms(c.at_rest)))
        )
        known &= np.isfinite(x) & np.isfinite(y)
        return Placed(
            mmsi=self._mmsi[near][known],
            row=self._row[near][known],
            x=x[known],
            y=y[known],
            speed_ms=speed[known],
            offset_ms=offset[known],
            drift_m=drift[known],
        )


def _matched(
    ships: list[Sighting],
    there: Placed,
    gazetteer: Gazetteer,
    coverage: Coverage,
    lengths: Mapping[int, float],
    criteria: MatchCriteria,
) -> tuple[SightingMatch, ...]:
    if not ships:
        return ()
    distance, gate, cost = _costs(ships, there, gazetteer, lengths, criteria)
    chosen: dict[int, int] = {}
    if np.any(cost < _FAR):
        # Imported where it is needed: it takes a second to load.
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(cost)
        chosen = {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < _FAR}
    found = []
    for i, ship in enumerate(ships):
        j = chosen.get(i)
        if j is None:
            taken = bool(np.any(cost[i] < _FAR)) if len(there.mmsi) else False
            reason = TAKEN if taken else NO_AIS
            if not _covered(ship, coverage, criteria):
                reason = NOT_COVERED
            found.append(SightingMatch(sighting=ship, mmsi=None, reason=reason))
            continue
        found.append(
            SightingMatch(
                sighting=ship,
                mmsi=int(there.mmsi[j]),
                row=int(there.row[j]),
                distance_m=round(float(distance[i, j]), 1),
                offset_ms=int(there.offset_ms[j]),
                gate_m=round(float(gate[i, j]), 1),
            )
        )
    return tuple(found)


def _costs(
    ships: list[Sighting],
    there: Placed,
    gazetteer: Gazetteer,
    lengths: Mapping[int, float],
    criteria: MatchCriteria,
) -> tuple[Floats, Floats, Floats]:
    """Return (distance, gate, cost), each of shape (sightings, ships); `_FAR` where none fits.

    The cost is distance over gate, and half as much again for a length at the edge of its error.
    """
    x, y = gazetteer.frame.xy(np.array([s.lon for s in ships]), np.array([s.lat for s in ships]))
    size = np.array([s.length_m for s in ships])[:, None]
    error = criteria.length_errors * np.array([s.length_error_m for s in ships])[:, None]
    radar = np.array([s.modality is Modality.RADAR for s in ships])[:, None]
    hull = np.array([lengths.get(m, np.nan) for m in there.mmsi.tolist()], np.float64)[None, :]
    distance = np.hypot(x[:, None] - there.x, y[:, None] - there.y)
    gate = (
        criteria.gate_m
        + there.drift_m
        + 0.5 * np.where(np.isnan(hull), size, hull)
        + radar * criteria.azimuth_s * there.speed_ms
    )
    off = np.where(np.isnan(hull), 0.0, np.abs(hull - size) / np.maximum(error, 1.0))
    fits = (distance <= gate) & (off <= 1.0)
    cost = np.where(fits, distance / gate + 0.5 * off, _FAR)
    return distance, gate, cost


def _covered(ship: Sighting, coverage: Coverage, criteria: MatchCriteria) -> bool:
    at, span = to_ms(ship.acquired_at), span_ms(criteria.fed_around)
    return coverage.near_between(ship.lon, ship.lat, at - span, at + span).fed > 0


def _not_seen(
    looks: list[BerthState],
    there: Placed,
    taken: set[int | None],
    gazetteer: Gazetteer,
    criteria: MatchCriteria,
) -> tuple[NotSeen, ...]:
    """Return ships at rest in berths the scene shows, matched to nothing."""
    rest = np.flatnonzero(there.speed_ms <= criteria.rest_kn * KNOT_MS + 1e-6)
    if not looks or not len(rest):
        return ()
    looks = sorted(looks, key=lambda s: s.berth_id)
    shapes = [gazetteer.frame.metric(gazetteer.places[s.berth_id].geometry) for s in looks]
    points = shapely.points(np.column_stack([there.x[rest], there.y[rest]]))
    away = np.asarray(
        shapely.distance(np.array(shapes, object)[:, None], np.asarray(points, object)[None, :])
    )
    found = []
    for j, i in enumerate(rest.tolist()):
        berth = int(np.argmin(away[:, j]))
        if away[berth, j] <= criteria.berth_m and int(there.mmsi[i]) not in taken:
            found.append(
                NotSeen(
                    scene_id=looks[berth].scene_id,
                    mmsi=int(there.mmsi[i]),
                    berth_id=looks[berth].berth_id,
                    offset_ms=int(there.offset_ms[i]),
                )
            )
    return tuple(found)
