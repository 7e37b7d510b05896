"""What imagery says about berths through time, held against what AIS says.

A berth *episode* is a run of images showing it occupied, bounded by the images before and after
that showed it free. Images that could not see the berth bound nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.domain.berth_cell import BerthCell, Verdict, passes_of
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer
from monitor.domain.visit import Fix, Visit
from monitor.domain.window import to_ms

__all__ = ["Attribution", "Episode", "MatrixCriteria", "attributions", "episodes_in", "explained"]


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
    cells: tuple[BerthCell, ...] = ()
    """Every look at the berth from the first of `seen` to the last, by time."""

    @property
    def passes(self) -> dict[str, int]:
        """How many of `cells` came to which verdict, in the order of the verdicts."""
        return passes_of(self.cells)


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


def explained(episodes: Iterable[Episode], cells: Iterable[BerthCell]) -> tuple[Episode, ...]:
    """Mark in each episode which images AIS explains, and which it does not though it could."""
    series: dict[str, list[BerthCell]] = {}
    for cell in cells:
        series.setdefault(cell.image.berth_id, []).append(cell)
    for own in series.values():
        own.sort(key=lambda c: (c.image.acquired_at, c.image.scene_id))
    result = []
    for episode in episodes:
        own = series.get(episode.berth_id, [])
        by_look = {(c.image.acquired_at, c.image.scene_id): c for c in own}
        seen = [by_look.get((s.acquired_at, s.scene_id)) for s in episode.seen]
        looked = [c for c in seen if c is not None]
        result.append(
            replace(
                episode,
                unexplained=tuple(
                    c.image for c in looked if c.verdict is Verdict.OCCUPIED_WITHOUT_AIS
                ),
                explained=tuple(sorted({s.mmsi for c in looked for s in c.ais.ships})),
                cells=_within(own, episode),
            )
        )
    return tuple(result)


def _within(cells: list[BerthCell], episode: Episode) -> tuple[BerthCell, ...]:
    """Return the cells from the first image that shows a berth occupied to the last one."""
    times = [c.image.acquired_at for c in cells]
    first = bisect_left(times, episode.seen[0].acquired_at)
    return tuple(cells[first : bisect_right(times, episode.seen[-1].acquired_at)])


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
