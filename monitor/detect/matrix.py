"""What imagery says about berths through time, held against what AIS says.

A berth *episode* is a run of images showing it occupied, bounded by the images before and after
that showed it free. Images that could not see the berth bound nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import shapely

from monitor.detect.tracks import Tracks
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.coverage import Coverage
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer
from monitor.domain.visit import Fix, Visit
from monitor.domain.window import span_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCriteria:
    """How near in space and time AIS must be to explain a ship in an image (own values)."""

    reach_m: float = 150.0
    """An AIS ship lying this near a berth explains a hull in it: hulls overlap slots."""
    around: timedelta = timedelta(hours=1)
    """A report this close to the acquisition explains a hull without a proven stay."""
    fed_around: timedelta = timedelta(hours=3)
    """The feed must have given something this close to the acquisition to speak of "no AIS"."""
    taken_from: float = 0.7
    freed_to: float = 0.3
    """A score between the two agrees with the state before it or says nothing: one doubtful
    image neither takes nor frees a berth."""
    attribute_m: float = 400.0
    """A ship last heard this near a berth may be the one seen in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A berth seen occupied, from the last free image before to the first free image after."""

    berth_id: str
    before: BerthState | None
    """Last image showing it free."""
    seen: tuple[BerthState, ...]
    """Images showing it occupied, by time."""
    after: BerthState | None
    """First image showing it free again."""
    unexplained: tuple[BerthState, ...] = ()
    """Of `seen`, those no AIS explains though the feed was shown to work."""
    explained: tuple[int, ...] = ()
    """MMSIs of the ships whose AIS explains some of `seen`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A ship that fits a hull seen without AIS, because its last report was near the berth."""

    call: Visit
    episode: Episode
    distance_m: float


def episodes_in(states: Iterable[BerthState], *, criteria: MatrixCriteria) -> tuple[Episode, ...]:
    """Fold berth states into episodes, ordered by berth and time."""
    series: dict[str, list[BerthState]] = {}
    for state in states:
        if state.state is not Occupancy.UNOBSERVED:
            series.setdefault(state.berth_id, []).append(state)
    found = []
    for berth_id, seen in sorted(series.items()):
        seen.sort(key=lambda s: (s.acquired_at, s.scene_id))
        run: list[BerthState] = []
        before: BerthState | None = None
        for state in seen:
            known = Occupancy.OCCUPIED if run else before.state if before else None
            doubtful = criteria.freed_to < state.score < criteria.taken_from
            if doubtful and state.state is not known:
                continue
            if state.state is Occupancy.OCCUPIED:
                run.append(state)
                continue
            if run:
                found.append(
                    Episode(berth_id=berth_id, before=before, seen=tuple(run), after=state)
                )
                run = []
            before = state
        if run:
            found.append(Episode(berth_id=berth_id, before=before, seen=tuple(run), after=None))
    return tuple(found)


def explained(
    episodes: Iterable[Episode],
    tracks: Tracks,
    visits: tuple[Visit, ...],
    gazetteer: Gazetteer,
    coverage: Coverage,
    *,
    criteria: MatrixCriteria,
) -> tuple[Episode, ...]:
    """Mark in each episode which images AIS explains, and which it does not though it could."""
    frame = gazetteer.frame
    stays = [v for v in visits if v.place_kind == "berth"]
    result = []
    for episode in episodes:
        berth = frame.metric(gazetteer.places[episode.berth_id].geometry)
        near_stays = [s for s in stays if _lies_near(s.last, berth, frame, criteria.reach_m)]
        rows = _rows_near(tracks, berth, frame, criteria.reach_m)
        unexplained, ships = [], set()
        for state in episode.seen:
            at_ms = to_ms(state.acquired_at)
            here = {s.mmsi for s in near_stays if s.may_hold_at(at_ms)}
            close = np.abs(tracks.rows.time_ms[rows] - at_ms) <= span_ms(criteria.around)
            here |= {int(m) for m in tracks.rows.mmsi[rows][close]}
            ships |= here
            fed, _ = coverage.fed_between(
                state.acquired_at - criteria.fed_around, state.acquired_at + criteria.fed_around
            )
            if not here and fed:
                unexplained.append(state)
        result.append(
            replace(episode, unexplained=tuple(unexplained), explained=tuple(sorted(ships)))
        )
    return tuple(result)


def attributions(
    episodes: tuple[Episode, ...],
    visits: tuple[Visit, ...],
    gazetteer: Gazetteer,
    *,
    criteria: MatrixCriteria,
) -> tuple[Attribution, ...]:
    """Match ships silent in port to hulls seen without AIS, one to one, by the last report.

    A ship fits where it entered before the hull was last seen, was not heard elsewhere before it
    was first seen, and was last heard within `attribute_m` of the berth. The assignment with the
    least total distance is taken. It is an inference and is worded as one.
    """
    dark = [e for e in episodes if e.unexplained]
    calls = [v for v in visits if v.place_kind == "port" and not _berthed_at_end(v, visits)]
    if not dark or not calls:
        return ()
    # Imported where it is needed: it takes a second to load, and most runs have no such ship.
    from scipy.optimize import linear_sum_assignment

    frame = gazetteer.frame
    far = 1e9
    cost = np.full((len(calls), len(dark)), far)
    for j, episode in enumerate(dark):
        berth = frame.metric(gazetteer.places[episode.berth_id].geometry)
        for i, call in enumerate(calls):
            distance = berth.distance(_point(call.last, frame))
            if distance <= criteria.attribute_m and _fits(call, episode):
                cost[i, j] = distance
    rows, columns = linear_sum_assignment(cost)
    return tuple(
        Attribution(call=calls[i], episode=dark[j], distance_m=float(cost[i, j]))
        for i, j in zip(rows, columns, strict=True)
        if cost[i, j] < far
    )


def _fits(call: Visit, episode: Episode) -> bool:
    first_seen, last_seen = (to_ms(episode.seen[k].acquired_at) for k in (0, -1))
    appeared = to_ms(episode.before.acquired_at) if episode.before else first_seen
    entered = call.first.time_ms
    heard_elsewhere = call.after is not None and call.after.time_ms < first_seen
    # The hull came after the berth was last seen free, the ship by the time it was seen.
    came_after = call.last.time_ms >= appeared or episode.before is None
    return entered <= last_seen and not heard_elsewhere and came_after


def _berthed_at_end(call: Visit, visits: tuple[Visit, ...]) -> bool:
    return any(
        v.place_kind == "berth" and v.mmsi == call.mmsi and v.last.time_ms >= call.last.time_ms
        for v in visits
    )


def _point(fix: Fix, frame: MetricFrame) -> shapely.Point:
    x, y = frame.xy(fix.lon, fix.lat)
    return shapely.Point(float(x), float(y))


def _lies_near(
    fix: Fix, berth: shapely.geometry.base.BaseGeometry, frame: MetricFrame, reach_m: float
) -> bool:
    return bool(berth.distance(_point(fix, frame)) <= reach_m)


def _rows_near(
    tracks: Tracks,
    berth: shapely.geometry.base.BaseGeometry,
    frame: MetricFrame,
    reach_m: float,
) -> np.ndarray:
    zone = berth.buffer(reach_m)
    west, south, east, north = frame.geographic(zone).bounds
    rows = tracks.rows
    box = np.flatnonzero(
        (rows.lon >= west) & (rows.lon <= east) & (rows.lat >= south) & (rows.lat <= north)
    )
    x, y = frame.xy(rows.lon[box], rows.lat[box])
    shapely.prepare(zone)
    return box[shapely.contains_xy(zone, x, y)]
